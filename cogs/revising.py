"""/revise: a work or a text into a form, into another one, or around lines that stay."""

from __future__ import annotations

import re
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Renga
from bot.errors import BadInput
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.ids import Lang, MessageId
from bot.prompting.parts import Form
from bot.services.brief import Brief
from bot.services.compose import INSTRUCTION_LIMIT
from bot.works import Wish, Work, WorkState
from cogs.ui.reply import acknowledge
from cogs.ui.studio import Studio, quickly, studio_of
from cogs.ui.where import lang_read, member_of, place_of, space_of
from cogs.ui.writing import Steps

MOST_LINES = 200
"""Lines that can be named."""

_RANGE = re.compile(r"(\d{1,3})(?:\s*[-–—~至到]\s*(\d{1,3}))?")
_BREAK = re.compile(r"\s+/\s+|\s*／\s*|\\n")


class Revising(commands.Cog):
    """Revises by command what the button under a work revises by a form."""

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._app = bot.app
        self._studio = studio

    @app_commands.command(name=say("command.revise"), description=say("command.revise_about"))
    @app_commands.describe(
        instruction=say("command.option_instruction_about"),
        form=say("command.option_into_about"),
        keep=say("command.option_keep_about"),
        work=say("command.option_work_about"),
        text=say("command.option_own_text_about"),
        model=say("command.option_model_about"),
    )
    @app_commands.rename(
        instruction=say("command.option_instruction"),
        form=say("command.option_form"),
        keep=say("command.option_keep"),
        work=say("command.option_work"),
        text=say("command.option_text"),
        model=say("command.option_model"),
    )
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.allowed_installs(guilds=True, users=True)
    async def revise(
        self,
        interaction: discord.Interaction[Renga],
        instruction: app_commands.Range[str, 1, INSTRUCTION_LIMIT] | None = None,
        form: str | None = None,
        keep: str | None = None,
        work: str | None = None,
        text: str | None = None,
        model: str = "",
    ) -> None:
        """Refuse from memory what can be refused; then find what is meant, and write."""
        interaction.extras["input"] = "\n".join(part for part in (instruction, keep, text) if part)
        into = self._app.catalogue.find_form(form or "")
        lines = numbers(keep or "")
        if not (instruction or into or lines):
            raise BadInput("refused.revise_nothing")
        self._studio.models.check(model.strip())
        wanted = instruction or _into(into, lang_read(interaction))
        self._app.reviser.check(replace(self._studio.asked(interaction, wanted), keep=lines))
        if text and lines and into is None:
            raise BadInput("refused.keep_without_form")  # before a work is made of the text
        # What only its author has seen is answered to them alone, which must be known before it begins.
        found = None if text else await quickly(self._source(interaction, work or ""))
        private = found is not None and await quickly(self._unseen(found))
        surface = await acknowledge(interaction, private=private)
        source = found or await self._app.reviser.take_in(
            place_of(interaction),
            member_of(interaction),
            _BREAK.sub("\n", text or ""),
            message=MessageId(interaction.id),
        )
        wish = replace(_wish(source, into), model=model.strip() or source.wish.model, private=private)
        if source.author == member_of(interaction) and wish.form == source.wish.form:
            brief = self._studio.brief(interaction, wish, work=source, instruction=wanted)
            steps = self._revised(brief, source, lines)
            await self._studio.new_take(interaction, surface, source, steps, private=private)
        else:
            # A work has one form: in another one, or in somebody else's hands, it is another work.
            brief = self._studio.brief(interaction, wish, source=source, instruction=wanted)
            await self._studio.new_work(interaction, surface, brief, self._remixed(brief, source, lines))

    async def _source(self, interaction: discord.Interaction[Renga], named: str) -> Work:
        """The work that is named, or else the member's newest here."""
        id = await self._studio.recent.named(space_of(interaction), member_of(interaction), named)
        return await self._studio.work(interaction, id)

    async def _unseen(self, work: Work) -> bool:
        """Whether nobody but its author has seen a work."""
        if not work.wish.private or work.state is WorkState.PUBLISHED:
            return False
        return not await self._app.works.cards(work.guild, work.id)

    def _revised(self, brief: Brief, source: Work, keep: frozenset[int]) -> Steps:
        brief = replace(brief, keep=keep)
        return lambda stop: self._app.reviser.revise(brief, source.take, stop=stop)

    def _remixed(self, brief: Brief, source: Work, keep: frozenset[int]) -> Steps:
        brief = replace(brief, keep=keep)
        return lambda stop: self._app.reviser.remix(brief, source.take, stop=stop)

    @revise.autocomplete("form")
    async def _forms(
        self, interaction: discord.Interaction[Renga], typed: str
    ) -> list[app_commands.Choice[str]]:
        found = self._app.catalogue.suggest("form", typed, lang_read(interaction))
        return [app_commands.Choice(name=title[:100], value=id[:100]) for title, id in found]

    @revise.autocomplete("work")
    async def _works(
        self, interaction: discord.Interaction[Renga], typed: str
    ) -> list[app_commands.Choice[str]]:
        found = self._studio.recent.peek(space_of(interaction), member_of(interaction), typed)
        return [app_commands.Choice(name=name[:100], value=str(id)) for name, id in found]

    @revise.autocomplete("model")
    async def _models(
        self, interaction: discord.Interaction[Renga], typed: str
    ) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=id, value=id) for id in self._studio.models.matching(typed)]


def numbers(typed: str) -> frozenset[int]:
    """Line numbers as members write them: ``1-3, 7``, ``1、3``.

    Raises:
        BadInput: it is something else.
    """
    found: set[int] = set()
    for part in re.split(r"[\s,，、;；]+", re.sub(r"\s*([-–—~至到])\s*", r"\1", typed.strip())):
        if not part:
            continue
        named = _RANGE.fullmatch(part)
        first, last = (int(named[1]), int(named[2] or named[1])) if named else (0, 0)
        if not 0 < first <= last <= MOST_LINES:
            raise BadInput("refused.keep_numbers", typed=typed[:80])
        found.update(range(first, last + 1))
    return frozenset(found)


def _wish(source: Work, into: Form | None) -> Wish:
    """The wish of the work, in the form wanted and in a language that the form has."""
    if into is None:
        return source.wish
    language = source.wish.language
    if language not in into.languages:
        language = into.languages[0]
    return replace(source.wish, form=into.id, language=language, opening="", length="")


def _into(form: Form | None, lang: Lang) -> str:
    """What is asked for where only a form is named."""
    return translate("work.into_form", lang, form=form.title[lang]) if form is not None else ""


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Revising(bot, studio_of(bot)))
