"""A check of a form in words: its mark, which lines are in doubt, and what was found in each.

Plain text for a terminal and for models; whoever shows it in Discord hands over ``shown``, which makes what
people wrote safe to show and short.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby

from bot.forms.model import Finding, FormReport, Holds, LineReport
from bot.i18n.text import has, translate
from bot.ids import Lang

Shown = Callable[[str, int], str]
"""Words that people wrote, at most so many characters of them, as they may be shown."""

NUMBERED = 5
"""From so many lines on each is told with its number."""

MOST_LINES = 8
"""Numbers of lines that a mark names."""

_LENGTHS = ("syllables", "characters")


def cut(text: str, limit: int) -> str:
    """The beginning of a text, for where everything can be shown."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def mark(report: FormReport, lang: Lang, *, name: str = "") -> str:
    """The check in a line: ``5-7-5 ✓``, ``ABAB ✓ · iambic tetrameter 3/4``, ``✓ 七律 · 平起首句入韵``.

    ``name`` stands where the form has no shape in letters or numbers.  Of a
    Chinese form much is told: there the sign comes first.
    """
    shape = report.summary or name or report.form
    if report.summary in _NAMED:
        shape = translate(f"form.chain_{report.summary.replace(' ', '_')}", lang)
    told = [f"{_metre(metre, lang)} {met}/{of}" for metre, (met, of) in report.scores.items()]
    sign = report.holds.sign
    return " · ".join([f"{sign} {shape}" if chinese(shape) else f"{shape} {sign}", *told])


def chinese(shape: str) -> bool:
    """Whether the shape of a form is told in Chinese."""
    return shape[:1] > "\u2e80"


_NAMED = ("terza rima", "pantoum", "ghazal")


def _metre(name: str, lang: Lang) -> str:
    """``iambic pentameter`` in the reader's language."""
    foot, _, length = name.partition(" ")
    return translate(
        "form.metre",
        lang,
        foot=translate(f"form.foot_{foot}", lang),
        length=translate(f"form.length_{length}", lang),
    )


def doubts(report: FormReport, lang: Lang) -> list[str]:
    """Which lines fail and which are in doubt, and what of the whole: none where all holds."""
    told: list[str] = []
    if foreign(report):
        return [_whole(finding, lang) for finding in report.findings]
    for holds, key in ((Holds.NO, "form.lines_fail"), (Holds.DOUBTFUL, "form.lines_doubtful")):
        whole = [one for one in report.findings if one.holds is holds and not one.advice]
        told += list(dict.fromkeys(_whole(one, lang) for one in whole))
        numbers = [number for number, line in enumerate(report.lines, 1) if line.holds is holds]
        if numbers:
            told.append(translate(key, lang, count=len(numbers), lines=ranges(numbers)))
    return told


def _whole(finding: Finding, lang: Lang) -> str:
    """What fails of the whole, short enough for a mark."""
    if finding.rule == "language":
        wanted, found = (_tongues(part, lang) for part in (finding.wanted, finding.found))
        return translate("form.foreign", lang, wanted=wanted, found=found)
    rule = translate(f"form.rule_{finding.rule}", lang)
    if finding.rule == "lines":
        return translate(
            "form.whole_lines", lang, rule=rule, wanted=_wanted(finding, lang), found=finding.found
        )
    return translate("form.whole", lang, sign=finding.holds.sign, rule=rule)


def _tongues(codes: str, lang: Lang) -> str:
    known = [translate(f"language.{code}", lang) for code in codes.split("/") if has(f"language.{code}")]
    return translate("text.or", lang).join(known) or translate("form.other_language", lang)


def foreign(report: FormReport) -> bool:
    """Whether nothing was measured, since the text is in a language that the form is not for."""
    return any(finding.rule == "language" for finding in report.findings)


def asks_nothing(report: FormReport) -> bool:
    """Whether there is nothing in the form that could be counted, as in free verse."""
    whole = all(one.rule == "lines" and one.wanted == "any" for one in report.findings)
    return whole and not any(line.findings for line in report.lines)


def ranges(numbers: Sequence[int]) -> str:
    """Numbers in order, as they can be typed too: ``2, 4-6``; only the first few where there are many."""
    runs: list[str] = []
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        row = [number for _, number in run]
        runs.append(f"{row[0]}-{row[-1]}" if len(row) > 1 else str(row[0]))
    return ", ".join(runs[:MOST_LINES]) + (" …" if len(runs) > MOST_LINES else "")


def whole_rows(report: FormReport, lang: Lang, shown: Shown = cut) -> list[str]:
    """What is in doubt of the whole, in full; where there is nothing to measure, why."""
    if foreign(report):
        return doubts(report, lang)
    if asks_nothing(report):
        key = "form.asks_nothing" if report.lines else "form.no_lines"
        return [translate(key, lang, count=len(report.lines))]
    rows = [unmet(one, lang, shown) for one in report.findings if one.holds is not Holds.YES]
    if not report.lines and not any(one.reason for one in report.findings):
        rows.append(translate("form.no_lines", lang))
    numbers = doubts(FormReport(report.form, report.lines), lang)
    return [*rows, *numbers] if len(report.lines) >= NUMBERED else rows


def measured(line: LineReport) -> str:
    """How many syllables or characters a line has, where that is as it should be; else ""."""
    return next((one.found for one in line.findings if one.rule in _LENGTHS and one.holds is Holds.YES), "")


def met(line: LineReport, lang: Lang, shown: Shown = cut, *, lengths: bool = True) -> list[str]:
    """What was found in a line and is as it should be: ``A (-eɪ)``, ``syllables 10`` with ``lengths``."""
    sound = next((one.found for one in line.findings if one.rule == "sound"), "")
    letter = f"{line.rhyme} (-{sound})" if sound else line.rhyme
    told = [shown(letter, 20)] if letter else []
    for finding in line.findings:
        if finding.rule in _LENGTHS and not lengths:
            continue
        if finding.rule == "parallel" and finding.holds is Holds.YES:
            good, of = finding.found.split("/")
            if int(of):
                told.append(translate("form.parallel_met", lang, good=good, count=int(of)))
            continue
        # The letter and the sound say already what a line rhymes with.
        said = finding.rule == "sound" or (sound and finding.rule == "rhyme")
        if finding.holds is Holds.YES and finding.found and not said:
            rule = translate(f"form.rule_{finding.rule}", lang)
            told.append(f"{rule} {shown(_found(finding), 60)}")
    return told


def _found(finding: Finding) -> str:
    """What was found; of a rhyme, what it rhymes with too, and of the readings of a character the one that
    fits."""
    wanted, found = finding.wanted, finding.found
    if finding.rule != "rhyme" or not wanted:
        return found
    char, bracket, readings = found.partition("（")
    if not bracket:
        return f"{found} ~ {wanted}"
    return f"{char}（{wanted}）" if wanted in readings else found


def unmet(finding: Finding, lang: Lang, shown: Shown = cut, *, text: str = "") -> str:
    """What is wrong or in doubt, what was wanted, and why; ``text`` is the line that it is about."""
    if off := _length(finding, lang):
        return f"{finding.holds.sign} {off}"
    if finding.reason == "parallel":
        good, of = finding.found.split("/")
        told = translate("form.parallel_off", lang, count=int(of) - int(good))
        return f"{finding.holds.sign} {told}"
    wanted, found = shown(_wanted(finding, lang), 80), shown(finding.found, 80)
    key = "finding" if wanted and found else "finding_wanted" if wanted else "finding_found"
    rule = translate(f"form.rule_{finding.rule}", lang)
    told = translate(f"form.{key}", lang, rule=rule, wanted=wanted, found=found or "–")
    if finding.reason == "strange":
        told = translate("form.strange", lang, found=found)
        return f"{finding.holds.sign} {told}"
    why = translate(f"form.reason_{finding.reason}", lang) if finding.reason else ""
    which = _misplaced(finding, lang, shown, text)
    return " · ".join([f"{finding.holds.sign} {told}", *(part for part in (why, which) if part)])


def _length(finding: Finding, lang: Lang) -> str:
    """``9 syllables, 2 too many``; "" where nothing was counted, or another number would not mend it."""
    wanted = [int(number) for number in re.findall(r"\d+", finding.wanted)]
    off = finding.reason in ("syllables", "characters") or not finding.reason
    if finding.rule not in _LENGTHS or not off or not wanted or not finding.found.isdecimal():
        return ""
    count = int(finding.found)
    told = translate(f"form.count_{finding.rule}", lang, count=count)
    if count > max(wanted):
        return translate("form.too_many", lang, told=told, count=count - max(wanted))
    if count < min(wanted):
        return translate("form.too_few", lang, told=told, count=min(wanted) - count)
    return ""


def _wanted(finding: Finding, lang: Lang) -> str:
    return translate("form.any", lang) if finding.wanted == "any" else finding.wanted


def _misplaced(finding: Finding, lang: Lang, shown: Shown, text: str) -> str:
    """Which characters of a Chinese line have another tone than the pattern."""
    wanted, found = finding.wanted, finding.found
    if finding.rule != "tones" or not len(wanted) == len(found) == len(text):
        return ""
    wrong = [
        translate("form.tone_at", lang, char=shown(char, 2), number=number, tone=asked)
        for number, (char, asked, heard) in enumerate(zip(text, wanted, found, strict=True), 1)
        if asked in "平仄" and heard in "平仄" and asked != heard
    ]
    return translate("text.and", lang).join(wrong)


def sheet(report: FormReport, lang: Lang, *, name: str = "") -> list[str]:
    """A report in lines of plain text: the mark, then each line of the text and what is wrong in it."""
    rows = [mark(report, lang, name=name), *whole_rows(report, lang)]
    if foreign(report):
        return rows
    for number, line in enumerate(report.lines, 1):
        at = str(number).rjust(2) if len(report.lines) >= NUMBERED else ""
        count = next((one.found for one in line.findings if one.rule in _LENGTHS), "")
        parts = (at, line.holds.sign, count.rjust(2) if count else "", line.rhyme, line.text)
        rows.append(" ".join(part for part in parts if part))
        rows += [
            f"    {unmet(one, lang, text=line.text)}" for one in line.findings if one.holds is not Holds.YES
        ]
    return rows
