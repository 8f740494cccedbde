"""What members do in a world: the button, menu or message that is meant is found, and acted upon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simcord import interactions
from simcord.backend import serializers
from simcord.components import walk_components
from simcord.enums import InteractionType
from simcord.results import ResponseMessage

from bot.rehearsal.commands import ON_MESSAGE, find_command, option_values
from bot.rehearsal.events import Counted
from bot.rehearsal.fields import chosen, filled
from bot.rehearsal.files import upload
from bot.rehearsal.labels import pick
from bot.rehearsal.lines import LAST
from bot.rehearsal.look import BUTTON, MENUS, label_of, newest, plain, pressable, seen
from bot.rehearsal.trouble import NoSuch
from bot.rehearsal.world import World


@dataclass(frozen=True, slots=True)
class Button:
    """A button on a message: what it is called, and how Discord knows it."""

    message: Any
    custom_id: str
    label: str


def button(world: World, who: str, label: str) -> Button:
    """The newest button of that label that somebody sees; a number counts on the newest message with any.

    Raises:
        NoSuch: there is none that can be pressed; says which there are.
    """
    offered: list[str] = []
    for message in newest(world.env, world.actor(who), world.place(who)):
        buttons = pressable(message)
        if not buttons:
            continue
        # Of several that are called the same the first is meant; the others are pressed by number.
        known = {label_of(one): str(one["custom_id"]) for one in reversed(buttons)}
        if label.isdecimal() and label not in known:
            if not 1 <= int(label) <= len(buttons):
                raise NoSuch.called("button", label, known)
            one = buttons[int(label) - 1]
            return Button(message, str(one["custom_id"]), label_of(one))
        offered += [name for name in known if name not in offered]
        try:
            custom_id = pick(label, known, "button")
        except NoSuch as trouble:
            if trouble.key == "rehearsal.several":
                raise
            continue
        return Button(message, custom_id, next(name for name, id in known.items() if id == custom_id))
    raise NoSuch.called("button", label, offered)


async def press(world: World, who: str, found: Button) -> Any:
    """Press a button, and wait until the bot has done what comes of it."""
    return await world.actor(who).click(_handle(world, found.message), custom_id=found.custom_id)


def press_meanwhile(world: World, who: str, found: Button) -> None:
    """Press a button while the bot is at work: only sends the event, as SimCord's own verbs would wait."""
    backend, place = world.env.backend, world.place(who)
    _, payload = _interaction(world, who, place, found)
    payload["message"] = dict(serializers.message_payload(backend, found.message))
    backend.emit("INTERACTION_CREATE", payload)


def _interaction(world: World, who: str, place: Any, found: Button) -> tuple[Any, dict[str, Any]]:
    record, payload = interactions.base_payload(
        world.env.backend,
        type=InteractionType.MESSAGE_COMPONENT,
        channel_id=place.id,
        guild_id=None if world.private else world.here().handle.id,
        user_id=world.actor(who).id,
        data={"custom_id": found.custom_id, "component_type": BUTTON},
    )
    record.source_message_id = found.message.id
    return record, payload


async def slash(world: World, who: str, command: str, options: Mapping[str, str]) -> Any:
    """Use a slash command."""
    actor, place = world.actor(who), world.place(who)
    found = find_command(world, actor, place, command)
    given = option_values(world, found, options)
    if world.private:
        return await actor.slash(found.name, **given)
    return await actor.slash(place, found.name, **given)


async def say(world: World, who: str, text: str, path: str = "") -> None:
    """Send a message, perhaps with a file."""
    actor, place = world.actor(who), world.place(who)
    if world.private:
        if path:
            raise NoSuch("rehearsal.not_in_dm")
        await actor.send_dm(text)
        return
    await actor.send(place, text, attachments=[upload(path)] if path else ())


async def select(world: World, who: str, menu: str, wanted: tuple[str, ...]) -> Any:
    """Choose in the newest menu of that name: by its placeholder, or by number."""
    actor = world.actor(who)
    offered: list[str] = []
    for message in newest(world.env, actor, world.place(who)):
        menus = [one for one in walk_components(message.components) if one.get("type") in MENUS]
        known = {str(one.get("placeholder") or one["custom_id"]): one for one in menus}
        known |= {str(at): one for at, one in enumerate(menus, start=1)}
        offered += [name for name in known if name not in offered and not name.isdecimal()]
        try:
            found = pick(menu, known, "menu")
        except NoSuch:
            continue
        values = chosen(world, found, wanted)
        return await actor.select(_handle(world, message), values, custom_id=found["custom_id"])
    raise NoSuch.called("menu", menu, offered)


async def right_click(world: World, who: str, target: str, command: str) -> Any:
    """Use a message command on the newest message, or the newest that holds a text."""
    actor, place = world.actor(who), world.place(who)
    if world.private:
        raise NoSuch("rehearsal.not_in_dm")
    messages = [one for one in newest(world.env, actor, place) if not one.is_ephemeral]
    if target != LAST:
        messages = [one for one in messages if target in plain(seen(world.env, one).text)]
    if not messages:
        raise NoSuch.called("message", target, ())
    found = find_command(world, actor, place, command, kind=ON_MESSAGE)
    return await actor.context_menu(place, found.name, _handle(world, messages[0]))


async def rewrite(world: World, who: str, text: str | None) -> None:
    """Edit one's own last message; None deletes it."""
    actor, place = world.actor(who), world.place(who)
    own = next((one for one in newest(world.env, actor, place) if one.author_id == actor.id), None)
    if own is None:
        raise NoSuch.called("message", LAST, ())
    message = _handle(world, own)
    await (actor.delete(message) if text is None else actor.edit(message, text))


async def submit(world: World, who: str, shown: Any, fields: Mapping[str, str]) -> Any:
    """Fill in the form that was shown, by the labels or ids of its fields, and send it off."""
    if shown.modal is None:
        raise NoSuch("rehearsal.no_form")
    return await world.actor(who).submit_modal(shown, filled(world, shown.modal, fields))


def attached(world: World, who: str, name: str) -> Mapping[str, Any]:
    """The newest file of that name that somebody sees; a number counts on the newest message with any.

    Raises:
        NoSuch: there is none; says which there are.
    """
    offered: dict[str, Mapping[str, Any]] = {}
    for message in newest(world.env, world.actor(who), world.place(who)):
        if not offered and name.isdecimal() and 1 <= int(name) <= len(message.attachments):
            return message.attachments[int(name) - 1]
        for one in message.attachments:
            offered.setdefault(str(one["filename"]), one)
    return pick(name, offered, "file")


def paths(world: World, message: int) -> list[Path]:
    """Where the files of a message lie, in their order."""
    held = (channel.get(message) for channel in world.env.backend.messages.values())
    found = next((one for one in held if one is not None), None)
    return [world.files.path(world.env, one) for one in found.attachments] if found is not None else []


def counted(world: World, who: str) -> Counted:
    """The messages on which numbers count for somebody, where they are."""
    messages = newest(world.env, world.actor(who), world.place(who))
    buttons = next((one.id for one in messages if pressable(one)), None)
    return Counted(buttons, next((one.id for one in messages if one.attachments), None))


def _handle(world: World, message: Any) -> ResponseMessage:
    """A stored message as SimCord's actors take it."""
    return ResponseMessage(world.env, message)
