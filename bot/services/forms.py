"""Checks texts against the forms of the prompt files, and against forms that members describe."""

from __future__ import annotations

import logging
import re
import unicodedata

from bot.errors import BadInput
from bot.forms.check import AnyShape, Shape, check, custom, measures, shape_of, written_in
from bot.forms.described import Misdescribed, misdescribed
from bot.forms.details import detailed
from bot.forms.model import FormReport, Holds
from bot.forms.shapefile import Fault, faults
from bot.i18n.text import translate
from bot.ids import LANGUAGES, Lang
from bot.prompting.catalogue import Catalogue
from bot.prompting.parts import Form
from bot.prompting.reader import Words
from bot.services.form_words import doubts, mark

log = logging.getLogger(__name__)

_UNITS = re.compile(r"\b(?:syllables?|rhym(?:es?|ing))\b|(?<=\d)\s*(?:个?音节|个?字)", re.IGNORECASE)

DESCRIBED = 80
"""Characters of a form's description."""

LONGEST = 20_000
"""Characters of a text that is checked."""

MOST_LINES = 500
"""Lines of a text that is checked; where some forms look for rhymes, each is set beside many others."""


class FormDesk:
    """Finds a form by what members call it, and checks texts against it.

    It teaches the catalogue to read descriptions, so that a poem can be asked for by one.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        catalogue.describe = described_or_why

    def forms(self) -> list[Form]:
        """The forms there are; those without a shape ask for nothing that can be counted."""
        return list(self._catalogue.forms.values())

    def shape(self, name: str) -> AnyShape:
        """The demands of a form by id, title or alias, or of one described: ``ABAB, 8 6 8 6``.

        Raises:
            BadInput: there is none of that name; a description holds a mistake; its file does.
        """
        form = self._catalogue.find_form(name)
        if form is None:
            raise BadInput("refused.form_name")
        return _shape(form)

    def title(self, form: str) -> Words:
        """What the form of that id is called; its id if its file is gone or it was described."""
        found = self._catalogue.forms.get(form)
        return found.title if found is not None else dict.fromkeys(LANGUAGES, form)

    def name(self, typed: str, lang: Lang) -> str:
        """What a form is called that a member named or described.

        Raises:
            BadInput: as :meth:`shape`.
        """
        found = self._catalogue.find_form(typed)
        return found.title[lang] if found is not None else typed

    def check(self, text: str, shape: AnyShape, *, topic: str = "", book: str = "") -> FormReport:
        """The check of any text, in every detail; see :func:`bot.forms.check.check`.

        Raises:
            BadInput: it is too long to be checked.
        """
        if len(text) > LONGEST:
            raise BadInput("refused.too_long", what="text", limit=LONGEST, length=len(text))
        if text.count("\n") >= MOST_LINES:
            raise BadInput("refused.too_many_lines", limit=MOST_LINES, lines=text.count("\n") + 1)
        return detailed(check(text, shape, topic=topic, book=book), shape)

    def report(
        self, form: str, text: str, *, topic: str = "", language: Lang | None = None, whole: bool = False
    ) -> FormReport | None:
        """The check of a work; None for a form that is not checked, or not in the ``language`` asked for.

        ``whole``: with the stress and the sounds of its lines.
        """
        found = self._catalogue.forms.get(form) or described(form)
        if found is None or not found.shape or len(text) > LONGEST or text.count("\n") >= MOST_LINES:
            return None
        try:
            shape = _shape(found)
        except BadInput:
            log.warning("the form %s has a mistake in its file", found.id)
            return None
        if not measures(shape, text) and written_in(text) in (language, *found.languages):
            return None
        report = check(text, shape, topic=topic)
        return detailed(report, shape) if whole else report

    def unmeasured(self, form: str, text: str, lang: Lang) -> str:
        """What a form is called that is not checked; and why, where it is only in another language."""
        found, name = self._catalogue.forms.get(form), self.title(form)[lang]
        tongue = written_in(text)
        if found is None or not found.shape or tongue not in LANGUAGES:
            return name
        return translate("form.unmeasured", lang, form=name, language=translate(f"language.{tongue}", lang))

    def marked(self, form: str, report: FormReport, lang: Lang) -> str:
        """The name of a form and the mark of a check; the name once, where the mark says it too."""
        name = self.title(form)[lang]
        told = mark(report, lang, name=name)
        if told.startswith(report.holds.sign):
            return told  # who writes to a Chinese form knows its Chinese name
        head = _letters(told.split(" · ")[0])
        # 五言律诗 is said by 五律 already.
        short = bool(head) and head[0] > "\u2e80" and set(head) <= set(_letters(name))
        if report.summary and name.casefold().endswith(report.summary.casefold()):
            return f"{name}{told[len(report.summary) :]}"  # Quatrain ABAB
        return told if short or _letters(name) in _letters(told) else f"{name} {told}"


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def shape_faults(form: Form) -> list[Fault]:
    """What is wrong with the ``[shape]`` of a form's file."""
    return faults(form.id, form.shape, languages=form.languages)


def specimen_faults(form: Form) -> list[Fault]:
    """The specimens of a form that do not keep it: what a model would learn from them is something else."""
    found: list[Fault] = []
    for lang, text in form.example.items():
        report = check(text, _shape(form)) if form.shape else None
        # Which word an acrostic spells is not known here.
        if report is not None and report.holds is Holds.NO:
            told = "; ".join([mark(report, "en"), *doubts(report, "en")])
            remedy = f"`python -m bot form check {form.id}` tells where."
            found.append(Fault(f"example.{lang}", f"it does not keep the form: {told}", remedy))
    return found


def described(text: str) -> Form | None:
    """The form that a member describes: ``ABAB, 8 6 8 6``; None for what describes none."""
    text = _bare(text)
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


def _bare(text: str) -> str:
    """A description in plain letters and digits, without the words that say what a number counts."""
    return " ".join(_UNITS.sub(" ", unicodedata.normalize("NFKC", text)).split())


def described_or_why(text: str) -> Form | None:
    """Likewise, for what somebody typed just now.

    Raises:
        BadInput: it was meant to describe one, and says what is wrong.
    """
    if (form := described(text)) is not None:
        return form
    why = misdescribed(_bare(text)) if len(text) <= DESCRIBED else None
    if why is not None:
        raise _refusal(why, text)
    return None


def _refusal(why: Misdescribed, text: str) -> BadInput:
    return BadInput(f"refused.form_{why.what}", typed=" ".join(text.split()), **why.facts)


def is_tune(form: Form) -> bool:
    """Whether it is one of the many tunes of ci, which lists name together."""
    return form.shape.get("kind") == "ci"


def _shape(form: Form) -> AnyShape:
    try:
        return shape_of(form.id, form.shape) or Shape(form=form.id)
    except (ValueError, TypeError, KeyError, IndexError):
        raise BadInput("refused.form_broken", form=form.id) from None
