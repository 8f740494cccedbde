"""Backups: whole, checked, atomic; and the way back."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import SchemaUnknown, StorageError
from bot.storage import backup as subject
from bot.storage.backup import backup, check, restore
from bot.storage.store import open_store


def note(path: Path, name: str) -> None:
    async def put() -> None:
        async with open_store(path) as store:
            await store.notes.put(name, "x" * 5000)

    asyncio.run(put())


def names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM notes ORDER BY name")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "renga.sqlite3"
    note(made, "a")
    return made


async def test_a_backup_can_be_made_while_the_bot_writes(tmp_path: Path) -> None:
    path, to = tmp_path / "renga.sqlite3", tmp_path / "backups/one.sqlite3"
    async with open_store(path) as store:
        await store.notes.put("a", "x")
        writing = [asyncio.create_task(store.notes.put(f"b{at}", "x")) for at in range(50)]
        counts = await asyncio.to_thread(backup, path, to)
        await asyncio.gather(*writing)
    assert 1 <= counts["notes"] <= 51
    assert check(to) == counts
    assert "a" in names(to)


def test_the_drill(path: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.sqlite3"
    backup(path, kept)
    note(path, "b")
    counts = restore(kept, path)
    assert counts["notes"] == 1
    assert names(path) == ["a"]
    assert names(path.with_name("renga.sqlite3.replaced")) == ["a", "b"], "what was replaced can be had back"
    note(path, "c")
    assert names(path) == ["a", "c"]
    assert sorted(file.name for file in tmp_path.iterdir() if ".lock" not in file.name) == [
        "kept.sqlite3",
        "renga.sqlite3",
        "renga.sqlite3.replaced",
    ], "nothing half made is left"


def test_a_lost_database_is_restored_to_a_new_folder(path: Path, tmp_path: Path) -> None:
    new = tmp_path / "new" / "renga.sqlite3"
    restore(path, new)
    assert names(new) == ["a"]


async def test_nothing_is_restored_under_a_running_bot(tmp_path: Path) -> None:
    path, kept = tmp_path / "renga.sqlite3", tmp_path / "kept.sqlite3"
    async with open_store(path) as store:
        await store.notes.put("a", "x")
        await asyncio.to_thread(backup, path, kept)
        with pytest.raises(StorageError, match="in_use"):
            await asyncio.to_thread(restore, kept, path)
        await store.notes.put("b", "x")
        assert await store.notes.get("b") == "x"


def test_an_old_log_is_not_played_into_a_restored_file(path: Path, tmp_path: Path) -> None:
    """The log of a bot that was killed lies beside its file."""
    kept, lost = tmp_path / "kept.sqlite3", tmp_path / "lost"
    backup(path, kept)
    lost.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO notes VALUES ('late', 'x')")
        connection.commit()
        for file in tmp_path.glob("renga.sqlite3*"):
            shutil.copy(file, lost / file.name)
    assert (lost / "renga.sqlite3-wal").stat().st_size > 0
    counts = restore(kept, lost / "renga.sqlite3")
    assert check(lost / "renga.sqlite3") == counts, "with the old log it would be malformed"
    assert names(lost / "renga.sqlite3") == ["a"]


@pytest.mark.parametrize("harm", ["cut", "scribbled", "empty", "another's"])
def test_a_damaged_backup_is_refused_and_the_database_stays(path: Path, tmp_path: Path, harm: str) -> None:
    kept = tmp_path / "kept.sqlite3"
    backup(path, kept)
    whole = kept.read_bytes()
    if harm == "another's":
        kept.unlink()
        with closing(sqlite3.connect(kept)) as connection:
            connection.execute("CREATE TABLE t (x)")
    else:
        half = len(whole) // 2
        scribbled = whole[:4096] + b"\x55" * 8192 + whole[12288:]
        kept.write_bytes({"cut": whole[:half], "scribbled": scribbled, "empty": b""}[harm])
    before = path.read_bytes()
    with pytest.raises(StorageError, match="damaged"):
        restore(kept, path)
    assert path.read_bytes() == before
    with pytest.raises(StorageError, match="damaged"):
        backup(kept, tmp_path / "again.sqlite3")
    assert not list(tmp_path.glob("again*"))


def test_a_backup_of_a_newer_renga_is_refused(path: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.sqlite3"
    backup(path, kept)
    with closing(sqlite3.connect(kept)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(SchemaUnknown):
        restore(kept, path)
    assert names(path) == ["a"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for call in (backup, restore):
        with pytest.raises(StorageError, match=r"no_file.*none\.sqlite3"):
            call(tmp_path / "none.sqlite3", tmp_path / "to.sqlite3")
    assert not (tmp_path / "to.sqlite3").exists()


def test_the_old_backup_stays_until_the_new_one_is_sound(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept.sqlite3"
    backup(path, kept)
    before = kept.read_bytes()
    note(path, "b")

    def fail(file: Path) -> dict[str, int]:
        raise StorageError("storage.damaged", path=file.name)

    monkeypatch.setattr(subject, "check", fail)
    with pytest.raises(StorageError):
        backup(path, kept)
    assert kept.read_bytes() == before
