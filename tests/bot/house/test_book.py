"""The book of settings answers from memory and never mixes guilds or steps back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.house.book import HouseBook
from bot.house.model import DEFAULT, Change, House, HouseStore, Layer, Level
from bot.ids import ChannelId, GuildId, MemberId, Place
from bot.storage.store import Store, open_store

INK, QUILL = GuildId(1), GuildId(2)


def place(guild: GuildId) -> Place:
    return Place(guild, ChannelId(20))


def voice(text: str, before: str = "null") -> Change:
    return Change(
        level=Level.GUILD,
        id=0,
        field="voice",
        before=before,
        after=f'"{text}"',
        by=MemberId(7),
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "renga.sqlite3") as opened:
        yield opened


async def test_a_guild_is_read_once_and_then_known(store: Store) -> None:
    book = HouseBook(store.house, DEFAULT)
    assert book.peek(place(INK)) is None
    assert (await book.of(place(INK))).house == DEFAULT
    known = book.peek(place(INK))
    assert known is not None
    assert known.house == DEFAULT


async def test_a_change_of_another_process_holds_for_the_next_who_asks(store: Store) -> None:
    book = HouseBook(store.house, DEFAULT)
    await book.of(place(INK))
    await store.house.apply(INK, voice("plain words"))
    known = book.peek(place(INK))
    assert known is not None and known.house.voice == ""
    resolved = await book.of(place(INK))
    assert (resolved.house.voice, resolved.origin["voice"]) == ("plain words", Level.GUILD)


async def test_guilds_never_see_each_others_settings(store: Store) -> None:
    book = HouseBook(store.house, DEFAULT)
    await store.house.apply(INK, voice("ink's secret"))
    await book.refresh(INK)
    assert (await book.of(place(QUILL))).house == DEFAULT
    assert (await book.of(place(INK))).house.voice == "ink's secret"


async def test_what_another_process_changed_is_taken_in(store: Store) -> None:
    book = HouseBook(store.house, DEFAULT)
    await book.of(place(INK))
    await book.of(place(QUILL))
    await store.house.apply(INK, voice("one"))
    await store.house.apply(QUILL, voice("two"))
    await book.refresh_all()
    known = [book.peek(place(guild)) for guild in (INK, QUILL)]
    assert [one.house.voice for one in known if one is not None] == ["one", "two"]


class Slow:
    """A store whose answers arrive when told to."""

    def __init__(self, inner: HouseStore) -> None:
        self._inner = inner
        self.gates: asyncio.Queue[asyncio.Event] = asyncio.Queue()

    async def layers(self, guild: GuildId) -> tuple[int, tuple[Layer, ...]]:
        revision, layers = await self._inner.layers(guild)
        gate = asyncio.Event()
        self.gates.put_nowait(gate)
        await gate.wait()
        return revision, tuple(layers)

    async def revision(self, guild: GuildId) -> int:
        return await self._inner.revision(guild)

    async def revisions(self) -> Mapping[GuildId, int]:
        return await self._inner.revisions()

    async def apply(self, guild: GuildId, *changes: Change) -> int:
        return await self._inner.apply(guild, *changes)

    async def changes(self, guild: GuildId, *, limit: int = 25) -> tuple[Change, ...]:
        return tuple(await self._inner.changes(guild, limit=limit))


async def test_an_older_answer_that_arrives_late_changes_nothing(store: Store) -> None:
    slow = Slow(store.house)
    book = HouseBook(slow, DEFAULT)
    late = asyncio.create_task(book.refresh(INK))
    of_late = await slow.gates.get()
    await store.house.apply(INK, voice("new"))
    quick = asyncio.create_task(book.refresh(INK))
    (await slow.gates.get()).set()
    await quick
    of_late.set()
    await late
    known = book.peek(place(INK))
    assert known is not None
    assert known.house.voice == "new"


async def test_the_defaults_of_the_bot_hold_where_nobody_set_anything(store: Store) -> None:
    book = HouseBook(store.house, House(model="openai/some", member_requests=3))
    resolved = await book.of(place(INK))
    assert (resolved.house.model, resolved.house.member_requests) == ("openai/some", 3)
    assert resolved.origin["model"] is Level.DEFAULT
