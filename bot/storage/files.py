"""The files of a database: which they are, whatever they are called, and who may write them."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy.exc import DBAPIError

from bot.errors import StorageError

LOGS = ("-wal", "-shm", "-journal")
"""Endings of the files that SQLite keeps beside a database; what they hold belongs to it alone."""

_LOCK = ".lock"

_DAMAGED = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
_UNREACHABLE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}
_NOT_WRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}


def beside(path: Path, ending: str) -> Path:
    """The file that lies beside a database under its name and an ending."""
    return path.with_name(path.name + ending)


def lock_of(path: Path) -> FileLock:
    """The lock that whoever writes to a database holds: the same by whatever link it is reached."""
    return FileLock(beside(path.resolve(), _LOCK), timeout=0, thread_local=False)


def in_use(path: Path) -> bool:
    """Whether somebody writes to a database just now; leaves no trace."""
    if not beside(path.resolve(), _LOCK).exists():
        return False
    try:
        with lock_of(path):
            return False
    except Timeout:
        return True


def was_removed(path: Path) -> bool:
    """Whether a database was here, as its lock or its log tells, and is no more."""
    path = path.resolve()
    return not path.exists() and any(beside(path, ending).exists() for ending in (_LOCK, "-wal"))


def belongs(other: Path, path: Path) -> bool:
    """Whether a path names a database or a file beside it, by a link, a second name or another spelling.

    A file whose own log would lie where the database is belongs to it too.
    """
    endings = ("", _LOCK, *LOGS)
    ours = [beside(path.resolve(), ending) for ending in endings]
    theirs = [beside(other.resolve(), ending) for ending in endings]
    return any(_same(theirs[0], one) for one in ours) or any(_same(one, ours[0]) for one in theirs)


def _same(one: Path, other: Path) -> bool:
    if os.path.normcase(one) == os.path.normcase(other):
        return True
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there
        return False


def hard_linked(path: Path) -> bool:
    """Whether a file has a second name: under it SQLite would not find the log of what was written."""
    return path.exists() and path.stat().st_nlink > 1


def identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another that takes its name; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def code_of(error: BaseException) -> int:
    """SQLite's primary result code; extended ones carry it in their low byte (sqlite.org/rescode.html)."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    return getattr(origin, "sqlite_errorcode", 0) & 0xFF


def is_lost(error: BaseException) -> bool:
    """Whether an error says that a database is damaged, or cannot be reached any more."""
    return code_of(error) in _DAMAGED | _UNREACHABLE


def told(error: Exception, path: Path) -> StorageError | None:
    """What an error of SQLite or of the system means for a database; None if it is not about its file."""
    code = code_of(error)
    if code in _DAMAGED:
        return StorageError("storage.broken", path=path.name)
    if code in _NOT_WRITABLE or isinstance(error, PermissionError):
        return StorageError("storage.not_writable", path=path.name)
    if code in _UNREACHABLE or isinstance(error, OSError):
        key = "storage.cannot_open" if identity(path) else "storage.removed"
        return StorageError(key, path=path.name, reason=type(error).__name__)
    return None
