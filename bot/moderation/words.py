"""Which letters make an English word: what a disguised spelling must not be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import product

from bot.moderation.data.read import read_table

_RUN = re.compile(r"(.)\1*", re.DOTALL)
_READINGS = 64
_KEPT = 4096
"""How many answers are remembered: hostile texts say the same over and over."""


@cache
def _words() -> dict[str, bool]:
    """Every word, and whether it is one of literature."""
    return {row.lstrip("-"): not row.startswith("-") for row in read_table("words")}


def is_word(letters: str) -> bool:
    """Whether this is an English word; of single letters only a, i and o are."""
    return letters in "aio" if len(letters) == 1 else letters in _words()


def is_literary(letters: str) -> bool:
    """Whether the word is met in old literature."""
    return len(letters) > 1 and _words().get(letters, False)


@lru_cache(maxsize=_KEPT)
def are_words(letters: str) -> bool:
    """Whether letters without spaces can be read as words, all of them."""
    size = len(letters)
    reach = [True] + [False] * size
    for start in range(size):
        if reach[start]:
            for end in range(start + 1, min(size, start + 14) + 1):
                if not reach[end] and is_word(letters[start:end]):
                    reach[end] = True
    return reach[size]


def runs_of(letters: str) -> list[tuple[str, int]]:
    """Each letter and how often it stands there in a row."""
    return [(found[1], len(found[0])) for found in _RUN.finditer(letters)]


@lru_cache(maxsize=_KEPT)
def reads_as(letters: str, term: str) -> bool:
    """Whether stretched letters are best read as the term.

    Of the ways to shorten the runs to one or two letters the longest that is a
    word wins: ``goooood`` is "good" and not "god", ``assss`` is "ass" and not "as".
    A name or a rare word counts only as it is: "Gunn", not ``gunnnn``.
    """
    if letters == term:
        return True
    if is_word(letters):
        return False
    choices: list[Sequence[str]] = []
    wanted = runs_of(term)
    for number, (letter, times) in enumerate(runs_of(letters)):
        most = max(2, wanted[number][1] if number < len(wanted) else 1)
        choices.append([letter * many for many in range(min(times, most), 0, -1)])
    total = 1
    for choice in choices:
        total *= len(choice)
    if total > _READINGS:
        return True
    best = len(term)
    return not any(len(read) > best and is_literary(read) for read in map("".join, product(*choices)))
