"""Where a line is stressed, and how well that fits a metre.

A foot is two or three places, weak (x) or strong (/).  What verse allows itself
everywhere is no fault (Attridge, "Poetic Rhythm", 1995, ch. 6-7): the first two
places turned round, also after a pause; a strong place without stress; a light
syllable too many at the end; a monosyllable in any place.  A stressed syllable
of a longer word in a weak place is a fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.forms.english.reading import Diction, Way, readings
from bot.forms.english.sound import phrases

FEET = {
    "iambic": "x/",
    "trochaic": "/x",
    "anapaestic": "xx/",
    "dactylic": "/xx",
}
LENGTHS = {
    "monometer": 1,
    "dimeter": 2,
    "trimeter": 3,
    "tetrameter": 4,
    "pentameter": 5,
    "hexameter": 6,
    "heptameter": 7,
}

_HEAVY = 2
"""Roughness of a monosyllable that is mostly stressed in a weak place."""
_TURNED, _FAULT, _BROKEN_END = 0, 4, 8
"""Roughness of a stressed syllable of a longer word in a weak place: where the first two places are turned
round after a pause, anywhere, and in the last foot, which is never turned round."""

ROUGH = 3
"""The price of roughness, in the tenths of ``reading.COST``."""

Word = tuple[tuple[Way, ...], bool]
"""The ways of reading a word, and whether it stands at the beginning or after a pause."""


@dataclass(frozen=True, slots=True)
class Scansion:
    """How a line was scanned.

    Attributes:
        places: the metre's places, as far as the line goes.
        stress: the marks of the syllables, see :class:`bot.forms.english.reading.Way`.
        faults: stressed syllables of longer words in weak places.
        roughness: how far it is from the beat of the metre: a monosyllable of the wrong weight counts 1,
            a fault 4, one in the last foot 8.
        licences: what the words took.
        cost: the price of the licences.
    """

    places: str
    stress: str
    faults: int
    roughness: int = 0
    licences: tuple[str, ...] = ()
    cost: int = 0

    @property
    def light(self) -> bool:
        """Whether it ends in a weak place."""
        return self.places.endswith("x")


@dataclass(frozen=True, slots=True)
class Metre:
    """A metre by its name: ``iambic pentameter``."""

    name: str
    foot: str
    feet: int

    @classmethod
    def of(cls, name: str) -> Metre:
        """Read a name.

        Raises:
            ValueError: it is none.
        """
        foot, _, length = name.partition(" ")
        if foot not in FEET or length not in LENGTHS:
            raise ValueError(f"{name} is no metre")
        return cls(name, FEET[foot], LENGTHS[length])

    @property
    def whole(self) -> str:
        """The places of a line as they are in the book."""
        return self.foot * self.feet

    @property
    def variants(self) -> tuple[str, ...]:
        """The places of a line: as it is, with a light end, without its first or last light place.

        In a metre of three places to the foot, any one of the feet but the last may be of two.
        """
        whole = self.whole
        found = [whole, whole + "x"]
        if whole.startswith("x"):
            found.append(whole[1:])
        if whole.endswith("x"):
            found.append(whole.rstrip("x"))
        return tuple(found)


def scan(line: str, metre: Metre) -> Scansion | None:
    """The best scansion of a line, None if no way of saying it has the metre's length."""
    parts = parse(line)
    found = [one for places in metre.variants if (one := fit(parts, places)) is not None]
    return min(found, key=lambda one: one.cost + ROUGH * one.roughness, default=None)


def parse(line: str, style: Diction = Diction.NEW) -> list[Word]:
    """The words of a line in a poem of some diction."""
    found: list[Word] = []
    for said in phrases(line):
        found += [(some, at == 0) for at, some in enumerate(readings(said, style))]
    return found


def span(parts: Sequence[Word]) -> tuple[int, int]:
    """(fewest, most) syllables of a line by any of its readings."""
    least = most = 0
    for options, _ in parts:
        one = other = len(options[0].marks)
        for way in options[1:]:
            length = len(way.marks)
            if length < one:
                one = length
            elif length > other:
                other = length
        least += one
        most += other
    return least, most


def plainly(parts: Sequence[Word], places: str) -> Scansion | None:
    """The scansion of a line whose words fill the places exactly as people speak; None if they do not."""
    said = "".join([options[0].marks for options, _ in parts])
    if len(said) != len(places):
        return None
    at = total = faults = 0
    for options, fresh in parts:
        to = at + len(options[0].marks)
        rough, fault = roughness(said[at:to], places[at:to], fresh, to == len(places))
        at, total, faults = to, total + rough, faults + fault
    return Scansion(places, said, faults, total)


def fit(parts: Sequence[Word], places: str) -> Scansion | None:
    """The cheapest and then smoothest way in which the words fill the places exactly.

    A light place at the end takes no stressed syllable.
    """
    size = len(places)
    # (price, cost, roughness, faults, marks, licences) of the best way to have so many places filled
    open: dict[int, _State] = {0: (0, 0, 0, 0, "", ())}
    for options, fresh in parts:
        following: dict[int, _State] = {}
        for at, (price, cost, rough, faults, said, taken) in open.items():
            for way in options:
                marks = way.marks
                to = at + len(marks)
                if to > size:
                    continue
                rougher, more_faults = roughness(marks, places[at:to], fresh, to == size)
                dearer = price + way.cost + ROUGH * rougher
                have = following.get(to)
                if have is None or dearer < have[0]:
                    names = (*taken, way.licence) if way.licence else taken
                    following[to] = (
                        dearer,
                        cost + way.cost,
                        rough + rougher,
                        faults + more_faults,
                        said + marks,
                        names,
                    )
        if not following:
            return None
        open = following
    found = open.get(size)
    if found is None or (places[-1:] == "x" and places[-2:-1] != "x" and found[4][-1] in "/s"):
        return None
    _, cost, rough, faults, said, taken = found
    return Scansion(places, said, faults, rough, taken, cost)


_State = tuple[int, int, int, int, str, tuple[str, ...]]


@lru_cache(maxsize=20_000)
def roughness(marks: str, places: str, fresh: bool, last: bool) -> tuple[int, int]:
    """How rough a word is in its places, and its faults.

    Args:
        marks: of the word.
        places: as many.
        fresh: it stands at the beginning or after a pause.
        last: it is the last of the line.
    """
    total = faults = 0
    for at, (mark, place) in enumerate(zip(marks, places, strict=True)):
        turned = fresh and at == 0
        if place == "x":
            if mark == "/":
                broken = last and marks[at + 1 :] == "x" and places.endswith("x/")
                total += _BROKEN_END if broken else _TURNED if turned else _FAULT
                faults += not turned
            elif mark == "s" and not turned:
                total += _HEAVY
        elif mark in "xw":
            total += 1
    return total, faults
