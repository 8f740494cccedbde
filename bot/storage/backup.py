"""Backups: one consistent copy, checked before it counts, and the way back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from filelock import Timeout

from bot.errors import StorageError
from bot.storage.database import lock_of
from bot.storage.migrate import copy_whole, reading, refuse_unknown
from bot.storage.tables import metadata


def backup(path: Path, to: Path) -> dict[str, int]:
    """Copy a database (it may be in use) to ``to``; returns the rows of each table in the copy.

    Raises:
        StorageError: there is nothing to copy, or the copy is not sound.
    """
    if not path.is_file():
        raise StorageError("storage.no_file", path=path.name)
    to.parent.mkdir(parents=True, exist_ok=True)
    fresh = to.with_name(to.name + ".checked")
    try:
        copy_whole(path, fresh)
        counts = check(fresh)
        _keep(fresh, to)
    except sqlite3.Error as error:
        raise StorageError("storage.damaged", path=path.name) from error
    finally:
        fresh.unlink(missing_ok=True)
    return counts


def restore(copy: Path, path: Path) -> dict[str, int]:
    """Put a backup in the place of a database; the old one is kept as ``.replaced``.

    Raises:
        StorageError: the backup is not sound, or a bot has the database open.
        SchemaUnknown: a newer Renga made the backup.
    """
    if not copy.is_file():
        raise StorageError("storage.no_file", path=copy.name)
    counts = check(copy)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".restored")
    try:
        with lock_of(path):
            shutil.copyfile(copy, fresh)
            check(fresh)
            if path.exists():
                copy_whole(path, path.with_name(path.name + ".replaced"))
            # What the old file's log still holds must not be played into the new one.
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            _keep(fresh, path)
    except Timeout as error:
        raise StorageError("storage.in_use", path=path.name) from error
    finally:
        fresh.unlink(missing_ok=True)
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
            verdict = connection.execute("PRAGMA quick_check").fetchone()[0]
            if schema is None or verdict != "ok":
                raise StorageError("storage.damaged", path=path.name)
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            return {
                name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
                for (name,) in tables
                if name in metadata.tables
            }
    except sqlite3.Error as error:
        raise StorageError("storage.damaged", path=path.name) from error


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
