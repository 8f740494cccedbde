"""Chapters and scenes in their threads: the card of the plan, parts that stream, stopping and going on."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass, field, replace

import discord

from bot.client import Renga
from bot.errors import BadInput, NotAllowed, RengaError
from bot.explain import explain
from bot.i18n.text import translate
from bot.ids import ChannelId, GuildId, MemberId, MessageId
from bot.services.books_ports import PlanRow
from bot.services.books_writer import written
from bot.services.brief import Words
from bot.services.dispatch import Undeliverable
from bot.services.stories import Told
from bot.services.stories_ports import StoryNumber
from cogs.ui.chapter_items import card
from cogs.ui.safe import verse
from cogs.ui.stories_desk import StoryDesk
from cogs.ui.stories_drawing import pin
from cogs.ui.stream import BotMessage, Frame, LiveMessage

log = logging.getLogger(__name__)

SHOWN = 1_900
"""Characters of a part that are shown while it is being written: its end."""


@dataclass(slots=True)
class Run:
    """A plan that is being written now."""

    task: asyncio.Task[None] | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)


class ChapterDesk:
    """Writes plans part by part.  What is to be written is in the store; a restart goes on with it."""

    def __init__(self, bot: Renga) -> None:
        self._bot = bot
        self._app = bot.app
        self._runs: dict[tuple[GuildId, StoryNumber, int], Run] = {}

    @property
    def stories(self) -> StoryDesk:
        """The desk of the stories that parts are turns of."""
        return self._bot.get_cog("Stories").desk  # type: ignore[union-attr]

    async def find(self, guild: GuildId, story: StoryNumber, number: int) -> tuple[PlanRow, Told]:
        """A plan and its story, as they are now."""
        return await self._app.plans.load(guild, story, number), await self._app.stories.read(guild, story)

    # --- the card ----------------------------------------------------------------------------

    async def show(self, row: PlanRow, told: Told, *, writing: int = 0, trouble: str = "") -> None:
        """Draw the card anew, or post it."""
        if told.row.thread is None:
            return
        frame = card(row, told, writing=writing, trouble=trouble)
        channel = self._bot.get_partial_messageable(told.row.thread)
        try:
            if row.card is not None:
                try:
                    message = channel.get_partial_message(row.card)
                    await message.edit(**frame.edited())
                    return
                except discord.NotFound:
                    log.info("the card of a plan of story %s is gone: another is posted", row.story)
            nonce = f"{row.story}:p{row.number}"[-25:]
            sent: discord.Message = await channel.send(nonce=nonce, **frame.sent())
        except discord.HTTPException as error:
            log.info("the plan of story %s could not be shown: %s", row.story, error.status)
            return
        await self._app.plans.shown(row.guild, row.story, row.number, MessageId(sent.id))
        if row.card is None:
            await pin(sent)

    # --- writing -----------------------------------------------------------------------------

    async def begin(self, row: PlanRow, told: Told, *, whole: bool) -> PlanRow:
        """Have the next part written, or all that are left, meanwhile.

        Raises:
            BadInput: everything is written, or it is being written already.
        """
        step = row.plan.next_step(written(row, told.story))
        if step is None:
            raise BadInput("bound.all_written" if row.plan.steps else "bound.no_steps")
        if (row.guild, row.story, row.number) in self._runs:
            raise BadInput("bound.under_way")
        until = len(row.plan.steps) if whole else step
        kept = await self._app.plans.change(
            row.guild, row.story, row.number, lambda plan: replace(plan, until=until)
        )
        self._start(kept)
        return kept

    def _start(self, row: PlanRow) -> None:
        key = (row.guild, row.story, row.number)
        if key in self._runs:
            return
        run = self._runs[key] = Run()
        run.task = asyncio.create_task(self._run(row, run), name=f"chapter:{row.story}:{row.number}")
        run.task.add_done_callback(lambda _: self._runs.pop(key, None))

    async def stop(self, row: PlanRow) -> None:
        """Write no further; what is there of the part that is being written stays."""
        await self._app.plans.change(row.guild, row.story, row.number, lambda plan: replace(plan, until=0))
        if (run := self._runs.get((row.guild, row.story, row.number))) is not None:
            run.stop.set()
            return
        await self.show(*await self.find(row.guild, row.story, row.number))

    async def go_on(self) -> None:
        """At start: go on with what was being written when the bot went."""
        for row in await self._app.plans.under_way():
            self._start(row)

    async def wind_up(self) -> None:
        """The bot goes: what is being written is gone on with when it is back."""
        tasks = [run.task for run in self._runs.values() if run.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, row: PlanRow, run: Run) -> None:
        """Write parts until the plan says no more."""
        place = (row.guild, row.story, row.number)
        trouble = ""
        try:
            while not run.stop.is_set():
                row, told = await self.find(*place)
                step = row.plan.next_step(written(row, told.story))
                if step is None or step > row.plan.until:
                    break
                await self.show(row, told, writing=step)
                await self._part(row, told, step, run.stop)
        except (RengaError, discord.HTTPException, Undeliverable) as error:
            log.info("story %s: a part came to nothing: %s", row.story, type(error).__name__)
            if not run.stop.is_set():
                told = await self._app.stories.read(row.guild, row.story)
                trouble = explain(error, told.row.language).splitlines()[0]
        await self._app.plans.change(*place, lambda plan: replace(plan, until=0))
        row, told = await self.find(*place)
        await self.show(row, told, trouble=trouble)

    async def _part(self, row: PlanRow, told: Told, step: int, stop: asyncio.Event) -> None:
        """One part, streamed into the message that will show it."""
        current, thread = told.story.current, told.row.thread
        if current is None or thread is None:
            raise BadInput("story.not_now" if thread is not None else "story.gone")
        number = current.number
        message = await self._placeholder(told, number, thread)
        try:
            async with (
                LiveMessage(BotMessage(message), every=self._app.settings.edit_seconds) as live,
                aclosing(
                    self._app.chapters.part(
                        told, row, step, stop=stop, message=(MessageId(message.id), thread)
                    )
                ) as steps,
            ):
                async for one in steps:
                    if isinstance(one, Words):
                        live.show(Frame(f"{verse(one.text)[-SHOWN:]} ✍️"))
        except Exception:
            # Also where the turn stands already, and only the rest went wrong: then it is shown.
            await self._settle(row, number, message)
            raise
        await self._settle(row, number, message)

    async def _settle(self, row: PlanRow, number: int, message: discord.PartialMessage) -> None:
        """Show the part as it stands, or that nothing came of it."""
        fresh = await self._app.stories.read(row.guild, row.story)
        turn = fresh.story.turn(number)
        if turn is not None:
            await self.stories.outlet.show_part(fresh, turn)
            return
        try:
            await message.edit(content=translate("story.writing_given_up", fresh.row.language))
        except discord.HTTPException:
            log.info("story %s: a message could not be drawn", row.story)

    async def _placeholder(self, told: Told, number: int, thread: ChannelId) -> discord.PartialMessage:
        """The message of the part: that of before a restart, if there was one."""
        store, row = self._app.stories.store, told.row
        channel = self._bot.get_partial_messageable(thread)
        if held := await store.messages(row.guild, row.id, number):
            return channel.get_partial_message(held[0])
        text = translate("story.writing", row.language)
        sent = await channel.send(text, nonce=f"{row.id}:{number}:ch"[-25:])
        await store.posted(row.guild, row.id, MessageId(sent.id), number, thread)
        return channel.get_partial_message(sent.id)


def own(row: PlanRow, member: MemberId, *, moderator: bool = False) -> None:
    """Refuse whoever did not make a plan; moderators may only stop it."""
    if row.member != member and not moderator:
        raise NotAllowed("refused.not_yours")
