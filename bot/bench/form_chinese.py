"""What the checker of Chinese forms says of the masters' regulated verse, and of the same poems spoiled.

The poems and where they are from, and each that is refused: ``tests/forms/gold/README.md``.
"""

from __future__ import annotations

import gzip
import json
import random
import time
from collections.abc import Callable

from bot.bench.form import GOLD, shape_for
from bot.forms.check import check
from bot.forms.chinese.clauses import cut
from bot.forms.chinese.sound import Book, groups, tones
from bot.forms.model import FormReport, Holds

TWISTS = {"saved_next", "exchanged"}
"""Reasons under which a wrong tone is one of the twists that the rules allow (拗救), and told as such."""

Spoil = Callable[[list[str], random.Random], list[str]]


def run(quick: bool) -> str:
    """The table, and how many poems a second."""
    raw = gzip.decompress(GOLD.with_name("chinese.jsonl.gz").read_bytes()).decode()
    poems = [json.loads(row) for row in raw.splitlines()][: 100 if quick else None]
    shapes = {form: shape_for(form) for form in {poem["form"] for poem in poems}}
    begun = time.process_time()
    reports = [check(poem["text"], shapes[poem["form"]]) for poem in poems]
    speed = len(poems) / (time.process_time() - begun)
    passed = sum(report.holds is not Holds.NO for report in reports)
    sure = [poem for poem, report in zip(poems, reports, strict=True) if report.holds is Holds.YES]
    rows = [
        "| poems of 杜甫, 王維, 李商隱 | judged regular | of these with a tick |",
        "|---|---|---|",
        f"| {len(poems)} | {_part(passed, len(poems))} | {_part(len(sure), len(poems))} |",
        "",
        "| those with a tick, spoiled by | no longer ✓ | or told as a twist that the rules allow | ✗ |",
        "|---|---|---|---|",
    ]
    for way, spoil in SPOILS.items():
        chance = random.Random(4)
        after = [
            check("，".join(spoil(list(cut(poem["text"]).clauses), chance)), shapes[poem["form"]])
            for poem in sure
        ]
        caught = [new.holds is not Holds.YES for new in after]
        told = sum(one or bool(_reasons(new) & TWISTS) for one, new in zip(caught, after, strict=True))
        failed = sum(new.holds is Holds.NO for new in after)
        counts = " | ".join(_part(some, len(sure)) for some in (sum(caught), told, failed))
        rows.append(f"| {way} | {counts} |")
    rows.append(f"\n{speed:.0f} poems of eight lines a second on one core")
    return "\n".join(rows)


def flipped(lines: list[str], chance: random.Random) -> list[str]:
    """One character whose place decides its tone becomes one that can only be read in the other tone."""
    width = len(lines[1])
    while True:
        at = chance.randrange(1, len(lines))  # the first line may end either way
        place = chance.choice([1, 3, width - 1] if width == 5 else [1, 3, 5, 6])
        mine = tones(lines[at][place], Book.PINGSHUI)
        if len(mine) == 1:
            break
    wanted = "天山人春心" if "仄" in mine else "月水雪日玉"
    other = chance.choice([char for char in wanted if len(tones(char, Book.PINGSHUI)) == 1])
    return [*lines[:at], lines[at][:place] + other + lines[at][place + 1 :], *lines[at + 1 :]]


def swapped(lines: list[str], chance: random.Random) -> list[str]:
    """A rhyme becomes a character of another group."""
    at = chance.choice([3, 5, 7])
    mine = groups(lines[1][-1], Book.PINGSHUI)
    strange = next(char for char in "花風頭秋情天" if not groups(char, Book.PINGSHUI) & mine)
    return [*lines[:at], lines[at][:-1] + strange, *lines[at + 1 :]]


def dropped(lines: list[str], chance: random.Random) -> list[str]:
    """A line less."""
    at = chance.randrange(len(lines))
    return [*lines[:at], *lines[at + 1 :]]


SPOILS: dict[str, Spoil] = {"a tone flipped": flipped, "a rhyme swapped": swapped, "a line dropped": dropped}


def _reasons(report: FormReport) -> set[str]:
    return {finding.reason for line in report.lines for finding in line.findings}


def _part(some: int, of: int) -> str:
    return f"{some}/{of} ({some / of:.1%})" if of else "0/0"
