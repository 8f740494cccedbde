"""Messages to be posted, and the bot's own notes, in the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, literal_column, select, update

from bot.ids import ChannelId, GuildId, MessageId, WorkId
from bot.services.ports import Outgoing
from bot.storage.database import Database
from bot.storage.rows import AnyRow, as_json, written
from bot.storage.rows import put as replace
from bot.storage.tables import notes
from bot.storage.tables import outbox as table

KEPT = timedelta(days=30)
"""How long it is kept that a message was posted: until nobody can press again what asked for it."""


def _from(row: AnyRow) -> Outgoing:
    return Outgoing(
        id=row.id,
        guild=GuildId(row.guild),
        channel=ChannelId(row.channel),
        kind=row.kind,
        payload=json.loads(row.payload),
        nonce=row.nonce,
        at=datetime.fromisoformat(row.at),
        work=WorkId(row.work) if row.work is not None else None,
        message=MessageId(row.message) if row.message is not None else None,
        failures=row.failures,
    )


def add(
    connection: Connection,
    guild: GuildId,
    channel: ChannelId,
    kind: str,
    payload: Mapping[str, Any],
    key: str,
    at: datetime,
    work: WorkId | None,
) -> Outgoing:
    """Add a message inside a transaction; the same key again gives the row that is there."""
    query = select(table).where(table.c.guild == guild, table.c.key == key)
    if (there := connection.execute(query).one_or_none()) is None:
        connection.execute(
            insert(table).values(
                guild=guild,
                channel=channel,
                kind=kind,
                payload=as_json(dict(payload)),
                key=key,
                # 24 characters; Discord takes up to 25.
                nonce=hashlib.sha256(f"{guild}/{key}".encode()).hexdigest()[:24],
                at=written(at),
                work=work,
                message=None,
                failures=0,
                state="waiting",
                reason="",
            )
        )
        there = connection.execute(query).one()
    return _from(there)


class SqlOutbox:
    """:class:`bot.services.ports.Outbox` over a database."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def put(
        self,
        guild: GuildId,
        channel: ChannelId,
        kind: str,
        payload: Mapping[str, Any],
        *,
        key: str,
        work: WorkId | None = None,
    ) -> Outgoing:
        """Add a message; the same key again gives the row that is there."""

        return await self._database.write(
            lambda connection: add(connection, guild, channel, kind, payload, key, self._clock(), work)
        )

    async def posted(self, id: int, message: MessageId) -> None:
        """It is there: remember where."""
        await self._set(id, state="posted", message=message)

    async def failed(self, id: int, reason: str, *, final: bool) -> None:
        """It was not taken."""
        await self._set(
            id, state="given up" if final else "waiting", reason=reason, failures=table.c.failures + 1
        )

    async def newest(
        self, guild: GuildId, channel: ChannelId, kind: str, *, before: int, limit: int
    ) -> Sequence[Outgoing]:
        """The messages of a kind that were posted in a channel before a row, the newest first."""
        query = (
            select(table)
            .where(table.c.guild == guild, table.c.channel == channel, table.c.kind == kind)
            .where(table.c.id < before, table.c.state == "posted")
            .order_by(table.c.id.desc())
            .limit(limit)
        )
        return await self._database.read(lambda connection: [_from(row) for row in connection.execute(query)])

    async def waiting(self) -> Sequence[Outgoing]:
        """What is not known to be posted, in every guild, oldest first."""

        def act(connection: Connection) -> list[Outgoing]:
            query = select(table).where(table.c.state == literal_column("'waiting'")).order_by(table.c.id)
            return [_from(row) for row in connection.execute(query)]

        return await self._database.read(act)

    async def expire(self) -> int:
        """Drop messages that were posted or given up long ago, in every guild; returns how many."""

        def act(connection: Connection) -> int:
            newest = connection.execute(select(func.max(table.c.at))).scalar()
            if newest is None:
                return 0
            # By the times that are there, not by the clock: one that is wrong must not drop anything.
            oldest = written(datetime.fromisoformat(newest) - KEPT)
            gone = delete(table).where(table.c.at < oldest, table.c.state != "waiting")
            return connection.execute(gone).rowcount

        return await self._database.write(act)

    async def _set(self, id: int, **values: Any) -> None:
        def act(connection: Connection) -> None:
            connection.execute(update(table).where(table.c.id == id).values(**values))

        await self._database.write(act)


class SqlNotes:
    """:class:`bot.services.ports.Notes` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> str | None:
        """A note, or None."""

        def act(connection: Connection) -> str | None:
            found = connection.execute(select(notes.c.text).where(notes.c.name == name))
            return found.scalar_one_or_none()

        return await self._database.read(act)

    async def put(self, name: str, text: str) -> None:
        """Write a note."""

        values = {"name": name, "text": text}
        await self._database.write(lambda connection: replace(connection, notes, values))
