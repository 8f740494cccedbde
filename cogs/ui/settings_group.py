"""/settings: its group, and what its commands have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.client import Renga
from bot.errors import BadInput
from bot.house.model import Change
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.ids import Lang
from bot.permissions import lacking
from bot.services.house_desk import HouseDesk, Wanted
from cogs.ui.reply import acknowledge, tell
from cogs.ui.settings_items import Scope
from cogs.ui.settings_keeper import require_keeper
from cogs.ui.settings_panel import change_told
from cogs.ui.settings_told import name_of, set_told
from cogs.ui.studio import Studio, quickly
from cogs.ui.where import is_manager, lang_read, member_of, space_of

Spot = (
    discord.TextChannel
    | discord.ForumChannel
    | discord.VoiceChannel
    | discord.CategoryChannel
    | discord.Thread
)
"""What a setting can be for, beside the whole server."""


settings = app_commands.Group(
    name=say("command.settings"),
    description=say("command.settings_about"),
    default_permissions=discord.Permissions(manage_guild=True),
    guild_only=True,
)
"""``/settings``."""


class SettingsCommands(commands.Cog):
    """What the commands of /settings have in common; a cog is made of them."""

    app: App
    desk: HouseDesk
    studio: Studio

    def check(self, interaction: discord.Interaction[Renga], field: str, value: object) -> None:
        """Refuse what only Discord or the models can tell."""
        if field == "moderators" and not is_manager(interaction):
            raise BadInput("settings.managers_choose")
        if field == "model":
            self.studio.models.check(str(value or ""))
        if (
            field in ("gallery", "reviews", "log")
            and isinstance(value, int)
            and interaction.guild is not None
        ):
            channel = interaction.guild.get_channel_or_thread(value)
            lang = lang_read(interaction)
            missing = missing_in(channel, lang) if channel else translate("permission.read_messages", lang)
            if missing:
                raise BadInput("refused.cannot_post", channel=f"<#{value}>", missing=missing)

    async def put(
        self, interaction: discord.Interaction[Renga], channel: Spot | None, fields: Mapping[str, object]
    ) -> None:
        """Set fields of the server or of a channel, and say what holds now."""
        await quickly(require_keeper(interaction))
        await acknowledge(interaction, private=True)
        scope, lang = Scope.of(channel), lang_read(interaction)
        wanted: list[Wanted] = [(scope.level, scope.id, field, value) for field, value in fields.items()]
        await self.desk.set_all(space_of(interaction), wanted, by=member_of(interaction))
        lines = [
            translate("settings.set", lang, field=name_of(field, lang), value=set_told(field, value, lang))
            for field, value in fields.items()
        ]
        if channel is not None:
            lines.append(f"-# {translate('settings.only_for', lang, channel=f'<#{channel.id}>')}")
        await tell(interaction, "\n".join(lines)[:2_000])


def map_told(changes: Sequence[Change], lang: Lang) -> list[str]:
    """What changed, a line each, as many as one message shows."""
    rows = [change_told(change, lang) for change in changes[:8]]
    return [*rows, f"-# +{len(changes) - 8}"] if len(changes) > 8 else rows


def missing_in(channel: discord.abc.GuildChannel | discord.Thread, lang: Lang) -> str:
    """What the bot would need to post in a channel and does not have, as a list in words."""
    return lacking(channel.permissions_for(channel.guild.me), lang)
