"""Where a line of text may be broken: words stay whole, Chinese breaks anywhere but before its stops."""

from __future__ import annotations

import re
from collections.abc import Callable

# A word with the space before it; of scripts without spaces one character, with what may not begin a row.
_CHUNK = re.compile(
    r"(?<!\s)\s*(?:[「『（《〈“‘【]*[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]"
    r"[、。，．；：！？…—”’」』）》〉】·々ー]*|[^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]+)"
)


def spans(text: str, room: float, width: Callable[[str], float], indent: float = 0) -> list[tuple[int, int]]:
    """Where the rows of one line begin and end, none wider than ``room`` (in the unit of ``width``).

    The second row and those after it have ``indent`` less.
    """
    found: list[tuple[int, int]] = []
    start = reached = 0
    for chunk in _chunks(text, room - indent, width):
        left = room if not found else room - indent
        if reached > start and width(text[start : chunk[1]].rstrip()) > left:
            found.append((start, reached))
            start = chunk[1] - len(text[chunk[0] : chunk[1]].lstrip())
        reached = chunk[1]
    return [*found, (start, len(text))]


def _chunks(text: str, room: float, width: Callable[[str], float]) -> list[tuple[int, int]]:
    """What is not cut; a word wider than a row is."""
    found: list[tuple[int, int]] = []
    for match in _CHUNK.finditer(text):
        if width(match.group().lstrip()) <= room:
            found.append(match.span())
        else:
            found += [(at, at + 1) for at in range(*match.span())]
    return found
