"""Backups: one consistent copy, checked before it counts, and the way back."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import Timeout

from bot.errors import StorageError
from bot.storage.files import LOGS, belongs, beside, code_of, in_use, lock_of
from bot.storage.migrate import REPLACED, copy_whole, reading, refuse_unknown, schema_of
from bot.storage.tables import metadata


def backup(path: Path, to: Path) -> dict[str, int]:
    """Copy a database (it may be in use) to ``to``; returns the rows of each table in the copy.

    An earlier backup is replaced; any other file stays as it is.

    Raises:
        StorageError: there is nothing to copy, the copy is not sound, or ``to`` is
            no place for one; nothing was written.
    """
    if not path.is_file():
        raise StorageError("storage.no_file", path=path.name)
    _refuse_place(path, to)
    to = to.resolve()
    with _room(to) as room:
        fresh = room / to.name
        _copy(path, fresh)
        counts = check(fresh)
        _keep(fresh, to)
    return counts


def restore(copy: Path, path: Path) -> dict[str, int]:
    """Put a backup in the place of a database; the old one is kept as ``.replaced``.

    What is in the backup's log, if one lies beside it, is restored too.  Returns
    the rows of each table of what was restored.

    Raises:
        StorageError: the backup is not sound, or is the database itself; or a bot
            has the database open.
        SchemaUnknown: a newer Renga made the backup.
    """
    if path.is_dir() or copy.is_dir():
        raise StorageError("storage.folder", path=(path if path.is_dir() else copy).name)
    if belongs(copy, path):
        raise StorageError("storage.itself", path=copy.name)
    if not copy.is_file():
        raise StorageError("storage.no_file", path=copy.name)
    path = path.resolve()
    with _room(path) as room:
        fresh = room / path.name
        check(copy)
        _copy(copy, fresh)
        counts = check(fresh)
        try:
            with lock_of(path):
                _set_aside(path)
                _keep(fresh, path)
        except Timeout as error:
            raise StorageError("storage.in_use", path=path.name) from error
    return counts


def check(path: Path) -> dict[str, int]:
    """Rows of each table of a sound database of Renga's.

    Raises:
        StorageError: it is damaged, or none of Renga's.
        SchemaUnknown: a newer Renga made it.
    """
    try:
        schema = refuse_unknown(path)
        with closing(reading(path)) as connection:
            verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if schema is None or verdict != "ok":
                raise StorageError("storage.damaged", path=path.name)
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            return {
                name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
                for (name,) in tables
                if name in metadata.tables
            }
    except sqlite3.Error as error:
        raise _unsound(error, path) from error


def _copy(path: Path, to: Path) -> None:
    try:
        copy_whole(path, to)
    except sqlite3.Error as error:
        if code_of(error) == sqlite3.SQLITE_FULL:
            raise StorageError("storage.cannot_write", path=to.name, reason="disk full") from error
        raise _unsound(error, path) from error


def _unsound(error: sqlite3.Error, path: Path) -> StorageError:
    """Why a file cannot be read: the system would not, or it is not what it should be."""
    if code_of(error) in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY):
        return StorageError("storage.cannot_open", path=path.name, reason=str(error))
    return StorageError("storage.damaged", path=path.name)


def _refuse_place(path: Path, to: Path) -> None:
    """Refuse to write a backup over the database itself, or over anything that is no backup."""
    if belongs(to, path):
        raise StorageError("storage.itself", path=to.name)
    if to.is_dir():
        raise StorageError("storage.folder", path=to.name)
    if not to.exists():
        return
    if in_use(to) or any(beside(to.resolve(), ending).exists() for ending in LOGS):
        raise StorageError("storage.in_use", path=to.name)
    try:
        earlier = to.is_file() and (not to.stat().st_size or schema_of(to) is not None)
    except sqlite3.Error:
        earlier = False
    if not earlier:
        raise StorageError("storage.not_a_backup", path=to.name)


def _set_aside(path: Path) -> None:
    """Keep what a backup takes the place of, damaged or not; what its log holds must not be played on."""
    if path.exists():
        kept = _free(path)
        try:
            copy_whole(path, kept)
        except sqlite3.Error:
            # It cannot be read as a whole; some of it may yet be saved by those who know how.
            path.replace(kept)
            kept.touch()  # it is kept from now on, however old it was
            for ending in LOGS:
                if (log := beside(path, ending)).exists():
                    log.replace(beside(kept, ending))
    for ending in LOGS:
        beside(path, ending).unlink(missing_ok=True)


def _free(path: Path) -> Path:
    """A name under which nothing is kept yet: what an earlier restore replaced is not lost to a later one."""
    kept, number = beside(path, REPLACED), 1
    while kept.exists():
        number += 1
        kept = beside(path, f"{REPLACED}-{number}")
    return kept


@contextmanager
def _room(place: Path) -> Generator[Path]:
    """A folder beside a file, in which it is made ready; gone at the end."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent) as room:
            yield Path(room)
    except OSError as error:
        raise StorageError("storage.cannot_write", path=place.name, reason=type(error).__name__) from error


def _keep(fresh: Path, to: Path) -> None:
    """Move a file to its place, whole or not at all, even if the power goes."""
    _sync(fresh)
    fresh.replace(to)
    if os.name == "posix":
        _sync(to.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
