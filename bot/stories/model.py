"""What a story is, what can happen to it, and what follows: the nouns of :mod:`bot.stories.rules`.

A story holds no words: a turn names its versions by the keys of contributions,
where the words are signed and can be erased.  It has no clock: every event is
given the time at which it happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.errors import Refusal
from bot.ids import Lang, MemberId

StoryId = NewType("StoryId", int)

CLOCK = MemberId(0)
"""Who acts where time acts."""


def model_seat(number: int) -> MemberId:
    """The id of a story's n-th AI seat, from 1: negative, as no member's is."""
    return MemberId(-number)


class Order(StrEnum):
    """Who writes after whom."""

    ROUND = "round"  # as they joined; nobody twice before everybody once
    RANDOM = "random"  # anew in every round; nobody twice before everybody once
    FREE = "free"  # whoever comes first, but never twice in a row
    PEN = "pen"  # the writer names the next


class Pace(StrEnum):
    """How long a turn may take: minutes, hours, or as long as it likes."""

    QUICK = "quick"
    NORMAL = "normal"
    SLOW = "slow"


class Absent(StrEnum):
    """What happens when a turn's time is up."""

    SKIP = "skip"
    STAND_IN = "ai"  # a model writes this one turn
    PAUSE = "pause"


class Stage(StrEnum):
    """Where a story stands."""

    LOBBY = "lobby"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class Game(StrEnum):
    """Configurations of the same rules that ask something more of a turn."""

    STORY = "story"
    ONE_WORD = "one-word"
    CORPSE = "corpse"  # each sees the last line only; revealed at the end
    RENGA = "renga"  # 5-7-5 and 7-7 in turn
    SCRIPT = "script"  # Fountain


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the writers agree to by joining.

    Attributes:
        seconds: how long a turn may take; 0 for no deadline.
        shortest, longest: words of a turn; 0 for no limit.
        seats: how many people may join; 0 for no limit.
        rounds: after how many it ends; 0 for open-ended.
        share: the part of all words that AI seats may have written together.
    """

    order: Order = Order.ROUND
    pace: Pace = Pace.NORMAL
    seconds: int = 86_400
    shortest: int = 0
    longest: int = 250
    seats: int = 8
    open: bool = True
    late: bool = True
    rounds: int = 0
    models: int = 0
    share: float = 0.25
    absent: Absent = Absent.SKIP
    game: Game = Game.STORY
    rating: str = "general"
    language: Lang = "en"
    model: str = ""
    ground_rules: str = ""
    local_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A writer of the story.

    Attributes:
        away: paused by themself, or missed several turns: passed over until they are back.
        missed: turns in a row that they let go by.
    """

    member: MemberId
    away: bool = False
    missed: int = 0

    @property
    def is_model(self) -> bool:
        """Whether a model sits here."""
        return self.member < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A part of the story that was written.

    Attributes:
        number: counts from 1 and is never used twice, also not after an undo.
        by: whose turn it was (the id of the seat).
        versions: keys of the contributions with its words; the last one stands.
        words: how many it has.
        round: in which round it was written.
    """

    number: int
    by: MemberId
    versions: tuple[str, ...]
    words: int
    round: int
    at: datetime
    stood_in: bool = False
    """A model wrote it for a member whose time was up."""

    @property
    def key(self) -> str:
        """The contribution that stands."""
        return self.versions[-1]

    @property
    def by_model(self) -> bool:
        """Whether a model wrote it."""
        return self.by < 0 or self.stood_in


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading before the turn of that number."""

    before: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """The one turn that is open while the story runs.

    Attributes:
        number: of the turn that it is going to be.
        member: who writes it; None where anybody may (but ``not_by``).
        since: when it was called.
        deadline: None for no deadline.
        reminded: whether its writer was reminded.
        extended: how often more time was given.
        stand_in: a model writes it in the member's place.
    """

    number: int
    member: MemberId | None
    since: datetime
    deadline: datetime | None = None
    reminded: bool = False
    extended: int = 0
    stand_in: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything that the rules know of a story.

    ``done`` are those who had their turn in this round; ``undone`` the turns
    that were taken back, the newest last, as long as nothing was written since.
    """

    id: StoryId
    starter: MemberId
    title: str
    terms: Terms
    stage: Stage = Stage.LOBBY
    seats: tuple[Seat, ...] = ()
    turns: tuple[Turn, ...] = ()
    undone: tuple[Turn, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    current: Current | None = None
    round: int = 1
    done: tuple[MemberId, ...] = ()
    next_number: int = 1
    note: str = ""
    source: StoryId | None = None
    """The story that this one was forked from."""
    inherited: int = 0
    """How many turns it has from there."""

    def seat(self, member: MemberId) -> Seat | None:
        """The seat of a member."""
        return next((seat for seat in self.seats if seat.member == member), None)

    def turn(self, number: int) -> Turn | None:
        """The turn of a number, unless it was taken back."""
        return next((turn for turn in self.turns if turn.number == number), None)

    @property
    def words(self) -> int:
        """Words of all turns."""
        return sum(turn.words for turn in self.turns)


# --- what can happen ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that somebody does; ``moderator`` is whether they may moderate here."""

    by: MemberId = CLOCK
    moderator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Act):
    """Somebody takes a seat, and agrees to the ground rules; ``invited`` by the starter."""

    invited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Act):
    """Somebody gives up their seat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Depart(Act):
    """``member`` left the server or was banned from it."""

    member: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin(Act):
    """The lobby closes, and the first turn is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit(Act):
    """A turn is written; ``turn`` is the number that it was written for.

    ``to`` is who writes next, where the writer may say so.
    """

    turn: int
    key: str
    words: int
    stood_in: bool = False
    to: MemberId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass(Act):
    """The writer lets this turn go by."""

    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(Act):
    """The writer gives this turn to another member of the story."""

    turn: int
    to: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreTime(Act):
    """The writer asks for more time, once a turn; a moderator gives it as often as they like."""

    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip(Act):
    """The starter or a moderator passes over the writer."""

    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeUp(Act):
    """The deadline of a turn has passed."""

    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderDue(Act):
    """It is time to remind the writer of a turn."""

    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoWords(Act):
    """The model could not write its turn: it is passed over."""

    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Away(Act):
    """A member is not to be called until they are back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Back(Act):
    """A member is back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause(Act):
    """The story rests.  ``why`` is the key of a text."""

    why: str = "story.paused_by"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Act):
    """It goes on; the current turn gets its whole time again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WasDown(Act):
    """The bot was down from ``since`` until now: the time is given back."""

    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Act):
    """The starter or a moderator takes a member's seat away."""

    member: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Reorder(Act):
    """The starter or a moderator sets the order of the seats."""

    members: tuple[MemberId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Act):
    """The story gets another starter."""

    to: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit(Act):
    """A turn gets another version: by its author."""

    turn: int
    key: str
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Act):
    """The last turn is taken back: by its author, the starter or a moderator."""

    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Redo(Act):
    """What was taken back last stands again."""

    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChapter(Act):
    """A chapter begins with the next turn."""

    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotate(Act):
    """The author's note to models is set."""

    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Act):
    """The story is finished."""


Event = (
    Join | Leave | Depart | Begin | Submit | Pass | HandOver | MoreTime | Skip | TimeUp | ReminderDue
    | NoWords | Away | Back | Pause | Resume | WasDown | Remove | Reorder | Transfer | Edit | Undo | Redo
    | NewChapter | Annotate | End
)  # fmt: skip


# --- what follows ------------------------------------------------------------------------------


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
