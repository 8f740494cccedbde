"""The whole report of a text, to be read on a phone: each line, what was found small below it, then facts."""

from __future__ import annotations

from bot.forms.model import Finding, FormReport, LineReport
from bot.i18n.text import translate
from bot.ids import Lang
from bot.judging.distinct import TOO_LIKE
from bot.services.judging_facts import Facts, counted
from cogs.ui.safe import line

ALIKE = 0.05
"""From here on it is told which text is the closest."""


def form_rows(report: FormReport, lang: Lang) -> list[str]:
    """The check of a form: the mark, what holds of the whole, and line by line what was found."""
    rows = [f"**{line(report.mark, 200)}**"]
    if report.variant and report.variant not in report.mark:
        rows.append(f"-# {line(report.variant, 200)}")
    rows += [f"-# {_finding(one, lang)}" for one in report.findings if one.holds.plain is not True]
    for one in report.lines:
        rows += _line(one, lang)
    return rows


def _line(one: LineReport, lang: Lang) -> list[str]:
    """A line as it stands with its sign, and small below it what was counted and what is wrong."""
    told = [line(one.rhyme, 10)] if one.rhyme else []
    told += [_met(finding, lang) for finding in one.findings if finding.holds.plain is True and finding.found]
    wrong = [_finding(finding, lang) for finding in one.findings if finding.holds.plain is not True]
    rows = [f"{one.holds.sign} {line(one.text, 300)}"]
    if told:
        rows.append(f"-# {' · '.join(told)}")
    return [*rows, *(f"-# {row}" for row in wrong)]


def _met(finding: Finding, lang: Lang) -> str:
    return f"{translate(f'form.rule_{finding.rule}', lang)} {line(finding.found, 60)}"


def _finding(finding: Finding, lang: Lang) -> str:
    told = translate(
        "form.finding",
        lang,
        rule=translate(f"form.rule_{finding.rule}", lang),
        wanted=line(finding.wanted, 80) or "–",
        found=line(finding.found, 80) or "–",
    )
    why = translate(f"form.reason_{finding.reason}", lang) if finding.reason else ""
    return f"{finding.holds.sign} {told}" + (f" · {why}" if why else "")


def fact_rows(facts: Facts, lang: Lang, *, whole: bool = True) -> list[str]:
    """What can be said without a model; with ``whole`` false the form is told in one line."""
    rows = [f"**{translate('judging.facts', lang)}**"]
    if facts.report is not None and not whole:
        rows.append(translate("judging.form", lang, mark=line(facts.report.mark, 200)))
    elif facts.report is None:
        rows.append(translate("judging.form_none", lang))
    rows += [line(row, 300) for row in counted(facts.words, lang)]
    rows += _alike(facts, lang)
    if facts.ink is not None:
        number = f"{facts.ink.perplexity:.1f}"
        rows.append(translate("judging.perplexity", lang, number=number))
    if facts.compared:
        rows.append(f"-# {translate('judging.measure', lang, limit=round(100 * TOO_LIKE))}")
    return rows


def _alike(facts: Facts, lang: Lang) -> list[str]:
    rows: list[str] = []
    if facts.compared:
        near = facts.nearest
        if near is None or near.likeness < ALIKE:
            rows.append(translate("judging.nearest_none", lang))
        else:
            share = round(100 * near.likeness)
            rows.append(translate("judging.nearest", lang, work=near.name[0], share=share))
    if facts.among is not None:
        rows.append(translate("judging.among", lang, share=round(100 * facts.among)))
    if facts.thrown_back:
        rows.append(translate("judging.thrown_back", lang, count=facts.thrown_back))
    return rows


def whole_report(facts: Facts, lang: Lang) -> str:
    """The form line by line, then the other facts."""
    form = [*form_rows(facts.report, lang), ""] if facts.report is not None else []
    return "\n".join([*form, *fact_rows(facts, lang)])
