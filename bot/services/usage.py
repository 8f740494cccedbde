"""Allowances: how much a member and a guild may ask of the models in a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.errors import QuotaUsedUp
from bot.house.book import HouseBook
from bot.house.model import House
from bot.ids import GuildId, MemberId, Place
from bot.services.ports import Allowance, Spending, UsageStore


def allowance(house: House) -> Allowance:
    """The allowances that hold at a place, from its resolved settings."""
    return Allowance(
        member_requests=house.member_requests or 0,
        member_tokens=house.member_tokens or 0,
        guild_requests=house.guild_requests or 0,
        guild_tokens=house.guild_tokens or 0,
    )


class Usage:
    """Reserves before a request and settles after it.  A day is a UTC day."""

    def __init__(self, store: UsageStore, book: HouseBook, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._book = book
        self._clock = clock
        self._full: dict[tuple[GuildId, MemberId], tuple[datetime, Allowance, QuotaUsedUp]] = {}

    def check(self, place: Place, member: MemberId) -> None:
        """Refuse from memory a member whose requests of today were found used up.

        It may be out of date only to the member's advantage: a changed allowance
        or a new day lets the request through to :meth:`reserve`, which decides.

        Raises:
            QuotaUsedUp: today's requests are spent.
        """
        found = self._full.get((place.guild, member))
        if found is None:
            return
        resets, held, error = found
        known = self._book.peek(place)
        if self._clock() >= resets or known is None or allowance(known.house) != held:
            del self._full[place.guild, member]
            return
        raise QuotaUsedUp(**error.facts)

    async def reserve(self, place: Place, member: MemberId, tokens: int, *, key: str) -> int:
        """Reserve one request of about ``tokens``; the same key reserves once.

        Raises:
            QuotaUsedUp: it would go over the member's or the guild's allowance.
        """
        now = self._clock()
        held = allowance((await self._book.of(place)).house)
        try:
            return await self._store.reserve(
                place.guild, member, day=now.date(), tokens=tokens, allowance=held, key=key
            )
        except QuotaUsedUp as error:
            error.facts["resets"] = resets = _midnight(now)
            if error.facts.get("what") == "requests":
                self._full[place.guild, member] = (resets, held, error)
            raise

    async def refund(self, place: Place, reservation: int) -> None:
        """Give back a reservation whose request came to nothing."""
        await self._store.refund(place.guild, reservation)

    async def today(self, place: Place, member: MemberId) -> tuple[Spending, Allowance]:
        """What was used today, and what may be."""
        house = (await self._book.of(place)).house
        spent = await self._store.spent(place.guild, member, self._clock().date())
        return spent, allowance(house)


def _midnight(now: datetime) -> datetime:
    """The next midnight, UTC."""
    return (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
