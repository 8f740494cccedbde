"""All spellings in one automaton (Aho-Corasick), and what drops most of the places it gives at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import Any

import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind
from numpy.typing import NDArray

from bot.moderation.fold import Flags, Ints
from bot.moderation.letters import Letters
from bot.moderation.looks import Look
from bot.moderation.terms import Spelling, Term

Place = tuple[int, int, int, str]
"""Begin and end in the folded text, the term, and the way of its disguise."""
Parts = tuple[Spelling, int, int, int, int, bool, str]
_E, _S, _Z = map(ord, "esz")


class Automaton:
    """All spellings for one view, with what is needed to drop most candidates at once."""

    def __init__(self, spellings: Sequence[Spelling], terms: Sequence[Term]) -> None:
        self.spellings = [one for one in spellings if one.key]
        keys = [one.key for one in self.spellings]
        self.find = (
            AhoCorasick(keys, matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA)
            if keys
            else None
        )
        self.longest = max(map(len, keys), default=0)
        self.letters: Ints = np.array([one.letters for one in self.spellings], dtype=np.int64)
        mine = [terms[one.term] for one in self.spellings]
        self.open_left: Flags = np.array([one.open_left for one in mine], dtype=np.bool_)
        self.any_open = bool(self.open_left.any())
        self.open_right: Flags = np.array([one.open_right for one in mine], dtype=np.bool_)
        self.terms: Ints = np.array([one.term for one in self.spellings], dtype=np.int64)
        self.simple: Flags = np.array(
            [one.simple and len(one.key) == one.letters for one in self.spellings], dtype=np.bool_
        )
        """Those of which no letter is doubled: as many letters as characters are the word itself."""

    def places(self, look: Look) -> tuple[list[Place], Iterator[Parts]]:
        """Where terms stand plainly; and where spellings could stand, the parts of a :class:`Candidate`."""
        letters = look.letters
        raw = self.find.find_matches_as_indexes(letters.key, overlapping=True) if self.find else []
        if not raw:
            return [], iter(())
        table = np.fromiter(chain.from_iterable(raw), dtype=np.int64, count=3 * len(raw)).reshape(-1, 3)
        which, first = table[:, 0], table[:, 1]
        good = letters.loose_begins[first]  # of which the others are a part
        kept = np.flatnonzero(good | self.open_left[which] if self.any_open else good)
        if not len(kept):
            return [], iter(())
        table = table[kept]
        which, first, last = table[:, 0], table[:, 1], table[:, 2]
        many = self.letters[which]
        begins = letters.begins[first] | self.open_left[which]
        ends = letters.ends[last - 1] | self.open_right[which]
        loose = many > 3
        plainly = ends | (letters.loose_ends[last - 1] & loose)
        good = begins | (letters.loose_begins[first] & loose)
        good &= letters.firsts[last] - letters.firsts[first] >= many
        if not plainly.all():
            good &= plainly | (_plural(letters, last) & (many > 2))
        kept = np.flatnonzero(good)
        if not len(kept):
            return [], iter(())
        which, first, last = which[kept], first[kept], last[kept]
        starts = letters.places[letters.firsts[first]]
        stops = letters.places[letters.firsts[last] - 1] + 1
        sure = (begins & ends)[kept]
        plainly = plainly[kept]
        quick = sure & self.simple[which] & (stops - starts == self.letters[which])
        left = ~quick
        if look.read is not None:
            read = look.read[stops] - look.read[starts]
            quick &= (read > 0) & (read < stops - starts)
            if "@" in look.original:
                quick[:] = False  # it may be an address
            left = ~quick & (read > 0)
        elif not look.same:
            quick[:] = False
            left = ~quick
        done = list(
            zip(
                starts[quick].tolist(),
                stops[quick].tolist(),
                self.terms[which[quick]].tolist(),
                repeat("" if look.read is None else "leet"),
                strict=False,
            )
        )
        rows = [one[left] for one in (which, first, last, starts, stops, sure, plainly)]
        return done, self._parts(rows, letters.key) if left.any() else iter(())

    def _parts(self, rows: Sequence[NDArray[Any]], key: str) -> Iterator[Parts]:
        for number, begin, end, start, stop, sure, plain in zip(*(one.tolist() for one in rows), strict=True):
            suffix = "" if plain else _suffix(key[end : end + 2])
            yield self.spellings[number], begin, end, start, stop, sure, suffix


def _plural(letters: Letters, last: Ints) -> Flags:
    """Whether the ending of a plural, and then the end of the word, follows."""
    final = len(letters.ends) - 1
    one, two = np.minimum(last, final), np.minimum(last + 1, final)
    after, then = letters.codes[letters.firsts[one]], letters.codes[letters.firsts[two]]
    short = ((after == _S) | (after == _Z)) & letters.ends[one] & (last <= final)
    return short | ((after == _E) & (then == _S) & letters.ends[two] & (last < final))


def _suffix(after: str) -> str:
    return after if after.startswith("e") else after[:1]
