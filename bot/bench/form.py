"""What the checker of English forms says of poems known to keep their form, and of the same poems spoiled.

The poems and where they are from: ``tests/forms/gold/README.md``.
"""

from __future__ import annotations

import gzip
import json
import random
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.bench.rhymes import rhyme_rows
from bot.forms.check import AnyShape, check, shape_of
from bot.forms.english.dictionary import look_up
from bot.forms.english.dictionary import words as dictionary_words
from bot.forms.english.guess import by_ear
from bot.forms.model import FormReport, Holds

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "tests" / "forms" / "gold" / "english.jsonl.gz"
FORMS = {
    "shakespeare": "sonnet-shakespearean",
    "common measure": "common-measure",
    "sonnet-shakespearean": "sonnet-shakespearean",
    "sonnet-petrarchan": "sonnet-petrarchan",
}
"""Set of poems to the id of their form."""
Poem = list[str]
Spoil = Callable[[Poem, random.Random], Poem]


def run(quick: bool) -> str:
    """Two tables and a line: poems recognised and, spoiled, caught; rhymes beside people's; the speed."""
    rows = [
        "| poems | recognised (✓) | spoiled by | no longer ✓ | a line worse | a line ✗ | the poem ✗ |",
        "|---|---|---|---|---|---|---|",
    ]
    poems = read(GOLD)
    for name, form in FORMS.items():
        shape = shape_for(form)
        mine = poems[name][: 20 if quick else None]
        reports = [(poem, check("\n".join(poem), shape)) for poem in mine]
        good = [(poem, report) for poem, report in reports if report.holds is not Holds.NO]
        plain = sum(report.holds is Holds.YES for _, report in good)
        rows.append(f"| {name} ({form}) | {_part(len(good), len(mine))} ({plain}) | | | | | |")
        for way, spoil in SPOILS.items():
            chance = random.Random(4)
            after = [check("\n".join(spoil(poem, chance)), shape) for poem, _ in good]
            open = sum(new.holds is not Holds.YES for new in after)
            seen = sum(_worse(old, new) for (_, old), new in zip(good, after, strict=True))
            failing = sum(_fails(new) for new in after)
            failed = sum(new.holds is Holds.NO for new in after)
            counts = " | ".join(_part(some, len(good)) for some in (open, seen, failing, failed))
            rows.append(f"| | | {way} | {counts} |")
    rows += ["", *rhyme_rows(quick), "", *_guess_rows(300 if quick else 2_000)]
    rows.append(f"\n{_speed(poems['shakespeare'], 200 if quick else 2_000):.0f} sonnets a second on one core")
    return "\n".join(rows)


def read(path: Path) -> dict[str, list[Poem]]:
    """The poems of each set, as lines."""
    found: dict[str, list[Poem]] = {}
    for entry in _entries(path):
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


def longer_anywhere(poem: Poem, chance: random.Random) -> Poem:
    """A word of one syllable, heavy or light, put anywhere before the last word of a line."""
    at = chance.randrange(len(poem))
    line = poem[at].split(" ")
    line.insert(
        chance.randrange(len(line)), chance.choice(("the", "and", "so", "now", "good", "all", "dark"))
    )
    return [*poem[:at], " ".join(line), *poem[at + 1 :]]


def longer_at_once(poem: Poem, chance: random.Random) -> Poem:
    """A word of one syllable put before a line."""
    at = chance.randrange(len(poem))
    line = f"{chance.choice(('And', 'But', 'Oh', 'So', 'Now'))} {poem[at][:1].lower()}{poem[at][1:]}"
    return [*poem[:at], line, *poem[at + 1 :]]


def longer_by_two(poem: Poem, chance: random.Random) -> Poem:
    """A word of two syllables put anywhere before the last word of a line."""
    at = chance.randrange(len(poem))
    line = poem[at].split(" ")
    line.insert(chance.randrange(len(line)), chance.choice(("very", "golden", "softly", "lovely")))
    return [*poem[:at], " ".join(line), *poem[at + 1 :]]


def exchanged(poem: Poem, chance: random.Random) -> Poem:
    """The last words of the first two lines of one of the first stanzas of four change places."""
    at = 4 * chance.randrange(min(2, len(poem) // 4))
    one, other = poem[at].rpartition(" "), poem[at + 1].rpartition(" ")
    return [*poem[:at], f"{one[0]} {other[2]}", f"{other[0]} {one[2]}", *poem[at + 2 :]]


def dropped(poem: Poem, chance: random.Random) -> Poem:
    """A line less."""
    at = chance.randrange(len(poem))
    return [*poem[:at], *poem[at + 1 :]]


SPOILS: dict[str, Spoil] = {
    "a heavy syllable before the last word": longer,
    "a syllable anywhere": longer_anywhere,
    "a syllable before the line": longer_at_once,
    "two syllables anywhere": longer_by_two,
    "rhymes exchanged": exchanged,
    "a line dropped": dropped,
}


def _worse(before: FormReport, after: FormReport) -> bool:
    pairs = zip(before.lines, after.lines, strict=False)
    return after.holds is Holds.NO or any(new.holds < old.holds for old, new in pairs)


def _fails(report: FormReport) -> bool:
    return report.holds is Holds.NO or any(line.holds is Holds.NO for line in report.lines)


def _entries(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(row) for row in file]


def _guess_rows(count: int) -> list[str]:
    chosen = random.Random(11).sample([word for word in dictionary_words() if len(word) > 3], count)
    right = 0
    for word in chosen:
        guessed = next(by_ear(word), ())
        right += _syllables(guessed) in {_syllables(phones) for phones in look_up(word)}
    return [
        f"words of the dictionary guessed by ear: {_part(right, count)} with the right number of syllables"
    ]


def _syllables(phones: tuple[str, ...]) -> int:
    return sum(phone[-1].isdigit() for phone in phones)


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
