"""Checks texts against the forms of the prompt files, and says what was found in words."""

from __future__ import annotations

from bot.errors import BadInput
from bot.forms.check import AnyShape, check, custom, measures, shape_of
from bot.forms.model import Finding, FormReport, LineReport
from bot.i18n.text import translate
from bot.ids import Lang
from bot.prompting.catalogue import Catalogue
from bot.prompting.parts import Form

DESCRIBED = 80
"""Characters of a form's description."""

LONGEST = 20_000
"""Characters of a text that is checked."""


class FormDesk:
    """Finds a form by what members call it, and checks texts against it.

    It teaches the catalogue to read descriptions, so that a poem can be asked for by one.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        catalogue.describe = described

    def forms(self) -> list[Form]:
        """The forms that can be checked."""
        return [form for form in self._catalogue.forms.values() if form.shape]

    def shape(self, name: str) -> AnyShape:
        """The demands of a form by id, title or alias, or of one described: ``ABAB, 8 6 8 6``.

        Raises:
            BadInput: there is none, or it cannot be checked.
        """
        form = self._catalogue.find_form(name)
        if form is None or not form.shape:
            raise BadInput("refused.form_unchecked", form=name)
        return _shape(form)

    def check(self, text: str, shape: AnyShape, *, topic: str = "", book: str = "") -> FormReport:
        """The check of any text; see :func:`bot.forms.check.check`."""
        return check(text, shape, topic=topic, book=book)

    def report(self, form: str, text: str, *, topic: str = "") -> FormReport | None:
        """The check of a work; None for a form, or a form in a language, that is not checked."""
        found = self._catalogue.forms.get(form) or described(form)
        if found is None or not found.shape or len(text) > LONGEST:
            return None
        shape = _shape(found)
        return check(text, shape, topic=topic) if measures(shape, text) else None


def described(text: str) -> Form | None:
    """The form that a member describes: ``ABAB, 8 6 8 6``; None for what describes none."""
    text = " ".join(text.split())
    if not text or len(text) > DESCRIBED:
        return None
    try:
        shape = custom(text)
    except ValueError:
        return None
    return Form(
        id=text,
        title={"en": text, "zh": text},
        about={"en": text, "zh": text},
        instruct={
            "en": f"The form: {text}. Letters stand for rhymes, numbers for the syllables of the lines.",
            "zh": f"体裁描述如下：{text}。字母表示韵脚，数字表示各行的音节数。",
        },
        languages=("en",),
        lines=shape.lines[0] if shape.lines else None,
        shape={"described": text},
    )


def is_tune(form: Form) -> bool:
    """Whether it is one of the many tunes of ci, which lists name together."""
    return form.shape.get("kind") == "ci"


def _shape(form: Form) -> AnyShape:
    shape = shape_of(form.id, form.shape)
    assert shape is not None, "forms without a shape were sorted out"
    return shape


def sheet(report: FormReport, lang: Lang) -> list[str]:
    """A report in lines: the mark, then each line of the text with what is wrong or doubtful in it."""
    rows = [report.mark]
    rows += [_row(finding, lang) for finding in report.findings if finding.holds.plain is not True]
    for line in report.lines:
        rows.append(_line(line))
        rows += [f"    {_row(finding, lang)}" for finding in line.findings if finding.holds.plain is not True]
    return rows


def _line(line: LineReport) -> str:
    count = next((one.found for one in line.findings if one.rule in ("syllables", "characters")), "")
    parts = (line.holds.sign, count.rjust(2) if count else "", line.rhyme, line.text)
    return " ".join(part for part in parts if part)


def _row(finding: Finding, lang: Lang) -> str:
    rule = translate(f"form.rule_{finding.rule}", lang)
    told = translate(
        "form.finding", lang, rule=rule, wanted=finding.wanted or "–", found=finding.found or "–"
    )
    why = translate(f"form.reason_{finding.reason}", lang) if finding.reason else ""
    return f"{finding.holds.sign} {told}" + (f" · {why}" if why else "")
