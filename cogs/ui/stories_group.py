"""The commands of stories: their group, how they are named, and what each of them does first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.client import Renga
from bot.i18n.slash import say
from bot.services.stories import Told
from bot.services.stories_ports import StoryNumber
from bot.services.stories_told import acting
from bot.stories import events as ev
from cogs.ui.reply import acknowledge
from cogs.ui.stories_desk import StoryDesk
from cogs.ui.where import is_moderator, member_of, place_of, space_of

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def options(*names: str) -> Callable[[Decorated], Decorated]:
    """Names and descriptions of a command's options, in every language."""

    def decorate(command: Decorated) -> Decorated:
        described = app_commands.describe(**{name: say(f"story_option.{name}_about") for name in names})
        renamed = app_commands.rename(**{name: say(f"story_option.{name}") for name in names})
        return described(renamed(command))

    return decorate


def choices(*names: str) -> list[app_commands.Choice[str]]:
    """Choices of an option, in every language."""
    return [app_commands.Choice(name=say(f"story_choice.{name}"), value=name) for name in names]


def named(name: str) -> dict[str, Any]:
    """Name and description of a command, in every language."""
    return {"name": say(f"story_command.{name}"), "description": say(f"story_command.{name}_about")}


story = app_commands.Group(**named("story"), guild_only=True)
"""``/story``."""

lore = app_commands.Group(**named("lore"), parent=story)
"""``/story lore``."""

host = app_commands.Group(**named("host"), parent=story)
"""``/story host``: for whoever started the story, and for moderators."""


class Commands(commands.Cog):
    """What the commands of stories have in common; a cog is made of them."""

    app: App
    desk: StoryDesk

    def by(self, interaction: discord.Interaction[Renga]) -> dict[str, Any]:
        """Who acts, for an event."""
        return {"by": member_of(interaction), "moderator": is_moderator(interaction)}

    async def here(self, interaction: discord.Interaction[Renga]) -> Told:
        """The story that is written where the command was given."""
        place = place_of(interaction)
        return acting(await self.app.stories.here(place), place.roles)

    async def of(self, interaction: discord.Interaction[Renga], id: int) -> Told:
        """A story of this server."""
        told = await self.app.stories.read(space_of(interaction), StoryNumber(id))
        return acting(told, place_of(interaction).roles)

    async def act(self, interaction: discord.Interaction[Renga], event: Callable[[Told], ev.Event]) -> None:
        """Let something happen to the story that is written here."""
        await acknowledge(interaction, private=True)
        told = await self.here(interaction)
        await self.desk.act(interaction, told, event(told))

    def open_turn(self, told: Told) -> int:
        """The number of the open turn."""
        if told.story.current is None:
            raise ev.StoryRefusal("story.not_begun")
        return told.story.current.number

    def last_part(self, told: Told) -> int:
        """The number of the last part."""
        if told.story.last is None:
            raise ev.StoryRefusal("story.nothing_yet")
        return told.story.last.number
