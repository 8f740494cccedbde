"""Whether a line has the length that its form asks for.

Read as people speak it first; a licence counts only where the line does not fit without it, fits with it,
and then keeps the beat (:data:`ALLOWED`): a line that was made too long by a word can mostly be squeezed
into its count, but then its stresses come in the wrong places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

from bot.forms.english.metre import Scansion, Word, fit, parse, span
from bot.forms.english.reading import Diction, Way
from bot.forms.model import Finding, Holds

ALLOWED = {
    "guess": 6,
    "perhaps": 3,
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
    "twice": 2,
    "silent ed": 7,
    "silent adjective": 1,
    "th'": 1,
    "t'": 1,
    "hiatus": 0,
}
"""Licence to the greatest roughness (see ``metre.Scansion``) of a line that may take it."""

_LOOSE = 4
"""The same for a line with feet of three syllables, or of six feet where others have five."""
_EXTRA = 1
"""Roughness of a light syllable more in a foot, and of each licence beside it."""
_OUT = 2
"""How many syllables a line may be off that is merely out of the metre."""
_TWO = 3
"""The same for a line with two licences."""
_THREE = 1
"""The same for a line with three; four are too many."""
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
        loose: what it is if feet of three syllables are granted, or one foot more; None likewise.
        light_word: that light syllable is the end of a longer word that is never said otherwise; else it
            may be a word of its own (*accuse thee*), which another line must answer.
    """

    holds: Holds
    number: int
    reason: str = ""
    scansion: Scansion | None = None
    light: Length | None = None
    loose: Length | None = None
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
    least, most = span(parts)
    best = Length(Holds.NO, number, "syllables")
    whole = fit(parts, places) if least <= len(places) <= most else None
    if whole is not None:
        best = _verdict(whole, number, ALLOWED, sung=sung)
        if best.holds is Holds.YES:
            return best
    less = [(places[1:], _HEADLESS)] if best.holds is Holds.NO else []
    if less and sung and len(places) == 8:
        less.append((places[:-1], _SHORT))
    for variant, roughest in less:
        found = fit(parts, variant) if least <= len(variant) <= most else None
        if (
            found is not None
            and best.holds is Holds.NO
            and found.roughness <= roughest
            and not found.licences
        ):
            best = Length(Holds.DOUBTFUL, number, "headless", found)
    if best.holds is Holds.NO and not sung:
        loose = _loose(parts, places, least, most)
        if loose is not None:
            best = replace(best, loose=Length(Holds.DOUBTFUL, number, *loose))
        elif least - _OUT <= len(places) <= most + _OUT:
            unknown = any(options[0].licence == "guess" for options, _ in parts)
            reason = "unknown_word" if unknown else "out_of_metre"
            best = replace(best, loose=Length(Holds.DOUBTFUL, number, reason))
    light = fit(parts, places + "x") if least <= len(places) + 1 <= most else None
    if light is None:
        return best
    granted = _verdict(light, number, ALLOWED, sung=sung)
    return replace(best, light=granted, light_word=_ends_light(parts[-1][0]))


def _loose(parts: Sequence[Word], places: str, least: int, most: int) -> tuple[str, Scansion] | None:
    """A line with feet of three syllables, or of one foot more: (why it is let pass, scansion)."""
    best: tuple[int, str, Scansion] | None = None
    for reason, variant, extra in _loosened(places):
        one = fit(parts, variant) if least <= len(variant) <= most else None
        if one is None:
            continue
        if any(set(one.stress[at : at + 2]) - _LIGHT for at in extra):
            continue
        rough = one.roughness + _EXTRA * (len(extra) + one.cost)
        if rough <= _LOOSE and (best is None or rough < best[0]):
            best = rough, reason, one
    return best and best[1:]


@lru_cache
def _loosened(places: str) -> tuple[tuple[str, str, tuple[int, ...]], ...]:
    """The places of a looser line: (reason, places, where two light syllables must stand together)."""
    feet = len(places) // 2
    found: list[tuple[str, str, tuple[int, ...]]] = []
    for tail in ("", "x"):
        for some in (1, 2):
            for chosen in combinations(range(feet), some):
                variant, extra = "", list[int]()
                for foot in range(feet):
                    if foot in chosen:
                        extra.append(len(variant))
                        variant += "x"
                    variant += "x/"
                found.append(("anapaest", variant + tail, tuple(extra)))
        if feet == 5:
            found.append(("alexandrine", places + "x/" + tail, ()))
    return tuple(found)


_LIGHT = frozenset("xw")


def _ends_light(options: Sequence[Way]) -> bool:
    return all(way.marks[-2:] in ("/x", "-x") for way in options if way.licence in _READ)


def _verdict(found: Scansion, number: int, allowed: Mapping[str, int], *, sung: bool) -> Length:
    if not found.licences:
        if found.roughness >= (_BROKEN - 2 if sung else _BROKEN):
            return Length(Holds.NO, number, "metre", found)
        return Length(Holds.YES, number, "", found)
    unknown = "guess" in found.licences
    taken = [one for one in found.licences if one != "guess"]
    most = _TWO if len(taken) > 1 else allowed[taken[0] if taken else "guess"]
    if len(taken) > 2:
        most = _THREE
    holds = Holds.DOUBTFUL if found.roughness <= most and len(taken) < 4 else Holds.NO
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


_READ = frozenset(("", "other", "hiatus", "guess"))
"""The readings of the dictionary."""
_SPOKEN = frozenset((*_READ, "perhaps", "flower"))
"""What counts where there is no beat: those, and *flower* or *fire* as one syllable."""


def finding(length: Length, asked: str) -> Finding:
    """The line of a report."""
    sign = "?" if length.reason == "unknown_word" else ""
    return Finding("syllables", asked, f"{length.number}{sign}", length.holds, length.reason)
