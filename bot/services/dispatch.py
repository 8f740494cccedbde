"""What must be said in Discord, exactly once, whatever happens between.

Three promises are kept at every start by :meth:`Dispatch.recover`, once: what was in
the outbox is posted, a take that was recorded and never shown is shown, and a
work whose writing was cut off says so and gives its allowance back.  What Discord
did not take while the bot ran is shown by :meth:`Dispatch.catch_up`, later.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.errors import RengaError
from bot.ids import MessageId, WorkId
from bot.services.ports import Outbox, Outgoing, UsageStore
from bot.works import Shown, Take, Work, WorkState, WorkStore

log = logging.getLogger(__name__)

NONCE_HOLDS = timedelta(minutes=2)
"""How long a nonce is trusted: Discord gives back the first message "within a few minutes"."""

NOTE = "note"
"""The kind of a message that says why its work has no text yet."""

TRIES = 8
"""Failed posts after which a message is given up."""


class Undeliverable(Exception):
    """Discord will not take this message, now or later: the channel is gone or closed to the bot."""


class NotNow(Exception):
    """Discord cannot be reached, or will not have it at the moment: trying again later is of use."""


class Messenger(Protocol):
    """The way out to Discord; implemented by a cog."""

    async def post(self, outgoing: Outgoing) -> MessageId:
        """Post a message with its nonce.

        Raises:
            Undeliverable: trying again is of no use.
        """
        ...

    async def find(self, outgoing: Outgoing) -> MessageId | None:
        """Look in the channel for a message that was posted before a crash."""
        ...

    async def refresh(self, work: Work, card: Shown, *, cut_off: str = "") -> bool:
        """Draw a card anew; False if its message is gone or cannot be edited any more.

        With ``cut_off``, the key of a note, the words that it shows stay above that note.

        Raises:
            NotNow: it has to be tried again.
        """
        ...

    def busy(self, work: WorkId) -> bool:
        """Whether the work is being written now, so that its messages are looked after."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _LeftUndone:
    """What was being done when the bot went down."""

    interrupted: tuple[Work, ...] = ()
    unfinished: tuple[tuple[Work, Shown], ...] = ()
    undelivered: tuple[tuple[Work, Take], ...] = ()


class Dispatch:
    """Carries out what the store says must be said."""

    def __init__(
        self, *, works: WorkStore, outbox: Outbox, usage: UsageStore, clock: Callable[[], datetime]
    ) -> None:
        self._works = works
        self._outbox = outbox
        self._usage = usage
        self._clock = clock
        self._messenger: Messenger | None = None
        self._left: _LeftUndone | None = None
        self._waiting: Container[tuple[int, ...]] = ()  # what was not shown at the last look
        self._handled: deque[int] = deque(maxlen=1_000)  # rows being posted, or posted not long ago

    def attach(self, messenger: Messenger) -> None:
        """Say through whom to post; until then everything waits."""
        self._messenger = messenger

    async def deliver(self, outgoing: Outgoing) -> MessageId | None:
        """Post one message now; None if it has to wait or was given up."""
        if self._messenger is None or outgoing.message is not None or outgoing.id in self._handled:
            return outgoing.message
        self._handled.append(outgoing.id)
        message: MessageId | None = None
        try:
            message = await self._post(self._messenger, outgoing)
        finally:
            if message is None:
                self._handled.remove(outgoing.id)
        return message

    async def _post(self, messenger: Messenger, outgoing: Outgoing) -> MessageId | None:
        try:
            message: MessageId | None = None
            if self._clock() - outgoing.at > NONCE_HOLDS or outgoing.failures:
                message = await messenger.find(outgoing)
            message = message or await messenger.post(outgoing)
        except Undeliverable as error:
            log.warning(
                "message %s cannot be delivered: %s", outgoing.id, type(error.__cause__ or error).__name__
            )
            await self._outbox.failed(outgoing.id, "undeliverable", final=True)
            return None
        except Exception as error:  # noqa: BLE001 - whatever Discord or the network says, it stays in the outbox
            final = outgoing.failures + 1 >= TRIES
            log.warning("message %s waits: %s", outgoing.id, type(error).__name__)
            await self._outbox.failed(outgoing.id, type(error).__name__, final=final)
            return None
        await self._outbox.posted(outgoing.id, message)
        if outgoing.work is not None:
            await self._works.show(
                Shown(
                    guild=outgoing.guild,
                    work=outgoing.work,
                    channel=outgoing.channel,
                    message=message,
                    kind=outgoing.kind,
                    take=int(outgoing.payload.get("take", 0)),
                )
            )
        return message

    async def run_once(self) -> int:
        """Try to post everything that waits; returns how many were posted."""
        posted = 0
        for outgoing in await self._outbox.waiting():
            posted += await self.deliver(outgoing) is not None
        return posted

    async def look_back(self) -> None:
        """Before anything can be asked: give back allowances, and note what the last run left undone."""
        if refunded := await self._usage.refund_open():
            log.info("gave back %s reservations of requests that were cut off", refunded)
        self._left = _LeftUndone(
            interrupted=tuple(await self._works.interrupted()),
            unfinished=tuple(await self._works.unfinished()),
            undelivered=tuple(await self._works.undelivered()),
        )

    async def recover(self) -> None:
        """Finish what the last run left undone, and post what waits; what this run does is left alone."""
        if self._left is None:
            await self.look_back()
        left = self._left or _LeftUndone()
        for work in left.interrupted:
            await self._reopen(work)
        for work, card in left.unfinished:
            await self._conclude(work, card, "work.unfinished")
        for work, take in left.undelivered:
            await self.show_late(work, take.number)
        self._left = _LeftUndone()
        await self.run_once()

    async def catch_up(self) -> None:
        """Show what was written and not shown since the last round, and is not being written any more."""
        cards = {(card.guild, card.message): (work, card) for work, card in await self._works.unfinished()}
        takes = {(work.guild, work.id, take.number): work for work, take in await self._works.undelivered()}
        late, self._waiting = self._waiting, {*cards, *takes}
        if self._messenger is None:
            return
        for key, (work, card) in cards.items():
            if key in late and not self._messenger.busy(work.id):
                await self._conclude(work, card, "work.unfinished")
        for key, work in takes.items():
            if key in late and not self._messenger.busy(work.id):
                await self.show_late(work, key[-1])

    async def _conclude(self, work: Work, card: Shown, cut_off: str) -> None:
        """Draw a card on which something was being written: the take that stands, or why there is none."""
        try:
            if self._messenger is not None:
                await self._messenger.refresh(work, card, cut_off="" if work.take else cut_off)
        except NotNow as error:
            log.info("the card of work %s waits: %s", work.id, error)
            return
        await self._works.show(replace(card, take=work.take) if work.take else replace(card, kind=NOTE))

    async def _reopen(self, work: Work) -> None:
        """A work that was being written when the bot went down: open again, and its card says so."""
        try:
            work = await self._works.set_state(work.guild, work.id, WorkState.OPEN)
        except RengaError:
            log.warning("work %s could not be reopened", work.id)
            return
        for card in await self._works.cards(work.guild, work.id):
            if card.kind == "card" and not card.take:
                await self._conclude(work, card, "work.interrupted")

    async def show_late(self, work: Work, take: int) -> None:
        """Show a take and note that it is shown; if Discord does not take it now, it is shown later."""
        try:
            await self.show(work, take)
        except NotNow as error:
            log.info("take %s of work %s waits: %s", take, work.id, error)
            return
        await self._works.delivered(work.guild, work.id, take)

    async def show(self, work: Work, take: int) -> None:
        """Show a take on the card of its work, or on a new one if no card can be edited.

        Raises:
            NotNow: there is a card, and Discord does not take the edit yet.
        """
        shown = False
        for card in await self._works.cards(work.guild, work.id):
            if self._messenger is not None and card.kind == "card":
                shown |= await self._messenger.refresh(work, card)
        if not shown and not work.wish.private:
            await self._outbox.put(
                work.guild,
                work.place.spot,
                "card",
                {"work": int(work.id), "take": take},
                key=f"card:{work.id}:{take}",
                work=work.id,
            )
