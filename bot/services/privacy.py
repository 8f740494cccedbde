"""A member's own data: given to them, and forgotten when they wish."""

from __future__ import annotations

import json

from bot.ids import GuildId, MemberId
from bot.services.ports import PrivacyStore


class Privacy:
    """Export and erasure, in one space or everywhere."""

    def __init__(self, store: PrivacyStore) -> None:
        self._store = store

    async def export(self, member: MemberId, guild: GuildId | None = None) -> bytes:
        """Everything stored of a member, as readable JSON in UTF-8."""
        facts = await self._store.export(member, guild)
        return json.dumps(facts, ensure_ascii=False, indent=2, default=str).encode()

    async def forget(self, member: MemberId, guild: GuildId | None = None) -> int:
        """Erase their words and settings; the chains of contributions still verify.

        Returns the number of texts erased.
        """
        return await self._store.forget(member, guild)
