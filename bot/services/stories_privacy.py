"""Who is forgotten leaves their stories first, so that nobody waits for them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from bot.errors import Refusal
from bot.ids import GuildId, MemberId
from bot.services.ports import PrivacyStore
from bot.services.stories import StoryTable
from bot.stories import events as ev
from bot.stories.model import CLOCK

log = logging.getLogger(__name__)


class LeavingStories:
    """A :class:`bot.services.ports.PrivacyStore` that takes leave before it forgets."""

    def __init__(self, store: PrivacyStore, table: StoryTable) -> None:
        self._store = store
        self._table = table

    async def export(self, member: MemberId, guild: GuildId | None = None) -> Mapping[str, Any]:
        """Everything stored of a member, by space."""
        return await self._store.export(member, guild)

    async def forget(self, member: MemberId, guild: GuildId | None = None) -> int:
        """Give up their seats, then erase them; returns how many texts lost words."""
        guilds = [guild] if guild is not None else await self._table.store.guilds(member)
        for space in guilds:
            for row in await self._table.store.of_member(space, member, limit=10_000):
                story = (await self._table.read(space, row.id)).story
                if story.seat(member) is None:
                    continue
                event = ev.Depart(by=CLOCK, member=member)
                try:
                    await self._table.act(space, row.id, event, key=f"{row.id}:{row.version}:forget")
                except Refusal as error:
                    log.info("nobody leaves story %s: %s", row.id, error.text_key)
        return await self._store.forget(member, guild)
