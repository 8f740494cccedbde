"""Settings of a server as a file: written, read, checked as a whole, and taken over in one go.

Bad input changes nothing.  What is not in the file is inherited afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, cast

from bot.errors import BadInput
from bot.house.model import Change, House, Layer, Level
from bot.ids import GuildId, MemberId
from bot.services.house_desk import HouseDesk, Wanted, checked

VERSION = 1
MOST_LAYERS = 1_000
CHANNELS = ("gallery", "reviews", "log")
"""Settings whose value is a channel of the server."""

Key = tuple[Level, int, str]


def written(layers: Sequence[Layer]) -> str:
    """Settings as the text of a file; only what was set."""
    entries = [
        {
            "level": layer.level.value,
            "id": str(layer.id),
            "settings": {name: value for name, value in asdict(layer.house).items() if value is not None},
        }
        for layer in sorted(layers, key=lambda one: (list(Level).index(one.level), one.id))
    ]
    return json.dumps(
        {
            "renga": "settings",
            "version": VERSION,
            "layers": [entry for entry in entries if entry["settings"]],
        },
        ensure_ascii=False,
        indent=2,
    )


def read(text: str) -> list[Wanted]:
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
        for field, value in fields.items():
            try:
                wanted[level, id, field] = checked(field, value, level)
            except BadInput as error:
                where = f"layers[{number}].settings.{field[:40]}"
                raise BadInput("settings.file_value", where=where, field=field[:40]) from error
    return [(*key, value) for key, value in wanted.items() if value is not None]


def channels_in(wanted: Sequence[Wanted]) -> list[int]:
    """Every channel that a file speaks of."""
    found = [id for _, id, _, _ in wanted if id]
    found += [value for _, _, field, value in wanted if field in CHANNELS and isinstance(value, int)]
    return list(dict.fromkeys(found))


async def take_over(
    desk: HouseDesk, guild: GuildId, wanted: Sequence[Wanted], *, by: MemberId
) -> Sequence[Change]:
    """Make the settings of a guild what a file wants; returns what changed, which can be undone at once."""
    asked: dict[Key, object] = {(level, id, field): value for level, id, field, value in wanted}
    held: dict[Key, object] = {
        (layer.level, layer.id, name): value
        for layer in await desk.layers(guild)
        for name, value in asdict(layer.house).items()
        if value is not None
    }
    changes: list[Wanted] = [
        (*key, asked.get(key)) for key in dict.fromkeys((*held, *asked)) if asked.get(key) != held.get(key)
    ]
    return await desk.set_all(guild, changes, by=by)


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
