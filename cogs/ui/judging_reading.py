"""How a reading looks, and the question whether somebody else's text may be read."""

from __future__ import annotations

from typing import Any, Literal, Protocol, Self

import discord

from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import Lang, MemberId
from bot.judging.rubric import Point, Remark
from bot.services.judging_critic import Read
from bot.services.judging_facts import Facts
from cogs.ui.items import LastingItem, found
from cogs.ui.judging_report import fact_rows, form_mark
from cogs.ui.safe import line, verse
from cogs.ui.stream import Frame

TEXT_FILE = "text.txt"
"""What carries a plain message while its writer is asked: it is stored nowhere."""

Kind = Literal["work", "message"]


class ReadingHandler(Protocol):
    """The cog that carries out the answers."""

    async def answered(
        self, interaction: discord.Interaction[Renga], answer: str, question: ReadingQuestion
    ) -> None:
        """Carry out one answer."""
        ...


class ReadingQuestion(
    LastingItem["discord.ui.Button[Any]"],
    template=(
        r"renga:r:(?P<answer>accept|decline):(?P<kind>work|message):(?P<subject>[0-9]{1,20}):(?P<take>[0-9]{1,9})"
        r":(?P<owner>[0-9]{1,20}):(?P<by>[0-9]{1,20})"
    ),
):
    """Accept or Decline: ``renga:r:<answer>:<kind>:<subject>:<take>:<owner>:<by>``."""

    def __init__(
        self,
        answer: str,
        kind: Kind,
        subject: int,
        take: int,
        owner: MemberId,
        by: MemberId,
        *,
        lang: Lang = "en",
    ) -> None:
        accepts = answer == "accept"
        super().__init__(
            discord.ui.Button(
                label=translate(f"button.{answer}", lang),
                style=discord.ButtonStyle.success if accepts else discord.ButtonStyle.secondary,
                custom_id=f"renga:r:{answer}:{kind}:{subject}:{take}:{owner}:{by}",
            )
        )
        self.answer, self.subject, self.take = answer, subject, take
        self.kind: Kind = kind
        self.owner, self.by = owner, by

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        owner, by = MemberId(int(match["owner"])), MemberId(int(match["by"]))
        return cls(match["answer"], match["kind"], int(match["subject"]), int(match["take"]), owner, by)

    def answers(self, lang: Lang) -> discord.ui.View:
        """Both answers to the same question."""
        return answers(self.kind, self.subject, self.take, self.owner, self.by, lang)

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the answer to the cog that asked."""
        handler: ReadingHandler = found(interaction.client, "Judging")
        await handler.answered(interaction, self.answer, self)


def answers(
    kind: Kind, subject: int, take: int, owner: MemberId, by: MemberId, lang: Lang
) -> discord.ui.View:
    """Accept and Decline."""
    view = discord.ui.View(timeout=None)
    for answer in ("accept", "decline"):
        view.add_item(ReadingQuestion(answer, kind, subject, take, owner, by, lang=lang))
    return view


def question(
    kind: Kind,
    subject: int,
    take: int,
    *,
    owner: MemberId,
    by: MemberId,
    where: str,
    lang: Lang,
    text: str = "",
) -> Frame:
    """Ask a writer; ``text`` is what a plain message says, and goes along as a file."""
    told = translate("judging.may_read", lang, owner=f"<@{owner}>", member=f"<@{by}>", where=where)
    view = answers(kind, subject, take, owner, by, lang)
    return Frame(told, view, ((TEXT_FILE, text.encode()),) if text else ())


def reading(read: Read, facts: Facts, title: str, lang: Lang) -> str:
    """A reading point by point, what was left out of it, and the facts it was given."""
    shown = line(title, 60)
    head = translate("judging.title", lang, title=shown) if shown else translate("judging.of_text", lang)
    model = line(read.model, 80)
    rows = [f"**{head}**", f"-# {translate('judging.by', lang, model=model)}"]
    for point in read.reading.points:
        rows += ["", *_point(point, lang)]
    if read.reading.left_out:
        rows += ["", f"-# {translate('judging.left_out', lang, count=read.reading.left_out)}"]
    if facts.report is not None:
        rows.append(f"-# {translate('judging.form', lang, mark=form_mark(facts.report, facts.form, lang))}")
    return "\n".join(rows)


def without_model(key: str, model: str, facts: Facts, lang: Lang) -> str:
    """Why there is no reading, and what can be said all the same."""
    why = translate(key, lang, model=line(model, 80))
    return "\n".join([why, "", *fact_rows(facts, lang, whole=False)])


def _point(point: Point, lang: Lang) -> list[str]:
    rows = [f"**{translate(f'judging.criterion_{point.criterion}', lang)}**"]
    if point.strength is not None:
        rows += _remark(point.strength)
    if point.suggestion is not None:
        rows += _remark(point.suggestion, before=f"*{translate('judging.suggestion', lang)}* ")
    return rows


def _remark(remark: Remark, before: str = "") -> list[str]:
    quoted = [f"> {verse(row.strip())}" for row in remark.quote.splitlines() if row.strip()]
    return [*quoted, f"{before}{line(remark.text, 400)}"]
