"""Settings of servers and members, in the database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.house.model import Change, House, Layer, Level, Member
from bot.ids import GuildId, MemberId
from bot.storage.database import Database
from bot.storage.tables import changes, houses, layers, members


class SqlHouse:
    """:class:`bot.house.model.HouseStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def layers(self, guild: GuildId) -> tuple[int, Sequence[Layer]]:
        """All layers of a guild and the revision they are at."""

        async def act(connection: AsyncConnection) -> tuple[int, list[Layer]]:
            revision = await connection.execute(select(houses.c.revision).where(houses.c.guild == guild))
            fields: dict[tuple[Level, int], dict[str, Any]] = {}
            for row in await connection.execute(select(layers).where(layers.c.guild == guild)):
                fields.setdefault((Level(row.level), row.id), {})[row.field] = json.loads(row.value)
            known = House.__dataclass_fields__
            return revision.scalar_one_or_none() or 0, [
                Layer(level=level, id=id, house=House(**{k: v for k, v in given.items() if k in known}))
                for (level, id), given in fields.items()
            ]

        return await self._database.read(act)

    async def apply(self, guild: GuildId, change: Change) -> int:
        """Store a change and its audit row; returns the new revision."""

        async def act(connection: AsyncConnection) -> int:
            where = (
                layers.c.guild == guild,
                layers.c.level == change.level.value,
                layers.c.id == change.id,
                layers.c.field == change.field,
            )
            await connection.execute(delete(layers).where(*where))
            if change.after != "null":
                await connection.execute(
                    insert(layers).values(
                        guild=guild,
                        level=change.level.value,
                        id=change.id,
                        field=change.field,
                        value=change.after,
                    )
                )
            last = await connection.execute(
                select(func.coalesce(func.max(changes.c.number), 0)).where(changes.c.guild == guild)
            )
            await connection.execute(
                insert(changes).values(
                    guild=guild,
                    number=last.scalar_one() + 1,
                    level=change.level.value,
                    id=change.id,
                    field=change.field,
                    before=change.before,
                    after=change.after,
                    by=change.by,
                    at=change.at.isoformat(timespec="microseconds"),
                )
            )
            moved = await connection.execute(
                update(houses).where(houses.c.guild == guild).values(revision=houses.c.revision + 1)
            )
            if not moved.rowcount:
                await connection.execute(insert(houses).values(guild=guild, revision=1))
            found = await connection.execute(select(houses.c.revision).where(houses.c.guild == guild))
            return int(found.scalar_one())

        return await self._database.write(act)

    async def changes(self, guild: GuildId, *, limit: int = 25) -> Sequence[Change]:
        """The newest changes first."""

        async def act(connection: AsyncConnection) -> list[Change]:
            query = (
                select(changes).where(changes.c.guild == guild).order_by(changes.c.number.desc()).limit(limit)
            )
            return [
                Change(
                    level=Level(row.level),
                    id=row.id,
                    field=row.field,
                    before=row.before,
                    after=row.after,
                    by=MemberId(row.by),
                    at=datetime.fromisoformat(row.at),
                    number=row.number,
                )
                for row in await connection.execute(query)
            ]

        return await self._database.read(act)


class SqlMembers:
    """:class:`bot.house.model.MemberStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def member(self, guild: GuildId, id: MemberId) -> Member:
        """A member's settings; the defaults if nothing was set."""

        async def act(connection: AsyncConnection) -> Member:
            query = select(members.c.settings).where(members.c.guild == guild, members.c.id == id)
            text = (await connection.execute(query)).scalar_one_or_none()
            given: dict[str, Any] = json.loads(text) if text else {}
            return Member(**{k: v for k, v in given.items() if k in Member.__dataclass_fields__})

        return await self._database.read(act)

    async def set_member(self, guild: GuildId, id: MemberId, member: Member) -> None:
        """Replace a member's settings."""

        async def act(connection: AsyncConnection) -> None:
            text = json.dumps(asdict(member), ensure_ascii=False)
            where = (members.c.guild == guild, members.c.id == id)
            changed = await connection.execute(update(members).where(*where).values(settings=text))
            if not changed.rowcount:
                await connection.execute(insert(members).values(guild=guild, id=id, settings=text))

        await self._database.write(act)
