"""What somebody sees: messages of the simulated Discord as they look, mentions and times readable."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from simcord.backend.access import message_accessible
from simcord.components import walk_components

from bot.rehearsal.events import Seen

BUTTON, STRING_MENU, TEXT_DISPLAY = 2, 3, 10
MENUS = (STRING_MENU, 5, 6, 7, 8)
"""Numbers of components (Discord docs, Component Types)."""

_MENTION = re.compile(
    r"<(?:(?P<kind>@!?|@&|#)(?P<id>\d+)|/(?P<command>[^:>]+):\d+|a?:(?P<emoji>\w+):\d+|t:(?P<at>\d+)(?::(?P<style>\w))?)>"
)
_LINK = re.compile(r"https://discord\.com/channels/(?:\d+|@me)/(\d+)/\d+")
_TIMES = {"t": "%H:%M", "T": "%H:%M:%S", "d": "%Y-%m-%d", "D": "%Y-%m-%d"}
_MARKS = re.compile(
    r"\\(?P<kept>[\\*_~|`\[\]<>#.()+-])|\*\*|__|~~|\|\||`{3}|\u200b|^(?:#{1,3}|-#|>)\s", re.MULTILINE
)


def seen(env: Any, message: Any) -> Seen:
    """A message as it looks."""
    backend = env.backend
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
    if words := " ".join(f"({label})" for label in _resting(components)):
        parts.append(words)
    return Seen(
        id=message.id,
        channel=place_name(channel),
        author=message.author_name or author.name,
        text=readable(backend, "\n".join(part for part in parts if part)),
        buttons=tuple(label_of(one) for one in pressable(message)),
        menus=tuple(str(one.get("placeholder", "")) for one in components if one.get("type") in MENUS),
        choices=tuple(
            tuple(str(option["label"]) for option in one.get("options", ()))
            for one in components
            if one.get("type") in MENUS
        ),
        files=tuple(str(one.get("filename", "")) for one in message.attachments),
        private=message.is_ephemeral,
    )


def place_name(channel: Any) -> str:
    """What a channel is called."""
    return f"#{channel.name}" if channel.name else "dm"


def visible(env: Any, member: Any) -> Iterator[Any]:
    """Every message that a member can see on their server and in their direct messages, oldest first."""
    backend = env.backend
    own = backend.dm_channels.get(member.id)
    for channel in list(backend.channels.values()):
        if channel.guild_id != member.guild.id and channel.id != own:
            continue
        held = backend.messages.get(channel.id, {})
        for message in sorted(held.values(), key=lambda message: message.id):
            if message_accessible(backend, channel.id, message, member.id, history=True):
                yield message


def newest(env: Any, viewer: Any, place: Any) -> list[Any]:
    """Messages of a channel that somebody can see, the newest first."""
    backend = env.backend
    held = backend.messages.get(place.id, {}).values()
    found = [one for one in held if message_accessible(backend, place.id, one, viewer.id, history=True)]
    return sorted(found, key=lambda message: message.id, reverse=True)


def pressable(message: Any) -> list[Mapping[str, Any]]:
    """The buttons of a message that can be pressed, in their order: they are numbered from 1."""
    return [
        one
        for one in walk_components(message.components)
        if one.get("type") == BUTTON and one.get("custom_id") and not one.get("disabled")
    ]


def _resting(components: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the buttons say that cannot be pressed now, and those that lead elsewhere."""
    buttons = [one for one in components if one.get("type") == BUTTON]
    labels = [f"{label_of(one)} ↗" if one.get("url") else label_of(one) for one in buttons if _rests(one)]
    return [label for label in labels if any(char.isalnum() for char in label)]  # not a mark alone


def _rests(button: Mapping[str, Any]) -> bool:
    return bool(button.get("disabled") or button.get("url"))


def label_of(button: Mapping[str, Any]) -> str:
    """A button's label; one with an emoji alone is called by that."""
    emoji: Mapping[str, Any] = button.get("emoji") or {}
    return str(button.get("label") or emoji.get("name") or "")


def readable(backend: Any, text: str) -> str:
    """A text with names for mentions, and dates for Discord's numbers."""

    def told(match: re.Match[str]) -> str:
        if match["at"]:
            at = datetime.fromtimestamp(int(match["at"]), UTC)
            return at.strftime(_TIMES.get(match["style"] or "", "%Y-%m-%d %H:%M"))
        if match["command"] or match["emoji"]:
            return f"/{match['command']}" if match["command"] else f":{match['emoji']}:"
        id = int(match["id"])
        if match["kind"] == "#":
            return f"#{backend.channels[id].name}" if id in backend.channels else match[0]
        if match["kind"] == "@&":
            role = next((guild.roles[id] for guild in backend.guilds.values() if id in guild.roles), None)
            return match[0] if role is None else f"@{role.name.lstrip('@')}"
        return f"@{backend.users[id].name}" if id in backend.users else match[0]

    def pointed(match: re.Match[str]) -> str:
        channel = backend.channels.get(int(match[1]))
        return match[0] if channel is None else f"{place_name(channel)} ›"

    return _LINK.sub(pointed, _MENTION.sub(told, text))


def plain(text: str) -> str:
    """A text without Discord's formatting: what is left to be read."""
    return _MARKS.sub(lambda match: match["kept"] or "", text)
