"""Who is where: people, servers and channels of a rehearsal by the numbers that Discord knows them by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simcord.backend.access import channel_accessible
from simcord.builders import ChannelHandle

from bot.rehearsal.trouble import NoSuch
from bot.rehearsal.world import Server, World

TEXT, DM, CATEGORY, FORUM = 0, 1, 4, 15
THREADS = (11, 12)
"""Types of channels (Discord docs, Channel Types)."""

HOME = "general"
"""The channel that somebody comes to first, if there is one of that name."""


@dataclass(frozen=True, slots=True)
class Where:
    """Somebody at a place: SimCord's member and channel, on a server or (None) in direct messages."""

    member: Any
    channel: Any
    server: Server | None

    @property
    def actor(self) -> Any:
        """Whoever is there: in direct messages SimCord knows them by another handle."""
        return self.member if self.server is not None else self.member.user

    @property
    def user(self) -> int:
        """The number of whoever is there."""
        return int(self.member.id)


def people(world: World) -> dict[int, str]:
    """Everybody who is still a member of some server, by number, in the order in which they came."""
    return {
        int(member.id): name
        for server in world.servers.values()
        for name, member in server.members.items()
        if _is_member(world, server, int(member.id))
    }


def servers_of(world: World, user: int) -> list[tuple[str, Server]]:
    """The servers that somebody is a member of, by name."""
    return [(name, server) for name, server in world.servers.items() if _is_member(world, server, user)]


def members_of(world: World, server: Server) -> dict[str, Any]:
    """Who is a member of a server now, by name."""
    return {
        name: member for name, member in server.members.items() if _is_member(world, server, int(member.id))
    }


def channels_of(world: World, server: Server, user: int) -> list[Any]:
    """The channels and threads of a server that somebody can see, in their order."""
    backend = world.env.backend
    guild = backend.guilds[server.handle.id]
    held = [backend.channels[id] for id in (*guild.channel_ids, *guild.thread_ids) if id in backend.channels]
    return [
        one for one in held if one.type == CATEGORY or channel_accessible(backend, one.id, user, history=True)
    ]


def where(world: World, user: int, channel: int) -> Where:
    """Somebody at a place.

    Raises:
        NoSuch: there is no such person or place, or they cannot see it.
    """
    known = people(world)
    if user not in known:
        raise NoSuch.called("member", str(user), known.values())
    backend = world.env.backend
    held = backend.channels.get(channel)
    if held is None or not channel_accessible(backend, channel, user, history=True):
        raise NoSuch("page.gone")
    for _, server in servers_of(world, user):
        member = server.members[known[user]]
        if held.guild_id is None:
            return Where(member, ChannelHandle(world.env, None, held), None)
        if held.guild_id == server.handle.id:
            return Where(member, ChannelHandle(world.env, server.handle, held), server)
    raise NoSuch("page.gone")


def home(world: World, user: int, near: int = 0) -> int:
    """Where somebody comes to first: the channel called general, else the first they can write in; else 0.

    ``near`` is where they were, of the same server if it is still there.
    """
    found = servers_of(world, user)
    held = world.env.backend.channels.get(near)
    found.sort(key=lambda one: held is None or one[1].handle.id != held.guild_id)
    for _, server in found:
        texts = [one for one in channels_of(world, server, user) if one.type == TEXT]
        for one in sorted(texts, key=lambda one: one.name != HOME):
            return int(one.id)
    return 0


def entities(world: World, at: Where, kind: int) -> Iterator[tuple[int, str, Any]]:
    """What a menu of people (5), roles (6), both (7) or channels (8) offers: number, name, and handle."""
    if at.server is None:
        if kind in (5, 7):
            yield at.user, at.member.name, at.actor
        return
    if kind in (5, 7):
        for name, member in members_of(world, at.server).items():
            yield int(member.id), name, member
    if kind in (6, 7):
        for name, role in at.server.handle.roles.items():
            if role.id != at.server.handle.id:
                yield int(role.id), name, role
    if kind == 8:
        for one in channels_of(world, at.server, at.user):
            yield int(one.id), one.name or "", ChannelHandle(world.env, at.server.handle, one)


def _is_member(world: World, server: Server, user: int) -> bool:
    members: Mapping[int, Any] = world.env.backend.guilds[server.handle.id].members
    return user in members
