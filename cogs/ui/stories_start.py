"""Commands that begin a story: a new one, or one that goes on from a part of another."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.client import Renga
from bot.errors import BadInput, NotAllowed
from bot.house.style import rating_at
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.ids import LANGUAGES, Lang
from bot.services.stories import TITLE_LIMIT
from bot.stories import games
from bot.stories.model import Absent, Game, Order, Pace, Terms
from cogs.ui.reply import acknowledge, tell
from cogs.ui.safe import line
from cogs.ui.stories_group import Commands, choices, named, options, story
from cogs.ui.stories_lobby import RATINGS, may_be
from cogs.ui.where import lang_read, member_of, place_in, place_of, space_of


class Starting(Commands):
    """Lays the table."""

    # --- beginning -------------------------------------------------------------------------

    @story.command(**named("start"))
    @options(
        "title", "opening", "game", "order", "pace", "minutes", "seats", "ai", "least", "most", "rounds",
        "absent", "language", "rating", "model", "invited_only", "late", "local_only", "rules", "channel",
    )  # fmt: skip
    @app_commands.choices(
        game=choices("story", "one-word", "corpse", "renga", "script"),
        order=choices("round", "random", "fixed", "free", "pen"),
        pace=choices("quick", "normal", "slow"),
        absent=choices("skip", "stand_in", "wait"),
        language=[app_commands.Choice(name=say(f"language.{lang}"), value=lang) for lang in LANGUAGES],
        rating=[app_commands.Choice(name=say(f"settings.rating_{name}"), value=name) for name in RATINGS],
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
        rating: str = "",
        model: str = "",
        invited_only: bool = False,
        late: bool = True,
        local_only: bool = False,
        rules: app_commands.Range[str, 1, 400] = "",
        channel: discord.TextChannel | discord.ForumChannel | None = None,
    ) -> None:
        """Open the lobby of a story, in a thread of its own (or in the thread where it is begun)."""
        interaction.extras["input"] = "\n".join(text for text in (title, opening) if text)
        place = place_of(interaction)
        if channel is not None:
            place = place_in(space_of(interaction), channel, channel.id)
        self.may_open(interaction, channel or interaction.channel)
        if least and most and least > most:
            raise BadInput("refused.bad_option", name="least", typed=str(least))
        self.desk.studio.models.check(model)
        await acknowledge(interaction, private=True)
        house = (await self.app.desk.book.of(place)).house
        tongue: Lang = "zh" if language == "zh" else "en"
        if not language:
            tongue = house.language or (
                "zh" if str(interaction.guild_locale or "").startswith("zh") else "en"
            )
        allowed = rating_at(house, place)
        if rating and rating not in may_be(allowed):
            raise BadInput("story.rating_too_wide")
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
            rating=rating or allowed,
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

    @start.autocomplete("model")
    async def _models(
        self, interaction: discord.Interaction[Renga], typed: str
    ) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=id, value=id) for id in self.desk.studio.models.matching(typed)]

    def may_open(self, interaction: discord.Interaction[Renga], channel: object) -> None:
        """Refuse where the bot could make no thread, before anything is written."""
        if isinstance(channel, discord.TextChannel | discord.ForumChannel):
            held = channel.permissions_for(channel.guild.me)
            threads = held.create_public_threads or isinstance(channel, discord.ForumChannel)
            if not (threads and held.send_messages_in_threads and held.send_messages):
                raise BadInput("story.no_thread", channel=f"<#{channel.id}>")
            if not channel.permissions_for(_member(interaction)).send_messages:
                raise NotAllowed("story.not_yours_to_post_in", channel=f"<#{channel.id}>")
        elif isinstance(channel, discord.VoiceChannel | discord.StageChannel):
            kind = "story.in_stage" if isinstance(channel, discord.StageChannel) else "story.in_voice"
            raise BadInput(kind, channel=f"<#{channel.id}>")
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
            told,
            member_of(interaction),
            turns[part - 1].number,
            title=title
            or translate("story.fork_title", told.row.language, title=told.story.title)[:TITLE_LIMIT],
            key=str(interaction.id),
        )
        row = await self.app.stories.store.load(outcome.row.guild, outcome.row.id)
        lang = lang_read(interaction)
        await tell(interaction, translate("story.forked", lang, number=part, thread=f"<#{row.thread}>"))


def _member(interaction: discord.Interaction[Renga]) -> discord.Member:
    """Whoever gave the command: in a server they are one of its members."""
    assert isinstance(interaction.user, discord.Member)
    return interaction.user
