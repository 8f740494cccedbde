"""Words of which letters are hidden behind marks: ``f**k``, ``sh#t``, ``k*ll y**rself``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.moderation.fold import Codes
from bot.moderation.terms import Spelling, Term
from bot.moderation.words import is_literary

LONGEST = 60
"""Most characters of a masked term."""
_WORD = 24
"""Most characters of one masked word."""
_HARD = "*#%@$&~×•█▇▆■"
"""Marks that may hide any letter; those of ``_SOFT`` hide a vowel, between two letters."""
_SOFT = r"\-_.?+^°¤✱∗⁎✻♥❤★☆●○◆◇·…\u2190-\u2bff\U0001f000-\U0001faff"
_MARK = re.compile(f"[{re.escape(_HARD)}{_SOFT}]")
_SPOT = re.compile(rf"[{re.escape(_HARD)}](?:(?=[a-z])|(?<=[a-z].))|{_MARK.pattern}(?=[a-z])(?<=[a-z].)")
"""A mark beside a letter: every masked word has one."""
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_TOKEN = _LETTERS | {
    chr(code) for code in (*range(0x20, 0x2C00), *range(0x1F000, 0x1FB00)) if _MARK.match(chr(code))
}
_VOWELS = "aeiouy"
_CONSONANTS = _LETTERS - set(_VOWELS)


class _Entry(NamedTuple):
    spelling: Spelling
    offset: int
    """Where its word begins in the term."""


class Masks:
    """The terms that a masked word may be.

    By length and consonants, for words of which vowels are hidden; and by length,
    first letter and another with its place, for those with others hidden too.
    """

    def __init__(self, spellings: Sequence[Spelling], terms: Sequence[Term]) -> None:
        self._terms = terms
        self._open = sorted(
            {
                len(one.folded)
                for one in spellings
                if (terms[one.term].open_left or terms[one.term].open_right)
                and 3 < len(one.folded) <= _WORD
                and one.folded.isalpha()
            }
        )
        """How long the terms are that may stand within a word."""
        self._by_consonants: dict[tuple[int, str], list[_Entry]] = defaultdict(list)
        self._by_two: dict[tuple[int, str, int, str], list[_Entry]] = defaultdict(list)
        for one in {(one.term, one.folded): one for one in spellings if not one.way}.values():
            whole = one.folded
            if not (3 < len(whole) <= LONGEST and whole.isascii() and whole.replace(" ", "").isalpha()):
                continue
            offset = 0
            for word in whole.split(" "):
                if 2 < len(word) <= _WORD:
                    entry = _Entry(one, offset)
                    self._by_consonants[len(word), _consonants(word)].append(entry)
                    for place in range(1, len(word)):
                        self._by_two[len(word), word[0], place, word[place]].append(entry)
                offset += len(word) + 1

    def find(self, text: str, codes: Codes) -> Iterator[tuple[int, int, Spelling]]:
        """Masked words in a folded text, and what each may be."""
        if not self._by_consonants:
            return
        done = 0
        for at in _spots(text, codes):
            if at < done:
                continue
            start, end = _token(text, at)
            done = end
            if end - start <= _WORD and (
                start == 0 or not (text[start - 1].isalnum() or text[start - 1] == "\\")
            ):
                yield from self._words(text, start, end)

    def _words(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, Spelling]]:
        """What the letters and marks there may be; marks before and after may belong to it or not."""
        token = text[start:end]
        if end < len(text) and text[end].isalnum():
            return
        bare = token.lstrip(_HARD)
        letter = start + len(token) - len(bare)
        if not bare or bare[0] not in _LETTERS:
            return
        if self._open:
            yield from self._within(text, letter, letter + len(bare))
        shown = len(bare.rstrip(_HARD + ".?_-"))
        if shown == len(bare) - 1 and is_literary(bare[:shown]):
            return  # a word and the mark of a note
        any_hidden = any(mark in _HARD for mark in bare)
        for before in range(min(letter - start, 2) + 1):
            for length in range(shown, len(bare) + 1):
                seen = bare[:length]
                found = self._by_consonants.get((before + length, _consonants(seen)), [])
                if any_hidden and not before:
                    place = next((at for at in range(1, length) if seen[at] in _LETTERS), 0)
                    found = [*found, *self._by_two.get((length, seen[0], place, seen[place]), ())]
                for one, offset in found:
                    first = letter - before - offset
                    last = first + len(one.folded)
                    if (
                        first >= 0
                        and _covers(text[first:last], one.folded)
                        and not _in_word(text, first, last)
                    ):
                        yield first, last, one

    def _within(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, Spelling]]:
        """Terms that a masked word begins or ends with, where they may be a part of it."""
        for length in self._open:
            if length >= end - start:
                return
            for first, last in ((start, start + length), (end - length, end)):
                seen = text[first:last]
                key = (length, _consonants(seen))
                for one, offset in self._by_consonants.get(key, ()) if seen[0] in _LETTERS else ():
                    term = self._terms[one.term]
                    if (
                        not offset
                        and (first == start or term.open_left)
                        and (last == end or term.open_right)
                        and _covers(seen, one.folded)
                    ):
                        yield first, last, one


def _spots(text: str, codes: Codes) -> Iterable[int]:
    """Marks beside a letter: every masked word has one."""
    if codes.dtype == np.uint8:
        return (found.start() for found in _SPOT.finditer(text))
    kind = _kinds()[np.minimum(codes, _LAST)]
    letter = np.zeros(len(codes) + 2, dtype=np.bool_)
    letter[1:-1] = kind == _LETTER
    before, after = letter[:-2], letter[2:]
    spots = ((kind == _IS_HARD) & (before | after)) | ((kind == _IS_SOFT) & before & after)
    found: list[int] = np.flatnonzero(spots).tolist()
    return found


_LETTER, _IS_SOFT, _IS_HARD = 1, 2, 3
_LAST = 0x1FB00


@cache
def _kinds() -> NDArray[np.uint8]:
    table = np.zeros(_LAST + 1, dtype=np.uint8)
    for char in _TOKEN:
        table[ord(char)] = _LETTER if char in _LETTERS else _IS_HARD if char in _HARD else _IS_SOFT
    return table


def _consonants(letters: str) -> str:
    return "".join(char for char in letters if char in _CONSONANTS)


def _token(text: str, at: int) -> tuple[int, int]:
    """Begin and end of the letters and marks around a mark."""
    start, end, size = at, at + 1, len(text)
    while start and at - start <= _WORD and text[start - 1] in _TOKEN:
        start -= 1
    while end < size and end - at <= _WORD and text[end] in _TOKEN:
        end += 1
    return start, end


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
