"""Words of which letters are hidden behind marks: ``f**k``, ``sh#t``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from bot.moderation.terms import Spelling

LONGEST = 24
"""Most characters of a masked word."""
_MARKS = "*#%@$&~"
_TOKEN = re.compile(
    rf"(?<![a-z0-9\\])[a-z](?=[a-z]*[{_MARKS}])[a-z{_MARKS}]{{1,{LONGEST - 1}}}(?![a-z0-9{_MARKS}])"
)


class Masks:
    """The terms that a masked word may be, by first letter and length."""

    def __init__(self, spellings: Sequence[Spelling]) -> None:
        self._terms: dict[tuple[str, int], list[Spelling]] = defaultdict(list)
        for one in spellings:
            word = one.folded
            if not one.way and 3 < len(word) <= LONGEST and word.isascii() and word.isalpha():
                self._terms[word[0], len(word)].append(one)

    def find(self, text: str) -> Iterator[tuple[int, int, Spelling]]:
        """Masked words in a folded text, and what each may be."""
        if not self._terms or not any(mark in text for mark in _MARKS):
            return
        for found in _TOKEN.finditer(text):
            token = found[0]
            for length in range(len(token.rstrip(_MARKS)), len(token) + 1):
                for one in self._terms.get((token[0], length), ()):
                    if _covers(token[:length], one.folded):
                        yield found.start(), found.start() + length, one


def _covers(token: str, word: str) -> bool:
    """Whether the letters that are seen are the word's, and are half of it."""
    seen = 0
    for shown, letter in zip(token, word, strict=True):
        if shown == letter:
            seen += 1
        elif shown not in _MARKS:
            return False
    return len(word) > seen >= (len(word) + 1) // 2
