"""/chapter and /scene: long prose, part by part after a plan.  /script: screenplays in turns."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any, cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.books.plan import MOST_STEPS, Kind, Plan, edited, numbered
from bot.client import Renga
from bot.errors import BadInput, RengaError
from bot.explain import explain
from bot.house.style import rating_at
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.ids import LANGUAGES, Lang, number_of
from bot.services.books_ports import PlanRow
from bot.services.books_writer import is_for_one, steps_written, terms_for_one, written
from bot.services.stories import CHAPTER_LIMIT, TITLE_LIMIT, Told
from bot.services.stories_ports import StoryNumber
from bot.stories import events as ev
from bot.stories.model import Stage
from cogs.stories import stories_of
from cogs.ui.chapter_desk import ChapterDesk, own
from cogs.ui.chapter_items import PartMenu, PlanButton
from cogs.ui.items import WorkButton
from cogs.ui.modals import INPUT_LIMIT, Form, form, submitted, text_field
from cogs.ui.reply import acknowledge, explain_to, tell
from cogs.ui.safe import line
from cogs.ui.stories_export_pages import PageButton
from cogs.ui.where import is_moderator, lang_read, member_of, place_of, space_of

ABOUT_LIMIT = 1_000
"""Characters in which a writer says what a chapter is about."""

_LANGUAGES = [app_commands.Choice(name=say(f"language.{lang}"), value=lang) for lang in LANGUAGES]

_OPTIONS = {
    "title": "story_option.title",
    "about": "bound.option_about",
    "parts": "bound.option_parts",
    "words": "bound.option_words",
    "language": "story_option.language",
    "model": "story_option.model",
    "opening": "story_option.opening",
    "ai": "story_option.ai",
}


def _named(*names: str) -> Any:
    def decorate(command: Any) -> Any:
        described = app_commands.describe(**{name: say(f"{_OPTIONS[name]}_about") for name in names})
        return described(app_commands.rename(**{name: say(_OPTIONS[name]) for name in names})(command))

    return decorate


class Chapters(commands.Cog):
    """Plans, and what is written of them."""

    def __init__(self, bot: Renga) -> None:
        self._bot = bot
        self._app = bot.app
        self._desk = ChapterDesk(bot)

    async def cog_load(self) -> None:
        """Answer buttons, also those of before a restart."""
        self._bot.add_dynamic_items(PlanButton, PartMenu, PageButton)
        self._app.chapters.names = self._names

    async def cog_unload(self) -> None:
        """Leave what is being written to the next start."""
        self._bot.remove_dynamic_items(PlanButton, PartMenu, PageButton)
        await self._desk.wind_up()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Go on with what was being written when the bot went."""
        await self._desk.go_on()

    async def _names(self, guild: Any, members: Sequence[Any]) -> Any:
        return await self._desk.stories.outlet.names(guild, members)

    # --- commands ----------------------------------------------------------------------------

    @app_commands.command(name=say("bound.chapter"), description=say("bound.chapter_about"))
    @app_commands.guild_only()
    @_named("title", "about", "parts", "words", "language", "model")
    @app_commands.choices(language=_LANGUAGES)
    async def chapter(
        self,
        interaction: discord.Interaction[Renga],
        title: app_commands.Range[str, 1, CHAPTER_LIMIT],
        about: app_commands.Range[str, 1, ABOUT_LIMIT],
        parts: app_commands.Range[int, 1, MOST_STEPS] = 5,
        words: app_commands.Range[int, 50, 500] = 300,
        language: str = "",
        model: str = "",
    ) -> None:
        """Plan a chapter, in a thread of its own or in that of a chapter before it."""
        await self._open(interaction, "chapter", title, about, parts, words, language, model)

    @app_commands.command(name=say("bound.scene"), description=say("bound.scene_about"))
    @app_commands.guild_only()
    @_named("title", "about", "parts", "words", "language", "model")
    @app_commands.choices(language=_LANGUAGES)
    async def scene(
        self,
        interaction: discord.Interaction[Renga],
        title: app_commands.Range[str, 1, CHAPTER_LIMIT],
        about: app_commands.Range[str, 1, ABOUT_LIMIT],
        parts: app_commands.Range[int, 1, MOST_STEPS] = 3,
        words: app_commands.Range[int, 50, 500] = 200,
        language: str = "",
        model: str = "",
    ) -> None:
        """Plan a scene, in a thread of its own or in that of a chapter."""
        await self._open(interaction, "scene", title, about, parts, words, language, model)

    @app_commands.command(name=say("bound.script"), description=say("bound.script_about"))
    @app_commands.guild_only()
    @_named("title", "opening", "ai", "language")
    @app_commands.choices(language=_LANGUAGES)
    async def script(
        self,
        interaction: discord.Interaction[Renga],
        title: app_commands.Range[str, 1, TITLE_LIMIT],
        opening: app_commands.Range[str, 1, 4000] = "",
        ai: app_commands.Range[int, 0, 3] = 0,
        language: str = "",
    ) -> None:
        """Open the lobby of a screenplay: a story whose parts are Fountain."""
        stories = stories_of(self._bot)
        start = cast(Any, stories.start).callback
        await start(
            stories, interaction, title=title, opening=opening, ai=ai, language=language, game="script"
        )

    async def _open(
        self,
        interaction: discord.Interaction[Renga],
        kind: Kind,
        title: str,
        about: str,
        parts: int,
        words: int,
        language: str,
        model: str,
    ) -> None:
        interaction.extras["input"] = f"{title}\n{about}"
        stories, place, member = stories_of(self._bot), place_of(interaction), member_of(interaction)
        stories.desk.studio.models.check(model)
        self._app.usage.check(place, member)
        await acknowledge(interaction, private=True)
        key = str(interaction.id)
        title = await self._app.stories.said(place, title, CHAPTER_LIMIT, "title")
        about = await self._app.stories.said(place, about, ABOUT_LIMIT, "text", lines=True)
        told = await self._app.stories.at(place.guild, place.spot) if place.thread is not None else None
        if told is None:
            told = await self._new_story(interaction, title, language, model)
        else:
            if told.story.starter != member or not is_for_one(told.story) or told.story.stage is Stage.ENDED:
                raise BadInput("bound.not_here")
            head = ev.NewChapter(by=member, title=title, scene=kind == "scene")
            await self._app.stories.act(told.row.guild, told.row.id, head, key=f"{key}:head")
        plan = Plan(kind=kind, title=title, about=about, words=words)
        row = await self._app.plans.add(told.row.guild, told.row.id, member, plan, key)
        told = await self._app.stories.read(told.row.guild, told.row.id)
        trouble = await self._planned(row, told, parts, key=f"{key}:plan")
        where = f"<#{told.row.thread}>" if told.row.thread is not None else "…"
        text = translate("bound.opened", lang_read(interaction), title=line(title), thread=where)
        await tell(interaction, f"{text}\n-# ⚠️ {trouble}" if trouble else text)

    async def _new_story(
        self, interaction: discord.Interaction[Renga], title: str, language: str, model: str
    ) -> Told:
        """A story for one, in a thread of its own, begun."""
        stories, place, member = stories_of(self._bot), place_of(interaction), member_of(interaction)
        stories.may_open(interaction, interaction.channel)
        house = (await self._app.desk.book.of(place)).house
        guessed = "zh" if str(interaction.guild_locale or "").startswith("zh") else "en"
        tongue = cast(Lang, language or house.language or guessed)
        terms = terms_for_one(
            tongue, model.strip(), rating=rating_at(house, place), local_only=bool(house.local_only)
        )
        key = str(interaction.id)
        opened = await self._app.stories.start(place, member, title, terms, key=key)
        row = opened.row
        await self._app.stories.act(row.guild, row.id, ev.Begin(by=member), key=f"{key}:begin")
        return await self._app.stories.read(row.guild, row.id)

    async def _planned(self, row: PlanRow, told: Told, parts: int, *, key: str) -> str:
        """Have a model plan, and show the card; what went wrong is said, and the writer can plan by hand."""
        trouble = ""
        try:
            plan = await self._app.chapters.plan(told, row, parts, key=key)
            row = await self._app.plans.change(row.guild, row.story, row.number, lambda _: plan)
        except RengaError as error:
            trouble = explain(error, told.row.language).splitlines()[0]
        fresh = await self._app.plans.load(row.guild, row.story, row.number)
        await self._desk.show(fresh, told, trouble=trouble)
        return trouble

    # --- presses -----------------------------------------------------------------------------

    async def press(
        self, interaction: discord.Interaction[Renga], action: str, story: StoryNumber, number: int, step: int
    ) -> None:
        """Carry out one press on a plan: by whose it is; moderators may stop it."""
        row, told = await self._desk.find(space_of(interaction), story, number)
        lang = lang_read(interaction)
        own(row, member_of(interaction), moderator=action == "stop" and is_moderator(interaction))
        key = str(interaction.id)
        if action == "edit-plan":
            field = text_field("plan", lang, long=True, default=numbered(row.plan))
            await interaction.response.send_modal(form("plan-edit", int(story), number, lang, field))
            return
        if action == "edit":
            await self._ask_edit(interaction, row, told, step)
            return
        await acknowledge(interaction, private=True)
        match action:
            case "next" | "all":
                self._app.usage.check(told.row.place, row.member)
                await self._desk.begin(row, told, whole=action == "all")
            case "stop":
                await self._desk.stop(row)
            case "another-plan":
                self._app.usage.check(told.row.place, row.member)
                if trouble := await self._planned(row, told, max(3, len(row.plan.steps)), key=key):
                    await tell(interaction, f"⚠️ {trouble}")
                    return
            case "another":
                await self._another(row, told, step, key)
            case _:
                work = await self._app.chapters.as_one(told, row, self._app.works, key=key)
                view = discord.ui.View(timeout=None)
                for name in ("publish", "credits"):
                    view.add_item(WorkButton(name, work.id, work.take, lang=lang))
                text = translate(
                    "bound.as_one", lang, title=line(row.plan.title), work=f"\\#{number_of(work.id)}"
                )
                await tell(interaction, text, view=view)
                return
        await tell(interaction, translate("bound.plan_changed", lang))

    async def _another(self, row: PlanRow, told: Told, step: int, key: str) -> None:
        self._app.usage.check(told.row.place, row.member)
        stop = asyncio.Event()
        async with aclosing(self._app.chapters.another_part(told, row, step, key=key, stop=stop)) as steps:
            async for _ in steps:
                pass
        await self._desk.show(*await self._desk.find(row.guild, row.story, row.number))

    async def _ask_edit(
        self, interaction: discord.Interaction[Renga], row: PlanRow, told: Told, step: int
    ) -> None:
        turn = steps_written(row, told.story).get(step)
        if turn is None:
            raise BadInput("story.no_turn")
        text = (await self._app.stories.texts(told.row)).get(turn.key, "")
        if len(text) > INPUT_LIMIT:
            raise BadInput("bound.too_long_for_a_form", limit=INPUT_LIMIT)
        await stories_of(self._bot).desk.ask_edit(interaction, told, turn.number)

    async def choose(
        self, interaction: discord.Interaction[Renga], story: StoryNumber, number: int, step: int
    ) -> None:
        """Show what can be done with one part."""
        await acknowledge(interaction, private=True)
        row, told = await self._desk.find(space_of(interaction), story, number)
        own(row, member_of(interaction))
        turn = steps_written(row, told.story).get(step)
        if turn is None:
            raise BadInput("story.no_turn")
        lang = lang_read(interaction)
        view = discord.ui.View(timeout=None)
        for action in ("another", "edit"):
            view.add_item(PlanButton(action, story, number, step, lang=lang))
        facts = {"number": step, "words": turn.words, "step": line(row.plan.steps[step - 1], 300)}
        await tell(interaction, translate("bound.one_part", lang, **facts), view=view)

    # --- forms -------------------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Renga]) -> None:
        """Take over a plan that was typed, also in a form that was opened before a restart."""
        filled = submitted(interaction)
        if filled is None or filled.action != "plan-edit":
            return
        interaction.extras["input"] = filled.value("plan")
        try:
            await self._edited(interaction, filled)
        except Exception as error:  # noqa: BLE001 - whatever it is, the member is told
            await explain_to(interaction, error)

    async def _edited(self, interaction: discord.Interaction[Renga], filled: Form) -> None:
        await acknowledge(interaction, private=True)
        guild, story = space_of(interaction), StoryNumber(filled.subject)
        row, told = await self._desk.find(guild, story, filled.take)
        own(row, member_of(interaction))
        typed = await self._app.stories.said(
            told.row.place, filled.value("plan"), INPUT_LIMIT, "text", lines=True
        )
        done = written(row, told.story)
        await self._app.plans.change(guild, story, filled.take, lambda plan: edited(plan, typed, done))
        await self._desk.show(*await self._desk.find(guild, story, filled.take))
        await tell(interaction, translate("story.saved", lang_read(interaction)))


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Chapters(bot))
