"""The whole report of a text, to be read on a phone: each line, what was found small below it, then facts."""

from __future__ import annotations

from bot.forms.model import FormReport, Holds, LineReport
from bot.i18n.text import translate
from bot.ids import Lang, number_of
from bot.judging.distinct import TOO_LIKE
from bot.prompting.reader import Words
from bot.services.form_words import NUMBERED, foreign, mark, measured, met, unmet, whole_rows
from bot.services.judging_facts import Facts, counted
from cogs.ui.safe import line

ALIKE = 0.05
"""From here on it is told which text is the closest."""


def form_rows(report: FormReport, lang: Lang, *, name: str = "", wrong_only: bool = False) -> list[str]:
    """The check of a form: the mark, what fails or is in doubt, and line by line what was found.

    ``name`` is what the form is called; with ``wrong_only`` lines that hold are left out.
    """
    rows = [f"**{form_mark(report, {lang: name}, lang)}**"]
    if report.variant and report.variant not in report.mark:
        rows.append(f"-# {line(report.variant, 200)}")
    rows += [f"-# {row}" for row in whole_rows(report, lang, line)]
    if foreign(report):
        return rows
    numbered = len(report.lines) >= NUMBERED
    for number, one in enumerate(report.lines, 1):
        if not (wrong_only and one.holds is Holds.YES):
            rows += _line(one, lang, number if numbered else None)
    return rows


def form_mark(report: FormReport, form: Words, lang: Lang) -> str:
    """The check in a line."""
    return line(mark(report, lang, name=form.get(lang, "")), 200)


def _line(one: LineReport, lang: Lang, number: int | None) -> list[str]:
    """A line as it stands with its sign, and small below it what was counted and what is wrong."""
    told = [*([str(number)] if number else []), *met(one, lang, line, lengths=False)]
    wrong = [
        unmet(finding, lang, line, text=one.text)
        for finding in one.findings
        if finding.holds is not Holds.YES
    ]
    if len(told) == 1 and number and wrong:
        told, wrong = [*told, wrong[0]], wrong[1:]  # a number does not stand alone in its row
    count = f" · {found}" if (found := measured(one)) else ""
    rows = [f"{one.holds.sign} {line(one.text, 300)}{count}"]
    if told:
        rows.append(f"-# {' · '.join(told)}")
    return [*rows, *(f"-# {row}" for row in wrong)]


def fact_rows(facts: Facts, lang: Lang, *, whole: bool = True) -> list[str]:
    """What can be said without a model; with ``whole`` false the form is told in one line."""
    rows = [f"**{translate('judging.facts', lang)}**"]
    if facts.report is not None and not whole:
        rows.append(translate("judging.form", lang, mark=form_mark(facts.report, facts.form, lang)))
    elif facts.report is None:
        rows.append(translate("judging.form_none", lang))
    rows += [line(row, 300) for row in counted(facts.words, lang)]
    rows += _alike(facts, lang)
    if facts.ink is not None:
        rows.append(translate("judging.perplexity", lang, number=choices_told(facts.ink.perplexity)))
    alike = facts.nearest.likeness if facts.nearest is not None else 0.0
    if facts.compared and max(alike, facts.among or 0.0) >= ALIKE:
        rows.append(f"-# {translate('judging.measure', lang, limit=round(100 * TOO_LIKE))}")
    return rows


def choices_told(perplexity: float) -> str:
    """A perplexity as a number of choices: whole, unless there are few."""
    return f"{perplexity:.1f}" if perplexity < 10 else f"{perplexity:,.0f}"


def _alike(facts: Facts, lang: Lang) -> list[str]:
    rows: list[str] = []
    if facts.compared:
        near = facts.nearest
        if near is None or near.likeness < ALIKE:
            rows.append(translate("judging.nearest_none", lang))
        else:
            share = round(100 * near.likeness)
            rows.append(translate("judging.nearest", lang, work=number_of(near.name[0]), share=share))
    if facts.among is not None:
        rows.append(translate("judging.among", lang, share=round(100 * facts.among)))
    if facts.thrown_back:
        rows.append(translate("judging.thrown_back", lang, count=facts.thrown_back))
    return rows


def whole_report(facts: Facts, lang: Lang) -> str:
    """The form line by line, then the other facts."""
    form = (
        [*form_rows(facts.report, lang, name=facts.form.get(lang, "")), ""]
        if facts.report is not None
        else []
    )
    return "\n".join([*form, *fact_rows(facts, lang)])
