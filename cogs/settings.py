"""/settings: what moderators set for their server or one of its channels.  /style: a member's own voice.

Discord hides /settings from who lacks Manage Server; that is only a hint, so
every command looks for itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import PERMISSIONS, Renga
from bot.errors import BadInput, NotAllowed
from bot.house.model import House, Level
from bot.i18n.slash import say
from bot.i18n.text import has, translate
from bot.ids import LANGUAGES, ChannelId, Lang, Place
from cogs.ui.reply import acknowledge, tell
from cogs.ui.safe import line, verse
from cogs.ui.studio import Studio, studio_of
from cogs.ui.where import is_manager, lang_read, member_of, place_in, place_of, space_of

Spot = discord.TextChannel | discord.CategoryChannel | discord.Thread
"""What a setting can be for, beside the whole server."""

_LANGUAGES = [app_commands.Choice(name=say(f"language.{lang}"), value=lang) for lang in LANGUAGES]
_QUOTAS = ("member_requests", "member_tokens", "guild_requests", "guild_tokens")


class Settings(commands.Cog):
    """Lets moderators set their server, and members their own voice."""

    settings = app_commands.Group(
        name=say("command.settings"),
        description=say("command.settings_about"),
        default_permissions=discord.Permissions(manage_guild=True),
        guild_only=True,
    )

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self._app = bot.app
        self._studio = studio

    @settings.command(name=say("command.settings_show"), description=say("command.settings_show_about"))
    @app_commands.describe(channel=say("command.option_channel_about"))
    @app_commands.rename(channel=say("command.option_channel"))
    async def show(self, interaction: discord.Interaction[Renga], channel: Spot | None = None) -> None:
        """Show what holds in a channel (or here), and where each setting comes from."""
        require_manager(interaction)
        await acknowledge(interaction, private=True)
        place = _place(interaction, channel)
        resolved = await self._app.desk.book.of(place)
        lang = lang_read(interaction)
        lines = [f"**{translate('settings.title', lang, channel=f'<#{place.spot}>')}**"]
        for field in House.__dataclass_fields__:
            origin = resolved.origin.get(field, Level.DEFAULT)
            value = _told(field, getattr(resolved.house, field), lang)
            lines.append(f"{_field(field, lang)}: {value} ({translate(f'settings.from_{origin}', lang)})")
        await tell(interaction, "\n".join(lines)[:2_000])

    @settings.command(name=say("command.settings_style"), description=say("command.settings_style_about"))
    @app_commands.describe(text=say("command.option_voice_about"), channel=say("command.option_for_about"))
    @app_commands.rename(text=say("command.option_text"), channel=say("command.option_channel"))
    async def style(
        self, interaction: discord.Interaction[Renga], text: str = "", channel: Spot | None = None
    ) -> None:
        """Set the house style; without text it is inherited again."""
        interaction.extras["input"] = text
        await self._set(interaction, channel, {"voice": text or None})

    @settings.command(name=say("command.settings_model"), description=say("command.settings_model_about"))
    @app_commands.describe(model=say("command.option_model_about"), channel=say("command.option_for_about"))
    @app_commands.rename(model=say("command.option_model"), channel=say("command.option_channel"))
    async def model(
        self, interaction: discord.Interaction[Renga], model: str = "", channel: Spot | None = None
    ) -> None:
        """Set the model that answers unless a member names one."""
        self._studio.models.check(model)
        await self._set(interaction, channel, {"model": model or None})

    @model.autocomplete("model")
    async def _models(
        self, interaction: discord.Interaction[Renga], typed: str
    ) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=id, value=id) for id in self._studio.models.matching(typed)]

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
        await self._set(interaction, channel, {"language": language or None})

    @settings.command(name=say("command.settings_local"), description=say("command.settings_local_about"))
    @app_commands.describe(on=say("command.option_on_about"), channel=say("command.option_for_about"))
    @app_commands.rename(on=say("command.option_on"), channel=say("command.option_channel"))
    async def local_only(
        self, interaction: discord.Interaction[Renga], on: bool, channel: Spot | None = None
    ) -> None:
        """Keep every text on the machine that runs the bot."""
        await self._set(interaction, channel, {"local_only": on})

    @settings.command(name=say("command.settings_gallery"), description=say("command.settings_gallery_about"))
    @app_commands.describe(gallery=say("command.option_gallery_about"))
    @app_commands.rename(gallery=say("command.option_gallery"))
    async def gallery(
        self, interaction: discord.Interaction[Renga], gallery: discord.TextChannel | None = None
    ) -> None:
        """Set where published works go; without a channel they stay where they are published."""
        require_manager(interaction)
        if gallery is not None and (missing := _missing(gallery)):
            raise BadInput("refused.cannot_post", channel=f"<#{gallery.id}>", missing=", ".join(missing))
        await self._set(interaction, None, {"gallery": ChannelId(gallery.id) if gallery else None})

    @settings.command(name=say("command.settings_licence"), description=say("command.settings_licence_about"))
    @app_commands.describe(licence=say("command.option_licence_about"))
    @app_commands.rename(licence=say("command.option_licence"))
    async def licence(self, interaction: discord.Interaction[Renga], licence: str = "") -> None:
        """Set the licence that works are published under unless their author names one."""
        interaction.extras["input"] = licence
        await self._set(interaction, None, {"licence": licence or None})

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
        await self._set(interaction, None, fields)

    @settings.command(name=say("command.settings_undo"), description=say("command.settings_undo_about"))
    async def undo(self, interaction: discord.Interaction[Renga]) -> None:
        """Take the newest change back; once more, and it is there again."""
        require_manager(interaction)
        await acknowledge(interaction, private=True)
        change = await self._app.desk.undo(space_of(interaction), by=member_of(interaction))
        lang = lang_read(interaction)
        value = _told(change.field, json.loads(change.after), lang)
        await tell(
            interaction, translate("settings.undone", lang, field=_field(change.field, lang), value=value)
        )

    async def _set(
        self, interaction: discord.Interaction[Renga], channel: Spot | None, fields: Mapping[str, object]
    ) -> None:
        """Set fields of the server or of a channel, and say what holds now."""
        require_manager(interaction)
        await acknowledge(interaction, private=True)
        place, lang = place_of(interaction), lang_read(interaction)
        level, id = _level(channel)
        lines: list[str] = []
        for field, value in fields.items():
            await self._app.desk.set(place, level, id, field, value, by=member_of(interaction))
            told = _told(field, value, lang) if value is not None else translate("settings.inherited", lang)
            lines.append(translate("settings.set", lang, field=_field(field, lang), value=told))
        if channel is not None:
            lines.append(f"-# {translate('settings.only_for', lang, channel=f'<#{channel.id}>')}")
        await tell(interaction, "\n".join(lines)[:2_000])

    @app_commands.command(name=say("command.style"), description=say("command.style_about"))
    @app_commands.describe(text=say("command.option_own_voice_about"))
    @app_commands.rename(text=say("command.option_text"))
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.allowed_installs(guilds=True, users=True)
    async def own_style(self, interaction: discord.Interaction[Renga], text: str = "") -> None:
        """Set one's own voice, which joins that of the house; without text it is taken away."""
        interaction.extras["input"] = text
        await acknowledge(interaction, private=True)
        lang = lang_read(interaction)
        member = await self._app.desk.set_member(
            space_of(interaction), member_of(interaction), voice=text.strip()
        )
        key = "settings.own_style" if member.voice else "settings.own_style_gone"
        await tell(interaction, translate(key, lang, voice=verse(member.voice)))


def require_manager(interaction: discord.Interaction[Renga]) -> None:
    """Refuse whoever may not change the server's settings.

    Raises:
        NotAllowed: they lack Manage Server.
    """
    if not is_manager(interaction):
        raise NotAllowed("refused.managers_only")


def _level(channel: Spot | None) -> tuple[Level, int]:
    match channel:
        case None:
            return Level.GUILD, 0
        case discord.CategoryChannel():
            return Level.CATEGORY, channel.id
        case discord.Thread():
            return Level.THREAD, channel.id
        case _:
            return Level.CHANNEL, channel.id


def _place(interaction: discord.Interaction[Renga], channel: Spot | None) -> Place:
    if channel is None:
        return place_of(interaction)
    return place_in(space_of(interaction), channel, channel.id)


def _field(field: str, lang: Lang) -> str:
    return translate(f"settings.{field}", lang)


def _told(field: str, value: object, lang: Lang) -> str:
    """A value as moderators read it."""
    match field, value:
        case _, None | "":
            return translate(f"settings.no_{field}", lang) if has(f"settings.no_{field}") else "–"
        case "language", str():
            return translate(f"language.{value}", lang)
        case (("gallery" | "reviews" | "log"), int()):
            return f"<#{value}>"
        case "moderators", int():
            return f"<@&{value}>"
        case "rating", str():
            return translate(f"settings.rating_{value}", lang)
        case _, bool():
            return translate("settings.yes" if value else "settings.no", lang)
        case _, int():
            return f"{value:,}" if value else translate("usage.no_limit", lang)
        case _:
            return line(str(value), 300)


def _missing(channel: discord.TextChannel) -> list[str]:
    """What the bot would need to post in a channel and does not have."""
    held = channel.permissions_for(channel.guild.me)
    return [name for name, wanted in PERMISSIONS if wanted and not getattr(held, name)]


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Settings(bot, studio_of(bot)))
