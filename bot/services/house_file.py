"""A house as a file: settings of every layer, filter rules, the lines they are tried on.

It is written, read, checked as a whole, and taken over in one go: bad input
changes nothing.  What is not in the file is inherited afterwards.  A file from
before rules were in it leaves the rules alone.  How a file of another server
finds its channels and roles: :mod:`bot.services.house_moving`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, cast

from bot.errors import BadInput
from bot.house.model import Change, House, Layer, Level
from bot.ids import GuildId, MemberId
from bot.moderation.records import StoredLine
from bot.moderation.rules import Rule, RuleSet
from bot.services.house_desk import HouseDesk, Wanted, checked
from bot.services.moderation_file import rules_in, tables_of

VERSION = 1
MOST_LAYERS = 1_000
MOST_NAMES = 5_000
CHANNELS = ("gallery", "reviews", "log")
"""Settings whose value is a channel of the server."""

LARGEST = 8_000_000
"""Bytes of a file: 250 rules with long lists, and examples for every channel."""

Key = tuple[Level, int, str]


@dataclass(frozen=True, slots=True)
class Names:
    """What the channels (with what they are: category, channel, thread) and roles of a file are called."""

    channels: Mapping[int, tuple[str, str]] = field(default_factory=dict[int, tuple[str, str]])
    roles: Mapping[int, str] = field(default_factory=dict[int, str])


@dataclass(frozen=True, slots=True)
class HouseFile:
    """What a file wants.  ``rules`` is None if it says nothing of rules; ``guild`` 0 if not whose it is."""

    wanted: tuple[Wanted, ...]
    rules: RuleSet | None = None
    guild: int = 0
    names: Names = field(default_factory=Names)


def written(
    guild: GuildId,
    layers: Sequence[Layer],
    rules: Sequence[Rule] = (),
    lines: Sequence[StoredLine] = (),
    names: Names | None = None,
) -> str:
    """A house as the text of a file; only what was set."""
    entries = [
        {
            "level": layer.level.value,
            "id": str(layer.id),
            "settings": {name: value for name, value in asdict(layer.house).items() if value is not None},
        }
        for layer in sorted(layers, key=lambda one: (list(Level).index(one.level), one.id))
    ]
    names = names or Names()
    made = {
        "renga": "settings",
        "version": VERSION,
        "guild": str(guild),
        "channels": {str(id): list(named) for id, named in names.channels.items()},
        "roles": {str(id): name for id, name in names.roles.items()},
        "layers": [entry for entry in entries if entry["settings"]],
        "filters": tables_of(rules, lines),
    }
    return json.dumps(made, ensure_ascii=False, indent=2)


def read(text: str) -> HouseFile:
    """What a file wants.

    Raises:
        BadInput: it is no such file, or something in it cannot be; names what and where.
    """
    try:
        given: object = json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput("settings.file_no_json") from None
    if not isinstance(given, dict) or cast("dict[str, Any]", given).get("renga") != "settings":
        raise BadInput("settings.file_other")
    table = cast("dict[str, Any]", given)
    if table.get("version") != VERSION:
        raise BadInput("settings.file_version", version=str(table.get("version"))[:20])
    entries: Any = table.get("layers")
    if not isinstance(entries, list) or len(cast("list[Any]", entries)) > MOST_LAYERS:
        raise BadInput("settings.file_layer", where="layers")
    wanted: dict[Key, object] = {}
    for number, entry in enumerate(cast("list[Any]", entries), start=1):
        level, id, fields = _layer(entry, f"layers[{number}]")
        for name, value in fields.items():
            try:
                wanted[level, id, name] = checked(name, value, level)
            except BadInput as error:
                where = f"layers[{number}].settings.{name[:40]}"
                raise BadInput("settings.file_value", where=where, field=name[:40]) from error
    return HouseFile(
        tuple((*key, value) for key, value in wanted.items() if value is not None),
        rules_in(table["filters"]) if "filters" in table else None,
        _number(table.get("guild")),
        _names(table),
    )


def channels_in(file: HouseFile) -> list[int]:
    """Every channel that a file speaks of."""
    found = [id for _, id, _, _ in file.wanted if id]
    found += [value for _, _, name, value in file.wanted if name in CHANNELS and isinstance(value, int)]
    if file.rules is not None:
        found += [id for rule in file.rules.rules for id in sorted(rule.exempt_channels)]
    return list(dict.fromkeys(found))


def roles_in(file: HouseFile) -> list[int]:
    """Every role that a file speaks of."""
    found = [value for _, _, name, value in file.wanted if name == "moderators" and isinstance(value, int)]
    if file.rules is not None:
        found += [id for rule in file.rules.rules for id in sorted(rule.exempt_roles)]
    return list(dict.fromkeys(found))


async def take_over(
    desk: HouseDesk,
    guild: GuildId,
    wanted: Sequence[Wanted],
    *,
    by: MemberId,
    at: datetime | None = None,
) -> Sequence[Change]:
    """Make the settings of a guild what a file wants; returns what changed, which can be undone at once."""
    asked: dict[Key, object] = {(level, id, name): value for level, id, name, value in wanted}
    held: dict[Key, object] = {
        (layer.level, layer.id, name): value
        for layer in await desk.layers(guild)
        for name, value in asdict(layer.house).items()
        if value is not None
    }
    changes: list[Wanted] = [
        (*key, asked.get(key)) for key in dict.fromkeys((*held, *asked)) if asked.get(key) != held.get(key)
    ]
    return await desk.set_all(guild, changes, by=by, at=at)


def _names(table: Mapping[str, Any]) -> Names:
    """The names that a file gives; what is none is passed over."""
    channels: Any = table.get("channels")
    roles: Any = table.get("roles")
    named: dict[int, tuple[str, str]] = {}
    called: dict[int, str] = {}
    if isinstance(channels, dict):
        for id, given in list(cast("dict[str, Any]", channels).items())[:MOST_NAMES]:
            parts: list[Any] = cast("list[Any]", given) if isinstance(given, list) else []
            if _number(id) and len(parts) == 2 and all(isinstance(part, str) for part in parts):
                named[_number(id)] = (parts[0], parts[1])
    if isinstance(roles, dict):
        for id, name in list(cast("dict[str, Any]", roles).items())[:MOST_NAMES]:
            if _number(id) and isinstance(name, str):
                called[_number(id)] = name
    return Names(named, called)


def _number(given: object) -> int:
    """An id as a file has it; 0 for what is none."""
    text = str(given)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 20 else 0


def _layer(entry: object, where: str) -> tuple[Level, int, dict[str, Any]]:
    if not isinstance(entry, dict):
        raise BadInput("settings.file_layer", where=where)
    layer = cast("dict[str, Any]", entry)
    level, id, fields = layer.get("level"), str(layer.get("id", "")), layer.get("settings")
    known = [one for one in Level if one.value == level and one is not Level.DEFAULT]
    if not known or not id.isascii() or not id.isdecimal() or len(id) > 20 or not isinstance(fields, dict):
        raise BadInput("settings.file_layer", where=where)
    if (known[0] is Level.GUILD) != (int(id) == 0):
        raise BadInput("settings.file_layer", where=where)
    if unknown := next(
        (name for name in cast("dict[str, Any]", fields) if name not in House.__dataclass_fields__), None
    ):
        raise BadInput("settings.file_value", where=f"{where}.settings.{unknown[:40]}", field=unknown[:40])
    return known[0], int(id), cast("dict[str, Any]", fields)
