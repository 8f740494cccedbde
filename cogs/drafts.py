"""/drafts: the way back to one's own works, also to those that only their author saw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Renga
from bot.errors import Gone, NotAllowed
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.ids import Lang, WorkId, number_of
from bot.works import Work
from cogs.ui.items import LastingItem
from cogs.ui.recent import label
from cogs.ui.reply import acknowledge, hold, tell
from cogs.ui.safe import line
from cogs.ui.studio import Studio, studio_of
from cogs.ui.where import lang_read, member_of, space_of

LISTED = 25
"""Choices that a menu can have (Discord docs, String Select)."""


class Drafts(commands.Cog):
    """Lists a member's own works."""

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self._studio = studio

    async def cog_load(self) -> None:
        """Answer the menu, also one of before a restart."""
        self._bot.add_dynamic_items(WorkMenu)

    async def cog_unload(self) -> None:
        """Answer it no longer."""
        self._bot.remove_dynamic_items(WorkMenu)

    @app_commands.command(name=say("command.drafts"), description=say("command.drafts_about"))
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.allowed_installs(guilds=True, users=True)
    async def drafts(self, interaction: discord.Interaction[Renga]) -> None:
        """List the member's newest works here, to open one."""
        await acknowledge(interaction, private=True)
        lang = lang_read(interaction)
        works = await self._studio.recent.of(space_of(interaction), member_of(interaction))
        if not works:
            raise Gone("refused.no_works_yet")
        lines = [f"**{translate('work.yours', lang)}**"]
        lines += [_line(work, lang) for work in works[:LISTED]]
        view = discord.ui.View(timeout=None)
        view.add_item(WorkMenu(works[:LISTED], lang=lang))
        await tell(interaction, "\n".join(lines)[:2_000], view=view)


class WorkMenu(LastingItem["discord.ui.Select[Any]"], template=r"renga:d:open"):
    """Opens one of the member's works, for the member alone."""

    def __init__(self, works: Sequence[Work], *, lang: Lang = "en") -> None:
        options = [discord.SelectOption(label=label(work)[:100], value=str(work.id)) for work in works]
        super().__init__(
            discord.ui.Select(
                custom_id="renga:d:open",
                placeholder=translate("work.open_one", lang),
                options=options or [discord.SelectOption(label="–", value="0")],
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew; what was chosen comes with the press."""
        return cls(())

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Show the chosen work in place of the list."""
        surface = await hold(interaction)
        studio = studio_of(interaction.client)
        chosen = WorkId(int(self.item.values[0]))
        work = await studio.app.works.work(space_of(interaction), chosen)
        if work.author != member_of(interaction):
            raise NotAllowed("refused.not_yours")
        await surface.edit(await studio.frame(interaction, work, work.take, private=True))


def _line(work: Work, lang: Lang) -> str:
    state = translate(f"work.state_{work.state}", lang)
    name = line(work.title or work.wish.topic, 50) or translate("work.untitled", lang)
    return f"\\#{number_of(work.id)} {name} · {state} · <t:{int(work.created.timestamp())}:R>"


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Drafts(bot, studio_of(bot)))
