"""Opens the database and everything kept in it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.attribution.model import BrokenLink
from bot.storage.database import Database, open_database
from bot.storage.house import SqlHouse, SqlMembers
from bot.storage.ledger import SqlLedger
from bot.storage.outbox import SqlNotes, SqlOutbox
from bot.storage.privacy import SqlPrivacy
from bot.storage.usage import SqlUsage
from bot.storage.works import SqlWorks


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One database, by what is kept in it."""

    database: Database
    works: SqlWorks
    ledger: SqlLedger
    house: SqlHouse
    members: SqlMembers
    usage: SqlUsage
    outbox: SqlOutbox
    privacy: SqlPrivacy
    notes: SqlNotes


def _now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_store(path: str | Path, *, clock: Callable[[], datetime] = _now) -> AsyncGenerator[Store]:
    """Open (or make) a database file, migrated to the newest schema.

    Raises:
        SchemaUnknown: a newer Renga wrote it.
        StorageError: it cannot be opened.
    """
    async with open_database(Path(path)) as database:
        yield Store(
            database=database,
            works=SqlWorks(database, clock),
            ledger=SqlLedger(database),
            house=SqlHouse(database),
            members=SqlMembers(database),
            usage=SqlUsage(database),
            outbox=SqlOutbox(database, clock),
            privacy=SqlPrivacy(database),
            notes=SqlNotes(database),
        )


async def verify_all(store: Store) -> list[BrokenLink]:
    """Check the chain of every guild; the first broken link of each that has one."""
    found = [await store.ledger.verify(guild) for guild in await store.ledger.guilds()]
    return [link for link in found if link is not None]
