"""/story: stories that members and models write in turns, in threads."""

from __future__ import annotations

from typing import cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Renga
from bot.errors import BadInput
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.ids import LANGUAGES, Lang
from bot.services.stories import TITLE_LIMIT
from bot.services.stories_ports import StoryNumber
from bot.stories import events as ev
from bot.stories import games
from bot.stories.model import Absent, Game, Order, Pace, Terms
from cogs.ui.items import found as cog_of
from cogs.ui.modals import form, submitted, text_field
from cogs.ui.reply import acknowledge, explain_to, tell
from cogs.ui.safe import line
from cogs.ui.stories_desk import StoryDesk
from cogs.ui.stories_group import choices, named, options, story
from cogs.ui.stories_items import StoryButton
from cogs.ui.stories_reading import Reading
from cogs.ui.stories_turns import Turns
from cogs.ui.studio import studio_of
from cogs.ui.where import is_moderator, lang_read, member_of, place_in, place_of, space_of


class Stories(Turns, Reading):
    """Commands and buttons of stories."""

    story = story

    def __init__(self, bot: Renga) -> None:
        self._bot = bot
        self.app = bot.app
        self.desk = StoryDesk(bot, studio_of(bot))

    async def cog_load(self) -> None:
        """Answer every button, draw what changes, and have models write."""
        self._bot.add_dynamic_items(StoryButton)
        self.app.stories.shown = self.desk.shown
        self.app.story_writer.names = self.desk.outlet.names
        self.app.story_time.writer = self.desk.have_written

    async def cog_unload(self) -> None:
        """Leave what is being written to the next start."""
        self.app.stories.shown = None
        self.app.story_time.writer = None
        self._bot.remove_dynamic_items(StoryButton)
        await self.desk.wind_up()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Draw what was not drawn before the bot went."""
        await self.desk.outlet.catch_up()

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Renga]) -> None:
        """Carry out a submitted form, also one that was opened before a restart."""
        filled = submitted(interaction)
        if filled is None or not filled.action.startswith("story-"):
            return
        interaction.extras["input"] = "\n".join(value for value in filled.values.values() if value)
        try:
            match filled.action:
                case "story-write":
                    await self.desk.written(interaction, filled)
                case "story-edit":
                    await self.desk.edited(interaction, filled)
                case "story-continue":
                    told = await self.of(interaction, filled.subject)
                    await self.desk.helped(interaction, told, "continue", filled.value("begun"))
                case _:
                    told = await self.of(interaction, filled.subject)
                    await self.desk.helped(interaction, told, "polish", filled.value("rough"))
        except Exception as error:  # noqa: BLE001 - whatever it is, the member is told
            await explain_to(interaction, error)

    async def press(
        self, interaction: discord.Interaction[Renga], action: str, story: StoryNumber, turn: int
    ) -> None:
        """Carry out one press."""
        told = await self.of(interaction, story)
        member, moderator = member_of(interaction), is_moderator(interaction)
        lang = lang_read(interaction)
        event: ev.Event
        match action:
            case "write":
                await self.desk.ask_words(interaction, told, turn)
                return
            case "read":
                await self.desk.read(interaction, told, 1)
                return
            case "recap":
                await self.desk.recap(interaction, told)
                return
            case "draft" | "ways":
                await self.desk.helped(interaction, told, action)
                return
            case "continue" | "polish":
                name = "begun" if action == "continue" else "rough"
                field = text_field(name, lang, long=True, limit=3_000)
                await interaction.response.send_modal(form(f"story-{action}", int(story), turn, lang, field))
                return
            case "another":
                await self.desk.another(interaction, told, turn)
                return
            case "join":
                event = ev.Join(by=member, moderator=moderator)
            case "leave":
                event = ev.Leave(by=member)
            case "begin":
                event = ev.Begin(by=member, moderator=moderator)
            case "pass":
                event = ev.Pass(by=member, turn=turn)
            case "time":
                event = ev.MoreTime(by=member, moderator=moderator, turn=turn)
            case "away":
                event = ev.Away(by=member)
            case "back":
                event = ev.Back(by=member)
            case "undo":
                event = ev.Undo(by=member, moderator=moderator, turn=turn)
            case "redo":
                event = ev.Redo(by=member, moderator=moderator, turn=turn)
            case "skip":
                event = ev.Skip(by=member, moderator=moderator, turn=self.open_turn(told))
            case "pause":
                event = ev.Pause(by=member, moderator=moderator)
            case "resume" | "reopen":
                event = ev.Resume(by=member, moderator=moderator)
            case "end-now":
                event = ev.End(by=member, moderator=moderator)
            case _:
                raise BadInput("refused.command_changed")
        await self.desk.act(interaction, told, event)

    # --- beginning -------------------------------------------------------------------------

    @story.command(**named("start"))
    @options(
        "title", "opening", "game", "order", "pace", "minutes", "seats", "ai", "least", "most", "rounds",
        "absent", "language", "model", "invited_only", "late", "local_only", "rules", "channel",
    )  # fmt: skip
    @app_commands.choices(
        game=choices("story", "one-word", "corpse", "renga", "script"),
        order=choices("round", "random", "free", "pen"),
        pace=choices("quick", "normal", "slow"),
        absent=choices("skip", "stand_in", "wait"),
        language=[app_commands.Choice(name=say(f"language.{lang}"), value=lang) for lang in LANGUAGES],
    )
    async def start(
        self,
        interaction: discord.Interaction[Renga],
        title: app_commands.Range[str, 1, TITLE_LIMIT],
        opening: app_commands.Range[str, 1, 4000] = "",
        game: str = "story",
        order: str = "round",
        pace: str = "normal",
        minutes: app_commands.Range[int, 1, 43_200] | None = None,
        seats: app_commands.Range[int, 1, 50] = 12,
        ai: app_commands.Range[int, 0, 3] = 0,
        least: app_commands.Range[int, 0, 2_000] = 0,
        most: app_commands.Range[int, 0, 2_000] = 250,
        rounds: app_commands.Range[int, 0, 1_000] = 0,
        absent: str = "skip",
        language: str = "",
        model: str = "",
        invited_only: bool = False,
        late: bool = True,
        local_only: bool = False,
        rules: app_commands.Range[str, 1, 400] = "",
        channel: discord.TextChannel | None = None,
    ) -> None:
        """Open the lobby of a story, in a thread of its own (or in the thread where it is begun)."""
        interaction.extras["input"] = "\n".join(text for text in (title, opening) if text)
        place = place_of(interaction)
        if channel is not None:
            place = place_in(space_of(interaction), channel, channel.id)
        self._may_open(interaction, channel or interaction.channel)
        if least and most and least > most:
            raise BadInput("refused.bad_option", name="least", typed=str(least))
        await acknowledge(interaction, private=True)
        house = (await self.app.desk.book.of(place)).house
        tongue: Lang = "zh" if language == "zh" else "en"
        if not language:
            tongue = house.language or (
                "zh" if str(interaction.guild_locale or "").startswith("zh") else "en"
            )
        terms = Terms(
            order=Order(order),
            pace=Pace(pace),
            seconds=minutes * 60 if minutes is not None else games.SECONDS[Pace(pace)],
            shortest=least,
            longest=most,
            seats=seats,
            open=not invited_only,
            late=late,
            rounds=rounds,
            models=ai,
            absent={"skip": Absent.SKIP, "stand_in": Absent.STAND_IN, "wait": Absent.PAUSE}[absent],
            language=tongue,
            model=model.strip(),
            ground_rules=await self.app.stories.said(place, rules, 400, "text"),
            local_only=local_only or bool(house.local_only),
        )
        terms = games.terms_of(Game(game), terms)
        outcome = await self.app.stories.start(
            place, member_of(interaction), title, terms, opening=opening, key=str(interaction.id)
        )
        row = await self.app.stories.store.load(outcome.row.guild, outcome.row.id)
        lang = lang_read(interaction)
        thread = f"<#{row.thread}>" if row.thread is not None else "…"
        await tell(interaction, translate("story.opened", lang, title=line(row.title), thread=thread))

    def _may_open(self, interaction: discord.Interaction[Renga], channel: object) -> None:
        """Refuse where the bot could make no thread, before anything is written."""
        if isinstance(channel, discord.TextChannel):
            held = channel.permissions_for(channel.guild.me)
            if not (held.create_public_threads and held.send_messages_in_threads and held.send_messages):
                raise BadInput("story.no_thread", channel=f"<#{channel.id}>")
        elif not isinstance(channel, discord.Thread):
            raise BadInput("story.no_thread", channel=f"<#{interaction.channel_id}>")

    @story.command(**named("fork"))
    @options("part", "title")
    async def fork(
        self,
        interaction: discord.Interaction[Renga],
        part: app_commands.Range[int, 1, 100_000],
        title: app_commands.Range[str, 1, TITLE_LIMIT] = "",
    ) -> None:
        """Go on from a part in a new thread, with everything before it and its credits."""
        await acknowledge(interaction, private=True)
        told = await self.here(interaction)
        turns = told.story.turns
        if part > len(turns) or games.hidden(told.story):
            raise BadInput("story.no_turn")
        outcome = await self.app.stories.fork(
            told, member_of(interaction), turns[part - 1].number, title=title, key=str(interaction.id)
        )
        row = await self.app.stories.store.load(outcome.row.guild, outcome.row.id)
        lang = lang_read(interaction)
        await tell(interaction, translate("story.forked", lang, number=part, thread=f"<#{row.thread}>"))


def stories_of(bot: Renga) -> Stories:
    """The cog of stories."""
    return cast(Stories, cog_of(bot, "Stories"))


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Stories(bot))
