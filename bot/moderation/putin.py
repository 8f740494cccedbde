"""What is put in between Chinese characters so that nobody finds them: 法1轮2功, 傻x逼, 卖(2)肾."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.moderation.fold import OTHER, Codes, Folded, Ints, kinds
from bot.moderation.redrawn import Piece

MOST = 3
"""Most letters or digits between two characters, beside which two marks at most may stand on either side."""
_MARKS = 2
_WIDEST = MOST + 2 * _MARKS + 3
_OTHER_SCRIPTS = re.compile("[\u3040-\u30fa\u30fc-\u312f\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f]")
_NEAR = 8
_OPENING, _CLOSING = "(（[【「『", ")）]】」』"
_SHIFT = 21


@dataclass(frozen=True, slots=True)
class Sought:
    """What of Chinese is looked for, so that nothing else need be read otherwise."""

    pairs: NDArray[np.int64]
    """Characters that stand side by side in a term, as :func:`pairs_of` gives them, sorted."""
    chinese: bool
    """Whether any term is Chinese."""
    numerals: bool
    """Whether a term has numerals."""


def pairs_of(before: Codes, after: Codes) -> NDArray[np.int64]:
    """Two characters each, as one number."""
    return (before.astype(np.int64) << _SHIFT) | after.astype(np.int64)


def put_in(folded: Folded, sought: Sought | None) -> list[tuple[Piece, bool]]:
    """What may be left out; and whether it is nothing but digits."""
    codes = folded.codes
    if codes.dtype == np.uint8:
        return []
    han = (codes >= 0x3400) & (codes <= 0x9FFF)
    places = np.flatnonzero(han)
    apart = places[1:] - places[:-1]
    between = np.flatnonzero((apart > 1) & (apart <= _WIDEST + 1))
    if len(between) and sought is not None:
        pairs = pairs_of(codes[places[between]], codes[places[between + 1]])
        at = np.searchsorted(sought.pairs, pairs)
        known = sought.pairs[np.minimum(at, len(sought.pairs) - 1)] if len(sought.pairs) else at * 0 - 1
        between = between[known == pairs]
    if not len(between):
        return []
    word = (kinds()[codes] != OTHER) & ~han
    blank = (codes == 32) | (codes == 10)
    first, last = places[between], places[between + 1]
    begins = word.copy()
    begins[1:] &= ~word[:-1]
    words, blanks, runs = (_counted(one) for one in (word, blank, begins))
    many = words[last] - words[first + 1]
    good = (many > 0) & (many <= MOST) & (blanks[last] == blanks[first]) & (runs[last] - runs[first + 1] == 1)
    found: list[tuple[Piece, bool]] = []
    for start, stop in zip(first[good].tolist(), last[good].tolist(), strict=True):
        inside = folded.text[start + 1 : stop]
        one = _piece(folded, start + 1, inside, np.flatnonzero(word[start + 1 : stop]))
        if one is not None and not _is_at_home(folded.text, start + 1, stop):
            found.append((one, all(char.isdecimal() for char in inside if char.isalnum())))
    return found


def _counted(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many there are before each place, and in all."""
    count = np.zeros(len(flags) + 1, dtype=np.int64)
    np.cumsum(flags, out=count[1:])
    return count


def _piece(folded: Folded, place: int, inside: str, words: Ints) -> Piece | None:
    """The letters or digits among what stands between two characters, with brackets around them."""
    first, last = int(words[0]), int(words[-1]) + 1
    if first and inside[first - 1] in _OPENING and inside[last : last + 1] in tuple(_CLOSING):
        first, last = first - 1, last + 1
    if first > _MARKS or len(inside) - last > _MARKS:
        return None
    return Piece(int(folded.at[place + first]), int(folded.at[place + last - 1]) + 1, "", "spaced")


def _is_at_home(text: str, start: int, end: int) -> bool:
    """Whether it is kana, or Hangul, in a text in which there is more of it."""
    of = set(_OTHER_SCRIPTS.findall(text, start, end))
    around = set(_OTHER_SCRIPTS.findall(text, max(0, start - _NEAR), min(len(text), end + _NEAR)))
    return bool(of) and around != of
