"""What can be said of a text without a model: its form, its words, how like others it is, how surprising."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.errors import RengaError
from bot.forms.model import FormReport
from bot.i18n.text import translate
from bot.ids import Lang, WorkId
from bot.judging.distinct import Alike
from bot.judging.words import WordFacts, word_facts
from bot.prompting.reader import Words
from bot.services.credits_desk import CreditsDesk
from bot.services.form_words import sheet
from bot.services.forms import FormDesk
from bot.services.ink import InkDesk, InkedText
from bot.services.judging_distinct import Distinct
from bot.works import Take, Work, WorkStore

LOOKED_AT = 12
"""Of the most alike works, so many are asked for whether the reader may see them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a text.

    Attributes:
        report: the check of its form; None without a form that is checked.
        form: what the form is called.
        nearest: the most alike text of another work that the reader may see.
        among: how alike the two most alike takes of the same work are, from 0 to 1.
        thrown_back: how many drafts before it were too like an earlier text.
        ink: how surprising its tokens were; None where no model told.
        compared: whether it was set beside the other texts of the place.
    """

    words: WordFacts
    report: FormReport | None = None
    form: Words = field(default_factory=dict[Lang, str])
    nearest: Alike | None = None
    among: float | None = None
    thrown_back: int = 0
    ink: InkedText | None = None
    compared: bool = False


MaySee = Callable[[WorkId], Awaitable[bool]]


class FactDesk:
    """Gathers facts of works and of plain texts."""

    def __init__(
        self, *, works: WorkStore, credits: CreditsDesk, forms: FormDesk, distinct: Distinct, ink: InkDesk
    ) -> None:
        self._works = works
        self._credits = credits
        self._forms = forms
        self._distinct = distinct
        self._ink = ink

    async def of_text(self, text: str) -> Facts:
        """What can be said of any text."""
        return Facts(words=await asyncio.to_thread(word_facts, text))

    async def of_take(self, work: Work, take: Take, may_see: MaySee) -> Facts:
        """What can be said of a take of a work, to a reader who may see some works and not others."""
        wish = work.wish
        report = await asyncio.to_thread(
            self._forms.report,
            wish.form,
            take.text,
            topic=wish.topic,
            language=wish.language or None,
            whole=True,
        )
        takes = [one.text for one in await self._works.takes(work.guild, work.id)]
        return Facts(
            words=await asyncio.to_thread(word_facts, take.text),
            report=report,
            form=self._forms.title(wish.form),
            nearest=await self._nearest(work, take, may_see),
            among=await self._distinct.among(takes),
            thrown_back=await self._thrown_back(work, take),
            ink=await self._ink.of(work.guild, take),
            compared=True,
        )

    async def _thrown_back(self, work: Work, take: Take) -> int:
        made = await self._credits.of(work.guild, work.id, take.number)
        found = [link.draft.sampling for link in made.history if link.number == take.contribution]
        return int(found[0].get("thrown_back") or 0) if found else 0

    async def _nearest(self, work: Work, take: Take, may_see: MaySee) -> Alike | None:
        found = await self._distinct.nearest(work.guild, work.id, take.number, take.text)
        for alike in found[:LOOKED_AT]:
            try:
                if await may_see(WorkId(alike.name[0])):
                    return alike
            except RengaError:
                continue
        return None


def given(facts: Facts, lang: Lang) -> str:
    """The facts as a model that reads the work is given them: all that it may say of form and of counts."""
    rows = sheet(facts.report, lang, name=facts.form.get(lang, "")) if facts.report is not None else []
    return "\n".join([*rows, *counted(facts.words, lang)])


def counted(words: WordFacts, lang: Lang) -> list[str]:
    """The counts in words."""
    unit = "characters" if words.chinese else "words"
    rows = [
        translate(
            f"judging.counts_{unit}",
            lang,
            lines=translate("judging.lines", lang, count=words.lines),
            stanzas=translate("judging.stanzas", lang, count=words.stanzas),
            units=words.units,
            distinct=words.distinct,
        )
    ]
    if words.again:
        again = [f"{word} ×{count}" for word, count in words.again]
        rows.append(translate("judging.again", lang, words=translate("text.and", lang).join(again)))
    if words.lines_again:
        rows.append(translate("judging.lines_again", lang, count=words.lines_again))
    return rows
