"""The local engine beside Transformers' own ways, in one run, taking turns; prints ratios.

The model has the shape of Qwen3-0.6B (with ``--quick``, six of its layers) and
random weights: nothing is downloaded, and speed does not depend on what the
weights say.
"""

from __future__ import annotations

import asyncio
import math
import random
import resource
import statistics
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.backends.base import Message, Request, Sampling
from bot.backends.local.backend import LocalBackend

if TYPE_CHECKING:
    from bot.backends.local.lean import Processor
    from bot.bench.contenders import Ours

PROMPT = (
    "The snow lies on the roofs of the town and on the boats by the quay, and nobody has walked there yet."
)
QUICK_LAYERS = 6
STYLE = "Write as the old poets wrote of weather, rivers and farewells, plainly and without comparison. " * 14


def run(quick: bool) -> str:
    """All tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "bench"
        parts = [asyncio.run(_lag(folder, quick=quick))]
        from bot.bench.contenders import Ours, Rivals, bandwidth

        rivals, ours = Rivals(folder), Ours(folder, "bfloat16")
        gigabytes = bandwidth()
        ways = {**rivals.ways(), "Renga": ours}
        if not quick:
            ways["Renga, int8 weights"] = Ours(folder, "int8")
        parts.append(_rates(ways, quick=quick))
        parts.append(_firsts(rivals.serial, ours, quick=quick))
        weights = sum(part.nbytes for part in ours.loaded.model.buffers())
        limit = gigabytes * 1e9 / weights
        parts.append(
            f"Reading memory: {gigabytes:.0f} GB/s; the weights read at each step are {weights / 1e9:.2f} GB:"
            f" at most {limit:.0f} tokens/s for one request"
        )
        parts.append(_story(ours, turns=3 if quick else 5))
        parts.append(_revision(ours, words=60 if quick else 150))
        parts.append(_quality())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        parts.append(f"Memory of this process with all contenders at its highest: {peak:.1f} GB")
    return "\n\n".join(parts)


def _prompts(count: int) -> list[str]:
    return [f"{PROMPT} {number}" for number in range(count)]


def _rates(ways: dict[str, Any], *, quick: bool) -> str:
    """Tokens a second, prompts included."""
    counts, tokens, rounds = ((1, 4, 16), 16, 1) if quick else ((1, 4, 16, 32), 32, 2)
    found: dict[tuple[str, int], list[float]] = {}
    for way in ways.values():
        way(_prompts(1), 4)  # warm up
    for _ in range(rounds):
        for count in counts:
            for name, way in ways.items():
                begun = time.perf_counter()
                way(_prompts(count), tokens)
                found.setdefault((name, count), []).append(count * tokens / (time.perf_counter() - begun))
    rates = {key: statistics.median(all) for key, all in found.items()}
    base = next(iter(ways))
    lines = [
        f"Tokens a second, {tokens} new tokens each, prompts of about 30 tokens read too, {rounds} rounds"
        " taking turns (medians; × is to the pipeline beside it)",
        "",
        "| | " + " | ".join(f"{count} at once | ×" for count in counts) + " |",
        "|---|" + "---|---|" * len(counts),
    ]
    for name in ways:
        cells = [
            f"{rates[name, count]:.1f} | {rates[name, count] / rates[base, count]:.1f}" for count in counts
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _firsts(serial: Any, ours: Ours, *, quick: bool) -> str:
    """Seconds until the first token, of several requests that come at the same moment."""
    tokens = 32 if quick else 128
    lines = [
        f"Seconds until the first token, {tokens} tokens each",
        "",
        "| requests | pipeline p50 | p99 | Renga p50 | p99 | × sooner, p50 | × sooner, p99 |",
        "|---|---|---|---|---|---|---|",
    ]
    for count in (4,) if quick else (4, 16):
        slow, quick_ones = serial(_prompts(count), tokens), ours(_prompts(count), tokens)
        (a, b), (c, d) = _spread(slow), _spread(quick_ones)
        lines.append(f"| {count} | {a:.2f} | {b:.2f} | {c:.2f} | {d:.2f} | {a / c:.0f} | {b / d:.0f} |")
    return "\n".join(lines)


def _spread(values: Sequence[float]) -> tuple[float, float]:
    """p50 and p99."""
    ordered = sorted(values)
    return statistics.median(ordered), ordered[math.ceil(0.99 * len(ordered)) - 1]


def _story(ours: Ours, turns: int) -> str:
    """A style of some 300 tokens, then a story in which a member and the model write turn about."""
    lines = [
        "A style prompt, then a story, a member's turn and the model's turn about, some 90 tokens each:"
        " seconds until the first token of the model's turn",
        "",
        "| turn | tokens of the prompt | from nothing | from what was kept | × sooner |",
        "|---|---|---|---|---|",
    ]
    text, part = STYLE.strip(), " " + " ".join([PROMPT] * 3)
    for turn in range(1, turns + 1):
        text += part
        cold, size = _first(ours, text, "", "")
        warm, _ = _first(ours, text, part, "story/1")
        lines.append(f"| {turn} | {size} | {cold:.2f} | {warm:.2f} | {cold / warm:.1f} |")
        text += part
    return "\n".join(lines)


def _first(ours: Ours, text: str, answer: str, key: str) -> tuple[float, int]:
    """Seconds until the first token, taking what was kept included, and tokens of the prompt."""
    begun = time.perf_counter()
    target = _tokens(ours, answer)
    row = ours.add(0, text, len(target) or 2, key=key)
    if target:
        row.processors = (_saying(target),)
    opening = time.perf_counter() - begun
    return opening + ours.run([row])[0], row.prompt


def _tokens(ours: Ours, text: str) -> list[int]:
    return ours.loaded.tokenizer.encode(text, add_special_tokens=False)


def _saying(target: Sequence[int]) -> Processor:
    """Leans the scores to a text, token by token: random weights would say nothing of a story or a draft."""

    def lean(written: Sequence[int], scores: Any) -> Any:
        scores[target[len(written)]] += 1e4
        return scores

    return lean


def _revision(ours: Ours, words: int) -> str:
    """A draft said again with every seventh word changed, with and without guessing ahead.

    What is measured is the engine, not how faithful a model is.
    """
    from bot.backends.local import engine

    chosen = random.Random(5)
    sounds = [
        "".join(chosen.choice(letters) for letters in ("bdfgklmnprst", "aeiou", "lmnrst")) for _ in range(99)
    ]
    draft = [chosen.choice(sounds) for _ in range(words)]
    revised = ["snow" if at % 7 == 3 else word for at, word in enumerate(draft)]
    target = _tokens(ours, " " + " ".join(revised))
    seconds: dict[int, list[float]] = {0: [], engine.FEW: []}
    for _ in range(3):
        for few, found in seconds.items():
            row = ours.add(0, " ".join(draft) + " :", len(target))
            row.processors = (_saying(target),)
            before, engine.FEW = engine.FEW, few
            begun = time.perf_counter()
            ours.run([row])
            found.append(time.perf_counter() - begun)
            engine.FEW = before
    plain, guessing = (statistics.median(found) for found in seconds.values())
    return (
        f"A revision of {words} words, one in seven changed ({len(target)} tokens, alone):"
        f" {plain:.1f} s token by token, {guessing:.1f} s guessing ahead: {plain / guessing:.1f} × sooner"
    )


def _quality() -> str:
    """What a change of number format does to what a trained model expects: the house model, on real poems."""
    from bot.bench.contenders import HOUSE, surprise

    poems = _poems(HOUSE.parents[1] / "prompts" / "forms")
    exact = surprise("float32", poems)
    lines = [
        f"Quality: mean surprise of the house model at the {len(poems)} example poems of the forms",
        "",
        "| weights | nats a token | more than float32 |",
        "|---|---|---|",
        f"| float32 | {exact:.4f} | |",
    ]
    for dtype in ("bfloat16", "int8"):
        found = surprise(dtype, poems)
        lines.append(f"| {dtype} | {found:.4f} | {found / exact - 1:+.2%} |")
    return "\n".join(lines)


def _poems(folder: Path) -> list[tuple[str, str]]:
    """Language and text of the example poems."""
    return [
        (language, text)
        for path in sorted(folder.glob("*.toml"))
        for language, text in tomllib.loads(path.read_text(encoding="utf-8")).get("example", {}).items()
    ]


async def _lag(folder: Path, *, quick: bool) -> str:
    """How late the bot's event loop is while a worker loads a model, and while it writes 16 texts."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import sys, pathlib; from bot.bench.contenders import build;"
        " build(pathlib.Path(sys.argv[1]), int(sys.argv[2]))",
        str(folder),
        str(QUICK_LAYERS if quick else 28),
    )
    if await process.wait():
        raise RuntimeError("the model could not be built")
    backend = LocalBackend([str(folder)], dtype="bfloat16", nice=10)
    parts: list[str] = []
    for what, count, tokens in (("loading", 1, 2), ("writing 16 texts", 16, 16 if quick else 64)):
        lags: list[float] = []
        watch = asyncio.create_task(_watch(lags))
        begun = time.perf_counter()
        await asyncio.gather(*(_drain(backend, number, tokens) for number in range(count)))
        seconds = time.perf_counter() - begun
        watch.cancel()
        lags.sort()
        parts.append(
            f"{what} ({seconds:.0f} s): p99 {lags[math.ceil(len(lags) * 0.99) - 1] * 1000:.1f} ms,"
            f" max {lags[-1] * 1000:.0f} ms"
        )
    await backend.aclose()
    return "Lateness of the bot's event loop while the worker is " + "; ".join(parts)


async def _drain(backend: LocalBackend, number: int, tokens: int) -> None:
    request = Request(
        messages=(Message("user", PROMPT),),
        continuation=f"{PROMPT} {number}",
        sampling=Sampling(max_tokens=tokens, seed=number),
    )
    async with aclosing(backend.generate(request)) as chunks:
        async for _ in chunks:
            pass


async def _watch(lags: list[float]) -> None:
    """How much later than asked the loop wakes up."""
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(0.005)
        lags.append(time.perf_counter() - begun - 0.005)
