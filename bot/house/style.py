"""Resolves layers of settings: the innermost layer that says something wins, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from string import Template

from bot.house.model import RATINGS, House, Layer, Level, Resolved
from bot.ids import Lang, Place

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


def rating_at(house: House, place: Place) -> str:
    """For whom a place is: what is set, but for adults only where Discord asks everybody for their age.

    Where nothing is set it is Discord's own mark that says.  A story may be for
    younger readers than its place, and never for older ones only.
    """
    if place.age_restricted:
        found = house.rating or "adult"
    else:
        found = "teen" if house.rating in ("adult", "teen") else "everyone"
    return stricter(found, place.rating) if place.rating else found


def stricter(one: str, other: str) -> str:
    """Of two ratings the one that lets less pass; what is no rating is for everyone."""
    if one not in RATINGS or other not in RATINGS:
        return RATINGS[0]
    return min(one, other, key=RATINGS.index)


_PARTS: dict[Lang, dict[str, str]] = {
    "en": {
        "register": "Register: $text",
        "genre": "Genre: $text",
        "banned": "Never use: $text",
        "examples": "Pieces written as is wanted here; write like them, and repeat no line of them:\n$text",
        "everyone": "For readers of every age: nothing sexual, no cruelty for its own sake.",
        "teen": "For readers from thirteen years on: nothing explicit.",
        "adult": "",
    },
    "zh": {
        "register": "语体：$text",
        "genre": "体裁：$text",
        "banned": "不要用：$text",
        "examples": "下面是本社喜欢的写法，照此风格，但不要重复其中的句子：\n$text",
        "everyone": "读者不分年龄：不写性，不为残忍而写残忍。",
        "teen": "读者十三岁以上：不写露骨内容。",
        "adult": "",
    },
}


def told(house: House, language: Lang, rating: str = "") -> str:
    """The house style as a model is told it: the voice, then whatever else was set, a line each.

    ``rating`` is for whom it writes, "" where nobody has said.  What is most likely
    to be cut when it does not fit, the examples, comes last.
    """
    lines = [house.voice or ""]
    parts = _PARTS[language]
    banned = "; ".join(line.strip() for line in (house.banned or "").splitlines() if line.strip())
    for name, text in (("register", house.register), ("genre", house.genre), ("banned", banned)):
        if text:
            lines.append(Template(parts[name]).substitute(text=text))
    if parts.get(rating):
        lines.append(parts[rating])
    if house.examples:
        lines.append(Template(parts["examples"]).substitute(text=house.examples))
    return "\n".join(line for line in lines if line)
