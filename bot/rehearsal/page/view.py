"""What somebody sees at a place of a rehearsal, in parts: each is sent again when it has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import discord
from simcord.backend import serializers

from bot.i18n.text import lang_of, texts
from bot.ids import Lang
from bot.rehearsal.commands import ON_MESSAGE, SLASH, Command, commands
from bot.rehearsal.look import newest
from bot.rehearsal.page import places
from bot.rehearsal.page.places import CATEGORY, DM, FORUM, THREADS, Where
from bot.rehearsal.world import World

MOST = 50
"""Messages that are shown at first; more are asked for."""

WORDS = "page."
"""The texts of the page itself begin so."""

Parts = dict[str, object]

MODERATES = discord.Permissions(manage_guild=True) | discord.Permissions(manage_messages=True)


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks, where, and at how many messages."""

    who: int = 0
    place: int = 0
    most: int = MOST


def settled(world: World, look: Look) -> Look:
    """The same look, at somebody and something that is there: people leave, and places go."""
    known = places.people(world)
    who = look.who if look.who in known else next(iter(known), 0)
    if not who:
        return Look(most=look.most)
    try:
        places.where(world, who, look.place)
    except places.NoSuch:
        return Look(who, places.home(world, who, near=look.place), look.most)
    return Look(who, look.place, look.most)


def parts(world: World, look: Look, lang: Lang) -> Parts:
    """Everything that a settled look sees, by the name of its part; messages by their numbers.

    ``lang`` is the language of the page while there is nobody yet who looks.
    """
    now: Parts = {"clock": world.now().isoformat()}
    if not look.who:
        return now | {"words": words(lang), "you": None}
    lang = language(world, look.who)
    locale = world.locales[look.who]
    now |= {
        "words": words(lang),
        "you": {"id": str(look.who), "name": places.people(world)[look.who], "locale": locale, "lang": lang},
        "viewers": [{"id": str(id), "name": name} for id, name in places.people(world).items()],
        "places": list(_places(world, look.who)),
    }
    if not look.place:
        return now | {"place": None}
    at = places.where(world, look.who, look.place)
    seen = newest(world.env, at.actor, at.channel)
    now |= {
        "people": list(_people(world, at)),
        "names": _names(world, at),
        "place": _place(world, at, more=len(seen) > look.most),
    }
    for message in seen[: look.most]:
        now[f"message {message.id}"] = serializers.message_payload(
            world.env.backend, message, for_user=look.who
        )
    return now


def language(world: World, user: int) -> Lang:
    """The language that somebody reads."""
    return lang_of(world.locales.get(user))


def words(lang: Lang) -> Mapping[str, str]:
    """The texts of the page, by their keys."""
    return {
        key.removeprefix(WORDS): text.strip() for key, text in texts(lang).items() if key.startswith(WORDS)
    }


def offered(world: World, at: Where) -> dict[str, list[dict[str, Any]]]:
    """The commands that somebody can use at a place: typed ones, and those of a message."""
    locale = world.locales[at.user]
    return {
        "slash": [_command(one, locale) for one in commands(world, at.actor, at.channel, SLASH)],
        "message": [_command(one, locale) for one in commands(world, at.actor, at.channel, ON_MESSAGE)],
    }


def _command(command: Command, locale: str) -> dict[str, Any]:
    return {
        "name": command.name,
        "shown": " ".join(_said(node, "name", locale) for node in command.nodes),
        "also": command.names,
        "about": _said(command.nodes[-1], "description", locale),
        "options": [
            {
                "name": option["name"],
                "shown": _said(option, "name", locale),
                "about": _said(option, "description", locale),
                "type": option["type"],
                "required": bool(option.get("required")),
                "asks": bool(option.get("autocomplete")),
                "longest": option.get("max_length"),
                "choices": [
                    {"label": _said(choice, "name", locale), "value": choice["value"]}
                    for choice in option.get("choices") or ()
                ],
            }
            for option in command.options
        ],
    }


def _said(node: Mapping[str, Any], key: str, locale: str) -> str:
    """A name or description in the language of a locale, as Discord picks it."""
    known: Mapping[str, str] = node.get(f"{key}_localizations") or {}
    return known.get(locale) or str(node.get(key) or "")


def _places(world: World, user: int) -> Iterator[dict[str, Any]]:
    """Every place that somebody can go to, server by server; threads follow their channel."""
    backend = world.env.backend

    def entry(channel: Any, kind: str, name: str) -> dict[str, Any]:
        held: Mapping[int, Any] = backend.messages.get(channel.id, {})
        last: int = max((one.id for one in held.values() if one.visible_to(user)), default=0)
        return {"id": str(channel.id), "kind": kind, "name": name, "last": str(last)}

    for name, server in places.servers_of(world, user):
        held = places.channels_of(world, server, user)
        threads: dict[int, list[Any]] = {}
        for one in held:
            if one.type in THREADS:
                threads.setdefault(one.parent_id, []).append(one)
        found: list[dict[str, Any]] = []
        for one in _in_order([one for one in held if one.type not in THREADS]):
            kind = {CATEGORY: "category", FORUM: "forum"}.get(one.type, "text")
            found.append(entry(one, kind, one.name) | {"adults": world.is_restricted(one.id)})
            for thread in threads.get(one.id, ()):
                closed = thread.thread_metadata is not None and thread.thread_metadata.archived
                found.append(entry(thread, "thread", thread.name) | {"of": str(one.id), "closed": closed})
        yield {"server": name, "id": str(server.handle.id), "channels": found}
    direct = backend.get_dm_channel(user)
    yield {"server": "", "id": "", "channels": [entry(direct, "dm", backend.bot_user.name)]}


def _in_order(channels: list[Any]) -> list[Any]:
    """Channels as Discord has them: those of no category, then each category with what is in it."""

    def order(one: Any) -> tuple[int, bool]:
        return one.id if one.type == CATEGORY else one.parent_id or 0, one.type != CATEGORY

    return sorted(channels, key=order)


def _people(world: World, at: Where) -> Iterator[dict[str, Any]]:
    backend = world.env.backend
    bot = backend.bot_user
    yield {"id": str(bot.id), "name": bot.name, "kind": "bot"}
    if at.server is None:
        yield {"id": str(at.user), "name": at.member.name, "kind": "member"}
        return
    for name, member in places.members_of(world, at.server).items():
        may = backend.compute_permissions(at.server.handle.id, member.id, None)
        kind = "moderator" if may & MODERATES.value else "member"
        yield {"id": str(member.id), "name": name, "kind": kind, "locale": world.locales[member.id]}


def _names(world: World, at: Where) -> dict[str, dict[str, Any]]:
    """What mentions are called."""
    backend = world.env.backend
    held = [] if at.server is None else places.channels_of(world, at.server, at.user)
    return {
        "users": {str(user.id): user.name for user in backend.users.values()},
        "channels": {str(one.id): one.name for one in held},
        "roles": {}
        if at.server is None
        else {str(role.id): name for name, role in at.server.handle.roles.items()},
    }


def _place(world: World, at: Where, *, more: bool) -> dict[str, Any]:
    channel = world.env.backend.channels[at.channel.id]
    kinds = {DM: "dm", FORUM: "forum"} | dict.fromkeys(THREADS, "thread")
    parent = world.env.backend.channels.get(channel.parent_id)
    return {
        "id": str(channel.id),
        "kind": kinds.get(channel.type, "text"),
        "name": channel.name or world.env.backend.bot_user.name,
        "of": parent.name if parent is not None and channel.type in THREADS else "",
        "server": "" if at.server is None else at.server.handle.name,
        "topic": channel.topic or "",
        "more": more,
        "welcome": channel.id == places.home(world, at.user, near=channel.id) and at.server is not None,
    }
