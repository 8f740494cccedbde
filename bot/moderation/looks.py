"""The ways to look at a text: as it is, and with digits and signs read as letters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bot.moderation.fold import SPACED, Codes, Folded, fold, kinds
from bot.moderation.letters import Letters, letters_of

_LEET = dict(zip("023456789@$€£+!|(<^¥", "ozeasgtbgaselt11ccay", strict=True))
_BETWEEN = "(+<^"
"""Signs that are letters only between two letters."""
_BEFORE = "!|"
"""Signs that are letters only before one."""


@dataclass(frozen=True, slots=True)
class Look:
    """One view of a text: folded, its letters, and which characters were read as letters."""

    original: str
    folded: Folded
    text: str
    letters: Letters
    same: bool = False
    """Whether folding changed nothing but case."""
    swapped: bytes = b""
    """A byte for every folded character: 1 where a sign was read as a letter."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where characters ``start:end`` of the folded text are in the original."""
        at = self.folded.at
        return int(at[start]), int(at[end - 1]) + 1


def look_at(original: str) -> Look:
    """The text folded."""
    folded = fold(original)
    text = folded.text
    return Look(original, folded, text, letters_of(folded), text == original.lower())


def look_for_signs(plain: Look) -> Look | None:
    """The text with digits and signs read as letters; None if there are none to be read so."""
    codes = plain.folded.codes
    table = _signs()
    small = np.where(codes < table.size, codes, 0)
    swapped = table[small] != 0
    if not swapped.any():
        return None
    letter = (kinds()[codes] == SPACED) | swapped
    kind = _kinds_of_signs()[small]
    swapped[:-1] &= (kind[:-1] == 0) | letter[1:]
    swapped[1:] &= (kind[1:] != 1) | letter[:-1]
    swapped[-1] &= kind[-1] == 0
    swapped[0] &= kind[0] != 1
    if not swapped.any():
        return None
    made: Codes = np.where(swapped, table[small], codes).astype(np.uint32)
    folded = Folded(made, plain.folded.at)
    return Look(plain.original, folded, folded.text, letters_of(folded), False, swapped.tobytes())


@cache
def _signs() -> Codes:
    table = np.zeros(0x2100, dtype=np.uint32)
    for sign, letter in _LEET.items():
        table[ord(sign)] = ord(letter)
    table[ord("1")] = ord("1")
    return table


@cache
def _kinds_of_signs() -> NDArray[np.uint8]:
    table = np.zeros(0x2100, dtype=np.uint8)
    for sign in _BETWEEN:
        table[ord(sign)] = 1
    for sign in _BEFORE:
        table[ord(sign)] = 2
    return table


def leet_word(token: str) -> list[str]:
    """What a token of letters and digits may be read as."""
    read = "".join(_LEET.get(char, char) for char in token)
    return [read.replace("1", "i"), read.replace("1", "l")]
