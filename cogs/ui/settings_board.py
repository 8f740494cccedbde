"""Commands of /settings: the panel, and settings as a file."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.client import Renga
from bot.errors import BadInput
from bot.house.model import Level
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.services.house_file import read, take_over, written
from cogs.ui.modals import read_file
from cogs.ui.reply import acknowledge, tell
from cogs.ui.settings_group import SettingsCommands, Spot, map_told, settings
from cogs.ui.settings_items import Scope
from cogs.ui.settings_keeper import require_keeper
from cogs.ui.settings_panel import panel
from cogs.ui.settings_scope import check_channels, place_of_scope
from cogs.ui.settings_told import PAGES
from cogs.ui.studio import quickly
from cogs.ui.where import lang_read, member_of, space_of


class Board(SettingsCommands):
    """The panel is opened; settings leave and come as a file."""

    @settings.command(name=say("command.settings_panel"), description=say("command.settings_panel_about"))
    @app_commands.describe(channel=say("command.option_for_about"))
    @app_commands.rename(channel=say("command.option_channel"))
    async def panel(self, interaction: discord.Interaction[Renga], channel: Spot | None = None) -> None:
        """Open the panel."""
        await quickly(require_keeper(interaction))
        view = await quickly(self.view(interaction, Scope.of(channel), next(iter(PAGES))))
        await interaction.response.send_message(view=view, ephemeral=True)

    async def view(
        self, interaction: discord.Interaction[Renga], scope: Scope, page: str, note: str = ""
    ) -> discord.ui.LayoutView:
        """One page of the panel as it is now."""
        guild, lang = space_of(interaction), lang_read(interaction)
        resolved = await self.desk.book.of(await place_of_scope(interaction, scope))
        own = await self.desk.layer(guild, scope.level, scope.id)
        about = ""
        if page == "filters":
            modes = [rule.mode.value for rule in self.app.rules.known(guild)]
            about = translate(
                "settings.rules_here", lang, armed=modes.count("armed"), shadow=modes.count("shadow")
            )
        elif page == "stories":
            about = translate("settings.stories_here", lang)
        return panel(resolved, own, scope, page, lang, note=note, about=about)

    @settings.command(name=say("command.settings_export"), description=say("command.settings_export_about"))
    async def export(self, interaction: discord.Interaction[Renga]) -> None:
        """Give every setting as a file."""
        await quickly(require_keeper(interaction))
        await acknowledge(interaction, private=True)
        await self.give_file(interaction)

    @settings.command(name=say("command.settings_import"), description=say("command.settings_import_about"))
    @app_commands.describe(file=say("command.option_settings_file_about"))
    @app_commands.rename(file=say("command.option_settings_file"))
    async def import_(self, interaction: discord.Interaction[Renga], file: discord.Attachment) -> None:
        """Take settings over from a file."""
        await quickly(require_keeper(interaction))
        await acknowledge(interaction, private=True)
        await self.take_file(interaction, file)

    async def give_file(self, interaction: discord.Interaction[Renga]) -> None:
        """Give every setting as a file, to the moderator alone."""
        text = written(await self.desk.layers(space_of(interaction)))
        told = translate("settings.exported", lang_read(interaction))
        await tell(interaction, told, files=[("settings.json", text.encode())])

    async def take_file(
        self, interaction: discord.Interaction[Renga], file: discord.Attachment | None
    ) -> None:
        """Take settings over from a file, all or none.

        Raises:
            BadInput: something in it cannot be.
        """
        if file is None:
            raise BadInput("refused.file_unreadable")
        lang, guild = lang_read(interaction), space_of(interaction)
        wanted = read(await read_file(file))
        await check_channels(interaction, wanted)
        held = (await self.desk.layer(guild, Level.GUILD, 0)).moderators
        role = next((value for _, _, field, value in wanted if field == "moderators"), None)
        for _, _, field, value in wanted:
            if field != "moderators":
                self.check(interaction, field, value)
        if role != held:
            self.check(interaction, "moderators", role)
        changes = await take_over(self.desk, guild, wanted, by=member_of(interaction))
        rows = [translate("settings.imported", lang, count=len(changes)), *map_told(changes, lang)]
        await tell(interaction, "\n".join(rows)[:2_000])
