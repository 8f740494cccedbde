"""The table at which stories are written: every event is judged by the rules and committed once.

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
from typing import Any
from weakref import WeakValueDictionary

from bot.attribution.model import Act, Draft, Span
from bot.attribution.spans import by_member
from bot.errors import AgainstTheRules, BadInput, Refusal
from bot.ids import ChannelId, GuildId, MemberId, MessageId, Place, WorkId
from bot.services.filters import NOBODY, Filters, refuse
from bot.services.stories_codec import event_text, kind_of, story_text
from bot.services.stories_ports import (
    Change,
    Committed,
    PrivateDraft,
    Say,
    Stale,
    StoryNumber,
    StoryStore,
)
from bot.services.stories_says import says_of
from bot.services.stories_told import Outcome, Reader, Told, Written, told_of
from bot.stories import events as ev
from bot.stories import games, rules
from bot.stories.events import Effect, Event
from bot.stories.model import Story, StoryId, Terms

log = logging.getLogger(__name__)

TRIES = 8
"""How often an event is judged anew because others were faster."""

TITLE_LIMIT = 90
TEXT_LIMIT = 6_000
NOTE_LIMIT = 1_000
CHAPTER_LIMIT = 80
"""Longest title, turn, author's note and chapter heading, in characters."""


Changed = Callable[[Outcome], Awaitable[None]]
Plan = Callable[[GuildId, Story, Mapping[str, datetime]], Awaitable[Mapping[str, datetime]]]


Held = Callable[[Told, MemberId, AgainstTheRules, str], Awaitable[None]]
"""Puts a text of a turn before a moderator: the story, its writer, the refusal, the key of the act."""


class StoryTable(Reader):
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

    # --- beginning -------------------------------------------------------------------------

    async def start(
        self, place: Place, starter: MemberId, title: str, terms: Terms, *, opening: str = "", key: str
    ) -> Outcome:
        """Open the lobby of a story; its thread is made by the message that is put into the outbox.

        Raises:
            BadInput, AgainstTheRules: title or opening cannot be used.
        """
        title = await self._checked(place, starter, title, TITLE_LIMIT, "title", required=True)
        opening = await self._checked(place, starter, opening, TEXT_LIMIT, "opening", lines=True)
        now, words_key = self._clock(), f"{key}:words"
        made: list[tuple[Story, tuple[Effect, ...]]] = []

        def make(id: StoryNumber) -> Change:
            first = (words_key, games.words(opening)) if opening else None
            story = rules.new(StoryId(id), starter, title, terms, now, first)
            made[:] = [(story, ())]
            drafts = (
                (self._draft(place.guild, id, words_key, Written(text=opening, member=starter), now),)
                if opening
                else ()
            )
            return self._change(place, id, story, ev.Join(by=starter), (), key, now, drafts, first=True)

        done = await self.store.open(place, starter, terms.language, key, make)
        return await self._done(done, ())

    async def fork(self, told: Told, by: MemberId, until: int, *, title: str, key: str) -> Outcome:
        """A new story, in a thread of its own, that goes on from a turn of this one.

        Raises:
            BadInput: there is no such turn.
        """
        row = told.row
        place = replace(row.place, thread=None)
        title = await self._checked(place, by, title or told.story.title, TITLE_LIMIT, "title", required=True)
        now = self._clock()
        rules.fork(told.story, StoryId(0), by, until, title)  # refuses before anything is written

        def make(id: StoryNumber) -> Change:
            story = rules.fork(told.story, StoryId(id), by, until, title)
            return self._change(place, id, story, ev.Join(by=by), (), key, now, (), first=True)

        return await self._done(await self.store.open(place, by, row.language, key, make), ())

    # --- events ----------------------------------------------------------------------------

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

    async def submit(
        self,
        told: Told,
        member: MemberId,
        text: str,
        *,
        turn: int,
        key: str,
        message: tuple[MessageId, ChannelId] | None = None,
        to: MemberId | None = None,
        judged: bool = False,
    ) -> Outcome:
        """A member's turn: judged by the game and the filters, signed, and taken into the story.

        ``judged`` if a moderator has let the text pass.

        Raises:
            AgainstTheRules: a filter said no; what is held waits for a moderator, and the turn with it.
            Refusal: it is not their turn, or the text cannot be one.
        """
        row = told.row
        text = self._sized(text, TEXT_LIMIT, "text", required=True, lines=True)
        games.check(told.story, text)
        event = ev.Submit(by=member, turn=turn, key=f"{key}:words", words=games.words(text), to=to)
        resume = {"kind": "story-turn", "turn": turn, "to": to, "message": message}
        if not judged and (before := await self._judged(told, member, event, text, resume, key)):
            return before
        draft = await self.store.draft(row.guild, row.id, member)
        spans = by_member(draft.text, draft.spans, text, member) if draft is not None else ()
        words = Written(text=text, member=member, spans=spans, message=message)
        return await self.act(row.guild, row.id, event, key=key, words=words)

    async def edit(
        self, told: Told, member: MemberId, turn: int, text: str, *, key: str, judged: bool = False
    ) -> Outcome:
        """Another version of one's own turn; ``judged`` if a moderator has let it pass.

        Raises:
            Refusal: it is not theirs, or the text cannot be used.
        """
        row = told.row
        text = self._sized(text, TEXT_LIMIT, "text", required=True, lines=True)
        found = told.story.turn(turn)
        if found is None:
            raise BadInput("story.no_turn")
        old = (await self.links(row)).get(found.key)
        if old is not None and old.draft.text == text:
            raise BadInput("refused.unchanged")
        event = ev.Edit(by=member, turn=turn, key=f"{key}:words", words=games.words(text))
        resume = {"kind": "story-edit", "turn": turn}
        if not judged and (before := await self._judged(told, member, event, text, resume, key)):
            return before
        spans = by_member(old.draft.text, old.draft.spans, text, member) if old is not None else ()
        words = Written(
            text=text,
            member=member,
            spans=spans,
            act=Act.EDITED,
            parent=old.number if old is not None else None,
        )
        return await self.act(row.guild, row.id, event, key=key, words=words)

    async def keep_draft(self, told: Told, member: MemberId, draft: PrivateDraft) -> None:
        """Keep a member's private draft for when they write."""
        await self.store.keep_draft(told.row.guild, told.row.id, member, draft, self._clock())

    async def said(self, place: Place, text: str, limit: int, what: str, *, lines: bool = False) -> str:
        """A text that a member typed about a story, checked.

        Raises:
            BadInput, AgainstTheRules: it cannot be used.
        """
        return await self._checked(place, NOBODY, text, limit, what, lines=lines)

    # --- inside ----------------------------------------------------------------------------

    async def _judged(
        self, told: Told, member: MemberId, event: Event, text: str, resume: Mapping[str, Any], key: str
    ) -> Outcome | None:
        """Let the rules and then the filters judge the words of a turn; gives what came of it before.

        Nobody looks at words that could not be taken anyway.
        """
        row = told.row
        fresh = await self.read(row.guild, row.id)
        try:
            rules.step(fresh.story, event, self._clock())
        except Refusal:
            if (before := await self._happened(row.guild, row.id, key)) is not None:
                return before
            raise
        try:
            refuse(await self._filters.of(row.place, member, fiction=True).judge(text))
        except AgainstTheRules as refusal:
            refusal.resume = {**resume, "story": int(row.id)}
            if self.held is not None:
                await self.held(fresh, member, refusal, key)
            raise
        return None

    async def _checked(
        self,
        place: Place,
        member: MemberId,
        text: str,
        limit: int,
        what: str,
        *,
        required: bool = False,
        lines: bool = False,
    ) -> str:
        text = self._sized(text, limit, what, required=required, lines=lines)
        if text:
            refuse(await self._filters.of(place, member, fiction=True).judge(text))
        return text

    def _sized(self, text: str, limit: int, what: str, *, required: bool = False, lines: bool = False) -> str:
        text = text.strip() if lines else " ".join(text.split())
        if not text and required:
            raise BadInput(f"refused.{what}_empty")
        if len(text) > limit:
            raise BadInput("refused.too_long", what=what, limit=limit, length=len(text), typed=text)
        return text

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
