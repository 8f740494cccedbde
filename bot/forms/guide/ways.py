"""From where a line of English can still be ended: tables over its syllables, made before it is begun."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bot.forms.guide.lines import Line
from bot.forms.guide.trie import Choice, Node, Profiles, Trie
from bot.forms.guide.words import Spoken

Choices = tuple[Choice, Choice]
"""Some words, as they begin a line and as they stand within it."""


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """What may come after so many syllables of a line, as bits of profiles.

    Attributes:
        ends: the words that may end the line.
        owed: the word that must stand within it; None for none.  ``debt`` says below whether it is wanting.
        last: profiles of words that may end it; none does while a word is owed.
        go_on: by debt, profiles of words after which it can still be ended.
        pay: the profile of the word that is owed, where that can stand.
    """

    ends: Choices
    owed: Choices | None
    last: tuple[int, ...]
    go_on: tuple[tuple[int, ...], tuple[int, ...]]
    pay: tuple[int, ...]
    bits: dict[str, int]
    begun: dict[tuple[int, bool, bool], npt.NDArray[np.int64]] = field(
        default_factory=dict[tuple[int, bool, bool], npt.NDArray[np.int64]]
    )

    def chosen(self, at: int, *, start: bool, debt: bool) -> tuple[Choice, int]:
        """Words that may come besides those that leave the line open, and which of their profiles."""
        side = 0 if start else 1
        if debt and self.owed is not None:
            return self.owed[side], self.pay[at]
        return self.ends[side], self.last[at]

    def only_begun(self, trie: Trie, at: int, *, start: bool, debt: bool) -> npt.NDArray[np.int64]:
        """See :meth:`Trie.only_begun`; worked out once for all who write the line."""
        key = at, start, debt
        if key not in self.begun:
            self.begun[key] = trie.only_begun(self.go_on[debt][at], *self.chosen(at, start=start, debt=debt))
        return self.begun[key]

    def inside(self, node: Node, at: int, *, start: bool, debt: bool) -> bool:
        """Whether a word that fits after so many syllables is below a node."""
        if node.below & self.go_on[debt][at]:
            return True
        if debt and self.owed is not None:
            return bool(self.owed[0 if start else 1].below(node) & self.pay[at])
        return bool(self.ends[0 if start else 1].below(node) & self.last[at])

    def after(self, word: Spoken, at: int, *, start: bool, debt: bool) -> tuple[bool, bool, bool]:
        """Whether a word there leaves the line open, whether it may end it, whether a word is owed then."""
        bit = self.bits.get(word.stress, 0)
        if debt:
            assert self.owed is not None
            if word.word in self.owed[1].words and bit & self.pay[at]:
                return True, False, False
            return bool(bit & self.go_on[True][at]), False, True
        ends = word.word in self.ends[0 if start else 1].words and bool(bit & self.last[at])
        return bool(bit & self.go_on[False][at]), ends, False


def ways(line: Line, profiles: Profiles, ends: Choices, owed: Spoken | None, owing: Choices | None) -> Ways:
    """The tables of a line."""
    bits = profiles.bits
    chosen = ends[0].bits | ends[1].bits
    size = line.most + 1
    last, pay = [0] * size, [0] * size
    for at in range(size):
        for stress, bit in bits.items():
            if not bit & chosen or not fits(stress, at, line.foot, line.most):
                continue
            strong = not line.foot or (
                stress[-1] != "0" and line.foot[(at + len(stress) - 1) % len(line.foot)] == "/"
            )
            if line.least <= at + len(stress) and (strong or not line.rhyme):
                last[at] |= bit
    free, go_on = _reach(line, bits, last)
    if owed is None:
        return Ways(ends, None, tuple(last), (go_on, (0,) * size), tuple(pay), bits)
    bit = bits.get(owed.stress, 0)
    for at in range(size):
        if fits(owed.stress, at, line.foot, line.most) and free[at + len(owed.stress)]:
            pay[at] = bit
    _, before = _reach(line, bits, pay)
    return Ways(ends, owing, tuple(last), (go_on, before), tuple(pay), bits)


def _reach(line: Line, bits: dict[str, int], there: list[int]) -> tuple[list[bool], tuple[int, ...]]:
    """After so many syllables: whether one gets to a place that is there, and the profiles that lead on."""
    open_ = [False] * (line.most + 2)
    table = [0] * (line.most + 1)
    for at in range(line.most, -1, -1):
        for stress, bit in bits.items():
            if fits(stress, at, line.foot, line.most) and open_[at + len(stress)]:
                table[at] |= bit
        # A word of one syllable fits anywhere, so what is open further on is open here.
        open_[at] = bool(there[at]) or table[at] != 0
    return open_, tuple(table)


@lru_cache(maxsize=4096)
def fits(stress: str, at: int, foot: str, most: int) -> bool:
    """Whether a word can stand after ``at`` syllables: only first may a longer word be stressed where
    the place is weak."""
    if at + len(stress) > most:
        return False
    if not foot or len(stress) == 1:
        return True
    return not any(
        mark == "1" and foot[(at + place) % len(foot)] == "x" and at + place > 0
        for place, mark in enumerate(stress)
    )
