"""How an event becomes part of a story: judged by the rules, committed once, told to whoever hears of it.

Load, step, commit: if the story moved on in between, the event is judged anew
against what it has become.  What follows from an event is put into the outbox in
the same transaction, so whoever has to be told is told once, whenever the bot
dies.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from weakref import WeakValueDictionary

from bot.attribution.model import Draft, Span
from bot.errors import AgainstTheRules, Refusal
from bot.ids import ChannelId, GuildId, MemberId, MessageId, Place, WorkId
from bot.services.filters import Filters
from bot.services.stories_codec import event_text, kind_of, story_text
from bot.services.stories_ports import (
    Change,
    Committed,
    Say,
    Stale,
    StoryNumber,
    StoryStore,
)
from bot.services.stories_says import says_of
from bot.services.stories_told import Outcome, Reader, Told, Written, told_of
from bot.stories import events as ev
from bot.stories import rules
from bot.stories.events import Effect, Event
from bot.stories.model import Story

log = logging.getLogger(__name__)

TRIES = 8
"""How often an event is judged anew because others were faster."""

Changed = Callable[[Outcome], Awaitable[None]]
Plan = Callable[[GuildId, Story, Mapping[str, datetime]], Awaitable[Mapping[str, datetime]]]


Held = Callable[[Told, MemberId, AgainstTheRules, str], Awaitable[None]]
"""Puts a text of a turn before a moderator: the story, its writer, the refusal, the key of the act."""


class Commits(Reader):
    """Runs the rules against the store."""

    def __init__(
        self,
        *,
        store: StoryStore,
        filters: Filters,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(store)
        self._filters = filters
        self._clock = clock
        self._locks: WeakValueDictionary[tuple[GuildId, StoryNumber], asyncio.Lock] = WeakValueDictionary()
        self.after: Changed | None = None
        """Told of every change that was committed: posts what is to be posted, and wakes the clock."""
        self.shown: Changed | None = None
        """Told after that: draws anew what shows the story."""
        self.plan: Plan | None = None
        """Moves alarms to when they suit whoever they are for."""
        self.wake: Callable[[], None] = _nothing
        """Told that an alarm was set."""
        self.held: Held | None = None
        """Told of every text of a turn that a filter refused."""
        self.most_open = 0
        """Stories that a member may have open at a time in a guild, of those that they began; 0 for any."""

    async def act(
        self,
        guild: GuildId,
        id: StoryNumber,
        event: Event,
        *,
        key: str,
        words: Written | None = None,
    ) -> Outcome:
        """Let something happen to a story, once for its key.

        Raises:
            Refusal: the rules do not allow it; nothing was changed.
        """
        lock = self._locks.setdefault((guild, id), asyncio.Lock())
        async with lock:
            for _ in range(TRIES):
                told = await self.read(guild, id)
                now = self._clock()
                try:
                    story, effects = rules.step(told.story, event, now)
                except Refusal:
                    if (before := await self._happened(guild, id, key)) is not None:
                        return before
                    raise
                change = self._change(told.row.place, id, story, event, effects, key, now, (), words)
                if self.plan is not None and change.alarms:
                    change = replace(change, alarms=await self.plan(guild, story, change.alarms))
                try:
                    done = await self.store.commit(guild, id, told.row.version, change)
                except Stale:
                    continue
                return await self._done(done, effects)
        raise Stale()

    async def _happened(self, guild: GuildId, id: StoryNumber, key: str) -> Outcome | None:
        """What came of an event that happened before: it is judged by its key, not by the rules."""
        if not await self.store.happened(guild, key):
            return None
        told = await self.read(guild, id)
        return Outcome(told.row, told.story, again=True)

    async def _done(self, done: Committed, effects: tuple[Effect, ...]) -> Outcome:
        told = told_of(done.row)
        outcome = Outcome(
            told.row,
            told.story,
            () if done.again else effects,
            done.outgoing,
            again=done.again,
        )
        for hears in (self.after, self.shown):
            if hears is None:
                continue
            try:
                await hears(outcome)
            except Exception:
                # It is committed; what could not be shown is shown when the bot starts next.
                log.exception("a change of story %s could not be shown", outcome.row.id)
        return outcome

    def _draft(self, guild: GuildId, id: StoryNumber, key: str, words: Written, now: datetime) -> Draft:
        whole = (Span(0, len(words.text), words.member, words.model),) if words.text else ()
        return Draft(
            guild=guild,
            work=WorkId(id),
            member=words.member,
            act=words.act,
            at=now,
            key=key,
            model=words.model,
            parent=words.parent,
            prompt=words.prompt,
            text=words.text,
            spans=words.spans or whole,
        )

    def _change(
        self,
        place: Place,
        id: StoryNumber,
        story: Story,
        event: Event,
        effects: Sequence[Effect],
        key: str,
        now: datetime,
        drafts: Sequence[Draft],
        words: Written | None = None,
        first: bool = False,
    ) -> Change:
        posts: tuple[tuple[MessageId, int, ChannelId], ...] = ()
        dropped: MemberId | None = None
        if words is not None and isinstance(event, ev.Submit | ev.Edit):
            drafts = (self._draft(place.guild, id, event.key, words, now),)
            if words.message is not None:
                posts = ((words.message[0], event.turn, words.message[1]),)
            dropped = words.member if isinstance(event, ev.Submit) else None
        said: Sequence[Say] = says_of(place, id, story, event, effects, key, first=first, posted=bool(posts))
        return Change(
            key=key,
            at=now,
            member=event.by,
            kind=kind_of(event),
            event=event_text(event),
            state=story_text(story),
            stage=story.stage.value,
            title=story.title,
            words=drafts,
            says=said,
            alarms=rules.alarms(story),
            seats=[seat.member for seat in story.writers],
            posts=posts,
            dropped=dropped,
            spent=words.spent if words is not None else None,
        )


def _nothing() -> None:
    """Nobody wants to be woken."""
