"""What was written is changed, taken back, brought back, and goes on elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import AlreadyDone, NotAllowed
from bot.stories import events as ev
from bot.stories.effects import NotYourTurn, TooLate
from bot.stories.model import Order, Stage, StoryId, Terms
from bot.stories.rules import alarms, fork, new, step
from tests.stories.circle import AI, ANN, BEN, CAM, NOON, Circle


def test_a_redo_calls_the_model_that_was_to_write_then() -> None:
    circle = Circle(models=1, share=1.0)
    circle.writes(ANN)
    asked = circle.turn
    circle.does(ev.Undo(by=ANN, turn=1))
    assert ev.AskModel(AI, asked) in circle.does(ev.Redo(by=ANN, turn=1))


def test_an_undo_over_the_end_of_a_round_lets_nobody_write_twice_in_it() -> None:
    circle = Circle(BEN, CAM)
    circle.order(3)
    circle.does(ev.Undo(by=CAM, turn=3))
    circle.does(ev.Leave(by=CAM))
    assert circle.story.round == 2 and circle.writer == ANN


def test_an_undo_while_it_rests_calls_its_author_when_it_goes_on() -> None:
    circle = Circle(BEN, CAM)
    circle.order(2)
    circle.does(ev.Pause(by=ANN))
    circle.does(ev.Undo(by=BEN, turn=2))
    circle.does(ev.Resume(by=ANN))
    assert circle.writer == BEN


def test_what_is_written_after_an_undo_cannot_be_undone_away_by_a_redo() -> None:
    circle = Circle(BEN)
    circle.writes(ANN)
    circle.does(ev.Undo(by=ANN, turn=1))
    circle.writes(ANN)
    with pytest.raises(TooLate):
        circle.does(ev.Redo(by=ANN, turn=1))


def test_another_take_of_a_model_and_a_vote_between_the_two() -> None:
    circle = Circle(BEN, CAM, models=1, share=0.5)
    circle.order(3)
    circle.writes(AI, 10)
    following = circle.writer
    assert following is not None
    number = circle.story.turns[-1].number
    stranger = next(one for one in (BEN, CAM) if one != following)
    with pytest.raises(NotYourTurn):
        circle.does(ev.Edit(by=stranger, turn=number, key="second", words=7))
    circle.does(ev.Edit(by=following, turn=number, key="second", words=7))
    with pytest.raises(TooLate):
        circle.does(ev.Edit(by=following, turn=number, key="third", words=7))
    assert circle.story.turns[-1].key == "second"
    for member in (ANN, BEN):
        circle.does(ev.Vote(by=member, turn=number, version=0, words=10))
    circle.does(ev.Vote(by=CAM, turn=number, version=1, words=7))
    assert circle.story.turns[-1].key == "words-4" and circle.story.turns[-1].words == 10
    circle.writes(following)
    with pytest.raises(TooLate):
        circle.does(ev.Vote(by=ANN, turn=number, version=1, words=7))


def test_a_fork_carries_what_is_known_up_to_there() -> None:
    circle = Circle(BEN)
    circle.order(4)
    circle.does(ev.AddLore(by=ANN, name="Mara", text="Her eyes are green.", turn=2))
    circle.does(ev.AddLore(by=ANN, name="The well", text="It is dry.", turn=4))
    circle.does(ev.Summarise(text="Mara came.", until=2))
    circle.does(ev.NewChapter(by=ANN, title="Two"))
    forked = fork(circle.story, StoryId(2), BEN, 3, "The Other Well")
    assert [entry.name for entry in forked.lore] == ["Mara"] and forked.summary == "Mara came."
    assert forked.turns == circle.story.turns[:3] and forked.chapters == ()
    assert fork(circle.story, StoryId(3), BEN, 1, "Early").summary == ""
    with pytest.raises(TooLate):
        step(forked, ev.Undo(by=BEN, turn=3), NOON)  # what is inherited stays


def test_it_ends_after_its_rounds_and_can_go_on_for_one_more() -> None:
    circle = Circle(BEN, rounds=2)
    circle.order(3)
    assert circle.writes(BEN)[-1] == ev.Ended()
    assert circle.story.stage is Stage.ENDED
    circle.does(ev.Resume(by=ANN))
    assert circle.order(1) == [ANN]
    circle.writes(BEN)
    assert circle.story.stage is Stage.ENDED


def test_a_heading_that_nothing_stands_under_is_replaced_and_scenes_are_apart() -> None:
    circle = Circle(BEN)
    circle.does(ev.NewChapter(by=ANN, title="One"))
    circle.does(ev.NewChapter(by=ANN, title="First"))
    circle.does(ev.NewChapter(by=ANN, title="At the well", scene=True))
    circle.does(ev.Pass(by=ANN, turn=1))
    circle.does(ev.NewChapter(by=ANN, title="Chapter the first"))
    found = [(chapter.title, chapter.scene) for chapter in circle.story.chapters]
    assert found == [("Chapter the first", False), ("At the well", True)]
    circle.writes(BEN)
    circle.does(ev.NewChapter(by=ANN, title="The second"))
    assert [chapter.title for chapter in circle.story.chapters][::2] == ["Chapter the first", "The second"]


def test_an_opening_taken_back_in_the_lobby_comes_back_when_the_story_runs() -> None:
    circle = Circle()
    circle.story = new(StoryId(2), ANN, "The Well", Terms(), NOON, ("opening", 9))
    circle.does(ev.Join(by=BEN))
    circle.does(ev.Undo(by=ANN, turn=1))
    circle.does(ev.Begin(by=ANN))
    assert circle.writer == ANN
    circle.does(ev.Redo(by=ANN, turn=1))
    assert circle.writer == BEN and [turn.key for turn in circle.story.turns] == ["opening"]


def test_four_undone_and_brought_back_is_as_if_nothing_was() -> None:
    circle = Circle(BEN, CAM)
    circle.order(5)
    before = circle.story
    for number in (5, 4, 3, 2):
        circle.does(ev.Undo(by=ANN, turn=number))
    assert [turn.number for turn in circle.story.turns] == [1]
    for number in (2, 3, 4, 5):
        circle.does(ev.Redo(by=ANN, turn=number))
    assert replace(circle.story, next_number=before.next_number) == before


def test_where_anybody_may_write_anybody_but_a_model_asks_for_another_take() -> None:
    circle = Circle(BEN, models=1, share=1.0, order=Order.FREE)
    circle.writes(ANN)
    circle.writes(BEN)
    circle.writes(AI)
    with pytest.raises(NotYourTurn):
        circle.does(ev.Edit(by=CAM, turn=3, key="second", words=7))
    circle.does(ev.Edit(by=BEN, turn=3, key="second", words=7))
    with pytest.raises(NotAllowed):
        circle.does(ev.Vote(by=AI, turn=3, version=0, words=10))


def test_every_version_of_a_turn_is_kept_and_an_edited_one_is_not_another_turn() -> None:
    circle = Circle(BEN)
    circle.writes(ANN)
    effects = circle.does(ev.Edit(by=ANN, turn=1, key="better", words=12))
    assert effects == (ev.Show(1),) and circle.story.turns[0].versions == ("words-1", "better")
    assert circle.writer == BEN and circle.story.words == 12
    with pytest.raises(AlreadyDone):
        circle.does(ev.Edit(by=ANN, turn=1, key="better", words=12))


def test_words_that_wait_for_a_moderator_hold_nothing_up_that_was_taken_back_meanwhile() -> None:
    circle = Circle(BEN)
    circle.writes(ANN)
    circle.does(ev.Hold(by=BEN, turn=2))
    circle.now += timedelta(hours=5)
    circle.does(ev.Undo(by=ANN, turn=1))
    with pytest.raises(TooLate):
        circle.does(ev.Release(turn=2))
    circle.does(ev.Redo(by=ANN, turn=1))
    assert alarms(circle.story)["deadline:2"] == NOON + timedelta(hours=29)
    circle.does(ev.Submit(by=BEN, turn=2, key="approved", words=9))
