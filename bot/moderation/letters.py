"""A view of a folded text: nothing but letters, each run of one letter once.

All disguises by marks, spaces and stretched letters fall together here, so one
look finds everything that could be a term; what it is in truth is decided
afterwards, on the text itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

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
    ascii_only = folded.codes.dtype == np.uint8
    if ascii_only:
        kind = np.frombuffer(folded.codes.tobytes().translate(_letters_of_ascii()), dtype=np.uint8)
    else:
        kind = kinds()[folded.codes]
    places = np.flatnonzero(kind)
    count = len(places)
    codes = folded.codes[places]
    edge = np.ones(count + 1, dtype=np.bool_)
    digit = codes <= _NINE if ascii_only else (codes >= _ZERO) & (codes <= _NINE)
    scripts = kind[places]
    spaced = ascii_only or not (scripts == UNSPACED).any()
    apart = np.not_equal(places[1:] - places[:-1], 1)
    same = np.zeros(count, dtype=np.bool_)
    if count > 1:
        alike = codes[1:] == codes[:-1]
        if spaced:
            edge[1:count] = apart
        else:
            edge[1:count] = apart | (scripts[1:] != scripts[:-1]) | (scripts[1:] == UNSPACED)
            alike &= scripts[1:] == SPACED
        same[1:] = alike & ~apart
        for one in np.flatnonzero(alike & apart).tolist():  # "f u u c k"
            alone = (one == 0 or apart[one - 1]) and (one + 2 == count or apart[one + 1])
            gap = places[one + 1] - places[one]
            wider = (
                one
                and one + 2 < count
                and gap > max(places[one] - places[one - 1], places[one + 2] - places[one + 1])
            )  # "d u m b   b i t"
            same[one + 1] = alone and gap < 6 and not wider
    loose = edge
    if digit.any():
        same &= ~digit
        loose = edge.copy()
        loose[1:count] |= digit[1:] != digit[:-1]
    firsts = np.append(np.flatnonzero(~same), count)
    edges = edge[firsts]
    loosely = edges if loose is edge else loose[firsts]
    return Letters(
        key=string_of(codes[firsts[:-1]]),
        places=places,
        firsts=firsts,
        begins=edges[:-1],
        ends=edges[1:],
        loose_begins=loosely[:-1],
        loose_ends=loosely[1:],
        codes=codes,
    )


@cache
def _letters_of_ascii() -> bytes:
    return kinds()[:256].tobytes()


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
