"""A simulated Discord with the real bot in it: places, people, and what they see.

SimCord gives every interaction the locale en-US, and knows no age-restricted
channels.  A rehearsal needs both, so :func:`_speaking` and :func:`_restricting`
put them into its payloads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import discord
import simcord
from simcord import interactions
from simcord.backend import serializers
from simcord.components import walk_components

from bot.app import App, open_app
from bot.backends.base import Backend
from bot.client import Renga
from bot.rehearsal.events import Seen
from bot.settings import Settings

SETTLE = 600.0
"""Seconds that the bot may be at work on one line: a model may have to be loaded first."""

TEXT_DISPLAY, BUTTON = 10, 2
MENUS = (3, 5, 6, 7, 8)


class NoSuch(Exception):
    """A line names somebody or something that is not there; the text says what is."""


@dataclass(slots=True)
class _Server:
    handle: Any
    members: dict[str, Any] = field(default_factory=dict[str, Any])


class World:
    """Servers, members, channels and the bot.  Made by :func:`open_world`."""

    def __init__(
        self, settings: Settings, extensions: tuple[str, ...], backends: list[Backend] | None
    ) -> None:
        self._settings = settings
        self._extensions = extensions
        self._backends = backends
        self._stack = AsyncExitStack()
        self._running = AsyncExitStack()
        self._servers: dict[str, _Server] = {}
        self._locales: dict[int, str] = {}
        self._restricted: set[str] = set()
        self.env: Any = None
        self.server: _Server | None = None
        self.channel: Any = None
        self.private = False

    async def start(self) -> None:
        """Start the bot in an empty world."""
        self._stack.enter_context(_speaking(self._locales))
        self._stack.enter_context(_restricting(self._restricted))
        bot = await self._bot()
        self.env = await self._stack.enter_async_context(
            simcord.run(bot, settle_timeout=SETTLE, check_errors=False)
        )

    async def aclose(self) -> None:
        """Stop the bot and end the world."""
        await self._stack.aclose()
        await self._running.aclose()

    async def restart(self) -> None:
        """Stop the bot and start it again; the world stays, and the database."""
        old, self._running = self._running, AsyncExitStack()
        await old.aclose()
        await self.env.restart_bot(await self._bot())

    def now(self) -> datetime:
        """The time in this world."""
        return self.env.now() if self.env is not None else datetime(2026, 1, 1, tzinfo=UTC)

    async def _sleep(self, seconds: float) -> None:
        """How periodic tasks wait: until time passes in this world."""
        await self.env.external_wait(asyncio.sleep(seconds), reason="a periodic task")

    async def _bot(self) -> Renga:
        app: App = await self._running.enter_async_context(
            open_app(self._settings, backends=self._backends, clock=self.now, sleep=self._sleep)
        )
        return Renga(app, extensions=self._extensions)

    # ------------------------------------------------------------- places and people

    def make_server(self, name: str, locale: str) -> None:
        """Make a server and go there."""
        handle = self.env.create_guild(name, preferred_locale=locale or "en-US")
        self.server = self._servers[name] = _Server(handle)
        self._locales[handle.id] = locale or "en-US"
        self.channel = None

    def make_member(self, name: str, permissions: tuple[str, ...], locale: str) -> None:
        """Somebody joins the server; permissions are Discord's names, such as manage_guild."""
        server = self._here()
        known = discord.Permissions.VALID_FLAGS
        for permission in permissions:
            if permission not in known:
                raise NoSuch(f"no permission is called {permission!r}; try manage_guild or manage_messages")
        roles: list[Any] = []
        if permissions:
            granted = discord.Permissions(**dict.fromkeys(permissions, True))
            roles.append(server.handle.create_role(f"role of {name}", permissions=granted))
        elsewhere = next((s.members[name] for s in self._servers.values() if name in s.members), None)
        user = elsewhere.user if elsewhere is not None else self.env.create_user(name)
        server.members[name] = server.handle.add_member(user, roles=roles)
        self._locales[user.id] = locale or self._locales[server.handle.id]

    def make_channel(self, name: str, *, nsfw: bool, category: str) -> None:
        """Make a channel and go there."""
        handle = self._here().handle
        held = handle.channels
        parent = (held.get(category) or handle.create_category(category)) if category else None
        if nsfw:
            self._restricted.add(name)
        self.channel = handle.create_text_channel(name, category=parent)
        self.private = False

    def enter(self, kind: str, name: str) -> None:
        """Go to a channel, a thread, or direct messages with the bot."""
        self.private = kind == "dm"
        if kind == "dm":
            return
        server = self._here()
        channels = {channel.name: channel for channel in server.handle.channels.values()}
        threads = {thread.name: thread for channel in channels.values() for thread in channel.threads}
        found = (threads if kind == "thread" else channels).get(name)
        if found is None:
            here = ", ".join(threads if kind == "thread" else (f"#{known}" for known in channels))
            raise NoSuch(f"there is no {kind} {name!r} here; there is: {here or 'none'}")
        self.channel = found

    def actor(self, name: str) -> Any:
        """A member of the server, or (in direct messages) the same person there."""
        members = self._here().members
        if name not in members:
            raise NoSuch(f"nobody here is called {name!r}; here are: {', '.join(members) or 'nobody'}")
        return members[name].user if self.private else members[name]

    def place(self, name: str) -> Any:
        """The channel that somebody is in now."""
        if self.private:
            return self.actor(name).dm_channel
        if self.channel is None:
            raise NoSuch("no channel yet: `channel general` makes one")
        return self.channel

    @property
    def members(self) -> tuple[str, ...]:
        """Names of the members of the server."""
        return tuple(self.server.members) if self.server is not None else ()

    @property
    def channels(self) -> Mapping[str, Any]:
        """Channels of the server by name."""
        return self._here().handle.channels if self.server is not None else {}

    def _here(self) -> _Server:
        if self.server is None:
            raise NoSuch('no server yet: `guild "Ink and Paper"` makes one')
        return self.server

    # ------------------------------------------------------------- what is seen

    def stored(self, viewer: int) -> Iterator[Any]:
        """Every message that somebody can see, in every channel, oldest first."""
        for messages in self.env.backend.messages.values():
            for message in sorted(messages.values(), key=lambda message: message.id):
                if message.visible_to(viewer):
                    yield message

    def seen(self, message: Any) -> Seen:
        """A message as it looks."""
        backend = self.env.backend
        channel = backend.channels[message.channel_id]
        author = backend.users[message.author_id]
        parts = [message.content]
        for embed in message.embeds:
            parts += [embed.get("title", ""), embed.get("description", "")]
            parts += [f"{field['name']}: {field['value']}" for field in embed.get("fields", ())]
            footer: Mapping[str, str] = embed.get("footer") or {}
            parts.append(footer.get("text", ""))
        components = list(walk_components(message.components))
        parts += [str(one.get("content", "")) for one in components if one.get("type") == TEXT_DISPLAY]
        return Seen(
            id=message.id,
            channel=channel.name or "dm",
            author=message.author_name or author.name,
            text="\n".join(part for part in parts if part),
            buttons=tuple(label_of(one) for one in components if one.get("type") == BUTTON),
            menus=tuple(str(one.get("placeholder", "")) for one in components if one.get("type") in MENUS),
            files=tuple(str(one.get("filename", "")) for one in message.attachments),
            private=message.is_ephemeral,
        )

    def newest(self, viewer: Any, place: Any) -> list[Any]:
        """Messages of a channel that somebody can see, the newest first."""
        held = self.env.backend.messages.get(place.id, {})
        visible = [message for message in held.values() if message.visible_to(viewer.id)]
        return sorted(visible, key=lambda message: message.id, reverse=True)


def label_of(button: Mapping[str, Any]) -> str:
    """A button's label; one with an emoji alone is called by that."""
    emoji: Mapping[str, Any] = button.get("emoji") or {}
    return str(button.get("label") or emoji.get("name") or "")


@contextmanager
def _speaking(locales: Mapping[int, str]) -> Generator[None]:
    """Interactions carry the locales of their member and server."""
    plain = interactions.base_payload

    def spoken(*args: Any, **kwargs: Any) -> Any:
        record, payload = plain(*args, **kwargs)
        payload["locale"] = locales.get(kwargs["user_id"], "en-US")
        if kwargs.get("guild_id") is not None:
            payload["guild_locale"] = locales.get(kwargs["guild_id"], "en-US")
        return record, payload

    interactions.base_payload = spoken
    try:
        yield
    finally:
        interactions.base_payload = plain


@contextmanager
def _restricting(names: set[str]) -> Generator[None]:
    """Channels of these names are age-restricted."""
    plain = serializers.channel_payload

    def marked(backend: Any, channel: Any, *args: Any, **kwargs: Any) -> Any:
        payload = plain(backend, channel, *args, **kwargs)
        if channel.name in names and not channel.is_thread:
            payload["nsfw"] = True
        return payload

    serializers.channel_payload = marked
    try:
        yield
    finally:
        serializers.channel_payload = plain


@asynccontextmanager
async def open_world(
    settings: Settings, extensions: tuple[str, ...], *, backends: list[Backend] | None = None
) -> AsyncGenerator[World]:
    """A world with the bot running in it."""
    world = World(settings, extensions, backends)
    try:
        await world.start()
        yield world
    finally:
        await world.aclose()
