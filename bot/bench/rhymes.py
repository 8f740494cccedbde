"""The free rhyme test beside people's: every two lines of a stanza, without its scheme.

The stanzas are those of ``tests/forms/gold`` and, where the environment variable ``BENCH_RHYMES`` names a
file or a folder of ``.pgold`` files, those too: the Chicago Rhyming Poetry Corpus (Sonderegger and Reddy),
annotated by hand, in which a stanza is a row of last words after the id of its poem, then a row of letters.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from bot.forms.english.dictionary import look_up
from bot.forms.english.rhyme import Rhyme, rhyme, rhymes

RHYMES = Path(__file__).parents[2] / "tests" / "forms" / "gold" / "rhymes.jsonl.gz"
GIVEN = "BENCH_RHYMES"

Stanza = tuple[Sequence[str], Sequence[str]]
"""Last words, and for each the letter of its rhyme."""


def rhyme_rows(quick: bool = False) -> list[str]:
    """A table: how well the test agrees with people, and how well plain CMUdict does."""
    rows = [
        "| rhymes of | stanzas | precision | recall | F1 | F1 of plain CMUdict |",
        "|---|---|---|---|---|---|",
    ]
    given = os.environ.get(GIVEN, "")
    for name, stanzas in {**_ours(), **(annotated(Path(given)) if given else {})}.items():
        some = stanzas[: 100 if quick else None]
        ours, plain = agreement(some, rhymes), agreement(some, _by_the_book)
        told = " | ".join(f"{value:.3f}" for value in (*ours, plain[2]))
        rows.append(f"| {name} | {len(some)} | {told} |")
    return rows


def annotated(path: Path) -> Mapping[str, list[Stanza]]:
    """The stanzas of a ``.pgold`` file, or of each in a folder; a stanza with too few letters is left out."""
    found: dict[str, list[Stanza]] = {}
    for file in sorted(path.glob("*.pgold")) if path.is_dir() else [path]:
        rows = file.read_text("utf-8", errors="replace").splitlines()
        for at, row in enumerate(rows[:-1]):
            head, *ends = row.split() or [""]
            letters = rows[at + 1].split()
            if head.startswith("POEM") and len(ends) == len(letters):
                found.setdefault(file.stem, []).append((ends, letters))
    return found


def agreement(stanzas: Sequence[Stanza], judge: Callable[[str, str], bool]) -> tuple[float, float, float]:
    """(precision, recall, F1) over the pairs of lines of each stanza."""
    right = told = wanted = 0
    for ends, scheme in stanzas:
        for one, other in combinations(range(len(ends)), 2):
            said, asked = judge(ends[one], ends[other]), scheme[one] == scheme[other]
            right += said and asked
            told += said
            wanted += asked
    if not right:
        return 0.0, 0.0, 0.0
    return right / told, right / wanted, 2 * right / (told + wanted)


def _ours() -> dict[str, list[Stanza]]:
    found: dict[str, list[Stanza]] = {}
    with gzip.open(RHYMES, "rt", encoding="utf-8") as file:
        for entry in map(json.loads, file):
            found.setdefault(entry["century"], []).append((entry["ends"], entry["scheme"]))
    return found


def _by_the_book(one: str, other: str) -> bool:
    """A perfect rhyme of two words that are both in the dictionary."""
    known = bool(look_up(one) and look_up(other))
    return one == other or (known and rhyme(one, other) is Rhyme.PERFECT)
