"""Facts about a database file, found without changing it."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from bot.errors import StorageError
from bot.storage.files import told
from bot.storage.migrate import schema_of


@dataclass(frozen=True, slots=True)
class Health:
    """Facts about the database, for the doctor.  Sizes in bytes.

    ``schema`` is None for a file that is not there yet; ``read_only`` says why
    nothing can be written, or is "".
    """

    sqlite: str
    path: Path
    schema: str | None
    bytes: int
    wal_bytes: int
    free_bytes: int
    read_only: str


def examine(path: Path, *, read_only: str = "") -> Health:
    """Look at a file, whether or not a bot has it open; blocks for some milliseconds.

    Raises:
        StorageError: it is no database, or cannot be read.
    """
    try:
        return _facts(path, read_only)
    except (sqlite3.Error, OSError) as error:
        raise told(error, path) or StorageError("storage.cannot_open", reason=type(error).__name__) from error


def _facts(path: Path, read_only: str) -> Health:
    wal = path.with_name(path.name + "-wal")
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    return Health(
        sqlite=sqlite3.sqlite_version,
        path=path,
        schema=schema_of(path),
        bytes=path.stat().st_size if path.exists() else 0,
        wal_bytes=wal.stat().st_size if wal.exists() else 0,
        free_bytes=shutil.disk_usage(folder).free,
        read_only=read_only,
    )
