"""Commands of /settings: the panel, and settings as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import discord
from discord import app_commands

from bot.client import Renga
from bot.errors import BadInput
from bot.house.model import Level
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.moderation.rules import Rule
from bot.services.house_desk import Wanted
from bot.services.house_file import LARGEST, channels_in, read, take_over, written
from bot.services.house_moving import moved
from bot.services.moderation_takeover import TakenOver
from cogs.ui.modals import read_file
from cogs.ui.reply import acknowledge, tell
from cogs.ui.settings_group import SettingsCommands, Spot, map_told, settings
from cogs.ui.settings_items import Scope
from cogs.ui.settings_keeper import require_keeper
from cogs.ui.settings_moving import ArmButton, Waiting, left_out_told, named_in, names_here, over_told
from cogs.ui.settings_panel import apart_told, panel
from cogs.ui.settings_rule_texts import undone_told
from cogs.ui.settings_scope import check_channels, place_of_scope
from cogs.ui.settings_told import PAGES
from cogs.ui.studio import quickly
from cogs.ui.where import lang_read, member_of, space_of


class Board(SettingsCommands):
    """The panel is opened; settings leave and come as a file."""

    @property
    def waiting(self) -> Waiting:
        """The rules that came armed in a file and wait to be so here."""
        return Waiting(self.app.notes)

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
        about: list[str] = []
        rules: Sequence[Rule] = self.app.rules.known(guild) if page == "filters" else ()
        if page == "filters":
            modes = [rule.mode.value for rule in rules]
            about.append(
                translate(
                    "settings.rules_here", lang, armed=modes.count("armed"), shadow=modes.count("shadow")
                )
            )
        elif page == "stories":
            about.append(translate("settings.stories_here", lang))
        if scope.level is Level.GUILD:
            about += apart_told(await self.desk.layers(guild), lang)
        return panel(resolved, own, scope, page, lang, note=note, about="\n".join(about), rules=rules)

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
        guild, desk = space_of(interaction), self.app.rules
        layers = await self.desk.layers(guild)
        rules = [rule for _, rule in await desk.rules(guild)]
        channels, roles = named_in(layers, rules)
        known = await names_here(interaction, channels, all=False)
        names = replace(known, roles={id: name for id, name in known.roles.items() if id in roles})
        text = written(guild, layers, rules, await desk.lines(guild), names)
        told = translate("settings.exported", lang_read(interaction))
        await tell(interaction, told, files=[("settings.json", text.encode())])

    async def take_file(
        self, interaction: discord.Interaction[Renga], file: discord.Attachment | None
    ) -> None:
        """Take settings and rules over from a file, all or none.

        Raises:
            BadInput: something in it cannot be.
        """
        if file is None:
            raise BadInput("refused.file_unreadable")
        lang, guild, by = lang_read(interaction), space_of(interaction), member_of(interaction)
        given = await asyncio.to_thread(read, await read_file(file, limit=LARGEST))
        if not given.guild:  # it says no names by which another server could find its own
            await check_channels(interaction, channels_in(given))
        here = moved(given, await names_here(interaction, channels_in(given)))
        await self._check_all(interaction, here.file.wanted)
        history = self.app.rule_history
        at = max(await self.desk.moment(guild), await history.moment(guild))
        over: TakenOver | None = None
        if here.file.rules is not None:
            home = given.guild == guild
            over = await history.take_over(guild, here.file.rules, by=by, at=at, home=home)
            await self.waiting.put(guild, over.armed)
        changes = await take_over(self.desk, guild, here.file.wanted, by=by, at=at)
        rows = [translate("settings.imported", lang, count=len(changes)), *map_told(changes, lang)]
        rows += over_told(over, lang) if over is not None else []
        rows += left_out_told(here.left_out, lang)
        view: discord.ui.View | None = None
        if over is not None and over.armed:
            view = discord.ui.View(timeout=None)
            view.add_item(ArmButton(lang=lang))
        await tell(interaction, "\n".join(rows)[:2_000], view=view)

    async def undo_newest(self, interaction: discord.Interaction[Renga]) -> list[str]:
        """Take the newest change of settings back, with the rules of the same file; says what changed.

        Raises:
            AlreadyDone: there is nothing to take back.
        """
        guild, by, lang = space_of(interaction), member_of(interaction), lang_read(interaction)
        history = self.app.rule_history
        newest, over = await self.desk.changes(guild, limit=1), await history.newest_file(guild)
        at = max(await self.desk.moment(guild), await history.moment(guild))
        rows: list[str] = []
        if over is not None and (not newest or over.at >= newest[0].at):
            rows = undone_told(await history.undo(guild, by=by, at=at), lang)
            if not newest or newest[0].at != over.at:
                return rows
        return [*map_told(await self.desk.undo(guild, by=by, at=at), lang), *rows]

    async def _check_all(self, interaction: discord.Interaction[Renga], wanted: Sequence[Wanted]) -> None:
        """Refuse what only Discord or the models can tell, in a file as in a form."""
        held = (await self.desk.layer(space_of(interaction), Level.GUILD, 0)).moderators
        role = next((value for _, _, field, value in wanted if field == "moderators"), None)
        for _, _, field, value in wanted:
            if field != "moderators":
                self.check(interaction, field, value)
        if role != held:
            self.check(interaction, "moderators", role)
