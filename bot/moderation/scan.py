"""Looking at a stream: what is certain now, and up to where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from bot.moderation.verdict import ContentFilter, Hit


class FilterScan(Protocol):
    """The look of one filter.  An exception means that it could not judge."""

    async def advance(self, text: str, *, last: bool) -> tuple[Sequence[Hit], int]:
        """New hits that are certain, and up to where nothing that follows can make another."""
        ...


@runtime_checkable
class Streaming(Protocol):
    """A filter that knows by itself how to look at a stream."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    def scan(self) -> FilterScan:
        """A look at one stream."""
        ...


class FlatScan:
    """The look of a filter of which only the longest match is known.

    A hit at a cut edge may be no hit in the whole text ("ass" in "bass", or in
    "assume" of which the rest is still to come).  At the front it lies wholly in
    what was judged before; at the back it lies in what is held back, and will
    be judged again.
    """

    def __init__(self, filter: ContentFilter) -> None:
        self._filter = filter
        self._known = 0

    async def advance(self, text: str, *, last: bool) -> tuple[Sequence[Hit], int]:
        """See :class:`FilterScan`."""
        reach = self._filter.reach
        begin = max(0, self._known - reach - 1)
        hits: list[Hit] = []
        for hit in await self._filter.check(text[begin:]):
            open_end = hit.end + begin == len(text) and not last
            if not open_end and hit.end + begin > self._known:
                hits.append(hit.moved(begin))
        self._known = len(text) if last else max(self._known, len(text) - reach)
        return hits, self._known


class Scans:
    """The looks of several filters as one."""

    def __init__(
        self,
        scans: Sequence[tuple[str, FilterScan]],
        unavailable: Callable[[str, str], Sequence[Hit]],
    ) -> None:
        self._scans = dict(scans)
        self._unavailable = unavailable

    async def advance(self, text: str, *, last: bool) -> tuple[Sequence[Hit], int, Sequence[str]]:
        """See :class:`~bot.moderation.verdict.Scan`.  A look that failed is not asked again."""
        hits: list[Hit] = []
        missing: list[str] = []
        known = len(text)
        for name, scan in tuple(self._scans.items()):
            try:
                found, until = await scan.advance(text, last=last)
            except Exception:  # noqa: BLE001 - a filter that fails must be reported, whatever the reason
                missing.append(name)
                hits.extend(self._unavailable(name, text))
                del self._scans[name]
                continue
            hits.extend(found)
            known = min(known, until)
        return hits, known, missing
