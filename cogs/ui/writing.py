"""Carries what a service writes onto a message, and remembers what is being written, for Stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, assert_never

import discord

from bot.app import App
from bot.attribution.credits import Credits
from bot.errors import RengaError, StorageError
from bot.ids import ChannelId, GuildId, Lang, MemberId, MessageId, Place, WorkId
from bot.services.brief import Finished, Opened, Pending, Step, Words
from bot.services.form_words import doubts
from bot.works import POST, Shown, Work, WorkState
from cogs.ui import card
from cogs.ui.card import Card, Post
from cogs.ui.pages import lay_rest
from cogs.ui.safe import plain_line
from cogs.ui.small_model import SmallModel
from cogs.ui.stream import FINAL_PATIENCE, Frame, LiveMessage, Surface

log = logging.getLogger(__name__)

WIND_UP = 8.0
"""Seconds that works may take to end when the bot goes."""

Steps = Callable[[asyncio.Event], AsyncGenerator[Step, None]]
"""A service's writing, given the event that stops it."""


@dataclass(frozen=True, slots=True)
class Running:
    """Something that is being written now."""

    member: MemberId
    task: asyncio.Task[Any]
    stop: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The message that is written on.

    Attributes:
        place: where it is.
        lang: the language of what is around the text.
        private: only the member sees it.
        alone: the bot can post no other message here: what does not fit one goes into a file.
        before: what the message showed, to be put back if nothing comes of it.
    """

    surface: Surface
    place: Place
    lang: Lang
    member: MemberId
    private: bool = False
    alone: bool = False
    before: Frame | None = None


class Writing:
    """Everything that is being written in this process."""

    def __init__(self, app: App, bot: discord.Client, small: SmallModel) -> None:
        self._app = app
        self._bot = bot
        self._small = small
        self._running: dict[WorkId, Running] = {}

    def running(self, work: WorkId) -> Running | None:
        """What is being written of a work now."""
        return self._running.get(work)

    async def wind_up(self) -> None:
        """Stop everything that is being written, keeping what is there, before the bot goes."""
        for running in self._running.values():
            running.stop.set()
        tasks = {running.task for running in self._running.values()}
        if tasks:
            log.info("%s works are being brought to an end", len(tasks))
            await asyncio.wait(tasks, timeout=WIND_UP)

    async def perform(self, sheet: Sheet, steps: Steps, *, work: Work | None = None) -> Finished:
        """Show the steps as they come, and at the end the work with its buttons.

        ``work`` is given when its buttons are there already and a take is added.

        Raises:
            RengaError: nothing came of it; the sheet shows what it showed before.
        """
        task = asyncio.current_task()
        assert task is not None
        running = Running(sheet.member, task)
        done: Finished | None = None
        if work is not None:
            self._running[work.id] = running
            await self._remember(sheet, work, 0)
        try:
            async with LiveMessage(sheet.surface, every=self._app.settings.edit_seconds) as live:
                try:
                    async with aclosing(steps(running.stop)) as coming:
                        async for step in coming:
                            match step:
                                case Opened(opened):
                                    work = opened
                                    self._running[work.id] = running
                                    await self._remember(sheet, work, 0)
                                case Pending():
                                    live.show(card.waiting(work.id if work else None, step, sheet.lang))
                                case Words(text):
                                    live.show(card.writing(work.id if work else None, text, sheet.lang))
                                case Finished():
                                    done = step
                                case _:
                                    assert_never(step)
                except BaseException:
                    if sheet.before is not None:
                        await live.finish(sheet.before)
                    raise
                if done is None:
                    raise RuntimeError("a service ended its writing without a take")
                await self._finish(sheet, live, done)
                return done
        finally:
            if work is not None and self._running.get(work.id) is running:
                del self._running[work.id]

    async def _finish(self, sheet: Sheet, live: LiveMessage, done: Finished) -> None:
        """Show the finished take, and note that it has been shown."""
        models = [done.take.model] if done.take.model is not None else []
        hint = await self._small.word(sheet.member, models, sheet.lang)
        drawn = await self._drawn(sheet, done.work, done.take.number, done.notes, hint)
        shown = await live.finish(drawn.first, FINAL_PATIENCE)
        if not shown and not live.gone:
            return  # it is in the store as undelivered, and shown later
        try:
            await self._laid(sheet, done.work, done.take.number, drawn)
            await self._app.works.delivered(done.work.guild, done.work.id, done.take.number)
        except StorageError as error:
            log.warning("a shown take could not be noted: %s", error)

    async def show(self, sheet: Sheet, work: Work, take: int) -> None:
        """Draw a work as it is on a message, which is from now on one of its cards."""
        drawn = await self._drawn(sheet, work, take)
        await sheet.surface.edit(drawn.first)
        await self._laid(sheet, work, take, drawn)

    async def _drawn(
        self, sheet: Sheet, work: Work, take: int, notes: tuple[str, ...] = (), hint: str = ""
    ) -> Card:
        return await self.card(
            work.guild,
            work.id,
            take,
            lang=sheet.lang,
            private=sheet.private,
            alone=sheet.alone,
            notes=notes,
            hint=hint,
        )

    async def _laid(self, sheet: Sheet, work: Work, take: int, drawn: Card) -> None:
        """Remember the message and post what does not fit it."""
        await self._remember(sheet, work, take)
        if not sheet.alone:
            await lay_rest(self._app.works, self._bot, sheet.surface, sheet.place, work, drawn)

    async def card(
        self,
        guild: GuildId,
        work: WorkId,
        take: int = 0,
        *,
        lang: Lang,
        private: bool = False,
        alone: bool = False,
        notes: tuple[str, ...] = (),
        hint: str = "",
        published: bool = False,
    ) -> Card:
        """A work laid out, as the store has it (take 0: the one that stands)."""
        made = await self._app.credits.of(guild, work, take or None)
        source = await self._source(made.work)
        form, mark = await asyncio.to_thread(self._form, made, lang)
        if published:
            return card.published(made, lang, source=source, mark=mark)
        return card.draw(
            made,
            takes=len(await self._app.works.takes(guild, work)),
            lang=lang,
            private=private,
            alone=alone,
            source=source,
            form=form,
            mark=mark,
            notes=notes,
            hint=hint,
            post=await self._post(made.work),
        )

    async def _post(self, work: Work) -> Post | None:
        """Where a work is published, if its post is known; the newest, where there are several."""
        if work.state is not WorkState.PUBLISHED:
            return None
        cards = await self._app.works.cards(work.guild, work.id)
        posts = [shown for shown in cards if shown.kind == POST]
        if not posts:
            return None
        newest = max(posts, key=lambda shown: shown.message)
        channel = self._bot.get_channel(newest.channel)
        guild = "@me" if work.place.is_private_room else work.guild
        url = f"https://discord.com/channels/{guild}/{newest.channel}/{newest.message}"
        return Post(url, plain_line(getattr(channel, "name", None) or "", 40))

    def _form(self, made: Credits, lang: Lang) -> tuple[str, str]:
        """What the form of a work is called, or its id if its file is gone; and the mark of its check."""
        wish, forms = made.work.wish, self._app.forms
        id, text = wish.form, made.take.text if made.take is not None else ""
        report = forms.report(id, text, topic=wish.topic, language=wish.language or None) if text else None
        if report is None:
            return forms.unmeasured(id, text, lang), ""
        return "", " · ".join([forms.marked(id, report, lang), *doubts(report, lang)])

    async def _source(self, work: Work) -> Work | None:
        if work.source is None:
            return None
        try:
            return await self._app.works.work(work.guild, work.source)
        except RengaError:
            return None

    async def _remember(self, sheet: Sheet, work: Work, take: int) -> None:
        """Note which message shows the work, unless only the member can see it."""
        message = sheet.surface.id
        if sheet.private or message is None:
            return
        await self._app.works.show(
            Shown(
                guild=work.guild,
                work=work.id,
                channel=ChannelId(sheet.place.spot),
                message=MessageId(message),
                take=take,
            )
        )
