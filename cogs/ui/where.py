"""Who is speaking, where, in which language, and what they may do there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord

from bot.i18n.text import lang_of
from bot.ids import ChannelId, GuildId, Lang, MemberId, Place, private_room


def member_of(interaction: discord.Interaction[Any]) -> MemberId:
    """The member who pressed or typed."""
    return MemberId(interaction.user.id)


def invited(interaction: discord.Interaction[Any]) -> bool:
    """Whether this is a guild that invited the bot, and not one where a member brought it along."""
    return interaction.guild_id is not None and interaction.client.get_guild(interaction.guild_id) is not None


def space_of(interaction: discord.Interaction[Any]) -> GuildId:
    """The space whose data may be seen here: the guild that invited the bot, else the member's own room."""
    if interaction.guild_id is not None and invited(interaction):
        return GuildId(interaction.guild_id)
    return private_room(member_of(interaction))


def place_of(interaction: discord.Interaction[Any]) -> Place:
    """Where it happens."""
    place = place_in(space_of(interaction), interaction.channel, interaction.channel_id or 0)
    held = frozenset(role.id for role in getattr(interaction.user, "roles", ()))
    return replace(place, roles=held) if invited(interaction) else place


def place_in(space: GuildId, channel: object, channel_id: int) -> Place:
    """A channel of a space, with its category if it has one, and its parent if it is a thread."""
    if isinstance(channel, discord.Thread):
        category = channel.parent.category_id if channel.parent is not None else None
        return Place(
            guild=space,
            channel=ChannelId(channel.parent_id),
            category=ChannelId(category) if category else None,
            thread=ChannelId(channel.id),
            age_restricted=channel.parent is not None and channel.is_nsfw(),
        )
    category = getattr(channel, "category_id", None)
    nsfw = getattr(channel, "nsfw", False)
    return Place(
        guild=space,
        channel=ChannelId(channel_id),
        category=ChannelId(category) if category else None,
        age_restricted=bool(nsfw),
    )


def lang_read(interaction: discord.Interaction[Any]) -> Lang:
    """The language of the member's own client: for what only they see."""
    return lang_of(str(interaction.locale))


def lang_public(interaction: discord.Interaction[Any]) -> Lang:
    """The guild's language, for what all see; in a private room the member's own."""
    if interaction.guild_locale is not None and invited(interaction):
        return lang_of(str(interaction.guild_locale))
    return lang_read(interaction)


def lang_for(interaction: discord.Interaction[Any], *, private: bool) -> Lang:
    """The language of an answer that only the member sees, or everybody."""
    return lang_read(interaction) if private else lang_public(interaction)


def is_moderator(interaction: discord.Interaction[Any]) -> bool:
    """Whether the member may take others' works away here."""
    return invited(interaction) and (
        interaction.permissions.manage_messages or interaction.permissions.manage_guild
    )


def is_manager(interaction: discord.Interaction[Any]) -> bool:
    """Whether the member may change the server's settings."""
    return invited(interaction) and interaction.permissions.manage_guild
