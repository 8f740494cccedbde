"""/help: what can be done.  /doctor: for moderators, what is missing here."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Renga
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.ids import Lang
from bot.permissions import lacking
from cogs.ui.help_topics import HelpMenu, told
from cogs.ui.reply import acknowledge, tell
from cogs.ui.safe import line
from cogs.ui.settings_keeper import require_manager
from cogs.ui.small_model import HOUSE_MODEL
from cogs.ui.studio import Studio, studio_of
from cogs.ui.where import lang_read, member_of, place_of


class Help(commands.Cog):
    """Explains the bot, and finds what keeps it from working here."""

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self._app = bot.app
        self._studio = studio

    async def cog_load(self) -> None:
        """Answer the menu of topics, also one of before a restart."""
        self._bot.add_dynamic_items(HelpMenu)

    async def cog_unload(self) -> None:
        """Answer it no longer."""
        self._bot.remove_dynamic_items(HelpMenu)

    @app_commands.command(name=say("command.help"), description=say("command.help_about"))
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.allowed_installs(guilds=True, users=True)
    async def help(self, interaction: discord.Interaction[Renga]) -> None:
        """Say what can be done: everything here is known without looking anything up."""
        known = self._app.desk.book.peek(place_of(interaction))
        small = (known.house.model if known is not None else "") or self._app.router.default
        more = translate("usage.larger_model", lang_read(interaction)) if small == HOUSE_MODEL else ""
        frame = told(interaction, more=more)
        await tell(interaction, frame.content, view=frame.view)

    @app_commands.command(name=say("command.doctor"), description=say("command.doctor_about"))
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def doctor(self, interaction: discord.Interaction[Renga]) -> None:
        """Look at permissions, models, quotas and what waits, in this channel."""
        require_manager(interaction)
        await acknowledge(interaction, private=True)
        lang = lang_read(interaction)
        lines = [*self._permissions(interaction, lang), *await self._models(interaction, lang)]
        spent, allowed = await self._app.usage.today(place_of(interaction), member_of(interaction))
        limit = f"{allowed.guild_requests:,}" if allowed.guild_requests else translate("usage.no_limit", lang)
        lines.append(translate("help.quota", lang, used=f"{spent.guild_requests:,}", limit=limit))
        late = self._app.supervisor.late()
        if late:
            lines.append(translate("help.late", lang, tasks=", ".join(late)))
        await tell(interaction, "\n".join(lines)[:2_000])

    def _permissions(self, interaction: discord.Interaction[Renga], lang: Lang) -> list[str]:
        missing = lacking(interaction.app_permissions, lang)
        if not missing:
            return [translate("help.permissions", lang)]
        return [translate("help.permissions_missing", lang, missing=missing)]

    async def _models(self, interaction: discord.Interaction[Renga], lang: Lang) -> list[str]:
        await self._studio.models.refresh()
        models = self._studio.models
        house = (await self._app.desk.book.of(place_of(interaction))).house
        current = house.model or self._app.router.default
        known = {info.id for info in models.known}
        key = "help.model" if current in known else "help.model_unknown"
        lines = [translate(key, lang, model=line(current), count=len(models.known))]
        return lines + [translate("usage.provider_down", lang, name=line(name)) for name in models.down]


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Help(bot, studio_of(bot)))
