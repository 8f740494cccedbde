"""Prints how like different poems are, and poems changed a little.

By these numbers the limit in :mod:`bot.judging.distinct` was set.  Run it with
``python -m tests.judging.measure_likeness``.
"""

from __future__ import annotations

import gzip
import itertools
import json
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path

from bot.judging.distinct import likeness, shingles

GOLD = Path(__file__).parents[1] / "forms" / "gold"
LIMITS = (0.3, 0.4, 0.5)
MOST = 600


def main() -> None:
    """Print a table for each language: whole poems, and stanzas or couplets alone."""
    for language, lines_each in (("english", 4), ("chinese", 2)):
        with gzip.open(GOLD / f"{language}.jsonl.gz", "rt", encoding="utf-8") as rows:
            poems = [json.loads(row)["text"] for row in rows]
        parts = ["\n".join(lines[at : at + lines_each]) for lines in map(_lines, poems)
                 for at in range(0, len(lines) - lines_each + 1, lines_each)]  # fmt: skip
        for name, texts in (("poems", poems), ("parts", parts)):
            random.Random(1).shuffle(texts)
            _table(f"{language} {name}", texts[:MOST], language == "chinese")


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _table(title: str, texts: list[str], chinese: bool) -> None:
    pieces = [shingles(text) for text in texts]
    found = sorted(likeness(one, other) for one, other in itertools.combinations(pieces, 2))
    most = ", ".join(f"{one:.2f}" for one in found[-3:])
    _say(f"{title}: {len(texts)} texts, {len(found)} pairs")
    _say(f"    99.9 % of pairs below {found[int(0.999 * len(found))]:.2f}; the most alike {most}")
    chance = random.Random(2)
    word = r"[\u4e00-\u9fff]" if chinese else r"[A-Za-z']+"
    words = [one for text in texts for one in re.findall(word, text)]

    def replaced(text: str, part: float) -> str:
        return re.sub(word, lambda one: chance.choice(words) if chance.random() < part else one[0], text)

    for part in (0.1, 0.2, 0.3):
        _caught(f"words replaced {part:.0%}", texts, lambda text, part=part: replaced(text, part))
    for part in (0.25, 0.5):
        what = f"lines replaced {part:.0%}"
        _caught(what, texts, lambda text, part=part: _spliced(text, texts, part, chance, chinese))


def _spliced(text: str, texts: list[str], part: float, chance: random.Random, chinese: bool) -> str:
    cut = r"(?<=[，。？！])\s*" if chinese else r"\n+"
    lines = [line for line in re.split(cut, text) if line]
    others = [line for line in re.split(cut, chance.choice(texts)) if line]
    for at in chance.sample(range(len(lines)), round(len(lines) * part)):
        lines[at] = chance.choice(others)
    return "\n".join(lines)


def _caught(what: str, texts: list[str], changed: Callable[[str], str]) -> None:
    found = [likeness(shingles(text), shingles(changed(text))) for text in texts]
    told = ", ".join(f"{sum(one >= limit for one in found) / len(found):.1%} at {limit}" for limit in LIMITS)
    _say(f"    {what}: caught {told}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
