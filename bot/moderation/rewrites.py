"""A text read otherwise than letter by letter, with the place of every character of the result.

Folding takes each character by itself; the disguises of :mod:`bot.moderation.redrawn`
need their neighbours.  They are read once more, rewritten; most texts have none of them.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.moderation.fold import Codes, Folded
from bot.moderation.putin import Sought, put_in
from bot.moderation.redrawn import COUNTED, Piece, rules_for

_PIECE_END = itemgetter(1)


class Rewritten(NamedTuple):
    """A text read otherwise: character ``i`` of ``text`` is ``begins[i]:ends[i]`` of the original."""

    text: str
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    pieces: list[Piece]

    def span(self, start: int, end: int) -> tuple[int, int, str] | None:
        """Where characters of the text are in the original, and how; None if nothing there was rewritten."""
        first, last = int(self.begins[start:end].min()), int(self.ends[start:end].max())
        after = bisect_right(self.pieces, first, key=_PIECE_END)
        if after == len(self.pieces) or self.pieces[after].start >= last:
            return None
        return first, last, self.pieces[after].way


def rewritten(
    folded: Folded, text: str, codes: Codes | None, sought: Sought | None = None
) -> list[Rewritten]:
    """The text read otherwise, in each way that differs.  ``codes`` unless it is all ASCII.

    There are two ways if digits stand among Chinese characters: as what was put in, or as numerals.
    """
    rules, counted = rules_for(text, codes, chinese=sought is None or sought.chinese)
    inside = put_in(folded, sought) if codes is not None else []
    pieces = [piece for rule, read in rules for piece in read(rule, text)]
    found = [_read(text, [*pieces, *(piece for piece, _ in inside)])]
    if counted and (sought is None or sought.numerals):
        expression, read = COUNTED
        numerals = read(expression, text)
        others = [piece for piece, digits in inside if not digits]
        if numerals:
            found.append(_read(text, [*pieces, *numerals, *others]))
    return [one for one in found if one is not None]


def _read(text: str, pieces: list[Piece]) -> Rewritten | None:
    """The text with pieces of it read otherwise; None if there are none."""
    if not pieces:
        return None
    pieces.sort()
    made: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    kept: list[Piece] = []
    at = 0
    for piece in pieces:
        if piece.start < at:
            continue
        made += text[at : piece.start], piece.text
        begins.extend(range(at, piece.start))
        ends.extend(range(at + 1, piece.start + 1))
        size = len(piece.text)
        if piece.turned:
            begins.extend(range(piece.start + size - 1, piece.start - 1, -1))
            ends.extend(range(piece.start + size, piece.start, -1))
        else:
            begins.extend([piece.start] * size)
            ends.extend([piece.end] * size)
        kept.append(piece)
        at = piece.end
    made.append(text[at:])
    begins.extend(range(at, len(text)))
    ends.extend(range(at + 1, len(text) + 1))
    return Rewritten("".join(made), np.array(begins, dtype=np.int64), np.array(ends, dtype=np.int64), kept)
