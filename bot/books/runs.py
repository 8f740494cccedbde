"""Words of one writer, and how lines are made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


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
