"""How long the bot takes to be ready, and how much memory: with models in a process of their own, and not.

Each way is a fresh Python process; the two take turns.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path

READY = """
import asyncio, json, resource, sys, tempfile, time
begun = time.perf_counter()
{before}
from bot.app import open_app
from bot.client import Renga
from bot.settings import Settings
from cogs import EXTENSIONS

async def main():
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.read({{"RENGA_DATABASE": folder + "/bench.sqlite3"}}, None)
        async with open_app(settings) as app:
            client = Renga(app, extensions=EXTENSIONS)
            for extension in EXTENSIONS:
                await client.load_extension(extension)
            seconds = time.perf_counter() - begun
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(json.dumps([seconds, peak, "torch" in sys.modules]))
            await client.close()

asyncio.run(main())
"""

IN_PROCESS = """
from transformers import AutoModelForCausalLM, AutoTokenizer
AutoModelForCausalLM.from_pretrained("models/house"), AutoTokenizer.from_pretrained("models/house")
"""


def run(quick: bool) -> str:
    """The table: seconds and megabytes until all cogs are loaded, medians, and the ratios."""
    rounds = 2 if quick else 5
    ways = {"worker process (as it is)": "", "model in the bot's process": IN_PROCESS}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, before in ways.items():
            seconds, peak, torch = _once(before)
            if torch != bool(before):
                raise RuntimeError("the bot's process imported torch")
            found[name].append((seconds, peak))
    lines = [
        f"Start-up until ready, {rounds} rounds taking turns (medians)",
        "",
        "| | seconds | MB |",
        "|---|---|---|",
    ]
    middles: list[tuple[float, float]] = []
    for name, runs in found.items():
        seconds = statistics.median(run[0] for run in runs)
        peak = statistics.median(run[1] for run in runs)
        middles.append((seconds, peak))
        lines.append(f"| {name} | {seconds:.2f} | {peak:.0f} |")
    (a, b), (c, d) = middles
    lines.append(f"| ratio | {c / a:.1f}× | {d / b:.1f}× |")
    return "\n".join(lines)


def _once(before: str) -> tuple[float, float, bool]:
    done = subprocess.run(
        [sys.executable, "-c", READY.format(before=before)],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    seconds, peak, torch = json.loads(done.stdout.strip().splitlines()[-1])
    return seconds, peak, torch
