"""Rhyme schemes: what each line must rhyme with, and which lines come again.

A scheme is written as poets write it, a letter a line: ``abab cdcd efef gg``.
A capital with a number is a refrain: lines marked ``A1`` are the same line, and
rhyme with ``a``.  ``x`` rhymes with nothing.  ``R`` is the rentrement of a rondeau: the opening words of the
first line, without a rhyme.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(r"[A-Z]\d*|[a-z]")


RENTREMENT = "R"


@dataclass(frozen=True, slots=True)
class Place:
    """What a line is in a scheme: its rhyme ("" for none) and its refrain ("" for none)."""

    rhyme: str
    refrain: str = ""


@lru_cache(maxsize=1_000)
def read(scheme: str) -> tuple[Place, ...]:
    """A scheme as written; spaces between stanzas mean nothing.

    Raises:
        ValueError: it holds something else.
    """
    bare = scheme.replace(" ", "")
    tokens = _TOKEN.findall(bare)
    if "".join(tokens) != bare or not tokens:
        raise ValueError(f"{scheme} is no rhyme scheme")
    return tuple(
        Place("" if token in ("x", RENTREMENT) else token[0].lower(), token if token[0].isupper() else "")
        for token in tokens
    )


@lru_cache(maxsize=256)
def repeated(scheme: str, lines: int) -> tuple[Place, ...]:
    """A stanza's scheme over so many lines, each stanza with rhymes of its own."""
    stanza = read(scheme)
    return tuple(
        Place(f"{place.rhyme}{at // len(stanza)}" if place.rhyme else "", place.refrain)
        for at in range(lines)
        for place in (stanza[at % len(stanza)],)
    )


def terza_rima(lines: int) -> tuple[Place, ...]:
    """aba bcb cdc …; a line or two at the end take up the last middle rhyme."""
    whole = lines - lines % 3
    return tuple(Place(f"t{at // 3 + at % 3 % 2}" if at < whole else f"t{whole // 3}") for at in range(lines))


def pantoum(lines: int, *, closed: bool = True) -> tuple[Place, ...]:
    """abab; the second and fourth lines of a stanza come again as first and third of the next.

    In the last stanza the second line is the third of the poem and the fourth its first, if it is closed.
    """
    found = [
        Place(f"p{at // 4 + at % 2}", f"L{at - 3 if at >= 4 and at % 2 == 0 else at}") for at in range(lines)
    ]
    if closed and lines >= 8 and lines % 4 == 0:
        found[-3], found[-1] = found[2], found[0]
    return tuple(found)


def ghazal(lines: int) -> tuple[Place, ...]:
    """Couplets; both lines of the first and the second of every other end alike."""
    return tuple(Place("q" if at == 0 or at % 2 else "") for at in range(lines))


ENDLESS = {"terza rima": terza_rima, "pantoum": pantoum, "ghazal": ghazal}
"""Schemes of any length, by name."""

SESTINA = (
    (0, 1, 2, 3, 4, 5),
    (5, 0, 4, 1, 3, 2),
    (2, 5, 3, 0, 1, 4),
    (4, 2, 1, 5, 0, 3),
    (3, 4, 0, 2, 5, 1),
    (1, 3, 5, 4, 2, 0),
)
"""Which of the first stanza's end words ends each line of each stanza."""
