"""Who is forgotten leaves no byte: in files, in what waits to be written, in what is kept of prompts."""

from __future__ import annotations

import asyncio
import sqlite3
from argparse import Namespace
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from bot.attribution.model import Act, Draft, ModelAuthor
from bot.backends.base import Request, collect
from bot.backends.limits import Limits
from bot.backends.local.prefixes import LEAST, Key, Prefixes
from bot.backends.local.wire import Forget
from bot.backends.local.worker import Worker
from bot.backends.router import Router
from bot.backends.scripted import ScriptedBackend
from bot.errors import Gone
from bot.house.model import Member
from bot.ids import ChannelId, MemberId, Place
from bot.moderation.records import Entry, Handled, Review, ReviewState, Spot
from bot.services.stories_ports import PrivateDraft
from bot.settings import Settings
from bot.storage.store import verify_all
from bot.stories import events as ev
from bot.stories.model import Lore
from bot.works import NewTake, Wish, Work
from tests.bot.services.stories_room import HERE, INK, NOON, PAPER, Room, open_room

ANA, BEN = MemberId(111_111_111_111), MemberId(222_222_222_222)
MARK = "Quorzabelle"
HOUSE = ModelAuthor("local", "house", "r1")


def traces(folder: Path, mark: str = MARK) -> dict[str, int]:
    """How often the mark is in the bytes of each file of a folder."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    found = {file.name: file.read_bytes().count(mark.encode()) for file in files}
    return {name: count for name, count in found.items() if count}


async def wrote(room: Room, work: Work, member: MemberId, text: str, key: str) -> None:
    draft = Draft(
        guild=INK, work=work.id, member=member, act=Act.GENERATED, at=NOON, key=key, model=HOUSE, text=text
    )
    await room.app.works.add_take(INK, work.id, NewTake(draft=draft, instruction=text, report=text))


async def everywhere(room: Room) -> None:
    """Ana's mark in every place where a word of hers can be, and Ben's own words beside."""
    app = room.app
    place = Place(INK, ChannelId(5))
    story = await room.lay(ANA, BEN, ground_rules=f"No {MARK}.", models=0)
    for at in range(4):
        told = await room.told(story)
        member = told.story.current.member  # type: ignore[union-attr]
        await room.write(story, f"turn {at} of {MARK}" if member == ANA else f"Ben's turn {at}")
    await room.act(story, ev.AddLore(by=ANA, name=f"The {MARK}", text=f"A {MARK}.", keys=(MARK,)))
    entry = Lore(number=1, name=MARK, text=MARK, keys=(MARK,), second=(MARK,), by=ANA)
    await room.act(story, ev.AddLore(by=ANA, name="", text="", book=(entry, entry)))
    await room.act(story, ev.Annotate(by=ANA, note=f"More {MARK}."))
    await room.act(story, ev.NewChapter(by=ANA, title=f"Of a {MARK}"))
    await room.act(story, ev.Summarise(text=f"A {MARK} came.", until=1))
    await app.stories.keep_draft(await room.told(story), ANA, PrivateDraft(f"half a {MARK}"))
    for number, about in enumerate((ANA, BEN)):
        said = {"story": int(story), "notes": [["story.x", int(about), {"title": f"Of a {MARK}"}]]}
        await app.store.outbox.put(INK, ChannelId(5), "story-say", said, key=f"said:{number}")
    wish = Wish(art="poem", topic=f"of {MARK}", opening=MARK, options={"mood": MARK})
    first = await app.works.open(place, ANA, wish, key="w", title=MARK)
    await wrote(room, first, ANA, f"words of {MARK}", "w1")
    second = await app.works.open(place, BEN, wish, key="r", source=first.id, title=MARK)
    third = await app.works.open(place, BEN, wish, key="rr", source=second.id, title="Ben's title")
    await wrote(room, third, BEN, "Ben's own poem", "r1")
    await app.works.suggest(INK, third.id, BEN, ANA, f"more {MARK}", key="s")
    await app.store.members.set_member(INK, ANA, Member(voice=MARK, pen_name=MARK))
    for number, (writer, decider) in enumerate(((ANA, BEN), (BEN, ANA))):
        review = Review(
            id=0,
            guild=INK,
            member=writer,
            place=place,
            kind="input",
            text=MARK if writer == ANA else "Ben's held words",
            spots=(Spot(start=0, end=1, rule="r", reason=MARK if writer == ANA else ""),),
            resume={"text": MARK if writer == ANA else ""},
            state=ReviewState.WAITING,
            at=NOON,
            due=NOON,
        )
        kept = await app.store.reviews.add(review, key=f"h{number}")
        note = MARK if decider == ANA else ""
        entry = Entry(at=NOON, act="rejected", actor=decider, member=writer)
        await app.store.reviews.decide(INK, kept.id, ReviewState.REJECTED, entry, note=note)
    pipeline = app.filters.of(place, ANA)
    await pipeline.judge(f"judged just now: {MARK}")
    await app.filters.of(place, BEN).judge("Ben's judged words")


async def test_no_byte_of_a_member_is_left_in_any_file(settings: Settings) -> None:
    folder = Path(settings.database).parent
    async with open_room(settings) as room:
        await everywhere(room)
        assert traces(folder), "the words were there"
        await room.app.privacy.forget(ANA)
        assert traces(folder) == {}
        assert traces(folder, str(int(ANA))) == {}
        assert await verify_all(room.app.store) == []
        await room.app.watch.flush()
        assert "Ben's judged words" in {
            text.text for text in await room.app.store.rules.handled(INK, limit=100)
        }
    assert traces(folder) == {}, "nothing was written when the bot closed"
    assert traces(folder, "Ben's own poem")


async def test_what_is_being_written_down_is_forgotten_too(settings: Settings) -> None:
    folder = Path(settings.database).parent
    async with open_room(settings) as room:
        await room.app.filters.of(HERE, ANA).judge(f"heard before: {MARK}")
        flushing = asyncio.create_task(room.app.watch.flush())
        await asyncio.sleep(0)
        await room.app.privacy.forget(ANA)
        await flushing
        await room.app.filters.of(HERE, ANA).judge(f"a poem that was begun before: {MARK}")
        await room.app.watch.flush()
        assert traces(folder) == {}


async def test_only_one_server_forgets_where_only_one_is_asked(settings: Settings) -> None:
    async with open_room(settings) as room:
        for guild in (INK, PAPER):
            await room.app.filters.of(Place(guild, ChannelId(5)), ANA).judge(f"in {guild}: {MARK}")
        await room.app.privacy.forget(ANA, INK)
        await room.app.watch.flush()
        kept: list[Handled] = []
        for guild in (INK, PAPER):
            kept += await room.app.store.rules.handled(guild, limit=9)
        assert [text.text for text in kept] == [f"in {PAPER}: {MARK}"]


async def test_what_a_model_ends_after_its_author_is_forgotten_is_not_kept(settings: Settings) -> None:
    folder = Path(settings.database).parent
    async with open_room(settings) as room:
        work = await room.app.works.open(HERE, ANA, Wish(art="poem", topic=MARK), key="w")
        await room.app.privacy.forget(ANA)
        with pytest.raises(Gone):
            await wrote(room, work, ANA, f"late words of {MARK}", "w1")
    assert traces(folder) == {}


async def test_the_log_is_emptied_although_somebody_reads_it(settings: Settings) -> None:
    path = Path(settings.database)
    async with open_room(settings) as room:
        await everywhere(room)
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM works").fetchone()
            forgetting = asyncio.create_task(room.app.privacy.forget(ANA))
            await asyncio.sleep(0.2)
            assert traces(path.parent), "the reader still sees what was there before"
            reader.execute("ROLLBACK")
            await forgetting
        assert traces(path.parent) == {}


# --- prompts -----------------------------------------------------------------------------------


class Kept:
    """Stands for what was computed of a prompt."""

    length = room = bytes = 4 * LEAST

    def copy(self, length: int, expected: int = 0) -> Kept:
        return self


def test_prompts_of_before_are_dropped_and_kept_no_more() -> None:
    prefixes = Prefixes(2**30)
    ids = list(range(4 * LEAST))
    key: Key = ("house", "1", "story/7", 0)
    later: Key = ("house", "1", "story/7", 1)
    memory: Any = Kept()
    prefixes.keep(key, ids, memory)
    assert prefixes.bytes
    prefixes.forget_before(1)
    assert prefixes.bytes == 0
    prefixes.keep(key, ids, memory)
    assert prefixes.bytes == 0, "it was being written when its member was forgotten"
    prefixes.keep(later, ids, memory)
    assert prefixes.take(later, ids, 9) is not None
    assert prefixes.take(key, ids, 9) is None


def test_the_worker_drops_what_it_keeps() -> None:
    given = Namespace(device="cpu", dtype="float32", loaded=1, nice=0, prefixes=1)
    inbox: Any = SimpleQueue()
    pipe: Any = None
    worker = Worker(given, pipe, inbox)
    memory: Any = Kept()
    worker._prefixes.keep(("house", "1", "p", 0), list(range(64)), memory)
    worker._take(Forget(1))
    assert worker._prefixes.bytes == 0


class Remembers(ScriptedBackend):
    eras: list[int]

    async def forget(self, era: int) -> None:
        self.eras = [*getattr(self, "eras", []), era]


async def test_every_backend_is_told_and_requests_say_of_which_era_they_are(settings: Settings) -> None:
    kept, forgetful = Remembers("local"), ScriptedBackend("openai")
    router = Router([Limits(kept), forgetful], default="local/scripted")
    request = Request(messages=())
    for era in range(3):
        await collect(router.generate(request))
        await router.forget()
        assert (kept.requests[-1].era, kept.eras[-1]) == (era, era + 1)
