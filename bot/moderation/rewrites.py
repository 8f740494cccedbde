"""A text read otherwise than letter by letter, with the place of every character of the result.

Folding takes each character by itself; the disguises of :mod:`bot.moderation.redrawn`
need their neighbours.  They are read once more, rewritten; most texts have none of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.moderation.fold import Codes
from bot.moderation.redrawn import Piece, Rule, readings_of

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


def rewritten(text: str, codes: Codes | None = None) -> list[Rewritten]:
    """The text read otherwise, in each way that differs.  ``codes`` unless it is all ASCII."""
    found: list[Rewritten] = []
    for rules in readings_of(text, codes):
        if (made := _read(text, rules)) is not None and all(made.text != one.text for one in found):
            found.append(made)
    return found


def _read(text: str, rules: Sequence[Rule]) -> Rewritten | None:
    """The text read by some rules; None if they find nothing."""
    pieces = sorted(piece for rule, read in rules for piece in read(rule, text))
    if not pieces:
        return None
    made: list[str] = []
    places = np.arange(len(text) + 1)
    begins: list[NDArray[np.int64]] = []
    ends: list[NDArray[np.int64]] = []
    kept: list[Piece] = []
    at = 0
    for piece in pieces:
        if piece.start < at:
            continue
        made += text[at : piece.start], piece.text
        begins.append(places[at : piece.start])
        ends.append(places[at + 1 : piece.start + 1])
        size = len(piece.text)
        if piece.turned:
            begins.append(places[piece.start : piece.start + size][::-1])
            ends.append(places[piece.start + 1 : piece.start + size + 1][::-1])
        else:
            begins.append(np.full(size, piece.start))
            ends.append(np.full(size, piece.end))
        kept.append(piece)
        at = piece.end
    made.append(text[at:])
    begins.append(places[at:-1])
    ends.append(places[at + 1 :])
    return Rewritten("".join(made), np.concatenate(begins), np.concatenate(ends), kept)
