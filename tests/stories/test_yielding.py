"""A model's turn never goes by without a word: its share, its budget, or that it is down."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import BadInput, ModelUnavailable, QuotaUsedUp, RengaError
from bot.services.stories_asked import within
from bot.services.stories_writer import _why
from bot.stories import events as ev
from bot.stories.calling import YIELDS
from bot.stories.effects import Tell
from bot.stories.model import Absent, Order
from tests.stories.circle import AI, ANN, BEN, Circle


def yielded(effects: tuple[object, ...]) -> list[Tell]:
    return [one for one in effects if isinstance(one, Tell) and one.key == YIELDS]


@pytest.mark.parametrize("order", [Order.ROUND, Order.RANDOM, Order.FIXED, Order.FREE])
def test_a_share_that_is_written_is_told_once_a_round(order: Order) -> None:
    circle = Circle(BEN, models=1, share=0.1, order=order)
    told: list[int] = []
    for _ in range(8):
        member = circle.writer
        last = circle.story.last.by if circle.story.last is not None else None
        written = circle.writes(member if member is not None else BEN if last == ANN else ANN, 10)
        for one in yielded(written):
            assert one.member == AI and dict(one.facts) == {"percent": "10"}
            told.append(circle.story.yielded)
    assert told and len(told) == len(set(told)), "once in a round"


def test_where_the_model_may_write_nothing_is_told_of_its_share() -> None:
    circle = Circle(BEN, models=1, share=0.5)
    effects = [one for _ in range(2) for one in circle.writes(circle.writer or ANN, 40)]
    assert circle.writer == AI and not yielded(tuple(effects))


def test_whom_the_pen_was_given_to_in_vain_is_told() -> None:
    circle = Circle(BEN, models=1, share=0.01, order=Order.PEN)
    assert yielded(circle.writes(ANN, 10, to=AI))


def test_a_stand_in_that_may_not_write_is_told() -> None:
    circle = Circle(BEN, seconds=60, absent=Absent.STAND_IN, share=0.01)
    circle.writes(ANN, 10)
    circle.now += timedelta(hours=1)
    effects = circle.does(ev.TimeUp(turn=circle.turn))
    assert yielded(effects) and circle.writer == ANN


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (QuotaUsedUp(), "story.model_budget"),
        (ModelUnavailable(model="x"), "story.model_down"),
        (BadInput("story.too_long"), "story.model_silent"),
    ],
)
def test_why_it_wrote_nothing_is_told(error: RengaError, said: str) -> None:
    assert _why(error) == said
    circle = Circle(models=1, share=1.0, order=Order.FREE)
    circle.writes(ANN)
    assert circle.does(ev.NoWords(turn=circle.turn, why=said))[0] == Tell(said, AI)


@pytest.mark.parametrize(
    ("text", "longest", "broken", "kept"),
    [
        ("One two three. Four five six.", 4, False, "One two three."),
        ("One two three. Four five", 9, True, "One two three."),
        ("He said “no.” Then he", 9, True, "He said “no.”"),
        ("One two three four five six seven", 4, False, "One two three four…"),
        ("One two three, four five six seven", 5, False, "One two three…"),
        ("一二三。四五六", 9, True, "一二三。"),
        ("All of it stands.", 9, False, "All of it stands."),
        ("No end at", 9, True, "No end at…"),
    ],
)
def test_a_turn_is_shortened_at_a_sentence(text: str, longest: int, broken: bool, kept: str) -> None:
    assert within(text, longest, broken=broken) == kept
