"""What the page sends for the options of a command and the fields of a form, as SimCord's verbs take it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.rehearsal.files import LARGEST_FILE
from bot.rehearsal.page.places import Where, entities
from bot.rehearsal.trouble import NoSuch
from bot.rehearsal.world import World

File = tuple[str, bytes]
"""A name and what the file holds."""

Given = str | bool | Sequence[str]

_ENTITIES = {6: 5, 8: 6, 9: 7, 7: 8}
"""Types of options (user, role, mentionable, channel) and of the menus that offer the same."""


def option_value(world: World, at: Where, option: Mapping[str, Any], text: str, files: Sequence[File]) -> Any:
    """The value of an option, of the type that it is declared with.

    Raises:
        NoSuch: it is none of those that can be given.
    """
    match option["type"]:
        case 4 | 10:
            try:
                return int(text) if option["type"] == 4 else float(text)
            except ValueError:
                raise NoSuch("rehearsal.no_number", name=option["name"], text=text) from None
        case 5:
            return text == "true"
        case 6 | 7 | 8 | 9:
            return _handle(world, at, _ENTITIES[option["type"]], text)
        case 11:
            return _checked(files)[0] if files else None
        case _:
            return text


def field_value(
    world: World, at: Where, component: Mapping[str, Any], given: Given, files: Sequence[File]
) -> Any:
    """The value of a field of a form.

    Raises:
        NoSuch: it is none of those that can be given.
    """
    chosen = [given] if isinstance(given, str) else [] if isinstance(given, bool) else list(given)
    match component["type"]:
        case 3 | 22:
            return chosen
        case 5 | 6 | 7 | 8:
            return [_handle(world, at, component["type"], one) for one in chosen]
        case 19:
            return _checked(files)
        case 23:
            return given is True
        case _:
            return given


def _handle(world: World, at: Where, kind: int, id: str) -> Any:
    known = {str(one): (name, handle) for one, name, handle in entities(world, at, kind)}
    if id not in known:
        raise NoSuch.called("option", id, (name for name, _ in known.values()))
    return known[id][1]


def _checked(files: Sequence[File]) -> list[File]:
    for name, held in files:
        if len(held) > LARGEST_FILE:
            raise NoSuch("rehearsal.large_file", name=name)
    return list(files)
