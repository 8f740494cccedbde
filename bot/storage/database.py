"""The database connection: one writer, some readers, transactions that always end.

The settings follow measurements and reproduced failures:

- WAL with ``synchronous=FULL``: with NORMAL a power cut loses whole seconds of
  acknowledged rows.
- Exactly one connection writes (and checkpoints): two would meet SQLite's
  WAL-reset bug (before 3.51.3) and busy snapshots.
- A transaction is ``BEGIN IMMEDIATE``, awaits nothing but the database, and is
  shielded: a caller that is cancelled leaves no open transaction behind.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.errors import ReadOnly, StorageError
from bot.storage.migrate import head, migrate

log = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]

BUSY_MS = 5_000
"""How long a write waits for another process's lock."""

_NO_WRITES = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_READONLY: "readonly",
    sqlite3.SQLITE_IOERR: "io",
    sqlite3.SQLITE_CANTOPEN: "io",
}


@dataclass(frozen=True, slots=True)
class Health:
    """Facts about the database, for the doctor."""

    sqlite: str
    path: Path
    schema: str
    bytes: int
    wal_bytes: int
    free_bytes: int
    read_only: str


class Database:
    """A SQLite file.  Made by :func:`open_database`."""

    def __init__(self, path: Path, writer: AsyncEngine, readers: AsyncEngine) -> None:
        self.path = path
        self.read_only = ""
        """Why writing fails at present ("full", "locked", "readonly", "io"), or "" when it does not."""
        self._writer = writer
        self._readers = readers
        self._turn = asyncio.Lock()
        self._running: set[asyncio.Task[Any]] = set()

    async def write(self, work: Work[T]) -> T:
        """Run ``work`` in one transaction; it must await nothing but its connection.

        It runs to its end even when the caller is cancelled meanwhile.

        Raises:
            ReadOnly: the disk is full or the database locked; nothing was changed.
        """
        task = asyncio.create_task(self._transaction(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def read(self, work: Work[T]) -> T:
        """Run ``work`` on one snapshot, on a connection that cannot write."""
        async with self._readers.connect() as connection:
            await connection.exec_driver_sql("BEGIN")
            try:
                return await work(connection)
            finally:
                await connection.exec_driver_sql("ROLLBACK")

    async def health(self) -> Health:
        """Facts for the doctor."""
        wal = self.path.with_name(self.path.name + "-wal")
        return Health(
            sqlite=sqlite3.sqlite_version,
            path=self.path,
            schema=head(),
            bytes=self.path.stat().st_size,
            wal_bytes=wal.stat().st_size if wal.exists() else 0,
            free_bytes=shutil.disk_usage(self.path.parent).free,
            read_only=self.read_only,
        )

    async def aclose(self) -> None:
        """Wait for what is being written, then close."""
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._readers.dispose()
        await self._writer.dispose()

    async def _transaction(self, work: Work[T]) -> T:
        async with self._turn:
            try:
                async with self._writer.connect() as connection:
                    await connection.exec_driver_sql("BEGIN IMMEDIATE")
                    try:
                        result = await work(connection)
                        await connection.exec_driver_sql("COMMIT")
                    except BaseException:
                        await _rollback(connection)
                        raise
            except DBAPIError as error:
                reason = _reason(error)
                if not reason:
                    raise
                if not self.read_only:
                    log.error("the database takes no writes (%s)", reason)
                self.read_only = reason
                raise ReadOnly(reason=reason) from error
            if self.read_only:
                log.info("the database takes writes again")
                self.read_only = ""
            return result


async def _rollback(connection: AsyncConnection) -> None:
    """Roll back, unless SQLite has done so by itself (it does when the disk is full)."""
    raw = (await connection.get_raw_connection()).driver_connection
    if raw is not None and raw.in_transaction:
        await connection.exec_driver_sql("ROLLBACK")


def _reason(error: DBAPIError) -> str:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is None:
        return ""
    # Extended codes carry the primary code in their low byte (sqlite.org/rescode.html).
    return _NO_WRITES.get(code & 0xFF, "")


def _engine(path: Path, *, readers: int = 0) -> AsyncEngine:
    """An engine whose transactions we begin ourselves: the driver never begins one unasked."""
    query = "?mode=ro&uri=true" if readers else "?uri=true"
    engine = create_async_engine(
        f"sqlite+aiosqlite:///file:{path.as_posix()}{query}",
        isolation_level="AUTOCOMMIT",
        poolclass=AsyncAdaptedQueuePool,
        pool_size=readers or 1,
        max_overflow=0,
        pool_reset_on_return=None,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def pragmas(connection: Any, _: object) -> None:  # pyright: ignore[reportUnusedFunction]
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA trusted_schema=OFF")
        if not readers:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA wal_autocheckpoint=1000")
        cursor.close()

    return engine


@asynccontextmanager
async def open_database(path: Path) -> AsyncGenerator[Database]:
    """Migrate the file (made if missing) to the newest schema, and open it.

    Raises:
        SchemaUnknown: a newer Renga wrote it.
        StorageError: it cannot be opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(migrate, path)
    except (OSError, sqlite3.Error, DBAPIError) as error:
        raise StorageError("storage.cannot_open", reason=type(error).__name__) from error
    database = Database(path, _engine(path), _engine(path, readers=3))
    try:
        yield database
    finally:
        await database.aclose()
