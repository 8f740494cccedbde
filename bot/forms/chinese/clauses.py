"""Cuts a text into clauses of characters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.forms.chinese.sound import is_han

_STOPS = re.compile(r"[，。！？；：,.!?;:…—\n]+")
_NAMED = re.compile(r"^[《【].*[》】]$")


@dataclass(frozen=True, slots=True)
class Text:
    """A poem in clauses, each as its characters alone; ``bare`` says that nothing else was in it."""

    clauses: tuple[str, ...]
    strange: tuple[str, ...] = ()
    """What is no Chinese character nor a mark: letters, digits."""


def cut(text: str, sizes: frozenset[int] | None = None) -> Text:
    """The clauses of a text without its title.

    The first line is a title if it stands alone above an empty line, or in brackets, or if it has
    no stop at its end while all others have one.  Parts in brackets are remarks.

    Args:
        sizes: lengths that a clause of the form may have; a first line of another length with an
            empty line under it is certainly a title.
    """
    rows = [re.sub(r"[(（\[].*?[)）\]]", "", row).strip() for row in text.strip().split("\n")]
    if len([row for row in rows if row]) > 1:
        first = rows[0]
        alone = len(rows) > 2 and not rows[1]
        if _NAMED.match(first) or (alone and not _ends(first)) or _untold(rows, sizes):
            rows = rows[1:]
    parts = [part for row in rows for part in _STOPS.split(row)]
    clauses = tuple(han for part in parts if (han := "".join(filter(is_han, part))))
    strange = tuple(part for part in parts if any(char.isalnum() and not is_han(char) for char in part))
    return Text(clauses, strange)


def _ends(row: str) -> bool:
    return bool(row) and bool(_STOPS.match(row[-1]))


def _untold(rows: list[str], sizes: frozenset[int] | None) -> bool:
    """A first line of a length that no clause has, without a stop, where the others have stops."""
    others = [row for row in rows[1:] if row]
    width = len("".join(filter(is_han, rows[0])))
    return (
        sizes is not None
        and width not in sizes
        and not _STOPS.search(rows[0])
        and all(_ends(row) for row in others)
    )
