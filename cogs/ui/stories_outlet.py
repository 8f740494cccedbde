"""The way out to Discord for stories: threads, parts, whose turn it is, panels that keep up.

A thread hangs from a message, and has that message's id: made twice, it is the
same thread, so a process that died in between loses nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from datetime import timedelta
from typing import Any

import discord

from bot.client import Renga
from bot.errors import Gone, RengaError
from bot.ids import ChannelId, GuildId, MemberId, MessageId
from bot.services.dispatch import Undeliverable
from bot.services.ports import Outgoing
from bot.services.stories import Told
from bot.services.stories_codec import story_from
from bot.services.stories_ports import StoryNumber, StoryRow
from bot.services.stories_says import OPEN, TURN
from bot.stories import events as ev
from bot.stories import games
from bot.stories.model import CLOCK, Turn
from cogs.ui import stories_look as look
from cogs.ui.outlet import LOOK_BACK, Outlet
from cogs.ui.safe import plain_line
from cogs.ui.stream import Frame

log = logging.getLogger(__name__)

THREAD_THERE = 160004
"""Discord's code for "a thread has already been created for this message"."""

ARCHIVE = 10_080
"""Minutes until a thread that nobody writes in is archived: a week, the longest there is."""


class StoryOutlet:
    """Posts what is said about stories; see :class:`cogs.ui.outlet.Poster`."""

    def __init__(self, bot: Renga, outlet: Outlet) -> None:
        self._bot = bot
        self._app = bot.app
        self._outlet = outlet
        self._names: dict[tuple[GuildId, MemberId], str] = {}
        self._tasks: set[asyncio.Task[object]] = set()
        outlet.others["story"] = self

    # --- posting ---------------------------------------------------------------------------

    async def post(self, outgoing: Outgoing) -> MessageId:
        """Post a message about a story, once for its nonce."""
        told = await self._told(outgoing)
        if outgoing.kind == OPEN:
            return await self._open(outgoing, told)
        thread = await self._outlet.channel(outgoing.channel)
        if outgoing.kind == TURN:
            return await self._post_part(outgoing, told, thread)
        if "remind" in outgoing.payload and (sent := await self._remind_privately(outgoing, told)):
            return sent
        frame, pinged = await self._frame(outgoing, told)
        message = await self._outlet.send(
            thread, frame, outgoing.nonce, allowed_mentions=look.mentions(pinged)
        )
        return MessageId(message.id)

    async def find(self, outgoing: Outgoing) -> MessageId | None:
        """A message posted for the same row before: one of the bot's that says the same, not older."""
        told = await self._told(outgoing)
        if outgoing.kind == OPEN:
            wanted = {look.opening(told)}
        elif outgoing.kind == TURN:
            wanted = set((await self._parts(told, int(outgoing.payload["turn"])))[:1])
        else:
            wanted = {(await self._frame(outgoing, told))[0].content}
        channel = await self._outlet.channel(outgoing.channel)
        try:
            async for message in channel.history(
                limit=LOOK_BACK, after=outgoing.at - timedelta(minutes=1), oldest_first=False
            ):
                if message.author == self._bot.user and message.content in wanted:
                    if outgoing.kind == OPEN:
                        await self._thread_of(message, told)
                    return MessageId(message.id)
        except discord.Forbidden:
            log.info("cannot look back in channel %s", outgoing.channel)
        return None

    async def _told(self, outgoing: Outgoing) -> Told:
        try:
            return await self._app.stories.read(outgoing.guild, StoryNumber(int(outgoing.payload["story"])))
        except Gone as error:
            raise Undeliverable from error

    async def _open(self, outgoing: Outgoing, told: Told) -> MessageId:
        """The first message, and the thread that hangs from it; in a thread, the panel itself."""
        channel = await self._outlet.channel(outgoing.channel)
        if told.row.thread is not None:
            await self.refresh(told)
            return MessageId(told.row.panel or 0)
        message = await self._outlet.send(channel, Frame(look.opening(told)), outgoing.nonce)
        await self._thread_of(message, told)
        return MessageId(message.id)

    async def _thread_of(self, message: discord.Message, told: Told) -> None:
        try:
            await message.create_thread(
                name=plain_line(told.story.title, 90) or "…", auto_archive_duration=ARCHIVE
            )
        except discord.Forbidden as error:
            raise Undeliverable from error
        except discord.HTTPException as error:
            if error.code != THREAD_THERE:
                raise
        row = await self._app.stories.store.placed(told.row.guild, told.row.id, ChannelId(message.id))
        told = Told(row, told.story)
        if told.story.turns:
            await self._show_inherited(told)
        await self.refresh(told)

    async def _show_inherited(self, told: Told) -> None:
        """The opening, or the last part that a fork goes on from."""
        last = told.story.turns[-1]
        await self.show_part(told, last)

    async def _post_part(self, outgoing: Outgoing, told: Told, thread: Any) -> MessageId:
        """The words of a turn, in as many messages as they need; the file of one that is too long."""
        number = int(outgoing.payload["turn"])
        parts = await self._parts(told, number)
        first = 0
        for index, content in enumerate(parts):
            nonce = outgoing.nonce if not index else f"{outgoing.nonce[:20]}.{index}"
            message = await self._outlet.send(thread, Frame(content), nonce)
            first = first or message.id
            await self._app.stories.store.posted(
                told.row.guild, told.row.id, MessageId(message.id), number, ChannelId(outgoing.channel)
            )
        return MessageId(first)

    async def _parts(self, told: Told, number: int) -> list[str]:
        turn = told.story.turn(number)
        if turn is None:
            return [look.taken_back(told)]
        texts = await self._app.stories.texts(told.row)
        return look.part(told, turn, texts.get(turn.key, "…")) or [look.foot(told, turn)]

    async def _frame(self, outgoing: Outgoing, told: Told) -> tuple[Frame, list[MemberId]]:
        last = ""
        if told.story.last is not None and games.hidden(told.story) and "call" in outgoing.payload:
            texts = await self._app.stories.texts(told.row)
            last = games.shown_before(told.story, texts.get(told.story.last.key, ""))
        return look.say(outgoing.payload, told, last=last)

    async def _remind_privately(self, outgoing: Outgoing, told: Told) -> MessageId | None:
        """A reminder by direct message, where its member wants it so and takes it."""
        member, _, deadline = outgoing.payload["remind"]
        await self._still_here(outgoing.guild, told, MemberId(member))
        chosen = await self._app.desk.member(outgoing.guild, MemberId(member))
        if chosen.remind != "dm":
            return None
        content = look.reminder(told, deadline, outgoing.channel)
        try:
            user = self._bot.get_user(member) or await self._bot.fetch_user(member)
            return MessageId((await user.send(content, nonce=outgoing.nonce)).id)
        except discord.HTTPException:
            return None  # closed to the bot: then in the thread

    async def _still_here(self, guild: GuildId, told: Told, member: MemberId) -> None:
        """Without the members intent nobody tells that a writer has left: look before waiting on."""
        server = self._bot.get_guild(guild)
        if server is None or server.get_member(member) is not None:
            return
        try:
            await server.fetch_member(member)
        except discord.NotFound as error:
            key = f"{told.row.id}:{told.row.version}:departed"
            event = ev.Depart(by=CLOCK, member=member)
            task = self._app.stories.act(guild, told.row.id, event, key=key)
            self._later(task)
            raise Undeliverable from error
        except discord.HTTPException:
            return

    def _later(self, act: Coroutine[Any, Any, object]) -> None:
        """Let something happen once what is under way is done: it holds the story."""
        task = asyncio.create_task(act, name="story:later")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- redrawing -------------------------------------------------------------------------

    async def refresh(self, told: Told) -> None:
        """Draw the panel (or post it), so that it shows the story as it is."""
        row = told.row
        if row.thread is None:
            return
        frame = look.panel(told, plain=self._app.settings.message_content)
        try:
            thread = await self._outlet.channel(row.thread)
            panel = row.panel
            if panel is not None:
                panel = await _redrawn(thread, panel, frame)
            if panel is None:
                message = await self._outlet.send(thread, frame, f"{row.id}:panel"[-25:])
                panel = MessageId(message.id)
                await _pin(message)
        except (discord.HTTPException, discord.RateLimited, Undeliverable) as error:
            log.info("the panel of story %s could not be drawn: %s", row.id, type(error).__name__)
            return
        await self._app.stories.store.shown(row.guild, row.id, panel, row.version)

    async def show_part(self, told: Told, turn: Turn) -> None:
        """Draw a part anew on the messages that show it, or post it."""
        row = told.row
        if row.thread is None:
            return
        thread = await self._outlet.channel(row.thread)
        texts = await self._app.stories.texts(row)
        contents = look.part(told, turn, texts.get(turn.key, "…")) or [look.foot(told, turn)]
        held = list(await self._app.stories.store.messages(row.guild, row.id, turn.number))
        for index, content in enumerate(contents):
            if index < len(held) and await _redrawn(thread, held[index], Frame(content)) is not None:
                continue
            nonce = f"{row.id}:{turn.number}.{len(turn.versions)}.{index}"[-25:]
            message = await self._outlet.send(thread, Frame(content), nonce)
            await self._app.stories.store.posted(
                row.guild, row.id, MessageId(message.id), turn.number, row.thread
            )

    async def strike(self, told: Told, number: int) -> None:
        """Mark the bot's messages of a part that was taken back."""
        row = told.row
        if row.thread is None:
            return
        thread = await self._outlet.channel(row.thread)
        for message in await self._app.stories.store.messages(row.guild, row.id, number):
            await _redrawn(thread, message, Frame(look.taken_back(told)))

    async def catch_up(self) -> None:
        """At start: draw what shows less than there is."""
        for row in await self._app.stories.store.stale():
            told = Told(row, story_from(row.state))
            last = told.story.last
            try:
                if last is not None and last.by_model and not games.hidden(told.story):
                    await self.show_part(told, last)
                await self.refresh(told)
            except (RengaError, discord.HTTPException, Undeliverable) as error:
                log.info("story %s could not be shown anew: %s", row.id, type(error).__name__)

    # --- names -----------------------------------------------------------------------------

    async def names(self, guild: GuildId, members: Sequence[MemberId]) -> Mapping[MemberId, str]:
        """What members are called on their server: a pen name, else as Discord shows them."""
        return {member: await self._name(guild, member) for member in members if member > 0}

    async def _name(self, guild: GuildId, member: MemberId) -> str:
        chosen = (await self._app.desk.member(guild, member)).pen_name
        if chosen:
            return plain_line(chosen, 40)
        if (guild, member) not in self._names:
            self._names[guild, member] = await self._looked_up(guild, member)
        return self._names[guild, member]

    async def _looked_up(self, guild: GuildId, member: MemberId) -> str:
        server = self._bot.get_guild(guild)
        found: discord.Member | discord.User | None = (
            server.get_member(member) if server is not None else None
        )
        try:
            if found is None and server is not None:
                found = await server.fetch_member(member)
        except discord.HTTPException:
            found = self._bot.get_user(member)
        return plain_line(found.display_name, 40) if found is not None else f"…{member % 10_000}"

    def thread_row(self, row: StoryRow) -> discord.Thread | None:
        """The thread of a story, if the bot knows it."""
        found = self._bot.get_channel(row.thread) if row.thread is not None else None
        return found if isinstance(found, discord.Thread) else None


async def _redrawn(channel: Any, message: MessageId, frame: Frame) -> MessageId | None:
    """Put a frame on a message of the bot; None if it is gone, the message itself if it is not the bot's."""
    try:
        await channel.get_partial_message(message).edit(content=frame.content, view=frame.view)
    except discord.NotFound:
        return None
    except discord.Forbidden:
        return message
    return message


async def _pin(message: discord.Message) -> None:
    """Pin the panel, where the bot may."""
    try:
        await message.pin()
    except discord.HTTPException:
        return
