"""Where what a model writes for a story goes: into the story, or to a member alone."""

from __future__ import annotations

from dataclasses import replace

from bot.attribution.model import Act, Contribution
from bot.ids import GuildId, WorkId
from bot.services.ports import UsageStore
from bot.services.stories import StoryTable
from bot.services.stories_asked import within
from bot.services.stories_told import Told, Written
from bot.stories import events as ev
from bot.stories import games
from bot.works import NewTake, Spent, Take, Wish, Work, WorkState


def as_work(told: Told) -> Work:
    """A story as what is being written; it is fiction, and judged as such."""
    row, story = told.row, told.story
    return Work(
        id=WorkId(row.id),
        guild=row.guild,
        author=story.starter,
        place=row.place,
        wish=Wish(art="story", language=row.language, model=story.terms.model),
        state=WorkState.WRITING,
        take=0,
        created=row.created,
        title=story.title,
    )


def take_of(new: NewTake, link: Contribution, number: int) -> Take:
    """A contribution as the take that a scribe gives back."""
    draft = link.draft
    return Take(
        work=draft.work,
        number=number,
        text=draft.text,
        member=draft.member,
        at=draft.at,
        model=draft.model,
        spans=draft.spans,
        contribution=link.number,
        ending=new.ending,
        seed=new.seed,
    )


class TurnTakes:
    """Takes that become turns, in at most ``limit`` words."""

    def __init__(self, table: StoryTable, told: Told, event: ev.Submit | ev.Edit, limit: int) -> None:
        self._table = table
        self._told = told
        self._event = event
        self._limit = limit

    async def work(self, guild: GuildId, id: WorkId) -> Work:
        """The story."""
        return as_work(self._told)

    async def add_take(
        self, guild: GuildId, id: WorkId, new: NewTake, *, spent: Spent | None = None
    ) -> tuple[Take, Contribution]:
        """Take it into the story, with its contribution and its cost.

        Raises:
            BadInput: the game does not allow its shape, and a model is held to that as members are.
        """
        row, draft = self._told.row, new.draft
        verse = self._told.story.terms.game in (games.Game.RENGA, games.Game.ONE_WORD)
        text = within(draft.text, self._limit, broken=new.ending == "length" and not verse)
        changed = self._told.story.turn(self._event.turn) if isinstance(self._event, ev.Edit) else None
        games.check(self._told.story, text, changed)
        event = replace(self._event, words=games.words(text))
        words = Written(
            text=text,
            member=self._told.story.starter,
            model=draft.model,
            act=Act.GENERATED,
            prompt=draft.prompt,
            spent=spent,
        )
        key = event.key.removesuffix(":words")
        done = await self._table.act(row.guild, row.id, event, key=f"{key}:turn", words=words)
        link = (await self._table.store.words(row.guild, row.id))[event.key]
        self._told = Told(done.row, done.story)
        return take_of(new, link, event.turn), link


class PrivateTakes:
    """Takes that only a member sees."""

    def __init__(self, usage: UsageStore, told: Told) -> None:
        self._usage = usage
        self._told = told

    async def work(self, guild: GuildId, id: WorkId) -> Work:
        """The story."""
        return as_work(self._told)

    async def add_take(
        self, guild: GuildId, id: WorkId, new: NewTake, *, spent: Spent | None = None
    ) -> tuple[Take, Contribution]:
        """Settle its cost; it is no contribution until it is used."""
        if spent is not None:
            await self._usage.settle(guild, spent.reservation, spent.tokens)
        link = Contribution(0, new.draft, (), "", "")
        return take_of(new, link, 0), link
