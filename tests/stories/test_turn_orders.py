"""Who writes next, and how much."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.errors import BadInput, NotAllowed
from bot.stories import events as ev
from bot.stories.effects import NotYourTurn, TooLate
from bot.stories.model import Game, Order, Stage, Tally, Terms
from bot.stories.orders import allowance, model_may_write
from bot.stories.rules import alarms
from tests.stories.circle import AI, ANN, BEN, CAM, DEE, NOON, Circle


def test_one_press_starts_with_sensible_defaults() -> None:
    circle = Circle()
    assert circle.story.stage is Stage.RUNNING and circle.writer == ANN
    assert alarms(circle.story)["deadline:1"] == NOON + timedelta(days=1)


def test_round_robin_goes_round() -> None:
    assert Circle(BEN, CAM).order(7) == [ANN, BEN, CAM, ANN, BEN, CAM, ANN]


def test_a_random_order_is_another_in_every_round_and_everybody_comes_once() -> None:
    found = Circle(BEN, CAM, DEE, order=Order.RANDOM).order(80)
    rounds = [tuple(found[at : at + 4]) for at in range(0, 80, 4)]
    assert all(set(one) == {ANN, BEN, CAM, DEE} for one in rounds)
    assert len(set(rounds)) > 8


def test_who_was_away_catches_up_in_a_round_but_waits_in_a_fixed_order() -> None:
    for order, following in ((Order.ROUND, BEN), (Order.FIXED, DEE)):
        circle = Circle(BEN, CAM, DEE, order=order)
        circle.does(ev.Away(by=BEN))
        circle.writes(ANN)
        assert circle.writer == CAM
        circle.does(ev.Back(by=BEN))
        circle.writes(CAM)
        assert circle.writer == following


def test_whoever_leaves_and_comes_back_does_not_write_twice_in_a_round() -> None:
    circle = Circle(BEN, CAM)
    circle.writes(ANN)
    circle.does(ev.Leave(by=ANN))
    circle.does(ev.Join(by=ANN))
    assert circle.order(5) == [BEN, CAM, BEN, CAM, ANN]  # at the end of the circle now


def test_free_for_all_but_never_twice_in_a_row() -> None:
    circle = Circle(BEN, order=Order.FREE)
    circle.writes(BEN)
    with pytest.raises(NotYourTurn):
        circle.writes(BEN)
    circle.writes(ANN)
    assert circle.writer is None and circle.story.current and circle.story.current.deadline is None
    circle.does(ev.Away(by=BEN))
    circle.writes(ANN)  # nobody else is there
    circle.does(ev.Back(by=BEN))
    with pytest.raises(NotYourTurn):
        circle.writes(ANN)


def test_a_model_waits_until_a_whole_verse_is_within_its_share() -> None:
    story = replace(Circle(BEN, models=1, share=0.25).story, terms=Terms(game=Game.RENGA, share=0.25))
    for words, may in ((36, False), (51, True)):
        told = replace(story, tally=Tally(turns=0, last=0, words=words))
        assert model_may_write(told) is may, "a long verse may have seventeen words"


def test_the_pen_is_passed_to_whom_the_writer_names_but_not_to_a_model_that_has_to_yield() -> None:
    circle = Circle(BEN, CAM, order=Order.PEN, models=1, share=0.5)
    circle.writes(ANN, to=CAM)
    assert circle.writer == CAM
    circle.writes(CAM, to=AI)
    assert circle.writer == AI
    assert circle.writes(AI, 8, to=AI)[-1] == ev.Call(BEN, circle.turn, NOON + timedelta(days=1))
    circle.writes(BEN, to=BEN)
    assert circle.writer != BEN


def test_a_model_yields_at_its_share_of_the_words_and_never_follows_a_model() -> None:
    circle = Circle(BEN, CAM, models=2, share=0.25)
    writers = circle.order(24)
    assert AI in writers
    for one, other in pairwise(writers):
        assert not (one < 0 and other < 0)
    by_models = sum(turn.words for turn in circle.story.turns if turn.by_model)
    assert by_models <= circle.story.words / 4
    while (member := circle.writer) is not None and member > 0:
        circle.writes(member)
    assert member is not None
    most = allowance(circle.story)
    with pytest.raises(BadInput):
        circle.writes(member, most + 1)
    circle.writes(member, most)


def test_a_silent_model_is_passed_over() -> None:
    circle = Circle(models=1, share=1.0, order=Order.FREE)
    circle.writes(ANN)
    assert circle.writer == AI
    circle.does(ev.NoWords(turn=circle.turn))
    assert circle.writer is None


def test_length_is_checked_when_it_is_written_and_when_it_is_edited() -> None:
    circle = Circle(BEN, shortest=5, longest=20)
    for words in (4, 21):
        with pytest.raises(BadInput):
            circle.writes(ANN, words)
    circle.writes(ANN, 20)
    with pytest.raises(BadInput):
        circle.does(ev.Edit(by=ANN, turn=1, key="more", words=21))
    with pytest.raises(NotAllowed):
        circle.does(ev.Edit(by=BEN, turn=1, key="more", words=6))
    circle.does(ev.Edit(by=ANN, turn=1, key="more", words=6))
    assert circle.story.turns[0].versions == ("words-3", "more") and circle.story.words == 6


@pytest.mark.parametrize("order", list(Order))
def test_a_silent_model_is_not_asked_again_before_somebody_wrote(order: Order) -> None:
    circle = Circle(BEN, models=1, share=1.0, order=order)
    asked = 0
    for _ in range(12):
        member = circle.writer
        if member is not None and member < 0:
            asked += 1
            circle.does(ev.NoWords(turn=circle.turn))
            assert circle.writer != AI
            member = circle.writer
        last = circle.story.last.by if circle.story.last is not None else None
        circle.writes(member if member is not None else BEN if last == ANN else ANN)
    assert asked > 1


def test_no_words_of_a_model_let_a_members_turn_go() -> None:
    circle = Circle(BEN)
    with pytest.raises(TooLate):
        circle.does(ev.NoWords(turn=1))


@pytest.mark.parametrize("order", [Order.FREE, Order.PEN])
def test_where_nobody_has_a_place_a_round_has_as_many_parts_as_there_are_people(order: Order) -> None:
    circle = Circle(BEN, CAM, order=order, rounds=2)
    for at in range(6):
        assert circle.story.stage is Stage.RUNNING and circle.story.round == 1 + at // 3
        following = (ANN, BEN)[(at + 1) % 2]
        circle.writes((ANN, BEN)[at % 2], to=following)  # Cam never does
    assert circle.story.stage is Stage.ENDED


def test_whoever_has_the_pen_may_hand_it_on_but_not_back_to_whoever_wrote_last() -> None:
    circle = Circle(BEN, CAM, order=Order.PEN)
    circle.writes(ANN, to=BEN)
    with pytest.raises(BadInput, match="had_turn"):
        circle.does(ev.HandOver(by=BEN, turn=circle.turn, to=ANN))
    circle.does(ev.HandOver(by=BEN, turn=circle.turn, to=CAM))
    assert circle.writer == CAM


def test_a_turn_is_handed_over_within_the_round_and_its_giver_comes_later() -> None:
    circle = Circle(BEN, CAM)
    effects = circle.does(ev.HandOver(by=ANN, turn=1, to=CAM))
    assert effects[-1] == ev.Call(CAM, 2, NOON + timedelta(days=1))
    assert circle.order(3) == [CAM, ANN, BEN]
    assert Circle(BEN, order=Order.FIXED).writer == ANN
    with pytest.raises(BadInput, match="not_to_them"):
        Circle(BEN, order=Order.FIXED).does(ev.HandOver(by=ANN, turn=1, to=BEN))


def test_a_model_writes_within_the_same_limits() -> None:
    circle = Circle(models=1, share=1.0, shortest=5, longest=20)
    circle.writes(ANN, 12)
    for words in (4, 21):
        with pytest.raises(BadInput):
            circle.writes(AI, words)
    circle.writes(AI, 20)


def test_a_model_yields_where_its_share_is_less_than_the_shortest_turn() -> None:
    circle = Circle(BEN, models=1, share=0.25, shortest=10)
    circle.writes(ANN, 10)
    circle.writes(BEN, 10)
    assert allowance(circle.story) < 10 and circle.writer == ANN
