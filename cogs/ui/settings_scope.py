"""Where settings hold: the places behind scopes, and the channels that a file speaks of."""

from __future__ import annotations

from collections.abc import Iterable

import discord

from bot.client import Renga
from bot.errors import BadInput
from bot.house.model import Level
from bot.ids import ChannelId, Place
from cogs.ui.settings_items import Scope
from cogs.ui.where import place_in, space_of


async def place_of_scope(interaction: discord.Interaction[Renga], scope: Scope) -> Place:
    """The place whose settings a scope shows.

    Raises:
        BadInput: it is no channel of this server.
    """
    space = space_of(interaction)
    if scope.level is Level.GUILD:
        return Place(space, ChannelId(0))
    channel = await find_channel(interaction, scope.id)
    if channel is None or Scope.of(channel).level is not scope.level:
        raise BadInput("settings.no_channel", channel=f"<#{scope.id}>")
    if scope.level is Level.CATEGORY:
        return Place(space, ChannelId(0), category=ChannelId(scope.id))
    return place_in(space, channel, scope.id)


async def check_channels(interaction: discord.Interaction[Renga], ids: Iterable[int]) -> None:
    """Refuse what speaks of channels that are none of this server's.

    Raises:
        BadInput: names the first of them.
    """
    for id in ids:
        if await find_channel(interaction, id) is None:
            raise BadInput("settings.no_channel", channel=f"<#{id}>")


async def find_channel(
    interaction: discord.Interaction[Renga], id: int
) -> discord.abc.GuildChannel | discord.Thread | None:
    """A channel of this server; a thread that sleeps is asked for."""
    guild = interaction.guild
    if guild is None:
        return None
    known = guild.get_channel_or_thread(id)
    if known is not None:
        return known
    try:
        return await guild.fetch_channel(id)
    except (discord.HTTPException, discord.InvalidData):
        return None
