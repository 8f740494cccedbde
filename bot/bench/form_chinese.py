"""What the checker of Chinese forms says of poems known to be in form, and of the same poems spoiled.

The poems and where they are from, and what is refused: ``tests/forms/gold/README.md``.
"""

from __future__ import annotations

import gzip
import json
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.bench.form import GOLD, shape_for
from bot.forms.check import AnyShape, check
from bot.forms.chinese.sound import Book, groups, tones
from bot.forms.model import FormReport, Holds

SETS = {
    "chinese": "杜甫, 王維, 李商隱",
    "tang": "23 other poets of the Tang",
    "ci": "ci of the Song",
}
"""File of poems to what they are."""

_SOLE = {"平": "天山人春心花秋君時雲", "仄": "月水雪日玉夜草色客路"}
"""Characters with which a tone is flipped: those that the book reads in one tone alone."""

_STRANGE = {"平": "花風頭秋情天", "仄": "雪路夢水酒遠"}
"""Characters that swapped rhymes are taken from."""


@dataclass(frozen=True, slots=True)
class Poem:
    """A poem of a set with what the checker says of it."""

    form: str
    shape: AnyShape
    lines: list[str]
    report: FormReport

    def again(self, lines: list[str]) -> FormReport:
        """The check of the poem with other lines."""
        return check("，".join(lines), self.shape)


Spoil = Callable[[Poem, random.Random], list[str] | None]
"""The lines of a poem with one fault; None if it cannot be had."""


def run(quick: bool) -> str:
    """A table for each set, and how many poems a second."""
    rows = ["| poems | judged in form | with a tick |", "|---|---|---|"]
    spoiled = [
        "",
        "| those in form, spoiled by | with a tick: no longer ✓ | all: poem or line worse "
        "| poem or a line ✗ | poem ✗ |",
        "|---|---|---|---|---|",
    ]
    for name, told in SETS.items():
        poems = read(name, 100 if quick else None)
        kinds = sorted({poem.form for poem in poems} if name == "tang" else {""})
        for kind in kinds:
            some = [poem for poem in poems if kind in ("", poem.form)]
            good = [poem for poem in some if poem.report.holds is not Holds.NO]
            sure = [poem for poem in good if poem.report.holds is Holds.YES]
            of = len(some)
            rows.append(
                f"| {told}{kind and f', {kind}'} ({of}) | {_part(len(good), of)} | {_part(len(sure), of)} |"
            )
        spoiled += list(_spoiled(told, [one for one in poems if one.report.holds is not Holds.NO]))
    speed = f"{_speed(quick):.0f} poems of eight lines a second on one core"
    return "\n".join([*rows, *spoiled, "", speed])


def read(name: str, most: int | None = None) -> list[Poem]:
    """The poems of a set, checked."""
    raw = gzip.decompress(GOLD.with_name(f"{name}.jsonl.gz").read_bytes()).decode()
    found = [json.loads(row) for row in raw.splitlines()]
    if most is not None:
        found = random.Random(1).sample(found, min(most, len(found)))
    shapes = {form: shape_for(form) for form in {poem["form"] for poem in found}}
    poems: list[Poem] = []
    for poem in found:
        report = check(poem["text"], shapes[poem["form"]])
        lines = [line.text for line in report.lines]
        poems.append(Poem(poem["form"], shapes[poem["form"]], lines, report))
    return poems


def flipped(poem: Poem, chance: random.Random) -> list[str] | None:
    """One character whose place decides its tone becomes one that can only be read in the other tone."""
    book = _book(poem)
    places = [
        (at, place)
        for at, line in enumerate(poem.lines)
        for place in _deciding(poem, at)
        if len(tones(line[place], book)) == 1
    ]
    if not places:
        return None
    at, place = chance.choice(places)
    wanted = _SOLE["平" if "仄" in tones(poem.lines[at][place], book) else "仄"]
    other = chance.choice([char for char in wanted if len(tones(char, book)) == 1])
    return _with(poem.lines, at, place, other)


def swapped(poem: Poem, chance: random.Random) -> list[str] | None:
    """A rhyme becomes a character of the same tone and of another group."""
    book = _book(poem)
    ends = [
        at for at, line in enumerate(poem.report.lines) if line.rhyme and (at or poem.form.startswith("ci"))
    ]
    rare = [
        at
        for at in ends
        if sum(poem.report.lines[one].rhyme == poem.report.lines[at].rhyme for one in ends) > 2
    ]
    if not (rare or ends):
        return None
    at = chance.choice(rare or ends)
    last = poem.lines[at][-1]
    due = "平" if poem.report.lines[at].findings[1].found[-1:] == "平" else "仄"
    strange = [char for char in _STRANGE[due] if not groups(char, book) & groups(last, book)]
    return _with(poem.lines, at, len(poem.lines[at]) - 1, chance.choice(strange))


def dropped(poem: Poem, chance: random.Random) -> list[str]:
    """A line less."""
    at = chance.randrange(len(poem.lines))
    return [*poem.lines[:at], *poem.lines[at + 1 :]]


def longer(poem: Poem, chance: random.Random) -> list[str]:
    """A character more."""
    at = chance.randrange(len(poem.lines))
    place = chance.randrange(len(poem.lines[at]) + 1)
    line = poem.lines[at][:place] + "春" + poem.lines[at][place:]
    return [*poem.lines[:at], line, *poem.lines[at + 1 :]]


SPOILS: dict[str, Spoil] = {
    "a tone flipped": flipped,
    "a rhyme swapped": swapped,
    "a line dropped": dropped,
    "a character more": longer,
}


def _spoiled(told: str, poems: list[Poem]) -> Iterable[str]:
    for way, spoil in SPOILS.items():
        chance = random.Random(4)
        pairs = [
            (poem.report, poem.again(lines)) for poem in poems if (lines := spoil(poem, chance)) is not None
        ]
        sure = [(old, new) for old, new in pairs if old.holds is Holds.YES]
        open_ = sum(new.holds is not Holds.YES for _, new in sure)
        worse = sum(_worse(old, new) for old, new in pairs)
        failed = sum(new.holds is Holds.NO for _, new in pairs)
        crossed = sum(any(not one.holds for one in (*new.lines, new)) for _, new in pairs)
        counts = [_part(open_, len(sure)), *(_part(some, len(pairs)) for some in (worse, crossed, failed))]
        yield f"| {told}: {way} | {' | '.join(counts)} |"


def _worse(old: FormReport, new: FormReport) -> bool:
    if new.holds < old.holds or len(new.lines) != len(old.lines):
        return True
    return any(after.holds < before.holds for before, after in zip(old.lines, new.lines, strict=True))


def _deciding(poem: Poem, at: int) -> list[int]:
    """The places of a line whose tone is fixed: in regulated verse the second, fourth, sixth and the end (of
    the first line, which may end either way, not the end); in ci those that the tune fixes."""
    if poem.form.startswith("ci"):
        wanted = next((one.wanted for one in poem.report.lines[at].findings if one.rule == "tones"), "")
        return [place for place, due in enumerate(wanted) if due != "中"]
    width = len(poem.lines[at])
    return [*range(1, width - 1, 2), *([width - 1] if at else [])]


def _book(poem: Poem) -> Book:
    return Book.CILIN if poem.form.startswith("ci") else Book.PINGSHUI


def _with(lines: list[str], at: int, place: int, char: str) -> list[str]:
    line = lines[at][:place] + char + lines[at][place + 1 :]
    return [*lines[:at], line, *lines[at + 1 :]]


def _speed(quick: bool) -> float:
    """Poems of eight lines, checked in a second of processor time."""
    raw = gzip.decompress(GOLD.with_name("chinese.jsonl.gz").read_bytes()).decode()
    poems = [json.loads(row) for row in raw.splitlines()][: 200 if quick else None]
    shapes = {form: shape_for(form) for form in {poem["form"] for poem in poems}}
    begun = time.process_time()
    for poem in poems:
        check(poem["text"], shapes[poem["form"]])
    return len(poems) / (time.process_time() - begun)


def _part(some: int, of: int) -> str:
    return f"{some}/{of} ({some / of:.1%})" if of else "0/0"
