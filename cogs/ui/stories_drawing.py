"""What shows a story in its thread is drawn anew: its panel, its parts, what was taken back."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import discord

from bot.client import Renga
from bot.errors import RengaError
from bot.ids import ChannelId, MessageId
from bot.services.books import by_models
from bot.services.books_writer import is_for_one
from bot.services.dispatch import Undeliverable
from bot.services.ports import Outgoing
from bot.services.stories import Told, told_of
from bot.services.stories_ports import StoryNumber
from bot.services.stories_says import SAY
from bot.stories import games
from bot.stories.model import Turn
from cogs.ui import stories_look as look
from cogs.ui.outlet import ARCHIVED, Outlet
from cogs.ui.stories_names import Names
from cogs.ui.stories_panel import Links, panel
from cogs.ui.stream import Frame

log = logging.getLogger(__name__)


MISSING = 5
"""Parts that are posted late at most; the others can be read with *Read*."""


CALLS = 8
"""Messages about a story that are looked through for calls of the turn before."""


class Drawing(Names):
    """Draws as the bot itself."""

    def __init__(self, bot: Renga, outlet: Outlet) -> None:
        super().__init__(bot)
        self._outlet = outlet

    async def refresh(self, told: Told) -> None:
        """Draw the panel (or post it), so that it shows the story as it is."""
        row = told.row
        if row.thread is None:
            return
        try:
            layout = panel(
                await self._as_it_is(told),
                plain=self._app.settings.message_content,
                links=await self._links(told),
            )
            thread = await self._outlet.channel(row.thread)
            held = row.panel
            if held is not None:
                held = await _edited(thread, held, content=None, view=layout)
            if held is None:
                message = await _opened(
                    thread, lambda: thread.send(view=layout, nonce=f"{row.id}:panel"[-25:])
                )
                held = MessageId(message.id)
                if not is_for_one(told.story):  # there the plan is pinned
                    await pin(message)
        except (discord.HTTPException, discord.RateLimited, Undeliverable) as error:
            log.info("the panel of story %s could not be drawn: %s", row.id, type(error).__name__)
            return
        await self._app.stories.store.shown(row.guild, row.id, held, row.version)

    async def move(self, told: Told) -> None:
        """Post the panel anew at the end of its thread; the one before goes."""
        row = told.row
        await self._app.stories.store.shown(row.guild, row.id, None, 0)
        await self.refresh(await self._app.stories.read(row.guild, row.id))
        if row.thread is None or row.panel is None:
            return
        try:
            thread = await self._outlet.channel(row.thread)
            await thread.get_partial_message(row.panel).delete()
        except (discord.HTTPException, Undeliverable) as error:
            log.info("the old panel of story %s stays: %s", row.id, type(error).__name__)

    async def _as_it_is(self, told: Told) -> Told:
        """The story with the rating that holds: its channel may have changed since it began."""
        house = (await self._app.desk.book.of(told.row.place)).house
        rating = self._app.desk.book.rating(house, told.row.place)
        return replace(told, story=replace(told.story, terms=replace(told.story.terms, rating=rating)))

    async def _links(self, told: Told) -> Links:
        """Where the panel leads."""
        row, story = told.row, told.story
        source: ChannelId | None = None
        if story.source is not None:
            source = (await self._app.stories.store.load(row.guild, StoryNumber(story.source))).thread
        last = ""
        if story.last is not None and not games.hidden(story):
            held = await self._app.stories.store.messages(row.guild, row.id, story.last.number)
            if held:
                last = f"https://discord.com/channels/{row.guild}/{row.thread}/{held[0]}"
        return Links(last, source)

    async def show_part(self, told: Told, turn: Turn) -> None:
        """Draw a part anew on the messages that show it, or post it."""
        row = told.row
        if row.thread is None:
            return
        thread = await self._outlet.channel(row.thread)
        texts = await self._app.stories.texts(row)
        contents = await self._contents(told, turn, texts.get(turn.key, "…"))
        held = list(await self._app.stories.store.messages(row.guild, row.id, turn.number))
        for index, content in enumerate(contents):
            view = look.part_view(told, turn) if index == len(contents) - 1 else None
            if (
                index < len(held)
                and await _edited(thread, held[index], content=content, view=view) is not None
            ):
                continue
            nonce = f"{row.id}:{turn.number}.{len(turn.versions)}.{index}"[-25:]
            message = await self._outlet.send(thread, Frame(content, view), nonce)
            await self._app.stories.store.posted(
                row.guild, row.id, MessageId(message.id), turn.number, row.thread
            )
        for gone in held[len(contents) :]:  # it was longer before
            await _edited(thread, gone, content=look.shorter(told), view=None)

    async def _contents(self, told: Told, turn: Turn, text: str) -> list[str]:
        """A part as messages, with how much of it models wrote; of one that is too long, who wrote it."""
        share = by_models((await self._app.stories.links(told.row)).get(turn.key))
        return look.part(told, turn, text, share) or [look.foot(told, turn, share)]

    async def show_missing(self, told: Told) -> None:
        """Post the last parts that no message shows: they came while the bot could not post."""
        if games.hidden(told.story):
            return
        missing: list[Turn] = []
        for turn in reversed(told.story.turns):
            if await self._app.stories.store.messages(told.row.guild, told.row.id, turn.number):
                break
            missing.append(turn)
        for turn in reversed(missing[:MISSING]):
            await self.show_part(told, turn)

    async def strike(self, told: Told, number: int) -> None:
        """Mark the bot's messages of a part that was taken back."""
        row = told.row
        if row.thread is None:
            return
        thread = await self._outlet.channel(row.thread)
        for message in await self._app.stories.store.messages(row.guild, row.id, number):
            await _edited(thread, message, content=look.taken_back(told), view=None)

    async def calls_over(self, outgoing: Outgoing, told: Told, thread: Any) -> None:
        """The calls and reminders of the turn before shrink: nothing can be pressed for it any more."""
        if not {"call", "ended"} & set(outgoing.payload):
            return
        now = told.story.current.number if told.story.current is not None else 0
        over = 0
        for row in await self._app.store.outbox.newest(
            outgoing.guild, outgoing.channel, SAY, before=outgoing.id, limit=CALLS
        ):
            called = row.payload.get("call") or row.payload.get("remind")
            if called is None or row.message is None or row.payload.get("story") != int(told.row.id):
                continue
            number = int(called[1])
            if number == now or over not in (0, number):
                break
            over = number
            message = thread.get_partial_message(row.message)
            try:
                if "remind" in row.payload and not row.payload.get("notes"):
                    await message.delete()  # the call says what became of the turn
                else:
                    await message.edit(content=look.over(row.payload, told).content, view=None)
            except (discord.HTTPException, discord.RateLimited) as error:
                log.info("a call of story %s stays as it was: %s", told.row.id, type(error).__name__)

    async def catch_up(self) -> None:
        """At start: draw what shows less than there is."""
        for row in await self._app.stories.store.stale():
            told = told_of(row)
            last = told.story.last
            try:
                if last is not None and last.by_model and not games.hidden(told.story):
                    await self.show_part(told, last)
                await self.refresh(told)
            except (RengaError, discord.HTTPException, Undeliverable) as error:
                log.info("story %s could not be shown anew: %s", row.id, type(error).__name__)


async def _edited(channel: Any, message: MessageId, **shown: Any) -> MessageId | None:
    """Draw on a message of the bot; None if it is gone, the message itself if it is not the bot's."""
    try:
        await _opened(channel, lambda: channel.get_partial_message(message).edit(**shown))
    except discord.NotFound:
        return None
    except discord.Forbidden:
        return message
    return message


async def _opened(channel: Any, act: Any) -> Any:
    """Do something in a thread; one that was archived is opened again first."""
    try:
        return await act()
    except discord.HTTPException as error:
        if error.code != ARCHIVED or not isinstance(channel, discord.Thread):
            raise
    await channel.edit(archived=False)
    return await act()


async def pin(message: discord.Message) -> None:
    """Pin a message, where the bot may."""
    try:
        await message.pin()
    except discord.HTTPException:
        return
