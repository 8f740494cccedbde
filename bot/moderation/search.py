"""Searching a stream by an expression, each part of it once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bot.moderation.detectors import Detector
from bot.moderation.fold import fold
from bot.moderation.patterns import Pattern, Searcher


class Search:
    """Where the search by one expression stands; ``folded`` searches the text as it is folded."""

    def __init__(self, rule: int, searcher: Searcher, *, folded: bool) -> None:
        self.rule = rule
        self.searcher = searcher
        self.open = 0
        """Nothing that follows can make a match that begins before here."""
        self._next = 0
        self._folded = folded

    @property
    def term(self) -> str:
        """What is looked for."""
        if isinstance(self.searcher, Pattern):
            return self.searcher.written
        return self.searcher.part if isinstance(self.searcher, Detector) else ""

    def advance(self, text: str, *, last: bool) -> Iterator[tuple[int, int]]:
        """The matches in the text so far that are certain now and were not given before."""
        if self._folded:
            yield from self._advance_folded(text, last=last)
            return
        begin = max(0, self._next - 1)
        window = text[begin:]
        limit = len(text) + 1 if last else max(self.open, begin + self.searcher.reach.open_from(window))
        for first, end in self.searcher.find(window, self._next - begin):
            if first + begin >= limit:
                break
            self._next = end + begin
            yield first + begin, end + begin
        self.open = min(limit, len(text))
        self._next = max(self._next, self.open)

    def _advance_folded(self, text: str, *, last: bool) -> Iterator[tuple[int, int]]:
        begin = back(text, self._next, 1) if self._next else 0
        folded = fold(text[begin:])
        at = folded.at
        if not len(at):
            self.open = self._next = max(self._next, len(text) if last else begin)
            return
        window = folded.text
        if last and not begin and window == text.lower():
            self.open = self._next = len(text)
            return  # the search of the text as it is finds the same
        start = int(np.searchsorted(at, self._next - begin))
        opened = self.searcher.reach.open_from(window)
        place = begin + (int(at[opened]) if opened < len(at) else len(text) - begin)
        limit = len(text) + 1 if last else max(self.open, place)
        for first, end in self.searcher.find(window, start):
            if begin + int(at[first]) >= limit:
                break
            stop = begin + int(at[end - 1]) + 1
            self._next = stop
            yield begin + int(at[first]), stop
        self.open = min(limit, len(text))
        self._next = max(self._next, self.open)


def back(text: str, place: int, count: int) -> int:
    """A place before which, up to ``place``, at least ``count`` characters can be seen."""
    step = count
    while (begin := max(0, place - step)) > 0 and len(fold(text[begin:place]).codes) < count:
        step *= 2
    return begin
