"""Whether a line has the length that its form asks for.

Read as people speak it first; a licence counts only where the line does not fit without it, fits with it,
and then keeps the beat (:data:`ALLOWED`): a line that was made too long by a word can mostly be squeezed
into its count, but then its stresses come in the wrong places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.forms.english.metre import Scansion, fit, parse
from bot.forms.english.reading import Diction, Way
from bot.forms.model import Finding, Holds

ALLOWED = {
    "guess": 6,
    "other": 4,
    "glide": 8,
    "either": 3,
    "flower": 5,
    "heaven": 4,
    "sounded ed": 4,
    "being": 4,
    "drawn out": 4,
    "swallowed": 4,
    "many a": 3,
    "spirit": 2,
    "silent ed": 7,
    "silent adjective": 1,
    "th'": 1,
    "hiatus": 0,
}
"""Licence to the greatest roughness (see ``metre.Scansion``) of a line that may take it."""

_TWO = 3
"""The same for a line with two licences; three are too many."""
LIGHT_ALONE = 4
"""The same for a light end with which no other line rhymes."""
_HEADLESS = 4
"""The same for a line without its first light syllable."""
_SHORT = 7
"""The same for a line of three beats and a light end where a hymn has one of four."""
_BROKEN = 10
"""From here on a line with the right number of syllables has not the metre: its last foot is turned round."""


@dataclass(frozen=True, slots=True)
class Length:
    """What a line's length was found to be.

    Attributes:
        holds: the verdict.
        number: its syllables as people speak.
        reason: as in :class:`bot.forms.model.Finding`.
        scansion: how it was scanned.
        light: what it is if a light syllable more at its end is granted; None if that does not fit.
        light_word: that light syllable is the end of a longer word that is never said otherwise; else it
            may be a word of its own (*accuse thee*), which another line must answer.
    """

    holds: Holds
    number: int
    reason: str = ""
    scansion: Scansion | None = None
    light: Length | None = None
    light_word: bool = False


def measured(line: str, places: str, *, sung: bool = False, style: Diction = Diction.NEW) -> Length:
    """A line against the places of its metre.

    Args:
        line: the line.
        places: as in :class:`bot.forms.english.metre.Metre`, ``x/x/x/x/``.
        sung: a light syllable more or less at either end is only doubtful, as in hymns.
        style: of its poem.
    """
    parts = parse(line, style)
    number = sum(len(options[0].marks) for options, _ in parts)
    best = Length(Holds.NO, number, "syllables")
    whole = fit(parts, places)
    if whole is not None:
        best = _verdict(whole, number, ALLOWED, sung=sung)
        if best.holds is Holds.YES:
            return best
    less = [(places[1:], _HEADLESS)]
    if sung and len(places) == 8:
        less.append((places[:-1], _SHORT))
    for variant, most in less:
        found = fit(parts, variant)
        if found is not None and best.holds is Holds.NO and found.roughness <= most and not found.licences:
            best = Length(Holds.DOUBTFUL, number, "headless", found)
    light = fit(parts, places + "x")
    if light is None:
        return best
    granted = _verdict(light, number, ALLOWED, sung=sung)
    return replace(best, light=granted, light_word=_ends_light(parts[-1][0]))


def _ends_light(options: Sequence[Way]) -> bool:
    return all(way.marks[-2:] in ("/x", "-x") for way in options if way.licence in _SPOKEN)


def _verdict(found: Scansion, number: int, allowed: Mapping[str, int], *, sung: bool) -> Length:
    if not found.licences:
        if found.roughness >= (_BROKEN - 2 if sung else _BROKEN):
            return Length(Holds.NO, number, "metre", found)
        return Length(Holds.YES, number, "", found)
    unknown = "guess" in found.licences
    taken = [one for one in found.licences if one != "guess"]
    most = _TWO if len(taken) > 1 else allowed[taken[0] if taken else "guess"]
    holds = Holds.DOUBTFUL if len(taken) < 3 and found.roughness <= most else Holds.NO
    return Length(holds, number, "unknown_word" if unknown else "licence", found)


def counted(line: str, least: int, most: int) -> Length:
    """A line against a number of syllables, without a metre."""
    parts = parse(line)
    first = sum(len(options[0].marks) for options, _ in parts)
    unknown = any(options[0].licence == "guess" for options, _ in parts)
    if least <= first <= most:
        return Length(Holds.DOUBTFUL, first, "unknown_word") if unknown else Length(Holds.YES, first)
    open = {0}
    for options, _ in parts:
        steps = {len(way.marks) for way in options if way.licence in _SPOKEN}
        open = {have + more for have in open for more in steps}
    if any(least <= number <= most for number in open):
        return Length(Holds.DOUBTFUL, first, "unknown_word" if unknown else "two_readings")
    return Length(Holds.NO, first, "syllables")


_SPOKEN = frozenset(("", "other", "hiatus", "guess"))
"""What counts where there is no beat: the readings of the dictionary."""


def finding(length: Length, asked: str) -> Finding:
    """The line of a report."""
    sign = "?" if length.reason == "unknown_word" else ""
    return Finding("syllables", asked, f"{length.number}{sign}", length.holds, length.reason)
