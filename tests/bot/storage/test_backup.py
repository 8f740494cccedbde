"""Backups: whole, checked, atomic; and the way back."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
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


# --- the database itself, by whatever name -----------------------------------------------------


def link(name: str, to: str) -> Callable[[Path], Path]:
    def made(path: Path) -> Path:
        (path.parent / name).symlink_to(path.parent / to if to else path.parent)
        return path.parent / name if to else path.parent / name / path.name

    return made


def second_name(path: Path) -> Path:
    other = path.with_name("second.sqlite3")
    os.link(path, other)
    return other


def sideways(path: Path) -> Path:
    (path.parent / "there").mkdir()
    return path.parent / "there" / ".." / path.name


ITSELF: dict[str, Callable[[Path], Path]] = {
    "its own path": lambda path: path,
    "a relative path": lambda path: Path(os.path.relpath(path)),
    "a path with a detour": sideways,
    "a link": link("link", "renga.sqlite3"),
    "a link to a link": lambda path: link("two", "one")(link("one", "renga.sqlite3")(path)),
    "a linked folder": link("folder", ""),
    "a hard link": second_name,
    "its log": lambda path: path.with_name(path.name + "-wal"),
    "its index": lambda path: path.with_name(path.name + "-shm"),
    "its journal": lambda path: path.with_name(path.name + "-journal"),
    "its lock": lambda path: path.with_name(path.name + ".lock"),
    "a link to its log": link("log", "renga.sqlite3-wal"),
}


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file under a folder but the index of a log, which readers write too."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not file.name.endswith("-shm")
    }


@pytest.mark.parametrize("name", ITSELF)
async def test_the_database_itself_is_no_place_for_its_backup(tmp_path: Path, name: str) -> None:
    path = tmp_path / "renga.sqlite3"
    async with open_store(path) as store:
        await store.notes.put("a", "x")
        place = ITSELF[name](path)
        before = bytes_of(tmp_path)
        with pytest.raises(StorageError, match="itself"):
            await asyncio.to_thread(backup, path, place)
        with pytest.raises(StorageError, match="itself"):
            await asyncio.to_thread(restore, place, path)
        with pytest.raises(StorageError, match=r"itself|no_file"):
            await asyncio.to_thread(backup, place, path)
        assert bytes_of(tmp_path) == before
        await store.notes.put("b", "x")
    assert names(path) == ["a", "b"], "what was acknowledged is there"


def test_a_database_whose_name_is_that_of_a_log_is_not_taken_for_one(tmp_path: Path) -> None:
    path = tmp_path / "renga-wal"
    note(path, "a")
    with pytest.raises(StorageError, match="itself"):
        backup(path, tmp_path / "renga")
    for ending in (".checked", ".new", ".restored"):
        path = tmp_path / f"kept{ending}"
        note(path, "a")
        backup(path, tmp_path / "kept")
        assert names(path) == ["a"]


@pytest.mark.parametrize("what", ["a folder", "a letter", "another's database", "a pipe", "a live database"])
async def test_only_an_earlier_backup_is_replaced(tmp_path: Path, what: str) -> None:
    path, to = tmp_path / "renga.sqlite3", tmp_path / "there"
    await asyncio.to_thread(lambda: to.mkdir() if what == "a folder" else None)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(path))
        await store.notes.put("a", "x")
        if what == "a letter":
            to.write_text("Dear Ana")
        elif what == "another's database":
            with closing(sqlite3.connect(to)) as connection:
                connection.execute("CREATE TABLE t (x)")
        elif what == "a pipe":
            os.mkfifo(to)
        elif what == "a live database":
            other = await stack.enter_async_context(open_store(to))
            await other.notes.put("theirs", "x")
        before = bytes_of(tmp_path)
        with pytest.raises(StorageError, match=r"folder|not_a_backup|in_use"):
            await asyncio.to_thread(backup, path, to)
        assert bytes_of(tmp_path) == before


def test_a_place_that_cannot_be_written_is_told_plainly(path: Path, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear Ana")
    with pytest.raises(StorageError, match="cannot_write"):
        backup(path, tmp_path / "letter" / "backup.sqlite3")


def test_a_backup_by_a_link_goes_where_the_link_leads(path: Path, tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far" / "kept.sqlite3")
    for _ in range(2):
        backup(path, tmp_path / "link")
        assert (tmp_path / "link").is_symlink()
        assert names(tmp_path / "far" / "kept.sqlite3") == ["a"]


# --- what is restored ----------------------------------------------------------------------------


async def test_what_is_in_the_log_of_a_copied_database_is_restored_and_counted(tmp_path: Path) -> None:
    path, copy = tmp_path / "renga.sqlite3", tmp_path / "copied.sqlite3"
    async with open_store(path) as store:
        for at in range(30):
            await store.notes.put(f"{at:02}", "x")
        for ending in ("", "-wal"):
            shutil.copy(path.with_name(path.name + ending), copy.with_name(copy.name + ending))
    new = tmp_path / "new" / "renga.sqlite3"
    counts = await asyncio.to_thread(restore, copy, new)
    assert counts["notes"] == 30
    assert check(new) == counts
    assert len(names(new)) == 30


def test_restoring_by_a_link_replaces_what_it_leads_to(path: Path, tmp_path: Path) -> None:
    kept, link = tmp_path / "kept.sqlite3", tmp_path / "link"
    backup(path, kept)
    note(path, "b")
    link.symlink_to(path)
    restore(kept, link)
    assert link.is_symlink()
    assert names(path) == ["a"]


def test_what_one_restore_replaced_outlives_the_next(path: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.sqlite3"
    backup(path, kept)
    note(path, "b")
    restore(kept, path)
    note(path, "c")
    restore(kept, path)
    assert names(path.with_name(path.name + ".replaced")) == ["a", "b"]
    assert names(path.with_name(path.name + ".replaced-2")) == ["a", "c"]


@pytest.mark.parametrize("harm", [b"", b"no database at all", None])
def test_a_damaged_database_can_be_replaced_and_is_kept(
    path: Path, tmp_path: Path, harm: bytes | None
) -> None:
    kept = tmp_path / "kept.sqlite3"
    backup(path, kept)
    whole = path.read_bytes()
    harmed = whole[:4096] + os.urandom(8192) + whole[12288:] if harm is None else harm
    path.write_bytes(harmed)
    assert restore(kept, path)["notes"] == 1
    assert names(path) == ["a"]
    if harm != b"":
        assert path.with_name(path.name + ".replaced").read_bytes() == harmed


@pytest.mark.parametrize("which", ["copy", "path"])
def test_a_folder_is_neither_restored_nor_replaced(path: Path, tmp_path: Path, which: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(StorageError, match="folder"):
        restore(*((folder, path) if which == "copy" else (path, folder)))
    assert names(path) == ["a"]


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
