"""Checks a text against an English form, line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from bot.forms.english import scheme
from bot.forms.english.metre import Metre, scan
from bot.forms.english.rhyme import Rhyme, rhyme
from bot.forms.english.scheme import Place
from bot.forms.english.shape import Shape
from bot.forms.english.sound import line_lengths, sounds, words
from bot.forms.model import Finding, FormReport, Holds, LineReport

_VERDICT = {
    Rhyme.PERFECT: Holds.YES,
    Rhyme.SAME: Holds.DOUBTFUL,
    Rhyme.NEAR: Holds.DOUBTFUL,
    Rhyme.EYE: Holds.DOUBTFUL,
    Rhyme.SLANT: Holds.DOUBTFUL,
    Rhyme.NONE: Holds.NO,
}
MOSTLY = 0.75
"""The part of the lines that must be in the metre where the metre is demanded."""

_LIGHT = frozenset(["me", "thee", "ye", "you", "him", "her", "it", "us", "them", "be"])
"""Small words that end a line after its last stress: *accuse thee*, *misuse thee*."""

_LETTERS = re.compile(r"[^\W\d_]", re.UNICODE)


def check_english(text: str, shape: Shape, *, topic: str = "") -> FormReport:
    """What holds and what does not.

    Args:
        text: the poem; a first line that stands alone is a title, unless the form needs it.
        shape: what its form demands.
        topic: what an acrostic spells.
    """
    lines = _lines(text, shape.count)
    count = len(lines)
    findings: list[list[Finding]] = [[] for _ in lines]
    for at, line in enumerate(lines):
        if shape.syllables:
            wanted = shape.syllables[at % len(shape.syllables)]
            findings[at].append(_syllables(line, wanted, shape.metre, sung=shape.sung))
        elif shape.metre is not None:
            places = len(shape.metre.foot) * shape.metre.feet
            findings[at].append(_syllables(line, (places, places), shape.metre))
    name, places, rhymes = _best_scheme(lines, shape)
    for at, found in enumerate(rhymes):
        findings[at] += found
    whole = [_count(count, shape.count)]
    if shape.stanzas and count % (size := len(scheme.read(shape.stanzas[0]))):
        whole = [Finding("lines", f"{size}×", str(count), Holds.NO)]
    if shape.chain == "sestina":
        whole += _sestina(lines)
    if shape.acrostic:
        whole.append(_acrostic(lines, topic))
    scores: dict[str, tuple[int, int]] = {}
    if shape.metre is not None and lines:
        met = _in_metre(lines, shape.metre)
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
    rows = [row.strip() for row in text.strip().split("\n")]
    lines = [row for row in rows if _LETTERS.search(row)]
    stands_alone = len(rows) > 2 and not rows[1] and len(lines) > 1
    too_many = wanted is None or len(lines) > wanted[1]
    return lines[1:] if stands_alone and too_many else lines


def _count(count: int, wanted: tuple[int, int] | None) -> Finding:
    if wanted is None:
        return Finding("lines", "any", str(count), Holds.YES if count else Holds.NO)
    least, most = wanted
    asked = str(least) if least == most else f"{least}-{most}"
    return Finding("lines", asked, str(count), Holds.YES if least <= count <= most else Holds.NO)


def _syllables(line: str, wanted: tuple[int, int], metre: Metre | None, *, sung: bool = False) -> Finding:
    """Where a metre is in play, a light syllable more at the end is none too many."""
    least, most = wanted
    usual, licensed = line_lengths(line)
    asked = str(least) if least == most else f"{least}-{most}"
    most += metre is not None and _ends_light(line)
    near = min(usual or licensed, key=lambda number: abs(number - least), default=0)
    if any(least <= number <= most for number in usual):
        number = min((one for one in usual if least <= one <= most), default=near)
        return Finding("syllables", asked, str(number), Holds.YES)
    if any(least <= number <= most for number in licensed):
        reason = "licence" if usual else "unknown_word"
        return Finding("syllables", asked, str(near), Holds.DOUBTFUL, reason)
    if not usual and any(least - 1 <= number <= most + 1 for number in licensed):
        return Finding("syllables", asked, f"{near}?", Holds.DOUBTFUL, "unknown_word")
    if sung and _ends_light(line) and least + 1 in licensed:
        return Finding("syllables", asked, str(near), Holds.DOUBTFUL, "licence")
    if (sung or metre is not None) and any(number == least - 1 for number in licensed):
        return Finding("syllables", asked, str(near), Holds.DOUBTFUL, "headless")
    return Finding("syllables", asked, str(near), Holds.NO, "syllables")


def _ends_light(line: str) -> bool:
    """Whether a line may end in an unstressed syllable, which no metre counts."""
    end = _last_word(line)
    return end in _LIGHT or any(
        sound.syllables > 1 and sound.stress[-1] == "0" and sound.stress[-2] != "0" for sound in sounds(end)
    )


def _best_scheme(lines: Sequence[str], shape: Shape) -> tuple[str, tuple[Place, ...], list[list[Finding]]]:
    """Of the schemes that a form allows, the one that a text follows best."""
    best: tuple[tuple[int, int], str, tuple[Place, ...], list[list[Finding]]] | None = None
    for name, places in shape.places(len(lines)):
        found = [_line_rhyme(lines, places, at, ghazal=shape.chain == "ghazal") for at in range(len(lines))]
        flat = [finding.holds for row in found for finding in row]
        worth = (-flat.count(Holds.NO), flat.count(Holds.YES))
        if best is None or worth > best[0]:
            best = worth, name, places, found
    if best is None:
        return "", (Place(""),) * len(lines), [[] for _ in lines]
    return best[1:]


def _line_rhyme(lines: Sequence[str], places: Sequence[Place], at: int, *, ghazal: bool) -> list[Finding]:
    """Whether a line rhymes with an earlier one of its letter, and says again what it must."""
    place = places[at]
    found: list[Finding] = []
    if place.refrain:
        first = next(i for i in range(at + 1) if places[i].refrain == place.refrain)
        if first < at:
            return [_refrain(lines[first], lines[at])]
    if not place.rhyme:
        return found
    # A refrain that is said again is no second word to rhyme with.
    earlier = [
        i for i in range(at) if places[i].rhyme == place.rhyme and lines[i].casefold() != lines[at].casefold()
    ]
    if not earlier:
        return found
    if ghazal:
        return [_ghazal(lines[earlier[0]], lines[at])]
    end = _last_word(lines[at])
    best, mate = max(((rhyme(end, _last_word(lines[i])), -i) for i in earlier), default=(Rhyme.NONE, 0))
    other = _last_word(lines[-mate])
    reason = "" if best is Rhyme.PERFECT else best.name.lower()
    facts = {"one": other, "other": end}
    found.append(Finding("rhyme", other, end, _VERDICT[best], f"rhyme_{reason}" if reason else "", facts))
    return found


def _refrain(first: str, again: str) -> Finding:
    one, other = words(first), words(again)
    if one == other:
        holds = Holds.YES
    else:
        alike = SequenceMatcher(None, one, other, autojunk=False).ratio()
        holds = Holds.DOUBTFUL if alike >= 0.6 else Holds.NO
    return Finding("refrain", first, again, holds, "" if holds is Holds.YES else "refrain")


def _ghazal(first: str, line: str) -> Finding:
    """The same words at the end (radif), and a rhyme before them (qafia)."""
    one, other = words(first), words(line)
    same = 0
    while same < min(len(one), len(other)) - 1 and one[-1 - same] == other[-1 - same]:
        same += 1
    if same == 0:
        return Finding("refrain", one[-1] if one else "", other[-1] if other else "", Holds.NO, "radif")
    kind = rhyme(one[-1 - same], other[-1 - same])
    holds = _VERDICT[kind] if kind else Holds.DOUBTFUL
    radif = " ".join(one[len(one) - same :])
    return Finding("refrain", radif, radif, holds, "" if holds is Holds.YES else "qafia")


def _last_word(line: str) -> str:
    return next((word for word in reversed(words(line)) if sounds(word)), "")


def _sestina(lines: Sequence[str]) -> list[Finding]:
    """Six stanzas that end in the same six words, in other orders, and three lines with all six."""
    ends = [_last_word(line) for line in lines[:6]]
    found: list[Finding] = []
    for stanza, order in enumerate(scheme.SESTINA[1:], 1):
        for row, which in enumerate(order):
            at = stanza * 6 + row
            if at >= len(lines) or which >= len(ends):
                return found
            end = _last_word(lines[at])
            kind = rhyme(end, ends[which])
            holds = Holds.YES if end == ends[which] else Holds.DOUBTFUL if kind >= Rhyme.SAME else Holds.NO
            if holds is not Holds.YES:
                found.append(Finding("end_word", ends[which], end, holds, "end_word"))
    envoi = {word for line in lines[36:39] for word in words(line)}
    missing = [word for word in ends if word not in envoi]
    if len(lines) >= 39 and missing:
        found.append(Finding("end_word", " ".join(ends), " ".join(missing), Holds.NO, "envoi"))
    return found


def _acrostic(lines: Sequence[str], topic: str) -> Finding:
    first = "".join(_LETTERS.findall(line)[0] for line in lines).casefold()
    wanted = "".join(_LETTERS.findall(topic)).casefold()
    if not wanted:
        return Finding("acrostic", "", first, Holds.DOUBTFUL, "no_word")
    return Finding("acrostic", wanted, first, Holds.YES if first == wanted else Holds.NO)


def _in_metre(lines: Sequence[str], metre: Metre) -> int:
    """Lines with at most one fault."""
    return sum((found := scan(line, metre)) is not None and found.faults <= 1 for line in lines)


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
    if shape.syllables and not name:
        spans = [f"{least}" if least == most else f"{least}–{most}" for least, most in shape.syllables]
        return "-".join(spans)
    return name.upper() if name and name not in scheme.ENDLESS else name
