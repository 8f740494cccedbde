"""How writers are told apart: a colour, a line below the words, and a mark, so never by colour alone.

The colours are those of Masataka Okabe and Kei Ito, *Color Universal Design*
(2008, jfly.uni-koeln.de/color), which people with any common kind of colour
blindness tell apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.books.model import Hand, Writer

COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#b7a600", "#3a3a3a")
"""Of members, in their order; the yellow is darkened to be seen on white."""

SQUARES = ("🟦", "🟧", "🟩", "🟪", "🟥", "🟨", "⬛")
"""The same colours where there are only words."""

GREY_SQUARE = "⬜"
"""Of models."""

GREY = "#777777"
"""Of models and of those who wished to be forgotten."""

LINES = ("solid", "dashed", "double", "wavy")
"""The lines below a member's words, when the colours come round again."""


@dataclass(frozen=True, slots=True)
class Look:
    """How one writer's words look."""

    colour: str
    line: str


def looks(writers: Sequence[Writer]) -> list[Look]:
    """A look for each writer."""
    found: list[Look] = []
    members = 0
    for writer in writers:
        if writer.hand is Hand.MEMBER:
            line = LINES[members // len(COLOURS) % len(LINES)]
            found.append(Look(COLOURS[members % len(COLOURS)], line))
            members += 1
        else:
            found.append(Look(GREY, "dotted"))
    return found
