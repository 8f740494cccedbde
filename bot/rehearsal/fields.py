"""Forms and menus: which fields there are, and what is typed for them as each of them takes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simcord.components import walk_components

from bot.rehearsal.commands import YES, entities
from bot.rehearsal.events import Form
from bot.rehearsal.files import is_file, upload
from bot.rehearsal.labels import pick
from bot.rehearsal.trouble import NoSuch
from bot.rehearsal.world import World

STRING_MENU, TEXT_INPUT, LABEL, FILE_UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 3, 4, 18, 19, 21, 22, 23
"""Numbers of components of forms (Discord docs, Component Types)."""

ENTITY_MENUS: Mapping[int, int] = {5: 6, 6: 8, 7: 9, 8: 7}
"""Menus of members, roles, both and channels, to the type of option that takes the same."""

_PARTED = re.compile(r"\s*[,，、]\s*")


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


def choices(world: World, component: Mapping[str, Any]) -> tuple[str, ...]:
    """What can be chosen in a menu or a field; () for one in which something is typed."""
    if component.get("type") in ENTITY_MENUS:
        return tuple(entities(world, ENTITY_MENUS[component["type"]], component.get("channel_types")))
    return tuple(str(option["label"]) for option in component.get("options", ()))


def form_told(world: World, who: str, modal: Mapping[str, Any], *, waits: bool) -> Form:
    """A form as it is told of; ``waits``: it is left open."""
    fields = form_fields(modal)
    offered = {field.label: choices(world, field.component) for field in fields}
    known = {label: names for label, names in offered.items() if names}
    return Form(who, str(modal["title"]), tuple(field.label for field in fields), known, waits)


def filled(world: World, modal: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """What a form is sent off with: what it held already, and what was typed, by labels or ids.

    Raises:
        NoSuch: it has no such field, or the field no such choice.
    """
    fields = form_fields(modal)
    known = {name: field for field in fields for name in field.names}
    values = {
        field.component["custom_id"]: held
        for field in fields
        if (held := _held(world, field.component)) is not None
    }
    for name, text in given.items():
        component = pick(name, known, "field").component
        values[component["custom_id"]] = _value(world, component, text)
    return values


def chosen(world: World, component: Mapping[str, Any], texts: tuple[str, ...]) -> list[Any]:
    """The values of a menu's options, or the channels, roles or members that are meant."""
    kind = int(component.get("type") or 0)
    if kind in ENTITY_MENUS:
        known = entities(world, ENTITY_MENUS[kind], component.get("channel_types"))
        what = {5: "member", 6: "role", 8: "channel"}.get(kind, "option")
        return [pick(text.lstrip("#@"), known, what) for text in texts]
    options = {str(option["label"]): str(option["value"]) for option in component.get("options", ())}
    return [pick(text, options, "option") for text in texts]


def _held(world: World, component: Mapping[str, Any]) -> Any:
    """What a field holds already: what nobody changes is sent as it stands."""
    if component.get("value"):
        return component["value"]
    options = [option["value"] for option in component.get("options", ()) if option.get("default")]
    if options:
        return options[0] if component.get("type") == RADIO else options
    ids = {int(one["id"]) for one in component.get("default_values") or ()}
    if ids and component.get("type") in ENTITY_MENUS:
        known = entities(world, ENTITY_MENUS[component["type"]])
        # What has been deleted since is chosen no more.
        return list({one.id: one for one in known.values() if one.id in ids}.values()) or None
    return None


def _value(world: World, component: Mapping[str, Any], text: str) -> Any:
    """What is typed for a field, as that field takes it."""
    kind = component.get("type")
    match kind:
        case 19:
            return upload(text) if is_file(text) else ("text.txt", text.encode())
        case 21:
            return chosen(world, component, (text,))[0]
        case 23:
            return text.casefold() in YES
        case 3 | 5 | 6 | 7 | 8 | 22:
            return _several(world, component, text)
        case _:
            return text


def _several(world: World, component: Mapping[str, Any], text: str) -> list[Any]:
    """One choice, or a few with commas between them; nothing where nothing is typed."""
    if not text.strip():
        return []
    try:
        return chosen(world, component, (text,))
    except NoSuch:
        parts = tuple(part for part in _PARTED.split(text.strip()) if part)
        if len(parts) < 2:
            raise
        return list(dict.fromkeys(chosen(world, component, parts)))
