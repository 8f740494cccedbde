"""What can be counted in a text: facts that need no model."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

_HAN = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")

_SMALL = (
    "a an the and or but nor so yet of to in on at by for from with as into is are was were be been am it its"
    " this that these those i you he she we they me him her us them my your his our their not no do does did"
    " has have had will would shall can could may if then than there here what who which when where how all"
)

SMALL = frozenset(_SMALL.split())
"""English words that come again in every text and say nothing of it."""


@dataclass(frozen=True, slots=True)
class WordFacts:
    """Counts of a text.

    Attributes:
        lines, stanzas: those with something in them.
        units: words, or characters of a Chinese text.
        distinct: how many different ones.
        again: what comes more than once, with how often, most often first; of
            English the small words are left out.
        lines_again: how many lines stand there a second time.
        chinese: whether characters were counted.
    """

    lines: int
    stanzas: int
    units: int
    distinct: int
    again: tuple[tuple[str, int], ...]
    lines_again: int
    chinese: bool


def word_facts(text: str) -> WordFacts:
    """Count a text."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    chinese = len(_HAN.findall(text)) > len(_WORD.findall(_HAN.sub(" ", text)))
    found = _HAN.findall(text) if chinese else [word.casefold() for word in _WORD.findall(text)]
    counted = Counter(found)
    again = [
        (word, count) for word, count in counted.most_common() if count > 1 and (chinese or word not in SMALL)
    ]
    return WordFacts(
        lines=len(lines),
        stanzas=len([part for part in re.split(r"\n[^\S\n]*\n", text) if part.strip()]),
        units=len(found),
        distinct=len(counted),
        again=tuple(again[:6]),
        lines_again=len(lines) - len({line.casefold() for line in lines}),
        chinese=chinese,
    )
