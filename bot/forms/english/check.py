"""Checks a text against an English form, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.forms.english import scheme
from bot.forms.english.following import OPEN, best_scheme
from bot.forms.english.measure import Length, counted, finding, measured
from bot.forms.english.metre import Metre, scan
from bot.forms.english.reading import Diction, diction
from bot.forms.english.returns import (
    LETTERS,
    acrostic,
    sestina,
)
from bot.forms.english.scheme import Place
from bot.forms.english.shape import Shape
from bot.forms.model import Finding, FormReport, Holds, LineReport

MOSTLY = 0.75
"""The part of the lines that must be in the metre where the metre is demanded."""


def check_english(text: str, shape: Shape, *, topic: str = "") -> FormReport:
    """What holds and what does not.

    Args:
        text: the poem; a first line that stands alone is a title, unless the form needs it.
        shape: what its form demands.
        topic: what an acrostic spells.
    """
    lines = _lines(text, shape.count)
    count = len(lines)
    name, places, rhymes = best_scheme(lines, shape)
    lengths = _lengths(lines, shape, places)
    findings = _measures(lengths, places, shape, diction(text))
    for at, found in enumerate(rhymes):
        findings[at] += found
    whole = [_count(count, shape.count)]
    if name == OPEN:
        whole.append(Finding("refrain", lines[0], lines[-1], Holds.DOUBTFUL, "refrain"))
        name = shape.chain
    size = 4 if shape.chain == "pantoum" else len(scheme.read(shape.stanzas[0])) if shape.stanzas else 1
    if count % size:
        whole = [Finding("lines", f"{size}×", str(count), Holds.NO)]
    if shape.chain == "sestina":
        whole += sestina(lines)
    if shape.acrostic:
        whole.append(acrostic(lines, topic))
    scores: dict[str, tuple[int, int]] = {}
    if shape.metre is not None and lines:
        met = _in_metre(lines, lengths, shape.metre)
        scores[shape.metre.name] = met, count
        if shape.strict:
            whole.append(_metre(met, count, shape.metre))
    letters = _letters(places)
    return FormReport(
        form=shape.form,
        lines=tuple(
            LineReport(line, tuple(found), letter)
            for line, found, letter in zip(lines, findings, letters, strict=True)
        ),
        findings=tuple(whole),
        variant=name if len(shape.schemes) > 1 else "",
        summary=_summary(shape, name),
        scores=scores,
    )


def _lines(text: str, wanted: tuple[int, int] | None) -> list[str]:
    """The lines that have letters, without a title."""
    rows = [row.strip() for row in text.strip().splitlines()]
    lines = [row for row in rows if LETTERS.search(row)]
    stands_alone = len(rows) > 2 and not rows[1] and len(lines) > 1
    too_many = wanted is None or len(lines) > wanted[1]
    return lines[1:] if stands_alone and too_many else lines


def _count(count: int, wanted: tuple[int, int] | None) -> Finding:
    if wanted is None:
        return Finding("lines", "any", str(count), Holds.YES if count else Holds.NO)
    least, most = wanted
    asked = str(least) if least == most else f"{least}-{most}"
    return Finding("lines", asked, str(count), Holds.YES if least <= count <= most else Holds.NO)


def _lengths(lines: Sequence[str], shape: Shape, places: Sequence[Place]) -> list[tuple[Length | None, str]]:
    """For each line its length and what was asked; None where any will do."""
    style = diction("\n".join(lines))
    found: list[tuple[Length | None, str]] = []
    for at, line in enumerate(lines):
        if shape.syllables:
            least, most = shape.syllables[at % len(shape.syllables)]
            asked = str(least) if least == most else f"{least}-{most}"
            if shape.sung and least == most and least % 2 == 0:
                free = not places[at].rhyme
                found.append((measured(line, "x/" * (least // 2), sung=True, style=style, free=free), asked))
            else:
                found.append((counted(line, least, most), asked))
        elif shape.metre is not None:
            whole = shape.metre.whole
            last, free = at == len(lines) - 1, not any(place.rhyme for place in places)
            found.append((measured(line, whole, style=style, last=last, free=free), str(len(whole))))
        else:
            found.append((None, ""))
    return found


def _measures(
    lengths: Sequence[tuple[Length | None, str]], places: Sequence[Place], shape: Shape, style: Diction
) -> list[list[Finding]]:
    """What was found of each line's length."""
    said = [length and _lightened(at, length, lengths, places) for at, (length, _) in enumerate(lengths)]
    manner = _Manner([one for one in said if one], style)
    tell = finding if shape.syllables else manner.finding
    return [
        [] if length is None else [tell(length, asked)]
        for length, (_, asked) in zip(said, lengths, strict=True)
    ]


def _lightened(
    at: int, length: Length, lengths: Sequence[tuple[Length | None, str]], places: Sequence[Place]
) -> Length:
    """The length of a line once it is known which lines rhyme with it.

    A light end is a matter of course where a line that rhymes with it has one too.
    """
    light = length.light
    if light is None or light.price >= length.price:
        return length
    rhymed = places[at].rhyme
    mates = [
        other
        for i, (other, _) in enumerate(lengths)
        if i != at and rhymed and places[i].rhyme == rhymed and other is not None
    ]
    if any(mate.light is not None and mate.light.price < mate.price for mate in mates):
        return light
    return length


class _Manner:
    """What a poem as a whole says of those of its lines that are out of the metre.

    Three that have a foot more than they should, or the like, are its poet's way of writing, and doubtful.
    Else each of them fails; but for the whole poem they are doubtful, where they are no more than a quarter
    and one that is far out is not the only one.
    """

    def __init__(self, said: Sequence[Length], style: Diction) -> None:
        self._beside = _BESIDE[style]
        off = [one for one in said if one.holds is Holds.NO]
        far = sum(not self._near(one) for one in off)
        self._usual = len(off) - far >= _HABIT
        few = len(off) <= (1 - MOSTLY) * len(said)
        self._excuses = few and (far == 0 or (len(off) > 1 and len(said) >= _SHOWN))

    def _near(self, length: Length) -> bool:
        more = _LONGER if length.reason == "alexandrine" else 0
        return length.price <= self._beside + more or length.reason == "unknown_word"

    def finding(self, length: Length, asked: str) -> Finding:
        """The line of a report."""
        found = finding(length, asked)
        if found.holds is not Holds.NO:
            return found
        if self._usual and self._near(length):
            return replace(found, holds=Holds.DOUBTFUL)
        if not self._excuses:
            return found
        reason = "out_of_metre" if found.reason == "syllables" else found.reason
        return replace(found, excused=True, reason=reason)


_HABIT = 3
"""Lines that show what a poet is in the habit of."""
_SHOWN = 8
"""Lines in which a poet's habits can be seen."""
_LONGER = 14
"""How much dearer a line of six feet may be: a syllable put in makes none."""
_BESIDE = {Diction.NEW: 86, Diction.OLD: 86, Diction.ELIDING: 67}
"""The price up to which a line is beside the metre and not far out: that of a fairly smooth foot of three
syllables.  A poem that writes *lov'd* where it means one syllable has hardly that, for its poet counts."""


def _in_metre(lines: Sequence[str], lengths: Sequence[tuple[Length | None, str]], metre: Metre) -> int:
    """Lines with at most one fault."""
    met = 0
    for line, (length, _) in zip(lines, lengths, strict=True):
        scansion = length and (length.scansion or (length.light and length.light.scansion))
        found = scansion or scan(line, metre)
        met += found is not None and found.faults <= 1
    return met


def _metre(met: int, count: int, metre: Metre) -> Finding:
    part = met / count
    holds = Holds.YES if part >= MOSTLY else Holds.DOUBTFUL if part >= 0.5 else Holds.NO
    return Finding("metre", metre.name, f"{met}/{count}", holds, "" if holds is Holds.YES else "metre")


def _letters(places: Sequence[Place]) -> list[str]:
    """Letters for the rhymes in the order in which they come."""
    order: dict[str, str] = {}
    for place in places:
        if place.rhyme and place.rhyme not in order:
            at = len(order)
            order[place.rhyme] = chr(ord("A") + at % 26) + ("" if at < 26 else str(at // 26))
    return [order.get(place.rhyme, "") for place in places]


def _summary(shape: Shape, name: str) -> str:
    spans = [f"{least}" if least == most else f"{least}–{most}" for least, most in shape.syllables]
    counts = "-".join(spans)
    if shape.form == "custom":
        return " ".join(part for part in (name.upper(), counts) if part)
    if counts and not name:
        return counts
    return name.upper() if name and name not in scheme.ENDLESS else name
