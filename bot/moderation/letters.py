"""A view of a folded text: nothing but letters, each run of one letter once.

All disguises by marks, spaces and stretched letters fall together here, so one
look finds everything that could be a term; what it is in truth is decided
afterwards, on the text itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.moderation.fold import SPACED, UNSPACED, Codes, Flags, Folded, Ints, kinds, string_of

_ZERO, _NINE = 48, 57


@dataclass(frozen=True, slots=True)
class Letters:
    """The view.

    ``places`` are the letters' places in the folded text; character ``k`` of
    ``key`` begins with letter ``firsts[k]`` and ends before ``firsts[k + 1]``.
    ``begins`` and ``ends`` say where a word may begin before, or end after, a
    character of the key; ``loose_ends`` and ``loose_begins`` count a change
    between digit and letter too.
    """

    key: str
    places: Ints
    firsts: Ints
    begins: Flags
    ends: Flags
    loose_begins: Flags
    loose_ends: Flags
    codes: Codes


def letters_of(folded: Folded) -> Letters:
    """The letters of a folded text."""
    kind = kinds()[folded.codes]
    places = np.flatnonzero(kind).astype(np.int32)
    count = len(places)
    codes = folded.codes[places]
    scripts = kind[places]
    gap = np.ones(count + 1, dtype=np.bool_)
    edge = np.ones(count + 1, dtype=np.bool_)
    loose = np.ones(count + 1, dtype=np.bool_)
    same = np.zeros(count, dtype=np.bool_)
    if count > 1:
        steps = np.diff(places)
        apart = steps != 1
        gap[1:count] = apart
        alone = gap[:-1] & gap[1:]
        digit = (codes >= _ZERO) & (codes <= _NINE)
        edge[1:count] = apart | (scripts[1:] != scripts[:-1]) | (scripts[1:] == UNSPACED)
        loose[1:count] = edge[1:count] | (digit[1:] != digit[:-1])
        same[1:] = (
            (codes[1:] == codes[:-1])
            & (scripts[1:] == SPACED)
            & ~digit[1:]
            & (~apart | (alone[1:] & alone[:-1] & (steps < 6)))
        )
    firsts = np.flatnonzero(~same).astype(np.int32)
    after = np.append(firsts[1:], np.int32(count))
    return Letters(
        key=string_of(codes[firsts]),
        places=places,
        firsts=np.append(firsts, np.int32(count)),
        begins=edge[firsts],
        ends=edge[after] if count else edge[:0],
        loose_begins=loose[firsts],
        loose_ends=loose[after] if count else loose[:0],
        codes=codes,
    )


def key_of(folded: str) -> str:
    """The same key for a short folded text, such as a term."""
    return "".join(letter for letter, _ in runs_of_key(folded))


def runs_of_key(folded: str) -> tuple[tuple[str, int], ...]:
    """The characters of its key, and of how many letters each is made."""
    kind = kinds()
    runs: list[tuple[str, int]] = []
    before = ""
    for char in folded:
        of = kind[ord(char)]
        if of and char == before and of == SPACED and not "0" <= char <= "9":
            runs[-1] = (char, runs[-1][1] + 1)
        elif of:
            runs.append((char, 1))
        before = char
    return tuple(runs)
