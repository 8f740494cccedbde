"""A simulated Discord with the real bot in it: places and people.

A rehearsal has a database of its own, thrown away at the end: the simulated
Discord counts its ids from the same start each time, and the bot's own
database holds work and posts of real servers, which a rehearsal must not touch.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import discord
from simcord.backend.errors import SetupError
from simcord.builders import ChannelHandle

from bot.app import open_app
from bot.backends.base import Backend
from bot.client import Renga
from bot.rehearsal.files import Kept
from bot.rehearsal.payloads import restricting, speaking
from bot.rehearsal.simulation import Simulation
from bot.rehearsal.trouble import NoSuch
from bot.services.supervisor import PERIODIC
from bot.settings import Settings

SETTLE = 600.0
"""Seconds that the bot may be at work on one line: a model may have to be loaded first."""

SHORTEST_STEP, MOST_STEPS = 15.0, 48
"""Seconds, and how many of them at most, when time passes."""

NAME = "Renga"

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
"""When SimCord's time begins."""


@dataclass(slots=True)
class Server:
    """A server and its members by name."""

    handle: Any
    members: dict[str, Any] = field(default_factory=dict[str, Any])


class _Sleeper(NamedTuple):
    due: datetime
    periodic: bool


class World:
    """Servers, members, channels and the bot.  Made by :func:`open_world`."""

    def __init__(self, start: Callable[[World], Any], folder: Path) -> None:
        self._start = start
        self.files = Kept(folder)
        """The files that can be opened."""
        self._running = AsyncExitStack()
        self._servers: dict[str, Server] = {}
        self._restricted: set[int] = set()
        self._sleepers: dict[asyncio.Future[None], _Sleeper] = {}
        self.locales: dict[int, str] = {}
        """The locale of each server and person, by id."""
        self.env: Any = None
        self.busy = asyncio.Lock()
        """Held by whoever does what SimCord takes one of at a time: a line, or time that passes."""
        self.server: Server | None = None
        """The server that lines are about now."""
        self.channel: Any = None
        self.private = False
        """Whether members are in direct messages with the bot now."""

    async def open(self, stack: AsyncExitStack) -> None:
        """Start the bot in an empty world, which ends with the stack."""
        stack.enter_context(speaking(self.locales))
        stack.enter_context(restricting(self._restricted))
        stack.push_async_callback(self._stop)
        bot = await self._running.enter_async_context(self._start(self))
        # Known before the bot starts, whose periodic tasks then sleep in this world.
        self.env = Simulation(bot, settle_timeout=SETTLE, check_errors=False)
        self.env.backend.bot_user.name = NAME
        stack.push_async_callback(self.env.shutdown)
        await self.env.start()
        stack.enter_context(self.env.time_context())

    async def _stop(self) -> None:
        old, self._running = self._running, AsyncExitStack()
        await old.aclose()

    async def restart(self, down: float = 0.0) -> None:
        """Stop the bot and start it again, ``down`` seconds later; the world stays, and the database."""
        await self._stop()
        if down:
            await self.env.advance_time(down)
        await self.env.restart_bot(await self._running.enter_async_context(self._start(self)))

    def now(self) -> datetime:
        """The time in this world."""
        return self.env.now() if self.env is not None else BEGINNING

    async def sleep(self, seconds: float) -> None:
        """How periodic tasks wait: until time passes in this world."""
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        task = asyncio.current_task()
        periodic = task is not None and task.get_name().startswith(PERIODIC)
        self._sleepers[waking] = _Sleeper(self.now() + timedelta(seconds=seconds), periodic)
        try:
            await self.env.external_wait(waking, reason="a periodic task")
        except SetupError:
            await waking  # begun by a test itself: no work of the bot's, so nobody settles for it
        finally:
            del self._sleepers[waking]

    async def wait(self, seconds: float) -> None:
        """Let time pass, in steps: what is periodic runs once a step at most, or a day would take minutes.

        What sleeps until a certain moment, as the clock of stories does, wakes at that moment.
        """
        end = self.now() + timedelta(seconds=seconds)
        step = timedelta(seconds=max(SHORTEST_STEP, seconds / MOST_STEPS))
        while self.now() < end:
            stop = min(self.now() + step, end)
            while (at := self._next_alarm()) is not None and at < stop:
                await self._advance(at, periodic=False)
            await self._advance(stop)

    def _next_alarm(self) -> datetime | None:
        return min((one.due for one in self._sleepers.values() if not one.periodic), default=None)

    async def _advance(self, moment: datetime, *, periodic: bool = True) -> None:
        """Let it be this moment, and whoever is to wake by then do what they woke for."""
        await self.env.advance_time(max(0.0, (moment - self.now()).total_seconds()))
        woken = [
            waking
            for waking, one in self._sleepers.items()
            if one.due <= self.now() and not waking.done() and (periodic or not one.periodic)
        ]
        for waking in woken:
            waking.set_result(None)
        await self.env.settle()

    # ------------------------------------------------------------- places and people

    def make_server(self, name: str, locale: str) -> None:
        """Make a server, or know it already, and go there."""
        self.channel, self.private = None, False
        if name in self._servers:
            self.server = self._servers[name]
            return
        handle = self.env.create_guild(name, preferred_locale=locale or "en-US")
        self.server = self._servers[name] = Server(handle)
        self.locales[handle.id] = locale or "en-US"

    def make_member(self, name: str, permissions: tuple[str, ...], locale: str) -> None:
        """Somebody joins the server; permissions are Discord's names, such as manage_guild."""
        server = self.here()
        if name in server.members:
            raise NoSuch("rehearsal.already", name=name)
        known = discord.Permissions.VALID_FLAGS
        for permission in permissions:
            if permission not in known:
                raise NoSuch.called("permission", permission, ("manage_guild", "manage_messages", "…"))
        roles: list[Any] = []
        if permissions:
            granted = discord.Permissions(**dict.fromkeys(permissions, True))
            roles.append(server.handle.create_role(f"role of {name}", permissions=granted))
        elsewhere = next((s.members[name] for s in self._servers.values() if name in s.members), None)
        user = elsewhere.user if elsewhere is not None else self.env.create_user(name)
        server.members[name] = server.handle.add_member(user, roles=roles)
        self.locales[user.id] = locale or self.locales[server.handle.id]

    def lose_member(self, name: str) -> None:
        """Somebody leaves the server; what they wrote stays."""
        self.here().handle.remove_member(self.member(name))

    def make_channel(self, name: str, *, nsfw: bool, category: str, forum: bool = False) -> None:
        """Make a channel (or a forum) and go there."""
        handle = self.here().handle
        if name in handle.channels:
            raise NoSuch("rehearsal.already", name=f"#{name}")
        held = handle.channels
        parent = (held.get(category) or handle.create_category(category)) if category else None
        self.channel = (
            handle.create_forum_channel(name) if forum else handle.create_text_channel(name, category=parent)
        )
        if nsfw:
            self._restricted.add(self.channel.id)
            self.env.backend.announce_channel_update(self.channel.id)
        self.private = False

    def is_restricted(self, channel: int) -> bool:
        """Whether a channel is for adults."""
        return channel in self._restricted

    def make_thread(self, name: str, owner: str) -> None:
        """Make a thread in the channel, and go there."""
        parent = self.place(owner)
        if self.private or parent.is_thread:
            raise NoSuch("rehearsal.no_channel")
        thread = self.env.backend.create_thread(parent.id, name, self.actor(owner).id)
        self.channel = ChannelHandle(self.env, self.here().handle, thread)

    def make_role(self, name: str, members: Sequence[str]) -> None:
        """Make a role, or know it already, and give it to members."""
        server = self.here()
        holders = [self.member(one) for one in members]
        role = self.roles.get(name) or server.handle.create_role(name)
        for one in holders:
            self.env.backend.add_member_role(server.handle.id, one.id, role.id)

    def enter(self, kind: str, name: str) -> None:
        """Go to a channel, a thread, or direct messages with the bot."""
        if kind == "dm":
            self.private = True
            return
        channels = self.channels
        known = channels
        if kind == "thread":
            known = self.threads
        if name not in known:
            raise NoSuch.called(kind, name, known)
        self.channel = known[name]
        self.private = False

    def actor(self, name: str) -> Any:
        """A member of the server, or (in direct messages) the same person there."""
        member = self.member(name)
        return member.user if self.private else member

    def member(self, name: str) -> Any:
        """A member of the server."""
        members = self.here().members
        if name not in members:
            raise NoSuch.called("member", name, members)
        return members[name]

    def place(self, name: str) -> Any:
        """The channel that somebody is in now."""
        if self.private:
            return self.actor(name).dm_channel
        if self.channel is None:
            raise NoSuch("rehearsal.no_channel")
        return self.channel

    @contextmanager
    def elsewhere(self, server: Server) -> Generator[None]:
        """Do something on a server without going there: lines stay about where they are."""
        before = self.server, self.channel, self.private
        self.server, self.channel, self.private = server, None, False
        try:
            yield
        finally:
            self.server, self.channel, self.private = before

    @property
    def servers(self) -> Mapping[str, Server]:
        """Every server by name."""
        return self._servers

    @property
    def members(self) -> Mapping[str, Any]:
        """The members of the server by name."""
        return self.server.members if self.server is not None else {}

    @property
    def channels(self) -> Mapping[str, Any]:
        """Channels of the server by name."""
        return self.server.handle.channels if self.server is not None else {}

    @property
    def threads(self) -> Mapping[str, Any]:
        """Threads of the server by name."""
        return {thread.name: thread for channel in self.channels.values() for thread in channel.threads}

    @property
    def roles(self) -> Mapping[str, Any]:
        """Roles of the server by name."""
        return self.server.handle.roles if self.server is not None else {}

    def here(self) -> Server:
        """The server that lines are about now.

        Raises:
            NoSuch: none was made yet.
        """
        if self.server is None:
            raise NoSuch("rehearsal.no_server")
        return self.server


@asynccontextmanager
async def open_world(
    settings: Settings, extensions: tuple[str, ...], *, backends: list[Backend] | None = None
) -> AsyncGenerator[World]:
    """A world with the bot running in it, over a database of its own."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="rehearsal-", ignore_cleanup_errors=True)
        )
        own = settings.model_copy(update={"database": str(Path(folder) / "renga.sqlite3")})

        @asynccontextmanager
        async def start(world: World) -> AsyncGenerator[Renga]:
            async with open_app(own, backends=backends, clock=world.now, sleep=world.sleep) as app:
                yield Renga(app, extensions=extensions)

        world = World(start, Path(folder) / "files")
        await world.open(stack)
        yield world
