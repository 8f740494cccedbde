"""Whatever happens to a story, in whatever order: what must hold, holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from bot.ids import MemberId
from bot.stories import events as ev
from bot.stories.calling import unheld
from bot.stories.events import Event
from bot.stories.model import CLOCK, Absent, Order, Stage, StoryId, Terms
from bot.stories.orders import allowance
from bot.stories.rules import fork, new, step
from tests.stories.table import GONE, NOON, PEOPLE, Table, same_but_for_numbers

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


class AnyOrder(Table, RuleBasedStateMachine):
    """Six people, up to two models, and everything that they may do."""

    @initialize(
        terms=st.builds(
            Terms,
            order=st.sampled_from(Order),
            seconds=st.sampled_from([0, 600, 86_400]),
            shortest=st.sampled_from([0, 0, 0, 3]),
            longest=st.sampled_from([0, 40]),
            seats=st.sampled_from([0, 3, 5]),
            open=st.sampled_from([True, True, False]),
            late=st.sampled_from([True, True, False]),
            rounds=st.sampled_from([0, 0, 0, 3, 9]),
            models=st.integers(0, 2),
            share=st.sampled_from([0.0, 0.25, 0.5, 1.0]),
            absent=st.sampled_from(Absent),
        ),
        opening=st.booleans(),
        together=st.integers(1, 5),
    )
    def open(self, terms: Terms, opening: bool, together: int) -> None:
        first = ("opening", 12) if opening else None
        self.lay(new(StoryId(1), PEOPLE[0], "The Well", terms, NOON, first))
        for member in PEOPLE[1 : together + 1]:
            self.come(member)
        if opening and together == 1:  # taken back in the lobby, and back again when it has begun
            self.happen(ev.Undo(by=PEOPLE[0], turn=1))
        self.happen(ev.Begin(by=PEOPLE[0]))
        if self.story.undone and together == 1:
            self.happen(ev.Redo(by=PEOPLE[0], turn=1))

    def teardown(self) -> None:
        if hasattr(self, "story"):
            self.told_again()

    # --- time ------------------------------------------------------------------------------

    @may_happen(minutes=st.sampled_from([0, 1, 9, 11, 200, 1_500]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @may_happen(4, times=st.integers(1, 4), wait=st.sampled_from([True, True, False]))
    def time_is_up(self, times: int, wait: bool) -> None:
        for _ in range(times):
            current = self.story.current
            if wait and current is not None and current.deadline is not None:
                self.now = max(self.now, current.deadline)
            if self.happen(ev.TimeUp(turn=self.open_number())) is not None:
                assert current is not None and current.held is None, "held, it has no end"
                assert current.deadline is not None and current.deadline <= self.now, "not too early"

    @may_happen(2, times=st.integers(1, 4))
    def reminder(self, times: int) -> None:
        for _ in range(times):
            self.happen(ev.ReminderDue(turn=self.open_number()))

    @may_happen(3, hours=st.integers(1, 30))
    def the_bot_was_down(self, hours: int) -> None:
        since = self.now
        self.now += timedelta(hours=hours)
        before = self.story.current
        if self.happen(ev.WasDown(since=since)) is not None:
            current = self.story.current
            assert current is not None and current.deadline is not None and before is not None
            assert current.deadline > self.now and current.number == before.number

    # --- turns -----------------------------------------------------------------------------

    @may_happen(
        8,
        turns=st.integers(1, 7),
        words=st.integers(3, 40),
        to=heirs,
        silent=st.sampled_from([False, False, True]),
    )
    def the_story_goes_on(
        self, turns: int, words: int, to: MemberId | None = None, silent: bool = False
    ) -> None:
        """As it is meant: whoever is to write writes; a model that writes too much, or nothing, does not."""
        for _ in range(turns):
            story, current = self.story, self.story.current
            if story.stage is not Stage.RUNNING or current is None:
                return
            last = story.last.by if story.last is not None else None
            free = [seat.member for seat in story.writers if seat.member != last]
            free = free or [seat.member for seat in story.writers]  # alone, one goes on
            by = current.member if current.member is not None else free[0] if free else CLOCK
            event = ev.Submit(
                by=by, turn=current.number, key=self.key(), words=words, stood_in=current.stand_in, to=to
            )
            others = any(seat.member != last and not seat.away for seat in story.writers)
            if current.member is None and last is not None and last > 0 and others:
                assert self.happen(replace(event, by=last)) is None, "never twice in a row"
            if current.by_model:
                most = allowance(story)
                assert self.happen(replace(event, words=most + 1)) is None, "no more than its share"
                words = min(words, most)
                event = replace(event, words=0 if silent else words)
            if self.happen(event) is None:
                assert by == CLOCK or event.words < max(1, story.terms.shortest), (
                    "whoever is to write may write"
                )
                self.happen(ev.NoWords(turn=current.number))

    @may_happen(who=who, words=st.integers(0, 60), to=heirs)
    def submit(self, who: str | MemberId, words: int, to: MemberId | None) -> None:
        event = ev.Submit(by=self.member(who), turn=self.open_number(), key=self.key(), words=words, to=to)
        self.happen(event)

    @may_happen(who=anybody, words=st.integers(1, 30), back=st.integers(-2, 2))
    def submit_for_another_turn(self, who: MemberId, words: int, back: int) -> None:
        turn = self.open_number() + back
        done = self.happen(ev.Submit(by=who, turn=turn, key=self.key(), words=words))
        assert done is None or back == 0, "it is too late"

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

    @may_happen(2)
    def a_model_is_silent(self) -> None:
        current = self.story.current
        done = self.happen(ev.NoWords(turn=self.open_number()))
        assert done is None or (current is not None and current.by_model), "no turn of a person is let go"

    @may_happen(5, event=st.sampled_from([ev.Pass, ev.MoreTime, ev.Skip]), who=who, moderator=moderates)
    def about_the_turn(self, event: type[ev.Pass], who: str | MemberId, moderator: bool) -> None:
        self.happen(event(by=self.member(who), moderator=moderator, turn=self.open_number()))

    @may_happen(5, who=who, to=anybody, moderator=moderates)
    def hand_over(self, who: str | MemberId, to: MemberId, moderator: bool) -> None:
        turn = self.open_number()
        self.happen(ev.HandOver(by=self.member(who), moderator=moderator, turn=turn, to=to))

    @may_happen(
        4,
        who=who,
        hours=st.integers(0, 50),
        then=st.sampled_from(["approved", "refused", "waits", "rests"]),
        words=st.integers(1, 40),
    )
    def words_are_held(self, who: str | MemberId, hours: int, then: str, words: int) -> None:
        """They wait for a moderator; meanwhile the story may rest and go on, and no time runs."""
        by, turn = self.member(who), self.open_number()
        if self.happen(ev.Hold(by=by, turn=turn)) is None:
            return
        before = self.story.current
        self.now += timedelta(hours=hours)
        if before is not None and before.held is not None:
            for event in (ev.TimeUp(turn=turn), ev.ReminderDue(turn=turn)):
                assert self.happen(event) is None, "time stands still"
        if then == "rests":
            self.happen(ev.Pause(by=self.story.starter))
        if then == "refused":
            self.happen(ev.Release(turn=turn))
            current = self.story.current
            if before is not None and before.held is not None and before.deadline is not None:
                assert current is not None and current.deadline is not None
                assert current.deadline - self.now == before.deadline - before.held, "as much time as before"
        elif then != "waits":
            self.happen(ev.Submit(by=by, turn=turn, key=self.key(), words=words))

    @may_happen()
    def a_moderator_decides(self) -> None:
        self.happen(ev.Release(turn=self.open_number()))

    # --- seats -----------------------------------------------------------------------------

    def come(self, member: MemberId) -> None:
        """Somebody joins whom the starter has invited."""
        self.happen(ev.Invite(by=self.story.starter, member=member))
        self.happen(ev.Join(by=member))

    @may_happen(2, who=anybody, invited=st.booleans())
    def join(self, who: MemberId, invited: bool) -> None:
        if invited:
            self.come(who)
        else:
            self.happen(ev.Join(by=who))

    @may_happen(2, who=st.sampled_from(["starter", "starter", "writer"]), to=anybody, comes=st.booleans())
    def invite(self, who: str, to: MemberId, comes: bool) -> None:
        if self.happen(ev.Invite(by=self.member(who), member=to)) is not None:
            assert self.story.seat(to) is None, "an invitation is not a seat"
            if comes:
                self.happen(ev.Join(by=to))

    @may_happen(2, event=st.sampled_from([ev.Leave, ev.Away, ev.Back]), who=who)
    def seat(self, event: type[ev.Leave], who: str | MemberId) -> None:
        self.happen(event(by=self.member(who)))

    @may_happen(3, which=st.integers(0, 5), turns=st.integers(0, 3))
    def gone_and_welcomed_back(self, which: int, turns: int) -> None:
        away = [seat.member for seat in self.story.writers if seat.away]
        if not away:
            away = [self.member("writer")]
            self.happen(ev.Away(by=away[0]))
            self.the_story_goes_on(turns, 5)
        member = away[which % len(away)]
        if self.happen(ev.Back(by=member)) is not None:
            seat = self.story.seat(member)
            assert seat is not None and not seat.away and seat.missed == 0

    @may_happen(3, who=who)
    def leave_and_come_back(self, who: str | MemberId) -> None:
        member = self.member(who)
        if self.happen(ev.Leave(by=member)) is not None:
            self.come(member)
            self.the_story_goes_on(3, 5)

    @may_happen(2, event=st.sampled_from([ev.Depart, ev.Remove]), who=who, moderator=moderates)
    def banned(self, event: type[ev.Depart | ev.Remove], who: str | MemberId, moderator: bool) -> None:
        member = self.member(who)
        by = self.story.starter if event is ev.Remove else CLOCK
        if self.happen(event(by=by, member=member, moderator=moderator)) is not None:
            assert self.story.seat(member) is None
            if by not in (CLOCK, member):
                assert self.happen(ev.Join(by=member)) is None or self.story.starter == member

    @may_happen(order=st.permutations(PEOPLE), moderator=moderates)
    def reorder(self, order: list[MemberId], moderator: bool) -> None:
        here = tuple(member for member in order if self.story.seat(member) is not None)
        self.happen(ev.Reorder(by=PEOPLE[0], moderator=moderator, members=here))

    @may_happen(to=anybody)
    def transfer(self, to: MemberId) -> None:
        self.happen(ev.Transfer(by=self.story.starter, to=to))

    # --- stages ----------------------------------------------------------------------------

    @may_happen(event=st.sampled_from([ev.Pause, ev.Resume, ev.Begin]), who=who, moderator=moderates)
    def stage(self, event: type[ev.Pause], who: str | MemberId, moderator: bool) -> None:
        self.happen(event(by=self.member(who), moderator=moderator))

    @may_happen(3)
    def somebody_sees_to_it(self) -> None:
        """A story that rests or has ended goes on."""
        if self.story.stage in (Stage.PAUSED, Stage.ENDED):
            self.come(PEOPLE[5])
            self.happen(ev.Resume(by=PEOPLE[1], moderator=True))

    @may_happen(2)
    def end(self) -> None:
        if len(self.log) > 15:
            self.happen(ev.End(by=self.story.starter))

    @may_happen(
        2, days=st.integers(0, 3), anew=st.booleans(), event=st.sampled_from([None, ev.Away, ev.Leave])
    )
    def thread_deleted(self, days: int, anew: bool, event: type[ev.Away] | None) -> None:
        """The story rests, its writer may go meanwhile, and it may be opened in another thread."""
        writer = self.member("writer")
        if self.happen(ev.Pause(why=GONE)) is not None:
            self.now += timedelta(days=days)
            if event is not None:
                self.happen(event(by=writer))
            if anew:
                assert self.happen(ev.Resume()) is not None
                assert self.story.stage in (Stage.RUNNING, Stage.PAUSED, Stage.ENDED)

    # --- words -----------------------------------------------------------------------------

    @may_happen(2, who=who, back=st.integers(0, 3), words=st.integers(1, 60))
    def edit(self, who: str | MemberId, back: int, words: int) -> None:
        turn = self.last_number() - back
        self.happen(ev.Edit(by=self.member(who), turn=turn, key=self.key(), words=words))

    @may_happen(
        3,
        who=who,
        others=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=6),
    )
    def another_take_and_votes(self, who: str | MemberId, others: list[tuple[int, int]]) -> None:
        for _ in range(4):
            if self.story.last is None or not self.story.last.by_model:
                self.the_story_goes_on(1, 5)
        number = self.last_number()
        self.happen(ev.Edit(by=self.member(who), turn=number, key=self.key(), words=3))
        people = [seat.member for seat in self.story.writers] or PEOPLE
        for at, version in others:
            self.happen(ev.Vote(by=people[at % len(people)], turn=number, version=version, words=3))

    @may_happen(2, who=who, moderator=moderates)
    def undo(self, who: str | MemberId, moderator: bool) -> None:
        event = ev.Undo(by=self.member(who), moderator=moderator, turn=self.last_number())
        before = self.story
        if self.happen(event) is not None:
            assert self.story.turns == before.turns[:-1]
            last = before.turns[-1]
            seat = self.story.seat(last.by)
            calls_anew = last.by_model or before.terms.order is Order.FREE
            if seat is not None and not seat.away and not calls_anew:
                assert self.story.round == last.round, "its round is not over"

    @may_happen(2, who=who, moderator=moderates)
    def redo(self, who: str | MemberId, moderator: bool) -> None:
        if self.story.undone:
            turn = self.story.undone[-1].turn.number
            self.happen(ev.Redo(by=self.member(who), moderator=moderator, turn=turn))

    @may_happen(3, times=st.integers(1, 4))
    def undo_then_redo_is_identity(self, times: int) -> None:
        before, leader = self.story, self.story.starter
        if (current := before.current) is not None:
            current = unheld(current, self.now)
            if current.deadline is not None and current.deadline <= self.now:
                return  # its writer gets a new time
        taken: list[int] = []
        for _ in range(times):
            number = self.last_number()
            if self.happen(ev.Undo(by=leader, moderator=True, turn=number)) is not None:
                taken.append(number)
        for number in reversed(taken):
            assert self.happen(ev.Redo(by=leader, moderator=True, turn=number)) is not None
        before = replace(before, current=current) if taken else before
        assert same_but_for_numbers(self.story, before)

    @may_happen(3, times=st.integers(1, 4))
    def undo_and_written_anew_it_goes_on_where_it_was(self, times: int) -> None:
        """Next is who it was, in the same round, and nobody who was absent is called or missed again."""
        before, leader = self.story, self.story.starter
        if before.current is None or before.stage is not Stage.RUNNING or before.terms.order is Order.FREE:
            return
        words: list[int] = []
        for _ in range(times):
            last = self.story.last
            seat = self.story.seat(last.by) if last is not None else None
            if last is None or last.by_model or seat is None or seat.away:
                break
            if self.happen(ev.Undo(by=leader, moderator=True, turn=last.number)) is None:
                break
            words.append(last.words)
            assert self.story.current is not None and self.story.current.member == last.by
        for count in reversed(words):
            current = self.story.current
            assert current is not None and current.member is not None and current.member > 0
            event = ev.Submit(by=current.member, turn=current.number, key=self.key(), words=count)
            assert self.happen(event) is not None
        if not words:
            return
        assert self.story.current is not None
        assert self.story.current.member == before.current.member
        assert self.story.current.stand_in == before.current.stand_in
        assert (self.story.round, set(self.story.done)) == (before.round, set(before.done))
        assert [seat.away for seat in self.story.seats] == [seat.away for seat in before.seats]

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


ELSEWHERE = {"Arrange", "NewChapter", "Annotate", "AddLore", "ApproveLore", "ForgetLore", "Summarise"}
"""Events that change neither whose turn it is nor what was written: they have tests of their own."""


def test_whatever_happens() -> None:
    Table.allowed.clear()
    run_state_machine_as_test(  # pyright: ignore[reportUnknownMemberType]
        AnyOrder,
        settings=settings(
            max_examples=150,
            stateful_step_count=50,
            deadline=None,
            derandomize=True,
            suppress_health_check=[*HealthCheck],  # pyright: ignore[reportArgumentType]
        ),
    )
    never = {kind.__name__ for kind in get_args(Event) if not Table.allowed[kind.__name__]}
    assert never == ELSEWHERE, "every event has to happen in the machine above"
