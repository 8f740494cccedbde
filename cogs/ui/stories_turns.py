"""Commands about one's own seat and one's own turn."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.client import Renga
from bot.errors import BadInput
from bot.ids import MemberId
from bot.services.stories import Told
from bot.stories import events as ev
from cogs.ui.reply import acknowledge
from cogs.ui.stories_group import Commands, named, options, story
from cogs.ui.where import member_of


class Turns(Commands):
    """A writer's part."""

    # --- seats -----------------------------------------------------------------------------

    @story.command(**named("join"))
    async def join(self, interaction: discord.Interaction[Renga]) -> None:
        """Take a seat."""
        await acknowledge(interaction, private=True)
        await self.desk.join(interaction, await self.here(interaction))

    @story.command(**named("leave"))
    async def leave(self, interaction: discord.Interaction[Renga]) -> None:
        """Give one's seat up."""
        await acknowledge(interaction, private=True)
        await self.desk.leave(interaction, await self.here(interaction))

    @story.command(**named("away"))
    @options("back")
    async def away(self, interaction: discord.Interaction[Renga], back: bool = False) -> None:
        """Be passed over, or be called again."""
        event = ev.Back(by=member_of(interaction)) if back else ev.Away(by=member_of(interaction))
        await self.act(interaction, lambda told: event)

    # --- turns -----------------------------------------------------------------------------

    @story.command(**named("write"))
    async def write(self, interaction: discord.Interaction[Renga]) -> None:
        """Write one's turn in a form."""
        await self.desk.ask_words(interaction, await self.here(interaction), 0)

    @story.command(**named("edit"))
    @options("part")
    async def edit(
        self,
        interaction: discord.Interaction[Renga],
        part: app_commands.Range[int, 1, 100_000] | None = None,
    ) -> None:
        """Change a part of one's own: the last one, unless another is named."""
        told = await self.here(interaction)
        turns = told.story.turns
        if part is not None and part > len(turns):
            raise BadInput("story.no_turn")
        await self.desk.ask_edit(interaction, told, turns[part - 1].number if part is not None else 0)

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
        await acknowledge(interaction, private=True)
        await self.hand_to(interaction, await self.here(interaction), MemberId(member.id))

    async def hand_to(self, interaction: discord.Interaction[Renga], told: Told, member: MemberId) -> None:
        """Give the open turn to a member."""
        event = ev.HandOver(**self.by(interaction), turn=self.open_turn(told), to=member)
        await self.desk.act(interaction, told, event)

    @story.command(**named("undo"))
    async def undo(self, interaction: discord.Interaction[Renga]) -> None:
        """Take the last part back."""
        await self.act(interaction, lambda told: ev.Undo(**self.by(interaction), turn=self.last_part(told)))
