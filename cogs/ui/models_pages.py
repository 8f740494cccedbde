"""The models in pages: a provider may have hundreds, and a message holds two thousand characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import discord

from bot.backends.base import Ability, ModelInfo
from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import Lang
from bot.services.model_words import learnt_words
from cogs.ui.items import LastingItem, found
from cogs.ui.safe import line
from cogs.ui.stream import Frame

ROOM = 1_200
"""Characters of models on a page, so that what stands before and after them has room."""


def page_of(models: Sequence[ModelInfo], page: int, lang: Lang, *, head: str, foot: str) -> Frame:
    """A page with its buttons; the nearest one if there is no such page."""
    pages = _pages([_model(info, lang) for info in models])
    page = min(max(page, 1), len(pages))
    count = translate("usage.models_count", lang, count=len(models), page=page, pages=len(pages))
    view: discord.ui.View | None = None
    if len(pages) > 1:
        view = discord.ui.View(timeout=None)
        for name, to in (("first", 1), ("back", page - 1), ("on", page + 1), ("last", len(pages))):
            here = to == page or not 1 <= to <= len(pages)
            view.add_item(ModelsButton(name, to, lang=lang, disabled=here))
    return Frame("\n".join(part for part in (head, pages[page - 1], f"-# {count}", foot) if part), view)


def _pages(lines: Sequence[str]) -> list[str]:
    pages = [""]
    for one in lines:
        if pages[-1] and len(pages[-1]) + len(one) > ROOM:
            pages.append("")
        pages[-1] += f"\n{one}" if pages[-1] else one
    return pages


def _model(info: ModelInfo, lang: Lang) -> str:
    where = "usage.runs_here" if Ability.LOCAL in info.abilities else "usage.runs_elsewhere"
    learnt = learnt_words(info.learnt, lang)
    return f"- {line(info.id)} · {translate(where, lang)}" + (f" · {learnt}" if learnt else "")


class ModelsButton(
    LastingItem["discord.ui.Button[Any]"],
    template=r"renga:m:(?P<name>first|back|on|last):(?P<page>[0-9]{1,6})",
):
    """Turns to a page: ``renga:m:<name>:<page>``."""

    def __init__(self, name: str, page: int, *, lang: Lang = "en", disabled: bool = False) -> None:
        super().__init__(
            discord.ui.Button(
                label=translate(f"bound.{name}", lang),
                custom_id=f"renga:m:{name}:{max(page, 0)}",
                disabled=disabled,
            )
        )
        self.name = name
        self.page = page

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(match["name"], int(match["page"]))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Turn to the page, on the message that shows another."""
        await found(interaction.client, "Usage").turn(interaction, self.page)
