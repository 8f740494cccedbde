"""The table at which stories are written: they are begun here, and their turns come in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.attribution.model import Act, Span
from bot.attribution.spans import by_member
from bot.errors import AgainstTheRules, BadInput, Refusal
from bot.ids import ChannelId, MemberId, MessageId, Place
from bot.services.filters import NOBODY, passed
from bot.services.stories_commit import Commits
from bot.services.stories_ports import Change, PrivateDraft, StoryNumber
from bot.services.stories_told import Outcome, Told, Written, told_of
from bot.stories import events as ev
from bot.stories import games, rules
from bot.stories.events import Event
from bot.stories.model import StoryId, Terms

__all__ = [
    "CHAPTER_LIMIT",
    "NOTE_LIMIT",
    "TEXT_LIMIT",
    "TITLE_LIMIT",
    "Outcome",
    "StoryTable",
    "Told",
    "Written",
    "told_of",
]

TITLE_LIMIT = 90
TEXT_LIMIT = 6_000
NOTE_LIMIT = 1_000
CHAPTER_LIMIT = 80
"""Longest title, turn, author's note and chapter heading, in characters."""


class StoryTable(Commits):
    """What members do at the table with words of theirs; everything else is an event for :meth:`act`."""

    # --- beginning -------------------------------------------------------------------------

    async def start(
        self, place: Place, starter: MemberId, title: str, terms: Terms, *, opening: str = "", key: str
    ) -> Outcome:
        """Open the lobby of a story; its thread is made by the message that is put into the outbox.

        Raises:
            BadInput, AgainstTheRules: title or opening cannot be used, or they have too many stories open.
        """
        title = await self._checked(place, starter, title, TITLE_LIMIT, "title", required=True)
        opening = await self._checked(place, starter, opening, TEXT_LIMIT, "opening", lines=True)
        now, words_key = self._clock(), f"{key}:words"

        def make(id: StoryNumber) -> Change:
            first = (words_key, games.words(opening)) if opening else None
            story = rules.new(StoryId(id), starter, title, terms, now, first)
            drafts = (
                (self._draft(place.guild, id, words_key, Written(text=opening, member=starter), now),)
                if opening
                else ()
            )
            return self._change(place, id, story, ev.Join(by=starter), (), key, now, drafts, first=True)

        done = await self.store.open(place, starter, terms.language, key, make, most=self.most_open)
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

        done = await self.store.open(place, by, row.language, key, make, most=self.most_open)
        return await self._done(done, ())

    # --- turns ------------------------------------------------------------------------------

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
        if not judged:
            found = await self._judged(told, member, event, text, resume, key)
            if isinstance(found, Outcome):
                return found
            text = found
        draft = await self.store.draft(row.guild, row.id, member)
        spans: tuple[Span, ...] = ()
        if draft is not None:
            spans = await asyncio.to_thread(by_member, draft.text, draft.spans, text, member)
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
        part = told.story.turn(turn)
        if part is None:
            raise BadInput("story.no_turn")
        old = (await self.links(row)).get(part.key)
        if old is not None and old.draft.text == text:
            raise BadInput("refused.unchanged")
        games.check(told.story, text, part)
        event = ev.Edit(by=member, turn=turn, key=f"{key}:words", words=games.words(text))
        resume = {"kind": "story-edit", "turn": turn}
        if not judged:
            found = await self._judged(told, member, event, text, resume, key)
            if isinstance(found, Outcome):
                return found
            text = found
        spans: tuple[Span, ...] = ()
        if old is not None:
            spans = await asyncio.to_thread(by_member, old.draft.text, old.draft.spans, text, member)
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
    ) -> Outcome | str:
        """Let the rules and then the filters judge the words of a turn; gives them as they may be used.

        Or what came of it before.  Nobody looks at words that could not be taken anyway.
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
            return passed(await self._filters.of(row.place, member, fiction=True).judge(text))
        except AgainstTheRules as refusal:
            refusal.resume = {**resume, "story": int(row.id)}
            if self.held is not None:
                await self.held(fresh, member, refusal, key)
            raise

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
            return passed(await self._filters.of(place, member, fiction=True).judge(text))
        return text

    def _sized(self, text: str, limit: int, what: str, *, required: bool = False, lines: bool = False) -> str:
        text = text.strip() if lines else " ".join(text.split())
        if not text and required:
            raise BadInput(f"refused.{what}_empty")
        if len(text) > limit:
            raise BadInput("refused.too_long", what=what, limit=limit, length=len(text), typed=text)
        return text
