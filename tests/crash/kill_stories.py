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
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bot.app import App
from bot.ids import ChannelId, GuildId, MemberId, Place, WorkId
from bot.services.stories import Told
from bot.services.stories_ports import StoryNumber
from bot.services.stories_time import ALIVE
from bot.storage.rows import written
from bot.storage.store import verify_all
from bot.storage.tables import outbox, reservations, story_events
from bot.stories import events as ev
from bot.stories.model import Story, Terms
from tests.crash.kill_world import AWAITS, Discord, bot, restarted, watch_database

GUILD, THREAD = GuildId(10), ChannelId(6)
ANA, BEN, CLEO = MemberId(1), MemberId(2), MemberId(3)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


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
