"""/votes: members choose between takes without knowing whose is whose; the server sees who is preferred."""

from __future__ import annotations

import asyncio
import logging
from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Renga
from bot.errors import BadInput, NotAllowed
from bot.i18n.slash import say
from bot.i18n.text import lang_of
from bot.ids import ChannelId, MessageId, WorkId
from bot.services.brief import Pending
from bot.services.judging_votes import HOURS, LONGEST, Ballot, Opponent
from bot.works import Wish
from cogs.ui.card import waiting
from cogs.ui.judging_ballot import VoteButton, closed, opened, paper, strengths, writing
from cogs.ui.reply import acknowledge, hold, tell
from cogs.ui.stream import Lost, Surface
from cogs.ui.studio import Studio, quickly, studio_of
from cogs.ui.where import invited, is_moderator, lang_public, lang_read, member_of, place_of, space_of
from cogs.ui.works_more import WorkFeature

log = logging.getLogger(__name__)

LOOK = 60.0
"""Seconds between two looks for votes whose time is over."""

Choices = list[app_commands.Choice[str]]
Hours = app_commands.Range[int, 1, LONGEST]


def _options(*names: str) -> dict[str, app_commands.locale_str]:
    return {name: say(f"command.option_{name}_about") for name in names}


def _names(*names: str) -> dict[str, app_commands.locale_str]:
    return {name: say(f"command.option_{name}") for name in names}


class Votes(commands.Cog):
    """Carries out votes.  They are of servers that invited the bot: alone nobody votes blindly."""

    votes = app_commands.Group(
        name=say("command.votes"), description=say("command.votes_about"), guild_only=True
    )

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self._app = bot.app
        self._desk = bot.app.votes
        self._studio = studio

    async def cog_load(self) -> None:
        """Answer every button of a vote, also those of before a restart, and close what is over."""
        self._bot.add_dynamic_items(VoteButton)
        self._app.supervisor.add("votes", LOOK, self.end_due)
        self._studio.more.add(
            WorkFeature(
                name="vote",
                label="button.vote",
                about="more.vote",
                run=lambda interaction, on: self.press(interaction, "vote", *on),
                fits=lambda on: on.takes > 1 and on.shared and on.own,
                place=50,
            )
        )

    async def cog_unload(self) -> None:
        """Answer them no longer."""
        self._bot.remove_dynamic_items(VoteButton)
        self._studio.more.remove("vote")

    @votes.command(name=say("command.votes_open"), description=say("command.votes_open_about"))
    @app_commands.describe(**_options("work", "hours"))
    @app_commands.rename(**_names("work", "hours"))
    async def open(
        self, interaction: discord.Interaction[Renga], work: str | None = None, hours: Hours = HOURS
    ) -> None:
        """Open a vote between the takes of one's own work."""
        _here(interaction)
        named = self._studio.recent.named(space_of(interaction), member_of(interaction), work or "")
        chosen = await quickly(named)
        surface = await acknowledge(interaction, private=False)
        await self._open(interaction, surface, chosen, hours)

    @open.autocomplete("work")
    async def _works(self, interaction: discord.Interaction[Renga], typed: str) -> Choices:
        found = self._studio.recent.peek(space_of(interaction), member_of(interaction), typed)
        return [app_commands.Choice(name=name[:100], value=str(id)) for name, id in found]

    @votes.command(name=say("command.votes_duel"), description=say("command.votes_duel_about"))
    @app_commands.describe(**_options("topic", "form", "model", "against", "style", "against_style", "hours"))
    @app_commands.rename(**_names("topic", "form", "model", "against", "style", "against_style", "hours"))
    async def duel(
        self,
        interaction: discord.Interaction[Renga],
        topic: str,
        model: str = "",
        against: str = "",
        style: str = "",
        against_style: str = "",
        form: str = "",
        hours: Hours = HOURS,
    ) -> None:
        """Two models or two styles write to one topic, and the server chooses."""
        _here(interaction)
        interaction.extras["input"] = topic
        for name in (model, against):
            self._studio.models.check(name.strip())
        catalogue = self._app.catalogue
        found = [catalogue.find_style(one) for one in (style, against_style or style)]
        first, second = (one.id if one else "" for one in found)
        sides = (Opponent(model.strip(), first), Opponent((against or model).strip(), second))
        if sides[0] == sides[1]:
            raise BadInput("refused.same_sides")
        kind = catalogue.find_form(form)
        art = next(iter(catalogue.arts))
        languages = kind.languages if kind else ()
        wish = Wish(
            art=art,
            topic=topic,
            form=kind.id if kind else "",
            language=languages[0] if len(languages) == 1 else None,
        )
        brief = self._studio.brief(interaction, wish)
        self._app.composer.check(brief)
        surface = await acknowledge(interaction, private=False)
        lang = lang_public(interaction)
        await surface.edit(writing(topic, lang))
        async for step in self._desk.duel(brief, sides, hours=hours, stop=asyncio.Event()):
            if isinstance(step, Pending):
                await surface.edit(waiting(None, _nameless(step), lang))
            else:
                await self._place(interaction, surface, step)

    @duel.autocomplete("model")
    @duel.autocomplete("against")
    async def _models(self, interaction: discord.Interaction[Renga], typed: str) -> Choices:
        return [app_commands.Choice(name=id, value=id) for id in self._studio.models.matching(typed)]

    @duel.autocomplete("style")
    @duel.autocomplete("against_style")
    async def _styles(self, interaction: discord.Interaction[Renga], typed: str) -> Choices:
        found = self._app.catalogue.suggest("style", typed, lang_read(interaction))
        return [app_commands.Choice(name=title[:100], value=id[:100]) for title, id in found]

    @duel.autocomplete("form")
    async def _forms(self, interaction: discord.Interaction[Renga], typed: str) -> Choices:
        found = self._app.catalogue.suggest("form", typed, lang_read(interaction))
        return [app_commands.Choice(name=title[:100], value=id[:100]) for title, id in found]

    @votes.command(name=say("command.votes_table"), description=say("command.votes_table_about"))
    @app_commands.describe(**_options("by"))
    @app_commands.rename(**_names("by"))
    @app_commands.choices(
        by=[
            app_commands.Choice(name=say("vote.by_model"), value="model"),
            app_commands.Choice(name=say("vote.by_style"), value="style"),
        ]
    )
    async def table(self, interaction: discord.Interaction[Renga], by: str = "model") -> None:
        """Show who is preferred here, to whoever asks."""
        _here(interaction)
        await acknowledge(interaction, private=True)
        compared: Literal["model", "style"] = "style" if by == "style" else "model"
        found = await self._desk.table(space_of(interaction), compared)
        await tell(interaction, strengths(found, compared, lang_read(interaction)))

    async def press(
        self, interaction: discord.Interaction[Renga], action: str, id: WorkId, take: int
    ) -> None:
        """Open a vote from a work's own button."""
        _here(interaction)
        surface = await acknowledge(interaction, private=False)
        await self._open(interaction, surface, id, HOURS)

    async def pressed(
        self, interaction: discord.Interaction[Renga], action: str, poll: int, option: int
    ) -> None:
        """Carry out a press on a vote."""
        guild, member, lang = space_of(interaction), member_of(interaction), lang_read(interaction)
        if action == "read":
            await acknowledge(interaction, private=True)
            ballot = await self._desk.ballot(guild, poll)
            if not ballot.poll.open:
                await self._redraw(ballot)
            frame = paper(ballot, member, lang) if ballot.poll.open else closed(ballot, lang, whole=True)
            await tell(interaction, frame.content, view=frame.view, files=frame.files)
        elif action == "pick":
            surface = await hold(interaction)
            changed = await self._desk.cast(guild, member, poll, option)
            ballot = await self._desk.ballot(guild, poll)
            await surface.edit(paper(ballot, member, lang, chosen=option))
            if changed:
                await self._redraw(ballot)
        else:
            surface = await hold(interaction)
            ballot = await self._desk.close(guild, member, poll, moderator=is_moderator(interaction))
            await surface.edit(closed(ballot, lang_public(interaction)))

    async def end_due(self) -> None:
        """Close what is over, and show whose was whose."""
        for ballot in await self._desk.end_due():
            await self._redraw(ballot)

    async def _open(
        self, interaction: discord.Interaction[Renga], surface: Surface, id: WorkId, hours: int
    ) -> None:
        ballot = await self._desk.open(
            space_of(interaction), member_of(interaction), id, hours=hours, key=str(interaction.id)
        )
        await self._place(interaction, surface, ballot)

    async def _place(self, interaction: discord.Interaction[Renga], surface: Surface, ballot: Ballot) -> None:
        """Show a vote that was opened, and remember where."""
        await surface.edit(opened(ballot, lang_public(interaction)))
        if surface.id is not None:
            channel = ChannelId(place_of(interaction).spot)
            await self._desk.placed(ballot, channel, MessageId(surface.id))

    async def _redraw(self, ballot: Ballot) -> None:
        """Draw a vote as it stands on its message, if that is still there."""
        poll = ballot.poll
        if poll.channel is None or poll.message is None:
            return
        guild = self._bot.get_guild(int(poll.guild))
        lang = lang_of(str(guild.preferred_locale)) if guild is not None else "en"
        frame = opened(ballot, lang) if poll.open else closed(ballot, lang)
        message = self._bot.get_partial_messageable(poll.channel).get_partial_message(poll.message)
        try:
            await message.edit(**frame.edited())
        except (discord.HTTPException, Lost) as error:
            log.info("a vote could not be redrawn: %s", type(error).__name__)


def _here(interaction: discord.Interaction[Renga]) -> None:
    """Refuse where the bot was not invited."""
    if not invited(interaction):
        raise NotAllowed("refused.guild_only")


def _nameless(step: Pending) -> Pending:
    """What is waited for, without the name that would tell who writes."""
    return Pending(step.why, step.place, step.fraction, "…", step.seconds)


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Votes(bot, studio_of(bot)))
