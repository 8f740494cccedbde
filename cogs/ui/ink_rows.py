"""A text in rows that fit a picture, each cut into what its tokens wrote."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from bot.i18n.rows import spans
from bot.judging.ink import Inked

MOST_SET_IN = 3
"""Rows of one line of verse; what takes more is prose."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of one row that one token wrote, or (``bits`` None) that no token did."""

    text: str
    bits: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """What stands beside each other; ``goes_on`` if the line began in the row above."""

    pieces: tuple[Piece, ...]
    goes_on: bool = False

    @property
    def text(self) -> str:
        """The letters of the row."""
        return "".join(piece.text for piece in self.pieces)


def pieces(text: str, ink: Sequence[Inked]) -> list[list[Piece]]:
    """The lines of a text, each cut into what its tokens wrote."""
    lines: list[list[Piece]] = [[]]
    for start, end, bits in _stretches(text, ink):
        for number, part in enumerate(text[start:end].split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append(Piece(part.replace("\t", "    "), bits))
    return lines


def _stretches(text: str, ink: Sequence[Inked]) -> list[tuple[int, int, float | None]]:
    found: list[tuple[int, int, float | None]] = []
    reached = 0
    for one in ink:
        if one.start > reached:
            found.append((reached, one.start, None))
        found.append((one.start, one.end, one.bits))
        reached = one.end
    return [*found, (reached, len(text), None)]


def wrapped(
    line: Sequence[Piece], room: float, width: Callable[[str], float], indent: float = 0
) -> list[Row]:
    """A line in rows no wider than ``room`` (in the unit of ``width``): words stay whole where they can.

    Rows that go on are set in by ``indent``, as is verse too long for its page; a paragraph of prose is not.
    """
    rows = _rows(line, room, width, indent)
    return (
        rows
        if len(rows) <= MOST_SET_IN
        else [replace(row, goes_on=False) for row in _rows(line, room, width)]
    )


def _rows(line: Sequence[Piece], room: float, width: Callable[[str], float], indent: float = 0) -> list[Row]:
    text = "".join(piece.text for piece in line)
    owner = [at for at, piece in enumerate(line) for _ in piece.text]
    return [
        Row(
            tuple(
                Piece("".join(text[at] for at in places), line[which].bits)
                for which, places in groupby(range(first, last), key=owner.__getitem__)
            ),
            goes_on=number > 0,
        )
        for number, (first, last) in enumerate(spans(text, room, width, indent))
    ]


def unseen(char: str) -> bool:
    """Whether a character takes no place of its own: joiners, variation selectors, controls."""
    return unicodedata.category(char) in ("Cf", "Cc", "Mn", "Me")
