"""What a story is: the nouns of :mod:`bot.stories.rules`; what can happen is in :mod:`bot.stories.events`.

A story holds no words: a turn names its versions by the keys of contributions,
where the words are signed and can be erased.  It has no clock: every event is
given the time at which it happens.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

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
    FIXED = "fixed"  # by place at the table: whoever was not there waits for the next round
    FREE = "free"  # whoever comes first, but never twice in a row, unless nobody else is there
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
        versions: keys of the contributions with its words, the oldest first.
        words: how many the one that stands has.
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
    chosen: int | None = None
    """The version that members voted for, by its place in ``versions``."""
    votes: tuple[tuple[MemberId, int], ...] = ()
    """Who voted for which version."""

    @property
    def key(self) -> str:
        """The contribution that stands: the newest, unless another was voted for."""
        return self.versions[-1 if self.chosen is None else self.chosen]

    @property
    def by_model(self) -> bool:
        """Whether a model wrote it."""
        return self.by < 0 or self.stood_in


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading before the first turn from that number on: of a chapter, or of a scene in it."""

    before: int
    title: str
    scene: bool = False


class Logic(StrEnum):
    """What the second keys of an entry ask for, where one of its keys is in sight."""

    ANY = "any"  # one of them is in sight too
    ALL = "all"
    NOT_ANY = "not any"  # none of them is
    NOT_ALL = "not all"


class Scope(StrEnum):
    """Where an entry is true."""

    STORY = "story"
    WORLD = "world"  # in every story of its server


class Sort(StrEnum):
    """What an entry is about."""

    PERSON = "person"
    PLACE = "place"
    THING = "thing"
    RULE = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lore:
    """Something that is true in a story: a character, a place, a fact.

    Attributes:
        keys: words or expressions (``/…/i``) at whose sight a model is told of it; without any always.
        second: further keys, which ``logic`` asks for beside them; none asks for nothing.
        order: what is told first where not everything can be: the higher.
        probability: in how many of a hundred turns it is told, where it could be.
        depth: in how many of the last turns keys are looked for; 0 for as many as usual.
        case: whether capitals matter in its keys.
        part: whether a key may be part of a word.
        by: who added or approved it; a model's proposal is nobody's until then.
        turn: the turn it comes from, if it was proposed from one.
    """

    number: int
    name: str
    text: str
    keys: tuple[str, ...] = ()
    by: MemberId = CLOCK
    turn: int | None = None
    approved: bool = True
    second: tuple[str, ...] = ()
    logic: Logic = Logic.ANY
    order: int = 100
    probability: int = 100
    depth: int = 0
    case: bool = False
    part: bool = False
    scope: Scope = Scope.STORY
    sort: Sort | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """The one turn that is open while the story runs.

    Attributes:
        number: of the turn that it is going to be.
        member: who writes it; None where anybody may (but ``not_by``).
        since: when it was called.
        deadline: None for no deadline.
        reminded: whether its writer was reminded as often as they are.
        nudges: how often they were reminded where there is no deadline.
        extended: how often more time was given.
        stand_in: a model writes it in the member's place.
        held: since when its words wait for a moderator; its time stands still meanwhile.
    """

    number: int
    member: MemberId | None
    since: datetime
    deadline: datetime | None = None
    reminded: bool = False
    nudges: int = 0
    extended: int = 0
    stand_in: bool = False
    held: datetime | None = None

    @property
    def by_model(self) -> bool:
        """Whether a model is to write it."""
        return self.stand_in or (self.member is not None and self.member < 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Where a story goes on after a turn that was taken back: whoever was to write next then, writes next.

    So whoever let their turn go by after it is not called, and not missed, a second time.

    Attributes:
        after: who wrote the turn that was taken back, and has it again.
        member: who was to write; None for whomever the order says.
        stand_in: a model was to write it in their place.
    """

    after: MemberId
    member: MemberId | None
    round: int
    done: tuple[MemberId, ...]
    stand_in: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """A turn that was taken back, and where the story stood before: what a redo comes back to."""

    turn: Turn
    current: Current | None
    round: int
    done: tuple[MemberId, ...]
    returns: tuple[Return, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Words counted once, so that a long story is not counted anew at every turn.

    It holds for a story of so many turns whose last has that number, and for no other.
    """

    turns: int = 0
    last: int = 0
    words: int = 0
    by_models: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything that the rules know of a story.

    ``done`` are those who had their turn in this round, whoever had it last at
    the end; ``undone`` the turns that were taken back, the newest last, as long
    as nothing was written since, and ``returns`` where it goes on after each of
    those that have yet to be written anew, the next at the end.  ``rest`` is why it
    is paused: the key of a text.
    ``invited`` may join though it is not open; ``removed`` may not though it is.
    """

    id: StoryId
    starter: MemberId
    title: str
    terms: Terms
    stage: Stage = Stage.LOBBY
    seats: tuple[Seat, ...] = ()
    turns: tuple[Turn, ...] = ()
    undone: tuple[Undone, ...] = ()
    returns: tuple[Return, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    current: Current | None = None
    round: int = 1
    done: tuple[MemberId, ...] = ()
    invited: tuple[MemberId, ...] = ()
    removed: tuple[MemberId, ...] = ()
    tally: Tally = Tally()
    next_number: int = 1
    note: str = ""
    lore: tuple[Lore, ...] = ()
    summary: str = ""
    summarised: int = 0
    """The number of the last turn that the summary knows of."""
    rest: str = ""
    yielded: int = field(default=0, compare=False)
    """The round in which it was told last that a model yields, because it has written its share."""
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
    def counted(self) -> Tally:
        """The words of its turns."""
        last = self.turns[-1].number if self.turns else 0
        if self.tally.turns == len(self.turns) and self.tally.last == last:
            return self.tally
        return Tally(
            turns=len(self.turns),
            last=last,
            words=sum(turn.words for turn in self.turns),
            by_models=sum(turn.words for turn in self.turns if turn.by_model),
        )

    @property
    def words(self) -> int:
        """Words of all turns."""
        return self.counted.words

    @property
    def writers(self) -> tuple[Seat, ...]:
        """The seats of people."""
        return tuple(seat for seat in self.seats if not seat.is_model)

    @property
    def last(self) -> Turn | None:
        """The turn that was written last."""
        return self.turns[-1] if self.turns else None
