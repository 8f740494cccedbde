"""The lines of a rehearsal: one thing that somebody does, sees or waits for.

    # comment
    guild "Ink and Paper" locale:zh-CN        member ana locale:zh-CN      member mod manage_guild
    channel general      channel cellar nsfw  in #general                  in thread "The lighthouse"
    in dm
    @ana /poem topic:"first snow" form:haiku  @ana: a plain message
    @ana press "Another take"                 @ana fill "Revise…" instruction:"darker"
    @ben right-click last "Who wrote this?"   @mod select "Language" "中文"
    @ana edit last "new words"                @ana delete last
    wait 2h      restart      show            expect "text"   expect no "text"   expect private "text"

Several lines may stand in one, two or more spaces apart, when each begins with
one of the words above.  Text goes in "…" or “…”; ``\\n`` in it is a line break.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


class ScriptError(Exception):
    """A line that cannot be read; says where, and what was expected."""

    def __init__(self, line: int, column: int, problem: str) -> None:
        self.line, self.column, self.problem = line, column, problem
        super().__init__(f"line {line}, column {column}: {problem}")


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
class Press:
    """Press a button, by its label or its number."""

    who: str
    label: str


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
class Rewrite:
    """Edit one's own last message; ``text`` None deletes it."""

    who: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass, in seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Restart:
    """Stop the bot and start it again."""


@dataclass(frozen=True, slots=True)
class Show:
    """Print the channel as the last actor sees it."""


@dataclass(frozen=True, slots=True)
class Help:
    """Print the lines there are."""


@dataclass(frozen=True, slots=True)
class Expect:
    """What the last actor must (or must not) see now."""

    text: str
    absent: bool = False
    private: bool = False


Line = (
    Guild | Join | Channel | Enter | Slash | Say | Press | Fill | Select | RightClick | Rewrite | Wait
    | Restart | Show | Help | Expect
)  # fmt: skip

_QUOTES = {'"': '"', "“": "”", "「": "」"}
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "秒": 1, "分": 60, "时": 3600, "天": 86400}
_STARTS = r"guild|member|channel|in|wait|restart|show|help|expect|@\S"
_SEVERAL = re.compile(rf"\s{{2,}}(?=(?:{_STARTS}))")


_SAID = re.compile(r"@([^\s:：]+)[:：]\s*(.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line: its text, the key before a colon if there was one, and where it stands."""

    text: str
    key: str
    column: int


def parse(text: str, *, who: str = "") -> list[tuple[int, Line]]:
    """Read a whole script into (line number, line).

    Raises:
        ScriptError: at the first line that cannot be read.
    """
    found: list[tuple[int, Line]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        found += [(number, one) for one in parse_line(line, number, who=who)]
    return found


def parse_line(text: str, number: int = 1, *, who: str = "") -> list[Line]:
    """Read one line of text; ``who`` acts where nobody is named.

    Raises:
        ScriptError: it cannot be read.
    """
    stripped = text.strip().lstrip("\ufeff")
    if not stripped or stripped.startswith("#"):
        return []
    return [
        Say(said[1], said[2].replace("\\n", "\n"))
        if (said := _SAID.match(part))
        else _one(part, number, text.find(part[:8]), who)
        for part in _parts(stripped)
    ]


def _parts(text: str) -> list[str]:
    """Lines that stand in one, outside quotes."""
    parts: list[str] = []
    start, quote, at = 0, "", 0
    # What somebody says goes on to the end of the line, whatever stands in it.
    while at < len(text) and not _SAID.match(text, start):
        char = text[at]
        if quote:
            at += 2 if char == "\\" else 1
            quote = "" if char == quote else quote
            continue
        if char in _QUOTES and not (char == '"' and at and text[at - 1].isalnum()):
            quote = _QUOTES[char]
        elif cut := _SEVERAL.match(text, at):
            parts.append(text[start:at])
            start = at = cut.end()
            continue
        at += 1
    return [*parts, text[start:]]


def words(text: str, number: int = 1, offset: int = 0) -> list[Word]:
    """Split a line into words; quotes hold a word together, ``key:`` before one names it.

    Raises:
        ScriptError: a quote is not closed.
    """
    found: list[Word] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        column = offset + at + 1
        key = ""
        if named := re.compile(r"([^\s:：\"“「@#/][^\s:：\"“「]*)[:：](?=\S)").match(text, at):
            key, at = named[1], named.end()
        if text[at] in _QUOTES:
            value, at = _quoted(text, at, number, column)
        else:
            bare = re.compile(r"\S+").match(text, at)
            assert bare is not None
            value, at = bare[0], bare.end()
        found.append(Word(value, key, column))
    return found


def _quoted(text: str, at: int, number: int, column: int) -> tuple[str, int]:
    close, value, at = _QUOTES[text[at]], "", at + 1
    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text):
            value += {"n": "\n", "t": "\t"}.get(text[at + 1], text[at + 1])
            at += 2
            continue
        if char == close:
            return value, at + 1
        value += char
        at += 1
    raise ScriptError(number, column, f"this quote is not closed: {close} is missing")


def _one(text: str, number: int, offset: int, who: str) -> Line:
    given = words(text, number, max(0, offset))
    first = given[0]

    def wrong(problem: str, word: Word = first) -> ScriptError:
        return ScriptError(number, word.column, problem)

    if first.text.startswith("@") and not first.key:
        who, given = first.text[1:], given[1:]
        if not given:
            raise wrong("say what they do: /command, press, fill, select, right-click, edit or delete")
    if given[0].text.startswith("/") and not given[0].key:
        if not who:
            raise wrong("say who: @name before the command")
        return _slash(who, given, wrong)
    verb, rest = given[0].text, given[1:]
    plain = [word.text for word in rest if not word.key]
    named = {word.key: word.text for word in rest if word.key}
    match verb, plain:
        case "press", [label] if who:
            return Press(who, label)
        case "fill", [label] if who:
            return Fill(who, label, named)
        case "select", [menu, *options] if who and options:
            return Select(who, menu, tuple(options))
        case (("right-click" | "rightclick"), [target, command]) if who:
            return RightClick(who, target, command, named)
        case "edit", ["last", new] if who:
            return Rewrite(who, new)
        case "delete", ["last"] if who:
            return Rewrite(who, None)
        case "guild", [name]:
            return Guild(name, named.get("locale", ""))
        case "member", [name, *permissions]:
            return Join(name, tuple(permissions), named.get("locale", ""))
        case "channel", [name, *flags] if set(flags) <= {"nsfw"}:
            return Channel(name.lstrip("#"), "nsfw" in flags, named.get("category", ""))
        case "in", ["thread", name]:
            return Enter("thread", name)
        case "in", ["dm"]:
            return Enter("dm")
        case "in", [name] if name.startswith("#"):
            return Enter("channel", name[1:])
        case "wait", [length]:
            return Wait(_seconds(length, wrong))
        case "restart", []:
            return Restart()
        case "show", []:
            return Show()
        case "help", []:
            return Help()
        case "expect", [*flags, wanted] if set(flags) <= {"no", "private"}:
            return Expect(wanted, "no" in flags, "private" in flags)
        case _:
            raise wrong(f"cannot read {verb!r} here; `help` lists the lines there are")


def _slash(who: str, given: list[Word], wrong: Callable[..., ScriptError]) -> Slash:
    path = [given[0].text[1:]]
    options: dict[str, str] = {}
    for word in given[1:]:
        if word.key:
            options[word.key] = word.text
        elif not options:
            path.append(word.text)
        else:
            raise wrong(f"expected option:value instead of {word.text!r}", word)
    return Slash(who, " ".join(path), options)


def _seconds(text: str, wrong: Callable[..., ScriptError]) -> float:
    total, at = 0.0, 0
    for found in re.finditer(r"(\d+(?:\.\d+)?)([smhd秒分时天])", text):
        if found.start() != at:
            break
        total, at = total + float(found[1]) * _UNITS[found[2]], found.end()
    if not total or at != len(text):
        raise wrong(f"{text!r} is no length of time; write 90s, 5m, 2h or 3d")
    return total
