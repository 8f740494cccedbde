"""What two sequences have in common, in order, in a bounded number of steps.

The blocks are those of :class:`difflib.SequenceMatcher` (the longest first,
then what is left and right of it), which are what a reader would see.  Texts
that repeat themselves cost it the cube of their length, so it may take so many
steps and no more.  Beyond that a longest common subsequence is taken, found by
bits of whole rows at a time (H. Hyyrö, *Bit-parallel LCS-length computation
revisited*, 2004); and of sequences for which even that is too much, what they
begin and end with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Any

STEPS = 1_000_000
"""Pairs of equal items that may be looked at, many times what prose of the longest turn needs."""

ROWS = 2**28
"""Bits of a longest common subsequence: two texts of sixteen thousand words, in 32 megabytes."""

Block = tuple[int, int, int]
"""Where something begins in the one, where in the other, and how long it is."""


class TooCostly(Exception):
    """More steps than may be taken."""


class Steps:
    """How many steps may yet be taken."""

    def __init__(self, left: int = STEPS) -> None:
        self.left = left

    def take(self, count: int) -> None:
        """Take some.

        Raises:
            TooCostly: there are not so many left.
        """
        if count > self.left:
            raise TooCostly
        self.left -= count


class Matcher(SequenceMatcher[Any]):
    """A matcher that takes its steps from those that are left; any of its methods may raise TooCostly."""

    def __init__(
        self,
        one: Sequence[Any],
        other: Sequence[Any],
        steps: Steps,
        light: Callable[[Any], bool] | None = None,
    ) -> None:
        super().__init__(light, one, other, autojunk=False)
        self._steps = steps
        held = Counter(item for item in other if light is None or not light(item))
        self._costs = [0, *accumulate(1 + held[item] for item in one)]

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Any:
        """As the library's; every pair of equal items from ``alo`` to ``ahi`` is a step."""
        end = len(self._costs) - 1 if ahi is None else ahi
        self._steps.take(self._costs[end] - self._costs[alo])
        return super().find_longest_match(alo, ahi, blo, bhi)


def blocks(
    one: Sequence[Any],
    other: Sequence[Any],
    steps: Steps | None = None,
    light: Callable[[Any], bool] | None = None,
) -> list[Block]:
    """What two sequences have in common: blocks in order, as long as they can be, never overlapping.

    ``light`` items, such as spaces, belong to a block only beside others of it.
    """
    try:
        matcher = Matcher(one, other, steps or Steps(), light)
        return [(block.a, block.b, block.size) for block in matcher.get_matching_blocks() if block.size]
    except TooCostly:
        return _ends(one, other)


def likeness(one: Sequence[Any], other: Sequence[Any]) -> float:
    """How much two sequences have in common, from 0 to 1: twice what they share by the length of both."""
    both = len(one) + len(other)
    return 2 * sum(size for _, _, size in blocks(one, other)) / both if both else 1.0


def _ends(one: Sequence[Any], other: Sequence[Any]) -> list[Block]:
    """What both begin and end with, and a longest common subsequence of what is between."""
    shorter = min(len(one), len(other))
    head = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    rest = shorter - head
    tail = next((at for at in range(rest) if one[-1 - at] != other[-1 - at]), rest)
    middle = _subsequence(one[head : len(one) - tail], other[head : len(other) - tail])
    pairs = [(a + head, b + head, 1) for a, b in middle]
    return joined([(0, 0, head), *pairs, (len(one) - tail, len(other) - tail, tail)])


def _subsequence(one: Sequence[Any], other: Sequence[Any]) -> list[tuple[int, int]]:
    """The places of a longest common subsequence in both, or nothing if it would cost too much."""
    if not one or not other or len(one) * len(other) > ROWS:
        return []
    places: dict[Any, int] = {}
    for at, item in enumerate(one):
        places[item] = places.get(item, 0) | 1 << at
    every = (1 << len(one)) - 1
    # A bit is unset where the row's longest subsequence grows by that item of ``one``.
    row, rows = every, [every]
    for item in other:
        here = row & places.get(item, 0)
        row = ((row + here) | (row - here)) & every
        rows.append(row)
    found: list[tuple[int, int]] = []
    a, b = len(one), len(other)
    while a and b:
        if rows[b] >> (a - 1) & 1:
            a -= 1
        elif not rows[b - 1] >> (a - 1) & 1:
            b -= 1
        else:
            a, b = a - 1, b - 1
            found.append((a, b))
    return found[::-1]


def joined(pieces: Iterable[Block]) -> list[Block]:
    """Blocks in order, those that touch in both sequences made one, empty ones left out."""
    whole: list[Block] = []
    for a, b, size in pieces:
        if not size:
            continue
        if whole and (whole[-1][0] + whole[-1][2], whole[-1][1] + whole[-1][2]) == (a, b):
            whole[-1] = (*whole[-1][:2], whole[-1][2] + size)
        else:
            whole.append((a, b, size))
    return whole
