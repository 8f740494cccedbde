"""What can happen to a story: events, each with who acts and nothing that the rules could look up.

What follows from them is in :mod:`bot.stories.effects`, and has its names here
too: whoever keeps the story carries it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.ids import MemberId
from bot.stories.effects import AskModel as AskModel
from bot.stories.effects import Call as Call
from bot.stories.effects import Effect as Effect
from bot.stories.effects import Ended as Ended
from bot.stories.effects import NotYourTurn as NotYourTurn
from bot.stories.effects import Remind as Remind
from bot.stories.effects import Show as Show
from bot.stories.effects import StoryRefusal as StoryRefusal
from bot.stories.effects import Tell as Tell
from bot.stories.effects import TooLate as TooLate
from bot.stories.model import CLOCK, Lore, Scope, Sort, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that somebody does; ``moderator`` is whether they may moderate here."""

    by: MemberId = CLOCK
    moderator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Act):
    """Somebody takes a seat, and agrees to the ground rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite(Act):
    """The starter or a moderator lets ``member`` join where not everybody may; joining is theirs to do."""

    member: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Act):
    """Somebody gives up their seat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Depart(Act):
    """``member`` left the server or was banned from it."""

    member: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrange(Act):
    """The starter or a moderator changes the terms, in the lobby."""

    terms: Terms


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
class Hold(Act):
    """The words of a turn wait for a moderator to look at them: its time stands still."""

    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Act):
    """They wait no more, and were not let in: its time runs on.  What is let in is just submitted."""

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
    """It is time to remind the writer of a turn: once before a deadline, else now and then."""

    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoWords(Act):
    """The model could not write its turn: it is passed over.  ``why`` is the key of a text."""

    turn: int
    why: str = "story.model_silent"


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
    """It goes on; the current turn gets its whole time again.

    By the starter, a moderator, or the member for whose absence it rests.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class WasDown(Act):
    """The bot was down from ``since`` until now: the time is given back."""

    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Act):
    """The starter or a moderator takes a member's seat away; only by invitation they come back."""

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
class Vote(Act):
    """A member prefers a version of the last turn; ``words`` is how many that one has."""

    turn: int
    version: int
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChapter(Act):
    """A chapter begins with the next turn, or a scene of it."""

    title: str
    scene: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotate(Act):
    """The author's note to models is set."""

    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddLore(Act):
    """Something true is written down; a model only proposes (``by`` is the clock then).

    Or a whole book at once: then ``book`` holds its entries, and name and text are nothing.
    """

    name: str
    text: str
    keys: tuple[str, ...] = ()
    turn: int | None = None
    scope: Scope = Scope.STORY
    sort: Sort | None = None
    book: tuple[Lore, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveLore(Act):
    """A proposal is taken over by a member."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetLore(Act):
    """It is true no more."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarise(Act):
    """What happened up to a turn was told in short."""

    text: str
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Act):
    """The story is finished."""


Event = (
    Join | Invite | Leave | Depart | Arrange | Begin | Submit | Pass | HandOver | MoreTime | Hold
    | Release | Skip | TimeUp | ReminderDue | NoWords | Away | Back | Pause | Resume | WasDown | Remove
    | Reorder | Transfer | Edit | Undo | Redo | Vote | NewChapter | Annotate | AddLore | ApproveLore
    | ForgetLore | Summarise | End
)  # fmt: skip
