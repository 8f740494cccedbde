"""Once a week the head of each server's chain is posted where its moderators read: outside the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from bot.attribution.anchors import written
from bot.attribution.chain import Head
from bot.house.book import HouseBook
from bot.ids import ChannelId, GuildId, Place
from bot.services.moderation_report import week_of
from bot.services.ports import Notes, Outbox


class Chains(Protocol):
    """Where the chains of contributions are."""

    async def guilds(self) -> Sequence[GuildId]:
        """Every space that has a chain."""
        ...

    async def head(self, guild: GuildId) -> Head | None:
        """The newest link of a chain; None while there is no chain."""
        ...


class Anchoring:
    """Puts the heads into the outbox, once a week for each server that has a log channel."""

    def __init__(
        self,
        *,
        chains: Chains,
        outbox: Outbox,
        notes: Notes,
        houses: HouseBook,
        clock: Callable[[], datetime],
    ) -> None:
        self._chains = chains
        self._outbox = outbox
        self._notes = notes
        self._houses = houses
        self._clock = clock

    async def run(self) -> None:
        """Post every head that was not posted this week."""
        this = week_of(self._clock())
        for guild in await self._chains.guilds():
            note = f"chain head {guild}"
            channel = (await self._houses.of(Place(guild, ChannelId(0)))).house.log
            head = await self._chains.head(guild)
            if channel is None or head is None or await self._notes.get(note) == this:
                continue
            payload = {"notice": "head", "head": written(guild, head)}
            # The key makes it one, also when the bot ends before the note is written.
            await self._outbox.put(guild, channel, "notice", payload, key=f"chain head:{this}")
            await self._notes.put(note, this)
