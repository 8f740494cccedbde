"""How much of a text stands in an earlier one already.

The measure is the containment of shingles: texts are cut into overlapping
pieces (five characters of an alphabet, two of Han script), and the pieces that
two texts share are divided by those of the text that has fewer
(A. Z. Broder, *On the resemblance and containment of documents*, 1997).  Case,
accents, punctuation and line breaks do not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LETTERS = 5
"""Characters in a piece of a text in an alphabet."""

HAN = 2
"""Characters in a piece of a Chinese text."""

SHORT = 10
"""With fewer pieces a text can share most of them by chance: those are compared as a whole."""

TOO_LIKE = 0.4
"""The likeness from which a new take is too like an earlier text; how it was measured: ``README.md``."""

_HAN = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Alike:
    """An earlier text and how like it the new one is, from 0 to 1; ``name`` is whatever it was given by."""

    name: tuple[int, int]
    likeness: float


def shingles(text: str) -> frozenset[str]:
    """The pieces of a text."""
    folded = text.casefold()
    if not folded.isascii():
        folded = "".join(
            char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char)
        )
    han = "".join(_HAN.findall(folded))
    letters = " ".join(_WORDS.findall(_HAN.sub(" ", folded) if han else folded))
    return frozenset(_pieces(han, HAN)) | frozenset(_pieces(letters, LETTERS))


def _pieces(text: str, size: int) -> Iterable[str]:
    return [text[at : at + size] for at in range(max(1, len(text) - size + 1))] if text else []


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The part of the smaller text that stands in the other, from 0 to 1.

    Where the smaller has fewer than :data:`SHORT` pieces, the shared ones are
    divided by all of both: a title is not a copy of the poem that quotes it.
    """
    if not one or not other:
        return 0.0
    shared = len(one & other)
    fewer = min(len(one), len(other))
    return shared / (fewer if fewer >= SHORT else len(one | other))


def closest(text: str, earlier: Iterable[tuple[tuple[int, int], frozenset[str]]]) -> Alike | None:
    """The earlier text that is most like this one, of those given by name and pieces; None without any."""
    own = shingles(text)
    found = [Alike(name, likeness(own, pieces)) for name, pieces in earlier]
    return max(found, key=lambda one: one.likeness, default=None)
