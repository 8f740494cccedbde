"""Kills a bot at one await after another while something happens to a story, and tells what becomes of it.

Run as a program of its own, since it forks.  An await is where another task, or
a kill, can come between: each call to the database, each post to Discord, each
piece of a model's answer.  For each n a child gets SIGKILL at its n-th, on a
fresh copy of a database.  From each state that is found so, the bot comes back
and whoever acted acts once more.  Asked to go deep it is killed again then,
before and after each commit and each post, and comes back from each state that
this leaves.  Discord is a file: it stays when the bot dies, and knows a nonce again.
One JSON object a line: how often it was killed, then what each state came to.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import Connection

from bot.app import App, open_app
from bot.backends.base import Chunk, Request
from bot.backends.scripted import ScriptedBackend
from bot.ids import ChannelId, GuildId, MemberId, MessageId, Place, WorkId
from bot.services.ports import Outgoing
from bot.services.stories import Told
from bot.services.stories_ports import StoryNumber
from bot.services.stories_time import ALIVE
from bot.settings import Settings
from bot.storage.rows import written
from bot.storage.store import verify_all
from bot.storage.tables import outbox, reservations, story_events
from bot.stories import events as ev
from bot.stories.model import Story, Terms

GUILD, THREAD = GuildId(10), ChannelId(6)
ANA, BEN, CLEO = MemberId(1), MemberId(2), MemberId(3)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


# --- the end of the world, at a chosen moment ---------------------------------------------------


class Awaits:
    """Counts the awaits of this process, and kills it at one of them."""

    def __init__(self) -> None:
        self._left = 0
        self._all = True

    def kill_at(self, number: int, *, all: bool) -> None:
        """Die at the n-th from now (0: never): of all awaits, or of those around commits and posts."""
        self._left, self._all = number, all

    def here(self, *, lasting: bool = False) -> None:
        """An await: this may be the one.  ``lasting`` where something that lasts was or is to be done."""
        if self._left and (lasting or self._all):
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)


AWAITS = Awaits()


def watch_database() -> None:
    """Count every call to the database, and what is before and after each commit of something written."""
    execute = aiosqlite.Connection._execute
    writing: set[aiosqlite.Connection] = set()

    async def counted(self: aiosqlite.Connection, *given: Any, **named: Any) -> Any:
        if any(isinstance(one, str) and one.startswith("BEGIN IMMEDIATE") for one in given):
            writing.add(self)
        commit = self in writing and getattr(given[0], "__name__", "") == "commit"
        AWAITS.here(lasting=commit)
        found = await execute(self, *given, **named)
        if commit:
            writing.discard(self)
            AWAITS.here(lasting=True)
        return found

    aiosqlite.Connection._execute = counted  # type: ignore[method-assign]


class Discord:
    """Whatever was posted, in a file: a bot that dies takes nothing of it along."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def posts(self) -> list[dict[str, Any]]:
        """What stands there, oldest first."""
        return [json.loads(line) for line in self._path.read_text("utf-8").splitlines()]

    async def post(self, outgoing: Outgoing) -> MessageId:
        AWAITS.here(lasting=True)
        for at, there in enumerate(self.posts(), 1):
            if there["nonce"] == outgoing.nonce:
                return MessageId(at)
        with self._path.open("a", encoding="utf-8") as file:
            told = {"nonce": outgoing.nonce, "kind": outgoing.kind, "payload": dict(outgoing.payload)}
            file.write(json.dumps(told) + "\n")
        AWAITS.here(lasting=True)
        return MessageId(len(self.posts()))

    async def find(self, outgoing: Outgoing) -> MessageId | None:
        AWAITS.here()
        found = [at for at, there in enumerate(self.posts(), 1) if there["nonce"] == outgoing.nonce]
        return MessageId(found[0]) if found else None

    async def refresh(self, *_: Any, **__: Any) -> bool:
        return True


class Model(ScriptedBackend):
    """Writes a sentence, word by word; each word is an await."""

    async def generate(self, request: Request) -> AsyncGenerator[Chunk, None]:
        self.say("The fox ", "came ", "home ", "at last.")
        async with aclosing(super().generate(request)) as chunks:
            async for chunk in chunks:
                AWAITS.here()
                yield chunk


# --- the bot ------------------------------------------------------------------------------------


@asynccontextmanager
async def bot(folder: Path, now: datetime) -> AsyncIterator[App]:
    """The bot with its story, at a time that stands still; nothing rings by itself."""
    values = {"RENGA_DATABASE": str(folder / "renga.sqlite3"), "RENGA_MODEL": "scripted/scripted"}
    settings = Settings.read(values, dotenv=None)

    async def for_ever(_: float) -> None:
        await asyncio.Event().wait()

    async with open_app(settings, backends=[Model()], clock=lambda: now, sleep=for_ever) as app:
        app.dispatch.attach(Discord(folder / "discord"))

        async def have_written(told: Told, turn: int) -> None:
            async with aclosing(app.story_writer.turn(told, turn, stop=asyncio.Event())) as steps:
                async for _ in steps:
                    pass

        app.story_time.writer = have_written
        yield app


async def restarted(app: App) -> None:
    """What a bot does first, without its clock, which is rung by hand here."""
    await app.dispatch.recover()
    await app.story_time.recover()


async def the_story(app: App) -> Told:
    """The one story there is."""
    (row,) = await app.stories.store.open_in(GUILD)
    return await app.stories.read(GUILD, row.id)


async def act(app: App, event: ev.Event, key: str) -> None:
    """Let something happen to the story."""
    told = await the_story(app)
    await app.stories.act(GUILD, told.row.id, event, key=key)


async def laid(app: App, terms: Terms, *writers: MemberId) -> StoryNumber:
    """A running story with its writers at the table; the first of them is to write."""
    place = Place(GUILD, ChannelId(5))
    opened = await app.stories.start(place, writers[0], "The fox", terms, key="start")
    id = opened.row.id
    await app.stories.store.placed(GUILD, id, THREAD)
    for member in writers[1:]:
        await act(app, ev.Join(by=member), f"join{member}")
    await act(app, ev.Begin(by=writers[0]), "begin")
    await app.story_time.alive()
    return id


async def write(app: App, member: MemberId, turn: int, key: str) -> None:
    """A turn, as a member's form brings it."""
    told = await the_story(app)
    await app.stories.submit(told, member, f"The fox went on, part {turn} of it.", turn=turn, key=key)


# --- what happens -------------------------------------------------------------------------------

Deed = Callable[[App], Awaitable[None]]

THREE = (ANA, BEN, CLEO)
PLAIN = Terms(seconds=86_400)


async def at_the_table(app: App) -> None:
    await laid(app, PLAIN, *THREE)


async def one_written(app: App) -> None:
    await at_the_table(app)
    await write(app, ANA, 1, "first")


async def model_next(app: App) -> None:
    await laid(app, Terms(models=1, share=0.9), ANA, BEN)
    await write(app, ANA, 1, "first")
    await write(app, BEN, 2, "second")


async def submit(app: App) -> None:
    await write(app, ANA, 1, "first")


async def undo(app: App) -> None:
    await act(app, ev.Undo(by=ANA, turn=1), "undo")


async def ring(app: App) -> None:
    await app.story_clock.ring_due()


async def recover(app: App) -> None:
    await restarted(app)


ACTS: dict[str, tuple[Deed, Deed, datetime]] = {
    "submit": (at_the_table, submit, NOON),
    "deadline": (at_the_table, ring, NOON + DAY),
    "remind": (at_the_table, ring, NOON + DAY * 0.8),
    "model": (model_next, ring, NOON),
    "undo": (one_written, undo, NOON),
    "down": (at_the_table, recover, NOON + DAY * 3),
}
"""What was before, what happens, and when."""


async def prepare(folder: Path, before: Deed, now: datetime, *, awake: bool) -> None:
    """The world before the act; with ``awake`` the bot was up until then."""
    async with bot(folder, NOON) as app:
        await before(app)
        if awake:
            await app.notes.put(ALIVE, written(now))


async def happen(folder: Path, deed: Deed, now: datetime, *, killed_at: int) -> None:
    """Let it happen; the process does not live to see its end, unless ``killed_at`` is beyond it."""
    async with bot(folder, now) as app:
        AWAITS.kill_at(killed_at, all=True)
        await deed(app)
        AWAITS.kill_at(0, all=True)


async def happen_again(folder: Path, deed: Deed, now: datetime, *, killed_at: int) -> None:
    """The bot comes back, and whoever acted acts once more, since they were never answered."""
    async with bot(folder, now) as app:
        AWAITS.kill_at(killed_at, all=False)
        await restarted(app)
        await deed(app)
        AWAITS.kill_at(0, all=False)


async def look(folder: Path, now: datetime) -> dict[str, Any]:
    """What there is in the end."""
    async with bot(folder, now) as app:
        told = await the_story(app)
        return {
            "story": view(told),
            "words": sorted(await app.stories.texts(told.row)),
            "signed": len(await app.store.ledger.history(GUILD, WorkId(told.row.id))),
            "posts": Discord(folder / "discord").posts(),
            "waiting": len(await app.store.outbox.waiting()),
            "alarms": sorted(one.name for one in await app.stories.store.due(now + DAY * 90)),
            "broken": [str(link) for link in await verify_all(app.store)],
            **await app.store.database.read(_rows),
        }


def view(told: Told) -> dict[str, Any]:
    """How a story stands."""
    story: Story = told.story
    current = story.current
    return {
        "version": told.row.version,
        "turns": [[turn.number, int(turn.by), len(turn.versions)] for turn in story.turns],
        "undone": [one.turn.number for one in story.undone],
        "current": [current.number, int(current.member or 0)] if current is not None else None,
        "deadline": current.deadline.isoformat() if current is not None and current.deadline else "",
        "reminded": current is not None and current.reminded,
        "stage": story.stage.value,
    }


def _rows(connection: Connection) -> dict[str, Any]:
    kinds = connection.execute(story_events.select().order_by(story_events.c.number)).all()
    return {
        "kinds": [row.kind for row in kinds],
        "keys": len({row.key for row in kinds}),
        "outbox": len(connection.execute(outbox.select()).all()),
        "settled": [row.state for row in connection.execute(reservations.select())],
    }


def in_a_child(work: Callable[[], Awaitable[Any]]) -> bool:
    """Whether a child that did the work was killed on the way."""
    child = os.fork()
    if not child:
        code = 1
        try:
            asyncio.run(work())  # type: ignore[arg-type]
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("the child failed")
    return os.WIFSIGNALED(status)


RANDOM = {"contributions": ("seals", "previous", "digest", "sampling"), "chains": ("head",)}
"""Columns that hold what is random, or follows from it."""


def lasting(folder: Path) -> str:
    """Everything that a kill leaves: the same for two states that nothing can tell apart."""
    with closing(sqlite3.connect(folder / "renga.sqlite3")) as connection:
        connection.row_factory = sqlite3.Row
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        held = {
            name: [
                {key: row[key] for key in row.keys() if key not in RANDOM.get(name, ())}  # noqa: SIM118
                for row in connection.execute(f"SELECT * FROM {name} ORDER BY rowid")
            ]
            for name in sorted(names)
        }
    return json.dumps([held, (folder / "discord").read_text("utf-8")])


class Explorer:
    """Kills, and keeps one folder of each state that was found."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: set[str] = set()
        self._names = itertools.count(1)
        self.kills = 0

    def copy(self, start: Path) -> Path:
        """A copy of a world."""
        here = self._folder / f"{next(self._names)}"
        shutil.copytree(start, here)
        return here

    def kill(self, start: Path, life: Callable[[Path, int], Awaitable[Any]]) -> tuple[Path, list[Path]]:
        """Have a life killed at each of its moments; where it came to an end, and new states it left."""
        left: list[Path] = []
        for moment in itertools.count(1):
            here = self.copy(start)
            if not in_a_child(lambda: life(here, moment)):  # noqa: B023 - it is called at once
                return here, left
            self.kills += 1
            if (state := lasting(here)) in self._found:
                shutil.rmtree(here)
            else:
                self._found.add(state)
                left.append(here)
        raise AssertionError


def main(folder: Path, name: str, *, deep: bool) -> None:
    """Explore one act."""
    watch_database()
    before, deed, now = ACTS[name]
    (folder / "before").mkdir()
    (folder / "before" / "discord").touch()
    asyncio.run(prepare(folder / "before", before, now, awake=name != "down"))
    explorer = Explorer(folder)
    again = lambda here, at: happen_again(here, deed, now, killed_at=at)  # noqa: E731
    end, states = explorer.kill(folder / "before", lambda here, at: happen(here, deed, now, killed_at=at))
    tell({"kills": explorer.kills, **asyncio.run(look(end, now))})
    for state in states:
        version = asyncio.run(look(state, now))["story"]["version"]
        more = explorer.kill(explorer.copy(state), again)[1] if deep else []
        for one in [state, *more]:
            asyncio.run(again(one, 0))
            tell({"kills": explorer.kills, "version": version, **asyncio.run(look(one, now))})


def tell(life: dict[str, Any]) -> None:
    """One line."""
    print(json.dumps(life), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], deep="deep" in sys.argv[3:])
