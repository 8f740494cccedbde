"""Schemas: from nothing and from every historic file to the newest, all or nothing, with a copy before."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from bot.errors import SchemaUnknown, StorageError
from bot.storage import migrate as subject
from bot.storage.backup import check
from bot.storage.migrate import copy_whole, head, migrate, migrating, schema_of
from bot.storage.store import open_store, verify_all
from bot.storage.tables import GUILD_TABLES, metadata

FIXTURES = Path(__file__).with_name("fixtures")
"""One dump (``sqlite3 FILE .dump``) for each schema ever released, with a row in every table."""


def sql(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(statement).fetchall()
        connection.commit()
    return rows


def schema(path: Path) -> list[tuple[object, ...]]:
    return sql(path, "SELECT name, sql FROM sqlite_master WHERE name != 'sqlite_sequence' ORDER BY name")


def historic(dump: Path, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump.read_text("utf-8"))


def all_schemas() -> list[str]:
    return [script.revision for script in ScriptDirectory.from_config(subject._config()).walk_revisions()]


def test_there_is_a_fixture_for_every_schema() -> None:
    assert sorted(dump.stem for dump in FIXTURES.glob("*.sql")) == sorted(all_schemas())


@pytest.mark.parametrize("dump", sorted(FIXTURES.glob("*.sql")), ids=lambda dump: dump.stem)
def test_every_historic_file_comes_to_the_same_schema_and_keeps_its_rows(dump: Path, tmp_path: Path) -> None:
    old, new, untouched = tmp_path / "old.db", tmp_path / "new.db", tmp_path / "untouched.db"
    historic(dump, old)
    historic(dump, untouched)
    migrate(old)
    migrate(new)
    assert schema(old) == schema(new)
    assert schema_of(old) == head()
    counts, before = check(old), check(untouched)
    assert all(before.values()), "the fixture has a row in every table"
    for name, rows in before.items():
        assert counts[name] == rows


@pytest.mark.parametrize("dump", sorted(FIXTURES.glob("*.sql")), ids=lambda dump: dump.stem)
async def test_the_chains_of_every_historic_file_still_hold(dump: Path, tmp_path: Path) -> None:
    historic(dump, tmp_path / "old.db")
    async with open_store(tmp_path / "old.db") as store:
        assert await store.ledger.guilds() == [-1, 10]
        assert await verify_all(store) == []


def test_tables_and_migrations_say_the_same(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    migrate(path)
    with migrating(path) as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_every_table_is_strict_and_leads_with_its_guild(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    migrate(path)
    strict = dict(sql(path, "SELECT name, strict FROM pragma_table_list"))  # type: ignore[arg-type]
    assert all(strict[table.name] for table in metadata.sorted_tables)
    for table in GUILD_TABLES:
        if table.name == "outbox":  # swept as a whole; found by (guild, key)
            continue
        assert next(iter(table.primary_key)).name == "guild", table.name
    for table in metadata.sorted_tables:
        if "key" in table.c:
            unique = [
                constraint
                for constraint in table.constraints
                if constraint.__visit_name__ == "unique_constraint"
            ]
            assert any(
                [column.name for column in constraint.columns] == ["guild", "key"] for constraint in unique
            )  # type: ignore[attr-defined]


def test_postgresql_would_take_the_tables_too() -> None:
    for table in metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=postgresql.dialect()))
        for index in table.indexes:
            assert str(CreateIndex(index).compile(dialect=postgresql.dialect()))


def test_migrating_twice_changes_nothing_and_makes_no_copy(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    migrate(path)
    before = path.read_bytes()
    migrate(path)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.before-*"))


def test_an_unknown_newer_schema_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    migrate(path)
    sql(path, "UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(SchemaUnknown) as caught:
        migrate(path)
    assert caught.value.facts == {"found": "9999"}
    assert path.read_bytes() == before


@contextmanager
def failing_at(statement: int) -> Iterator[list[int]]:
    """Make the n-th statement of whatever runs fail."""
    count = [0]

    def fail(*_: object) -> None:
        count[0] += 1
        if count[0] == statement:
            raise OSError("the machine went down")

    event.listen(Engine, "before_cursor_execute", fail)
    try:
        yield count
    finally:
        event.remove(Engine, "before_cursor_execute", fail)


def test_a_migration_is_all_or_nothing(tmp_path: Path) -> None:
    """Failing at every single statement of it."""
    with failing_at(-1) as count:
        migrate(tmp_path / "whole.db")
    for at in range(1, count[0] + 1, 3):
        path = tmp_path / f"{at}.db"
        with failing_at(at), pytest.raises(OSError, match="went down"):
            migrate(path)
        assert schema(path) == []
        migrate(path)
        assert schema(path) == schema(tmp_path / "whole.db")


def with_next_schema(folder: Path, body: str) -> None:
    """Add a schema 9000, after the newest, to a copy of the migrations."""
    for file in subject.MIGRATIONS.rglob("*.py"):
        target = folder / file.relative_to(subject.MIGRATIONS)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.read_text())
    (folder / "versions/9000_next.py").write_text(
        "from alembic import op\n"
        "import sqlalchemy as sa\n"
        f"revision, down_revision, branch_labels, depends_on = '9000', {head()!r}, None, None\n"
        f"def upgrade():\n    {body}\n"
    )


def test_before_a_migration_a_copy_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, known = tmp_path / "renga.db", head()
    migrate(path)
    sql(path, "INSERT INTO notes VALUES ('a', 'x')")
    with_next_schema(tmp_path / "next", "op.add_column('notes', sa.Column('at', sa.Text()))")
    monkeypatch.setattr(subject, "MIGRATIONS", tmp_path / "next")
    migrate(path)
    assert sql(path, "SELECT * FROM notes") == [("a", "x", None)]
    copy = tmp_path / "renga.db.before-9000"
    assert schema_of(copy) == known
    assert sql(copy, "SELECT * FROM notes") == [("a", "x")]


def test_a_failed_migration_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, known = tmp_path / "renga.db", head()
    migrate(path)
    sql(path, "INSERT INTO chains VALUES (1, 1, 'x')")
    before = schema(path)
    orphan = "INSERT INTO hands (guild, member, contribution) VALUES (1, 2, 3)"
    with_next_schema(tmp_path / "next", f"op.drop_table('notes'); op.execute({orphan!r})")
    monkeypatch.setattr(subject, "MIGRATIONS", tmp_path / "next")
    with pytest.raises(StorageError, match="damaged"):
        migrate(path)
    assert schema(path) == before
    assert schema_of(path) == known


def test_copies_do_not_keep_erased_words_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "renga.db"
    migrate(path)
    old, young = tmp_path / "renga.db.before-0000", tmp_path / "renga.db.before-0001"
    for copy in (old, young):
        copy_whole(path, copy)
    ago = time.time() - 31 * 86_400
    os.utime(old, (ago, ago))
    migrate(path)
    assert not old.exists()
    assert young.exists()


def test_two_databases_can_be_migrated_at_the_same_time(tmp_path: Path) -> None:
    paths = [tmp_path / f"{at}.db" for at in range(4)]
    threads = [Thread(target=migrate, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({str(schema(path)) for path in paths}) == 1
    assert {schema_of(path) for path in paths} == {head()}
