"""Stories in one process: what a turn costs among many and late in a long one, and what sleepers cost.

Each number comes from a fresh Python process over a database of its own; the
processes take turns.  The services are the real ones; Discord takes whatever it
is given at once.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import psutil

from bot.app import App, open_app
from bot.backends.scripted import ScriptedBackend
from bot.ids import ChannelId, GuildId, MemberId, MessageId, Place
from bot.services.ports import Outgoing
from bot.services.stories_codec import story_text
from bot.services.stories_ports import Change, StoryNumber
from bot.settings import Settings
from bot.stories import events as ev
from bot.stories import rules
from bot.stories.model import StoryId, Terms

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WRITERS = tuple(MemberId(number) for number in range(1, 5))
TEXT = "The fox went on along the wall until the wall came to an end, and there it waited for the rain. " * 2

RUNNING = (1, 200)
LENGTHS = (10, 500)
SLEEPING = (1, 200, 5_000)


def run(quick: bool) -> str:
    """Three tables: stories that run, stories that are long, stories that sleep."""
    rounds = 1 if quick else 3
    sleeping = tuple(min(number, 1_000) for number in SLEEPING) if quick else SLEEPING
    ways: dict[tuple[str, int], list[Sequence[float]]] = {
        **{("running", number): [] for number in RUNNING},
        **{("long", number): [] for number in LENGTHS},
        **{("sleeping", number): [] for number in sleeping},
    }
    for _ in range(rounds):
        for way in ways:
            ways[way].append(_once(*way))
    medians = {
        way: [statistics.median(column) for column in zip(*found, strict=True)] for way, found in ways.items()
    }
    return "\n\n".join(
        (
            f"Stories, {rounds} rounds taking turns (medians)",
            _table(
                "stories running at once | a turn ms | processor ms | MB beyond the empty bot",
                {number: medians["running", number] for number in RUNNING},
            ),
            _table(
                "turns of the story before | a turn ms | processor ms | MB beyond the empty bot",
                {number: medians["long", number] for number in LENGTHS},
            ),
            _table(
                "stories asleep | to ring one alarm ms | processor ms | wake-ups in 2 s",
                {number: medians["sleeping", number] for number in sleeping},
            ),
        )
    )


def _table(head: str, rows: dict[int, list[float]]) -> str:
    lines = [f"| {head} | × the first, by processor |", "|" + "---|" * (head.count("|") + 2)]
    first = next(iter(rows.values()))[1]
    for number, (one, two, three) in rows.items():
        lines.append(f"| {number:,} | {one:.2f} | {two:.2f} | {three:.1f} | {two / first:.2f} |")
    return "\n".join(lines)


def _once(what: str, number: int) -> list[float]:
    """One measurement, in a process of its own."""
    code = f"from bot.bench.stories import measure; measure({what!r}, {number})"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(ended.stdout.splitlines()[-1])


def measure(what: str, number: int) -> None:
    """Print three numbers; see :func:`run`."""
    sys.stdout.write(json.dumps(asyncio.run(_measured(what, number))) + "\n")


class _Discord:
    """Takes everything."""

    posted = 0

    async def post(self, outgoing: Outgoing) -> MessageId:
        self.posted += 1
        return MessageId(self.posted)

    async def find(self, outgoing: Outgoing) -> MessageId | None:
        return None

    def busy(self, *_: object, **__: object) -> bool:
        return False

    async def refresh(self, *_: object, **__: object) -> bool:
        return True


class _Watch:
    """A clock that is set by hand, and counts how often somebody was woken by it."""

    def __init__(self) -> None:
        self.now = NOON
        self.sleeps = 0

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.sleeps += 1
        await asyncio.sleep(seconds)


async def _measured(what: str, number: int) -> list[float]:
    watch = _Watch()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.read({"RENGA_DATABASE": f"{folder}/bench.sqlite3"}, None)
        async with open_app(settings, backends=[ScriptedBackend()], clock=watch, sleep=watch.sleep) as app:
            app.dispatch.attach(_Discord())
            match what:
                case "running":
                    return await _running(app, number)
                case "long":
                    return await _long(app, number)
                case _:
                    return await _sleeping(app, watch, number)


async def _running(app: App, number: int) -> list[float]:
    """Two hundred turns, spread over so many stories that all run."""
    await _laid(app, 0)  # whatever is loaded once
    before = _megabytes()
    ids = [await _laid(app, at) for at in range(1, number + 1)]
    return [*await _turns(app, [ids[at % number] for at in range(200)]), _megabytes() - before]


async def _long(app: App, number: int) -> list[float]:
    """Fifty turns of a story that has so many already."""
    await _laid(app, 0)
    before = _megabytes()
    id = await _laid(app, 1)
    for _ in range(number):
        await _turn(app, id)
    return [*await _turns(app, [id] * 50), _megabytes() - before]


async def _sleeping(app: App, watch: _Watch, number: int) -> list[float]:
    """One alarm after another among so many stories whose next is days away."""
    for at in range(number):
        await _asleep(app, at)
    rung: list[float] = []
    busy = 0.0
    for at in range(20):
        await _laid(app, at, seconds=3_600)
        watch.now += timedelta(seconds=3_600)
        begun, used = time.perf_counter(), time.process_time()
        alarms = await app.story_clock.ring_due()
        await app.stories.store.next_alarm()
        rung.append((time.perf_counter() - begun) / alarms)
        busy += (time.process_time() - used) / alarms
        watch.now += timedelta(microseconds=1)
    watch.sleeps = 0
    app.story_clock.start()
    await asyncio.sleep(2.0)
    return [statistics.median(rung) * 1000, busy / len(rung) * 1000, float(watch.sleeps)]


async def _laid(app: App, at: int, *, seconds: int = 86_400 * 30) -> StoryNumber:
    """A story that runs, with four writers at the table."""
    guild, key = GuildId(1_000 + at), f"{at}:{seconds}"
    opened = await app.stories.start(
        Place(guild, ChannelId(5)), WRITERS[0], "The fox", Terms(seconds=seconds), key=key
    )
    id = opened.row.id
    await app.stories.store.placed(guild, id, ChannelId(10_000 + at))
    for member in WRITERS[1:]:
        await app.stories.act(guild, id, ev.Join(by=member), key=f"{key}:{member}")
    await app.stories.act(guild, id, ev.Begin(by=WRITERS[0]), key=f"{key}:begin")
    _GUILDS[id] = guild
    return id


_GUILDS: dict[StoryNumber, GuildId] = {}


async def _turn(app: App, id: StoryNumber) -> float:
    """Seconds from a writer's words to the next writer's call."""
    begun = time.perf_counter()
    told = await app.stories.read(_GUILDS[id], id)
    current = told.story.current
    if current is None or current.member is None:
        raise RuntimeError("nobody is to write")
    number = current.number
    await app.stories.submit(told, current.member, TEXT, turn=number, key=f"{id}:{number}")
    return time.perf_counter() - begun


async def _asleep(app: App, at: int) -> None:
    """A story whose next deadline is weeks away, put into the store in one piece."""
    guild = GuildId(1_000_000 + at)
    story = rules.new(StoryId(0), WRITERS[0], "The fox", Terms(seconds=86_400 * 60), NOON, None)
    story, _ = rules.step(story, ev.Begin(by=WRITERS[0]), NOON)

    def make(id: StoryNumber) -> Change:
        return Change(
            key="s",
            at=NOON,
            member=WRITERS[0],
            kind="Begin",
            event="{}",
            state=story_text(story),
            stage=story.stage.value,
            title=story.title,
            alarms=rules.alarms(story),
            seats=WRITERS[:1],
        )

    await app.stories.store.open(Place(guild, ChannelId(5)), WRITERS[0], "en", "s", make)


async def _turns(app: App, ids: Sequence[StoryNumber]) -> tuple[float, float]:
    """A turn in each of the stories: the median of the clock, and the processor's part, in milliseconds."""
    used = time.process_time()
    taken = [await _turn(app, id) for id in ids]
    return statistics.median(taken) * 1000, (time.process_time() - used) / len(ids) * 1000


def _megabytes() -> float:
    return psutil.Process().memory_info().rss / 2**20
