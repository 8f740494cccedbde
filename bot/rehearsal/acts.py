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
from bot.rehearsal.labels import pick
from bot.rehearsal.lines import LAST
from bot.rehearsal.look import BUTTON, MENUS, STRING_MENU, label_of, newest, plain, pressable, seen
from bot.rehearsal.trouble import NoSuch
from bot.rehearsal.world import World

TEXT_INPUT, LABEL, FILE_UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 4, 18, 19, 21, 22, 23
"""Numbers of components of forms (Discord docs, Component Types)."""

LARGEST_FILE = 10 * 2**20
"""Bytes; Discord takes no larger file from a member without Nitro."""


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
        known = {label_of(one): str(one["custom_id"]) for one in buttons}
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
    await actor.send(place, text, attachments=[_file(path)] if path else ())


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
        chosen = [_chosen(world, found, text) for text in wanted]
        return await actor.select(_handle(world, message), chosen, custom_id=found["custom_id"])
    raise NoSuch.called("menu", menu, offered)


def _chosen(world: World, menu: Mapping[str, Any], text: str) -> Any:
    """The value of a menu's option, or the channel or member that is meant."""
    if menu.get("type") == STRING_MENU:
        options = {str(option["label"]): str(option["value"]) for option in menu.get("options", ())}
        return pick(text, options, "option")
    if text.startswith("#"):
        return pick(text[1:], world.channels, "channel")
    return world.actor(text.removeprefix("@"))


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
    known = {name: field for field in form_fields(shown.modal) for name in field.names}
    values = _held(shown.modal)
    for name, text in fields.items():
        field = pick(name, known, "field")
        values[field.component["custom_id"]] = _value(field.component, text)
    return await world.actor(who).submit_modal(shown, values)


def _held(modal: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields of a form hold already: what nobody changes is sent as it stands."""
    held: dict[str, Any] = {}
    for component in (field.component for field in form_fields(modal)):
        chosen = [option["value"] for option in component.get("options", ()) if option.get("default")]
        if component.get("value"):
            held[component["custom_id"]] = component["value"]
        elif chosen:
            held[component["custom_id"]] = chosen if component.get("type") == STRING_MENU else chosen[0]
    return held


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form, with its label and what else it can be called."""

    label: str
    component: Mapping[str, Any]

    @property
    def names(self) -> tuple[str, ...]:
        """Its label and its id."""
        return self.label, str(self.component.get("custom_id"))


def form_fields(modal: Mapping[str, Any]) -> list[Field]:
    """The fields of a form, in their order."""
    found: list[Field] = []
    for one in walk_components(modal["components"]):
        if one.get("type") == LABEL and isinstance(one.get("component"), dict):
            found.append(Field(str(one.get("label")), one["component"]))
        elif one.get("type") == TEXT_INPUT and one.get("label"):
            found.append(Field(str(one["label"]), one))
    return found


def _value(component: Mapping[str, Any], text: str) -> Any:
    """What is typed for a field, as that field takes it."""
    options = {str(option["label"]): str(option["value"]) for option in component.get("options", ())}
    match component.get("type"):
        case 19:
            return _file(text) if _is_file(text) else ("text.txt", text.encode())
        case 3 | 22:
            return [pick(text, options, "option")]
        case 21:
            return pick(text, options, "option")
        case 23:
            return text.casefold() in ("yes", "true", "on", "是")
        case _:
            return text


def _is_file(text: str) -> bool:
    """Whether a text is the name of a file, and not what stands in one."""
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # too long for a name, or with a character that no name has
        return False


def _file(path: str) -> tuple[str, bytes]:
    try:
        held = Path(path)
        if held.stat().st_size > LARGEST_FILE:
            raise NoSuch("rehearsal.large_file", name=path)
        return held.name, held.read_bytes()
    except (OSError, ValueError):
        raise NoSuch.called("file", path, ()) from None


def _handle(world: World, message: Any) -> ResponseMessage:
    """A stored message as SimCord's actors take it."""
    return ResponseMessage(world.env, message)
