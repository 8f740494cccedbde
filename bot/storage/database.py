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

from filelock import Timeout
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import ReadOnly, StorageError
from bot.storage.engine import engine_of
from bot.storage.files import code_of, identity, is_lost, lock_of, told
from bot.storage.health import Health, examine
from bot.storage.migrate import prepare, refuse_unknown
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
        """Why nothing can be written at present ("full", "locked", "readonly", "io", "removed"), or ""."""
        self._file = identity(path)
        self._writer = engine_of(path, busy_seconds) if writable else None
        self._readers = engine_of(path, busy_seconds, readers=READERS)
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
            StorageError: the file is damaged, or was removed; nothing was changed.
        """
        if self.read_only:
            raise self._refusal()
        return await self._shielded(self._transaction(work))

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on one snapshot, on a connection that cannot write.

        Raises:
            StorageError: it took too long, or the file is damaged or was removed.
        """
        return await self._shielded(self._snapshot(work))

    async def forget_freed(self) -> None:
        """Empty the write-ahead log, in which words that were erased would still be found.

        Whoever still reads from it is waited for, for as long as a read may take.
        """
        until = asyncio.get_running_loop().time() + 2 * self._read_seconds
        while self._writer is not None and not await self._emptied(self._writer):
            if asyncio.get_running_loop().time() > until:
                log.warning("somebody reads the database for long: its log is not emptied yet")
                return
            await asyncio.sleep(0.05)

    async def _emptied(self, writer: AsyncEngine) -> bool:
        """Try to empty the log; False if somebody still reads from it."""
        async with self._turn:
            if self.read_only:
                return True
            async with writer.connect() as connection:
                raw = await connection.get_raw_connection()
                assert raw.driver_connection is not None
                # Not in a transaction, hence past SQLAlchemy, which would begin one.
                ((busy, _, _),) = await raw.driver_connection.execute_fetchall(
                    "PRAGMA wal_checkpoint(TRUNCATE)"
                )
        return not busy

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
            if code_of(error) == sqlite3.SQLITE_INTERRUPT:
                raise StorageError("storage.too_slow", seconds=self._read_seconds) from error
            self._tell(error)
            raise

    async def _interrupt(self, connection: AsyncConnection) -> None:
        raw = await connection.get_raw_connection()
        await asyncio.sleep(self._read_seconds)
        assert raw.driver_connection is not None
        await raw.driver_connection.interrupt()

    async def _transaction(self, work: Callable[[Connection], T]) -> T:
        async with self._turn:
            if self.read_only:  # since we began to wait
                raise self._refusal()
            if not await asyncio.to_thread(self._is_there):
                self._stop_writing("removed")
                raise self._refusal()
            try:
                return await self._committed(work)
            except (DBAPIError, sqlite3.Error) as error:
                reason = _NO_WRITES.get(code_of(error), "")
                if not reason:
                    self._tell(error)
                    raise
                self._stop_writing(reason)
                raise self._refusal() from error

    def _is_there(self) -> bool:
        """Whether the file is still the one that was opened: what is written into a removed one is lost."""
        return identity(self.path) == self._file

    def _stop_writing(self, reason: str) -> None:
        log.error("the database takes no writes (%s)", reason)
        self.read_only = reason
        self._probe = asyncio.create_task(self._until_writable())

    def _refusal(self) -> StorageError:
        if self.read_only == "removed":
            return StorageError("storage.lost", path=self.path.name)
        return ReadOnly(reason=self.read_only)

    def _tell(self, error: Exception) -> None:
        """Raise what an error means for members, if it is about the file."""
        if is_lost(error):
            log.error("the database cannot be used: restore a backup (%s)", type(error).__name__)
            raise StorageError("storage.lost", path=self.path.name) from error

    async def _committed(self, work: Callable[[Connection], T]) -> T:
        assert self._writer is not None
        async with self._writer.begin() as connection:
            return await connection.run_sync(work)

    async def _until_writable(self) -> None:
        """Try to write until it works; more than one page, since a nearly full disk may take one."""
        while self.read_only:
            await asyncio.sleep(self._probe_seconds)
            async with self._turn:
                if not await asyncio.to_thread(self._is_there):
                    self.read_only = "removed"
                    continue
                try:
                    await self._committed(_put_probe)
                    await self._committed(_take_probe_away)
                except (DBAPIError, sqlite3.Error) as error:
                    self.read_only = _NO_WRITES.get(code_of(error), "io")
                else:
                    self.read_only = ""
                    log.info("the database takes writes again")


_PROBE = "probe"


def _put_probe(connection: Connection) -> None:
    _take_probe_away(connection)
    connection.execute(notes.insert().values(name=_PROBE, text="·" * 32_768))


def _take_probe_away(connection: Connection) -> None:
    connection.execute(notes.delete().where(notes.c.name == _PROBE))


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
        StorageError: it cannot be opened, is damaged or was removed, or another Renga has it open.
    """
    path = await asyncio.to_thread(path.resolve)
    async with AsyncExitStack() as stack:
        try:
            if path.is_dir():
                raise StorageError("storage.folder", path=path.name)
            if writable:
                lock = lock_of(path)
                await asyncio.to_thread(prepare, path, lock)
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
            reason = type(error).__name__
            raise (
                told(error, path) or StorageError("storage.cannot_open", path=path.name, reason=reason)
            ) from error
        log.info("database %s, SQLite %s", path.name, sqlite3.sqlite_version)
        yield database
