"""What follows from an event (effects), and why it may not be (refusals)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.errors import Refusal
from bot.ids import MemberId


@dataclass(frozen=True, slots=True)
class Call:
    """Tell a member that it is their turn; None tells everybody who may write."""

    member: MemberId | None
    turn: int
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class AskModel:
    """Have a model write the current turn."""

    seat: MemberId
    turn: int


@dataclass(frozen=True, slots=True)
class Remind:
    """Remind a member of their turn."""

    member: MemberId
    turn: int
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class Tell:
    """Say something in the thread: the key of a text, and whom and what it speaks of."""

    key: str
    member: MemberId | None = None
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Show:
    """Show a turn (again): it was written in private, taken back, or changed."""

    turn: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The story has ended: show who wrote how much."""


Effect = Call | AskModel | Remind | Tell | Show | Ended


class StoryRefusal(Refusal):
    """The rules of a story do not allow that; nothing was changed."""

    key = "story.not_now"


class NotYourTurn(StoryRefusal):
    """Somebody else writes, or wrote meanwhile."""

    key = "story.not_your_turn"


class TooLate(StoryRefusal):
    """Somebody or something was faster: the turn, the seat or the undo is gone."""

    key = "story.too_late"
