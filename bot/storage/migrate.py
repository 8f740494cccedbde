"""Brings a database file to the newest schema, with a copy made before."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from bot.errors import SchemaUnknown, StorageError
from bot.storage.files import hard_linked, was_removed

MIGRATIONS = Path(__file__).with_name("migrations")

COPIES_KEPT = 30 * 86_400
"""Seconds after which a copy that was made beside the database is removed: erased words must not live on."""

BEFORE = ".before-"
"""Ending of the copy made before a migration; the new schema follows."""

REPLACED = ".replaced"
"""Ending of the copy of what a backup took the place of."""

_one_at_a_time = threading.Lock()  # Alembic keeps what it is doing in module globals


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def head() -> str:
    """The newest schema this Renga knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def reading(path: Path) -> sqlite3.Connection:
    """A plain connection that cannot write."""
    return sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)


def schema_of(path: Path) -> str | None:
    """The schema a file is at; None for a new or empty one."""
    if not path.exists() or not path.stat().st_size:
        return None
    with closing(reading(path)) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    return row[0] if row else None


def refuse_damaged(path: Path) -> None:
    """Look for damage before anything is written; takes a second for half a gigabyte.

    Raises:
        StorageError: SQLite finds some, or it is a database of something else.
    """
    if not path.stat().st_size:
        return
    with closing(reading(path)) as connection:
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise StorageError("storage.broken", path=path.name)
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    if found and ("alembic_version",) not in found:
        raise StorageError("storage.broken", path=path.name)


def refuse_unknown(path: Path, *, at_head: bool = False) -> str | None:
    """The schema a file is at, if this Renga knows it.

    Raises:
        SchemaUnknown: it does not.
        StorageError: with ``at_head``, the file is missing or has yet to be migrated.
    """
    found = schema_of(path)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaUnknown(found=found)
    if at_head and found is None:
        raise StorageError("storage.no_file", path=path.name)
    if at_head and found != head():
        raise StorageError("storage.old_schema", path=path.name, found=found)
    return found


def prepare(path: Path, lock: FileLock) -> None:
    """Make a file ready to be written by this process alone, whole and migrated; the lock is held then.

    Raises:
        Timeout: another process holds it.
        SchemaUnknown, StorageError: the file is damaged, was removed, has two names, or is of a newer Renga.
    """
    if was_removed(path):
        raise StorageError("storage.removed", path=path.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock.acquire()
    try:
        if hard_linked(path):
            raise StorageError("storage.second_name", path=path.name)
        if path.exists():
            refuse_damaged(path)
        migrate(path)
    except BaseException:
        lock.release()
        if not path.exists():  # nothing was removed: nothing was made
            Path(lock.lock_file).unlink(missing_ok=True)
        raise


def migrate(path: Path, to: str = "head") -> None:
    """Migrate a file, all in one transaction.  Before an existing one is changed, a copy is made beside it.

    Raises:
        SchemaUnknown: the file is at a schema that this Renga does not know.
        StorageError: rows would be left that refer to nothing; nothing was changed.
    """
    with _one_at_a_time:
        found = refuse_unknown(path)
        target = head() if to == "head" else to
        _expire_copies(path)
        if found == target:
            return
        if found is not None:
            copy_whole(path, path.with_name(f"{path.name}{BEFORE}{target}"))
        with migrating(path) as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, to)
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise StorageError("storage.damaged", path=path.name)


@contextmanager
def migrating(path: Path) -> Generator[Connection]:
    """A connection in one transaction that takes changes of the schema too, and takes them back if it fails.

    Left to itself, Python's driver begins a transaction only where rows change: a
    process killed between two changes of the schema would leave half of one.
    """
    engine: Engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)

    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None
        # Foreign keys are checked at the end: rebuilding a table drops it for a moment.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def copy_whole(path: Path, to: Path) -> None:
    """Copy a database, as one consistent whole, to a file that takes the old one's place."""
    fresh = to.with_name(to.name + ".new")
    fresh.unlink(missing_ok=True)
    try:
        with closing(reading(path)) as connection:
            connection.execute("VACUUM INTO ?", (str(fresh),))
        fresh.replace(to)
    finally:
        fresh.unlink(missing_ok=True)


def _expire_copies(path: Path) -> None:
    starts = tuple(path.name + ending for ending in (BEFORE, REPLACED))
    for copy in path.parent.iterdir():
        if copy.name.startswith(starts) and time.time() - copy.stat().st_mtime > COPIES_KEPT:
            copy.unlink()
