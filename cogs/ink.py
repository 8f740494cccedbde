"""Show the ink: a poem drawn with every token shaded by how surprising it was to the model that wrote it."""

from __future__ import annotations

import asyncio
import io

import discord
from discord.ext import commands

from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import Lang, WorkId, number_of
from bot.services.ink import InkedText
from bot.works import Take, Work
from cogs.ui.card import view_of
from cogs.ui.ink_picture import alt_text, draw
from cogs.ui.reply import acknowledge, tell
from cogs.ui.safe import plain_line
from cogs.ui.studio import Studio, studio_of
from cogs.ui.where import lang_for
from cogs.ui.works_more import WorkFeature

WHOLE = 0.98
"""From this part of the letters on nothing is said of those without ink."""


class Ink(commands.Cog):
    """Draws works.  The picture is shown to whoever pressed; they may post it for all."""

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._app = bot.app
        self._studio = studio

    async def cog_load(self) -> None:
        """Be offered under every work that a model had a part in."""
        self._studio.more.add(
            WorkFeature(
                name="ink",
                label="button.ink",
                about="more.ink",
                run=lambda interaction, on: self.press(interaction, "ink", *on),
                fits=lambda on: bool(on.made.models),
                place=30,
            )
        )

    async def cog_unload(self) -> None:
        """Be offered no longer."""
        self._studio.more.remove("ink")

    async def press(
        self, interaction: discord.Interaction[Renga], action: str, id: WorkId, take: int
    ) -> None:
        """Draw one take."""
        private = action != "ink-post"
        await acknowledge(interaction, private=private)
        lang = lang_for(interaction, private=private)
        work = await self._studio.work(interaction, id)
        chosen = await self._app.works.take(work.guild, id, take or work.take)
        inked = await self._app.ink.of(work.guild, chosen)
        if inked is None:
            key = "ink.by_hand" if chosen.model is None else "ink.silent"
            await tell(interaction, translate(key, lang))
            return
        title = plain_line(work.title or work.wish.topic, 60)
        picture = await asyncio.to_thread(draw, inked, title=title, byline=_byline(chosen, lang), lang=lang)
        described = discord.File(
            io.BytesIO(picture), filename="picture.png", description=alt_text(inked, title=title, lang=lang)
        )
        interaction.extras["answered"] = True
        view = view_of(("ink-post",), id, chosen.number, lang) if private else None
        text = _below(inked, lang) if private else _of(work)
        await interaction.edit_original_response(content=text, attachments=[described], view=view)


def _byline(take: Take, lang: Lang) -> str:
    return translate("ink.by_model", lang, model=plain_line(take.model.name, 80)) if take.model else ""


def _of(work: Work) -> str:
    return f"-# \\#{number_of(work.id)}"


def _below(inked: InkedText, lang: Lang) -> str:
    """What the shades are, and how much of the text has none."""
    text = translate("ink.hint", lang)
    letters = [at for at, char in enumerate(inked.text) if not char.isspace()]
    covered = {at for one in inked.ink for at in range(one.start, one.end)}
    share = sum(at in covered for at in letters) / max(1, len(letters))
    if share < WHOLE:
        text += f"\n-# {translate('ink.missing', lang, share=max(1, round(100 * (1 - share))))}"
    return text


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Ink(bot, studio_of(bot)))
