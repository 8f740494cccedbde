"""Asks every filter of a place and puts their hits together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from time import monotonic

from bot.moderation.gate import StreamGate
from bot.moderation.scan import FilterScan, FlatScan, Scans, Streaming
from bot.moderation.verdict import Action, ContentFilter, Hit, Instant, Scan, Verdict

_PLACE = itemgetter(0, 1)


class FilterPipeline:
    """The filters of a place.

    A filter that fails is named in :attr:`Verdict.missing`.  If its name is in
    ``fail_closed`` the text is blocked then: what could not be judged is not said.
    """

    def __init__(self, filters: Sequence[ContentFilter], fail_closed: frozenset[str] = frozenset()) -> None:
        self._filters = tuple(filters)
        self._instant = [found for found in self._filters if isinstance(found, Instant)]
        self._fail_closed = fail_closed

    @property
    def reach(self) -> int:
        """The longest span that any of the filters can match in a stream."""
        return max((found.reach for found in self._filters), default=0)

    @property
    def whole(self) -> bool:
        """Whether a filter must see whole sentences before they are shown."""
        return any(not found.reach and bool(getattr(found, "holds", True)) for found in self._filters)

    async def judge(self, text: str, *, partial: bool = False) -> Verdict:
        """The verdict on a text; ``partial`` leaves out the judges of whole texts."""
        return await self._ask(text, [found for found in self._filters if found.reach or not partial])

    async def judge_whole(self, text: str) -> Verdict:
        """The verdict of the judges of whole texts alone."""
        return await self._ask(text, [found for found in self._filters if not found.reach])

    def check_now(self, text: str) -> Verdict:
        """The verdict of those filters that can judge without waiting, for refusing from memory."""
        hits: list[Hit] = []
        missing: list[str] = []
        for found in self._instant:
            try:
                hits.extend(found.check_now(text))
            except Exception:  # noqa: BLE001 - as in judging: reported, whatever the reason
                missing.append(found.name)
                hits.extend(self.unavailable(found.name, text))
        return _verdict(text, hits, missing)

    def scan(self) -> Scan | None:
        """A look at one stream by all filters but the judges of whole texts."""
        scans: list[tuple[str, FilterScan]] = []
        for found in self._filters:
            if isinstance(found, Streaming):
                scans.append((found.name, found.scan()))
            elif found.reach:
                scans.append((found.name, FlatScan(found)))
        return Scans(scans, self.unavailable) if scans else None

    def gate(self, clock: Callable[[], float] = monotonic) -> StreamGate:
        """A gate for one stream."""
        return StreamGate(self, clock)

    def unavailable(self, name: str, text: str) -> Sequence[Hit]:
        """What follows if a filter cannot judge a text."""
        if name not in self._fail_closed:
            return ()
        return (Hit(0, len(text), f"unavailable:{name}", Action.BLOCK),)

    async def _ask(self, text: str, filters: Sequence[ContentFilter]) -> Verdict:
        hits: list[Hit] = []
        missing: list[str] = []
        for found in filters:
            try:
                hits.extend(await found.check(text))
            except Exception:  # noqa: BLE001 - a filter that fails must be reported, whatever the reason
                missing.append(found.name)
                hits.extend(self.unavailable(found.name, text))
        return _verdict(text, hits, missing)


def _verdict(text: str, hits: Sequence[Hit], missing: Sequence[str]) -> Verdict:
    ordered = sorted(hits, key=_PLACE)
    shown = tuple([hit for hit in ordered if not hit.shadow])
    shadow = tuple([hit for hit in ordered if hit.shadow]) if len(shown) < len(ordered) else ()
    return Verdict(text, shown, tuple(missing), shadow)
