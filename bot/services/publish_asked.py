"""Asking an author to publish: by whoever moderates, answered by the author alone, within a week."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.errors import AlreadyDone, NotAllowed
from bot.ids import GuildId, MemberId, Place, WorkId
from bot.services.ports import Outgoing
from bot.services.publish import Publisher
from bot.works import PUBLICATION, Suggestion, WorkState, WorkStore

STANDS = timedelta(days=7)
"""How long a question waits for its answer."""


class PublishingDesk:
    """Questions to authors whether a work of theirs may be published, and the answers."""

    def __init__(self, *, works: WorkStore, publisher: Publisher, clock: Callable[[], datetime]) -> None:
        self._works = works
        self._publisher = publisher
        self._clock = clock
        self.shown: Callable[[Suggestion], Awaitable[None]] | None = None
        """Draws a question anew that ended by itself; set by whoever shows questions."""

    async def ask(
        self, place: Place, member: MemberId, id: WorkId, take: int, *, title: str, licence: str, key: str
    ) -> Suggestion:
        """Ask the author of a work to have it published, under this title and licence.

        Asked once more by the same member, the newer question stands.

        Raises:
            AlreadyDone: it is published, or somebody else has asked.
            NotAllowed: the author declined for this take.
            BadInput, AgainstTheRules: title or licence may not be so.
        """
        work = await self._works.work(place.guild, id)
        if work.state is WorkState.PUBLISHED:
            raise AlreadyDone("refused.published_already")
        take = (await self._works.take(place.guild, id, take)).number
        shown = await self._publisher.gallery(place)
        title, licence = await self._publisher.named(shown, member, work, title, licence)
        for one in await self._works.suggested(place.guild, id, PUBLICATION):
            if one.state == "open" and one.by != member and not self._over(one):
                raise AlreadyDone("refused.asked_already")
            if one.state == "declined" and one.take == take:
                raise NotAllowed("refused.author_declined")
            if one.state == "open":
                await self._end(one, "withdrawn")
        return await self._works.suggest(
            place.guild, id, work.author, member, title, key=key, kind=PUBLICATION, licence=licence, take=take
        )

    def until(self, asked: Suggestion) -> datetime:
        """When a question runs out."""
        return (asked.at or self._clock()) + STANDS

    async def accept(self, place: Place, member: MemberId, id: int, *, key: str) -> Outgoing:
        """The author agrees: it is published as was asked.

        Raises:
            NotAllowed: somebody else pressed.
            AlreadyDone: it was answered, ran out, or is published meanwhile.
        """
        asked = await self._open(place.guild, id)
        if asked.owner != member:
            raise NotAllowed("refused.not_yours")
        work = await self._works.work(place.guild, asked.work)
        if work.state is WorkState.PUBLISHED:
            await self._end(asked, "withdrawn")
            raise AlreadyDone("refused.published_already")
        outgoing = await self._publisher.publish(
            place, member, asked.work, asked.take, title=asked.instruction, licence=asked.licence, key=key
        )
        await self._works.decide(place.guild, id, "accepted", take=asked.take)
        return outgoing

    async def decline(self, guild: GuildId, member: MemberId, id: int) -> Suggestion:
        """The author says no, or whoever asked takes the question back.

        Raises:
            NotAllowed: somebody else pressed.
            AlreadyDone: it was answered, or ran out.
        """
        asked = await self._open(guild, id)
        if member not in (asked.owner, asked.by):
            raise NotAllowed("refused.not_yours")
        state = "declined" if member == asked.owner else "withdrawn"
        return await self._works.decide(guild, id, state, take=asked.take)

    async def undo(self, guild: GuildId, member: MemberId, id: int, *, key: str) -> Suggestion:
        """Whoever answered takes the answer back: what was published is out again, and the question is open.

        Raises:
            NotAllowed: somebody else answered.
            AlreadyDone: it is open, or ran out.
        """
        asked = await self._works.suggestion(guild, id)
        if asked.state not in ("accepted", "declined", "withdrawn") or self._over(asked):
            raise AlreadyDone()
        if member != (asked.by if asked.state == "withdrawn" else asked.owner):
            raise NotAllowed("refused.not_yours")
        if asked.state == "accepted":
            work = await self._works.work(guild, asked.work)
            if work.state is WorkState.PUBLISHED:
                await self._publisher.unpublish(guild, member, asked.work, key=key)
        return await self._works.reopen(guild, id, asked.state)

    async def sweep(self) -> None:
        """What nobody answered in time has run out."""
        for asked in await self._works.unanswered(PUBLICATION, self._clock() - STANDS):
            await self._end(asked, "expired")

    async def _open(self, guild: GuildId, id: int) -> Suggestion:
        asked = await self._works.suggestion(guild, id)
        if asked.state == "open" and self._over(asked):
            asked = await self._end(asked, "expired")
        if asked.state == "expired":
            raise AlreadyDone("refused.question_over")
        if asked.state != "open" or asked.kind != PUBLICATION:
            raise AlreadyDone()
        return asked

    async def _end(self, asked: Suggestion, state: str) -> Suggestion:
        ended = await self._works.decide(asked.guild, asked.id, state, take=asked.take)
        if self.shown is not None:
            await self.shown(ended)
        return ended

    def _over(self, asked: Suggestion) -> bool:
        return self.until(asked) <= self._clock()
