"""What time does to a turn, and who was faster."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.stories import events as ev
from bot.stories.effects import StoryRefusal, TooLate
from bot.stories.model import Absent, Stage
from bot.stories.rules import alarms
from tests.stories.circle import AI, ANN, BEN, CAM, DEE, NOON, Circle


def test_whoever_misses_two_turns_is_waited_for_no_more_and_is_welcomed_back() -> None:
    circle = Circle(BEN)
    for _ in range(2):
        circle.writes(ANN)
        circle.now += timedelta(days=1)
        effects = circle.does(ev.TimeUp(turn=circle.turn))
    assert ev.Tell("story.away_now", BEN) in effects
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
