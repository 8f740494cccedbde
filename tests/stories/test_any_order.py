"""Whatever happens to a story, in whatever order: what must hold, holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, ClassVar, get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from pydantic import TypeAdapter

from bot.errors import Refusal
from bot.ids import MemberId
from bot.stories import events as ev
from bot.stories.events import Effect, Event
from bot.stories.model import CLOCK, Absent, Order, Stage, Story, StoryId, Terms
from bot.stories.orders import STRICT, allowance
from bot.stories.rules import alarms, fork, new, step

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
PEOPLE = [MemberId(number) for number in range(1, 7)]
STORY = TypeAdapter(Story)

who = st.sampled_from(["writer", "writer", "writer", "writer", "last", "starter", *PEOPLE])
anybody = st.sampled_from(PEOPLE)
heirs = st.one_of(st.none(), anybody, st.just(MemberId(-1)))
moderates = st.sampled_from([False, False, True])


HAPPENINGS: dict[str, tuple[int, st.SearchStrategy[dict[str, Any]]]] = {}


def may_happen(often: int = 1, **values: st.SearchStrategy[Any]) -> Callable[[Any], Any]:
    """Something that may happen at a table, with what it is given."""

    def known(function: Any) -> Any:
        HAPPENINGS[function.__name__] = often, st.fixed_dictionaries(values)
        return function

    return known


def happenings() -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Anything of that, each as likely as it is often."""
    names = [name for name, (often, _) in HAPPENINGS.items() for _ in range(often)]
    return st.sampled_from(names).flatmap(lambda name: st.tuples(st.just(name), HAPPENINGS[name][1]))


class Table(RuleBasedStateMachine):
    """Six people, up to two models, and everything that they may do."""

    story: Story
    allowed: ClassVar[Counter[str]] = Counter()

    @initialize(
        terms=st.builds(
            Terms,
            order=st.sampled_from(Order),
            seconds=st.sampled_from([0, 600, 86_400]),
            shortest=st.just(0),
            longest=st.sampled_from([0, 40]),
            seats=st.sampled_from([0, 3, 5]),
            open=st.booleans(),
            late=st.booleans(),
            rounds=st.sampled_from([0, 0, 0, 3, 9]),
            models=st.integers(0, 2),
            share=st.sampled_from([0.0, 0.25, 0.5, 1.0]),
            absent=st.sampled_from(Absent),
        ),
        opening=st.booleans(),
        together=st.integers(1, 5),
    )
    def open(self, terms: Terms, opening: bool, together: int) -> None:
        self.now = NOON
        first = ("opening", 12) if opening else None
        self.first = self.story = new(StoryId(1), PEOPLE[0], "The Well", terms, NOON, first)
        self.log: list[tuple[Event, datetime]] = []
        self.deadlines: dict[int, datetime] = {}
        self.used = {turn.number for turn in self.story.turns}
        self.keys = 0
        for member in PEOPLE[1 : together + 1]:
            self.happen(ev.Join(by=member, invited=True))
        self.happen(ev.Begin(by=PEOPLE[0]))

    # --- what is checked of each event ---------------------------------------------------

    def happen(self, event: Event) -> tuple[Effect, ...] | None:
        before = self.story
        try:
            after, effects = step(before, event, self.now)
        except Refusal:
            return None
        self.story = after
        self.log.append((event, self.now))
        self.allowed[type(event).__name__] += 1
        if after.stage is Stage.RUNNING and after.current is not None:
            opened = before.current is None or before.current.number != after.current.number
            calls = [one for one in effects if isinstance(one, ev.Call | ev.AskModel)]
            if opened or before.stage is not Stage.RUNNING:
                assert [call.turn for call in calls] == [after.current.number], (
                    "exactly one next writer is told"
                )
            else:
                assert not calls, "nobody is told twice"
            for call in calls:
                model = after.current.stand_in or (after.current.member or 0) < 0
                assert isinstance(call, ev.AskModel) == model, "a model is asked, a member is called"
                if isinstance(event, ev.NoWords) and after.terms.order is Order.FREE:
                    assert not model, "a model that is silent is not asked again at once"
        else:
            assert not any(isinstance(one, ev.Call | ev.AskModel) for one in effects)
        if before.stage is not Stage.ENDED and after.stage is Stage.ENDED:
            assert sum(isinstance(one, ev.Ended) for one in effects) == 1
        self.nobody_is_left_out(before, after, event)
        if isinstance(event, ev.Submit):
            self.one_turn_more(before, after)
        for holds in self.always:
            holds(self)
        return effects

    def nobody_is_left_out(self, before: Story, after: Story, event: Event) -> None:
        """A round ends when everybody who is there has had their turn in it."""
        if after.round <= before.round or isinstance(event, ev.Redo) or before.stage is not Stage.RUNNING:
            return
        if before.terms.order not in (Order.ROUND, Order.RANDOM):
            return
        assert after.round == before.round + 1
        had = {*before.done, event.by, before.current.member if before.current else None}
        for seat in before.writers:
            still = after.seat(seat.member)
            assert seat.away or still is None or still.away or seat.member in had

    def one_turn_more(self, before: Story, after: Story) -> None:
        assert after.turns[:-1] == before.turns
        turn = after.turns[-1]
        assert before.current is not None and turn.number == before.current.number
        assert turn.number not in self.used
        self.used.add(turn.number)
        if turn.by_model:
            written = sum(one.words for one in after.turns if one.by_model)
            assert written <= after.terms.share * after.words + 1e-6, "a model yields at its share"

    # --- what must hold at any time ------------------------------------------------------

    def one_current_turn_while_running(self) -> None:
        story = self.story
        if story.stage is not Stage.RUNNING:
            assert story.stage is not Stage.ENDED or story.current is None
            assert alarms(story) == {}
            return
        current = story.current
        assert current is not None
        assert all(turn.number < current.number for turn in story.turns)
        assert current.number < story.next_number
        assert any(not seat.away for seat in story.writers) or current.stand_in
        if current.member is None:
            assert story.terms.order is Order.FREE
            return
        seat = story.seat(current.member)
        assert seat is not None, "whoever left is not waited for"
        assert not seat.away or current.stand_in
        rings = alarms(story)
        if current.member < 0 or current.stand_in:
            assert list(rings) == [f"model:{current.number}"]
        elif current.deadline is not None:
            assert rings[f"deadline:{current.number}"] == current.deadline

    def numbers_go_up_and_every_turn_has_an_author(self) -> None:
        numbers = [turn.number for turn in self.story.turns]
        assert numbers == sorted(set(numbers))
        keys = [key for turn in self.story.turns for key in turn.versions]
        assert len(keys) == len(set(keys))
        for turn in self.story.turns:
            assert turn.by != CLOCK and turn.versions and turn.key in turn.versions

    def nobody_twice_before_everybody_once(self) -> None:
        if self.story.terms.order not in STRICT:
            return
        wrote = [(turn.round, turn.by) for turn in self.story.turns]
        assert len(wrote) == len(set(wrote))

    def never_twice_in_a_row(self) -> None:
        turns = self.story.turns
        for one, other in pairwise(turns):
            assert not (one.by_model and other.by_model), "never two models in a row"
            assert self.story.terms.order is not Order.FREE or one.by != other.by
        current, last = self.story.current, self.story.last
        if current is not None and last is not None and last.by_model and self.story.stage is Stage.RUNNING:
            assert not (current.stand_in or (current.member is not None and current.member < 0))

    def a_deadline_never_goes_back(self) -> None:
        current = self.story.current
        if current is None or current.deadline is None:
            return
        assert current.deadline >= self.deadlines.get(current.number, current.deadline)
        self.deadlines[current.number] = current.deadline

    def seats_are_within_the_cap(self) -> None:
        story = self.story
        members = [seat.member for seat in story.seats]
        assert len(members) == len(set(members))
        assert not story.terms.seats or len(story.writers) <= max(1, story.terms.seats)

    always = (
        one_current_turn_while_running,
        numbers_go_up_and_every_turn_has_an_author,
        nobody_twice_before_everybody_once,
        never_twice_in_a_row,
        a_deadline_never_goes_back,
        seats_are_within_the_cap,
    )

    def teardown(self) -> None:
        if not hasattr(self, "story"):
            return
        again = self.first
        for event, at in self.log:
            again, _ = step(again, event, at)
        assert again == self.story, "the log of events tells the story"
        assert STORY.validate_json(STORY.dump_json(self.story)) == self.story

    # --- what happens --------------------------------------------------------------------

    def member(self, who: str | MemberId) -> MemberId:
        current, last = self.story.current, self.story.last
        if who == "writer":
            found = current.member if current is not None else None
            return found if found is not None and found > 0 else PEOPLE[self.keys % len(PEOPLE)]
        if who == "last":
            return last.by if last is not None and last.by > 0 else PEOPLE[0]
        return self.story.starter if isinstance(who, str) else who

    def open_number(self) -> int:
        return self.story.current.number if self.story.current is not None else 1

    def last_number(self) -> int:
        return self.story.last.number if self.story.last is not None else 1

    def key(self) -> str:
        self.keys += 1
        return f"words-{self.keys}"

    @may_happen(minutes=st.sampled_from([0, 1, 9, 11, 200, 1_500]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @may_happen(
        8,
        turns=st.integers(1, 7),
        words=st.integers(1, 40),
        to=heirs,
    )
    def the_story_goes_on(self, turns: int, words: int, to: MemberId | None) -> None:
        """As it is meant: whoever is to write writes."""
        for _ in range(turns):
            story, current = self.story, self.story.current
            if story.stage is not Stage.RUNNING or current is None:
                return
            last = story.last.by if story.last is not None else None
            free = [seat.member for seat in story.writers if seat.member != last]
            by = current.member if current.member is not None else free[0] if free else CLOCK
            if by < 0 or current.stand_in:
                words = min(words, allowance(story))
            event = ev.Submit(
                by=by, turn=current.number, key=self.key(), words=words, stood_in=current.stand_in, to=to
            )
            if self.happen(event) is None:
                assert by == CLOCK or words == 0, "whoever is to write may write"
                self.happen(ev.NoWords(turn=current.number))

    @may_happen(who=who, words=st.integers(0, 60), to=heirs)
    def submit(self, who: str | MemberId, words: int, to: MemberId | None) -> None:
        event = ev.Submit(by=self.member(who), turn=self.open_number(), key=self.key(), words=words, to=to)
        self.happen(event)

    @may_happen(who=anybody, words=st.integers(1, 30), back=st.integers(-2, 2))
    def submit_for_another_turn(self, who: MemberId, words: int, back: int) -> None:
        turn = self.open_number() + back
        self.happen(ev.Submit(by=who, turn=turn, key=self.key(), words=words))

    @may_happen(words=st.integers(1, 60), number=st.sampled_from([1, 2]))
    def a_model_writes(self, words: int, number: int) -> None:
        current = self.story.current
        if current is not None and current.stand_in and current.member is not None:
            event = ev.Submit(
                by=current.member, turn=current.number, key=self.key(), words=words, stood_in=True
            )
        else:
            member = current.member if current is not None and current.member is not None else None
            by = member if member is not None and member < 0 else MemberId(-number)
            event = ev.Submit(by=by, turn=self.open_number(), key=self.key(), words=words)
        self.happen(event)

    @may_happen()
    def a_model_is_silent(self) -> None:
        self.happen(ev.NoWords(turn=self.open_number()))

    @may_happen(4, event=st.sampled_from([ev.Pass, ev.MoreTime, ev.Skip]), who=who, moderator=moderates)
    def about_the_turn(self, event: type[ev.Pass], who: str | MemberId, moderator: bool) -> None:
        self.happen(event(by=self.member(who), moderator=moderator, turn=self.open_number()))

    @may_happen(4, who=who, to=anybody, moderator=moderates)
    def hand_over(self, who: str | MemberId, to: MemberId, moderator: bool) -> None:
        turn = self.open_number()
        self.happen(ev.HandOver(by=self.member(who), moderator=moderator, turn=turn, to=to))

    @may_happen(3, times=st.integers(1, 4), wait=st.sampled_from([True, True, False]))
    def time_is_up(self, times: int, wait: bool) -> None:
        for _ in range(times):
            current = self.story.current
            if wait and current is not None and current.deadline is not None:
                self.now = max(self.now, current.deadline)
            self.happen(ev.TimeUp(turn=self.open_number()))

    @may_happen()
    def reminder(self) -> None:
        self.happen(ev.ReminderDue(turn=self.open_number()))

    @may_happen(2, hours=st.integers(1, 30))
    def the_bot_was_down(self, hours: int) -> None:
        since = self.now
        self.now += timedelta(hours=hours)
        before = self.story.current
        if self.happen(ev.WasDown(since=since)) is not None:
            current = self.story.current
            assert current is not None and current.deadline is not None and before is not None
            assert current.deadline > self.now and current.number == before.number

    @may_happen(who=anybody, invited=st.booleans())
    def join(self, who: MemberId, invited: bool) -> None:
        self.happen(ev.Join(by=who, invited=invited))

    @may_happen(2, event=st.sampled_from([ev.Leave, ev.Away, ev.Back]), who=who)
    def seat(self, event: type[ev.Leave], who: str | MemberId) -> None:
        self.happen(event(by=self.member(who)))

    @may_happen(2, which=st.integers(0, 5), turns=st.integers(0, 3))
    def gone_and_welcomed_back(self, which: int, turns: int) -> None:
        away = [seat.member for seat in self.story.writers if seat.away]
        if not away:
            away = [self.member("writer")]
            self.happen(ev.Away(by=away[0]))
            self.the_story_goes_on(turns, 5, None)
        member = away[which % len(away)]
        if self.happen(ev.Back(by=member)) is not None:
            seat = self.story.seat(member)
            assert seat is not None and not seat.away and seat.missed == 0

    @may_happen(3, who=who)
    def leave_and_come_back(self, who: str | MemberId) -> None:
        member = self.member(who)
        if self.happen(ev.Leave(by=member)) is not None:
            self.happen(ev.Join(by=member, invited=True))
            self.the_story_goes_on(3, 5, None)

    @may_happen(event=st.sampled_from([ev.Depart, ev.Remove]), who=who, moderator=moderates)
    def banned(self, event: type[ev.Remove], who: str | MemberId, moderator: bool) -> None:
        member = self.member(who)
        by = CLOCK if event is ev.Depart else PEOPLE[0]
        if self.happen(event(by=by, member=member, moderator=moderator)) is not None:
            assert self.story.seat(member) is None

    @may_happen(event=st.sampled_from([ev.Pause, ev.Resume, ev.Begin]), who=who, moderator=moderates)
    def stage(self, event: type[ev.Pause], who: str | MemberId, moderator: bool) -> None:
        self.happen(event(by=self.member(who), moderator=moderator))

    @may_happen(moderator=moderates)
    def end(self, moderator: bool) -> None:
        if len(self.log) > 25:
            self.happen(ev.End(by=PEOPLE[1], moderator=moderator))

    @may_happen()
    def thread_deleted_and_made_again(self) -> None:
        if self.happen(ev.Pause(why="story.thread_gone")) is not None:
            self.happen(ev.Resume())
            assert self.story.stage in (Stage.RUNNING, Stage.PAUSED, Stage.ENDED)

    @may_happen(order=st.permutations(PEOPLE), moderator=moderates)
    def reorder(self, order: list[MemberId], moderator: bool) -> None:
        here = tuple(member for member in order if self.story.seat(member) is not None)
        self.happen(ev.Reorder(by=PEOPLE[0], moderator=moderator, members=here))

    @may_happen(to=anybody)
    def transfer(self, to: MemberId) -> None:
        self.happen(ev.Transfer(by=self.story.starter, to=to))

    @may_happen(who=who, back=st.integers(0, 3), words=st.integers(1, 60))
    def edit(self, who: str | MemberId, back: int, words: int) -> None:
        turn = self.last_number() - back
        self.happen(ev.Edit(by=self.member(who), turn=turn, key=self.key(), words=words))

    @may_happen(3, who=who, others=st.lists(st.tuples(anybody, st.integers(0, 2)), min_size=1, max_size=4))
    def another_take_and_votes(self, who: str | MemberId, others: list[tuple[MemberId, int]]) -> None:
        for _ in range(4):
            if self.story.last is None or not self.story.last.by_model:
                self.the_story_goes_on(1, 5, None)
        number = self.last_number()
        self.happen(ev.Edit(by=self.member(who), turn=number, key=self.key(), words=1))
        for member, version in others:
            self.happen(ev.Vote(by=member, turn=number, version=version, words=1))

    @may_happen(who=who, moderator=moderates)
    def undo(self, who: str | MemberId, moderator: bool) -> None:
        event = ev.Undo(by=self.member(who), moderator=moderator, turn=self.last_number())
        before = self.story
        if self.happen(event) is not None:
            assert self.story.turns == before.turns[:-1]

    @may_happen(who=who, moderator=moderates)
    def redo(self, who: str | MemberId, moderator: bool) -> None:
        if self.story.undone:
            turn = self.story.undone[-1].turn.number
            self.happen(ev.Redo(by=self.member(who), moderator=moderator, turn=turn))

    @may_happen(who=who)
    def undo_then_redo_is_identity(self, who: str | MemberId) -> None:
        before, number = self.story, self.last_number()
        current = before.current
        if current is not None and current.deadline is not None and current.deadline <= self.now:
            return  # its writer gets a new time
        if self.happen(ev.Undo(by=self.member(who), moderator=True, turn=number)) is None:
            return
        assert self.happen(ev.Redo(by=self.member(who), moderator=True, turn=number)) is not None
        # What is numbered meanwhile keeps its number for ever, so that nothing late can hit another turn.
        assert replace(self.story, next_number=before.next_number) == before

    @may_happen(at=st.integers(0, 20), who=anybody)
    def fork_and_go_on_there(self, at: int, who: MemberId) -> None:
        if not self.story.turns:
            return
        until = self.story.turns[at % len(self.story.turns)].number
        forked = fork(self.story, StoryId(2), who, until, "Another Well")
        assert forked.turns == tuple(turn for turn in self.story.turns if turn.number <= until)
        assert forked.source == self.story.id and forked.inherited == len(forked.turns)
        forked, _ = step(forked, ev.Begin(by=who), self.now)
        if forked.current is not None and forked.current.member == who:
            number = forked.current.number
            forked, _ = step(forked, ev.Submit(by=who, turn=number, key="new", words=3), self.now)
            assert forked.turns[-1].number == number > until
            assert self.story.last is None or "new" not in self.story.last.versions

    @rule(what=happenings())
    def anything_happens(self, what: tuple[str, dict[str, Any]]) -> None:
        getattr(self, what[0])(**what[1])


EASY = {
    "Hold",
    "Invite",
    "Release",
    "Arrange",
    "NewChapter",
    "Annotate",
    "AddLore",
    "ApproveLore",
    "ForgetLore",
    "Summarise",
}
"""Events that change neither whose turn it is nor what was written."""


def test_whatever_happens() -> None:
    Table.allowed.clear()
    run_state_machine_as_test(  # pyright: ignore[reportUnknownMemberType]
        Table,
        settings=settings(
            max_examples=150,
            stateful_step_count=60,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    never = {kind.__name__ for kind in get_args(Event) if not Table.allowed[kind.__name__]}
    assert never == EASY, "every event has to happen in the machine above"
