"""How a line can be read: a character of two tones goes by the one that its place asks for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from bot.forms.chinese.sound import RARE, Book, tones, weights
from bot.forms.model import Finding, Holds

STRICT = str.maketrans("⊙◎", "平仄")
"""Makes of what should be what must be."""

LOOSE = str.maketrans("⊙◎", "中中")
"""Makes of what should be what may be."""

HALF = 50
"""Percent of a character's uses below which a reading is marked as the less usual one."""


def fits(line: str, pattern: str, book: Book) -> Holds:
    """Whether a line can be read so.

    It is doubtful if only by a reading that is seldom met, or unknown, or with the other tone where one
    should be (⊙, ◎).
    """
    least = RARE
    for char, due in zip(line, pattern, strict=True):
        if due != "中":
            share = weights(char, book)[due in "仄◎"]
            if share < least:
                if not share and due in "平仄":
                    return Holds.NO
                least = share
    return Holds.YES if least >= RARE else Holds.DOUBTFUL


def heard(line: str, book: Book, pattern: str) -> str:
    """The tones of a line: of a character with both, the one that is due."""
    return "".join(
        [
            _heard(char, due, book)
            for char, due in zip(line, pattern.translate(STRICT).ljust(len(line), "中"), strict=False)
        ]
    )


@cache
def _heard(char: str, due: str, book: Book) -> str:
    shares = tones(char, book)
    return due if due in shares else max(shares, key=lambda tone: shares[tone], default="？")


def read_otherwise(line: str, found: Finding, book: Book) -> Iterable[Finding]:
    """Which characters of two tones are read in the less usual one, because their place asks for it."""
    told = [
        char + tone
        for char, due, tone in zip(line, found.wanted.translate(STRICT), found.found, strict=True)
        if due == tone and 0 < weights(char, book)[due == "仄"] < HALF and len(tones(char, book)) == 2
    ]
    if told:
        yield Finding("reading", "", " ".join(told), Holds.YES, advice=True)
