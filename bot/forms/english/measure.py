"""Whether a line has the length that its form asks for.

A line is read in every way that verse knows: as people speak, with licences, with a light syllable at its
end, with a foot of three syllables.  Each way has its price, and the cheapest is what the line is held to be:
a line that was made too long by a word can mostly be squeezed into its count, but then its stresses come in
the wrong places, or it takes what few poets take.

The prices are tenths of the natural logarithm of odds, from a logistic regression: the lines of 530 sonnets
against the same lines with a word put in (``reading.COST`` has those of licences).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

from bot.forms.english.metre import ROUGH, Scansion, Word, fit, parse, plainly, span
from bot.forms.english.reading import Diction, leans
from bot.forms.english.sound import sounds, words
from bot.forms.model import Finding, Holds

EASY = 30
"""The price up to which a line is plainly in its metre."""
HARD = 56
"""The price up to which that is doubtful."""
_PLAIN = 9
"""The price up to which nothing cheaper is looked for."""
_OUT = 100
"""The price of a line that fits in no way."""

_LIGHT_END, _LIGHT_WORD, _LIGHT_SUNG = 63, 36, 42
"""The price of a light end that no other line answers: the line has a syllable too many.  It is less where
the syllable belongs to a longer word, which cannot be said otherwise, and in a hymn's lines without rhyme."""
_LIGHT_BLANK = 31
"""The same in blank verse, where only a longer word ends so without being noticed."""
_ANAPAEST = 77
"""The price of a foot of three syllables, or two such."""
_APART = 10
"""How much dearer it is where two light words stand together that do not belong together."""
_ALEXANDRINE = 75
"""The price of a foot more."""
_AT_THE_END = 45
"""The same in the last line of a poem, where Spenser put it."""
_HEADLESS = 42
"""The price of a first light syllable that is missing, and in a hymn of three beats and a light end for
four."""
_IN_SONG = 12
"""How much dearer licences are in a hymn, whose lines are short and smooth."""
_LICENSED, _AGAIN = 4, 6
"""What roughness costs beside a licence, and what a second licence does not."""
_ROUGHEST, _BEYOND = 8, 6
"""From here on roughness is dearer: the line has the syllables and not the beat."""


@dataclass(frozen=True, slots=True)
class Length:
    """What a line's length was found to be.

    Attributes:
        number: its syllables as people speak.
        price: of the cheapest way to read it; see the head of this file.
        reason: as in :class:`bot.forms.model.Finding`.
        scansion: how it was scanned.
        light: what it is if a light syllable more at its end is granted; None if that does not fit.
        verdict: where there is no metre to price.
    """

    number: int
    price: int = _OUT
    reason: str = "syllables"
    scansion: Scansion | None = None
    light: Length | None = None
    verdict: Holds | None = None

    @property
    def holds(self) -> Holds:
        """The verdict."""
        if self.verdict is not None:
            return self.verdict
        return Holds.YES if self.price <= EASY else Holds.DOUBTFUL if self.price <= HARD else Holds.NO


def measured(
    line: str,
    places: str,
    *,
    sung: bool = False,
    style: Diction = Diction.NEW,
    last: bool = False,
    free: bool = False,
) -> Length:
    """A line against the places of its metre.

    Args:
        line: the line.
        places: as in :class:`bot.forms.english.metre.Metre`, ``x/x/x/x/``.
        sung: a light syllable more or less at either end is only doubtful, as in hymns.
        style: of its poem.
        last: it is the last of its poem.
        free: no line rhymes with it; without ``sung``, nor does any line of its poem with another.
    """
    parts = parse(line, style)
    number = sum([len(options[0].marks) for options, _ in parts])
    unknown = any(options[0].licence == "guess" for options, _ in parts)
    if not unknown and number == len(places):
        plain = plainly(parts, places)
        if plain is not None and plain.roughness * ROUGH <= _PLAIN:
            return Length(number, plain.roughness * ROUGH, "", plain)
    fewest, most = span(parts)
    none = Length(number, reason="unknown_word" if unknown else "syllables")

    def read(variant: str, extra: Sequence[int] = ()) -> Length:
        return (_read(parts, variant, number, extra) if fewest <= len(variant) <= most else None) or none

    best = read(places)
    if best.scansion is not None and not best.scansion.licences:
        # Words of one syllable may stand anywhere, and what has its syllables and not the beat is doubtful.
        best = replace(best, price=min(best.price, EASY if best.scansion.faults < 2 else HARD))
    if best.price <= _PLAIN:
        return best
    if sung and best.scansion is not None and best.reason != "metre":
        best = replace(best, price=best.price + _IN_SONG)
    light = read(places + "x")
    if free:
        # shadow, too, whose last syllable is not wholly light
        alone = _LIGHT_SUNG if sung else 0 if _ends_light(parts[-1:], "/x", "-x", "/-") else _LIGHT_BLANK
    else:
        alone = _LIGHT_WORD if _ends_light(parts[-1:], "/x", "-x") else _LIGHT_END
    if best.price > EASY:
        short = [places[1:], places[:-1]] if sung and len(places) == 8 else [places[1:]]
        for variant in short:
            best = _cheaper(best, read(variant), _HEADLESS, "headless")
    if not sung and min(best.price, light.price + alone) > (_AT_THE_END if last else _ALEXANDRINE):
        said = [word for word in words(line) if sounds(word)]
        for reason, variant, extra, price in _loosened(places):
            price = _AT_THE_END if last and reason == "alexandrine" else price
            found = read(variant, extra)
            if extra and found.scansion is not None:
                price += _APART * _apart(found.scansion, parts, said, extra)
            if variant.endswith("x"):
                light = _cheaper(light, found, price, reason)
            else:
                best = _cheaper(best, found, price, reason)
    return best if light.scansion is None else replace(_cheaper(best, light, alone, "licence"), light=light)


def _read(parts: Sequence[Word], places: str, number: int, extra: Sequence[int]) -> Length | None:
    """The cheapest reading in some places; ``extra`` is where two light syllables must stand together."""
    found = fit(parts, places)
    if found is None or any(set(found.stress[at : at + 2]) - _LIGHT for at in extra):
        return None
    rough, licences = found.roughness, [one for one in found.licences if one != "guess"]
    price = found.cost + ROUGH * rough + _BEYOND * max(0, rough - _ROUGHEST)
    if licences:
        price += _LICENSED * rough - _AGAIN * (len(licences) - 1)
    reason = "unknown_word" if "guess" in found.licences else "licence" if licences else "metre"
    return Length(number, price, reason, found)


def _apart(found: Scansion, parts: Sequence[Word], said: Sequence[str], extra: Sequence[int]) -> int:
    """How many of the pairs of light syllables are two words of which the first does not lean on the second.

    Poets write *in the*, *on this*, *I have*; a word put in stands beside any other.
    """
    owner: list[str] = []
    for word, (options, _) in zip(said, parts, strict=False):
        marks = next((way.marks for way in options if found.stress.startswith(way.marks, len(owner))), "")
        owner += [word if len(marks) == 1 else ""] * len(marks)
    pairs = [owner[at : at + 2] for at in extra]
    return sum(len(pair) == 2 and all(pair) and not leans(*pair) for pair in pairs)


def _cheaper(best: Length, other: Length, price: int, reason: str) -> Length:
    """The cheaper of two, of which the other costs so much more for its shape."""
    if other.scansion is None or other.price + price >= best.price:
        return best
    return replace(other, price=other.price + price, reason=reason, light=None)


@lru_cache
def _loosened(places: str) -> tuple[tuple[str, str, tuple[int, ...], int], ...]:
    """The places of a looser line: (reason, places, where two light syllables stand together, price)."""
    feet = len(places) // 2
    found: list[tuple[str, str, tuple[int, ...], int]] = []
    for tail in ("", "x"):
        for some in (1, 2):
            for chosen in combinations(range(feet), some):
                variant, extra = "", list[int]()
                for foot in range(feet):
                    if foot in chosen:
                        extra.append(len(variant))
                        variant += "x"
                    variant += "x/"
                found.append(("anapaest", variant + tail, tuple(extra), _ANAPAEST))
        if feet == 5:
            found.append(("alexandrine", places + "x/" + tail, (), _ALEXANDRINE))
    return tuple(found)


_LIGHT = frozenset("xw")


def _ends_light(last: Sequence[Word], *kinds: str) -> bool:
    """Whether the last word is a longer one that ends in a light syllable."""
    return all(way.marks[-2:] in kinds for options, _ in last for way in options if way.licence in _READ)


def counted(line: str, least: int, most: int) -> Length:
    """A line against a number of syllables, without a metre."""
    parts = parse(line)
    first = sum(len(options[0].marks) for options, _ in parts)
    unknown = any(options[0].licence == "guess" for options, _ in parts)
    if least <= first <= most:
        verdict, reason = (Holds.DOUBTFUL, "unknown_word") if unknown else (Holds.YES, "")
        return Length(first, reason=reason, verdict=verdict)
    open = {0}
    for options, _ in parts:
        steps = {len(way.marks) for way in options if way.licence in _SPOKEN}
        open = {have + more for have in open for more in steps}
    if any(least <= number <= most for number in open):
        return Length(first, reason="unknown_word" if unknown else "two_readings", verdict=Holds.DOUBTFUL)
    return Length(first, verdict=Holds.NO)


_READ = frozenset(("", "other", "hiatus", "guess"))
"""The readings of the dictionary."""
_SPOKEN = frozenset((*_READ, "perhaps", "flower"))
"""What counts where there is no beat: those, and *flower* or *fire* as one syllable."""


def finding(length: Length, asked: str) -> Finding:
    """The line of a report."""
    sign = "?" if length.reason == "unknown_word" else ""
    reason = "" if length.holds is Holds.YES else length.reason
    return Finding("syllables", asked, f"{length.number}{sign}", length.holds, reason)
