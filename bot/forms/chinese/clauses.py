"""Cuts a text into clauses of characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.forms.chinese.sound import is_han

_STOPS = re.compile(r"[，。！？；：,.!?;:…—｡‥⋯\n]+")
_PAUSES = re.compile(r"[，。！？；：,.!?;:…—｡‥⋯\n、､\s/|～~]+")
"""Where nothing else divides the clauses: a space, a stroke, 、."""

_NAMED = re.compile(r"^[*_#\s]*[《【「].*[》】」][*_\s]*$")
_REMARK = re.compile(r"[(（\[〔].{0,200}?[)）\]〕]")
_COUNTED = re.compile(r"^\s*\d+\s*[.、．)）]\s*")
_HEADINGS = 3
"""Rows that may stand above a poem: its title, its author, a note."""

Fits = Callable[[Sequence[str]], bool]


@dataclass(frozen=True, slots=True)
class Text:
    """A poem in clauses, each as its characters alone; ``bare`` says that nothing else was in it."""

    clauses: tuple[str, ...]
    strange: tuple[str, ...] = ()
    """What is no Chinese character nor a mark: letters, digits."""


def cut(text: str, sizes: frozenset[int] | None = None, fits: Fits | None = None, name: str = "") -> Text:
    """The clauses of a text without its title.

    The first line is a title if it stands alone above an empty line, or in brackets, or if it has
    no stop at its end while all others have one.  Parts in brackets are remarks.

    Args:
        sizes: lengths that a clause of the form may have; a first line of another length with an
            empty line under it is certainly a title.
        fits: whether clauses have the shape of the form.  Where the text as it is cut has not, but has
            without the rows that can only be headings, or divided at its spaces too, it is cut so.
        name: a row that begins with it is a heading.
    """
    rows = [_COUNTED.sub("", _REMARK.sub("", row)).strip() for row in _lines(text)]
    first = _cut(_without_title(rows, sizes), _STOPS)
    if fits is None or fits(first.clauses):
        return first
    for fewer in _headless(rows, sizes, name):
        for stops in (_STOPS, _PAUSES):
            other = _cut(fewer, stops)
            if fits(other.clauses):
                return other
    return first


def _lines(text: str) -> list[str]:
    return re.sub(r"<br\s*/?>", "\n", text.strip()).splitlines()


def _cut(rows: Sequence[str], stops: re.Pattern[str]) -> Text:
    parts = [part for row in rows for part in stops.split(row)]
    clauses = tuple(han for part in parts if (han := "".join(filter(is_han, part))))
    strange = tuple(part for part in parts if any(char.isalnum() and not is_han(char) for char in part))
    return Text(clauses, strange)


def _without_title(rows: list[str], sizes: frozenset[int] | None) -> list[str]:
    if len([row for row in rows if row]) > 1:
        alone = len(rows) > 2 and not rows[1]
        if _NAMED.match(rows[0]) or (alone and not _ends(rows[0])) or _untold(rows, sizes):
            return rows[1:]
    return rows


def _headless(rows: list[str], sizes: frozenset[int] | None, name: str) -> Iterator[list[str]]:
    """The rows as they are, and without those that can be headings: of no length that a clause may have,
    or without a stop where all others have one."""
    yield rows
    for count in range(1, min(_HEADINGS, len(rows) - 1) + 1):
        above, below = rows[count - 1], [row for row in rows[count:] if row]
        named = bool(name) and above.startswith(name)
        if not below or not (named or _heading(above, sizes, all(_ends(row) for row in below))):
            return
        yield below


def _heading(row: str, sizes: frozenset[int] | None, stopped: bool) -> bool:
    width = len("".join(filter(is_han, row)))
    other = sizes is not None and width not in sizes
    return not row or bool(_NAMED.match(row)) or (not _ends(row) and (stopped or other))


def _ends(row: str) -> bool:
    return bool(row) and bool(_STOPS.match(row.rstrip("”」』\"'")[-1:]))


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
