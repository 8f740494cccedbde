"""What chat means by its marks: text as Discord shows it, read into blocks of styled runs.

Discord reads its messages with rules of its own (support.discord.com, *Markdown
Text 101*), which differ from CommonMark's: ``__`` underlines, ``||`` hides, every
line break stays, and nothing is HTML.  A reader of CommonMark, moreover, does not
say where in the text a word stood, and so not whose it is.  Here every run keeps
its writer.  Each mark is looked for once from each side, so that reading takes a
time in proportion to the text, whatever it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from bot.books.runs import Run, lines_of, unindented

Kind = Literal["p", "heading", "small", "code", "quote", "list", "item"]

DEPTH = 6
"""Quotes and lists within one another, and styles; what is deeper stays as it is typed."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a heading, a list …

    Attributes:
        level: of a heading, from 1; of a list, the number that it begins with, or 0 where it has none.
        lines: its words, for what holds no blocks; of an item, its first line.
        blocks: what a quote, a list or an item holds.
    """

    kind: Kind
    lines: tuple[tuple[Run, ...], ...] = ()
    blocks: tuple[Block, ...] = ()
    level: int = 0


@dataclass(frozen=True, slots=True)
class _Source:
    """A text, and for each character of it who wrote it."""

    text: str
    by: tuple[int, ...]

    def cut(self, start: int, end: int) -> _Source:
        return _Source(self.text[start:end], self.by[start:end])

    def rows(self) -> list[_Source]:
        found, at = list[_Source](), 0
        for row in self.text.split("\n"):
            found.append(self.cut(at, at + len(row)))
            at += len(row) + 1
        return found


def _joined(rows: Sequence[_Source]) -> _Source:
    by: list[int] = []
    for number, row in enumerate(rows):
        by += [*([by[-1] if by else 0] if number else []), *row.by]
    return _Source("\n".join(row.text for row in rows), tuple(by))


# --- mentions -----------------------------------------------------------------------------------

MENTION = re.compile(r"<(@!?|#|@&)(\d{15,21})>")
"""A mention of a member, a channel or a role."""

_TOKEN = re.compile(
    r"<(?P<mention>@!?|#|@&)(?P<id>\d{15,21})>|<a?:(?P<emoji>\w{2,32}):\d{15,21}>"
    r"|<t:(?P<time>-?\d{1,12})(?::(?P<shape>[tTdDfFRsS]))?>|</(?P<command>[^:<>\n]{1,100}):\d{15,21}>"
)


def mentioned(text: str) -> set[int]:
    """The ids of every member, channel and role that a text mentions."""
    return {int(found[2]) for found in MENTION.finditer(text)}


def named(text: str, called: Mapping[int, str]) -> str:
    """A text in which mentions, emoji of servers and times are words."""
    return _TOKEN.sub(lambda found: _word(found, called), text)


def _word(found: re.Match[str], called: Mapping[int, str]) -> str:
    if (mention := found["mention"]) is not None:
        mark = "#" if mention == "#" else "@"
        return f"{mark}{called.get(int(found['id']), '…' + found['id'][-4:])}"
    if found["emoji"] is not None:
        return f":{found['emoji']}:"
    if found["command"] is not None:
        return f"/{found['command']}"
    return _when(int(found["time"]), found["shape"] or "f")


def _when(seconds: int, shape: str) -> str:
    """A moment in words that hold for everybody: in UTC, since a book does not know its reader's clock."""
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return f"<t:{seconds}:{shape}>"
    day, minute = at.strftime("%Y-%m-%d"), at.strftime("%H:%M")
    match shape:
        case "t":
            return f"{minute} UTC"
        case "T":
            return f"{at.strftime('%H:%M:%S')} UTC"
        case "d" | "D":
            return day
        case _:
            return f"{day} {minute} UTC"


# --- blocks -------------------------------------------------------------------------------------

_HEADING = re.compile(r"(#{1,3}) +(?=\S)")
_SMALL = re.compile(r"-# +(?=\S)")
_QUOTE = re.compile(r" *> ")
_QUOTE_ALL = re.compile(r" *>>> ")
_ITEM = re.compile(r"( *)([-*]|\d{1,9}\.) +(?=\S)")
_FENCE = re.compile(r" {0,3}```")
_LANGUAGE = re.compile(r"[A-Za-z0-9_+\-.#]*")


def blocks(runs: Sequence[Run], called: Mapping[int, str], *, each_line: bool) -> list[Block]:
    """What runs of text come to; ``each_line``: every line is a paragraph."""
    text = "".join(run.text for run in runs)
    by = tuple(run.writer for run in runs for _ in run.text)
    return _blocks(_Source(text, by), called, each_line, 0)


def _blocks(source: _Source, called: Mapping[int, str], each_line: bool, depth: int) -> list[Block]:
    found: list[Block] = []
    rows = source.rows()
    plain: list[_Source] = []

    def inline(of: Sequence[_Source]) -> tuple[tuple[Run, ...], ...]:
        return tuple(lines_of(_Inline(_joined(of), called).read()))

    def ended() -> None:
        if plain:
            lines = inline(plain)
            found.extend(
                [Block("p", (unindented(line),)) for line in lines if line] if each_line
                else [Block("p", lines)]
            )  # fmt: skip
            plain.clear()

    at = 0
    while at < len(rows):
        row = rows[at]
        deep = depth < DEPTH
        if not row.text.strip():
            ended()
            at += 1
        elif _FENCE.match(row.text) and (closed := _fenced(rows, at)) is not None:
            ended()
            code, at = closed
            found.append(Block("code", tuple(_bare(line) for line in code)))
        elif deep and (all_of := _QUOTE_ALL.match(row.text)) is not None:
            ended()
            rest = _joined([row.cut(all_of.end(), len(row.text)), *rows[at + 1 :]])
            found.append(Block("quote", blocks=tuple(_blocks(rest, called, each_line, depth + 1))))
            at = len(rows)
        elif deep and _QUOTE.match(row.text):
            ended()
            quoted: list[_Source] = []
            while at < len(rows) and (mark := _QUOTE.match(rows[at].text) or _empty(rows[at], quoted)):
                quoted.append(rows[at].cut(mark.end(), len(rows[at].text)))
                at += 1
            inside = _blocks(_joined(quoted), called, each_line, depth + 1)
            found.append(Block("quote", blocks=tuple(inside)))
        elif (mark := _HEADING.match(row.text)) is not None:
            ended()
            found.append(Block("heading", inline([row.cut(mark.end(), len(row.text))]), level=len(mark[1])))
            at += 1
        elif (mark := _SMALL.match(row.text)) is not None:
            ended()
            found.append(Block("small", inline([row.cut(mark.end(), len(row.text))])))
            at += 1
        elif deep and _ITEM.match(row.text) and not _starred(row.text):
            ended()
            listed, at = _listed(rows, at, inline)
            found.extend(listed)
        else:
            plain.append(row)
            at += 1
    ended()
    return found


def _empty(row: _Source, quoted: Sequence[_Source]) -> re.Match[str] | None:
    """A line of a quote that holds nothing, whose space a keyboard left out."""
    return re.fullmatch(r" *> *", row.text) if quoted else None


def _starred(row: str) -> bool:
    """Whether a line is set in asterisks, and no item of a list: ``* she waves *``, as role-play has it."""
    bare = row.strip()
    return bare.startswith("* ") and bare.endswith(" *") and len(bare) > 4


def _fenced(rows: Sequence[_Source], at: int) -> tuple[list[_Source], int] | None:
    """The lines of a block of code and where it ends, if it ends."""
    first = rows[at]
    start = first.text.index("```") + 3
    end = first.text.find("```", start)
    if end >= 0:
        return ([first.cut(start, end)], at + 1) if not first.text[end + 3 :].strip() else None
    held = first.cut(start, len(first.text))
    inside = [] if _LANGUAGE.fullmatch(held.text) else [held]
    for number in range(at + 1, len(rows)):
        row = rows[number]
        if (end := row.text.find("```")) >= 0:
            if row.text[end + 3 :].strip():
                return None
            return [*inside, *([row.cut(0, end)] if row.text[:end].strip() else [])], number + 1
        inside.append(row)
    return None


def _bare(row: _Source) -> tuple[Run, ...]:
    """A line as it is typed."""
    runs = _Runs()
    runs.cut(row, 0, len(row.text))
    return tuple(runs.made)


Inline = Callable[[Sequence[_Source]], tuple[tuple[Run, ...], ...]]


def _listed(rows: Sequence[_Source], at: int, inline: Inline) -> tuple[list[Block], int]:
    """A list, with the lists in its items; it ends where a line is no item."""
    items: list[tuple[int, int, tuple[tuple[Run, ...], ...]]] = []
    while at < len(rows) and (mark := _ITEM.match(rows[at].text)) is not None:
        number = int(mark[2][:-1]) if mark[2][0].isdigit() else -1
        level = min(len(mark[1]) // 2, DEPTH)
        items.append((level, number, inline([rows[at].cut(mark.end(), len(rows[at].text))])))
        at += 1
    return _nested(items), at


def _nested(items: Sequence[tuple[int, int, tuple[tuple[Run, ...], ...]]]) -> list[Block]:
    found: list[Block] = []
    at = 0
    while at < len(items):
        level, number, lines = items[at]
        end = at + 1
        while end < len(items) and items[end][0] > level:
            end += 1
        item = Block("item", lines, tuple(_nested(items[at + 1 : end])))
        numbered = number >= 0
        if found and (found[-1].level > 0) == numbered:
            found[-1] = replace(found[-1], blocks=(*found[-1].blocks, item))
        else:
            found.append(Block("list", blocks=(item,), level=max(1, number) if numbered else 0))
        at = end
    return found


# --- within a line ------------------------------------------------------------------------------

_SPECIAL = re.compile(r"[\\`*_~|<\[]|https?://")
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_URL = re.compile(r"https?://[^\s<>\"|*]{1,1500}")
_ANGLED = re.compile(r"<(https?://[^\s<>]{1,1500})>")
_LINK = re.compile(
    r"\[((?:\\.|[^\[\]\\\n]|\[[^\[\]\n]{0,80}\]){1,400})\]"
    r"\(<?(https?://[^\s()<>]{1,1500}(?:\([^\s()<>]{0,200}\)[^\s()<>]{0,200})?)>?"
    r"(?:[ ]+\"[^\"\n]{0,200}\")?\)"
)
_PAIRS: tuple[tuple[str, str], ...] = (("**", "strong"), ("__", "u"), ("~~", "s"), ("||", "spoiler"))
_SKIPPED = r"\\[\s\S]|(?<!`)(`+)(?!`)[^`]+\1(?!`)"
_CLOSING: Mapping[str, re.Pattern[str]] = {
    "**": re.compile(rf"{_SKIPPED}|(?P<close>\*\*(?!\*))"),
    "__": re.compile(rf"{_SKIPPED}|(?P<close>__(?!_))"),
    "~~": re.compile(rf"{_SKIPPED}|(?P<close>~~)"),
    "||": re.compile(rf"{_SKIPPED}|(?P<close>\|\|)"),
    "*": re.compile(rf"{_SKIPPED}|(?P<close>\*+)"),
    "_": re.compile(rf"{_SKIPPED}|(?P<close>_+)"),
}


@dataclass(slots=True)
class _Runs:
    """Runs as they are made: neighbours of one writer and one style are one."""

    made: list[Run] = field(default_factory=list[Run])

    def put(self, text: str, writer: int, style: tuple[str, ...] = (), link: str = "") -> None:
        last = self.made[-1] if self.made else None
        if last is not None and (last.writer, last.style, last.link) == (writer, style, link):
            self.made[-1] = replace(last, text=last.text + text)
        elif text:
            self.made.append(Run(text, writer, style, link))

    def cut(self, source: _Source, start: int, end: int, style: tuple[str, ...] = (), link: str = "") -> None:
        """A stretch of the source, by writer."""
        while start < end:
            upto = start
            while upto < end and source.by[upto] == source.by[start]:
                upto += 1
            self.put(source.text[start:upto], source.by[start], style, link)
            start = upto


class _Inline:
    """Reads the marks within a paragraph."""

    def __init__(self, source: _Source, called: Mapping[int, str]) -> None:
        self._source = source
        self._text = source.text
        self._called = called
        self._runs = _Runs()
        self._open: dict[tuple[str, int], int] = {}  # from where on a mark is known not to be closed

    def read(self) -> list[Run]:
        self._walk(0, len(self._text), (), "")
        return self._runs.made

    def _put(self, start: int, end: int, style: tuple[str, ...], link: str) -> None:
        self._runs.cut(self._source, start, end, style, link)

    def _walk(self, at: int, end: int, style: tuple[str, ...], link: str) -> None:
        while at < end:
            found = _SPECIAL.search(self._text, at, end)
            if found is None:
                self._put(at, end, style, link)
                return
            self._put(at, found.start(), style, link)
            at = found.start()
            after = self._marked(at, end, style, link)
            if after is None:  # it marks nothing
                after = at + 1
                if self._text[at] in "*_`":  # a run of them stands as a whole
                    while after < end and self._text[after] == self._text[at]:
                        after += 1
                self._put(at, after, style, link)
            at = after

    def _marked(self, at: int, end: int, style: tuple[str, ...], link: str) -> int | None:
        """Where what begins here ends, once it is put; None if nothing does."""
        text = self._text
        match text[at]:
            case "\\":
                if _ESCAPED.match(text, at, end) is None:
                    return None
                self._put(at + 1, at + 2, style, link)
                return at + 2
            case "`":
                return self._code(at, end, style, link)
            case "<":
                return self._token(at, end, style, link)
            case "[" if not link and (found := _LINK.match(text, at, end)) is not None:
                self._walk(found.start(1), found.end(1), style, found[2])
                return found.end()
            case "h" if not link and (at == 0 or not text[at - 1].isalnum()):
                found = _URL.match(text, at, end)
                if found is None:
                    return None
                href = _trimmed(found[0])
                self._put(at, at + len(href), style, href)
                return at + len(href)
            case _:
                return self._styled(at, end, style, link) if len(style) < DEPTH else None

    def _code(self, at: int, end: int, style: tuple[str, ...], link: str) -> int | None:
        count = 1
        while at + count < end and self._text[at + count] == "`":
            count += 1
        mark, start = "`" * count, at + count
        if self._known_open(mark, start, end):
            return None
        for found in re.finditer(r"`+", self._text[start:end]):
            if len(found[0]) == count and found.start():
                close = start + found.start()
                self._put(start, close, (*style, "code"), link)
                return close + count
        self._open[mark, end] = start
        return None

    def _token(self, at: int, end: int, style: tuple[str, ...], link: str) -> int | None:
        if (found := _TOKEN.match(self._text, at, end)) is not None:
            self._runs.put(_word(found, self._called), self._source.by[at], style, link)
            return found.end()
        if not link and (found := _ANGLED.match(self._text, at, end)) is not None:
            self._put(found.start(1), found.end(1), style, found[1])
            return found.end()
        return None

    def _styled(self, at: int, end: int, style: tuple[str, ...], link: str) -> int | None:
        text = self._text
        for mark, name in _PAIRS:
            if text.startswith(mark, at, end) and name not in style:
                close = self._closed(mark, at + 2, end)
                if close is not None and text[at + 2 : close].strip():
                    self._walk(at + 2, close, (*style, name), link)
                    return close + 2
        mark = text[at]
        if mark not in "*_" or "em" in style or at + 1 >= end or text[at + 1].isspace():
            return None
        if mark == "_" and at and (text[at - 1].isalnum() or text[at - 1] == "_"):
            return None
        close = self._closed(mark, at + 1, end)
        if close is None:
            return None
        self._walk(at + 1, close, (*style, "em"), link)
        return close + 1

    def _closed(self, mark: str, start: int, end: int) -> int | None:
        """Where a mark that was opened before ``start`` is closed."""
        if self._known_open(mark, start, end):
            return None
        double = False  # whether a pair of the same sign is open in it
        for found in _CLOSING[mark].finditer(self._text, start, end):
            if found["close"] is None or found.start() == start:
                continue
            at, count = found.start(), len(found["close"])
            if len(mark) == 2:
                return at
            if count == 2 or (count > 2 and not double):
                double = not double
                continue
            at += 2 if count > 2 else 0
            if self._text[at - 1].isspace():
                if mark == "*":
                    break
                continue
            if mark == "_" and at + 1 < len(self._text) and self._text[at + 1].isalnum():
                continue
            return at
        self._open[mark, end] = start
        return None

    def _known_open(self, mark: str, start: int, end: int) -> bool:
        """Whether it was looked for before, from no further on, in vain."""
        return self._open.get((mark, end), len(self._text) + 1) <= start


def _trimmed(href: str) -> str:
    """An address without the punctuation of the sentence around it."""
    while href:
        opening = {")": "(", "]": "["}.get(href[-1])
        unpaired = opening is not None and href.count(href[-1]) > href.count(opening)
        if not (unpaired or href[-1] in ".,:;!?'"):
            break
        href = href[:-1]
    return href
