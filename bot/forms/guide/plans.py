"""The plans of English forms: what each line of a poem must be."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from bot.forms.english import scheme
from bot.forms.english.scheme import Place
from bot.forms.english.shape import Shape
from bot.forms.guide.chains import ghazal, sestina
from bot.forms.guide.lines import Line

LETTERS = 60
"""Letters of an acrostic at most."""

DEFAULT = 8
"""Syllables of a line where the form leaves them open and there is rhyme: iambic tetrameter."""

_ROOMY = {"villanelle": 10, "rondeau": 8, "triolet": 8, "sestina": 10, "ghazal": 10}
_NARROW = {"limerick": ((8, 9), (8, 9), (5, 6), (5, 6), (8, 9))}
"""Narrower than the form allows, so that the lines that pair sound alike."""

_CHAINS = {"terza rima": (10, 4, 1), "pantoum": (12, 8, 4), "ghazal": (10, 4, 2)}
"""Lines that a chain has if nobody says how many, the fewest, and how many come at a time."""


def plan(
    shape: Shape,
    *,
    lines: int | None = None,
    topic: str = "",
    seed: int = 0,
    given: Sequence[str] = (),
) -> tuple[Line, ...]:
    """The lines of a form; none for a form that cannot be guided (free verse).

    Args:
        lines: how many are wanted, where the form leaves that open.
        topic: what an acrostic spells, and what a ghazal comes back to.
        seed: decides among the schemes that a form allows.
        given: lines that are there at first, by place; "" for those to be written.
    """
    if shape.chain == "sestina":
        return sestina(Line(_ROOMY["sestina"], _ROOMY["sestina"], "x/"))
    if shape.chain == "ghazal":
        return ghazal(_ROOMY["ghazal"], _count(shape, lines), topic, seed, given)
    if shape.acrostic:
        # Zoë begins her third line with E.
        plain = unicodedata.normalize("NFD", topic.casefold())
        return tuple(Line(6, 9, initial=letter) for letter in plain if "a" <= letter <= "z")[:LETTERS]
    count = _count(shape, lines)
    if not count:
        return ()
    ways = shape.places(count)
    name, places = ways[seed % len(ways)] if ways else ("", tuple(Place("") for _ in range(count)))
    breaks = _breaks(shape, name, count)
    first: dict[str, int] = {}
    out: list[Line] = []
    for at, place in enumerate(places):
        line = replace(_measure(shape, at), rhyme=place.rhyme, blank_before=at in breaks)
        if place.refrain:
            if place.refrain in first:
                line = replace(line, again=first[place.refrain])
            first.setdefault(place.refrain, at)
            if shape.form == "rondeau":
                line = replace(line, again=0, part=True, most=4, rhyme="")
        out.append(line)
    return tuple(out)


def _count(shape: Shape, lines: int | None) -> int:
    if shape.count is not None and shape.count[0] == shape.count[1]:
        return shape.count[0]
    if shape.stanzas:
        size = len(scheme.read(shape.stanzas[0]))
        wanted = lines or (size if size == 2 else 2 * size)
        return max(size, wanted - wanted % size)
    if shape.chain:
        usual, least, size = _CHAINS[shape.chain]
        most = shape.count[1] if shape.count else 60
        wanted = min(max(least, lines or usual), most)
        return wanted - wanted % size
    if shape.metre or shape.syllables:
        return lines or len(shape.syllables) or 8
    return 0


def _measure(shape: Shape, at: int) -> Line:
    if shape.metre is not None:
        size = len(shape.metre.foot) * shape.metre.feet
        return Line(size, size, shape.metre.foot)
    narrow = _NARROW.get(shape.form)
    if narrow:
        return Line(*narrow[at % len(narrow)])
    if shape.syllables:
        least, most = shape.syllables[at % len(shape.syllables)]
        middle = (least + most) // 2
        rhymed = bool(shape.stanzas or shape.schemes)
        return Line(middle, middle, "x/" if rhymed and middle % 2 == 0 else "")
    size = _ROOMY.get(shape.form, DEFAULT)
    return Line(size, size, "x/")


def _breaks(shape: Shape, name: str, count: int) -> set[int]:
    """Lines before which a stanza ends; sonnets are set in one block."""
    if shape.stanzas:
        size = len(scheme.read(shape.stanzas[0]))
        return set(range(size, count, size)) if size > 2 else set()
    if shape.chain:
        size = 3 if shape.chain == "terza rima" else 4
        return set(range(size, count, size))
    parts = name.split(" ")
    if len(parts) < 2 or count == 14:
        return set()
    breaks: set[int] = set()
    at = 0
    for part in parts[:-1]:
        at += len(scheme.read(part))
        breaks.add(at)
    return breaks
