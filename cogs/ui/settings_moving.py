"""A house as a file: what a server's channels and roles are called, what came of it, the button to arm."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Self

import discord

from bot.client import Renga
from bot.house.model import Layer
from bot.i18n.text import translate
from bot.ids import GuildId, Lang
from bot.moderation.rules import Rule
from bot.services.house_file import CHANNELS, Names
from bot.services.moderation_takeover import TakenOver
from bot.services.ports import Notes
from cogs.ui.items import LastingItem, found
from cogs.ui.safe import plain_line
from cogs.ui.settings_items import Scope
from cogs.ui.settings_scope import find_channel

MOST_NAMED = 12
"""Channels and roles that a file speaks of and a server does not have, as an answer names them."""


class ArmButton(LastingItem["discord.ui.Button[Any]"], template=r"renga:fa:arm"):
    """Arms what was armed where a file was written."""

    def __init__(self, *, lang: Lang = "en") -> None:
        super().__init__(
            discord.ui.Button(
                label=translate("moderation.button_arm_all", lang),
                style=discord.ButtonStyle.success,
                custom_id="renga:fa:arm",
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls()

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the press to the cog that looks after rules."""
        await found(interaction.client, "Moderation").arm_waiting(interaction)


class Waiting:
    """Which rules of a guild wait to be armed after a file was taken over; kept over a restart."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    async def put(self, guild: GuildId, ids: Iterable[int]) -> None:
        """These wait now, and no others."""
        await self._notes.put(f"filter arm {guild}", json.dumps(list(ids)))

    async def take(self, guild: GuildId) -> list[int]:
        """Those that wait; from now on none does."""
        held = json.loads(await self._notes.get(f"filter arm {guild}") or "[]")
        await self.put(guild, ())
        return [int(id) for id in held]


async def names_here(
    interaction: discord.Interaction[Renga], channels: Iterable[int] = (), *, all: bool = True
) -> Names:
    """What a server's channels and roles are called; ``channels`` are looked up though they sleep.

    With ``all`` false only those.
    """
    guild = interaction.guild
    if guild is None:
        return Names()
    named: dict[int, tuple[str, str]] = {}
    if all:
        named = {one.id: (one.name, _kind(one)) for one in (*guild.channels, *guild.threads)}
    for id in channels:
        channel = await find_channel(interaction, id)
        if channel is not None:
            named[id] = (channel.name, _kind(channel))
    return Names(named, {role.id: role.name for role in guild.roles})


def named_in(layers: Iterable[Layer], rules: Iterable[Rule]) -> tuple[set[int], set[int]]:
    """The channels and the roles that settings and rules speak of."""
    channels, roles = set[int](), set[int]()
    for layer in layers:
        channels.add(layer.id)
        channels |= {held for name in CHANNELS if (held := getattr(layer.house, name)) is not None}
        roles |= {layer.house.moderators} if layer.house.moderators is not None else set()
    for rule in rules:
        channels |= rule.exempt_channels
        roles |= rule.exempt_roles
    return channels - {0}, roles


def over_told(over: TakenOver, lang: Lang) -> list[str]:
    """What became of the rules of a file."""
    rows = [
        translate(
            "settings.rules_imported",
            lang,
            added=len(over.added),
            changed=len(over.changed),
            removed=len(over.removed),
            lines=over.lines,
        )
    ]
    if over.armed:
        rows.append(translate("settings.rules_wait", lang, count=len(over.armed)))
    return rows


def left_out_told(names: Iterable[str], lang: Lang) -> list[str]:
    """What had no place, where there is any of it."""
    known = [plain_line(name, 60) for name in names]
    if not known:
        return []
    more = f" +{len(known) - MOST_NAMED}" if len(known) > MOST_NAMED else ""
    return [translate("settings.left_out", lang, names=", ".join(known[:MOST_NAMED]) + more)]


def _kind(channel: discord.abc.GuildChannel | discord.Thread) -> str:
    return Scope.of(channel).level.value
