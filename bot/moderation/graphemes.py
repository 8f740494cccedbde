"""What is seen as one character: a mask covers it whole, and a stream is not cut within it.

The rules are those of Unicode's Standard Annex 29, extended grapheme clusters,
as far as they join characters to the one before.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_JOINER = "\u200d"
_ZERO_WIDTH_NON_JOINER = "\u200c"


def extends(text: str, at: int) -> bool:
    """Whether the character there belongs to the one before it."""
    if not 0 < at < len(text):
        return False
    char, before = text[at], text[at - 1]
    if char < "\u0300":
        return char == "\n" and before == "\r"
    if before in "\r\n":
        return False
    if char in (_JOINER, _ZERO_WIDTH_NON_JOINER) or unicodedata.category(char) in ("Mn", "Me", "Mc"):
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f":
        return True  # tones of skin, tags
    if before == _JOINER:
        return unicodedata.category(char) == "So"
    if "\u1160" <= char <= "\u11ff":  # vowels and last consonants of Hangul
        return "\u1100" <= before <= "\u11ff" or "\uac00" <= before <= "\ud7a3"
    return _is_flag(char) and _flags_before(text, at) % 2 == 1


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flags_before(text: str, at: int) -> int:
    """How many letters of flags stand in a row before a place; two make a flag."""
    start = at
    while start > 0 and _is_flag(text[start - 1]):
        start -= 1
    return at - start


def whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The same span, with all of what is seen as its first and last character."""
    while extends(text, start):
        start -= 1
    while extends(text, end):
        end += 1
    return start, end


def settled(text: str, end: int) -> int:
    """The last place up to ``end`` where no character is cut, whatever follows the text."""
    end = min(end, len(text) - 1)
    while extends(text, end):
        end -= 1
    return max(0, end)


def covered(
    text: str, spans: Sequence[tuple[int, int]], mark: str, start: int = 0, end: int | None = None
) -> str:
    """The text from ``start`` to ``end``, one mark for each visible character of the spans; blanks stay."""
    end = len(text) if end is None else end
    letters = list(text[start:end])
    for first, last in spans:
        begin, stop = whole(text, first, last)
        for at in range(max(begin, start), min(stop, end)):
            if (at > begin and extends(text, at)) or unicodedata.category(text[at]) == "Cf":
                letters[at - start] = ""
            elif not text[at].isspace():
                letters[at - start] = mark
    return "".join(letters)
