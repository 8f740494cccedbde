"""What the filters say of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, Protocol, runtime_checkable

from bot.moderation.graphemes import covered

MARK = "▇"


class Action(IntEnum):
    """What happens to a text, mildest first: the strictest of several wins by ``max``."""

    ALLOW = 0
    FLAG = 1
    MASK = 2
    REGENERATE = 3
    HOLD = 4
    BLOCK = 5


class Hit(NamedTuple):
    """Characters ``start:end`` of the original text, the rule that matched them, and what it asks for.

    ``term`` is what the rule looks for, and ``way`` how it was disguised: empty
    if it stood there plainly, else one or more of ``folded``, ``stretched``,
    ``leet``, ``spaced``, ``masked``, ``sound``, ``initials``, ``split``.
    """

    start: int
    end: int
    rule: str
    action: Action
    reason: str = ""
    term: str = ""
    way: str = ""
    shadow: bool = False
    """Whether the rule is in shadow: it would have acted."""

    def moved(self, by: int) -> Hit:
        """The same hit in a text that has so many more characters before it."""
        return self._replace(start=self.start + by, end=self.end + by)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one text.

    ``missing`` names filters that could not be asked.  ``shadow`` holds what
    rules in shadow would have done; it decides nothing.
    """

    text: str
    hits: tuple[Hit, ...] = ()
    missing: tuple[str, ...] = ()
    shadow: tuple[Hit, ...] = ()

    @property
    def action(self) -> Action:
        """The strictest action that any hit asks for."""
        return max((hit.action for hit in self.hits), default=Action.ALLOW)

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that matched, each once, in order of their first hit."""
        return tuple(dict.fromkeys(hit.rule for hit in self.hits))

    def masked(self, mark: str = MARK) -> str:
        """The text with one mark for each visible character of a MASK hit, blanks left."""
        return covered(
            self.text, [(hit.start, hit.end) for hit in self.hits if hit.action is Action.MASK], mark
        )


class ContentFilter(Protocol):
    """One kind of rule.

    ``reach`` is the longest span of original text it can match, and so how much
    of a stream must be held back; 0 means that it judges whole texts only.
    """

    @property
    def name(self) -> str:
        """Shown to moderators and named in a verdict."""
        ...

    @property
    def reach(self) -> int:
        """Longest match in characters; 0 for a judge of whole texts."""
        ...

    async def check(self, text: str) -> Sequence[Hit]:
        """All hits, with offsets into ``text``.  An exception means that it could not judge."""
        ...


@runtime_checkable
class Instant(Protocol):
    """A filter that can judge at once, without waiting for anything."""

    def check_now(self, text: str) -> Sequence[Hit]:
        """All hits, with offsets into ``text``."""
        ...


class Scan(Protocol):
    """A look at one stream by all rules that need not see whole texts."""

    async def advance(self, text: str, *, last: bool) -> tuple[Sequence[Hit], int, Sequence[str]]:
        """Given the stream so far: new hits, up to where it may be shown, and who could not judge."""
        ...
