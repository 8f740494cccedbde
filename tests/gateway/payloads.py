"""What Discord says of a small server: a guild, a channel, its members, the bot (Discord docs, Resources)."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime
from typing import Any

APP, OWNER = 900_000_000_000_000_001, 700_000_000_000_000_001
GUILD, ELSEWHERE = 100_000_000_000_000_001, 100_000_000_000_000_002
GENERAL, DIRECT, ABROAD = 200_000_000_000_000_001, 200_000_000_000_000_002, 200_000_000_000_000_003
"""A channel of the guild, the direct messages with the bot, a channel of a guild that never invited it."""

NEEDED = 0x400 | 0x800 | 0x4000 | 0x8000 | 0x10000 | (1 << 35) | (1 << 38)
"""What the bot is invited with."""

EPOCH = 1_420_070_400_000
_counted = itertools.count()


def snowflake() -> str:
    """A new id."""
    return str((int(time.time() * 1000) - EPOCH << 22) | next(_counted) % 4096)


def now() -> str:
    """The time, as Discord writes it."""
    return datetime.now(UTC).isoformat()


BOT: dict[str, Any] = {
    "id": str(APP),
    "username": "Renga",
    "discriminator": "0",
    "avatar": None,
    "bot": True,
    "flags": 0,
    "verified": True,
    "mfa_enabled": False,
    "locale": "en-US",
}

GUILD_OF_MINE: dict[str, Any] = {
    "id": str(GUILD),
    "name": "Circle",
    "icon": None,
    "owner": False,
    "permissions": "0",
    "features": [],
}
"""The guild in the list of those that the bot is in."""


def user(number: int) -> dict[str, Any]:
    """The first, second … member as a user."""
    name = f"member{number}"
    return {"id": str(OWNER + number), "username": name, "discriminator": "0", "avatar": None}


def member(number: int, permissions: int) -> dict[str, Any]:
    """A member as an interaction carries them."""
    return {
        "user": user(number),
        "roles": [],
        "joined_at": "2024-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
        "permissions": str(permissions),
    }


def channel(id: int) -> dict[str, Any]:
    """One of the channels there are."""
    if id == DIRECT:
        return {"id": str(id), "type": 1, "recipients": [user(1)], "last_message_id": None, "flags": 0}
    return {
        "id": str(id),
        "type": 0,
        "guild_id": str(GUILD if id == GENERAL else ELSEWHERE),
        "name": "general",
        "position": 0,
        "parent_id": None,
        "permission_overwrites": [],
        "nsfw": False,
        "flags": 0,
    }


def roles(permissions: int) -> list[dict[str, Any]]:
    """The guild's roles: everybody's, and the bot's."""
    common = {"color": 0, "hoist": False, "position": 0, "managed": False, "mentionable": False, "flags": 0}
    return [
        {**common, "id": str(GUILD), "name": "@everyone", "permissions": "0"},
        {**common, "id": str(APP), "name": "Renga", "permissions": str(permissions)},
    ]


def guild(permissions: int) -> dict[str, Any]:
    """The guild, as GUILD_CREATE tells of it."""
    own = {"user": BOT, "roles": [str(APP)], "joined_at": now(), "deaf": False, "mute": False, "flags": 0}
    lists = (
        "emojis",
        "stickers",
        "features",
        "threads",
        "presences",
        "voice_states",
        "stage_instances",
        "guild_scheduled_events",
        "soundboard_sounds",
    )
    return {
        **{name: [] for name in lists},
        "id": str(GUILD),
        "name": "Circle",
        "icon": None,
        "owner_id": str(OWNER),
        "preferred_locale": "en-US",
        "premium_tier": 0,
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "system_channel_flags": 0,
        "afk_timeout": 300,
        "premium_progress_bar_enabled": False,
        "large": False,
        "unavailable": False,
        "member_count": 3,
        "joined_at": now(),
        "members": [own],
        "channels": [channel(GENERAL)],
        "roles": roles(permissions),
    }


def application(flags: int) -> dict[str, Any]:
    """The application, as it is told to itself."""
    return {
        "id": str(APP),
        "name": "Renga",
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": flags,
        "owner": user(0),
        "team": None,
    }


def interaction(kind: int, data: dict[str, Any], *, by: int, where: int, locale: str) -> dict[str, Any]:
    """An interaction of a member in a channel; abroad, of one who brought the bot along."""
    common = {
        "id": snowflake(),
        "application_id": str(APP),
        "type": kind,
        "version": 1,
        "data": data,
        "locale": locale,
        "entitlements": [],
        "attachment_size_limit": 10_485_760,
        "channel_id": str(where),
        "channel": channel(where) | {"permissions": str(NEEDED)},
        "app_permissions": str(NEEDED),
    }
    if where == DIRECT:
        return common | {"user": user(by), "context": 1, "authorizing_integration_owners": {"0": "0"}}
    space = str(GUILD if where == GENERAL else ELSEWHERE)
    owners = {"0": space} if where == GENERAL else {"1": user(by)["id"]}
    return common | {
        "guild_id": space,
        "guild": {"id": space, "features": [], "locale": "en-US"},
        "guild_locale": "en-US",
        "member": member(by, NEEDED),
        "context": 0,
        "authorizing_integration_owners": owners,
    }
