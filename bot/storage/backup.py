"""Backups: one consistent copy, checked before it counts, and the way back."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.errors import SchemaUnknown, StorageError
from bot.storage.migrate import copy_whole, head, schema_of
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
    copy_whole(path, fresh)
    counts = check(fresh)
    fresh.replace(to)
    return counts


def restore(copy: Path, path: Path) -> dict[str, int]:
    """Put a backup in the place of a database; the old one is kept as ``.replaced``.

    The bot must be stopped.

    Raises:
        StorageError: the backup is not sound, or the database is in use.
        SchemaUnknown: a newer Renga made the backup.
    """
    if not copy.is_file():
        raise StorageError("storage.no_file", path=copy.name)
    counts = check(copy)
    if (schema_of(copy) or "") > head():
        raise SchemaUnknown(found=schema_of(copy))
    if path.exists():
        _idle(path)
        copy_whole(path, path.with_name(path.name + ".replaced"))
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".restored")
    shutil.copyfile(copy, fresh)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    fresh.replace(path)
    return counts


def check(path: Path) -> dict[str, int]:
    """Rows of each table of a sound database.

    Raises:
        StorageError: it is damaged, or none of Renga's.
    """
    try:
        with closing(sqlite3.connect(f"file:{path.as_posix()}?mode=ro", uri=True)) as connection:
            verdict = connection.execute("PRAGMA quick_check").fetchone()[0]
            if verdict != "ok":
                raise StorageError("storage.damaged", path=path.name)
            return {
                name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
                for name in metadata.tables
            }
    except sqlite3.Error as error:
        raise StorageError("storage.damaged", path=path.name) from error


def _idle(path: Path) -> None:
    """Raise unless nobody else has the database open."""
    try:
        with closing(sqlite3.connect(path, timeout=0.2, isolation_level=None)) as connection:
            # Leaving WAL needs the file for oneself alone (sqlite.org/wal.html).
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise StorageError("storage.in_use", path=path.name) from error
