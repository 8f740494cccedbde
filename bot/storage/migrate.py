"""Brings a database file to the newest schema, with a copy made before."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from bot.errors import SchemaUnknown

_FOLDER = Path(__file__).with_name("migrations")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def head() -> str:
    """The newest schema this Renga knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def schema_of(path: Path) -> str | None:
    """The schema a file is at; None for a new or empty one."""
    if not path.exists() or not path.stat().st_size:
        return None
    with closing(sqlite3.connect(path)) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    return row[0] if row else None


def migrate(path: Path) -> None:
    """Migrate a file.  Before an existing one is changed, a copy is made beside it.

    Raises:
        SchemaUnknown: the file is at a schema that this Renga does not know.
    """
    config = _config()
    found = schema_of(path)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaUnknown(found=found)
    if found == head():
        return
    if found is not None:
        copy_whole(path, path.with_name(f"{path.name}.before-{head()}"))
    engine = create_engine(f"sqlite:///{path.as_posix()}")
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def copy_whole(path: Path, to: Path) -> None:
    """Copy a database, as one consistent whole, to a file that takes the old one's place."""
    fresh = to.with_name(to.name + ".new")
    fresh.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM INTO ?", (str(fresh),))
    fresh.replace(to)
