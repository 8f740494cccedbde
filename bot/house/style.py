"""Resolves layers of settings: the innermost layer that says something wins, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

from bot.house.model import House, Layer, Level, Resolved
from bot.ids import Place

_ORDER = (Level.GUILD, Level.CATEGORY, Level.CHANNEL, Level.THREAD)


def layers_at(place: Place, layers: Sequence[Layer]) -> list[Layer]:
    """The layers that hold at a place, outermost first."""
    ids = {
        Level.GUILD: 0,
        Level.CATEGORY: place.category,
        Level.CHANNEL: place.channel,
        Level.THREAD: place.thread,
    }
    by_level = {(layer.level, layer.id): layer for layer in layers}
    found = ((level, ids[level]) for level in _ORDER)
    return [by_level[at] for at in found if at[1] is not None and at in by_level]  # pyright: ignore[reportArgumentType]


def resolve(layers: Sequence[Layer], default: House) -> Resolved:
    """Settings that hold where these layers (outermost first) hold, and where each comes from."""
    house = default
    origin = {field.name: Level.DEFAULT for field in fields(House)}
    for layer in layers:
        said = {
            field.name: value
            for field in fields(House)
            if (value := getattr(layer.house, field.name)) is not None
        }
        house = replace(house, **said)
        origin.update(dict.fromkeys(said, layer.level))
    return Resolved(house, origin)
