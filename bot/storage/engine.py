"""SQLAlchemy's engines over one SQLite file: a writing connection, and some that only read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool


def engine_of(path: Path, busy_seconds: float, *, readers: int = 0) -> AsyncEngine:
    """An engine of one writing connection, or of some reading ones."""
    # Never "create": a file that was removed must not come back empty.
    query = {"uri": "true", "mode": "ro" if readers else "rw"}
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
