"""A member's own data: given to them, and forgotten when they wish."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from bot.ids import GuildId, MemberId
from bot.services.ports import PrivacyStore

Forget = Callable[[MemberId, GuildId | None], Awaitable[None]]
"""Drops what something keeps of a member in memory, in one space or (None) everywhere."""


class Privacy:
    """Export and erasure, in one space or everywhere."""

    def __init__(self, store: PrivacyStore) -> None:
        self._store = store
        self._memories: list[Forget] = []

    def remembers(self, forget: Forget) -> None:
        """Say how something forgets that keeps words of members in memory, or has yet to write them."""
        self._memories.append(forget)

    async def export(self, member: MemberId, guild: GuildId | None = None) -> bytes:
        """Everything stored of a member, as readable JSON in UTF-8."""
        facts = await self._store.export(member, guild)
        return json.dumps(facts, ensure_ascii=False, indent=2, default=str).encode()

    async def forget(self, member: MemberId, guild: GuildId | None = None) -> int:
        """Erase their words and settings; the chains of contributions still verify.

        What is only in memory is dropped before, so that it cannot be written
        later, and after, since meanwhile it may have been read once more.
        Returns the number of texts erased.
        """
        for forget in self._memories:
            await forget(member, guild)
        erased = await self._store.forget(member, guild)
        for forget in self._memories:
            await forget(member, guild)
        return erased
