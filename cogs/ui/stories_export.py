"""Stories to be taken along: ``/story export``."""

from __future__ import annotations

from typing import cast

import discord
from discord import app_commands

from bot.client import Renga
from bot.errors import NotAllowed
from bot.i18n.text import translate
from bot.services.books import BookDesk, Format
from bot.services.stories import Told
from bot.stories.model import Game
from cogs.ui.reply import acknowledge, tell
from cogs.ui.safe import line
from cogs.ui.stories_export_pages import may_read
from cogs.ui.stories_export_picture import books_of
from cogs.ui.stories_group import Commands, choices, named, options, story
from cogs.ui.where import lang_read


class Exporting(Commands):
    """Files of a story."""

    @story.command(**named("export"))
    @options("format")
    @app_commands.choices(format=choices("markdown", "html", "epub", "ao3", "fountain", "json"))
    async def export(self, interaction: discord.Interaction[Renga], format: str = "") -> None:
        """Give the story as a file, for the member alone."""
        await acknowledge(interaction, private=True)
        told = await self.here(interaction)
        await self.hand_out(interaction, told, format)

    async def hand_out(self, interaction: discord.Interaction[Renga], told: Told, format: str) -> None:
        """Give a story as a file to a member who may read it.

        Raises:
            NotAllowed: they do not see its thread.
            BadInput: nothing is written yet, or it is not to be seen before the end.
        """
        if not may_read(interaction, told):
            raise NotAllowed()
        kind = format or ("fountain" if told.story.terms.game is Game.SCRIPT else "html")
        bound = await self.books.export(told, cast(Format, kind))
        text = translate("story.exported", lang_read(interaction), title=line(told.story.title))
        await tell(interaction, text, files=[(bound.name, bound.data)])

    @property
    def books(self) -> BookDesk:
        """What makes books of stories."""
        outlet = self.desk.outlet
        return books_of(self.app, outlet.names, outlet.called)
