"""/story: stories that members and models write in turns, in threads."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import discord
from discord.ext import commands

from bot.client import Renga
from bot.errors import BadInput
from bot.i18n.text import translate
from bot.ids import MemberId
from bot.services.stories import Told
from bot.services.stories_ports import StoryNumber
from bot.stories import events as ev
from cogs.ui.items import found as cog_of
from cogs.ui.modals import Form, form, submitted, text_field
from cogs.ui.reply import acknowledge, explain_to, tell
from cogs.ui.stories_desk import StoryDesk
from cogs.ui.stories_group import story
from cogs.ui.stories_hosting import Hosting
from cogs.ui.stories_items import ITEMS, story_view
from cogs.ui.stories_lobby import RULES
from cogs.ui.stories_look import helps
from cogs.ui.stories_models import WAYS
from cogs.ui.stories_more import more
from cogs.ui.stories_reading import Reading
from cogs.ui.stories_start import Starting
from cogs.ui.stories_turns import Turns
from cogs.ui.studio import studio_of
from cogs.ui.where import is_moderator, lang_read, member_of

FORMS = ("write", "edit", "continue", "polish", "rules")
"""Presses that show a form: they are answered with it, and not acknowledged before."""


class Stories(Starting, Turns, Hosting, Reading):
    """Commands and buttons of stories."""

    story = story

    def __init__(self, bot: Renga) -> None:
        self._bot = bot
        self.app = bot.app
        self.desk = StoryDesk(bot, studio_of(bot))

    async def cog_load(self) -> None:
        """Answer every button, draw what changes, and have models write."""
        self._bot.add_dynamic_items(*ITEMS)
        self.app.stories.shown = self.desk.shown
        self.app.story_writer.names = self.desk.outlet.names
        self.app.story_time.writer = self.desk.models.have_written

    async def cog_unload(self) -> None:
        """Leave what is being written to the next start."""
        self.app.stories.shown = None
        self.app.story_time.writer = None
        self._bot.remove_dynamic_items(*ITEMS)
        await self.desk.models.wind_up()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Draw what was not drawn before the bot went."""
        await self.desk.outlet.catch_up()

    # --- forms -------------------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Renga]) -> None:
        """Carry out a submitted form, also one that was opened before a restart."""
        filled = submitted(interaction)
        if filled is None or filled.action not in {f"story-{name}" for name in FORMS}:
            return
        interaction.extras["input"] = "\n".join(value for value in filled.values.values() if value)
        try:
            await self._filled(interaction, filled)
        except Exception as error:  # noqa: BLE001 - whatever it is, the member is told
            await explain_to(interaction, error)

    async def _filled(self, interaction: discord.Interaction[Renga], filled: Form) -> None:
        match filled.action:
            case "story-write":
                await self.desk.written(interaction, filled)
            case "story-edit":
                await self.desk.edited(interaction, filled)
            case "story-rules":
                await acknowledge(interaction, private=True)
                told = await self.of(interaction, filled.subject)
                said = await self.app.stories.said(
                    told.row.place, filled.value("rules"), RULES, "text", lines=True
                )
                terms = replace(told.story.terms, ground_rules=said)
                await self.desk.act(interaction, told, ev.Arrange(**self.by(interaction), terms=terms))
            case "story-continue":
                await acknowledge(interaction, private=True)
                told = await self.of(interaction, filled.subject)
                await self.desk.models.helped(interaction, told, "continue", filled.value("begun"))
            case _:
                await acknowledge(interaction, private=True)
                told = await self.of(interaction, filled.subject)
                await self.desk.models.helped(interaction, told, "polish", filled.value("rough"))

    # --- presses -----------------------------------------------------------------------------

    async def press(
        self, interaction: discord.Interaction[Renga], action: str, story: StoryNumber, turn: int
    ) -> None:
        """Carry out one press: it is acknowledged first, but for those that show a form."""
        if action in FORMS:
            await self._ask(interaction, action, await self.of(interaction, story), turn)
            return
        if action in WAYS:
            told = await self.of(interaction, story)
            await self.desk.models.use_way(interaction, told, WAYS.index(action))
            await self.desk.ask_words(interaction, told, turn)
            return
        if action.startswith("terms-"):
            await self.turn_page(interaction, story, action.removeprefix("terms-"))
            return
        await acknowledge(interaction, private=True)
        told = await self.of(interaction, story)
        if not await self._shows(interaction, action, told, turn):
            await self.desk.act(interaction, told, await self._event(interaction, action, told, turn))

    async def _ask(self, interaction: discord.Interaction[Renga], action: str, told: Told, turn: int) -> None:
        """Presses that are answered with a form."""
        lang, id = lang_read(interaction), int(told.row.id)
        match action:
            case "write":
                await self.desk.ask_words(interaction, told, turn)
            case "edit":
                own = told.story.turn(turn)
                about = turn if own is not None and own.by == member_of(interaction) else 0
                await self.desk.ask_edit(interaction, told, about)
            case "rules":
                self.lead(interaction, told)
                rules = told.story.terms.ground_rules
                field = text_field("rules", lang, long=True, default=rules, limit=RULES, required=False)
                await interaction.response.send_modal(form("story-rules", id, 0, lang, field))
            case _:
                name = "begun" if action == "continue" else "rough"
                field = text_field(name, lang, long=True, limit=3_000)
                await interaction.response.send_modal(form(f"story-{action}", id, turn, lang, field))

    async def _shows(
        self, interaction: discord.Interaction[Renga], action: str, told: Told, turn: int
    ) -> bool:
        """Presses that show something, or ask once more; False for those that let something happen."""
        desk, lang = self.desk, lang_read(interaction)
        match action:
            case "read":
                await desk.read(interaction, told, 1)
            case "recap":
                await desk.recap(interaction, told)
            case "help":
                view = story_view(helps(told.story), told, turn=turn, lang=lang)
                await tell(interaction, translate("story.help", lang), view=view)
            case "more":
                leads = self.leads(interaction, told)
                view = more(told, member_of(interaction), lang, leads=leads)
                await interaction.edit_original_response(content=None, view=view)
            case "terms":
                await self.show_terms(interaction, told, "turns")
            case "join" | "agree":
                await desk.join(interaction, told, agreed=action == "agree")
            case "leave" | "leave-now":
                await desk.leave(interaction, told, sure=action == "leave-now")
            case "end":
                await desk.ask_end(interaction, told)
            case "draft" | "ways":
                await desk.models.helped(interaction, told, action)
            case "another":
                await desk.models.another(interaction, told, turn)
            case "take-one" | "take-two":
                await desk.models.vote(interaction, told, turn, int(action == "take-two"))
            case "takes":
                await desk.models.takes(interaction, told, turn)
            case "resume" | "reopen":
                await desk.resume(interaction, told)
            case "why":
                await desk.why(interaction, told)
            case "seat":
                await self.seat(interaction, told, MemberId(turn))
            case _:
                return False
        return True

    async def _event(
        self, interaction: discord.Interaction[Renga], action: str, told: Told, turn: int
    ) -> ev.Event:
        """What a press lets happen."""
        member, moderator = member_of(interaction), is_moderator(interaction)
        match action:
            case "begin":
                return ev.Begin(by=member, moderator=moderator)
            case "pass":
                return ev.Pass(by=member, turn=turn)
            case "time":
                return ev.MoreTime(by=member, moderator=moderator, turn=turn)
            case "away":
                return ev.Away(by=member)
            case "back":
                return ev.Back(by=member)
            case "undo":
                return ev.Undo(by=member, moderator=moderator, turn=turn)
            case "redo":
                return ev.Redo(by=member, moderator=moderator, turn=turn)
            case "skip":
                return ev.Skip(by=member, moderator=moderator, turn=turn or self.open_turn(told))
            case "pause":
                return ev.Pause(by=member, moderator=moderator)
            case "end-now":
                return ev.End(by=member, moderator=moderator)
            case "lore-yes":
                return ev.ApproveLore(by=member, moderator=moderator, number=turn)
            case "lore-no":
                return ev.ForgetLore(by=member, moderator=moderator, number=turn)
            case "transfer-now":
                return ev.Transfer(by=member, moderator=moderator, to=MemberId(turn))
            case _:
                raise BadInput("refused.command_changed")

    # --- picking members ---------------------------------------------------------------------

    async def pick(
        self, interaction: discord.Interaction[Renga], action: str, story: StoryNumber, member: MemberId
    ) -> None:
        """Carry out something on a member who was picked from a menu."""
        await acknowledge(interaction, private=True)
        told, lang = await self.of(interaction, story), lang_read(interaction)
        match action:
            case "hand":
                await self.hand_to(interaction, told, member)
            case "invite":
                await self.seat(interaction, told, member)
            case "remove":
                await self.unseat(interaction, told, member)
            case _:
                self.lead(interaction, told)
                text = translate("story.transfer_ask", lang, member=f"<@{member}>")
                await tell(
                    interaction, text, view=story_view(("transfer-now",), told, turn=member, lang=lang)
                )


def stories_of(bot: Renga) -> Stories:
    """The cog of stories."""
    return cast(Stories, cog_of(bot, "Stories"))


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Stories(bot))
