"""Allowances, in the database."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import QuotaUsedUp
from bot.ids import GuildId, MemberId
from bot.services.ports import Allowance, Spending
from bot.storage.database import Database
from bot.storage.tables import reservations as table


async def settle(connection: AsyncConnection, guild: GuildId, reservation: int, tokens: int) -> None:
    """Replace an open reservation by what was used, inside a transaction."""
    await connection.execute(
        update(table)
        .where(table.c.guild == guild, table.c.id == reservation, table.c.state == "open")
        .values(state="settled", tokens=tokens)
    )


async def _spent(connection: AsyncConnection, guild: GuildId, member: MemberId, day: date) -> Spending:
    def sums(*where: Any) -> Select[int, int]:
        return select(func.count(), func.coalesce(func.sum(table.c.tokens), 0)).where(
            table.c.guild == guild, table.c.day == day.isoformat(), table.c.state != "refunded", *where
        )

    everybody = (await connection.execute(sums())).one()
    own = (await connection.execute(sums(table.c.member == member))).one()
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
        """Reserve one request and its tokens, or raise QuotaUsedUp."""

        async def act(connection: AsyncConnection) -> int:
            query = select(table.c.id).where(
                table.c.guild == guild, table.c.key == key, table.c.state != "refunded"
            )
            there = (await connection.execute(query)).scalar_one_or_none()
            if there is not None:
                return int(there)
            spent = await _spent(connection, guild, member, day)
            for whose, what, used, limit in (
                ("member", "requests", spent.member_requests + 1, allowance.member_requests),
                ("member", "tokens", spent.member_tokens + tokens, allowance.member_tokens),
                ("guild", "requests", spent.guild_requests + 1, allowance.guild_requests),
                ("guild", "tokens", spent.guild_tokens + tokens, allowance.guild_tokens),
            ):
                if limit and used > limit:
                    raise QuotaUsedUp(f"refused.quota_{whose}", whose=whose, what=what, limit=limit)
            # A request that was refunded may be made again under its key.
            values = {"member": member, "day": day.isoformat(), "tokens": tokens, "state": "open"}
            again = await connection.execute(
                update(table).where(table.c.guild == guild, table.c.key == key).values(**values)
            )
            if not again.rowcount:
                await connection.execute(insert(table).values(guild=guild, key=key, **values))
            return int((await connection.execute(query)).scalar_one())

        return await self._database.write(act)

    async def settle(self, guild: GuildId, reservation: int, tokens: int) -> None:
        """Replace the reserved tokens by what was used."""
        await self._database.write(lambda connection: settle(connection, guild, reservation, tokens))

    async def refund(self, guild: GuildId, reservation: int) -> None:
        """Give an open reservation back."""

        async def act(connection: AsyncConnection) -> None:
            await connection.execute(
                update(table)
                .where(table.c.guild == guild, table.c.id == reservation, table.c.state == "open")
                .values(state="refunded")
            )

        await self._database.write(act)

    async def refund_open(self) -> int:
        """Give every open reservation back, in every guild."""

        async def act(connection: AsyncConnection) -> int:
            changed = await connection.execute(
                update(table).where(table.c.state == "open").values(state="refunded")
            )
            return changed.rowcount

        return await self._database.write(act)

    async def spent(self, guild: GuildId, member: MemberId, day: date) -> Spending:
        """What was used on a day."""
        return await self._database.read(lambda connection: _spent(connection, guild, member, day))
