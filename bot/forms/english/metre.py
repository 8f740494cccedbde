"""Where a line is stressed, and how well that fits a metre.

A foot is two or three places, weak (x) or strong (/).  What verse allows itself
everywhere is no fault (Attridge, "Poetic Rhythm", 1995, ch. 6-7): the first two
places turned round, also after a pause; a strong place without stress; a light
syllable too many at the end; a monosyllable in any place.  A stressed syllable
of a longer word in a weak place is a fault.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.forms.english.sound import sounds, words

_PAUSE = re.compile(r"[,;:.!?—–]|--")

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


@dataclass(frozen=True, slots=True)
class Scansion:
    """How a line was scanned.

    Attributes:
        places: the metre's places, as far as the line goes.
        stress: ``/`` or ``x`` for the syllables of longer words, ``-`` for monosyllables.
        faults: stressed syllables of longer words in weak places.
    """

    places: str
    stress: str
    faults: int


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
    def variants(self) -> tuple[str, ...]:
        """The places of a line: as it is, with a light end, without its first or last light place."""
        whole = self.foot * self.feet
        found = [whole, whole + "x"]
        if whole.startswith("x"):
            found.append(whole[1:])
        if whole.endswith("x"):
            found.append(whole.rstrip("x"))
        return tuple(found)


@lru_cache(maxsize=20_000)
def _stresses(word: str) -> tuple[str, ...]:
    """The ways a word is stressed; monosyllables take what the metre gives."""
    found: dict[str, None] = {}
    for sound in sounds(word):
        if sound.syllables == 0:
            found[""] = None
        elif sound.syllables == 1:
            found["-"] = None
        else:
            found["".join("/" if one == "1" else "-" if one == "2" else "x" for one in sound.stress)] = None
    return tuple(found)


def scan(line: str, metre: Metre) -> Scansion | None:
    """The best scansion of a line, None if no way of saying it has the metre's length."""
    parts = _with_pauses(line)
    best: Scansion | None = None
    for places in metre.variants:
        found = _fit(parts, places)
        if found is not None and (best is None or found[0] < best.faults):
            best = Scansion(places, found[1], found[0])
    return best


def _with_pauses(line: str) -> list[tuple[tuple[str, ...], bool]]:
    """The words of a line: (ways of stressing, whether it stands at the beginning or after a pause)."""
    found: list[tuple[tuple[str, ...], bool]] = []
    for piece in _PAUSE.split(line):
        fresh = True
        for word in words(piece):
            if ways := _stresses(word):
                found.append((ways, fresh))
                fresh = False
    return found


def _fit(parts: list[tuple[tuple[str, ...], bool]], places: str) -> tuple[int, str] | None:
    """The fewest faults with which the words fill the places exactly, and the stresses chosen."""
    open: dict[int, tuple[int, str]] = {0: (0, "")}
    for ways, fresh in parts:
        following: dict[int, tuple[int, str]] = {}
        for at, (faults, said) in open.items():
            for way in ways:
                end = at + len(way)
                if end > len(places):
                    continue
                total = faults + _faults(way, places[at:end], fresh)
                if end not in following or total < following[end][0]:
                    following[end] = (total, said + way)
        open = following
    return open.get(len(places))


def _faults(way: str, places: str, fresh: bool) -> int:
    """Stresses of a longer word in weak places; the first two may be turned round after a pause."""
    wrong = [
        at for at, (mark, place) in enumerate(zip(way, places, strict=True)) if mark == "/" and place == "x"
    ]
    if fresh and wrong and wrong[0] == 0 and places.startswith("x/"):
        wrong = wrong[1:]
    return len(wrong)
