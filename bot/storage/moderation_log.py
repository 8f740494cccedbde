"""The moderation log, in the database: hash-linked, without the words of members, cut off at its old end.

Who did what to whom is sealed as in the chain of contributions, so that a
member can be forgotten and every digest still holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.attribution.chain import GENESIS, commitment, is_closed, new_salt, serialised
from bot.attribution.model import BrokenLink
from bot.ids import GuildId, MemberId
from bot.moderation.records import Entry
from bot.storage.database import Database
from bot.storage.rows import AnyRow, put, written
from bot.storage.tables import moderation_heads as heads
from bot.storage.tables import moderation_log as log

NOBODY = MemberId(0)


def append(connection: Connection, guild: GuildId, entry: Entry) -> Entry:
    """Add an entry inside a transaction."""
    head = _head(connection, guild)
    previous = head.digest if head is not None else GENESIS
    entry = replace(entry, number=head.number + 1 if head is not None else 1)
    seals = (new_salt(), new_salt())
    digest = _digest(guild, entry, seals, previous)
    values = asdict(entry) | {"at": written(entry.at), "seals": " ".join(seals)}
    connection.execute(insert(log).values(guild=guild, **values, previous=previous, digest=digest))
    _set_head(
        connection,
        guild,
        number=entry.number,
        digest=digest,
        dropped=head.dropped if head is not None else 0,
        base=head.base if head is not None else GENESIS,
    )
    return entry


def forget(connection: Connection, guild: GuildId, member: MemberId) -> None:
    """Take a member out of a guild's log, inside a transaction; it can still be checked."""
    for at, column in enumerate((log.c.actor, log.c.member)):
        query = select(log).where(log.c.guild == guild, column == member)
        for row in connection.execute(query).all():
            seals = row.seals.split(" ")
            if not is_closed(seals[at]):
                seals[at] = commitment(seals[at], str(int(member)))
            connection.execute(
                update(log)
                .where(log.c.guild == guild, log.c.number == row.number)
                .values({column.name: NOBODY, "seals": " ".join(seals)})
            )


class SqlModerationLog:
    """:class:`bot.moderation.records.LogStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, guild: GuildId, entry: Entry) -> Entry:
        """Add an entry; its number is given by the store."""
        return await self._database.write(lambda connection: append(connection, guild, entry))

    async def entries(
        self, guild: GuildId, *, limit: int = 25, before: int | None = None, member: MemberId | None = None
    ) -> Sequence[Entry]:
        """The newest entries first."""

        def act(connection: Connection) -> list[Entry]:
            query = select(log).where(log.c.guild == guild)
            if before is not None:
                query = query.where(log.c.number < before)
            if member is not None:
                query = query.where(log.c.member == member)
            rows = connection.execute(query.order_by(log.c.number.desc()).limit(limit))
            return [_entry(row) for row in rows]

        return await self._database.read(act)

    async def expire(self, guild: GuildId, before: datetime) -> int:
        """Drop the entries of long ago, but never the newest: the rest can still be checked."""

        def act(connection: Connection) -> int:
            query = select(func.max(log.c.number)).where(log.c.guild == guild, log.c.at < written(before))
            newest = connection.execute(query).scalar()
            head = _head(connection, guild)
            if newest is None or head is None:
                return 0
            last = min(int(newest), head.number - 1)
            digest = select(log.c.digest).where(log.c.guild == guild, log.c.number == last)
            base = connection.execute(digest).scalar_one_or_none()
            if base is None:
                return 0
            gone = connection.execute(delete(log).where(log.c.guild == guild, log.c.number <= last))
            _set_head(connection, guild, number=head.number, digest=head.digest, dropped=last, base=base)
            return gone.rowcount

        return await self._database.write(act)

    async def verify(self, guild: GuildId) -> BrokenLink | None:
        """Check the log as far back as it is kept; None if every link holds."""

        def act(connection: Connection) -> BrokenLink | None:
            head = _head(connection, guild)
            if head is None:
                return None
            number, previous = head.dropped, head.base
            query = select(log).where(log.c.guild == guild).order_by(log.c.number)
            for row in connection.execute(query):
                seals = tuple(row.seals.split(" "))
                erased = [is_closed(seal) for seal in seals]
                held = row.number == number + 1 and row.previous == previous and len(seals) == 2
                held = held and not (erased[0] and row.actor) and not (erased[1] and row.member)
                if not held or row.digest != _digest(guild, _entry(row), seals, previous):
                    return BrokenLink(guild, row.number, "the moderation log was changed")
                number, previous = row.number, row.digest
            if (number, previous) != (head.number, head.digest):
                return BrokenLink(guild, number + 1, "the newest links of the moderation log are missing")
            return None

        return await self._database.read(act)

    async def guilds(self) -> Sequence[GuildId]:
        """Every space that has a log."""

        def act(connection: Connection) -> list[GuildId]:
            query = select(heads.c.guild).order_by(heads.c.guild)
            return [GuildId(guild) for guild in connection.execute(query).scalars()]

        return await self._database.read(act)


def _entry(row: AnyRow) -> Entry:
    return Entry(
        number=row.number,
        at=datetime.fromisoformat(row.at),
        act=row.act,
        actor=MemberId(row.actor),
        member=MemberId(row.member),
        rule=row.rule,
        subject=row.subject,
        before=row.before,
        after=row.after,
    )


def _digest(guild: GuildId, entry: Entry, seals: Sequence[str], previous: str) -> str:
    """The digest of an entry; the actor and the member stand sealed in it."""
    sealed = [
        seal if is_closed(seal) else commitment(seal, str(int(member)))
        for seal, member in zip(seals, (entry.actor, entry.member), strict=True)
    ]
    fields = {
        "guild": int(guild),
        "number": entry.number,
        "at": written(entry.at),
        "act": entry.act,
        "sealed": sealed,
        "rule": entry.rule,
        "subject": entry.subject,
        "before": entry.before,
        "after": entry.after,
        "previous": previous,
    }
    return hashlib.sha256(serialised(fields).encode("ascii")).hexdigest()


def _head(connection: Connection, guild: GuildId) -> AnyRow | None:
    return connection.execute(select(heads).where(heads.c.guild == guild)).one_or_none()


def _set_head(connection: Connection, guild: GuildId, **values: object) -> None:
    put(connection, heads, {"guild": guild, **values})
