"""What every cog that works on works needs: briefs from interactions, and works on messages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar
from weakref import WeakKeyDictionary

import discord

from bot.app import App
from bot.client import Renga
from bot.errors import AlreadyDone, Gone, ReadOnly
from bot.ids import WorkId
from bot.services.brief import Brief, Finished
from bot.services.judging_facts import MaySee
from bot.works import PARTS, Wish, Work, WorkState
from cogs.ui.card import writing as writing_frame
from cogs.ui.message_more import MessageFeatures
from cogs.ui.models import ModelShelf
from cogs.ui.outlet import Outlet
from cogs.ui.recent import Recent
from cogs.ui.small_model import SmallModel
from cogs.ui.stream import Followup, Frame, Surface
from cogs.ui.where import invited, lang_for, lang_read, member_of, place_of, space_of
from cogs.ui.works_more import WorkFeatures
from cogs.ui.writing import Sheet, Steps, Writing

Value = TypeVar("Value")

QUICK = 1.5
"""Seconds that something may take before the interaction is acknowledged; Discord waits three."""


class Studio:
    """Shared by the cogs of one bot."""

    def __init__(self, bot: Renga) -> None:
        self.bot = bot
        self.app: App = bot.app
        self.recent = Recent(bot.app.works)
        bot.app.privacy.remembers(self.recent.forget)
        self.models = ModelShelf(bot.app.router)
        self.writing = Writing(bot.app, bot, SmallModel(bot, self.models))
        self.more = WorkFeatures()
        self.on_message = MessageFeatures()
        self.outlet = Outlet(bot.app, bot, self.writing)
        bot.app.dispatch.attach(self.outlet)

    def brief(
        self,
        interaction: discord.Interaction[Renga],
        wish: Wish,
        *,
        work: Work | None = None,
        source: Work | None = None,
        instruction: str = "",
    ) -> Brief:
        """What the member asks for with this interaction."""
        return Brief(
            place=place_of(interaction),
            member=member_of(interaction),
            key=str(interaction.id),
            lang=lang_read(interaction),
            wish=wish,
            work=work,
            source=source,
            instruction=instruction,
        )

    def sheet(
        self,
        interaction: discord.Interaction[Renga],
        surface: Surface,
        *,
        private: bool,
        before: Frame | None = None,
    ) -> Sheet:
        """A message to be written on, in the language of those who see it."""
        return Sheet(
            surface=surface,
            place=place_of(interaction),
            lang=lang_for(interaction, private=private),
            member=member_of(interaction),
            private=private,
            alone=private or not (invited(interaction) or interaction.guild_id is None),
            before=before,
        )

    def asked(self, interaction: discord.Interaction[Renga], instruction: str) -> Brief:
        """An instruction alone, to be refused from memory before anything is looked up."""
        return self.brief(interaction, Wish(art=next(iter(self.app.catalogue.arts))), instruction=instruction)

    async def new_work(
        self,
        interaction: discord.Interaction[Renga],
        surface: Surface,
        brief: Brief,
        steps: Steps | None = None,
    ) -> Finished:
        """Write a new work on a message of its own."""
        sheet = self.sheet(interaction, surface, private=brief.wish.private)
        done = await self.writing.perform(
            sheet, steps or (lambda stop: self.app.composer.compose(brief, stop=stop))
        )
        await self.recent.of(brief.place.guild, brief.member)
        return done

    async def own_version(
        self, interaction: discord.Interaction[Renga], brief: Brief, steps: Steps | None = None
    ) -> None:
        """Write a new work in a further message; if nothing comes of it, the message goes again."""
        surface = await self.followup(interaction, private=brief.wish.private)
        try:
            await self.new_work(interaction, surface, brief, steps)
        except BaseException:
            await surface.withdraw()
            raise

    async def new_take(
        self,
        interaction: discord.Interaction[Renga],
        surface: Surface,
        work: Work,
        steps: Steps,
        *,
        private: bool | None = None,
    ) -> Finished:
        """Write a further take on the message that shows the work.

        ``private``: whether the member alone sees that message, where none was pressed that says so.

        Raises:
            AlreadyDone: one is being written.
        """
        if self.writing.running(work.id) is not None:
            raise AlreadyDone("refused.still_writing")
        private = shown_privately(interaction) if private is None else private
        before = await self.frame(interaction, work, work.take, private=private)
        sheet = self.sheet(interaction, surface, private=private, before=before)
        return await self.writing.perform(sheet, steps, work=work)

    async def followup(self, interaction: discord.Interaction[Renga], *, private: bool) -> Followup:
        """A further message, seen by all unless it is private; for what a press makes anew."""
        frame = writing_frame(None, "", lang_for(interaction, private=private))
        message = await interaction.followup.send(frame.content, ephemeral=private, wait=True)
        return Followup(message, interaction.channel, private=private)

    async def frame(
        self, interaction: discord.Interaction[Renga], work: Work, take: int, *, private: bool
    ) -> Frame:
        """A work as its card shows it, in the language of those who see it."""
        drawn = await self.writing.card(
            work.guild,
            work.id,
            take,
            lang=lang_for(interaction, private=private),
            private=private,
            alone=private,
        )
        return drawn.first

    async def show(
        self,
        interaction: discord.Interaction[Renga],
        surface: Surface,
        work: Work,
        take: int,
        *,
        private: bool = False,
    ) -> None:
        """Put a work on a message of its own, which is from now on one of its cards."""
        sheet = self.sheet(interaction, surface, private=private)
        await self.writing.show(sheet, work, take)

    async def work(self, interaction: discord.Interaction[Renga], id: WorkId) -> Work:
        """A work that the member may see: not what somebody else keeps to themselves.

        Raises:
            Gone: there is none here, or not for them.
        """
        work = await self.app.works.work(space_of(interaction), id)
        if work.author == member_of(interaction) or not work.wish.private:
            return work
        if work.state is WorkState.PUBLISHED or await self.app.works.cards(work.guild, id):
            return work  # shown to all since
        raise Gone()

    def seeing(self, interaction: discord.Interaction[Renga]) -> MaySee:
        """Which works the member may see, for what is told of others beside theirs."""

        async def may_see(id: WorkId) -> bool:
            return (await self.work(interaction, id)).id == id

        return may_see

    async def after_change(
        self, interaction: discord.Interaction[Renga], work: WorkId, surface: Surface | None = None
    ) -> None:
        """Draw the take that stands now wherever the work is shown."""
        changed = await self.app.works.work(space_of(interaction), work)
        if surface is not None:
            private = shown_privately(interaction)
            await surface.edit(await self.frame(interaction, changed, changed.take, private=private))
        await self.refresh_others(changed, but=surface.id if surface is not None else None)

    async def refresh_others(self, work: Work, but: int | None = None, frame: Frame | None = None) -> None:
        """Redraw every message that shows a work, except one."""
        for shown in await self.app.works.cards(work.guild, work.id):
            if shown.message == but or shown.kind in PARTS:
                continue
            await self.outlet.redraw(work, shown, frame)


def shown_privately(interaction: discord.Interaction[Renga]) -> bool:
    """Whether the pressed message is seen by the member alone."""
    return interaction.message is not None and interaction.message.flags.ephemeral


_studios: WeakKeyDictionary[Renga, Studio] = WeakKeyDictionary()


def studio_of(bot: Renga) -> Studio:
    """The one studio of a bot, made when first asked for."""
    if bot not in _studios:
        _studios[bot] = Studio(bot)
    return _studios[bot]


async def quickly(reading: Awaitable[Value]) -> Value:
    """Something that must be known before the interaction is acknowledged, such as the text of a form.

    Raises:
        ReadOnly: the database is too slow at the moment.
    """
    try:
        async with asyncio.timeout(QUICK):
            return await reading
    except TimeoutError:
        raise ReadOnly("storage.busy") from None
