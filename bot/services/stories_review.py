"""Turns that wait for a moderator: the clock of the turn stands still until it is decided.

Approved words become the turn; words that are not let in go back to their
writer as a draft, and the turn gets the time back in which they waited.
Everything here may be done twice, after a crash: its keys are those of the review.
"""

from __future__ import annotations

import logging

from bot.errors import AgainstTheRules, AlreadyDone, Gone, HeldForReview, Refusal
from bot.ids import ChannelId, MemberId, MessageId
from bot.moderation.records import Review
from bot.services.review import ReviewDesk
from bot.services.stories import StoryTable
from bot.services.stories_ports import PrivateDraft, StoryNumber
from bot.services.stories_told import Told
from bot.stories import events as ev
from bot.stories.model import CLOCK

log = logging.getLogger(__name__)


class HeldTurns:
    """Between the table and the desk of the moderators."""

    def __init__(self, table: StoryTable, desk: ReviewDesk) -> None:
        self._table = table
        self._desk = desk

    def attend(self) -> None:
        """File what the filters hold, and go on with what is decided."""
        self._table.held = self.hold
        self._desk.handlers |= {"story-turn": self.approved, "story-edit": self.approved}
        self._desk.endings |= {"story-turn": self.let_go, "story-edit": self.let_go}

    async def hold(self, told: Told, member: MemberId, refusal: AgainstTheRules, key: str) -> None:
        """Put a held text before the moderators, and stop the clock of its turn.

        The key is that under which the cog of reviews files what an interaction
        was refused: it is one review, whoever files it first.
        """
        if not isinstance(refusal, HeldForReview):
            return
        row, current = told.row, told.story.current
        review = await self._desk.file(row.place, member, refusal, lang=row.language, key=f"{key}:0")
        turn = refusal.resume["turn"]
        if refusal.resume["kind"] != "story-turn" or current is None or current.member is None:
            return  # a version of a turn that stands, or where anybody may write: nobody waits for it
        try:
            await self._table.act(
                row.guild, row.id, ev.Hold(by=member, turn=turn), key=f"review:{review.id}:hold"
            )
        except Refusal as error:
            log.info("the turn of a held text is over in story %s: %s", row.id, error.text_key)

    async def approved(self, review: Review) -> None:
        """A moderator has agreed: the words become the turn, if it is still theirs to write."""
        told = await self._told(review)
        if told is None:
            return
        given, key = review.resume, f"review:{review.id}"
        try:
            if review.kind == "story-edit":
                await self._table.edit(told, review.member, given["turn"], review.text, key=key, judged=True)
                return
            message = given.get("message")
            await self._table.submit(
                told,
                review.member,
                review.text,
                turn=given["turn"],
                key=key,
                message=(MessageId(message[0]), ChannelId(message[1])) if message else None,
                to=MemberId(given["to"]) if given.get("to") else None,
                judged=True,
            )
        except AlreadyDone:
            return
        except Refusal as error:
            log.info("an approved text came too late for story %s: %s", told.row.id, error.text_key)
            await self._table.keep_draft(told, review.member, PrivateDraft(review.text))

    async def let_go(self, review: Review) -> None:
        """It was not let in: its writer has it as a draft, and the time back in which it waited."""
        told = await self._told(review)
        if told is None or review.kind != "story-turn":
            return
        await self._table.keep_draft(told, review.member, PrivateDraft(review.text))
        event = ev.Release(by=CLOCK, turn=review.resume["turn"])
        try:
            await self._table.act(told.row.guild, told.row.id, event, key=f"review:{review.id}:release")
        except Refusal as error:
            log.info("a turn waits for no review in story %s: %s", told.row.id, error.text_key)

    async def _told(self, review: Review) -> Told | None:
        try:
            return await self._table.read(review.guild, StoryNumber(int(review.resume["story"])))
        except Gone:
            return None
