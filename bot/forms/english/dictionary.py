"""The CMU Pronouncing Dictionary (github.com/cmusphinx/cmudict, BSD), shipped with the bot.

A pronunciation is a tuple of ARPAbet phones; vowels carry their stress: 0 none,
1 primary, 2 secondary.
"""

from __future__ import annotations

import lzma
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from pathlib import Path

Phones = tuple[str, ...]

DATA = Path(__file__).with_name("data") / "cmudict.dict.xz"
VERSE = DATA.with_name("verse.dict")
"""Words of verse that it lacks, or gives as prose says them: these go first."""


@cache
def _entries() -> dict[str, str]:
    """Word to its pronunciations, with ``|`` between them; parsed further when asked for."""
    found: dict[str, str] = {}
    with lzma.open(DATA, "rt", encoding="utf-8") as file:
        for line in file:
            word, _, phones = line.partition("#")[0].strip().partition(" ")
            base = word.partition("(")[0]
            found[base] = f"{found[base]}|{phones}" if base in found else phones
    for line in VERSE.read_text("utf-8").splitlines()[1:]:
        word, _, phones = line.partition(" ")
        found[word] = phones
    return found


@cache
def _reversed() -> list[str]:
    """All words spelled backwards, sorted: words that end alike stand together."""
    return sorted(word[::-1] for word in _entries() if word.isalpha())


def look_up(word: str) -> tuple[Phones, ...]:
    """The pronunciations of a word in lower case; none if it is not there."""
    entry = _entries().get(word)
    return tuple(tuple(one.split()) for one in entry.split("|")) if entry else ()


def known(word: str) -> bool:
    """Whether the dictionary has a word in lower case."""
    return word in _entries()


def words() -> Iterator[str]:
    """All words of letters only."""
    return (word for word in _entries() if word.isalpha())


def ending_alike(word: str, most: int = 24) -> tuple[int, list[str]]:
    """The words that share the longest end with one: how many letters, and up to ``most`` of them.

    The word itself is left out.
    """
    backwards, all = word[::-1], _reversed()
    at = bisect_left(all, backwards)
    shared = 0
    for near in (at - 1, at, at + 1):
        if 0 <= near < len(all) and all[near] != backwards:
            shared = max(shared, _common(all[near], backwards))
    if shared == 0:
        return 0, []
    start = bisect_left(all, backwards[:shared])
    end = bisect_left(all, backwards[:shared] + "\uffff")
    step = max(1, (end - start) // most)
    return shared, [one[::-1] for one in all[start:end:step] if one != backwards][:most]


def sharing(word: str, length: int, most: int = 40) -> list[str]:
    """Up to ``most`` words that end in the last so many letters of one; the word itself is left out."""
    backwards, all = word[::-1], _reversed()
    start = bisect_left(all, backwards[:length])
    end = bisect_left(all, backwards[:length] + "\uffff")
    step = max(1, (end - start) // most)
    return [one[::-1] for one in all[start:end:step] if one != backwards][:most]


def _common(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
