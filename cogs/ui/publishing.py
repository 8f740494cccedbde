"""The question to an author whether a work of theirs may be published, and its buttons."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

import discord
from discord.utils import format_dt

from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import Lang
from bot.works import Suggestion
from cogs.ui.card import mention
from cogs.ui.items import LastingItem, found
from cogs.ui.safe import line
from cogs.ui.stream import Frame

ANSWERS: dict[str, tuple[str, discord.ButtonStyle]] = {
    "accept": ("button.accept", discord.ButtonStyle.success),
    "decline": ("button.decline", discord.ButtonStyle.secondary),
    "undo": ("button.undo", discord.ButtonStyle.secondary),
}

OFFERED = {"open": ("accept", "decline"), "expired": ()}
"""What can be pressed while a question is in a state; else the answer can be undone."""


def question(asked: Suggestion, until: datetime, lang: Lang) -> Frame:
    """The question as it stands: open, answered, or over."""
    text = translate(
        "work.may_publish" if asked.licence else "work.may_publish_free",
        lang,
        owner=mention(asked.owner, lang),
        member=mention(asked.by, lang),
        work=asked.work,
        title=line(asked.instruction, 100),
        licence=line(asked.licence, 80),
    )
    key = f"work.publish_{asked.state}"
    text += f"\n-# {translate(key, lang, owner=mention(asked.owner, lang), until=format_dt(until, 'R'))}"
    view = discord.ui.View(timeout=None)
    for answer in OFFERED.get(asked.state, ("undo",)):
        view.add_item(PublishQuestion(answer, asked.id, lang=lang))
    return Frame(text, view)


class PublishQuestion(
    LastingItem["discord.ui.Button[Any]"],
    template=rf"renga:q:(?P<answer>{'|'.join(ANSWERS)}):(?P<id>[0-9]{{1,18}})",
):
    """An answer to a stored question; the service knows whose it is."""

    def __init__(self, answer: str, id: int, *, lang: Lang = "en") -> None:
        key, style = ANSWERS[answer]
        super().__init__(
            discord.ui.Button(label=translate(key, lang), style=style, custom_id=f"renga:q:{answer}:{id}")
        )
        self.answer = answer
        self.question = id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(match["answer"], int(match["id"]))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the answer to the cog that looks after publishing."""
        await found(interaction.client, "Publishing").answer(interaction, self.answer, self.question)
