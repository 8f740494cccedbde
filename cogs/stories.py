"""/story: stories that members and models write in turns, in threads."""

from __future__ import annotations

from typing import cast

import discord
from discord.ext import commands

from bot.client import Renga
from bot.errors import BadInput
from bot.services.stories_ports import StoryNumber
from bot.stories import events as ev
from cogs.ui.items import found as cog_of
from cogs.ui.modals import form, submitted, text_field
from cogs.ui.reply import explain_to
from cogs.ui.stories_desk import StoryDesk
from cogs.ui.stories_group import story
from cogs.ui.stories_items import StoryButton
from cogs.ui.stories_reading import Reading
from cogs.ui.stories_start import Starting
from cogs.ui.stories_turns import Turns
from cogs.ui.studio import studio_of
from cogs.ui.where import is_moderator, lang_read, member_of


class Stories(Starting, Turns, Reading):
    """Commands and buttons of stories."""

    story = story

    def __init__(self, bot: Renga) -> None:
        self._bot = bot
        self.app = bot.app
        self.desk = StoryDesk(bot, studio_of(bot))

    async def cog_load(self) -> None:
        """Answer every button, draw what changes, and have models write."""
        self._bot.add_dynamic_items(StoryButton)
        self.app.stories.shown = self.desk.shown
        self.app.story_writer.names = self.desk.outlet.names
        self.app.story_time.writer = self.desk.have_written

    async def cog_unload(self) -> None:
        """Leave what is being written to the next start."""
        self.app.stories.shown = None
        self.app.story_time.writer = None
        self._bot.remove_dynamic_items(StoryButton)
        await self.desk.wind_up()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Draw what was not drawn before the bot went."""
        await self.desk.outlet.catch_up()

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Renga]) -> None:
        """Carry out a submitted form, also one that was opened before a restart."""
        filled = submitted(interaction)
        if filled is None or not filled.action.startswith("story-"):
            return
        interaction.extras["input"] = "\n".join(value for value in filled.values.values() if value)
        try:
            match filled.action:
                case "story-write":
                    await self.desk.written(interaction, filled)
                case "story-edit":
                    await self.desk.edited(interaction, filled)
                case "story-continue":
                    told = await self.of(interaction, filled.subject)
                    await self.desk.helped(interaction, told, "continue", filled.value("begun"))
                case _:
                    told = await self.of(interaction, filled.subject)
                    await self.desk.helped(interaction, told, "polish", filled.value("rough"))
        except Exception as error:  # noqa: BLE001 - whatever it is, the member is told
            await explain_to(interaction, error)

    async def press(
        self, interaction: discord.Interaction[Renga], action: str, story: StoryNumber, turn: int
    ) -> None:
        """Carry out one press."""
        told = await self.of(interaction, story)
        member, moderator = member_of(interaction), is_moderator(interaction)
        lang = lang_read(interaction)
        event: ev.Event
        match action:
            case "write":
                await self.desk.ask_words(interaction, told, turn)
                return
            case "read":
                await self.desk.read(interaction, told, 1)
                return
            case "recap":
                await self.desk.recap(interaction, told)
                return
            case "draft" | "ways":
                await self.desk.helped(interaction, told, action)
                return
            case "continue" | "polish":
                name = "begun" if action == "continue" else "rough"
                field = text_field(name, lang, long=True, limit=3_000)
                await interaction.response.send_modal(form(f"story-{action}", int(story), turn, lang, field))
                return
            case "another":
                await self.desk.another(interaction, told, turn)
                return
            case "join":
                event = ev.Join(by=member, moderator=moderator)
            case "leave":
                event = ev.Leave(by=member)
            case "begin":
                event = ev.Begin(by=member, moderator=moderator)
            case "pass":
                event = ev.Pass(by=member, turn=turn)
            case "time":
                event = ev.MoreTime(by=member, moderator=moderator, turn=turn)
            case "away":
                event = ev.Away(by=member)
            case "back":
                event = ev.Back(by=member)
            case "undo":
                event = ev.Undo(by=member, moderator=moderator, turn=turn)
            case "redo":
                event = ev.Redo(by=member, moderator=moderator, turn=turn)
            case "skip":
                event = ev.Skip(by=member, moderator=moderator, turn=self.open_turn(told))
            case "pause":
                event = ev.Pause(by=member, moderator=moderator)
            case "resume" | "reopen":
                if told.row.thread is None:
                    await self.desk.open_anew(interaction, told)
                event = ev.Resume(by=member, moderator=moderator)
            case "end-now":
                event = ev.End(by=member, moderator=moderator)
            case _:
                raise BadInput("refused.command_changed")
        await self.desk.act(interaction, told, event)


def stories_of(bot: Renga) -> Stories:
    """The cog of stories."""
    return cast(Stories, cog_of(bot, "Stories"))


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Stories(bot))
