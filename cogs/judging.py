"""/critique: a close reading of a text, for its author alone, or for all where its author agrees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Renga
from bot.errors import BadInput, NotAllowed
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.ids import Lang, MemberId, MessageId, WorkId, number_of
from bot.services.judging_critic import Ask
from bot.services.judging_facts import Facts
from bot.works import Take, Work
from cogs.ui.judging_reading import TEXT_FILE, ReadingQuestion, question, reading, without_model
from cogs.ui.message_more import MessageFeature
from cogs.ui.modals import read_file
from cogs.ui.reply import acknowledge, hold, tell
from cogs.ui.split import split
from cogs.ui.stream import Frame, Surface
from cogs.ui.studio import Studio, studio_of
from cogs.ui.where import invited, lang_public, lang_read, member_of, place_of, space_of
from cogs.ui.works_more import WorkFeature

LONGEST = 6_000
"""Characters of a text that is read."""

MOST_PARTS = 4


@dataclass(frozen=True, slots=True)
class Subject:
    """A text to be read: its title, whose words it holds, and what can be said of it without a model."""

    text: str
    title: str
    owners: tuple[MemberId, ...]
    facts: Facts


class Judging(commands.Cog):
    """Has texts read."""

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self._app = bot.app
        self._studio = studio

    async def cog_load(self) -> None:
        """Offer to read messages, and answer every question, also those of before a restart."""
        self._studio.on_message.add(
            MessageFeature(
                name="critique",
                label="on_message.critique",
                about="on_message.critique_about",
                run=self._critique_this,
                fits=lambda on: on.readable,
                place=20,
            )
        )
        self._bot.add_dynamic_items(ReadingQuestion)
        self._studio.more.add(
            WorkFeature(
                name="critique",
                label="button.critique",
                about="more.critique",
                run=lambda interaction, on: self.press(interaction, "critique", *on),
                place=40,
            )
        )

    async def cog_unload(self) -> None:
        """Take them away again."""
        self._studio.on_message.remove("critique")
        self._bot.remove_dynamic_items(ReadingQuestion)
        self._studio.more.remove("critique")

    @app_commands.command(name=say("command.critique"), description=say("command.critique_about"))
    @app_commands.describe(work=say("command.option_work_about"), model=say("command.option_model_about"))
    @app_commands.rename(work=say("command.option_work"), model=say("command.option_model"))
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.allowed_installs(guilds=True, users=True)
    async def critique(
        self, interaction: discord.Interaction[Renga], work: str | None = None, model: str = ""
    ) -> None:
        """Read a work: the member's own at once, somebody else's when they agree."""
        self._studio.models.check(model.strip())
        self._app.usage.check(place_of(interaction), member_of(interaction))
        await acknowledge(interaction, private=True)
        chosen = await self._studio.recent.named(space_of(interaction), member_of(interaction), work or "")
        await self._work(interaction, await self._studio.work(interaction, chosen), 0, model.strip())

    @critique.autocomplete("work")
    async def _works(
        self, interaction: discord.Interaction[Renga], typed: str
    ) -> list[app_commands.Choice[str]]:
        found = self._studio.recent.peek(space_of(interaction), member_of(interaction), typed)
        return [app_commands.Choice(name=name[:100], value=str(id)) for name, id in found]

    @critique.autocomplete("model")
    async def _models(
        self, interaction: discord.Interaction[Renga], typed: str
    ) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=id, value=id) for id in self._studio.models.matching(typed)]

    async def press(
        self, interaction: discord.Interaction[Renga], action: str, id: WorkId, take: int
    ) -> None:
        """Read a work from its own button."""
        self._app.usage.check(place_of(interaction), member_of(interaction))
        await acknowledge(interaction, private=True)
        await self._work(interaction, await self._studio.work(interaction, id), take)

    async def _critique_this(self, interaction: discord.Interaction[Renga], message: discord.Message) -> None:
        self._app.usage.check(place_of(interaction), member_of(interaction))
        await acknowledge(interaction, private=True)
        shown = await self._app.works.shown(space_of(interaction), MessageId(message.id))
        if shown is not None:
            await self._work(interaction, await self._studio.work(interaction, shown.work), shown.take)
            return
        if message.author.bot or message.webhook_id is not None:
            raise NotAllowed("refused.of_another_bot")
        if not message.content.strip():
            raise BadInput("refused.text_empty")
        writer, text = MemberId(message.author.id), message.content[:LONGEST]
        if writer == member_of(interaction):
            await self._read_alone(interaction, await self._plain(text, writer))
        else:
            await self._ask(interaction, writer, "message", message.id, 0, message.jump_url, text)

    async def _work(
        self, interaction: discord.Interaction[Renga], work: Work, take: int, model: str = ""
    ) -> None:
        number = take or work.take
        if work.author == member_of(interaction):
            subject = await self._subject(interaction, work, number)
            await self._read_alone(interaction, subject, model)
            return
        cards = await self._app.works.cards(work.guild, work.id)
        guild = interaction.guild_id or "@me"
        places = [f"https://discord.com/channels/{guild}/{one.channel}/{one.message}" for one in cards]
        where = places[0] if places else f"#{number_of(work.id)}"
        await self._ask(interaction, work.author, "work", work.id, number, where)

    async def _ask(
        self,
        interaction: discord.Interaction[Renga],
        owner: MemberId,
        kind: str,
        subject: int,
        take: int,
        where: str,
        text: str = "",
    ) -> None:
        """Ask whoever wrote it, in public; until they agree nothing is read and nothing kept."""
        if interaction.guild_id is not None and not invited(interaction):
            raise NotAllowed("refused.only_own_here")
        settings = await self._app.desk.member(space_of(interaction), owner)
        if not owner or settings.revise == "never":
            raise NotAllowed("refused.no_critique")
        asked = question(
            "work" if kind == "work" else "message",
            subject,
            take,
            owner=owner,
            by=member_of(interaction),
            where=where,
            lang=lang_public(interaction),
            text=text,
        )
        await tell(interaction, translate("judging.asked", lang_read(interaction)))
        options: dict[str, Any] = {"view": asked.view}
        await interaction.followup.send(asked.content, files=asked.attachments(), wait=True, **options)

    async def answered(
        self, interaction: discord.Interaction[Renga], answer: str, question: ReadingQuestion
    ) -> None:
        """Carry out the writer's answer; whoever asked may take the question back."""
        member = member_of(interaction)
        if member != question.owner and not (answer == "decline" and member == question.by):
            raise NotAllowed("refused.not_yours")
        surface = await hold(interaction)
        lang = lang_public(interaction)
        if answer == "decline":
            key = "work.withdrawn" if member == question.by else "work.declined"
            await surface.edit(Frame(f"-# {translate(key, lang, owner=f'<@{question.owner}>')}"))
            return
        if question.kind == "work":
            work = await self._studio.work(interaction, WorkId(question.subject))
            if work.author != member:
                raise NotAllowed("refused.not_yours")
            subject = await self._subject(interaction, work, question.take)
        else:
            subject = await self._plain(await _carried(interaction), question.owner)
        await self._read_for_all(interaction, surface, subject, question, lang)

    async def _read_for_all(
        self,
        interaction: discord.Interaction[Renga],
        surface: Surface,
        subject: Subject,
        asked: ReadingQuestion,
        lang: Lang,
    ) -> None:
        """Read in place of the question; if nothing comes of it, the question stands again."""
        message = interaction.message
        before = message.content if message is not None else ""
        files = [(TEXT_FILE, subject.text.encode())] if message is not None and message.attachments else []
        model = await self._model(interaction)
        await surface.edit(Frame(f"-# {translate('judging.reading', lang, model=model)}"))
        try:
            shown = await self._said(interaction, subject, "", lang)
        except BaseException:
            await surface.edit(Frame(before, asked.answers(lang), tuple(files)))
            raise
        parts = split(shown, 1_950, most=100) or [shown[:1_900]]
        rest = (("reading.md", shown.encode()),) if len(parts) > 1 else ()
        await surface.edit(Frame(parts[0] + ("\n-# …" if rest else ""), None, rest))

    async def _read_alone(
        self, interaction: discord.Interaction[Renga], subject: Subject, model: str = ""
    ) -> None:
        shown = await self._said(interaction, subject, model, lang_read(interaction))
        for part in split(shown, most=MOST_PARTS) or [shown[:1_900]]:
            await tell(interaction, part.strip("\n"))

    async def _said(
        self, interaction: discord.Interaction[Renga], subject: Subject, model: str, lang: Lang
    ) -> str:
        """The reading, or why there is none and what can be said without it."""
        place = place_of(interaction)
        if not await self._app.critic.can_read(place, model):
            name = model or await self._model(interaction)
            return without_model("judging.cannot", name, subject.facts, lang)
        ask = Ask(
            place=place,
            member=member_of(interaction),
            lang=lang,
            text=subject.text[:LONGEST],
            topic=subject.title,
            facts=subject.facts,
            owners=subject.owners,
            model=model,
            key=str(interaction.id),
        )
        found = await self._app.critic.read(ask)
        if not found.reading.points:
            return without_model("judging.no_reading", found.model, subject.facts, lang)
        return reading(found, subject.facts, subject.title, lang)

    async def _model(self, interaction: discord.Interaction[Renga]) -> str:
        """The model that answers here."""
        resolved = await self._app.desk.book.of(place_of(interaction))
        return resolved.house.model or self._app.router.default

    async def _subject(self, interaction: discord.Interaction[Renga], work: Work, number: int) -> Subject:
        take: Take = await self._app.works.take(work.guild, work.id, number)
        if take.erased or not take.text.strip():
            raise BadInput("refused.text_empty")
        facts = await self._app.facts.of_take(work, take, self._studio.seeing(interaction))
        owners = tuple({work.author, take.member, *(span.member for span in take.spans)})
        return Subject(take.text, work.title or work.wish.topic, owners, facts)

    async def _plain(self, text: str, writer: MemberId) -> Subject:
        return Subject(text, "", (writer,), await self._app.facts.of_text(text))


async def _carried(interaction: discord.Interaction[Renga]) -> str:
    """The text that a question carries."""
    files = interaction.message.attachments if interaction.message is not None else []
    for file in files:
        if file.filename == TEXT_FILE:
            return await read_file(file)
    raise BadInput("refused.press_again")


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Judging(bot, studio_of(bot)))
