"""Whether a line is one that a model learnt from: an index of its material lies beside its weights.

The index (``copies.bloom``) is a Bloom filter: it knows every line it was given, and takes one in a hundred
others for known too.  So a line that it knows is written again, and nobody is accused.
``models/house/copies.py`` makes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

from rbloom import Bloom

FILE = "copies.bloom"
PROSE = 12
"""Runs of words from which a line is one of prose."""

WORDS = 8
"""English words in a row that make a copy."""

_HAN = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")
_SHORTEST = 5
"""Characters of a Chinese clause from which it is somebody's: shorter ones are common property."""


def pieces(line: str) -> Iterator[str]:
    """What is compared of a line: Chinese clauses, runs of eight English words."""
    clauses: list[str] = _HAN.findall(line)
    if clauses:
        yield from (clause for clause in clauses if len(clause) >= _SHORTEST)
        return
    words: list[str] = _WORD.findall(line.lower().replace("’", "'"))
    for at in range(len(words) - WORDS + 1):
        yield " ".join(words[at : at + WORDS])


def hashed(piece: object) -> int:
    """A piece as the index keeps it: the same on every machine."""
    return int.from_bytes(blake2b(str(piece).encode(), digest_size=16).digest(), "big", signed=True)


def copies(folder: Path) -> Callable[[str], bool] | None:
    """Whether a line was learnt from, for the model of a folder; None where there is no index.

    Of a line of prose two runs in a row must be known, which is nine words: it has so many runs that one
    is often known by error.
    """
    index = _index(folder / FILE)
    if index is None:
        return None

    def copied(line: str) -> bool:
        known = [piece in index for piece in pieces(line)]
        if len(known) > PROSE and not _HAN.search(line):
            return any(one and other for one, other in pairwise(known))
        return any(known)

    return copied


@lru_cache(maxsize=4)
def _index(path: Path) -> Bloom | None:
    return Bloom.load(str(path), hashed) if path.exists() else None  # pyright: ignore[reportUnknownMemberType]
