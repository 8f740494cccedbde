"""A story to which anything happens, and what must hold after each event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import ClassVar

from bot.errors import Refusal
from bot.ids import MemberId
from bot.services.stories_codec import event_from, event_text, kind_of, story_from, story_text
from bot.stories import events as ev
from bot.stories.calling import ABSENT, NOBODY
from bot.stories.effects import Effect
from bot.stories.events import Event
from bot.stories.model import CLOCK, Order, Stage, Story
from bot.stories.orders import STRICT
from bot.stories.rules import alarms, step
from bot.stories.turns import MISSED

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
PEOPLE = [MemberId(number) for number in range(1, 7)]

GONE = "story.thread_gone"
RESTS = {NOBODY, ABSENT, GONE, "story.paused_by"}
"""Why a story rests, in these tests."""


class Table:
    """Lets events happen to a story; each is checked, kept, and told again at the end."""

    allowed: ClassVar[Counter[str]] = Counter()
    """How often an event of each kind was allowed, in all stories."""

    def lay(self, story: Story) -> None:
        """Begin with a story."""
        self.now = NOON
        self.first = self.story = story
        self.log: list[tuple[Event, datetime]] = []
        self.deadlines: dict[int, datetime] = {}
        self.used = {turn.number for turn in story.turns}
        self.keys = 0

    def happen(self, event: Event) -> tuple[Effect, ...] | None:
        """Let something happen; what follows, or None if it may not be."""
        before = self.story
        event = event_from(kind_of(event), event_text(event))
        try:
            after, effects = step(before, event, self.now)
        except Refusal:
            return None
        self.story = after
        self.log.append((event, self.now))
        self.allowed[type(event).__name__] += 1
        who_is_told(before, after, event, effects)
        nobody_is_left_out(before, after, event)
        if isinstance(event, ev.Submit):
            self.one_turn_more(before, after)
        if isinstance(event, ev.Submit | ev.Edit):
            models_keep_to_their_share(after, event.turn)
        for holds in ALWAYS:
            holds(after)
        self.a_deadline_never_goes_back()
        assert story_from(story_text(after)) == after, "it comes back from JSON as it was"
        return effects

    def one_turn_more(self, before: Story, after: Story) -> None:
        """A turn that is written is one more, of the turn that was open, by somebody who sits here."""
        assert after.turns[:-1] == before.turns and not after.undone, "what is written is not written over"
        turn = after.turns[-1]
        assert before.current is not None and turn.number == before.current.number
        assert before.seat(turn.by) is not None, "no contribution without an author"
        if before.terms.order is Order.FREE and before.last is not None and before.last.by == turn.by:
            others = [seat for seat in before.writers if seat.member != turn.by and not seat.away]
            assert not others, "never twice in a row where anybody else may write"
        assert turn.number not in self.used, "a number is never used twice"
        self.used.add(turn.number)

    def a_deadline_never_goes_back(self) -> None:
        """The deadline of a turn only ever moves on."""
        current = self.story.current
        if current is None or current.deadline is None:
            return
        assert current.deadline >= self.deadlines.get(current.number, current.deadline)
        self.deadlines[current.number] = current.deadline

    def told_again(self) -> None:
        """The log of events alone tells the story."""
        again = self.first
        for event, at in self.log:
            again, _ = step(again, event, at)
        assert again == self.story

    # --- who there is ----------------------------------------------------------------------

    def member(self, who: str | MemberId) -> MemberId:
        """The writer, whoever wrote last, the starter, or one of the people."""
        current, last = self.story.current, self.story.last
        if who == "writer":
            found = current.member if current is not None else None
            return found if found is not None and found > 0 else PEOPLE[self.keys % len(PEOPLE)]
        if who == "last":
            return last.by if last is not None and last.by > 0 else PEOPLE[0]
        return self.story.starter if isinstance(who, str) else who

    def open_number(self) -> int:
        """The number of the open turn."""
        return self.story.current.number if self.story.current is not None else 1

    def last_number(self) -> int:
        """The number of the turn that was written last."""
        return self.story.last.number if self.story.last is not None else 1

    def key(self) -> str:
        """A key that no words have yet."""
        self.keys += 1
        return f"words-{self.keys}"


# --- what must hold of a step ------------------------------------------------------------------


def who_is_told(before: Story, after: Story, event: Event, effects: tuple[Effect, ...]) -> None:
    """Exactly one next writer is told, once; a model is asked; an end is told once."""
    calls = [one for one in effects if isinstance(one, ev.Call | ev.AskModel)]
    current = after.current
    if after.stage is Stage.RUNNING and current is not None:
        opened = before.current is None or before.current.number != current.number
        resumed = before.stage is not Stage.RUNNING
        released = isinstance(event, ev.Release) and current.by_model
        if opened or released or (resumed and current.held is None):
            assert [call.turn for call in calls] == [current.number], "exactly one next writer is told"
        else:
            assert not calls, "nobody is told twice"
        for call in calls:
            assert isinstance(call, ev.AskModel) == current.by_model, "a model is asked, a member is called"
        if isinstance(event, ev.NoWords) and before.current is not None:
            assert not (current.by_model and current.member == before.current.member), "asked no more"
    else:
        assert not calls, "nobody is told while nobody writes"
    ends = before.stage is not Stage.ENDED and after.stage is Stage.ENDED
    assert sum(isinstance(one, ev.Ended) for one in effects) == ends


def nobody_is_left_out(before: Story, after: Story, event: Event) -> None:
    """A round ends when everybody who is there has had their turn in it."""
    if after.round <= before.round or isinstance(event, ev.Redo) or before.stage is not Stage.RUNNING:
        return
    # Where a turn was taken back, it goes on in the round it was in; in those between nobody wrote.
    assert after.round == before.round + 1 or before.returns
    if before.terms.order not in (Order.ROUND, Order.RANDOM):
        return
    had = {*before.done, event.by, before.current.member if before.current else None}
    for seat in before.writers:
        still = after.seat(seat.member)
        assert seat.away or still is None or still.away or seat.member in had
    ended = before.current.member if before.current is not None else None
    if (
        isinstance(event, ev.Submit | ev.Pass | ev.Skip | ev.TimeUp | ev.NoWords)
        and after.current is not None
    ):
        if before.returns:
            return  # it goes on where it was before a turn was taken back
        others = [seat for seat in after.writers if not seat.away and seat.member != ended]
        assert not others or after.current.member != ended, "whoever ended a round does not begin the next"


def models_keep_to_their_share(story: Story, written_now: int) -> None:
    """A model yields at its share of the words, and takes no turn that passes it."""
    last = story.last
    if last is None or last.number != written_now or not last.by_model:
        return
    written = sum(one.words for one in story.turns if one.by_model)
    assert written <= story.terms.share * story.words + 1e-6
    assert last.words >= story.terms.shortest, "within the same limits"
    assert not story.terms.longest or last.words <= story.terms.longest


# --- what must hold at any time ----------------------------------------------------------------


def one_current_turn_while_running(story: Story) -> None:
    """While it runs, exactly one turn is open, and it is somebody's who can write; else there is a reason."""
    current = story.current
    if story.stage is not Stage.RUNNING:
        assert alarms(story) == {}
        assert story.stage is not Stage.PAUSED or story.rest in RESTS, "a reason why nobody writes"
        assert story.stage not in (Stage.LOBBY, Stage.ENDED) or current is None
        return
    assert current is not None and not story.rest
    assert all(turn.number < current.number for turn in story.turns)
    assert current.number < story.next_number
    assert current.stand_in or any(not seat.away for seat in story.writers)
    assert not story.terms.rounds or story.round <= story.terms.rounds, "it ends after its rounds"
    assert not current.by_model or current.deadline is None, "a model has no deadline"
    rings = alarms(story)
    if current.member is None:
        assert story.terms.order is Order.FREE and rings == {}
        return
    seat = story.seat(current.member)
    assert seat is not None, "whoever left is not waited for"
    assert not seat.away or current.stand_in, "whoever is away is not waited for"
    assert current.member not in story.done or story.terms.order not in STRICT, "once in a round"
    if current.held is not None:
        assert rings == {}, "time stands still while a moderator looks"
    elif current.by_model:
        assert list(rings) == [f"model:{current.number}"]
    else:
        assert rings.get(f"deadline:{current.number}") == current.deadline
        assert (f"remind:{current.number}" in rings) != current.reminded


def turns_are_in_order_and_signed(story: Story) -> None:
    """Numbers go up, every turn has an author, and every version words of its own."""
    numbers = [turn.number for turn in story.turns]
    assert numbers == sorted(set(numbers))
    keys = [key for turn in story.turns for key in turn.versions]
    assert len(keys) == len(set(keys))
    for turn in story.turns:
        assert turn.by != CLOCK and turn.versions and turn.key in turn.versions and turn.words > 0
        assert len({member for member, _ in turn.votes}) == len(turn.votes), "one vote each"


def words_are_counted(story: Story) -> None:
    """What was counted once is what counting anew finds."""
    counted = story.counted
    assert counted.words == sum(turn.words for turn in story.turns)
    assert counted.by_models == sum(turn.words for turn in story.turns if turn.by_model)


def nobody_twice_before_everybody_once(story: Story) -> None:
    """In a round nobody writes twice."""
    if story.terms.order in STRICT:
        wrote = [(turn.round, turn.by) for turn in story.turns]
        assert len(wrote) == len(set(wrote))


def no_two_models_in_a_row(story: Story) -> None:
    """No model after a model."""
    for one, other in pairwise(story.turns):
        assert not (one.by_model and other.by_model), "never two models in a row"
    current, last = story.current, story.last
    if current is not None and last is not None and last.by_model and story.stage is Stage.RUNNING:
        assert not current.by_model


def seats_are_as_agreed(story: Story) -> None:
    """A seat each, within the cap; whoever was removed has none; whoever missed two turns is away."""
    members = [seat.member for seat in story.seats]
    assert len(members) == len(set(members))
    assert not story.terms.seats or len(story.writers) <= max(1, story.terms.seats)
    assert not {*story.invited, *story.removed} & set(members)
    assert all(seat.away or seat.missed < MISSED for seat in story.seats)


ALWAYS: tuple[Callable[[Story], None], ...] = (
    one_current_turn_while_running,
    turns_are_in_order_and_signed,
    words_are_counted,
    nobody_twice_before_everybody_once,
    no_two_models_in_a_row,
    seats_are_as_agreed,
)


def same_but_for_numbers(story: Story, before: Story) -> bool:
    """Equal, but that no number is given out again: nothing that comes late may hit another turn."""
    return replace(story, next_number=before.next_number) == before
