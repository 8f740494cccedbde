"""Moderators' regular expressions: RE2, so that none can hang the bot; and how far one can reach.

RE2 reads a text in time linear in its length whatever the expression is
(https://github.com/google/re2/wiki/WhyRE2).  Letters match in either case.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from bot.errors import BadInput

LONGEST = 260
"""Most characters of an expression, and
:data:`MOST` how many a rule may have: as in AutoMod, so that rules go both ways."""
MOST = 10
SPAN = 2_000
"""Most characters of a match."""
_MEMORY = 8 << 20
_FOREVER = 1 << 20
_HALVES = re.compile("[\ud800-\udfff]")
_SPACES = " \t\n\r\f\v"


@dataclass(frozen=True, slots=True)
class Reach:
    """How much of a stream must be kept back so that no match can still be open."""

    width: int
    """Most characters that a match can have."""
    spaces: bool
    """Whether it can go over a space."""
    lines: bool
    """Whether it can go over the end of a line."""
    opens: str = ""
    """What every match begins with, in small letters; "" if that is not known."""

    def open_from(self, text: str) -> int:
        """The first place where a match may begin that is not yet complete, at the end of a text."""
        size = len(text)
        first = size - min(self.width, SPAN) - 1
        if not self.lines:
            first = max(first, text.rfind("\n") + 1)
        if not self.spaces:
            first = max(first, *(text.rfind(space) + 1 for space in _SPACES))
        return max(0, first) if not self.opens else self._opened_from(text, max(0, first))

    def _opened_from(self, text: str, first: int) -> int:
        """The first place from ``first`` on where what a match begins with stands, or has begun to."""
        rest = text[first:].lower()
        if len(rest) == len(text) - first:
            at = rest.find(self.opens)
            if at >= 0:
                return first + at
            most = min(len(self.opens) - 1, len(rest))
            begun = next((size for size in range(most, 0, -1) if rest.endswith(self.opens[:size])), 0)
            return len(text) - begun
        return first  # a letter that is two in small: rare, and so nothing is said of it


class Searcher(Protocol):
    """What finds places in a text, from left to right, none over another."""

    @property
    def reach(self) -> Reach:
        """How far a match can go."""
        ...

    def find(self, text: str, start: int = 0) -> Iterator[tuple[int, int]]:
        """Matches from ``start`` on."""
        ...


class Pattern:
    """One expression, ready.

    Raises:
        BadInput: it cannot be read, or is too long.
    """

    def __init__(self, written: str, *, reach: Reach | None = None, case: bool = False) -> None:
        if reach is None and len(written) > LONGEST:
            raise BadInput("refused.too_long", what="pattern", limit=LONGEST)
        self.written = written
        self.reach = reach or reach_of(written)
        self._found = _compile(written, case=case)

    def find(self, text: str, start: int = 0) -> Iterator[tuple[int, int]]:
        """Matches from ``start`` on, none over another; an empty one is none."""
        size = len(text)
        while start <= size:
            match = self.first(text, start)
            if match is None:
                return
            first, last = match
            if first < last <= first + SPAN:
                yield first, last
            start = last if last > first else last + 1

    def first(self, text: str, start: int) -> tuple[int, int] | None:
        """The first match from ``start`` on."""
        if start > len(text):
            return None
        encoded = _encoded(text)
        match = self._found.search(encoded.bytes, encoded.at(start))
        if match is None:
            return None
        first, last = match.span()
        return encoded.place(first), encoded.place(last)


class _Encoded:
    """A text as RE2 reads it, made once: for a long text it would be made again for every match.

    Halves of characters, which cannot be encoded, are read as characters that are not known.
    """

    def __init__(self, text: str) -> None:
        if text.isascii():
            self.bytes = text.encode("ascii")
            self._starts = None
            return
        self.bytes = _HALVES.sub("\ufffd", text).encode("utf-8")
        heads = (np.frombuffer(self.bytes, dtype=np.uint8) & 0xC0) != 0x80
        self._starts = np.append(np.flatnonzero(heads), len(self.bytes))

    def at(self, place: int) -> int:
        """Where a character begins."""
        return place if self._starts is None else int(self._starts[place])

    def place(self, at: int) -> int:
        """Which character begins there."""
        return at if self._starts is None else int(np.searchsorted(self._starts, at))


_encoded = lru_cache(maxsize=4)(_Encoded)


def _compile(written: str, *, case: bool) -> Any:
    re2: Any = importlib.import_module("re2")
    options = re2.Options()
    options.case_sensitive = case
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        if _HALVES.search(written):
            raise re2.error("half a character")
        return re2.compile(written, options)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        problem = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise BadInput("moderation.bad_pattern", pattern=written[:80], problem=problem) from None


def reach_of(written: str) -> Reach:
    """How far an expression can reach; as far as can be, if that cannot be told."""
    parser: Any = importlib.import_module("re._parser")
    try:
        tree = parser.parse(written)
    except Exception:  # noqa: BLE001 - RE2 knows expressions that this parser does not
        return Reach(_FOREVER, spaces=True, lines=True)
    width = min(int(tree.getwidth()[1]), _FOREVER)
    return Reach(width, spaces=_can(tree, _SPACES), lines=_can(tree, "\n"))


def _can(tree: Any, chars: str) -> bool:
    """Whether some part of a parsed expression can match one of the characters."""
    for name, value in tree:
        kind = str(name)
        if kind == "LITERAL":
            found = chr(value) in chars
        elif kind == "NOT_LITERAL":
            found = any(ord(char) != value for char in chars)
        elif kind == "ANY":
            found = any(char != "\n" for char in chars)
        elif kind == "IN":
            found = any(_within(value, char) for char in chars)
        elif kind == "AT":
            found = False
        elif kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            found = _can(value[2], chars)
        elif kind == "SUBPATTERN":
            found = bool(value[1] or value[2]) or _can(value[3], chars)
        elif kind == "BRANCH":
            found = any(_can(one, chars) for one in value[1])
        else:
            found = True
        if found:
            return True
    return False


def _within(items: Any, char: str) -> bool:
    """Whether a class of a parsed expression has the character."""
    negated = False
    hit = False
    for name, value in items:
        kind = str(name)
        if kind == "NEGATE":
            negated = True
        elif kind == "LITERAL":
            hit |= ord(char) == value
        elif kind == "RANGE":
            hit |= value[0] <= ord(char) <= value[1]
        elif kind == "CATEGORY":
            hit |= str(value) in ("CATEGORY_SPACE", "CATEGORY_NOT_DIGIT", "CATEGORY_NOT_WORD")
    return hit is not negated
