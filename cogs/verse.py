"""/form: the verse forms that can be checked, and a member's own poem checked line by line."""

from __future__ import annotations

import asyncio

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Renga
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.services.forms import LONGEST, FormDesk, is_tune, sheet
from cogs.ui.anywhere import ANYWHERE, EVERYWHERE_INSTALLED
from cogs.ui.modals import Form, form, submitted, text_field
from cogs.ui.reply import acknowledge, explain_to, tell
from cogs.ui.safe import line
from cogs.ui.split import MESSAGE_LIMIT, split
from cogs.ui.where import lang_read

NAME_LIMIT = 80
"""Characters of a form's name, or of one described."""


class Verse(commands.Cog):
    """Answers to one member alone: nobody's first draft is shown around."""

    form = app_commands.Group(
        name=say("command.form"),
        description=say("command.form_about"),
        allowed_contexts=ANYWHERE,
        allowed_installs=EVERYWHERE_INSTALLED,
    )

    def __init__(self, bot: Renga) -> None:
        self._desk: FormDesk = bot.app.forms

    @form.command(name=say("command.form_list"), description=say("command.form_list_about"))
    async def list(self, interaction: discord.Interaction[Renga]) -> None:
        """Say which forms can be checked."""
        await acknowledge(interaction, private=True)
        lang = lang_read(interaction)
        forms = self._desk.forms()
        rows = [f"**{one.title[lang]}** – {one.about[lang]}" for one in forms if not is_tune(one)]
        tunes = "、".join(one.title["zh"] for one in forms if is_tune(one))
        shown = "\n".join([*rows, f"**{translate('form.tunes', lang)}** – {tunes}"])
        for part in split(shown) or [shown[:MESSAGE_LIMIT]]:
            await tell(interaction, part)

    @form.command(name=say("command.form_check"), description=say("command.form_check_about"))
    @app_commands.describe(form=say("command.option_checked_form_about"))
    @app_commands.rename(form=say("command.option_form"))
    async def check(self, interaction: discord.Interaction[Renga], form: str) -> None:
        """Ask for the poem, in a field that takes lines."""
        self._desk.shape(form[:NAME_LIMIT])
        await interaction.response.send_modal(_sheet_of_paper(interaction, form))

    @check.autocomplete("form")
    async def _forms(
        self, interaction: discord.Interaction[Renga], typed: str
    ) -> list[app_commands.Choice[str]]:
        lang, wanted = lang_read(interaction), typed.casefold()
        found = [one for one in self._desk.forms() if wanted in f"{one.id} {one.title[lang]}".casefold()]
        return [app_commands.Choice(name=one.title[lang][:100], value=one.id) for one in found[:25]]

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Renga]) -> None:
        """Check a poem that was sent in, also when the form was opened before a restart."""
        filled = submitted(interaction)
        if filled is None or filled.action != "form-check":
            return
        interaction.extras["input"] = filled.value("poem")
        try:
            await self._report(interaction, filled)
        except Exception as error:  # noqa: BLE001 - whatever it is, the member is told
            await explain_to(interaction, error)

    async def _report(self, interaction: discord.Interaction[Renga], filled: Form) -> None:
        shape = self._desk.shape(filled.value("form")[:NAME_LIMIT])
        await acknowledge(interaction, private=True)
        # The first look into the dictionary takes a fifth of a second.
        report = await asyncio.to_thread(self._desk.check, filled.value("poem")[:LONGEST], shape)
        rows = sheet(report, lang_read(interaction))
        shown = "\n".join([f"**{line(rows[0], 200)}**", *(_row(row) for row in rows[1:])])
        if len(shown) <= MESSAGE_LIMIT:
            await tell(interaction, shown)
        else:
            whole = "\n".join(rows).encode()
            await tell(interaction, f"**{line(rows[0], 200)}**", files=[("form.txt", whole)])


def _row(row: str) -> str:
    """A line of the poem as it is, what is found in it small and below."""
    return f"-# {line(row.strip(), 300)}" if row.startswith("    ") else line(row, 300)


def _sheet_of_paper(interaction: discord.Interaction[Renga], name: str) -> discord.ui.Modal:
    lang = lang_read(interaction)
    chosen = text_field("form", lang, default=name, limit=NAME_LIMIT)
    return form("form-check", 0, 0, lang, chosen, text_field("poem", lang, long=True))


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Verse(bot))
