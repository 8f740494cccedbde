"""Buttons of held texts: those of moderators, and those of whoever wrote them.

They outlive a restart; a press is authorised where it is carried out.
"""

from __future__ import annotations

from typing import Any, Self

import discord

from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import GuildId, Lang
from cogs.ui.items import LastingItem, found

_LOOKS = {
    "claim": discord.ButtonStyle.secondary,
    "approve": discord.ButtonStyle.success,
    "reject": discord.ButtonStyle.danger,
    "change": discord.ButtonStyle.primary,
    "edit": discord.ButtonStyle.primary,
    "ask": discord.ButtonStyle.secondary,
    "read": discord.ButtonStyle.primary,
}


class ReviewButton(
    LastingItem["discord.ui.Button[Any]"],
    template=r"renga:v:(?P<action>claim|approve|reject|change):(?P<id>[0-9]{1,18})",
):
    """A moderator's button: ``renga:v:<action>:<review>``."""

    def __init__(self, action: str, id: int, *, lang: Lang = "en") -> None:
        super().__init__(_button(action, f"renga:v:{action}:{id}", lang))
        self.action = action
        self.review = id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(match["action"], int(match["id"]))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the press to the cog that looks after reviews."""
        await found(interaction.client, "Reviews").press(interaction, self.action, self.review)


class DraftButton(
    LastingItem["discord.ui.Button[Any]"],
    template=r"renga:d:(?P<action>edit|ask|read):(?P<guild>[0-9]{1,20}):(?P<id>[0-9]{1,18})",
):
    """A writer's button: ``renga:d:<action>:<guild>:<review>``; it may stand outside the guild."""

    def __init__(self, action: str, guild: GuildId, id: int, *, lang: Lang = "en") -> None:
        super().__init__(_button(action, f"renga:d:{action}:{guild}:{id}", lang))
        self.action = action
        self.guild = guild
        self.review = id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(match["action"], GuildId(int(match["guild"])), int(match["id"]))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the press to the cog that looks after reviews."""
        await found(interaction.client, "Reviews").draft(interaction, self.action, self.guild, self.review)


def _button(action: str, custom_id: str, lang: Lang) -> discord.ui.Button[Any]:
    return discord.ui.Button(
        label=translate(f"moderation.button_{action}", lang), style=_LOOKS[action], custom_id=custom_id
    )
