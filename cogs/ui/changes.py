"""What changed from one text to another, line by line: the old line struck through above the new one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.alignment import blocks
from bot.attribution.spans import kept
from cogs.ui.safe import inserted, removed, verse

LONG = 160
"""Characters from which a line is a paragraph: of it only the words that changed are shown twice."""


def compared(old: str, new: str) -> str:
    """Lines that went struck through, each above what came for it; new words in bold, the rest as it is."""
    before, after = old.split("\n"), new.split("\n")
    rows: list[str] = []
    a = c = 0
    for b, d, size in [*blocks(before, after), (len(before), len(after), 0)]:
        rows += _replaced(before[a:b], after[c:d])
        rows += [verse(line) for line in after[d : d + size]]
        a, c = b + size, d + size
    return "\n".join(rows)


def _replaced(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Lines that came for others: one by one where they are as many, else all of them together."""
    if len(before) != len(after):
        yield from (removed(line) for line in before)
        yield from (inserted(line) for line in after)
        return
    for old, new in zip(before, after, strict=True):
        if max(len(old), len(new)) >= LONG:
            yield "".join(_words(old, new, gone=True))
            continue
        if old.strip():
            yield removed(old)
        yield "".join(_words(old, new, gone=False))


def _words(old: str, new: str, *, gone: bool) -> Iterator[str]:
    """A line with its new words in bold; with ``gone`` those that went stand before them, a space between."""
    old_at = new_at = 0
    for old_start, new_start, length in [*kept(old, new), (len(old), len(new), 0)]:
        went, came = old[old_at:old_start], new[new_at:new_start]
        if gone and went.strip():
            yield removed(went) + (" " if came.strip() and not went[-1].isspace() else "")
        if came:
            yield inserted(came)
        yield verse(new[new_start : new_start + length])
        old_at, new_at = old_start + length, new_start + length
