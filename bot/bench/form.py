"""What the checker of English forms says of poems known to keep their form, and of the same poems spoiled.

The poems and where they are from: ``tests/forms/gold/README.md``.
"""

from __future__ import annotations

import gzip
import json
import random
import time
import tomllib
from pathlib import Path

from bot.forms.check import AnyShape, check, shape_of
from bot.forms.model import FormReport, Holds

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "tests" / "forms" / "gold" / "english.jsonl.gz"
FORMS = {"shakespeare": "sonnet-shakespearean", "common measure": "common-measure"}
"""Set of poems to the id of their form."""
Poem = list[str]


def run(quick: bool) -> str:
    """The table: recognised, and of the recognised ones spoiled in each way, how many were caught."""
    rows = [
        "| poems | recognised | spoiled by | fail | fail, or a line worse than it was |",
        "|---|---|---|---|---|",
    ]
    poems = read(GOLD)
    for name, form in FORMS.items():
        shape = shape_for(form)
        mine = poems[name][: 20 if quick else None]
        reports = [(poem, check("\n".join(poem), shape)) for poem in mine]
        good = [(poem, report) for poem, report in reports if report.holds is not Holds.NO]
        rows.append(f"| {name} ({form}) | {_part(len(good), len(mine))} | | | |")
        for way, spoil in (
            ("a syllable more", longer),
            ("line ends exchanged", exchanged),
            ("a line dropped", dropped),
        ):
            chance = random.Random(4)
            failed = noticed = 0
            for poem, before in good:
                after = check("\n".join(spoil(poem, chance)), shape)
                failed += after.holds is Holds.NO
                noticed += after.holds is Holds.NO or _worse(before, after)
            rows.append(f"| | | {way} | {_part(failed, len(good))} | {_part(noticed, len(good))} |")
    rows.append(f"\n{_speed(poems['shakespeare'], 200 if quick else 2_000):.0f} sonnets a second on one core")
    return "\n".join(rows)


def read(path: Path) -> dict[str, list[Poem]]:
    """The poems of each set, as lines."""
    found: dict[str, list[Poem]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in file:
            entry = json.loads(row)
            found.setdefault(entry["set"], []).append(entry["text"].split("\n"))
    return found


def shape_for(form: str) -> AnyShape:
    """The demands of a form that ships with the bot."""
    table = tomllib.loads((ROOT / "prompts" / "forms" / f"{form}.toml").read_text("utf-8"))
    shape = shape_of(form, table["shape"])
    assert shape is not None, form
    return shape


def longer(poem: Poem, chance: random.Random) -> Poem:
    """A word of one syllable put before the last word of a line."""
    at = chance.randrange(len(poem))
    head, _, tail = poem[at].rpartition(" ")
    return [*poem[:at], f"{head} {chance.choice(('great', 'old', 'bright'))} {tail}", *poem[at + 1 :]]


def exchanged(poem: Poem, chance: random.Random) -> Poem:
    """The last words of two neighbouring lines change places; the first two of a stanza of four."""
    at = 4 * chance.randrange(min(3, len(poem) // 4)) + 1
    one, other = poem[at].rpartition(" "), poem[at + 1].rpartition(" ")
    return [*poem[:at], f"{one[0]} {other[2]}", f"{other[0]} {one[2]}", *poem[at + 2 :]]


def dropped(poem: Poem, chance: random.Random) -> Poem:
    """A line less."""
    at = chance.randrange(len(poem))
    return [*poem[:at], *poem[at + 1 :]]


def _worse(before: FormReport, after: FormReport) -> bool:
    pairs = zip(before.lines, after.lines, strict=False)
    return any(new.holds < old.holds for old, new in pairs)


def _part(some: int, of: int) -> str:
    return f"{some}/{of} ({some / of:.1%})" if of else "0/0"


def _speed(poems: list[Poem], times: int) -> float:
    shape = shape_for(FORMS["shakespeare"])
    texts = ["\n".join(poem) for poem in poems]
    for text in texts:
        check(text, shape)
    begun = time.process_time()
    for number in range(times):
        check(texts[number % len(texts)], shape)
    return times / (time.process_time() - begun)
