"""Checks a text against an English form, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.forms.english import scheme
from bot.forms.english.following import OPEN, best_scheme
from bot.forms.english.measure import LIGHT_ALONE, Length, counted, finding, measured
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
    lengths = _lengths(lines, shape)
    name, places, rhymes = best_scheme(lines, shape)
    granted = _loosens(lengths, places, diction(text))
    findings: list[list[Finding]] = [
        [] if length is None else [_granted(at, length, lengths, places, asked, granted=granted)]
        for at, (length, asked) in enumerate(lengths)
    ]
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


def _lengths(lines: Sequence[str], shape: Shape) -> list[tuple[Length | None, str]]:
    """For each line its length and what was asked; None where any will do."""
    style = diction("\n".join(lines))
    found: list[tuple[Length | None, str]] = []
    for at, line in enumerate(lines):
        if shape.syllables:
            least, most = shape.syllables[at % len(shape.syllables)]
            asked = str(least) if least == most else f"{least}-{most}"
            if shape.sung and least == most and least % 2 == 0:
                found.append((measured(line, "x/" * (least // 2), sung=True, style=style), asked))
            else:
                found.append((counted(line, least, most), asked))
        elif shape.metre is not None:
            whole = shape.metre.whole
            found.append((measured(line, whole, style=style), str(len(whole))))
        else:
            found.append((None, ""))
    return found


def _granted(
    at: int,
    length: Length,
    lengths: Sequence[tuple[Length | None, str]],
    places: Sequence[Place],
    asked: str,
    *,
    granted: bool = False,
) -> Finding:
    """The verdict on a line's length once it is known which lines rhyme with it.

    A light end is a matter of course where a line that rhymes with it has one too.  Alone it is doubtful
    where it belongs to a longer word, and else the line has a syllable too many.
    """
    said = _lightened(at, length, lengths, places)
    if said.holds is Holds.NO and length.loose is not None and granted:
        said = length.loose
    return finding(said, asked)


SMOOTH = 1
"""The greatest roughness of a line with a foot of three syllables in a poem that counts."""
_LET_PASS = frozenset(("alexandrine", "unknown_word"))
"""Why a line alone may be off in a poem that counts its syllables."""


def _loosens(lengths: Sequence[tuple[Length | None, str]], places: Sequence[Place], style: Diction) -> bool:
    """Whether lines of a poem that are out of its metre are let pass as doubtful.

    More than a quarter of them are not.  In a poem that writes *lov'd* where it means one syllable, one such
    line alone stands out as a fault, unless it runs smoothly: its poet counts.
    """
    found = [(one, _lightened(at, one, lengths, places)) for at, (one, _) in enumerate(lengths) if one]
    off = [one.loose for one, said in found if said.holds is Holds.NO]
    # A foot of three syllables is half a fault.
    weight = sum(0.5 if loose is not None and loose.scansion is not None else 1 for loose in off)
    if weight > (1 - MOSTLY) * len(found):
        return False
    if style is not Diction.ELIDING or len(off) != 1 or off[0] is None:
        return True
    smooth = off[0].scansion is not None and off[0].scansion.roughness <= SMOOTH
    return smooth or off[0].reason in _LET_PASS


def _lightened(
    at: int, length: Length, lengths: Sequence[tuple[Length | None, str]], places: Sequence[Place]
) -> Length:
    """The length of a line, with a light end if that is granted."""
    light = length.light
    if light is None or light.holds <= length.holds:
        return length
    mates = [
        other
        for i, (other, _) in enumerate(lengths)
        if i != at and places[at].rhyme and places[i].rhyme == places[at].rhyme and other is not None
    ]
    if any(mate.holds is Holds.NO and mate.light is not None and mate.light.holds for mate in mates):
        return light
    smooth = light.scansion is not None and light.scansion.roughness <= LIGHT_ALONE
    if smooth and length.light_word and length.holds is Holds.NO:
        return replace(light, holds=Holds.DOUBTFUL, reason="licence") if mates else light
    return length


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
