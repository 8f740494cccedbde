"""Words and whose they are: a text as typed, the runs of one writer that are made of it, and their lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one writer (by their place in :attr:`bot.books.model.Book.writers`), without a line break.

    ``style`` is how they are set, the outermost first, any of "em", "strong", "u",
    "s", "spoiler" and "code"; ``link`` is the address that they lead to.
    """

    text: str
    writer: int
    style: tuple[str, ...] = ()
    link: str = ""


Line = tuple[Run, ...]
"""Words between two line breaks."""


def lines_of(runs: Iterable[Run]) -> Iterable[Line]:
    """Runs cut at line breaks."""
    line: list[Run] = []
    for run in runs:
        first, *more = run.text.split("\n")
        if first:
            line.append(replace(run, text=first))
        for text in more:
            yield tuple(line)
            line = [replace(run, text=text)] if text else []
    yield tuple(line)


def unindented(line: Line) -> Line:
    """A line without the space before it: a paragraph is indented by its look, and not twice."""
    if not line:
        return line
    first, *rest = line
    text = first.text.lstrip()
    return (replace(first, text=text), *rest) if text or not rest else unindented(tuple(rest))


@dataclass(frozen=True, slots=True)
class Source:
    """A text, and for each character of it who wrote it."""

    text: str
    by: tuple[int, ...]

    def cut(self, start: int, end: int) -> Source:
        """A stretch of it."""
        return Source(self.text[start:end], self.by[start:end])

    def rows(self) -> list[Source]:
        """Its lines."""
        found, at = list[Source](), 0
        for row in self.text.split("\n"):
            found.append(self.cut(at, at + len(row)))
            at += len(row) + 1
        return found


def joined(rows: Sequence[Source]) -> Source:
    """Lines as one text; a line break is of who wrote what is before it."""
    by: list[int] = []
    for number, row in enumerate(rows):
        by += [*([by[-1] if by else 0] if number else []), *row.by]
    return Source("\n".join(row.text for row in rows), tuple(by))


@dataclass(slots=True)
class Runs:
    """Runs as they are made: neighbours of one writer and one style are one."""

    made: list[Run] = field(default_factory=list[Run])

    def put(self, text: str, writer: int, style: tuple[str, ...] = (), link: str = "") -> None:
        """Add words of one writer."""
        last = self.made[-1] if self.made else None
        if last is not None and (last.writer, last.style, last.link) == (writer, style, link):
            self.made[-1] = replace(last, text=last.text + text)
        elif text:
            self.made.append(Run(text, writer, style, link))

    def cut(self, source: Source, start: int, end: int, style: tuple[str, ...] = (), link: str = "") -> None:
        """A stretch of the source, by writer."""
        while start < end:
            upto = start
            while upto < end and source.by[upto] == source.by[start]:
                upto += 1
            self.put(source.text[start:upto], source.by[start], style, link)
            start = upto
