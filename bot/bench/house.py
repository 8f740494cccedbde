"""How the house model serves several members: tokens a second, the first word, the loop of the bot."""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import aclosing

from bot.backends.base import Cue, Done, Message, Request, Sampling, Text
from bot.backends.local.backend import LocalBackend
from bot.settings import Settings

TOPICS = ("snow", "the sea", "an old house", "autumn", "a letter", "bread", "rain", "the moon")


def run(quick: bool) -> str:
    """The table for 1, 4 and 16 requests at once, and how late the bot's loop was meanwhile."""
    return asyncio.run(_run(2 if quick else 5))


async def _run(rounds: int) -> str:
    settings = Settings.read({}, None)
    backend = LocalBackend(settings.local_folders())
    lags: list[float] = []
    watch = asyncio.create_task(_watch(lags))
    begun = time.perf_counter()
    await _one(backend, 0)
    loading = time.perf_counter() - begun
    found: dict[int, list[tuple[float, list[float]]]] = {1: [], 4: [], 16: []}
    for _ in range(rounds):
        for count in found:
            begun = time.perf_counter()
            done = await asyncio.gather(*(_one(backend, number) for number in range(count)))
            seconds = time.perf_counter() - begun
            found[count].append((sum(tokens for tokens, _ in done) / seconds, [first for _, first in done]))
    watch.cancel()
    await backend.aclose()
    lines = [
        f"House model, {rounds} rounds (medians); first poem with loading: {loading:.1f} s",
        "",
        "| requests at once | tokens/s | × one | first word p50 s |",
        "|---|---|---|---|",
    ]
    one = statistics.median(rate for rate, _ in found[1])
    for count, runs in found.items():
        rate = statistics.median(rate for rate, _ in runs)
        first = statistics.median(wait for _, waits in runs for wait in waits)
        lines.append(f"| {count} | {rate:.0f} | {rate / one:.1f} | {first:.2f} |")
    lags.sort()
    lines.append("")
    lines.append(
        f"Event loop of the bot meanwhile, loading included: p99 {lags[int(len(lags) * 0.99)] * 1000:.1f} ms,"
        f" max {lags[-1] * 1000:.0f} ms"
    )
    return "\n".join(lines)


async def _one(backend: LocalBackend, number: int) -> tuple[int, float]:
    """One poem: tokens written, and seconds until its first word."""
    request = Request(
        messages=(Message("user", ""),),
        cue=Cue(language="en", topic=TOPICS[number % len(TOPICS)], form="quatrain-abab"),
        sampling=Sampling(seed=number, max_tokens=64),
    )
    begun, first = time.perf_counter(), 0.0
    async with aclosing(backend.generate(request)) as chunks:
        async for chunk in chunks:
            if isinstance(chunk, Text) and not first:
                first = time.perf_counter() - begun
            if isinstance(chunk, Done):
                return chunk.usage.written or 0, first
    raise RuntimeError("the model gave no end")


async def _watch(lags: list[float]) -> None:
    """How much later than asked the loop wakes up."""
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(0.01)
        lags.append(time.perf_counter() - begun - 0.01)
