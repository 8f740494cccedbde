"""Asks every filter of a place and puts their hits together."""

from __future__ import annotations

from collections.abc import Sequence

from bot.moderation.gate import StreamGate
from bot.moderation.verdict import Action, ContentFilter, Hit, Instant, Verdict


class FilterPipeline:
    """The filters of a place.

    A filter that fails is named in :attr:`Verdict.missing`.  If its name is in
    ``fail_closed`` the text is blocked then: what could not be judged is not said.
    """

    def __init__(self, filters: Sequence[ContentFilter], fail_closed: frozenset[str] = frozenset()) -> None:
        self._filters = tuple(filters)
        self._fail_closed = fail_closed

    @property
    def reach(self) -> int:
        """The longest span that any of the filters can match in a stream."""
        return max((found.reach for found in self._filters), default=0)

    @property
    def whole(self) -> bool:
        """Whether a filter must see whole sentences."""
        return any(not found.reach for found in self._filters)

    async def judge(self, text: str, *, partial: bool = False) -> Verdict:
        """The verdict on a text; ``partial`` leaves out the judges of whole texts."""
        hits: list[Hit] = []
        missing: list[str] = []
        for found in self._filters:
            if partial and not found.reach:
                continue
            try:
                hits.extend(await found.check(text))
            except Exception:  # noqa: BLE001 - a filter that fails must be reported, whatever the reason
                missing.append(found.name)
                if found.name in self._fail_closed:
                    hits.append(Hit(0, len(text), f"unavailable:{found.name}", Action.BLOCK))
        hits.sort(key=lambda hit: (hit.start, hit.end))
        return Verdict(text, tuple(hits), tuple(missing))

    def check_now(self, text: str) -> Verdict:
        """The verdict of those filters that can judge without waiting, for refusing from memory."""
        hits = [hit for found in self._filters if isinstance(found, Instant) for hit in found.check_now(text)]
        return Verdict(text, tuple(sorted(hits, key=lambda hit: (hit.start, hit.end))))

    def gate(self) -> StreamGate:
        """A gate for one stream."""
        return StreamGate(self)
