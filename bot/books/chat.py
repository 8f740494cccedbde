"""What chat means by its marks: text as Discord shows it, read into blocks of styled runs.

Discord reads its messages with rules of its own (support.discord.com, *Markdown
Text 101*), which differ from CommonMark's: ``__`` underlines, ``||`` hides, every
line break stays, and nothing is HTML.  A reader of CommonMark, moreover, does not
say where in the text a word stood, and so not whose it is.  Here every run keeps
its writer.  What stands within a paragraph is read by :mod:`bot.books.chat_inline`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.books.chat_inline import Inline
from bot.books.runs import Run, Runs, Source, joined, lines_of, unindented

Kind = Literal["p", "heading", "small", "code", "quote", "list", "item"]

DEPTH = 6
"""Quotes and lists within one another; what is deeper stays as it is typed."""


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
    return _blocks(Source(text, by), called, each_line, 0)


def _blocks(source: Source, called: Mapping[int, str], each_line: bool, depth: int) -> list[Block]:
    found: list[Block] = []
    rows = source.rows()
    plain: list[Source] = []

    def inline(of: Sequence[Source]) -> tuple[tuple[Run, ...], ...]:
        return tuple(lines_of(Inline(joined(of), called).read()))

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
            rest = joined([row.cut(all_of.end(), len(row.text)), *rows[at + 1 :]])
            found.append(Block("quote", blocks=tuple(_blocks(rest, called, each_line, depth + 1))))
            at = len(rows)
        elif deep and _QUOTE.match(row.text):
            ended()
            quoted: list[Source] = []
            while at < len(rows) and (mark := _QUOTE.match(rows[at].text) or _empty(rows[at], quoted)):
                quoted.append(rows[at].cut(mark.end(), len(rows[at].text)))
                at += 1
            inside = _blocks(joined(quoted), called, each_line, depth + 1)
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


def _empty(row: Source, quoted: Sequence[Source]) -> re.Match[str] | None:
    """A line of a quote that holds nothing, whose space a keyboard left out."""
    return re.fullmatch(r" *> *", row.text) if quoted else None


def _starred(row: str) -> bool:
    """Whether a line is set in asterisks, and no item of a list: ``* she waves *``, as role-play has it."""
    bare = row.strip()
    return bare.startswith("* ") and bare.endswith(" *") and len(bare) > 4


def _fenced(rows: Sequence[Source], at: int) -> tuple[list[Source], int] | None:
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


def _bare(row: Source) -> tuple[Run, ...]:
    """A line as it is typed."""
    runs = Runs()
    runs.cut(row, 0, len(row.text))
    return tuple(runs.made)


_Lines = Callable[[Sequence[Source]], tuple[tuple[Run, ...], ...]]


def _listed(rows: Sequence[Source], at: int, inline: _Lines) -> tuple[list[Block], int]:
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
