"""The way out to Discord for stories: threads, parts, whose turn it is, reminders.

A thread hangs from a message, and has that message's id: made twice, it is the
same thread, so a process that died in between loses nothing.  A post of a forum
is looked for before it is made again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import discord

from bot.client import Renga
from bot.errors import Gone, Refusal
from bot.ids import ChannelId, GuildId, MemberId, MessageId
from bot.services.dispatch import Undeliverable
from bot.services.ports import Outgoing
from bot.services.stories import Told
from bot.services.stories_ports import StoryNumber
from bot.services.stories_says import OPEN, SAY, TURN
from bot.services.stories_time import quiet_until
from bot.stories import events as ev
from bot.stories import games
from bot.stories.model import CLOCK, Stage
from cogs.ui import stories_look as look
from cogs.ui.outlet import LOOK_BACK, Outlet
from cogs.ui.safe import plain_line
from cogs.ui.stories_drawing import Drawing
from cogs.ui.stories_export_picture import with_picture
from cogs.ui.stream import Frame

log = logging.getLogger(__name__)

THREAD_THERE = 160004
"""Discord's code for "a thread has already been created for this message"."""

ARCHIVE = 10_080
"""Minutes until a thread that nobody writes in is archived: a week, the longest there is."""

NAME = 90
"""Characters of a thread's name; Discord takes 100."""


class Unneeded(Undeliverable):
    """Nobody is to be told any more."""


class StoryOutlet(Drawing):
    """Posts what is said about stories; see :class:`cogs.ui.outlet.Poster`."""

    def __init__(self, bot: Renga, outlet: Outlet) -> None:
        super().__init__(bot, outlet)
        self._tasks: set[asyncio.Task[object]] = set()
        outlet.others["story"] = self

    # --- posting ---------------------------------------------------------------------------

    async def post(self, outgoing: Outgoing) -> MessageId:
        """Post a message about a story, once for its nonce."""
        told = await self._told(outgoing)
        if outgoing.kind == OPEN:
            return await self._open(outgoing, told)
        try:
            return await self._post_in(outgoing, told)
        except Undeliverable as error:
            if outgoing.channel == told.row.thread and not isinstance(error, Unneeded):
                gone = isinstance(error.__cause__, discord.NotFound)
                self._later(self.lost(told) if gone else self.shut_out(told))
            raise

    async def _post_in(self, outgoing: Outgoing, told: Told) -> MessageId:
        thread = await self._outlet.channel(outgoing.channel)
        if outgoing.kind == TURN:
            return await self._post_part(outgoing, told, thread)
        frame, pinged = await self._frame(outgoing, told)
        silent = False
        if pinged and {"call", "remind"} & set(outgoing.payload):
            how = await self._called(outgoing, told, pinged[0])
            if isinstance(how, int):
                return how
            pinged, silent = how
        if outgoing.payload.get("ended"):
            frame = await with_picture(self._app, self.names, told, frame, thread)
        message = await self._outlet.send(
            thread, frame, outgoing.nonce, allowed_mentions=look.mentions(pinged), silent=silent
        )
        # Not before the message is noted as posted: that must not wait for edits of others.
        self._later(self.calls_over(outgoing, told, thread))
        if outgoing.payload.get("ended") and told.story.terms.game is games.Game.CORPSE:
            await self._reveal(outgoing, told, thread)
        return MessageId(message.id)

    async def find(self, outgoing: Outgoing) -> MessageId | None:
        """A message posted for the same row before: one of the bot's that says the same, not older."""
        told = await self._told(outgoing)
        if outgoing.kind == OPEN:
            if (forum := self._forum(outgoing.channel)) is not None:
                return await self._found_in_forum(outgoing, told, forum)
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

    # --- threads ---------------------------------------------------------------------------

    async def _open(self, outgoing: Outgoing, told: Told) -> MessageId:
        """The first message, and the thread that hangs from it; in a thread, the panel itself."""
        if told.row.thread is not None:
            await self.refresh(told)
            return MessageId(told.row.panel or 0)
        if (forum := self._forum(outgoing.channel)) is not None:
            return await self._open_in_forum(told, forum)
        channel = await self._outlet.channel(outgoing.channel)
        message = await self._outlet.send(channel, Frame(look.opening(told)), outgoing.nonce)
        await self._thread_of(message, told)
        return MessageId(message.id)

    def _forum(self, channel: ChannelId) -> discord.ForumChannel | None:
        found = self._bot.get_channel(channel)
        return found if isinstance(found, discord.ForumChannel) else None

    async def _open_in_forum(self, told: Told, forum: discord.ForumChannel) -> MessageId:
        tags = [*forum.available_tags[:1]] if forum.flags.require_tag else []
        try:
            made = await forum.create_thread(
                name=plain_line(told.story.title, NAME) or "…",
                content=look.opening(told),
                auto_archive_duration=ARCHIVE,
                applied_tags=tags,
            )
        except discord.Forbidden as error:
            raise Undeliverable from error
        await self._settled(told, ChannelId(made.thread.id))
        return MessageId(made.message.id)

    async def _found_in_forum(
        self, outgoing: Outgoing, told: Told, forum: discord.ForumChannel
    ) -> MessageId | None:
        """A post that was made before the bot died, and that no story is written in."""
        me = self._bot.user
        for thread in forum.threads:
            own = me is not None and thread.owner_id == me.id and thread.created_at is not None
            if not own or thread.name != (plain_line(told.story.title, NAME) or "…"):
                continue
            if thread.created_at is None or thread.created_at < outgoing.at - timedelta(minutes=1):
                continue
            if await self._app.stories.at(outgoing.guild, ChannelId(thread.id)) is None:
                await self._settled(told, ChannelId(thread.id))
                return MessageId(thread.id)
        return None

    async def _thread_of(self, message: discord.Message, told: Told) -> None:
        try:
            await message.create_thread(
                name=plain_line(told.story.title, NAME) or "…", auto_archive_duration=ARCHIVE
            )
        except discord.Forbidden as error:
            raise Undeliverable from error
        except discord.HTTPException as error:
            if error.code != THREAD_THERE:
                raise
        await self._settled(told, ChannelId(message.id))

    async def _settled(self, told: Told, thread: ChannelId) -> None:
        """A story has its thread: what is in it already, and how it stands."""
        row = await self._app.stories.store.placed(told.row.guild, told.row.id, thread)
        told = await self._app.stories.read(row.guild, row.id)
        if told.story.turns and not games.hidden(told.story):
            await self.show_part(told, told.story.turns[-1])
        await self.refresh(told)

    async def lost(self, told: Told) -> None:
        """The thread of a story is gone: it rests, and can be opened again in another."""
        row = told.row
        if row.thread is None:
            return
        if told.story.stage is Stage.RUNNING:
            await self._paused(told, "story.paused_thread")
        await self._app.stories.store.unplaced(row.guild, row.id)
        title = told.story.title
        await self.note(told, "story.thread_gone", f"thread:{row.thread}", row.place.channel, title=title)

    async def shut_out(self, told: Told) -> None:
        """The bot may not write in the thread any more: the story rests, and its channel is told."""
        row = told.row
        if told.story.stage is not Stage.RUNNING or row.thread is None:
            return
        await self._paused(told, "story.paused_shut")
        once = f"shut:{row.id}:{row.version}"
        await self.note(told, "story.shut_out", once, row.place.channel, to=f"<#{row.thread}>")

    async def _paused(self, told: Told, why: str) -> None:
        row = told.row
        key = f"{row.id}:{row.version}:{why}"
        try:
            await self._app.stories.act(row.guild, row.id, ev.Pause(by=CLOCK, why=why), key=key)
        except Refusal as error:
            log.info("story %s was not paused: %s", row.id, error.text_key)

    async def note(
        self,
        told: Told,
        key: str,
        once: str,
        channel: ChannelId,
        *,
        about: MemberId | None = None,
        **facts: str,
    ) -> None:
        """Say something about a story, once; ``about`` is the member that it speaks of."""
        payload = {"story": int(told.row.id), "notes": [[key, about, facts]]}
        row = await self._app.store.outbox.put(told.row.guild, channel, SAY, payload, key=once)
        await self._app.dispatch.deliver(row)

    # --- parts -----------------------------------------------------------------------------

    async def _post_part(self, outgoing: Outgoing, told: Told, thread: Any) -> MessageId:
        """The words of a turn, in as many messages as they need; the file of one that is too long."""
        number = int(outgoing.payload["turn"])
        contents = await self._parts(told, number)
        first = 0
        for index, content in enumerate(contents):
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
        return await self._contents(told, turn, texts.get(turn.key, "…"))

    async def _reveal(self, outgoing: Outgoing, told: Told, thread: Any) -> None:
        """What was hidden until the end, whole."""
        shown = look.pages(told, await self._app.stories.texts(told.row))
        for index, page in enumerate(shown):
            await self._outlet.send(thread, Frame(page), f"{outgoing.nonce[:19]}.r{index}")

    async def _frame(self, outgoing: Outgoing, told: Told) -> tuple[Frame, list[MemberId]]:
        last = ""
        if told.story.last is not None and games.hidden(told.story) and "call" in outgoing.payload:
            texts = await self._app.stories.texts(told.row)
            last = games.shown_before(told.story, texts.get(told.story.last.key, ""))
        return look.say(outgoing.payload, told, last=last)

    # --- calls and reminders -----------------------------------------------------------------

    async def _called(
        self, outgoing: Outgoing, told: Told, member: MemberId
    ) -> MessageId | tuple[list[MemberId], bool]:
        """How a member is called or reminded: as they chose, and without a sound in their quiet hours.

        Gives the direct message if that is all, else whom the message in the
        thread pings, and whether it does so silently.
        """
        reminds = "remind" in outgoing.payload
        if reminds:
            await self._still_here(outgoing.guild, told, member)
        chosen = await self._app.desk.member(outgoing.guild, member)
        if chosen.remind == "off":
            if reminds:
                raise Unneeded
            return [], False
        silent = quiet_until(chosen, self._app.clock()) is not None
        if chosen.remind != "dm":
            return [member], silent
        _, _, deadline = outgoing.payload["remind" if reminds else "call"]
        try:
            user = self._bot.get_user(member) or await self._bot.fetch_user(member)
            content = look.reminder(told, deadline, outgoing.channel)
            sent = await user.send(content, nonce=f"{outgoing.nonce[:22]}.dm", silent=silent)
        except discord.HTTPException:
            return [member], silent  # closed to the bot: then in the thread
        return MessageId(sent.id) if reminds else ([], False)

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
            self._later(self._app.stories.act(guild, told.row.id, event, key=key))
            raise Unneeded from error
        except discord.HTTPException:
            return

    def _later(self, act: Coroutine[Any, Any, object]) -> None:
        """Let something happen once what is under way is done: it holds the story."""
        task = asyncio.create_task(act, name="story:later")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
