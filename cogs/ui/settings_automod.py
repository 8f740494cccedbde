"""A server's AutoMod rules as Discord's API gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord

from bot.errors import BadInput


async def fetched(guild: discord.Guild) -> list[Mapping[str, Any]]:
    """All AutoMod rules of a server.

    Raises:
        BadInput: the bot may not read them.
    """
    try:
        return [plain(rule) for rule in await guild.fetch_automod_rules()]
    except discord.Forbidden:
        raise BadInput("moderation.no_automod") from None


def plain(rule: discord.AutoModRule) -> Mapping[str, Any]:
    """One rule without Discord's objects."""
    return {
        "id": rule.id,
        "name": rule.name,
        "trigger_type": rule.trigger.type.value,
        "trigger_metadata": rule.trigger.to_metadata_dict() or {},
        "actions": [action.to_dict() for action in rule.actions],
        "enabled": rule.enabled,
        "exempt_roles": list(rule.exempt_role_ids),
        "exempt_channels": list(rule.exempt_channel_ids),
    }
