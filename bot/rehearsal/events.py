"""What happens in a rehearsal, as values: for the screen, for JSON, and for expectations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as somebody sees it: its text (embeds and components included) and its buttons."""

    id: int
    channel: str
    author: str
    text: str
    buttons: tuple[str, ...] = ()
    menus: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    private: bool = False
    choices: tuple[tuple[str, ...], ...] = ()
    """What each of the menus offers; nothing for one of channels, members or roles."""


class Counted(NamedTuple):
    """The messages whose buttons and whose files are meant by a number; None: no message's."""

    buttons: int | None = None
    files: int | None = None


@dataclass(frozen=True, slots=True)
class Did:
    """Somebody did something."""

    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Posted:
    """A message appeared."""

    message: Seen


@dataclass(frozen=True, slots=True)
class Changed:
    """A message was edited; while a text streams this comes again and again."""

    message: Seen


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message is gone."""

    message: Seen


@dataclass(frozen=True, slots=True)
class Form:
    """A form (modal) was shown to somebody.

    ``choices`` are what can be chosen in some of its fields, by label;
    ``waits``: it is left open, and filled in by another line.
    """

    who: str
    title: str
    fields: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A file of a message lies at a path, for whoever wants to look at it; ``shown``: it was opened too."""

    name: str
    path: str
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Passed:
    """Time passed, in seconds, or the bot was started again."""

    what: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Expected:
    """An expectation was looked at: a text that must be there, or ``absent``; ``saw`` if it was not met."""

    text: str
    met: bool
    absent: bool = False
    private: bool = False
    saw: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line could not be carried out, or the bot met an error that it did not handle."""

    problem: str
    bot: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A word of the rehearsal itself: help, or what there is."""

    text: str
    seen: tuple[Seen, ...] = field(default=())


Event = Did | Posted | Changed | Deleted | Form | Opened | Passed | Expected | Wrong | Told


def as_json(event: Event, line: int) -> dict[str, Any]:
    """An event as an object: ``event`` names its kind, ``line`` the line it comes from (0: none)."""
    return {"event": type(event).__name__.lower(), "line": line, **asdict(event)}
