"""What writers are called, where a mention would not do: in prompts, files and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import discord

from bot.app import App
from bot.client import Renga
from bot.ids import ChannelId, GuildId, MemberId, Place
from bot.moderation.graphemes import covered
from bot.moderation.verdict import MARK, Action
from cogs.ui.safe import plain_line

LONGEST = 40
"""Characters of a name."""


class Names:
    """Pen names, else names as Discord shows them; those are looked up once."""

    def __init__(self, bot: Renga) -> None:
        self._bot = bot
        self._app: App = bot.app
        self._names: dict[tuple[GuildId, MemberId], str] = {}
        self._app.privacy.remembers(self._forget)

    async def _forget(self, member: MemberId, guild: GuildId | None) -> None:
        for known in [known for known in self._names if known[1] == member and guild in (None, known[0])]:
            del self._names[known]

    async def names(self, guild: GuildId, members: Sequence[MemberId]) -> Mapping[MemberId, str]:
        """What members are called on their server: a pen name, else as Discord shows them."""
        return {member: await self._name(guild, member) for member in members if member > 0}

    async def called(self, guild: GuildId, ids: Sequence[int]) -> Mapping[int, str]:
        """What is mentioned is called: members, roles, and the channels that all members see."""
        server = self._bot.get_guild(guild)
        found: dict[int, str] = {}
        for id in ids:
            channel = server.get_channel_or_thread(id) if server is not None else None
            role = server.get_role(id) if server is not None else None
            if server is not None and channel is not None:
                if channel.permissions_for(server.default_role).view_channel:
                    found[id] = self._allowed(guild, plain_line(channel.name, LONGEST))
            elif role is not None:
                found[id] = self._allowed(guild, plain_line(role.name, LONGEST))
            else:
                found[id] = await self._name(guild, MemberId(id))
        return found

    async def _name(self, guild: GuildId, member: MemberId) -> str:
        name = (await self._app.desk.member(guild, member)).pen_name
        if not name:
            if (guild, member) not in self._names:
                self._names[guild, member] = await self._looked_up(guild, member)
            name = self._names[guild, member]
        return self._allowed(guild, plain_line(name, LONGEST))

    def _allowed(self, guild: GuildId, name: str) -> str:
        """A name with what the rules of its server do not let pass covered."""
        verdict = self._app.filters.of(Place(guild, ChannelId(0))).check_now(name)
        spans = [(hit.start, hit.end) for hit in verdict.hits if hit.action >= Action.MASK]
        return covered(name, spans, MARK)

    async def _looked_up(self, guild: GuildId, member: MemberId) -> str:
        server = self._bot.get_guild(guild)
        found: discord.Member | discord.User | None = (
            server.get_member(member) if server is not None else None
        )
        try:
            if found is None and server is not None:
                found = await server.fetch_member(member)
        except discord.HTTPException:
            found = self._bot.get_user(member)
        return plain_line(found.display_name, LONGEST) if found is not None else f"…{member % 10_000}"
