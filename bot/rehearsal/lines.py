"""What one line of a rehearsal says: one thing that somebody does, sees or waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

USAGE: Mapping[str, str] = {
    "guild": 'guild "Ink and Paper" locale:zh-CN',
    "member": "member mod manage_guild",
    "channel": "channel cellar nsfw",
    "thread": 'thread "The lighthouse"',
    "role": 'role "Poets" ana ben',
    "in": 'in #general  /  in thread "The lighthouse"  /  in dm',
    "press": '@ana press "Another take"',
    "fill": '@ana fill "Revise…" instruction:"darker"',
    "select": '@mod select "Language" "中文"',
    "right-click": '@ben right-click last "Who wrote this?"',
    "edit": '@ana edit last "new words"',
    "delete": "@ana delete last",
    "attach": '@ana attach poem.txt "mine"',
    "open": "@ana open 1",
    "meanwhile": 'meanwhile @ana press "Stop"',
    "wait": "wait 2h",
    "expect": 'expect "text"  /  expect no "text"  /  expect private "text"',
    "leave": "@ben leave",
    "restart": "restart  /  restart 5h",
    "show": "show",
    "help": "help",
}
"""Every word that a line can begin with (after ``@name``, where somebody acts), and an example of it."""

ACTS = ("press", "fill", "select", "right-click", "edit", "delete", "attach", "open", "leave")
"""The words of these that need somebody who acts."""

LAST = "last"
"""The target of a message command that means the newest message."""


@dataclass(frozen=True, slots=True)
class Guild:
    """Make a server and go there."""

    name: str
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Join:
    """A member joins the server, with some permissions."""

    name: str
    permissions: tuple[str, ...] = ()
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """Make a channel and go there."""

    name: str
    nsfw: bool = False
    category: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """Make a thread in the channel and go there."""

    name: str


@dataclass(frozen=True, slots=True)
class Role:
    """Make a role, and give it to members."""

    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Enter:
    """Go to a channel, a thread, or (kind "dm") to direct messages."""

    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Slash:
    """Use a slash command."""

    who: str
    command: str
    options: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Say:
    """Send a plain message."""

    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Attach:
    """Send a message with a file."""

    who: str
    path: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """Press a button, by its label or its number; ``meanwhile``: while the line before still runs."""

    who: str
    label: str
    meanwhile: bool = False


@dataclass(frozen=True, slots=True)
class Fill:
    """Press a button that shows a form, and fill that in."""

    who: str
    label: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Select:
    """Choose in a menu."""

    who: str
    menu: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RightClick:
    """Use a message command on a message: the last one, or the newest that holds a text."""

    who: str
    target: str
    command: str
    fields: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Open:
    """Look at a file of a message: by its name, or by its number on the newest message with any."""

    who: str
    name: str


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Edit one's own last message; ``text`` None deletes it."""

    who: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass, in seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the server."""

    who: str


@dataclass(frozen=True, slots=True)
class Restart:
    """Stop the bot and start it again, so many seconds later."""

    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Show:
    """Print the channel as the last actor sees it."""


@dataclass(frozen=True, slots=True)
class Help:
    """Print the lines there are."""


@dataclass(frozen=True, slots=True)
class Expect:
    """What the last actor must (or must not) see."""

    text: str
    absent: bool = False
    private: bool = False


Line = (
    Guild | Join | Channel | Thread | Role | Enter | Slash | Say | Attach | Press | Fill | Select | RightClick
    | Open | Rewrite | Leave | Wait | Restart | Show | Help | Expect
)  # fmt: skip


def together(
    script: Iterable[tuple[int, Line]],
) -> Iterator[tuple[int, Line, list[Press]]]:
    """Every line with the buttons that are pressed meanwhile."""
    held: tuple[int, Line, list[Press]] | None = None
    for number, line in script:
        if held is not None and isinstance(line, Press) and line.meanwhile:
            held[2].append(line)
            continue
        if held is not None:
            yield held
        held = number, line, []
    if held is not None:
        yield held
