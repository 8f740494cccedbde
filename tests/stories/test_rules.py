"""What the rules say about particular cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.errors import BadInput, NotAllowed
from bot.ids import MemberId
from bot.stories import events as ev
from bot.stories.events import Effect, Event, NotYourTurn, StoryRefusal, TooLate
from bot.stories.model import Absent, Order, Stage, Story, StoryId, Terms
from bot.stories.orders import allowance
from bot.stories.rules import alarms, fork, new, step

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
ANN, BEN, CAM, DEE = (MemberId(number) for number in (1, 2, 3, 4))
AI = MemberId(-1)


class Table:
    """A story that runs, and what comes of events."""

    def __init__(self, *others: MemberId, **terms: Any) -> None:
        self.now = NOON
        self.keys = 0
        self.story = new(StoryId(1), ANN, "The Well", Terms(**terms), NOON, None)
        for member in others:
            self.does(ev.Join(by=member))
        self.does(ev.Begin(by=ANN))

    def does(self, event: Event) -> tuple[Effect, ...]:
        self.story, effects = step(self.story, event, self.now)
        return effects

    def writes(self, member: MemberId, words: int = 10, **values: Any) -> tuple[Effect, ...]:
        self.keys += 1
        event = ev.Submit(by=member, turn=self.turn, key=f"words-{self.keys}", words=words, **values)
        return self.does(event)

    @property
    def turn(self) -> int:
        assert self.story.current is not None
        return self.story.current.number

    @property
    def writer(self) -> MemberId | None:
        assert self.story.current is not None
        return self.story.current.member

    def order(self, turns: int) -> list[MemberId]:
        """Who writes, if everybody does."""
        found: list[MemberId] = []
        for _ in range(turns):
            assert self.writer is not None
            found.append(self.writer)
            self.writes(self.writer)
        return found


def test_one_press_starts_with_sensible_defaults() -> None:
    table = Table()
    assert table.story.stage is Stage.RUNNING and table.writer == ANN
    assert alarms(table.story)["deadline:1"] == NOON + timedelta(days=1)


def test_round_robin_goes_round() -> None:
    assert Table(BEN, CAM).order(7) == [ANN, BEN, CAM, ANN, BEN, CAM, ANN]


def test_a_random_order_is_another_in_every_round_and_everybody_comes_once() -> None:
    found = Table(BEN, CAM, DEE, order=Order.RANDOM).order(80)
    rounds = [tuple(found[at : at + 4]) for at in range(0, 80, 4)]
    assert all(set(one) == {ANN, BEN, CAM, DEE} for one in rounds)
    assert len(set(rounds)) > 8


def test_who_was_away_catches_up_in_a_round_but_waits_in_a_fixed_order() -> None:
    for order, following in ((Order.ROUND, BEN), (Order.FIXED, DEE)):
        table = Table(BEN, CAM, DEE, order=order)
        table.does(ev.Away(by=BEN))
        table.writes(ANN)
        assert table.writer == CAM
        table.does(ev.Back(by=BEN))
        table.writes(CAM)
        assert table.writer == following


def test_whoever_leaves_and_comes_back_does_not_write_twice_in_a_round() -> None:
    table = Table(BEN, CAM)
    table.writes(ANN)
    table.does(ev.Leave(by=ANN))
    table.does(ev.Join(by=ANN))
    assert table.order(5) == [BEN, CAM, BEN, CAM, ANN]  # at the end of the table now


def test_free_for_all_but_never_twice_in_a_row() -> None:
    table = Table(BEN, order=Order.FREE)
    table.writes(BEN)
    with pytest.raises(NotYourTurn):
        table.writes(BEN)
    table.writes(ANN)
    assert table.writer is None and table.story.current and table.story.current.deadline is None


def test_the_pen_is_passed_to_whom_the_writer_names_but_not_to_a_model_that_has_to_yield() -> None:
    table = Table(BEN, CAM, order=Order.PEN, models=1, share=0.5)
    table.writes(ANN, to=CAM)
    assert table.writer == CAM
    table.writes(CAM, to=AI)
    assert table.writer == AI
    assert table.writes(AI, 8, to=AI)[-1] == ev.Call(BEN, table.turn, NOON + timedelta(days=1))
    table.writes(BEN, to=BEN)
    assert table.writer != BEN


def test_a_model_yields_at_its_share_of_the_words_and_never_follows_a_model() -> None:
    table = Table(BEN, CAM, models=2, share=0.25)
    writers = table.order(24)
    assert AI in writers
    for one, other in pairwise(writers):
        assert not (one < 0 and other < 0)
    by_models = sum(turn.words for turn in table.story.turns if turn.by_model)
    assert by_models <= table.story.words / 4
    while table.writer != AI and table.writer != MemberId(-2):
        assert table.writer is not None
        table.writes(table.writer)
    most = allowance(table.story)
    with pytest.raises(BadInput):
        table.writes(table.writer, most + 1)
    table.writes(table.writer, most)


def test_a_silent_model_is_passed_over() -> None:
    table = Table(models=1, share=1.0, order=Order.FREE)
    table.writes(ANN)
    assert table.writer == AI
    table.does(ev.NoWords(turn=table.turn))
    assert table.writer is None


def test_length_is_checked_when_it_is_written_and_when_it_is_edited() -> None:
    table = Table(BEN, shortest=5, longest=20)
    for words in (4, 21):
        with pytest.raises(BadInput):
            table.writes(ANN, words)
    table.writes(ANN, 20)
    with pytest.raises(BadInput):
        table.does(ev.Edit(by=ANN, turn=1, key="more", words=21))
    with pytest.raises(NotAllowed):
        table.does(ev.Edit(by=BEN, turn=1, key="more", words=6))
    table.does(ev.Edit(by=ANN, turn=1, key="more", words=6))
    assert table.story.turns[0].versions == ("words-3", "more") and table.story.words == 6


# --- time ----------------------------------------------------------------------------------------


def test_whoever_misses_two_turns_is_waited_for_no_more_and_is_welcomed_back() -> None:
    table = Table(BEN)
    for _ in range(2):
        table.writes(ANN)
        table.now += timedelta(days=1)
        effects = table.does(ev.TimeUp(turn=table.turn))
    assert ev.Tell("story.away_now", BEN) in effects
    assert table.order(2) == [ANN, ANN]
    table.does(ev.Back(by=BEN))
    table.writes(ANN)
    seat = table.story.seat(BEN)
    assert table.writer == BEN and seat is not None and seat.missed == 0


def test_a_model_stands_in_once_for_who_is_absent() -> None:
    table = Table(BEN, absent=Absent.STAND_IN, share=0.5)
    table.writes(ANN, 40)
    late, table.now = table.turn, NOON + timedelta(days=1)
    assert ev.AskModel(BEN, late + 1) in table.does(ev.TimeUp(turn=late))
    with pytest.raises(TooLate):
        table.writes(BEN)
    table.writes(AI, 12, stood_in=True)
    turn = table.story.turns[-1]
    assert turn.by == BEN and turn.by_model and table.writer == ANN


def test_a_story_that_pauses_for_who_is_absent_gives_them_their_whole_time_again() -> None:
    table = Table(BEN, absent=Absent.PAUSE)
    table.now += timedelta(days=1)
    table.does(ev.TimeUp(turn=table.turn))
    assert table.story.stage is Stage.PAUSED and alarms(table.story) == {}
    table.now += timedelta(days=9)
    table.does(ev.Resume(by=ANN))
    assert table.writer == ANN
    assert table.story.current and table.story.current.deadline == table.now + timedelta(days=1)


def test_a_deadline_that_rings_too_early_or_for_another_turn_changes_nothing() -> None:
    table = Table(BEN)
    with pytest.raises(TooLate):
        table.does(ev.TimeUp(turn=table.turn))
    first = table.turn
    table.writes(ANN)
    table.now += timedelta(days=1)
    with pytest.raises(TooLate):
        table.does(ev.TimeUp(turn=first))


def test_time_in_which_the_bot_was_down_is_given_back() -> None:
    table = Table()
    table.now = NOON + timedelta(hours=30)
    effects = table.does(ev.WasDown(since=NOON + timedelta(hours=20)))
    assert effects == (ev.Tell("story.was_down", ANN),)
    assert table.story.current and table.story.current.deadline == NOON + timedelta(hours=34)
    with pytest.raises(TooLate):
        table.does(ev.WasDown(since=NOON + timedelta(hours=29)))


def test_more_time_once_and_by_a_moderator_as_often_as_they_like() -> None:
    table = Table()
    table.does(ev.MoreTime(by=ANN, turn=1))
    with pytest.raises(StoryRefusal):
        table.does(ev.MoreTime(by=ANN, turn=1))
    table.does(ev.MoreTime(by=DEE, moderator=True, turn=1))
    assert alarms(table.story)["deadline:1"] == NOON + timedelta(days=3)


# --- one wins, the other is told -----------------------------------------------------------------


def test_two_join_for_the_last_seat() -> None:
    table = Table(seats=2)
    table.does(ev.Join(by=BEN))
    with pytest.raises(TooLate):
        table.does(ev.Join(by=CAM))


def test_two_press_undo() -> None:
    table = Table(BEN)
    table.writes(ANN)
    table.writes(BEN)
    table.does(ev.Undo(by=BEN, turn=2))
    with pytest.raises(TooLate):
        table.does(ev.Undo(by=ANN, turn=2))
    assert [turn.by for turn in table.story.turns] == [ANN] and table.writer == BEN


def test_the_deadline_fires_while_a_turn_is_being_submitted() -> None:
    table = Table(BEN)
    turn, table.now = table.turn, NOON + timedelta(days=1)
    table.does(ev.TimeUp(turn=turn))
    with pytest.raises(TooLate):
        table.does(ev.Submit(by=ANN, turn=turn, key="late", words=5))


# --- history -------------------------------------------------------------------------------------


def test_a_redo_calls_the_model_that_was_to_write_then() -> None:
    table = Table(models=1, share=1.0)
    table.writes(ANN)
    asked = table.turn
    table.does(ev.Undo(by=ANN, turn=1))
    assert ev.AskModel(AI, asked) in table.does(ev.Redo(by=ANN, turn=1))


def test_an_undo_over_the_end_of_a_round_lets_nobody_write_twice_in_it() -> None:
    table = Table(BEN, CAM)
    table.order(3)
    table.does(ev.Undo(by=CAM, turn=3))
    table.does(ev.Leave(by=CAM))
    assert table.story.round == 2 and table.writer == ANN


def test_an_undo_while_it_rests_calls_its_author_when_it_goes_on() -> None:
    table = Table(BEN, CAM)
    table.order(2)
    table.does(ev.Pause(by=ANN))
    table.does(ev.Undo(by=BEN, turn=2))
    table.does(ev.Resume(by=ANN))
    assert table.writer == BEN


def test_what_is_written_after_an_undo_cannot_be_undone_away_by_a_redo() -> None:
    table = Table(BEN)
    table.writes(ANN)
    table.does(ev.Undo(by=ANN, turn=1))
    table.writes(ANN)
    with pytest.raises(TooLate):
        table.does(ev.Redo(by=ANN, turn=1))


def test_another_take_of_a_model_and_a_vote_between_the_two() -> None:
    table = Table(BEN, CAM, models=1, share=0.5)
    table.order(3)
    table.writes(AI, 10)
    following = table.writer
    assert following is not None
    number = table.story.turns[-1].number
    stranger = next(one for one in (BEN, CAM) if one != following)
    with pytest.raises(NotYourTurn):
        table.does(ev.Edit(by=stranger, turn=number, key="second", words=7))
    table.does(ev.Edit(by=following, turn=number, key="second", words=7))
    with pytest.raises(TooLate):
        table.does(ev.Edit(by=following, turn=number, key="third", words=7))
    assert table.story.turns[-1].key == "second"
    for member in (ANN, BEN):
        table.does(ev.Vote(by=member, turn=number, version=0, words=10))
    table.does(ev.Vote(by=CAM, turn=number, version=1, words=7))
    assert table.story.turns[-1].key == "words-4" and table.story.turns[-1].words == 10
    table.writes(following)
    with pytest.raises(TooLate):
        table.does(ev.Vote(by=ANN, turn=number, version=1, words=7))


def test_a_fork_carries_what_is_known_up_to_there() -> None:
    table = Table(BEN)
    table.order(4)
    table.does(ev.AddLore(by=ANN, name="Mara", text="Her eyes are green.", turn=2))
    table.does(ev.AddLore(by=ANN, name="The well", text="It is dry.", turn=4))
    table.does(ev.Summarise(text="Mara came.", until=2))
    table.does(ev.NewChapter(by=ANN, title="Two"))
    forked = fork(table.story, StoryId(2), BEN, 3, "The Other Well")
    assert [entry.name for entry in forked.lore] == ["Mara"] and forked.summary == "Mara came."
    assert forked.turns == table.story.turns[:3] and forked.chapters == ()
    assert fork(table.story, StoryId(3), BEN, 1, "Early").summary == ""
    with pytest.raises(TooLate):
        step(forked, ev.Undo(by=BEN, turn=3), NOON)  # what is inherited stays


def test_it_ends_after_its_rounds_and_can_go_on_for_one_more() -> None:
    table = Table(BEN, rounds=2)
    table.order(3)
    assert table.writes(BEN)[-1] == ev.Ended()
    assert table.story.stage is Stage.ENDED
    table.does(ev.Resume(by=ANN))
    assert table.order(1) == [ANN]
    table.writes(BEN)
    assert table.story.stage is Stage.ENDED


def test_a_heading_that_nothing_stands_under_is_replaced_and_scenes_are_apart() -> None:
    table = Table(BEN)
    table.does(ev.NewChapter(by=ANN, title="One"))
    table.does(ev.NewChapter(by=ANN, title="First"))
    table.does(ev.NewChapter(by=ANN, title="At the well", scene=True))
    table.does(ev.Pass(by=ANN, turn=1))
    table.does(ev.NewChapter(by=ANN, title="Chapter the first"))
    found = [(chapter.title, chapter.scene) for chapter in table.story.chapters]
    assert found == [("At the well", True), ("Chapter the first", False)]


def test_the_starter_leaves_the_server_and_another_member_takes_over() -> None:
    table = Table(BEN)
    table.does(ev.Depart(member=ANN))
    assert table.story.starter == BEN and table.writer == BEN


def test_leaders_only() -> None:
    table = Table(BEN)
    stranger: Story = table.story
    for event in (
        ev.Skip(by=BEN, turn=1),
        ev.Remove(by=BEN, member=ANN),
        ev.Pause(by=BEN),
        ev.End(by=BEN),
        ev.Transfer(by=BEN, to=BEN),
        ev.Reorder(by=BEN, members=(BEN, ANN)),
    ):
        with pytest.raises(NotAllowed):
            table.does(event)
    assert table.story is stranger
