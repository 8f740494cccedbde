"""/form: the verse forms that can be checked; a poem of one's own, a message or a work, line by line."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Renga
from bot.errors import BadInput
from bot.forms.check import Shape, TwoShapes
from bot.forms.chinese.sound import Book
from bot.forms.model import FormReport, Holds
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.ids import LANGUAGES, Lang, MessageId, WorkId
from bot.prompting.parts import Form as FormFile
from bot.services.form_words import sheet
from bot.services.forms import LONGEST, FormDesk, is_tune
from cogs.ui.anywhere import ANYWHERE, EVERYWHERE_INSTALLED
from cogs.ui.judging_report import form_rows, whole_report
from cogs.ui.message_more import MessageFeature
from cogs.ui.modals import INPUT_LIMIT, Form, form, submitted, text_field
from cogs.ui.reply import acknowledge, explain_to, tell
from cogs.ui.split import MESSAGE_LIMIT, split
from cogs.ui.studio import Studio, quickly, studio_of
from cogs.ui.where import lang_read, space_of
from cogs.ui.works_more import WorkFeature

NAME_LIMIT = 80
"""Characters of a form's name, or of one described."""

MOST_PARTS = 4
"""Messages that a report may take; what is longer comes as a file."""


class Verse(commands.Cog):
    """Answers to one member alone: nobody's first draft is shown around."""

    form = app_commands.Group(
        name=say("command.form"),
        description=say("command.form_about"),
        allowed_contexts=ANYWHERE,
        allowed_installs=EVERYWHERE_INSTALLED,
    )

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self._app = bot.app
        self._studio = studio
        self._desk: FormDesk = bot.app.forms

    async def cog_load(self) -> None:
        """Offer to check messages and works."""
        self._studio.on_message.add(
            MessageFeature(
                name="check",
                label="on_message.check",
                about="on_message.check_about",
                run=self._check_this,
                fits=lambda on: on.readable,
                place=10,
            )
        )
        self._studio.more.add(
            WorkFeature(
                name="report",
                label="button.report",
                about="more.report",
                run=lambda interaction, on: self.press(interaction, "report", *on),
                place=20,
            )
        )

    async def cog_unload(self) -> None:
        """Offer it no more."""
        self._studio.on_message.remove("check")
        self._studio.more.remove("report")

    @form.command(name=say("command.form_list"), description=say("command.form_list_about"))
    async def list(self, interaction: discord.Interaction[Renga]) -> None:
        """Say which forms can be checked."""
        await acknowledge(interaction, private=True)
        shown = "\n".join(form_list(self._desk.forms(), lang_read(interaction)))
        for part in split(shown) or [shown[:MESSAGE_LIMIT]]:
            await tell(interaction, part)

    @form.command(name=say("command.form_check"), description=say("command.form_check_about"))
    @app_commands.describe(
        form=say("command.option_checked_form_about"), book=say("command.option_book_about")
    )
    @app_commands.rename(form=say("command.option_form"), book=say("command.option_book"))
    @app_commands.choices(book=[app_commands.Choice(name=book.full_name, value=book.value) for book in Book])
    async def check(
        self, interaction: discord.Interaction[Renga], form: str, book: str | None = None
    ) -> None:
        """Ask for the poem, in a field that takes lines."""
        shape = self._desk.shape(form[:NAME_LIMIT])
        if isinstance(shape, Shape):
            book = None  # the rhyme books are of Chinese
        spells = not isinstance(shape, TwoShapes) and shape.acrostic
        await interaction.response.send_modal(_sheet_of_paper(interaction, form, book=book, spells=spells))

    @check.autocomplete("form")
    async def _forms(
        self, interaction: discord.Interaction[Renga], typed: str
    ) -> list[app_commands.Choice[str]]:
        found = self._app.catalogue.suggest("form", typed, lang_read(interaction))
        return [app_commands.Choice(name=title[:100], value=id[:100]) for title, id in found]

    async def _check_this(self, interaction: discord.Interaction[Renga], message: discord.Message) -> None:
        """Check what was right-clicked: a work by its form, a plain message by one that is asked for."""
        shown = await quickly(self._app.works.shown(space_of(interaction), MessageId(message.id)))
        if shown is not None:
            await self.press(interaction, "report", shown.work, shown.take)
            return
        poem = message.content[:INPUT_LIMIT]
        await interaction.response.send_modal(_sheet_of_paper(interaction, "", poem))

    async def press(
        self, interaction: discord.Interaction[Renga], action: str, id: WorkId, take: int
    ) -> None:
        """Tell everything that can be checked and counted of a work, to whoever pressed."""
        await acknowledge(interaction, private=True)
        work = await self._studio.work(interaction, id)
        chosen = await self._app.works.take(work.guild, id, take or work.take)
        facts = await self._app.facts.of_take(work, chosen, self._studio.seeing(interaction))
        lang = lang_read(interaction)
        name = facts.form.get(lang, "")
        await _tell_long(interaction, whole_report(facts, lang), facts.report, name=name)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Renga]) -> None:
        """Check a poem that was sent in, also when the form was opened before a restart."""
        filled = submitted(interaction)
        if filled is None or filled.action != "form-check":
            return
        interaction.extras["input"] = filled.value("poem")

        async def again(press: discord.Interaction[Renga], form: str) -> None:
            await self._report(press, replace(filled, values={**filled.values, "form": form}))

        interaction.extras["again"] = again
        try:
            await self._report(interaction, filled)
        except Exception as error:  # noqa: BLE001 - whatever it is, the member is told
            await explain_to(interaction, error)

    async def _report(self, interaction: discord.Interaction[Renga], filled: Form) -> None:
        named = filled.value("form")[:NAME_LIMIT]
        shape = self._desk.shape(named)
        book = _book(filled.value("book"))
        await acknowledge(interaction, private=True)
        # The first look into the dictionary takes a fifth of a second.
        poem = filled.value("poem")[:LONGEST]
        topic = filled.value("word")
        report = await asyncio.to_thread(self._desk.check, poem, shape, topic=topic, book=book)
        lang = lang_read(interaction)
        name = self._desk.name(named, lang)
        await _tell_long(interaction, "\n".join(form_rows(report, lang, name=name)), report, name=name)


def form_list(forms: Sequence[FormFile], lang: Lang) -> list[str]:
    """The forms there are, by language, the tunes of ci in one row; and how to describe one."""
    groups: tuple[tuple[str, tuple[Lang, ...]], ...] = (
        ("form.list_english", ("en",)),
        ("form.list_chinese", ("zh",)),
        ("form.list_both", LANGUAGES),
    )
    rows: list[str] = []
    for key, languages in groups:
        rows.append(f"__{translate(key, lang)}__")
        own = [one for one in forms if one.languages == languages]
        rows += [f"**{one.title[lang]}** – {one.about[lang]}" for one in own if not is_tune(one)]
        if tunes := [one for one in own if is_tune(one)]:
            rows.append(
                f"**{translate('form.tunes', lang)}** – {'、'.join(one.title['zh'] for one in tunes)}"
            )
    return [*rows, translate("form.list_described", lang)]


async def _tell_long(
    interaction: discord.Interaction[Renga], shown: str, report: FormReport | None, *, name: str
) -> None:
    """A report in as many messages as it needs; a very long one as a file, with what fails before it."""
    parts = split(shown, most=MOST_PARTS)
    if parts is not None:
        for part in parts:
            if part.strip():
                await tell(interaction, part.strip("\n"))
        return
    lang = lang_read(interaction)
    if report is None:
        await tell(interaction, shown.split("\n", 1)[0], files=[("report.txt", shown.encode())])
        return
    wrong = "\n".join(form_rows(report, lang, name=name, wrong_only=True))
    first = (split(wrong, MESSAGE_LIMIT - 80, most=10_000) or [""])[0]
    if first != wrong:
        # Not in the middle of what is told of a line.
        first = first[: max(first.rfind(f"\n{holds.sign} ") for holds in Holds)]
        first += f"\n-# … {translate('form.whole_in_file', lang)}"
    whole = "\n".join(sheet(report, lang, name=name))
    await tell(interaction, first, files=[("report.txt", whole.encode())])


def _sheet_of_paper(
    interaction: discord.Interaction[Renga],
    name: str,
    poem: str = "",
    *,
    book: str | None = None,
    spells: bool = False,
) -> discord.ui.Modal:
    lang = lang_read(interaction)
    fields = [text_field("form", lang, default=name, limit=NAME_LIMIT)]
    if book:
        fields.append(
            text_field("book", lang, default=Book(book).full_name, limit=NAME_LIMIT, required=False)
        )
    if spells:
        fields.append(text_field("word", lang, limit=NAME_LIMIT, required=False))
    return form("form-check", 0, 0, lang, *fields, text_field("poem", lang, long=True, default=poem))


def _book(typed: str) -> str:
    """The rhyme book that is meant; "" for the usual one.

    Raises:
        BadInput: there is none of that name.
    """
    known = {name: book.value for book in Book for name in (book.value, book.full_name)}
    wanted = typed.strip().lower()
    if wanted and wanted not in known:
        raise BadInput("refused.bad_option", name="book", typed=typed[:NAME_LIMIT])
    return known.get(wanted, "")


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Verse(bot, studio_of(bot)))
