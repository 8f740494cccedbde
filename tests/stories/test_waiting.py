"""What time does to a turn, and who was faster."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from bot.errors import AlreadyDone, NotAllowed
from bot.ids import MemberId
from bot.stories import events as ev
from bot.stories.calling import NOBODY
from bot.stories.effects import Effect, Remind, StoryRefusal, TooLate
from bot.stories.model import Absent, Order, Stage
from bot.stories.rules import alarms
from tests.stories.circle import AI, ANN, BEN, CAM, DEE, NOON, Circle


def test_whoever_misses_two_turns_is_waited_for_no_more_and_is_welcomed_back() -> None:
    circle = Circle(BEN)
    told: list[Effect] = []
    for _ in range(2):
        circle.writes(ANN)
        circle.now += timedelta(days=1)
        told.extend(circle.does(ev.TimeUp(turn=circle.turn)))
    assert ev.Tell("story.away_now", BEN) in told
    assert circle.order(2) == [ANN, ANN]
    circle.does(ev.Back(by=BEN))
    circle.writes(ANN)
    seat = circle.story.seat(BEN)
    assert circle.writer == BEN and seat is not None and seat.missed == 0


def test_a_model_stands_in_once_for_who_is_absent() -> None:
    circle = Circle(BEN, absent=Absent.STAND_IN, share=0.5)
    circle.writes(ANN, 40)
    late, circle.now = circle.turn, NOON + timedelta(days=1)
    assert ev.AskModel(BEN, late + 1) in circle.does(ev.TimeUp(turn=late))
    with pytest.raises(TooLate):
        circle.writes(BEN)
    circle.writes(AI, 12, stood_in=True)
    turn = circle.story.turns[-1]
    assert turn.by == BEN and turn.by_model and circle.writer == ANN


def test_a_story_that_pauses_for_who_is_absent_gives_them_their_whole_time_again() -> None:
    circle = Circle(BEN, absent=Absent.PAUSE)
    circle.now += timedelta(days=1)
    circle.does(ev.TimeUp(turn=circle.turn))
    assert circle.story.stage is Stage.PAUSED and alarms(circle.story) == {}
    circle.now += timedelta(days=9)
    circle.does(ev.Resume(by=ANN))
    assert circle.writer == ANN
    assert circle.story.current and circle.story.current.deadline == circle.now + timedelta(days=1)


def test_a_deadline_that_rings_too_early_or_for_another_turn_changes_nothing() -> None:
    circle = Circle(BEN)
    with pytest.raises(TooLate):
        circle.does(ev.TimeUp(turn=circle.turn))
    first = circle.turn
    circle.writes(ANN)
    circle.now += timedelta(days=1)
    with pytest.raises(TooLate):
        circle.does(ev.TimeUp(turn=first))


def test_time_in_which_the_bot_was_down_is_given_back() -> None:
    circle = Circle()
    circle.now = NOON + timedelta(hours=30)
    effects = circle.does(ev.WasDown(since=NOON + timedelta(hours=20)))
    assert effects == (ev.Tell("story.was_down", ANN),)
    assert circle.story.current and circle.story.current.deadline == NOON + timedelta(hours=34)
    with pytest.raises(TooLate):
        circle.does(ev.WasDown(since=NOON + timedelta(hours=29)))


def test_more_time_once_and_by_a_moderator_as_often_as_they_like() -> None:
    circle = Circle()
    circle.does(ev.MoreTime(by=ANN, turn=1))
    with pytest.raises(StoryRefusal):
        circle.does(ev.MoreTime(by=ANN, turn=1))
    circle.does(ev.MoreTime(by=DEE, moderator=True, turn=1))
    assert alarms(circle.story)["deadline:1"] == NOON + timedelta(days=3)


def test_whoever_asked_for_more_time_is_reminded_again() -> None:
    circle = Circle()
    circle.now = alarms(circle.story)["remind:1"]
    assert any(isinstance(one, Remind) for one in circle.does(ev.ReminderDue(turn=1)))
    assert "remind:1" not in alarms(circle.story)
    circle.does(ev.MoreTime(by=ANN, turn=1))
    circle.now = alarms(circle.story)["remind:1"]
    assert any(isinstance(one, Remind) for one in circle.does(ev.ReminderDue(turn=1)))


def test_a_turn_that_opened_after_the_last_sign_of_life_gets_no_more_than_it_lost() -> None:
    circle = Circle(BEN)
    circle.now = NOON + timedelta(hours=2)
    circle.writes(ANN)  # Ben's turn opens at two, the last sign of life was at one
    circle.now = NOON + timedelta(hours=30)
    circle.does(ev.WasDown(since=NOON + timedelta(hours=1)))
    assert circle.story.current and circle.story.current.deadline == NOON + timedelta(hours=26 + 28)


def test_two_join_for_the_last_seat() -> None:
    circle = Circle(seats=2)
    circle.does(ev.Join(by=BEN))
    with pytest.raises(TooLate):
        circle.does(ev.Join(by=CAM))


def test_two_press_undo() -> None:
    circle = Circle(BEN)
    circle.writes(ANN)
    circle.writes(BEN)
    circle.does(ev.Undo(by=BEN, turn=2))
    with pytest.raises(TooLate):
        circle.does(ev.Undo(by=ANN, turn=2))
    assert [turn.by for turn in circle.story.turns] == [ANN] and circle.writer == BEN


def test_the_deadline_fires_while_a_turn_is_being_submitted() -> None:
    circle = Circle(BEN)
    turn, circle.now = circle.turn, NOON + timedelta(days=1)
    circle.does(ev.TimeUp(turn=turn))
    with pytest.raises(TooLate):
        circle.does(ev.Submit(by=ANN, turn=turn, key="late", words=5))


# --- held words ----------------------------------------------------------------------------------


def test_while_a_moderator_looks_at_the_words_no_time_runs() -> None:
    circle = Circle(BEN)
    circle.now = NOON + timedelta(hours=20)
    assert circle.does(ev.Hold(by=ANN, turn=1)) == ()
    assert alarms(circle.story) == {}
    with pytest.raises(AlreadyDone):
        circle.does(ev.Hold(by=ANN, turn=1))
    circle.now = NOON + timedelta(days=5)
    for event in (ev.TimeUp(turn=1), ev.ReminderDue(turn=1), ev.WasDown(since=NOON)):
        with pytest.raises(TooLate):
            circle.does(event)
    assert circle.does(ev.Release(turn=1)) == (ev.Tell("story.more_time", ANN),)
    assert alarms(circle.story)["deadline:1"] == circle.now + timedelta(hours=4)
    with pytest.raises(TooLate):
        circle.does(ev.Release(turn=1))


def test_held_words_that_are_let_in_stand_though_the_story_rests_by_then() -> None:
    for goes_on in (True, False):
        circle = Circle(BEN)
        circle.does(ev.Hold(by=ANN, turn=1))
        circle.does(ev.Pause(by=ANN))
        if goes_on:
            circle.does(ev.Resume(by=ANN))
        circle.does(ev.Submit(by=ANN, turn=1, key="held", words=9))
        assert [turn.key for turn in circle.story.turns] == ["held"]
        if not goes_on:
            assert circle.story.stage is Stage.PAUSED and circle.story.current is None
            circle.does(ev.Resume(by=ANN))
        assert circle.writer == BEN


def test_the_decision_about_held_words_comes_while_the_story_rests() -> None:
    circle = Circle(BEN)
    circle.does(ev.Hold(by=ANN, turn=1))
    circle.does(ev.Pause(by=ANN))
    circle.does(ev.Release(turn=1))
    with pytest.raises(StoryRefusal, match="rests"):
        circle.does(ev.Submit(by=ANN, turn=1, key="late", words=9))
    circle.does(ev.Resume(by=ANN))
    assert circle.writer == ANN and alarms(circle.story)


def test_a_models_held_words_are_asked_for_again_only_when_they_were_refused() -> None:
    circle = Circle(models=1, share=1.0)
    circle.writes(ANN)
    turn = circle.turn
    circle.does(ev.Hold(turn=turn))
    assert alarms(circle.story) == {}
    assert circle.does(ev.Release(turn=turn)) == (ev.AskModel(AI, turn),)


def test_where_anybody_may_write_others_write_while_words_are_held() -> None:
    circle = Circle(BEN, order=Order.FREE)
    circle.does(ev.Hold(by=ANN, turn=1))
    circle.writes(BEN)
    with pytest.raises(TooLate):
        circle.does(ev.Submit(by=ANN, turn=1, key="held", words=9))


# --- patience ------------------------------------------------------------------------------------


def test_without_a_deadline_a_writer_is_nudged_now_and_then_and_then_left_in_peace() -> None:
    circle = Circle(seconds=0)
    rung: list[int] = []
    while (at := alarms(circle.story).get("remind:1")) is not None:
        circle.now = at
        assert circle.does(ev.ReminderDue(turn=1)) == (ev.Remind(ANN, 1, None),)
        rung.append((at - NOON).days)
    assert rung == [3, 7, 14]
    with pytest.raises(TooLate):
        circle.does(ev.ReminderDue(turn=1))


def test_before_a_deadline_a_writer_is_reminded_once() -> None:
    circle = Circle(seconds=4_000)
    assert alarms(circle.story)["remind:1"] == NOON + timedelta(seconds=3_000)
    circle.does(ev.ReminderDue(turn=1))
    assert list(alarms(circle.story)) == ["deadline:1"]
    with pytest.raises(TooLate):
        circle.does(ev.ReminderDue(turn=1))


def test_whoever_the_story_waits_for_lets_it_go_on_themselves() -> None:
    circle = Circle(BEN, absent=Absent.PAUSE)
    for _ in range(2):
        circle.writes(ANN)
        circle.now += timedelta(days=1)
        circle.does(ev.TimeUp(turn=circle.turn))
        with pytest.raises(NotAllowed):
            circle.does(ev.Resume(by=CAM))
        circle.does(ev.Resume(by=BEN))
        assert circle.writer == BEN
        circle.writes(BEN)
    assert circle.story.stage is Stage.RUNNING


def test_whoever_counted_as_away_and_is_back_is_the_one_it_waited_for() -> None:
    circle = Circle(BEN, absent=Absent.PAUSE)
    circle.writes(ANN)
    for _ in range(2):
        circle.now += timedelta(days=1)
        circle.does(ev.TimeUp(turn=circle.turn))
        seat = circle.story.seat(BEN)
        assert seat is not None
        circle.does(ev.Back(by=BEN) if seat.away else ev.Resume(by=ANN))
    assert circle.story.stage is Stage.RUNNING and circle.writer == BEN


def test_who_misses_a_turn_is_not_called_again_before_the_others() -> None:
    circle = Circle(BEN)
    circle.writes(ANN)
    circle.now += timedelta(days=1)
    circle.does(ev.TimeUp(turn=circle.turn))
    assert circle.writer == ANN and circle.story.round == 2


def test_going_away_does_not_stop_the_model_that_stands_in() -> None:
    circle = Circle(BEN, absent=Absent.STAND_IN, share=0.5)
    circle.writes(ANN, 40)
    circle.now += timedelta(days=1)
    circle.does(ev.TimeUp(turn=circle.turn))
    turn = circle.turn
    circle.does(ev.Away(by=BEN))
    assert circle.turn == turn
    circle.does(ev.Back(by=BEN))
    circle.does(ev.Leave(by=BEN))
    with pytest.raises(TooLate):
        circle.does(ev.Submit(by=BEN, turn=turn, key="late", words=9, stood_in=True))


def test_whoever_goes_away_while_the_story_rests_is_not_called_when_it_goes_on() -> None:
    circle = Circle(BEN)
    circle.does(ev.Pause(by=ANN))
    circle.does(ev.Away(by=ANN))
    effects = circle.does(ev.Resume(by=ANN))
    assert circle.writer == BEN and effects[-1] == ev.Call(BEN, circle.turn, NOON + timedelta(days=1))


@pytest.mark.parametrize("absent", [Absent.SKIP, Absent.STAND_IN])
def test_a_week_of_twelve_of_whom_three_vanish(absent: Absent) -> None:
    """Six hours a turn; who is there writes within two.  Nobody is waited for more than twice."""
    people = [MemberId(number) for number in range(2, 13)]
    circle = Circle(*people, seats=12, seconds=6 * 3_600, absent=absent)
    vanished, waited = {MemberId(3), MemberId(7), MemberId(12)}, Counter[MemberId]()
    while circle.now < NOON + timedelta(days=7):
        current, member = circle.story.current, circle.writer
        assert current is not None and member is not None
        if current.stand_in:
            circle.writes(member, 10, stood_in=True)
        elif member in vanished:
            waited[member] += 1
            circle.now = alarms(circle.story)[f"deadline:{circle.turn}"]
            circle.does(ev.TimeUp(turn=circle.turn))
        else:
            circle.now += timedelta(hours=2)
            circle.writes(member, 20)
    assert waited == dict.fromkeys(vanished, 2)
    assert {seat.member for seat in circle.story.seats if seat.away} == vanished
    wrote = Counter(turn.by for turn in circle.story.turns if not turn.by_model)
    assert len(circle.story.turns) > 60 and max(wrote.values()) - min(wrote.values()) <= 1
    assert (absent is Absent.STAND_IN) == any(turn.stood_in for turn in circle.story.turns)


def test_a_model_does_not_write_on_alone_when_everybody_went_while_the_story_rested() -> None:
    circle = Circle(models=1, share=1.0)
    circle.writes(ANN)
    assert circle.writer == AI
    circle.does(ev.Pause(by=ANN))
    circle.does(ev.Away(by=ANN))
    circle.does(ev.Resume(by=ANN))
    assert circle.story.stage is Stage.PAUSED and circle.story.rest == NOBODY
    circle.does(ev.Back(by=ANN))
    assert circle.story.stage is Stage.RUNNING


def test_no_model_stands_in_past_its_share_or_after_a_model() -> None:
    circle = Circle(BEN, CAM, absent=Absent.STAND_IN, share=0.25)
    circle.writes(ANN, 30)  # a quarter of it is less than a turn
    circle.now += timedelta(days=1)
    assert ev.Tell("story.timed_out", BEN) in circle.does(ev.TimeUp(turn=circle.turn))
    assert circle.writer == CAM
    circle = Circle(BEN, CAM, absent=Absent.STAND_IN, share=0.5)
    circle.writes(ANN, 30)
    for stands_in in (True, False):
        circle.now += timedelta(days=1)
        effects = circle.does(ev.TimeUp(turn=circle.turn))
        assert any(isinstance(effect, ev.AskModel) for effect in effects) is stands_in
        if stands_in:
            circle.writes(BEN, 20, stood_in=True)
