"""The database connection: one writer, some readers, transactions that always end.

The settings follow measurements and reproduced failures:

- WAL with ``synchronous=FULL``: with NORMAL a power cut loses whole seconds of
  acknowledged rows.
- Exactly one connection writes (and checkpoints): two would meet SQLite's
  WAL-reset bug (before 3.51.3), and busy snapshots.  A lock file keeps a second
  process away; readers are opened with ``mode=ro``.
- A transaction is a *plain function*, so it cannot await anything but the
  database.  It begins with ``BEGIN IMMEDIATE`` and runs to its end even when
  whoever asked for it is cancelled: no open transaction is ever left behind.
- A read is a plain function too, on one snapshot, and is interrupted after some
  seconds: a reader that stays makes the WAL grow without bound.

The driver's own ideas about when a transaction begins are switched off
(``isolation_level = None``); SQLAlchemy's ``begin`` event says BEGIN, and its
commit and rollback end what was begun.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.errors import ReadOnly, StorageError
from bot.storage.health import Health, examine
from bot.storage.migrate import migrate, refuse_unknown
from bot.storage.tables import notes

log = logging.getLogger(__name__)

T = TypeVar("T")

BUSY_SECONDS = 5.0
"""How long a write waits for another process's lock."""

PROBE_SECONDS = 2.0
"""How often a database that took no writes is tried again."""

READ_SECONDS = 10.0
"""How long one read may take."""

READERS = 3
"""Reads at the same time."""

_NO_WRITES = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_READONLY: "readonly",
    sqlite3.SQLITE_IOERR: "io",
    sqlite3.SQLITE_CANTOPEN: "io",
}


class Database:
    """A SQLite file.  Made by :func:`open_database`."""

    def __init__(
        self, path: Path, *, writable: bool, busy_seconds: float, probe_seconds: float, read_seconds: float
    ) -> None:
        self.path = path
        self.read_only = "" if writable else "opened for reading"
        """Why nothing can be written at present ("full", "locked", "readonly", "io"), or ""."""
        self._writer = _engine(path, busy_seconds) if writable else None
        self._readers = _engine(path, busy_seconds, readers=READERS)
        self._probe_seconds = probe_seconds
        self._read_seconds = read_seconds
        self._turn = asyncio.Lock()
        self._running: set[asyncio.Task[Any]] = set()
        self._probe: asyncio.Task[None] | None = None

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in one transaction, to its end even when the caller is cancelled meanwhile.

        While the database takes no writes this fails at once, and a probe finds
        out when it takes them again.

        Raises:
            ReadOnly: the disk is full, the database locked, …; nothing was changed.
        """
        if self.read_only:
            raise ReadOnly(reason=self.read_only)
        return await self._shielded(self._transaction(work))

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on one snapshot, on a connection that cannot write.

        Raises:
            StorageError: it took too long.
        """
        return await self._shielded(self._snapshot(work))

    async def forget_freed(self) -> None:
        """Empty the write-ahead log, in which words that were erased would still be found."""
        async with self._turn:
            if self._writer is not None and not self.read_only:
                async with self._writer.connect() as connection:
                    raw = await connection.get_raw_connection()
                    assert raw.driver_connection is not None
                    # Not in a transaction, hence past SQLAlchemy, which would begin one.
                    await raw.driver_connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")

    async def health(self) -> Health:
        """Facts for the doctor."""
        return await asyncio.to_thread(examine, self.path, read_only=self.read_only)

    async def connect(self) -> None:
        """Open the writing connection, so that what is wrong with the file is found at start."""
        if self._writer is not None:
            async with self._writer.connect():
                pass

    async def aclose(self) -> None:
        """Wait for what is being written, then close."""
        if self._probe is not None:
            self._probe.cancel()
            with suppress(asyncio.CancelledError):
                await self._probe
        if self._running:
            await asyncio.wait(self._running)
        # The writer last: whoever closes last checkpoints, and readers cannot.
        await self._readers.dispose()
        if self._writer is not None:
            await self._writer.dispose()

    async def _shielded(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _snapshot(self, work: Callable[[Connection], T]) -> T:
        try:
            async with self._readers.connect() as connection, connection.begin():
                guard = asyncio.create_task(self._interrupt(connection))
                try:
                    return await connection.run_sync(work)
                finally:
                    guard.cancel()
        except DBAPIError as error:
            if _code(error) == sqlite3.SQLITE_INTERRUPT:
                raise StorageError("storage.too_slow", seconds=self._read_seconds) from error
            raise

    async def _interrupt(self, connection: AsyncConnection) -> None:
        raw = await connection.get_raw_connection()
        await asyncio.sleep(self._read_seconds)
        assert raw.driver_connection is not None
        await raw.driver_connection.interrupt()

    async def _transaction(self, work: Callable[[Connection], T]) -> T:
        async with self._turn:
            if self.read_only:  # since we began to wait
                raise ReadOnly(reason=self.read_only)
            try:
                return await self._committed(work)
            except (DBAPIError, sqlite3.Error) as error:
                reason = _NO_WRITES.get(_code(error), "")
                if not reason:
                    raise
                log.error("the database takes no writes (%s)", reason)
                self.read_only = reason
                self._probe = asyncio.create_task(self._until_writable())
                raise ReadOnly(reason=reason) from error

    async def _committed(self, work: Callable[[Connection], T]) -> T:
        assert self._writer is not None
        async with self._writer.begin() as connection:
            return await connection.run_sync(work)

    async def _until_writable(self) -> None:
        """Try to write until it works; more than one page, since a nearly full disk may take one."""
        while self.read_only:
            await asyncio.sleep(self._probe_seconds)
            async with self._turn:
                try:
                    await self._committed(_put_probe)
                    await self._committed(_take_probe_away)
                except (DBAPIError, sqlite3.Error) as error:
                    self.read_only = _NO_WRITES.get(_code(error), "io")
                else:
                    self.read_only = ""
                    log.info("the database takes writes again")


_PROBE = "probe"


def _put_probe(connection: Connection) -> None:
    _take_probe_away(connection)
    connection.execute(notes.insert().values(name=_PROBE, text="·" * 32_768))


def _take_probe_away(connection: Connection) -> None:
    connection.execute(notes.delete().where(notes.c.name == _PROBE))


def _code(error: Exception) -> int:
    """SQLite's primary result code; extended ones carry it in their low byte (sqlite.org/rescode.html)."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    return getattr(origin, "sqlite_errorcode", 0) & 0xFF


def _engine(path: Path, busy_seconds: float, *, readers: int = 0) -> AsyncEngine:
    """An engine of one writing connection, or of some reading ones."""
    query = {"uri": "true"} | ({"mode": "ro"} if readers else {})
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=path.absolute().as_uri(), query=query),
        poolclass=AsyncAdaptedQueuePool,
        pool_size=readers or 1,
        max_overflow=0,
        hide_parameters=True,  # they are what people wrote, and errors get logged
    )
    pragmas = [
        f"busy_timeout={int(busy_seconds * 1000)}",
        "foreign_keys=ON",
        "trusted_schema=OFF",
    ]
    if not readers:
        pragmas += [
            "journal_mode=WAL",
            "synchronous=FULL",
            "wal_autocheckpoint=1000",
            "secure_delete=ON",  # what is erased leaves no trace in freed pages
        ]

    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if readers else "BEGIN IMMEDIATE")

    event.listen(engine.sync_engine, "connect", connected)
    event.listen(engine.sync_engine, "begin", begun)
    return engine


def lock_of(path: Path) -> FileLock:
    """The lock that whoever writes to a database holds."""
    return FileLock(path.with_name(path.name + ".lock"), timeout=0, thread_local=False)


def _prepare(path: Path, lock: FileLock) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lock.acquire()
    try:
        migrate(path)
    except BaseException:
        lock.release()
        raise


@asynccontextmanager
async def open_database(
    path: Path,
    *,
    writable: bool = True,
    busy_seconds: float = BUSY_SECONDS,
    probe_seconds: float = PROBE_SECONDS,
    read_seconds: float = READ_SECONDS,
) -> AsyncGenerator[Database]:
    """Open a file, made if missing and migrated to the newest schema.

    With ``writable`` false nothing is changed, and another process may have it open.

    Raises:
        SchemaUnknown: a newer Renga wrote it.
        StorageError: it cannot be opened, or another Renga has it open.
    """
    async with AsyncExitStack() as stack:
        try:
            if writable:
                lock = lock_of(path)
                await asyncio.to_thread(_prepare, path, lock)
                stack.callback(lock.release)
            else:
                await asyncio.to_thread(refuse_unknown, path, at_head=True)
            database = Database(
                path,
                writable=writable,
                busy_seconds=busy_seconds,
                probe_seconds=probe_seconds,
                read_seconds=read_seconds,
            )
            stack.push_async_callback(database.aclose)
            await database.connect()
        except Timeout as error:
            raise StorageError("storage.in_use", path=path.name) from error
        except (OSError, sqlite3.Error, DBAPIError) as error:
            raise StorageError("storage.cannot_open", path=path.name, reason=type(error).__name__) from error
        log.info("database %s, SQLite %s", path.name, sqlite3.sqlite_version)
        yield database
