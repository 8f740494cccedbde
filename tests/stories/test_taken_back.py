"""What was written is changed, taken back, brought back, and goes on elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import AlreadyDone, NotAllowed
from bot.ids import MemberId
from bot.stories import events as ev
from bot.stories.effects import NotYourTurn, TooLate
from bot.stories.model import Absent, Order, Stage, StoryId, Terms
from bot.stories.rules import alarms, fork, new, step
from tests.stories.circle import AI, ANN, BEN, CAM, DEE, NOON, Circle


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


# --- after an undo the round goes on as if the turn had not been -------------------------------

ORDERS = [Order.ROUND, Order.RANDOM, Order.FIXED, Order.PEN]


def absent(circle: Circle, member: MemberId) -> None:
    """The time of whoever is to write is up."""
    assert circle.writer == member
    circle.now += timedelta(days=2)
    circle.does(ev.TimeUp(turn=circle.turn))


def missed(circle: Circle, member: MemberId) -> tuple[int, bool]:
    seat = circle.story.seat(member)
    assert seat is not None
    return seat.missed, seat.away


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("times", [1, 2, 3])
def test_whoever_let_their_time_go_by_is_not_called_again(order: Order, times: int) -> None:
    """However often the last turns are taken back and written anew, also over the end of a round."""
    circle = Circle(BEN, CAM, DEE, order=order, seconds=3_600)
    for _ in range(6):
        writer = circle.writer
        assert writer is not None
        if writer == BEN and not missed(circle, BEN)[0]:
            absent(circle, BEN)
        else:
            circle.writes(writer)
    before = circle.story
    taken = before.turns[-times:]
    for turn in reversed(taken):
        circle.does(ev.Undo(by=ANN, turn=turn.number))
        assert circle.writer == turn.by
    for turn in taken:
        circle.writes(turn.by)
    assert circle.writer == before.current.member if before.current else None
    assert (circle.story.round, set(circle.story.done)) == (before.round, set(before.done))
    assert missed(circle, BEN) == (before.seat(BEN).missed, False)  # type: ignore[union-attr]


def test_the_round_that_had_ended_goes_on_where_it_was_with_whom_it_was() -> None:
    """The table of the rehearsal: Cam lets it go by, Dee ends the round, and takes her turn back."""
    circle = Circle(CAM, DEE, seconds=86_400)
    circle.writes(ANN)
    absent(circle, CAM)
    circle.writes(DEE)
    assert circle.writer == ANN
    circle.does(ev.Undo(by=DEE, turn=circle.story.turns[-1].number))
    circle.writes(DEE)
    assert circle.writer == ANN and missed(circle, CAM) == (1, False)


@pytest.mark.parametrize("event", [ev.Pass, ev.Skip, ev.TimeUp])
def test_what_is_let_go_by_instead_of_being_written_anew_goes_on_there_too(event: type) -> None:
    circle = Circle(BEN, CAM, seconds=3_600)
    circle.order(1)
    absent(circle, BEN)
    circle.writes(CAM)
    following = circle.writer
    circle.does(ev.Undo(by=CAM, turn=circle.story.turns[-1].number))
    circle.now += timedelta(days=2)
    by = CAM if event is ev.Pass else ANN
    circle.does(event(by=by, turn=circle.turn))
    assert circle.writer == following and missed(circle, BEN) == (1, False)


def test_an_undo_in_a_round_of_absences_brings_back_none_of_them() -> None:
    """Ann lets the next round's first turn go by; then the last one of the round before is taken back."""
    circle = Circle(BEN, CAM, seconds=3_600)
    circle.order(3)
    absent(circle, ANN)
    assert circle.writer == BEN
    circle.does(ev.Undo(by=CAM, turn=3))
    circle.writes(CAM)
    assert circle.writer == BEN and missed(circle, ANN) == (1, False)
    assert circle.order(2) == [BEN, CAM]


def test_a_model_that_stood_in_does_not_make_the_absent_absent_again() -> None:
    circle = Circle(BEN, CAM, seconds=3_600, absent=Absent.STAND_IN, share=0.9)
    circle.order(1)
    absent(circle, BEN)
    circle.writes(BEN, stood_in=True)
    assert circle.writer == CAM
    number = circle.turn
    effects = circle.does(ev.Undo(by=ANN, turn=circle.story.turns[-1].number))
    assert circle.writer == CAM and circle.turn == number, "their turn stays as it is"
    assert not [one for one in effects if isinstance(one, ev.Call | ev.AskModel)]
    assert missed(circle, BEN) == (1, False)
    assert circle.does(ev.Redo(by=ANN, turn=circle.story.undone[-1].turn.number))
    assert circle.turn == number and len(circle.story.turns) == 2


def test_a_models_seat_is_asked_anew_and_then_it_goes_on_where_it_was() -> None:
    circle = Circle(BEN, CAM, models=1, share=0.9, seconds=3_600)
    circle.order(2)
    absent(circle, CAM)
    assert circle.writer == AI
    circle.writes(AI, 3)
    following = circle.writer
    effects = circle.does(ev.Undo(by=ANN, turn=circle.story.turns[-1].number))
    assert circle.writer == AI and ev.AskModel(AI, circle.turn) in effects
    circle.writes(AI, 3)
    assert circle.writer == following and missed(circle, CAM) == (1, False)


def test_a_stand_in_that_was_to_write_is_asked_again_and_the_absent_are_not() -> None:
    circle = Circle(BEN, CAM, seconds=3_600, absent=Absent.STAND_IN, share=0.9)
    circle.order(1)
    absent(circle, BEN)
    circle.does(ev.Undo(by=ANN, turn=1))
    circle.writes(ANN)
    assert circle.story.current is not None and circle.story.current.stand_in and circle.writer == BEN
    assert missed(circle, BEN) == (1, False)


def test_where_the_author_is_away_nobody_is_called_and_the_turn_that_is_open_stays() -> None:
    circle = Circle(BEN, CAM)
    circle.order(2)
    circle.does(ev.Away(by=BEN))
    number = circle.turn
    circle.does(ev.Undo(by=ANN, turn=2))
    assert circle.writer == CAM and circle.turn == number


def test_whom_the_pen_was_given_to_has_it_unless_it_is_given_to_another() -> None:
    circle = Circle(BEN, CAM, order=Order.PEN)
    circle.writes(ANN, to=CAM)
    circle.does(ev.Undo(by=ANN, turn=1))
    circle.writes(ANN)
    assert circle.writer == CAM
    circle.does(ev.Undo(by=ANN, turn=circle.story.turns[-1].number))
    circle.writes(ANN, to=BEN)
    assert circle.writer == BEN


def test_whoever_comes_while_a_turn_is_written_anew_has_theirs_in_that_round() -> None:
    circle = Circle(BEN, CAM, seconds=3_600)
    circle.order(1)
    absent(circle, BEN)
    circle.writes(CAM)
    circle.does(ev.Undo(by=CAM, turn=circle.story.turns[-1].number))
    circle.does(ev.Join(by=DEE))
    circle.writes(CAM)
    assert circle.writer == DEE
    circle.writes(DEE)
    assert circle.writer == ANN and missed(circle, BEN) == (1, False)
