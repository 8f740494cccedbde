"""Thirty-two requests at once for long, with random cancels and joins: no leak, no stuck row, no crash."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import aclosing
from dataclasses import dataclass, field

import psutil

from bot.backends.base import Cue, Done, Message, Request, Sampling, Text
from bot.backends.local.backend import LocalBackend
from bot.settings import Settings

MEMBERS = 32
MINUTES = 30.0
QUICK_MINUTES = 1.0


@dataclass(slots=True)
class Tally:
    """What came of the requests, and the worker's memory in megabytes, minute by minute."""

    ended: int = 0
    cancelled: int = 0
    failed: int = 0
    slowest: float = 0.0
    memory: list[float] = field(default_factory=list[float])


def run(quick: bool) -> str:
    """Soak the house model; the table says what must be nought."""
    return asyncio.run(_run(QUICK_MINUTES if quick else MINUTES))


async def _run(minutes: float) -> str:
    backend = LocalBackend(Settings.read({}, None).local_folders())
    tally = Tally()
    await _one(backend, random.Random(0), tally)
    end = time.monotonic() + minutes * 60
    members = [
        asyncio.create_task(_member(backend, random.Random(number), end, tally)) for number in range(MEMBERS)
    ]
    while time.monotonic() < end:
        tally.memory.append(_megabytes(backend))
        await asyncio.sleep(min(60.0, minutes * 10))
    await asyncio.gather(*members)
    # Everybody has left: a row that is stuck would keep the worker busy.
    idle = await _busy(backend)
    tally.memory.append(_megabytes(backend))
    starts = backend.worker.starts
    await backend.aclose()
    settled = tally.memory[1:] or tally.memory
    return (
        f"{MEMBERS} members for {minutes:.0f} minutes: {tally.ended} poems, {tally.cancelled} cancelled,"
        f" {tally.failed} failed, {starts - 1} crashes; slowest answer {tally.slowest:.1f} s\n"
        f"Worker's memory: {settled[0]:.0f} MB at first, {max(settled):.0f} at its highest,"
        f" {settled[-1]:.0f} at the end; processor use when idle {idle:.0f} %"
    )


async def _member(backend: LocalBackend, chance: random.Random, end: float, tally: Tally) -> None:
    while time.monotonic() < end:
        await _one(backend, chance, tally)
        await asyncio.sleep(chance.expovariate(2.0))


async def _one(backend: LocalBackend, chance: random.Random, tally: Tally) -> None:
    request = Request(
        messages=(Message("user", ""),),
        cue=Cue(language=chance.choice(("en", "zh")), topic=chance.choice(("snow", "春雨", "the sea", "月"))),
        sampling=Sampling(seed=chance.randrange(2**31), max_tokens=chance.choice((16, 64, 200))),
        scope=f"{chance.randrange(3)}/{chance.randrange(9)}",
        prefix_key=chance.choice(("", "a", "b")),
    )
    patience = chance.randrange(1, 12) if chance.random() < 0.3 else 10_000
    begun, pieces = time.monotonic(), 0
    try:
        async with aclosing(backend.generate(request)) as chunks:
            async for chunk in chunks:
                pieces += isinstance(chunk, Text)
                if isinstance(chunk, Done):
                    tally.ended += 1
                if pieces >= patience:
                    tally.cancelled += 1
                    break
    except Exception:  # noqa: BLE001 - counted, whatever it is
        tally.failed += 1
    tally.slowest = max(tally.slowest, time.monotonic() - begun)


def _megabytes(backend: LocalBackend) -> float:
    pid = backend.worker.pid
    return psutil.Process(pid).memory_info().rss / 2**20 if pid is not None else 0.0


async def _busy(backend: LocalBackend) -> float:
    """Processor use of the worker over two seconds, in percent of one core."""
    pid = backend.worker.pid
    if pid is None:
        return 0.0
    process = psutil.Process(pid)
    await asyncio.sleep(0.5)
    process.cpu_percent()
    await asyncio.sleep(2)
    return process.cpu_percent()
