"""Commands of /settings that set one thing without the panel."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.client import Renga
from bot.errors import BadInput
from bot.house.model import House, Level
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.ids import LANGUAGES, ChannelId, Place
from cogs.ui.reply import acknowledge, tell
from cogs.ui.settings_board import Board
from cogs.ui.settings_group import Spot, missing_in, settings
from cogs.ui.settings_keeper import require_keeper
from cogs.ui.settings_rule_texts import fitted
from cogs.ui.settings_told import name_of, value_told
from cogs.ui.studio import quickly
from cogs.ui.where import lang_read, place_in, place_of, space_of

_LANGUAGES = [app_commands.Choice(name=say(f"language.{lang}"), value=lang) for lang in LANGUAGES]
_QUOTAS = ("member_requests", "member_tokens", "guild_requests", "guild_tokens")


class Quick(Board):
    """One command for each of the settings that are changed most."""

    @settings.command(name=say("command.settings_show"), description=say("command.settings_show_about"))
    @app_commands.describe(channel=say("command.option_channel_about"))
    @app_commands.rename(channel=say("command.option_channel"))
    async def show(self, interaction: discord.Interaction[Renga], channel: Spot | None = None) -> None:
        """Show what holds in a channel (or here), and where each setting comes from."""
        await quickly(require_keeper(interaction))
        await acknowledge(interaction, private=True)
        place = _place(interaction, channel)
        resolved = await self.desk.book.of(place)
        lang = lang_read(interaction)
        lines = [f"**{translate('settings.title', lang, channel=f'<#{place.spot}>')}**"]
        for field in House.__dataclass_fields__:
            origin = resolved.origin.get(field, Level.DEFAULT)
            value = value_told(field, getattr(resolved.house, field), lang)
            come = translate(f"settings.from_{origin}", lang)
            lines.append(
                translate("settings.row", lang, field=name_of(field, lang), value=value, origin=come)
            )
        await tell(interaction, fitted(lines))

    @settings.command(name=say("command.settings_style"), description=say("command.settings_style_about"))
    @app_commands.describe(text=say("command.option_voice_about"), channel=say("command.option_for_about"))
    @app_commands.rename(text=say("command.option_text"), channel=say("command.option_channel"))
    async def style(
        self, interaction: discord.Interaction[Renga], text: str = "", channel: Spot | None = None
    ) -> None:
        """Set the house style; without text it is inherited again."""
        interaction.extras["input"] = text
        await self.put(interaction, channel, {"voice": text or None})

    @settings.command(name=say("command.settings_model"), description=say("command.settings_model_about"))
    @app_commands.describe(model=say("command.option_model_about"), channel=say("command.option_for_about"))
    @app_commands.rename(model=say("command.option_model"), channel=say("command.option_channel"))
    async def model(
        self, interaction: discord.Interaction[Renga], model: str = "", channel: Spot | None = None
    ) -> None:
        """Set the model that answers unless a member names one."""
        self.studio.models.check(model)
        await self.put(interaction, channel, {"model": model or None})

    @model.autocomplete("model")
    async def _models(
        self, interaction: discord.Interaction[Renga], typed: str
    ) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=id, value=id) for id in self.studio.models.matching(typed)]

    @settings.command(
        name=say("command.settings_language"), description=say("command.settings_language_about")
    )
    @app_commands.describe(
        language=say("command.option_language_about"), channel=say("command.option_for_about")
    )
    @app_commands.rename(language=say("command.option_language"), channel=say("command.option_channel"))
    @app_commands.choices(language=_LANGUAGES)
    async def language(
        self, interaction: discord.Interaction[Renga], language: str = "", channel: Spot | None = None
    ) -> None:
        """Set the language that works are written in unless a member chooses."""
        await self.put(interaction, channel, {"language": language or None})

    @settings.command(name=say("command.settings_local"), description=say("command.settings_local_about"))
    @app_commands.describe(on=say("command.option_on_about"), channel=say("command.option_for_about"))
    @app_commands.rename(on=say("command.option_on"), channel=say("command.option_channel"))
    async def local_only(
        self, interaction: discord.Interaction[Renga], on: bool, channel: Spot | None = None
    ) -> None:
        """Keep every text on the machine that runs the bot."""
        await self.put(interaction, channel, {"local_only": on})

    @settings.command(name=say("command.settings_gallery"), description=say("command.settings_gallery_about"))
    @app_commands.describe(gallery=say("command.option_gallery_about"))
    @app_commands.rename(gallery=say("command.option_gallery"))
    async def gallery(
        self, interaction: discord.Interaction[Renga], gallery: discord.TextChannel | None = None
    ) -> None:
        """Set where published works go; without a channel they stay where they are published."""
        await quickly(require_keeper(interaction))
        if gallery is not None and (missing := missing_in(gallery, lang_read(interaction))):
            raise BadInput("refused.cannot_post", channel=f"<#{gallery.id}>", missing=missing)
        await self.put(interaction, None, {"gallery": ChannelId(gallery.id) if gallery else None})

    @settings.command(name=say("command.settings_licence"), description=say("command.settings_licence_about"))
    @app_commands.describe(licence=say("command.option_licence_about"))
    @app_commands.rename(licence=say("command.option_licence"))
    async def licence(self, interaction: discord.Interaction[Renga], licence: str = "") -> None:
        """Set the licence that works are published under unless their author names one."""
        interaction.extras["input"] = licence
        await self.put(interaction, None, {"licence": licence or None})

    @settings.command(name=say("command.settings_quota"), description=say("command.settings_quota_about"))
    @app_commands.describe(
        member_requests=say("command.option_member_requests_about"),
        member_tokens=say("command.option_member_tokens_about"),
        guild_requests=say("command.option_guild_requests_about"),
        guild_tokens=say("command.option_guild_tokens_about"),
    )
    @app_commands.rename(
        member_requests=say("command.option_member_requests"),
        member_tokens=say("command.option_member_tokens"),
        guild_requests=say("command.option_guild_requests"),
        guild_tokens=say("command.option_guild_tokens"),
    )
    async def quota(
        self,
        interaction: discord.Interaction[Renga],
        member_requests: app_commands.Range[int, 0, 1_000_000_000] | None = None,
        member_tokens: app_commands.Range[int, 0, 1_000_000_000] | None = None,
        guild_requests: app_commands.Range[int, 0, 1_000_000_000] | None = None,
        guild_tokens: app_commands.Range[int, 0, 1_000_000_000] | None = None,
    ) -> None:
        """Set what a member and the server may use in a day; 0 is no limit."""
        given = (member_requests, member_tokens, guild_requests, guild_tokens)
        fields = {name: value for name, value in zip(_QUOTAS, given, strict=True) if value is not None}
        if not fields:
            raise BadInput("refused.no_quota_given")
        await self.put(interaction, None, fields)

    @settings.command(name=say("command.settings_undo"), description=say("command.settings_undo_about"))
    async def undo(self, interaction: discord.Interaction[Renga]) -> None:
        """Take the newest change back; once more, and it is there again."""
        await quickly(require_keeper(interaction))
        await acknowledge(interaction, private=True)
        rows = [
            translate("settings.undone", lang_read(interaction)),
            *await self.undo_newest(interaction),
        ]
        await tell(interaction, "\n".join(rows)[:2_000])


def _place(interaction: discord.Interaction[Renga], channel: Spot | None) -> Place:
    if channel is None:
        return place_of(interaction)
    return place_in(space_of(interaction), channel, channel.id)
