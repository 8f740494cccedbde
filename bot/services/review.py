"""Held texts: who looks at them, what becomes of them, and how their writers hear of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

from bot.errors import AgainstTheRules, BadInput, Gone, HeldForReview, NotAllowed, RengaError
from bot.house.book import HouseBook
from bot.house.model import House
from bot.ids import ChannelId, GuildId, Lang, MemberId, Place
from bot.moderation.records import Entry, LogStore, Review, ReviewState, ReviewStore, Spot
from bot.services.moderation_book import RuleBook
from bot.services.moderation_rules import called
from bot.services.ports import Outbox

log = logging.getLogger(__name__)

CLAIM_HOLDS = timedelta(minutes=30)
"""After this another moderator may take over a review that was claimed and not decided."""

DRAFT_KEPT = timedelta(days=1)
"""How long a blocked text is kept, so that its writer can change it or ask a moderator."""

DECIDED_KEPT = timedelta(days=90)
"""How long the text of a review is kept after its decision."""

NOTE_LIMIT = 500
"""Characters of what a moderator says to a writer."""

_FINAL = (AgainstTheRules, BadInput, Gone, NotAllowed)
"""What will not change by waiting, when an approved text is to go on."""

Resume = Callable[[Review], Awaitable[None]]
"""Goes on with an approved text.  Called again after a crash: it must come to the same."""


class Teller(Protocol):
    """Tells writers; implemented by a cog."""

    async def outcome(self, review: Review) -> bool:
        """Tell a writer what became of their text; False if it should be tried again later."""
        ...


class ReviewDesk:
    """Every step is for whoever may take it, and is logged."""

    def __init__(
        self,
        *,
        store: ReviewStore,
        log: LogStore,
        outbox: Outbox,
        houses: HouseBook,
        book: RuleBook,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._log = log
        self._outbox = outbox
        self._houses = houses
        self._book = book
        self._clock = clock
        self.handlers: dict[str, Resume] = {}
        """What goes on with an approved text, by kind."""
        self.endings: dict[str, Resume] = {}
        """What has to be done when a text of a kind was not approved, such as letting a clock run again."""
        self.teller: Teller | None = None
        self._ending: set[tuple[GuildId, int]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def file(
        self, place: Place, member: MemberId, refusal: AgainstTheRules, *, lang: Lang, key: str
    ) -> Review:
        """Keep a refused text: held, it waits for a moderator; blocked, its writer may change it or ask."""
        held = isinstance(refusal, HeldForReview)
        now = self._clock()
        house = await self._house(place)
        waits = timedelta(hours=house.review_hours or 72) if held else DRAFT_KEPT
        resume = dict(refusal.resume)
        review = await self._store.add(
            Review(
                id=0,
                guild=place.guild,
                member=member,
                place=place,
                kind=str(resume.pop("kind", "text")),
                text=refusal.text,
                spots=tuple(Spot(start=a, end=b, rule=rule, reason=why) for a, b, rule, why in refusal.marks),
                resume=resume,
                lang=lang,
                state=ReviewState.WAITING if held else ReviewState.DRAFT,
                at=now,
                due=now + waits,
                told=not held,
            ),
            key=key,
        )
        if held:
            await self._call(review, house)
        return review

    async def own(self, guild: GuildId, id: int, member: MemberId) -> Review:
        """A member's own text that was refused.

        Raises:
            NotAllowed: it is another member's.
        """
        review = await self._store.review(guild, id)
        if review.member != member:
            raise NotAllowed("refused.not_yours")
        return review

    async def review(self, guild: GuildId, id: int) -> Review:
        """A review, for moderators."""
        return await self._store.review(guild, id)

    async def waiting(self, guild: GuildId) -> list[Review]:
        """What waits for a moderator: what a graver rule marked first, else the oldest."""
        grave = {called(rule): rule.severity for rule in self._book.page(guild).rules.rules}
        found = list(await self._store.waiting(guild))
        return sorted(found, key=lambda one: -max((grave.get(spot.rule, 0) for spot in one.spots), default=0))

    async def ask(self, guild: GuildId, id: int, member: MemberId) -> Review:
        """The writer of a blocked text asks a moderator to look at it."""
        review = await self.own(guild, id, member)
        house = await self._house(review.place)
        now = self._clock()
        due = now + timedelta(hours=house.review_hours or 72)
        asked = await self._store.ask(guild, id, due, Entry(at=now, act="asked a moderator", actor=member))
        await self._call(asked, house)
        return asked

    async def withdraw(self, guild: GuildId, id: int, member: MemberId) -> Review:
        """The writer takes their text back, to change it."""
        await self.own(guild, id, member)
        entry = Entry(at=self._clock(), act="withdrawn", actor=member)
        withdrawn = await self._store.decide(guild, id, ReviewState.WITHDRAWN, entry)
        await self._store.told(guild, id)
        await self._end(withdrawn)
        return withdrawn

    async def claim(self, guild: GuildId, id: int, moderator: MemberId) -> Review:
        """A moderator says that they look at it.

        Raises:
            AlreadyDone: another one does, or it was decided.
        """
        now = self._clock()
        return await self._store.claim(guild, id, moderator, now, now - CLAIM_HOLDS)

    async def decide(
        self, guild: GuildId, id: int, state: ReviewState, moderator: MemberId, note: str = ""
    ) -> Review:
        """Approve, reject, or ask the writer for a change; they are told, and what was approved goes on.

        Raises:
            AlreadyDone: it was decided, or another moderator looks at it.
            NotAllowed: it is the moderator's own text.
            BadInput: the answer is too long, or a change was asked for without saying which.
        """
        note = note.strip()
        if len(note) > NOTE_LIMIT:
            raise BadInput("refused.too_long", what="note", limit=NOTE_LIMIT, typed=note)
        if state is ReviewState.CHANGES and not note:
            raise BadInput("moderation.say_what")
        review = await self._store.review(guild, id)
        if review.member == moderator:
            raise NotAllowed("moderation.not_ones_own")
        await self.claim(guild, id, moderator)
        entry = Entry(at=self._clock(), act=state.value, actor=moderator, after=note)
        decided = await self._store.decide(guild, id, state, entry, note=note)
        if state is ReviewState.APPROVED:
            self._book.approve(guild, decided.text, {spot.rule for spot in decided.spots})
        self._start(decided)
        return decided

    async def sweep(self) -> None:
        """What has run out ends; whoever was not told is told; old texts and entries go."""
        now = self._clock()
        for review in await self._store.due(now):
            entry = Entry(at=now, act="expired")
            self._start(await self._store.decide(review.guild, review.id, ReviewState.EXPIRED, entry))
        for review in await self._store.untold():
            self._start(review)
        await self._store.forget_decided(now - DECIDED_KEPT)

    async def tidy(self) -> None:
        """Drop what moderation logs need not keep any longer."""
        for guild in await self._log.guilds():
            await self._houses.refresh(guild)
            days = (await self._house(Place(guild, ChannelId(0)))).log_days
            if days is not None:
                await self._log.expire(guild, self._clock() - timedelta(days=days))

    async def aclose(self) -> None:
        """Wait for what goes on."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def settled(self) -> None:
        """Wait until everything that was decided has gone on."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, review: Review) -> None:
        at = (review.guild, review.id)
        if at in self._ending:
            return
        self._ending.add(at)
        task = asyncio.create_task(self._finish(review), name=f"review:{review.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _finish(self, review: Review) -> None:
        """Go on with what was approved, end what was not, and tell the writer; the sweep tries again."""
        try:
            await self._end(review)
            if review.told or (self.teller is not None and await self.teller.outcome(review)):
                await self._store.told(review.guild, review.id)
        except HeldForReview as refusal:
            # Another part of the same wish has to be looked at too.
            again = replace_resume(refusal, review)
            lang: Lang = "zh" if review.lang == "zh" else "en"
            await self.file(review.place, review.member, again, lang=lang, key=f"again:{review.id}")
            await self._store.told(review.guild, review.id)
        except _FINAL as error:
            log.info("review %s comes to nothing: %s", review.id, error.text_key)
            await self._came_to_nothing(review)
        except RengaError as error:
            log.warning("review %s does not go on: %s", review.id, error)
        except Exception:
            log.exception("review %s does not go on", review.id)
        finally:
            self._ending.discard((review.guild, review.id))

    async def _came_to_nothing(self, review: Review) -> None:
        """What was approved cannot go on by itself, now or later: its writer hears that they can use it."""
        try:
            free = replace(review, kind="text")
            if review.told or (self.teller is not None and await self.teller.outcome(free)):
                await self._store.told(review.guild, review.id)
        except RengaError as error:
            log.warning("the outcome of review %s waits: %s", review.id, error)

    async def _end(self, review: Review) -> None:
        known = self.handlers if review.state is ReviewState.APPROVED else self.endings
        if (handler := known.get(review.kind)) is not None:
            await handler(review)

    async def _call(self, review: Review, house: House) -> None:
        """Show a review to the moderators, where they want to see it."""
        if house.reviews is not None:
            await self._outbox.put(
                review.guild, house.reviews, "review", {"review": review.id}, key=f"review:{review.id}"
            )

    async def _house(self, place: Place) -> House:
        return (await self._houses.of(place)).house


def replace_resume(refusal: HeldForReview, review: Review) -> HeldForReview:
    """The refusal with the way on of the review that it came from."""
    resume: Mapping[str, Any] = refusal.resume or {"kind": review.kind, **review.resume}
    refusal.resume = dict(resume)
    return refusal


def with_text(review: Review, text: str) -> Review:
    """A review whose text its writer has changed, in what it is to become too."""
    return replace(review, text=text, resume=_replaced(dict(review.resume), review.text, text))


def _replaced(value: Any, old: str, new: str) -> Any:
    """A JSON-able value with one text in place of another."""
    if isinstance(value, str):
        return new if value == old else value
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value)
        return {name: _replaced(one, old, new) for name, one in items.items()}
    return value
