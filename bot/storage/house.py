"""Settings of servers and members, in the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from bot.attribution.chain import GENESIS, commitment, is_closed, new_salt, serialised
from bot.attribution.model import BrokenLink
from bot.house.model import Change, House, Layer, Level, Member
from bot.ids import GuildId, MemberId
from bot.storage.database import Database
from bot.storage.rows import AnyRow, as_json, put, written
from bot.storage.tables import changes, houses, layers, members


def change_from(row: AnyRow) -> Change:
    """A row of changes."""
    return Change(
        level=Level(row.level),
        id=row.id,
        field=row.field,
        before=row.before,
        after=row.after,
        by=MemberId(row.by),
        at=datetime.fromisoformat(row.at),
        number=row.number,
    )


def _digest(guild: GuildId, change: Change, seal: str, previous: str) -> str:
    """The digest of a link of the audit log; who made the change is sealed, as in the other chain."""
    fields = {
        "number": change.number,
        "guild": int(guild),
        "level": change.level.value,
        "id": change.id,
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "by": seal if is_closed(seal) else commitment(seal, str(int(change.by))),
        "at": written(change.at),
        "previous": previous,
    }
    return hashlib.sha256(serialised(fields).encode("ascii")).hexdigest()


def _store(connection: Connection, guild: GuildId, change: Change) -> str:
    """Set or drop one field of one layer; returns what it was before."""
    where = (
        layers.c.level == change.level.value,
        layers.c.id == change.id,
        layers.c.field == change.field,
    )
    found = connection.execute(select(layers.c.value).where(layers.c.guild == guild, *where))
    before = found.scalar_one_or_none() or "null"
    if change.after == "null":
        connection.execute(delete(layers).where(layers.c.guild == guild, *where))
    else:
        values = {"level": change.level.value, "id": change.id, "field": change.field}
        put(connection, layers, {"guild": guild, **values, "value": change.after})
    return before


def _log(connection: Connection, guild: GuildId, change: Change) -> None:
    """Append to the audit log."""
    newest = select(changes.c.number, changes.c.digest).where(changes.c.guild == guild)
    last = connection.execute(newest.order_by(changes.c.number.desc()).limit(1)).one_or_none()
    change = replace(change, number=last.number + 1 if last is not None else 1)
    previous = last.digest if last is not None else GENESIS
    seal = new_salt()
    connection.execute(
        insert(changes).values(
            guild=guild,
            **asdict(change) | {"level": change.level.value, "at": written(change.at)},
            seal=seal,
            previous=previous,
            digest=_digest(guild, change, seal, previous),
        )
    )


def _revision(connection: Connection, guild: GuildId) -> int:
    found = connection.execute(select(houses.c.revision).where(houses.c.guild == guild))
    return found.scalar_one_or_none() or 0


class SqlHouse:
    """:class:`bot.house.model.HouseStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def layers(self, guild: GuildId) -> tuple[int, Sequence[Layer]]:
        """All layers of a guild and the revision they are at."""

        def act(connection: Connection) -> tuple[int, list[Layer]]:
            fields: dict[tuple[Level, int], dict[str, Any]] = {}
            for row in connection.execute(select(layers).where(layers.c.guild == guild)):
                fields.setdefault((Level(row.level), row.id), {})[row.field] = json.loads(row.value)
            known = House.__dataclass_fields__
            return _revision(connection, guild), [
                Layer(level=level, id=id, house=House(**{k: v for k, v in given.items() if k in known}))
                for (level, id), given in fields.items()
            ]

        return await self._database.read(act)

    async def revision(self, guild: GuildId) -> int:
        """How often the settings of a guild were changed."""
        return await self._database.read(lambda connection: _revision(connection, guild))

    async def revisions(self) -> Mapping[GuildId, int]:
        """The same of every guild whose settings were ever changed."""

        def act(connection: Connection) -> dict[GuildId, int]:
            return {GuildId(row.guild): row.revision for row in connection.execute(select(houses))}

        return await self._database.read(act)

    async def apply(self, guild: GuildId, *changes: Change) -> int:
        """Store changes and log each; returns the new revision.

        What the log says was there before is what was there, not what a change says.

        Raises:
            ValueError: there is no such field; nothing was changed.
        """
        for change in changes:
            if change.field not in House.__dataclass_fields__:
                raise ValueError(f"no setting {change.field!r}")

        def act(connection: Connection) -> int:
            for change in changes:
                before = _store(connection, guild, change)
                _log(connection, guild, replace(change, before=before))
            revision = _revision(connection, guild) + len(changes)
            put(connection, houses, {"guild": guild, "revision": revision})
            return revision

        return await self._database.write(act)

    async def changes(self, guild: GuildId, *, limit: int = 25) -> Sequence[Change]:
        """The newest changes first."""

        def act(connection: Connection) -> list[Change]:
            query = select(changes).where(changes.c.guild == guild).order_by(changes.c.number.desc())
            return [change_from(row) for row in connection.execute(query.limit(limit))]

        return await self._database.read(act)

    async def verify(self, guild: GuildId) -> BrokenLink | None:
        """Check a whole audit log; None if every link holds."""

        def act(connection: Connection) -> BrokenLink | None:
            last, previous = 0, GENESIS
            query = select(changes).where(changes.c.guild == guild).order_by(changes.c.number)
            for number, row in enumerate(connection.execute(query), start=1):
                held = row.number == number and row.previous == previous
                held = held and not (is_closed(row.seal) and row.by)
                if not held or row.digest != _digest(guild, change_from(row), row.seal, previous):
                    return BrokenLink(guild, row.number, "the log of settings was changed")
                last, previous = number, row.digest
            revision = connection.execute(select(houses.c.revision).where(houses.c.guild == guild)).scalar()
            if last != (revision or 0):
                return BrokenLink(guild, last + 1, "the newest links of the log of settings are missing")
            return None

        return await self._database.read(act)

    async def guilds(self) -> Sequence[GuildId]:
        """Every space whose settings were ever changed."""

        def act(connection: Connection) -> list[GuildId]:
            query = select(houses.c.guild).order_by(houses.c.guild)
            return [GuildId(guild) for guild in connection.execute(query).scalars()]

        return await self._database.read(act)


class SqlMembers:
    """:class:`bot.house.model.MemberStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def member(self, guild: GuildId, id: MemberId) -> Member:
        """A member's settings; the defaults if nothing was set."""

        def act(connection: Connection) -> Member:
            query = select(members.c.settings).where(members.c.guild == guild, members.c.id == id)
            text = connection.execute(query).scalar_one_or_none()
            given: dict[str, Any] = json.loads(text) if text else {}
            return Member(**{k: v for k, v in given.items() if k in Member.__dataclass_fields__})

        return await self._database.read(act)

    async def set_member(self, guild: GuildId, id: MemberId, member: Member) -> None:
        """Replace a member's settings."""
        values = {"guild": guild, "id": id, "settings": as_json(asdict(member))}
        await self._database.write(lambda connection: put(connection, members, values))
