"""A room in which stories are written: real services over a real store, a clock that is set by hand."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.app import App, open_app
from bot.backends.judges import Judge
from bot.backends.scripted import ScriptedBackend
from bot.ids import ChannelId, GuildId, MemberId, MessageId, Place
from bot.services.filters import Filters
from bot.services.ports import Outgoing
from bot.services.stories_ports import StoryNumber
from bot.services.stories_told import Outcome, Told
from bot.settings import Settings
from bot.stories import events as ev
from bot.stories.model import Story, Terms

INK, PAPER = GuildId(10), GuildId(20)
ANA, BEN, CLEO = MemberId(1), MemberId(2), MemberId(3)
HERE = Place(INK, ChannelId(5))
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)

THREADS = itertools.count(100)


class Posted:
    """Everything that was said, in order; nothing is refused."""

    def __init__(self) -> None:
        self.said: list[Outgoing] = []

    async def post(self, outgoing: Outgoing) -> MessageId:
        self.said.append(outgoing)
        return MessageId(len(self.said))

    async def find(self, outgoing: Outgoing) -> MessageId | None:
        return None

    def busy(self, *_: Any) -> bool:
        return False

    async def refresh(self, *_: Any, **__: Any) -> bool:
        return True


class Room:
    """What writers do, in few words."""

    def __init__(self, app: App, model: ScriptedBackend, watch: list[datetime]) -> None:
        self.app = app
        self.model = model
        self.posted = Posted()
        self._watch = watch
        self._keys = itertools.count(1)
        app.dispatch.attach(self.posted)
        app.story_time.writer = self.have_written

    # --- time ------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self._watch[0]

    def at(self, moment: datetime) -> None:
        self._watch[0] = moment

    async def wait(self, length: timedelta, *, up: bool = True) -> None:
        """Let time pass, and ring what is due then; ``up`` if the bot was there all the while."""
        self.at(self.now + length)
        if up:
            await self.app.story_time.alive()
            await self.app.story_clock.ring_due()

    # --- stories ---------------------------------------------------------------------------

    async def lay(
        self, *writers: MemberId, begin: bool = True, guild: GuildId = INK, **terms: Any
    ) -> StoryNumber:
        """A story with its writers at the table; the first of them is to write."""
        place = Place(guild, ChannelId(5))
        start = await self.app.stories.start(
            place, writers[0], "The fox", Terms(**terms), key=f"s{next(self._keys)}"
        )
        id = start.row.id
        await self.app.stories.store.placed(guild, id, ChannelId(next(THREADS)))
        for member in writers[1:]:
            await self.act(id, ev.Join(by=member), guild=guild)
        if begin:
            await self.act(id, ev.Begin(by=writers[0]), guild=guild)
        return id

    async def told(self, id: StoryNumber, guild: GuildId = INK) -> Told:
        return await self.app.stories.read(guild, id)

    async def story(self, id: StoryNumber) -> Story:
        return (await self.told(id)).story

    async def act(self, id: StoryNumber, event: ev.Event, *, key: str = "", guild: GuildId = INK) -> Outcome:
        return await self.app.stories.act(guild, id, event, key=key or f"k{next(self._keys)}")

    async def write(
        self, id: StoryNumber, text: str, *, by: MemberId | None = None, key: str = ""
    ) -> Outcome:
        """The open turn, by whoever's it is."""
        told = await self.told(id)
        current = told.story.current
        assert current is not None
        writer = by or current.member
        assert writer is not None
        return await self.app.stories.submit(
            told, writer, text, turn=current.number, key=key or f"w{next(self._keys)}"
        )

    async def have_written(self, told: Told, turn: int) -> None:
        """A model's turn, to its end."""
        async with aclosing(self.app.story_writer.turn(told, turn, stop=asyncio.Event())) as steps:
            async for _ in steps:
                pass

    # --- what was said ---------------------------------------------------------------------

    def notes(self) -> list[str]:
        """The texts that were said, by their keys, and the calls and reminders."""
        found: list[str] = []
        for one in self.posted.said:
            found += [note[0] for note in one.payload.get("notes", ())]
            found += [f"{kind} {one.payload[kind][0]}" for kind in ("call", "remind") if kind in one.payload]
        return found


@asynccontextmanager
async def open_room(
    settings: Settings,
    *,
    model: ScriptedBackend | None = None,
    filters: Filters | None = None,
    judge: Judge | None = None,
) -> AsyncIterator[Room]:
    """A bot whose clock is set and rung by hand."""
    watch = [NOON]
    backend = model or ScriptedBackend()

    async def for_ever(_: float) -> None:
        await asyncio.Event().wait()

    async with open_app(
        settings,
        backends=[backend],
        filters=filters,
        judge=judge,
        clock=lambda: watch[0],
        sleep=for_ever,
    ) as app:
        yield Room(app, backend, watch)
