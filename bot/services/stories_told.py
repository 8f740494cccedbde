"""A story as the services pass it on: row and state, words that are to be a turn, what came of an event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.attribution.model import Act, Contribution, ModelAuthor, Span
from bot.errors import Gone
from bot.ids import ChannelId, GuildId, MemberId, MessageId, Place
from bot.services.ports import Outgoing
from bot.services.stories_codec import story_from
from bot.services.stories_ports import StoryNumber, StoryRow, StoryStore
from bot.stories.events import Effect
from bot.stories.model import Lore, Scope, Story
from bot.works import Spent

WORLD = f'"scope":"{Scope.WORLD.value}"'
"""How the state of a story says that an entry is true in every one."""


@dataclass(frozen=True, slots=True)
class Told:
    """A story as it is kept, and as the rules know it."""

    row: StoryRow
    story: Story


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an event; ``again`` means that it had happened before."""

    row: StoryRow
    story: Story
    effects: tuple[Effect, ...] = ()
    outgoing: tuple[Outgoing, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Words that are to be a turn, signed.

    ``message`` is the plain message that holds them already, if there is one.
    """

    text: str
    member: MemberId
    spans: tuple[Span, ...] = ()
    model: ModelAuthor | None = None
    act: Act = Act.WROTE
    prompt: str = ""
    parent: int | None = None
    message: tuple[MessageId, ChannelId] | None = None
    spent: Spent | None = None


def told_of(row: StoryRow) -> Told:
    """A row as the rules know it; its language and rating are those of the terms, which may change."""
    story = story_from(row.state)
    place = replace(row.place, rating=story.terms.rating)
    return Told(replace(row, language=story.terms.language, place=place), story)


def acting(told: Told, roles: Iterable[int]) -> Told:
    """A story with the roles of whoever does something about it: some rules spare some roles."""
    return replace(
        told, row=replace(told.row, place=replace(told.row.place, roles=frozenset(map(int, roles))))
    )


class Reader:
    """Reads stories."""

    def __init__(self, store: StoryStore) -> None:
        self.store = store

    async def read(self, guild: GuildId, id: StoryNumber) -> Told:
        """A story as it is.

        Raises:
            Gone: there is none of that id in that guild.
        """
        return told_of(await self.store.load(guild, id))

    async def at(self, guild: GuildId, thread: ChannelId) -> Told | None:
        """The story that is written in a thread."""
        row = await self.store.at(guild, thread)
        return told_of(row) if row is not None else None

    async def here(self, place: Place) -> Told:
        """The story that is written at a place.

        Raises:
            Gone: none is.
        """
        found = await self.at(place.guild, place.spot)
        if found is None:
            raise Gone("story.none_here")
        return found

    async def world(self, row: StoryRow) -> tuple[Lore, ...]:
        """What other open stories of the server hold true for all of them, each name once."""
        found: dict[str, Lore] = {}
        own = {entry.name.casefold() for entry in story_from(row.state).lore}
        for other in await self.store.open_in(row.guild):
            if other.id == row.id or WORLD not in other.state:
                continue
            for entry in story_from(other.state).lore:
                name = entry.name.casefold()
                if entry.scope is Scope.WORLD and entry.approved and name not in own:
                    found.setdefault(name, entry)
        return tuple(found.values())

    async def texts(self, row: StoryRow) -> dict[str, str]:
        """The words of a story's turns by their keys, those it has from where it was forked too."""
        return {key: link.draft.text for key, link in (await self.links(row)).items()}

    async def links(self, row: StoryRow) -> dict[str, Contribution]:
        """The contributions that hold its words, by their keys."""
        found = dict(await self.store.words(row.guild, row.id))
        source = story_from(row.state).source
        while source is not None:
            before = await self.store.load(row.guild, StoryNumber(source))
            found = {**await self.store.words(row.guild, before.id), **found}
            source = story_from(before.state).source
        return found
