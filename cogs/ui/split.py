"""Cuts a text into messages: at stanzas, else lines, else words, and never loses a character.

Joined, the parts are the text again.  A cut never falls inside a code fence,
inside what a reader sees as one character, or between a backslash and the mark
that it escapes.  What cannot be cut so, or needs too many messages, goes out as
a file: :func:`split` then gives None.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from wcwidth import iter_graphemes

MESSAGE_LIMIT = 2_000
"""Characters in the content of a message (Discord docs, Create Message)."""

MOST_PARTS = 5
"""More messages than this are no pleasure to read: then a file it is."""

_FENCE = re.compile(r"```")
# Best place first: after a blank line, after a line, after a space.
_PLACES = (re.compile(r"\n[^\S\n]*\n+"), re.compile(r"\n"), re.compile(r"\s"))


def width(text: str) -> int:
    """The length that Discord may count: UTF-16 units, never fewer than code points."""
    return len(text) + sum(char > "\uffff" for char in text)


def split(text: str, limit: int = MESSAGE_LIMIT, *, most: int = MOST_PARTS) -> list[str] | None:
    """Cut ``text`` into at most ``most`` parts of at most ``limit`` units each.

    None if it cannot be done; ``"".join(parts) == text`` whenever it can.
    """
    parts: list[str] = []
    fenced = list(_fenced(text))
    at = 0
    while width(text[at:]) > limit:
        if len(parts) + 1 >= most:
            return None
        cut = _cut(text, at, limit, fenced)
        if cut is None:
            return None
        parts.append(text[at:cut])
        at = cut
    parts.append(text[at:])
    return parts


def _fenced(text: str) -> Iterator[tuple[int, int]]:
    """The code fences, from the first mark to the end of the second (or of the text)."""
    opened: int | None = None
    for mark in _FENCE.finditer(text):
        if opened is None:
            opened = mark.start()
        else:
            yield opened, mark.end()
            opened = None
    if opened is not None:
        yield opened, len(text)


def _cut(text: str, at: int, limit: int, fenced: list[tuple[int, int]]) -> int | None:
    """Where the part that begins at ``at`` best ends; None if nowhere."""
    end = _reach(text, at, limit)
    for place in _PLACES:
        cuts = [match.end() for match in place.finditer(text, at, end) if text[at : match.end()].strip()]
        for cut in reversed(cuts):
            if not _inside(cut, fenced):
                return cut
    # No space at all: between two characters as a reader sees them.
    cut = at
    for cluster in iter_graphemes(text[at : end + 1]):
        if cut + len(cluster) > end:
            break
        cut += len(cluster)
    if cut == at:
        cut = end  # a single cluster longer than a message: marks heaped on one letter
    while cut > at and (_escaped(text, cut) or _inside(cut, fenced)):
        cut -= 1
    return cut if cut > at else None


def _reach(text: str, at: int, limit: int) -> int:
    """The furthest end such that the part fits."""
    end = min(at + limit, len(text))
    while width(text[at:end]) > limit:
        end -= max(1, (width(text[at:end]) - limit) // 2)
    return end


def _escaped(text: str, cut: int) -> bool:
    """Whether the character at ``cut`` is escaped by a backslash before it."""
    slashes = len(text[:cut]) - len(text[:cut].rstrip("\\"))
    return slashes % 2 == 1


def _inside(cut: int, fenced: list[tuple[int, int]]) -> bool:
    """Whether a cut would fall inside a code fence."""
    at = bisect_right(fenced, (cut, -1)) - 1
    return at >= 0 and fenced[at][0] < cut < fenced[at][1]
