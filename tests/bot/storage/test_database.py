"""The connection: durability, one writer, transactions that always end, read-only and back."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.errors import ReadOnly, StorageError
from bot.explain import explain
from bot.storage.database import Database, open_database
from bot.storage.files import lock_of
from bot.storage.health import examine
from bot.storage.migrate import head
from bot.storage.store import open_store, path_of
from bot.storage.tables import notes, works
from tests.patience import PATIENCE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a folder with %20 and #" / "renga.sqlite3"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    async with open_database(path, busy_seconds=0.1, probe_seconds=0.02) as opened:
        yield opened


def put(name: str, text: str = "x") -> object:
    return lambda connection: connection.execute(insert(notes).values(name=name, text=text))


def names(connection: Connection) -> list[str]:
    return list(connection.execute(select(notes.c.name).order_by(notes.c.name)).scalars())


async def settled(database: Database) -> None:
    """Wait until the database takes writes again."""
    async with asyncio.timeout(PATIENCE):
        while database.read_only:  # noqa: ASYNC110 - it is no one's to announce
            await asyncio.sleep(0.01)


def pragma(name: str) -> object:
    return lambda connection: connection.exec_driver_sql(f"PRAGMA {name}").scalar()


async def test_the_settings_that_keep_what_was_acknowledged(database: Database) -> None:
    expected = {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "trusted_schema": 0,
        "secure_delete": 1,
        "busy_timeout": 100,
        "wal_autocheckpoint": 1000,
    }
    assert {name: await database.write(pragma(name)) for name in expected} == expected
    for name in ("foreign_keys", "trusted_schema", "busy_timeout"):
        assert await database.read(pragma(name)) == expected[name]


async def test_the_driver_begins_nothing_by_itself(database: Database) -> None:
    def level(connection: Connection) -> object:
        return connection.connection.dbapi_connection.isolation_level  # type: ignore[union-attr]

    assert await database.write(level) is None
    assert await database.read(level) is None


async def test_a_transaction_takes_the_lock_when_it_begins(database: Database, path: Path) -> None:
    def locked(connection: Connection) -> str:
        other = sqlite3.connect(path, timeout=0, isolation_level=None)
        with closing(other), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        return "before any statement of its own"

    assert await database.write(locked)


async def test_all_or_nothing(database: Database) -> None:
    def half(connection: Connection) -> None:
        put("a")(connection)
        raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        await database.write(half)
    with pytest.raises(IntegrityError):
        await database.write(lambda connection: [put(name)(connection) for name in ("b", "b")])
    assert await database.read(names) == []
    await database.write(put("c"))
    assert await database.read(names) == ["c"]


async def test_foreign_keys_and_strict_types_are_kept(database: Database) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        await database.write(
            lambda connection: connection.exec_driver_sql(
                "INSERT INTO cards (guild, message, work, channel, kind, take) VALUES (1, 2, 3, 4, 'card', 0)"
            )
        )
    with pytest.raises(DBAPIError, match="cannot store TEXT"):
        await database.write(
            lambda connection: connection.exec_driver_sql("INSERT INTO houses VALUES (1, 'two')")
        )


async def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError, match="readonly"):
        await database.read(put("a"))
    assert not database.read_only


async def test_a_read_sees_one_moment(database: Database) -> None:
    await database.write(put("a"))
    seen: list[list[str]] = []
    begun, written = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def twice(connection: Connection) -> None:
        seen.append(names(connection))
        loop.call_soon(begun.set)
        from sqlalchemy.util import await_only

        await_only(written.wait())
        seen.append(names(connection))

    read = asyncio.create_task(database.read(twice))
    await begun.wait()
    await database.write(put("b"))
    written.set()
    await read
    assert seen == [["a"], ["a"]]
    assert await database.read(names) == ["a", "b"]


@pytest.mark.parametrize("steps", range(12))
async def test_whoever_is_cancelled_leaves_a_whole_transaction(database: Database, steps: int) -> None:
    """Cancelled after each number of turns of the loop: all of it is there, or will be."""

    def two(connection: Connection) -> None:
        put("a")(connection)
        put("b")(connection)

    caller = asyncio.create_task(database.write(two))
    for _ in range(steps):
        await asyncio.sleep(0)
    caller.cancel()
    with suppress(asyncio.CancelledError):
        await caller
    await database.write(put("c"))
    found = await database.read(names)
    assert found in (["a", "b", "c"], ["c"])
    if steps:
        assert found == ["a", "b", "c"], "what had begun runs to its end"


@pytest.mark.parametrize("after", range(14))
async def test_even_a_transaction_that_is_killed_leaves_no_lock(path: Path, after: int) -> None:
    """What happens when the loop is torn down: the transaction itself is cancelled, at every await."""
    async with open_database(path, busy_seconds=0.1) as database:

        def two(connection: Connection) -> None:
            put("a")(connection)
            put("b")(connection)

        caller = asyncio.create_task(database.write(two))
        await asyncio.sleep(0)
        (inner,) = database._running
        for _ in range(after * 3):
            await asyncio.sleep(0.0005)
            if inner.done():
                break
        inner.cancel()
        await asyncio.gather(caller, inner, return_exceptions=True)
        await database.write(put("c"))
        assert await database.read(names) in (["a", "b", "c"], ["c"])
        with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")


async def test_a_failed_write_of_a_cancelled_caller_is_heard_of_by_nobody(database: Database) -> None:
    def fail(connection: Connection) -> None:
        raise ValueError

    caller = asyncio.create_task(database.write(fail))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await database.write(put("a"))


async def test_closing_waits_for_what_is_being_written(path: Path) -> None:
    async with open_database(path) as database:
        writes = [asyncio.create_task(database.write(put(f"{at:02}"))) for at in range(20)]
        await asyncio.sleep(0)
    await asyncio.gather(*writes)
    async with open_database(path) as database:
        assert len(await database.read(names)) == 20


async def test_nothing_but_the_database_file_is_left_behind(path: Path) -> None:
    async with open_database(path) as database:
        await database.write(put("a"))
        await database.read(names)
    left = {file.name for file in path.parent.iterdir()} - {path.name + ".lock"}
    assert left == {path.name}, "the log was checkpointed, and removed"


async def test_a_slow_read_is_interrupted(path: Path) -> None:
    forever = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    async with open_database(path, read_seconds=0.1) as database:
        with pytest.raises(StorageError, match="too_slow"):
            await database.read(lambda connection: connection.exec_driver_sql(forever).scalar())
        assert await database.read(names) == []


# --- full, locked, and back --------------------------------------------------------------------


async def _limit(database: Database, pages: int) -> None:
    """Make the file full (or not) for the connection that writes; also while nothing is written."""
    assert database._writer is not None
    async with database._writer.connect() as connection:
        raw = await connection.get_raw_connection()
        assert raw.driver_connection is not None
        await raw.driver_connection.execute_fetchall(f"PRAGMA max_page_count={pages}")


async def test_a_full_disk_means_reading_only_until_there_is_room(database: Database) -> None:
    await database.write(put("a"))
    await _limit(database, 1)  # SQLite takes the present size for it
    with pytest.raises(ReadOnly) as caught:
        await database.write(lambda connection: [put(f"b{at}", "x" * 4000)(connection) for at in range(99)])
    assert caught.value.facts == {"reason": "full"}
    assert database.read_only == "full"
    assert await database.read(names) == ["a"], "nothing was changed, and reading goes on"
    with pytest.raises(ReadOnly):
        await database.write(put("c"))
    assert (await database.health()).read_only == "full"
    await _limit(database, 1_000_000)
    await settled(database)
    await database.write(put("c", "x" * 40_000))
    assert await database.read(names) == ["a", "c"], "the probe left nothing"


async def test_a_locked_database_means_reading_only_until_it_is_free(database: Database, path: Path) -> None:
    await database.write(put("a"))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        found = await asyncio.gather(
            *(database.write(put(f"b{at}")) for at in range(50)), return_exceptions=True
        )
        assert all(isinstance(each, ReadOnly) for each in found)
        assert {each.facts["reason"] for each in found if isinstance(each, ReadOnly)} == {"locked"}
        assert await database.read(names) == ["a"]
        other.execute("ROLLBACK")
    await settled(database)
    await database.write(put("b"))
    assert await database.read(names) == ["a", "b"]


async def test_only_the_first_of_many_waits_for_a_lock(path: Path) -> None:
    """Fifty writes behind a lock of five seconds must not take fifty times that."""
    waits = 0
    async with open_database(path, busy_seconds=0.05, probe_seconds=99) as database:
        committed = database._committed

        async def counted(work: object) -> object:
            nonlocal waits
            waits += 1
            return await committed(work)  # type: ignore[arg-type]

        database._committed = counted  # type: ignore[method-assign, assignment]
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await asyncio.gather(*(database.write(put(f"b{at}")) for at in range(50)), return_exceptions=True)
            other.execute("ROLLBACK")
    assert waits == 1


async def test_what_people_wrote_is_not_in_the_error(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught:
        await database.write(
            lambda connection: connection.execute(insert(works).values(guild=1, id=1, title="a secret"))
        )
    assert "a secret" not in str(caught.value)


# --- one process, one file ---------------------------------------------------------------------


async def test_a_second_writer_is_refused_and_a_reader_is_not(path: Path) -> None:
    async with open_database(path) as database:
        await database.write(put("a"))
        with pytest.raises(StorageError, match="in_use"):
            async with open_database(path):
                pass
        async with open_store(path, writable=False) as reader:
            assert await reader.notes.get("a") == "x"
            with pytest.raises(ReadOnly):
                await reader.notes.put("b", "x")
        assert examine(path).schema == head()
    async with open_database(path):
        pass


async def test_another_process_is_refused(path: Path) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path; from bot.storage.database import open_database\n"
        "async def main():\n"
        "    async with open_database(Path(sys.argv[1])): pass\n"
        "asyncio.run(main())"
    )
    async with open_database(path):
        ended = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", program, str(path)], capture_output=True, text=True
        )
    assert ended.returncode == 1
    assert "storage.in_use" in ended.stderr


def opened_and_closed(path: Path, *, writable: bool = True) -> None:
    async def once() -> None:
        async with open_database(path, writable=writable):
            pass

    asyncio.run(once())


async def test_a_second_writer_by_another_name_is_refused(path: Path) -> None:
    async with open_database(path):
        link, folder = path.with_name("link"), path.parent.with_name("folder")
        link.symlink_to(path)
        folder.symlink_to(path.parent)
        for other in (link, folder / path.name, path.parent / ".." / path.parent.name / path.name):
            with pytest.raises(StorageError, match="in_use"):
                async with open_database(other):
                    pass
    os.link(path, path.with_name("second"))
    with pytest.raises(StorageError, match="second_name"):
        async with open_database(path.with_name("second")):
            pass


def spoilt(path: Path, how: str) -> bytes:
    """Harm a database, or put something in its place; what is there then."""
    path.unlink(missing_ok=True)
    if how == "another's":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE t (x)")
    elif how == "a letter":
        path.write_bytes(b"this is not a database, but long enough to be taken for one" * 100)
    else:
        opened_and_closed(path)
        whole = bytearray(path.read_bytes())
        whole[4096:8192] = os.urandom(4096)
        path.write_bytes(whole if how == "scribbled" else whole[: len(whole) // 2])
    return path.read_bytes()


@pytest.mark.parametrize("how", ["a letter", "another's", "scribbled", "cut"])
def test_a_file_that_is_no_sound_database_is_refused_and_named(path: Path, how: str) -> None:
    path.parent.mkdir()
    before = spoilt(path, how)
    with pytest.raises(StorageError, match="broken") as caught:
        opened_and_closed(path)
    assert "restore" in explain(caught.value, "en")
    assert path.read_bytes() == before


def test_a_removed_file_is_not_begun_anew_in_silence(path: Path) -> None:
    opened_and_closed(path)
    path.unlink()
    for _ in range(2):
        with pytest.raises(StorageError, match="removed") as caught:
            opened_and_closed(path)
        assert "restore" in explain(caught.value, "zh")
        assert not path.exists()
    path.with_name(path.name + ".lock").unlink()
    opened_and_closed(path)
    assert path.exists(), "as the error says"


def test_a_first_start_that_failed_is_not_taken_for_a_removed_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> None:
        raise StorageError

    with monkeypatch.context() as patch, pytest.raises(StorageError, match="failed"):
        patch.setattr("bot.storage.migrate.migrate", fail)
        opened_and_closed(path)
    opened_and_closed(path)


def test_a_folder_is_no_database(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StorageError, match="folder"):
        opened_and_closed(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="the modes of files do not bind root")
def test_a_file_that_cannot_be_written_is_told_plainly(path: Path) -> None:
    opened_and_closed(path)
    path.chmod(0o400)
    with pytest.raises(StorageError, match="not_writable"):
        opened_and_closed(path)


def test_what_the_system_says_is_told_plainly(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As :func:`test_a_file_that_cannot_be_written_is_told_plainly`, also for root."""

    def fail(path: Path) -> None:
        raise PermissionError

    monkeypatch.setattr("bot.storage.migrate.migrate", fail)
    with pytest.raises(StorageError, match="not_writable"):
        opened_and_closed(path)


def moved(path: str | Path, to: Path) -> None:
    os.replace(path, to)


@pytest.mark.parametrize("then", ["nothing", "another"])
async def test_nothing_is_acknowledged_into_a_file_that_was_removed(path: Path, then: str) -> None:
    async with open_database(path, probe_seconds=0.02) as database:
        await database.write(put("a"))
        away = path.with_name("away")
        moved(path, away)
        if then == "another":
            moved(lock_of(path).lock_file, path)
        for _ in range(2):
            with pytest.raises(StorageError) as caught:
                await database.write(put("b"))
            assert "python -m bot restore" in explain(caught.value, "en")
        moved(away, path)
        await settled(database)
        await database.write(put("c"))
        assert await database.read(names) == ["a", "c"]


async def test_damage_that_is_met_later_is_told_plainly(path: Path) -> None:
    async with open_database(path) as database:
        for at in range(200):
            await database.write(put(f"{at:03}", "x" * 3000))
        await database.forget_freed()

        def rewrite(connection: Connection) -> None:
            connection.exec_driver_sql("PRAGMA shrink_memory")  # or it would not look at the file
            connection.execute(notes.update().values(text="y"))

        with path.open("r+b") as file:
            for page in range(60, 200, 3):
                file.seek(page * 4096)
                file.write(os.urandom(4096))
        everything = select(notes.c.text)
        reading = database.read(lambda connection: connection.execute(everything).all())
        writing = database.write(rewrite)
        found = await asyncio.gather(reading, writing, return_exceptions=True)
        assert [str(error) for error in found] == ["storage.lost(path='renga.sqlite3')"] * 2


def test_reading_needs_a_file(path: Path) -> None:
    with pytest.raises(StorageError, match="no_file"):
        opened_and_closed(path, writable=False)
    assert not path.exists()


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("data/x.sqlite3", "data/x.sqlite3"),
        ("sqlite:///data/x.sqlite3", "data/x.sqlite3"),
        ("sqlite+aiosqlite:////srv/x.sqlite3", "/srv/x.sqlite3"),
    ],
)
def test_places(place: str, expected: str) -> None:
    assert path_of(place) == Path(expected)


@pytest.mark.parametrize("place", ["postgresql://u:secret@h/db", "mysql:///x"])
def test_a_database_of_another_kind_is_refused_without_telling_its_password(place: str) -> None:
    with pytest.raises(StorageError) as caught:
        path_of(place)
    assert "secret" not in str(caught.value)


async def test_the_doctor_learns_of_a_growing_log(database: Database) -> None:
    before = await database.health()
    for at in range(30):
        await database.write(put(f"{at}", "x" * 4000))
    after = await database.health()
    assert after.wal_bytes > before.wal_bytes
    assert after.free_bytes > 0
    assert after.sqlite == sqlite3.sqlite_version
    assert await database.read(
        lambda connection: connection.execute(select(func.count(notes.c.name))).scalar()
    )
