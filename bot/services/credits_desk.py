"""Who made a work: its byline, its shares and its history."""

from __future__ import annotations

from bot.attribution.credits import Credits, credits_of
from bot.attribution.model import Ledger
from bot.ids import GuildId, WorkId
from bot.works import WorkStore


class CreditsDesk:
    """Answers who made what."""

    def __init__(self, works: WorkStore, ledger: Ledger) -> None:
        self._works = works
        self._ledger = ledger

    async def of(self, guild: GuildId, id: WorkId, take: int | None = None) -> Credits:
        """The credits of a take (by default, the one that stands)."""
        work = await self._works.work(guild, id)
        history = await self._ledger.history(guild, id)
        number = take or work.take
        shown = await self._works.take(guild, id, number) if number else None
        return credits_of(work, shown, history)
