"""/story host: what whoever started a story, and moderators, do about its terms, seats and course."""

from __future__ import annotations

from dataclasses import replace

import discord
from discord import app_commands

from bot.client import Renga
from bot.errors import BadInput
from bot.house.model import House
from bot.i18n.text import translate
from bot.ids import MemberId
from bot.services.stories import Told
from bot.services.stories_ports import StoryNumber
from bot.stories import events as ev
from bot.stories.model import Stage, model_seat
from cogs.ui.reply import acknowledge, hold, tell
from cogs.ui.stories_group import Commands, host, named, options
from cogs.ui.stories_items import story_view
from cogs.ui.stories_lobby import changed, page_of, sheet
from cogs.ui.where import is_moderator, lang_read, member_of


class Hosting(Commands):
    """The starter's and the moderators' part."""

    def leads(self, interaction: discord.Interaction[Renga], told: Told) -> bool:
        """Whether the member started the story or moderates here."""
        return told.story.starter == member_of(interaction) or is_moderator(interaction)

    def lead(self, interaction: discord.Interaction[Renga], told: Told) -> None:
        """Refuse everybody else.

        Raises:
            StoryRefusal: they are somebody else.
        """
        if not self.leads(interaction, told):
            raise ev.StoryRefusal("story.leaders_only")

    def widest(self, house: House, told: Told) -> str:
        """The widest rating that a story may have where it is."""
        return self.app.desk.book.rating(house, replace(told.row.place, rating=""))

    # --- terms -----------------------------------------------------------------------------

    @host.command(**named("terms"))
    async def terms(self, interaction: discord.Interaction[Renga]) -> None:
        """Change the settings of a story that has not begun."""
        await acknowledge(interaction, private=True)
        await self.show_terms(interaction, await self.here(interaction), "turns")

    async def show_terms(self, interaction: discord.Interaction[Renga], told: Told, page: str) -> None:
        """Draw the sheet of settings where the answer is."""
        self.lead(interaction, told)
        if told.story.stage is not Stage.LOBBY:
            raise ev.StoryRefusal("story.begun_already")
        house = (await self.app.desk.book.of(told.row.place)).house
        view = sheet(
            told,
            page,
            lang_read(interaction),
            models=[info.id for info in self.desk.studio.models.known if len(info.id) <= 100],
            allowed=self.widest(house, told),
        )
        await interaction.edit_original_response(content=None, view=view)

    async def turn_page(self, interaction: discord.Interaction[Renga], story: StoryNumber, page: str) -> None:
        """Show the other page of the sheet."""
        await hold(interaction)
        await self.show_terms(interaction, await self.of(interaction, story), page)

    async def choose(
        self, interaction: discord.Interaction[Renga], field: str, story: StoryNumber, value: str
    ) -> None:
        """One of the terms was chosen anew."""
        await hold(interaction)
        told = await self.of(interaction, story)
        self.lead(interaction, told)
        house = (await self.app.desk.book.of(told.row.place)).house
        terms = changed(
            told.story.terms,
            field,
            value,
            allowed=self.widest(house, told),
            forced_local=bool(house.local_only),
        )
        if terms != told.story.terms:
            event = ev.Arrange(**self.by(interaction), terms=terms)
            await self.app.stories.act(told.row.guild, told.row.id, event, key=str(interaction.id))
        await self.show_terms(interaction, await self.of(interaction, story), page_of(field))

    # --- seats -----------------------------------------------------------------------------

    @host.command(**named("invite"))
    @options("member")
    async def invite(self, interaction: discord.Interaction[Renga], member: discord.Member) -> None:
        """Ask somebody to the table."""
        await acknowledge(interaction, private=True)
        await self.seat(interaction, await self.here(interaction), MemberId(member.id))

    async def seat(self, interaction: discord.Interaction[Renga], told: Told, member: MemberId) -> None:
        """Invite a member of the server, and say so in the thread: joining is theirs to do."""
        guild, row, lang = interaction.guild, told.row, lang_read(interaction)
        known = guild.get_member(member) if guild is not None else None
        if known is None and guild is not None:
            try:
                known = await guild.fetch_member(member)
            except discord.HTTPException:
                raise BadInput("story.no_member") from None
        if known is None or known.bot:
            raise BadInput("story.no_member")
        event = ev.Invite(**self.by(interaction), member=member)
        await self.app.stories.act(row.guild, row.id, event, key=str(interaction.id))
        if row.thread is not None:
            await self.desk.outlet.note(
                told, "story.invited", f"invite:{interaction.id}", row.thread, about=member
            )
        await tell(interaction, translate("story.did_invite", lang, member=f"<@{member}>"))

    @host.command(**named("remove"))
    @options("member")
    async def remove(self, interaction: discord.Interaction[Renga], member: discord.User) -> None:
        """Take a seat away."""
        await acknowledge(interaction, private=True)
        await self.unseat(interaction, await self.here(interaction), MemberId(member.id))

    async def unseat(self, interaction: discord.Interaction[Renga], told: Told, member: MemberId) -> None:
        """Take a seat away, and offer to give it back."""
        row, lang = told.row, lang_read(interaction)
        event = ev.Remove(**self.by(interaction), member=member)
        await self.app.stories.act(row.guild, row.id, event, key=str(interaction.id))
        text = translate("story.removed", lang, member=f"<@{member}>")
        await tell(interaction, text, view=story_view(("seat",), told, turn=member, lang=lang))

    @host.command(**named("reorder"))
    @options("member", "place")
    async def reorder(
        self,
        interaction: discord.Interaction[Renga],
        member: discord.User,
        place: app_commands.Range[int, 1, 50],
    ) -> None:
        """Move a writer to another place at the table; the bot itself stands for its AI seat."""
        await acknowledge(interaction, private=True)
        told = await self.here(interaction)
        moved = model_seat(1) if member == interaction.client.user else MemberId(member.id)
        seats = [seat.member for seat in told.story.seats if seat.member != moved]
        if len(seats) == len(told.story.seats):
            raise BadInput("story.not_seated")
        seats.insert(min(place, len(seats) + 1) - 1, moved)
        await self.desk.act(interaction, told, ev.Reorder(**self.by(interaction), members=tuple(seats)))

    @host.command(**named("transfer"))
    @options("member")
    async def transfer(self, interaction: discord.Interaction[Renga], member: discord.Member) -> None:
        """Give the story into other hands, after asking once more."""
        await acknowledge(interaction, private=True)
        told, lang = await self.here(interaction), lang_read(interaction)
        self.lead(interaction, told)
        text = translate("story.transfer_ask", lang, member=f"<@{member.id}>")
        await tell(interaction, text, view=story_view(("transfer-now",), told, turn=member.id, lang=lang))

    # --- its course ------------------------------------------------------------------------

    @host.command(**named("skip"))
    async def skip(self, interaction: discord.Interaction[Renga]) -> None:
        """Pass over the writer."""
        await self.act(interaction, lambda told: ev.Skip(**self.by(interaction), turn=self.open_turn(told)))

    @host.command(**named("pause"))
    async def pause(self, interaction: discord.Interaction[Renga]) -> None:
        """Let the story rest."""
        await self.act(interaction, lambda told: ev.Pause(**self.by(interaction)))

    @host.command(**named("resume"))
    async def resume(self, interaction: discord.Interaction[Renga]) -> None:
        """Go on after a pause, or after the end."""
        await acknowledge(interaction, private=True)
        await self.desk.resume(interaction, await self.here(interaction))

    @host.command(**named("end"))
    async def end(self, interaction: discord.Interaction[Renga]) -> None:
        """Ask once more, then finish the story."""
        await acknowledge(interaction, private=True)
        await self.desk.ask_end(interaction, await self.here(interaction))
