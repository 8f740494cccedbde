"""Allowances, in the database."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, literal_column, select, update

from bot.errors import QuotaUsedUp
from bot.ids import GuildId, MemberId
from bot.services.ports import Allowance, Spending
from bot.storage.database import Database
from bot.storage.tables import reservations as table

KEPT = timedelta(days=40)
"""How long it is known who used how much."""


def settle(connection: Connection, guild: GuildId, reservation: int, tokens: int) -> None:
    """Replace a reservation by what was used, inside a transaction.

    One that was given back meanwhile counts again: the request did come to something.
    """
    connection.execute(
        update(table)
        .where(table.c.guild == guild, table.c.id == reservation, table.c.state != "settled")
        .values(state="settled", tokens=tokens)
    )


def _sums(connection: Connection, guild: GuildId, day: date, *where: Any) -> tuple[int, int]:
    query = select(func.count(), func.coalesce(func.sum(table.c.tokens), 0)).where(
        table.c.guild == guild, table.c.day == day.isoformat(), table.c.state != "refunded", *where
    )
    requests, tokens = connection.execute(query).one()
    return int(requests), int(tokens)


def _spent(connection: Connection, guild: GuildId, member: MemberId, day: date) -> Spending:
    everybody = _sums(connection, guild, day)
    own = _sums(connection, guild, day, table.c.member == member)
    return Spending(
        member_requests=own[0], member_tokens=own[1], guild_requests=everybody[0], guild_tokens=everybody[1]
    )


class SqlUsage:
    """:class:`bot.services.ports.UsageStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(
        self, guild: GuildId, member: MemberId, *, day: date, tokens: int, allowance: Allowance, key: str
    ) -> int:
        """Reserve one request and its tokens, or raise QuotaUsedUp.

        A request that was refunded may be made again under its key.
        """

        def act(connection: Connection) -> int:
            query = select(table.c.id, table.c.state).where(table.c.guild == guild, table.c.key == key)
            there = connection.execute(query).one_or_none()
            if there is not None and there.state != "refunded":
                return int(there.id)
            _refuse_more(_spent(connection, guild, member, day), tokens, allowance)
            values = {"member": member, "day": day.isoformat(), "tokens": tokens, "state": "open"}
            if there is not None:
                again = update(table).where(table.c.guild == guild, table.c.id == there.id)
                connection.execute(again.values(**values))
                return int(there.id)
            newest = connection.execute(select(func.max(table.c.id)).where(table.c.guild == guild))
            id = int(newest.scalar() or 0) + 1
            connection.execute(insert(table).values(guild=guild, id=id, key=key, **values))
            return id

        return await self._database.write(act)

    async def settle(self, guild: GuildId, reservation: int, tokens: int) -> None:
        """Replace the reserved tokens by what was used."""
        await self._database.write(lambda connection: settle(connection, guild, reservation, tokens))

    async def refund(self, guild: GuildId, reservation: int) -> None:
        """Give an open reservation back."""

        def act(connection: Connection) -> None:
            connection.execute(
                update(table)
                .where(table.c.guild == guild, table.c.id == reservation, table.c.state == "open")
                .values(state="refunded")
            )

        await self._database.write(act)

    async def refund_open(self) -> int:
        """Give every open reservation back, in every guild, and drop those of long ago."""

        def act(connection: Connection) -> int:
            _expire(connection)
            changed = connection.execute(
                update(table).where(table.c.state == literal_column("'open'")).values(state="refunded")
            )
            return changed.rowcount

        return await self._database.write(act)

    async def expire(self) -> int:
        """Drop the reservations of long ago, in every guild; returns how many."""
        return await self._database.write(_expire)

    async def spent(self, guild: GuildId, member: MemberId, day: date) -> Spending:
        """What was used on a day."""
        return await self._database.read(lambda connection: _spent(connection, guild, member, day))


def _expire(connection: Connection) -> int:
    newest = connection.execute(select(func.max(table.c.day))).scalar()
    if newest is None:
        return 0
    # By the days that are there, not by the clock: one that is wrong must not drop anything.
    oldest = date.fromisoformat(newest) - KEPT
    return connection.execute(delete(table).where(table.c.day < oldest.isoformat())).rowcount


def _refuse_more(spent: Spending, tokens: int, allowance: Allowance) -> None:
    """Raise if one more request of so many tokens would go over."""
    for whose, what, used, limit in (
        ("member", "requests", spent.member_requests + 1, allowance.member_requests),
        ("guild", "requests", spent.guild_requests + 1, allowance.guild_requests),
        ("member", "tokens", spent.member_tokens + tokens, allowance.member_tokens),
        ("guild", "tokens", spent.guild_tokens + tokens, allowance.guild_tokens),
    ):
        if limit and used > limit:
            raise QuotaUsedUp(f"refused.quota_{whose}", whose=whose, what=what, limit=limit)
