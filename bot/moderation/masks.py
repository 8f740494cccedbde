"""Words of which letters are hidden behind marks: ``f**k``, ``sh#t``, ``k*ll y**rself``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.moderation.terms import Spelling

LONGEST = 60
"""Most characters of a masked term."""
_WORD = 24
"""Most characters of one masked word."""
_HARD = "*#%@$&~×•█▇▆■"
"""Marks that may hide any letter; every other sign hides a vowel only."""
_LETTER = r"[a-z0-9\u0370-\u1fff\u2c00-\ud7ff]"
_SIGN = rf"(?:(?!{_LETTER}|[\s,;:!'\"’‘“”()\[\]{{}}<>/\\|=—–]).)"
_TOKEN = re.compile(rf"(?<!{_LETTER})(?<!\\)[a-z](?:[a-z]|{_SIGN}){{1,{_WORD - 1}}}(?!{_LETTER}|{_SIGN})")
_IS_MASKED = re.compile(rf"[{re.escape(_HARD)}]|(?<=[a-z]){_SIGN}+(?=[a-z])")
_VOWELS = "aeiouy"
_SENTENCE = ".?"
"""Signs that end a sentence; at the end of a word they hide nothing."""


class _Entry(NamedTuple):
    spelling: Spelling
    offset: int
    """Where its word begins in the term."""


class Masks:
    """The terms that a masked word may be, by length, and by the first letter that is seen and its place."""

    def __init__(self, spellings: Sequence[Spelling]) -> None:
        self._words: dict[tuple[int, int, str], list[_Entry]] = defaultdict(list)
        for one in {(one.term, one.folded): one for one in spellings if not one.way}.values():
            whole = one.folded
            if not 3 < len(whole) <= LONGEST or not whole.replace(" ", "").isalpha():
                continue
            offset = 0
            for word in whole.split(" ") if whole.isascii() else ():
                if 2 < len(word) <= _WORD:
                    self._words[len(word), 0, word[0]].append(_Entry(one, offset))
                    if word[0] in _VOWELS:
                        place = next((at for at, char in enumerate(word) if char not in _VOWELS), 9)
                        if place < 3:
                            self._words[len(word), place, word[place]].append(_Entry(one, offset))
                offset += len(word) + 1

    def find(self, text: str) -> Iterator[tuple[int, int, Spelling]]:
        """Masked words in a folded text, and what each may be."""
        if not self._words or _IS_MASKED.search(text) is None:
            return
        for found in _TOKEN.finditer(text):
            token = found[0]
            shown = token.rstrip(_HARD + _SENTENCE)
            after_mark = found.start() > 0 and text[found.start() - 1] in _HARD
            if not after_mark and shown.isalpha() and shown == token.rstrip(_SENTENCE):
                continue
            yield from self._terms(text, found.start(), shown, token)

    def _terms(self, text: str, start: int, shown: str, token: str) -> Iterator[tuple[int, int, Spelling]]:
        hidden = 0
        while hidden < 3 and start > hidden and text[start - hidden - 1] in _HARD:
            hidden += 1
        for before in range(min(hidden, 2) + 1):
            for length in range(len(shown), len(token) + 1):
                for one, offset in self._words.get((before + length, before, token[0]), ()):
                    begin = start - before - offset
                    end = begin + len(one.folded)
                    if begin >= 0 and _covers(text[begin:end], one.folded) and not _in_word(text, begin, end):
                        yield begin, end, one


def _in_word(text: str, start: int, end: int) -> bool:
    return (start > 0 and text[start - 1].isalnum()) or (end < len(text) and text[end].isalnum())


def _covers(token: str, word: str) -> bool:
    """Whether the letters that are seen are the word's, and are half of it."""
    if len(token) != len(word):
        return False
    seen = hidden = 0
    for shown, letter in zip(token, word, strict=True):
        if shown == letter:
            seen += letter != " "
        elif shown in _HARD or letter in _VOWELS:
            if shown.isalnum() or shown.isspace() or letter == " ":
                return False
            hidden += 1
        else:
            return False
    return seen >= hidden > 0
