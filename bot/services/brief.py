"""What a press or a command asks of the services, and the steps they answer with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.ids import Lang, MemberId, Place
from bot.works import Take, Wish, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """One member's wish, at one place, once.

    Attributes:
        key: what makes it happen once: the interaction's id.
        lang: the language the member reads.
        work: set when another take of that work is wanted.
        source: set when a new work is wanted that derives from that one.
        instruction: what to change, for a revision or a remix.
        keep: numbers of the lines that stay as they are, from 1, for a revision or a remix.
    """

    place: Place
    member: MemberId
    key: str
    lang: Lang
    wish: Wish
    work: Work | None = None
    source: Work | None = None
    instruction: str = ""
    keep: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Opened:
    """The work is in the store; nothing is written yet."""

    work: Work


@dataclass(frozen=True, slots=True)
class Pending:
    """Nothing to read yet, and why; see :class:`bot.backends.base.Waiting`."""

    why: Literal["queued", "loading", "downloading", "trying"]
    place: int | None = None
    fraction: float | None = None
    model: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """All text so far that may be shown: it has passed the filters."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The take is recorded and credited.

    ``seconds`` counts from the request to the last word.  ``notes`` are keys of
    texts that the reader should see, such as that another model answered.
    """

    work: Work
    take: Take
    seconds: float
    tokens: int | None = None
    notes: tuple[str, ...] = ()


Step = Opened | Pending | Words | Finished
