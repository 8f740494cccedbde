"""Commands about seats and turns of stories."""

from __future__ import annotations

import discord

from bot.client import Renga
from bot.errors import BadInput
from bot.i18n.text import translate
from bot.ids import MemberId
from bot.stories import events as ev
from cogs.ui.reply import acknowledge, tell
from cogs.ui.safe import line
from cogs.ui.stories_group import Commands, named, options, story
from cogs.ui.stories_items import story_view
from cogs.ui.where import is_moderator, lang_read, member_of


class Turns(Commands):
    """Who sits at the table, and whose turn it is."""

    # --- seats -----------------------------------------------------------------------------

    @story.command(**named("join"))
    async def join(self, interaction: discord.Interaction[Renga]) -> None:
        """Take a seat."""
        await self.act(interaction, lambda told: ev.Join(**self.by(interaction)))

    @story.command(**named("invite"))
    @options("member")
    async def invite(self, interaction: discord.Interaction[Renga], member: discord.Member) -> None:
        """Give somebody a seat."""
        await acknowledge(interaction, private=True)
        told = await self.here(interaction)
        if member.bot:
            raise BadInput("story.not_to_them")
        if told.story.starter != member_of(interaction) and not is_moderator(interaction):
            raise ev.StoryRefusal("story.leaders_only")
        await self.desk.act(interaction, told, ev.Join(by=MemberId(member.id), invited=True))

    @story.command(**named("leave"))
    async def leave(self, interaction: discord.Interaction[Renga]) -> None:
        """Give one's seat up."""
        await self.act(interaction, lambda told: ev.Leave(by=member_of(interaction)))

    @story.command(**named("away"))
    @options("back")
    async def away(self, interaction: discord.Interaction[Renga], back: bool = False) -> None:
        """Be passed over, or be called again."""
        event = ev.Back(by=member_of(interaction)) if back else ev.Away(by=member_of(interaction))
        await self.act(interaction, lambda told: event)

    @story.command(**named("remove"))
    @options("member")
    async def remove(self, interaction: discord.Interaction[Renga], member: discord.User) -> None:
        """Take a seat away."""
        await self.act(
            interaction, lambda told: ev.Remove(**self.by(interaction), member=MemberId(member.id))
        )

    @story.command(**named("transfer"))
    @options("member")
    async def transfer(self, interaction: discord.Interaction[Renga], member: discord.Member) -> None:
        """Give the story into other hands."""
        await self.act(interaction, lambda told: ev.Transfer(**self.by(interaction), to=MemberId(member.id)))

    # --- turns -----------------------------------------------------------------------------

    @story.command(**named("write"))
    async def write(self, interaction: discord.Interaction[Renga]) -> None:
        """Write one's turn in a form."""
        told = await self.here(interaction)
        await self.desk.ask_words(interaction, told, 0)

    @story.command(**named("pass"))
    async def pass_(self, interaction: discord.Interaction[Renga]) -> None:
        """Let one's turn go by."""
        await self.act(
            interaction, lambda told: ev.Pass(by=member_of(interaction), turn=self.open_turn(told))
        )

    @story.command(**named("time"))
    async def time(self, interaction: discord.Interaction[Renga]) -> None:
        """More time for the open turn."""
        await self.act(
            interaction, lambda told: ev.MoreTime(**self.by(interaction), turn=self.open_turn(told))
        )

    @story.command(**named("hand"))
    @options("member")
    async def hand(self, interaction: discord.Interaction[Renga], member: discord.Member) -> None:
        """Give the open turn to somebody else."""
        to = MemberId(member.id)
        await self.act(
            interaction, lambda told: ev.HandOver(**self.by(interaction), turn=self.open_turn(told), to=to)
        )

    @story.command(**named("skip"))
    async def skip(self, interaction: discord.Interaction[Renga]) -> None:
        """Pass over the writer."""
        await self.act(interaction, lambda told: ev.Skip(**self.by(interaction), turn=self.open_turn(told)))

    @story.command(**named("undo"))
    async def undo(self, interaction: discord.Interaction[Renga]) -> None:
        """Take the last part back."""
        await self.act(interaction, lambda told: ev.Undo(**self.by(interaction), turn=self.last_part(told)))

    @story.command(**named("pause"))
    async def pause(self, interaction: discord.Interaction[Renga]) -> None:
        """Let the story rest."""
        await self.act(interaction, lambda told: ev.Pause(**self.by(interaction)))

    @story.command(**named("resume"))
    async def resume(self, interaction: discord.Interaction[Renga]) -> None:
        """Go on after a pause, or after the end."""
        await self.act(interaction, lambda told: ev.Resume(**self.by(interaction)))

    @story.command(**named("end"))
    async def end(self, interaction: discord.Interaction[Renga]) -> None:
        """Ask once more, then finish the story."""
        told, lang = await self.here(interaction), lang_read(interaction)
        view = story_view(("end-now",), told, lang=lang)
        await tell(interaction, translate("story.end_ask", lang, title=line(told.story.title)), view=view)
