"""Terms change in the lobby alone, and never behind the back of who has agreed to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import BadInput, NotAllowed
from bot.ids import MemberId
from bot.stories import events as ev
from bot.stories.events import StoryRefusal
from bot.stories.model import Order, Story, StoryId, Terms
from bot.stories.rules import new, step

ANA, BEN = MemberId(1), MemberId(2)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def lobby(terms: Terms | None = None) -> Story:
    return new(StoryId(1), ANA, "The Well", terms or Terms(), NOW, None)


def arranged(story: Story, by: MemberId = ANA, **values: object) -> Story:
    return step(story, ev.Arrange(by=by, terms=replace(story.terms, **values)), NOW)[0]  # type: ignore[arg-type]


def test_the_starter_changes_the_terms_until_the_story_begins() -> None:
    story = arranged(lobby(), order=Order.FREE, longest=50)
    assert (story.terms.order, story.terms.longest) == (Order.FREE, 50)
    story, _ = step(story, ev.Begin(by=ANA), NOW)
    with pytest.raises(StoryRefusal, match="begun_already"):
        arranged(story, longest=100)


def test_nobody_else_does() -> None:
    with pytest.raises(NotAllowed):
        arranged(lobby(), by=BEN, longest=50)


def test_seats_of_models_come_and_go_behind_the_writers() -> None:
    story, _ = step(arranged(lobby(), models=2), ev.Join(by=BEN), NOW)
    assert [seat.member for seat in story.seats] == [ANA, BEN, -1, -2]
    assert [seat.member for seat in arranged(story, models=0).seats] == [ANA, BEN]


def test_nobody_loses_a_seat_and_ground_rules_that_were_agreed_to_stay() -> None:
    story, _ = step(arranged(lobby(), ground_rules="Be kind."), ev.Join(by=BEN), NOW)
    with pytest.raises(StoryRefusal, match="seats_taken"):
        arranged(story, seats=1)
    with pytest.raises(StoryRefusal, match="rules_agreed"):
        arranged(story, ground_rules="Be cruel.")
    assert arranged(story, seats=2).terms.seats == 2


def test_terms_under_which_nobody_could_write_are_none() -> None:
    none: list[dict[str, Any]] = [{"shortest": 50, "longest": 40}, {"share": 1.5}, {"share": -0.1}]
    for values in none:
        with pytest.raises(BadInput, match="bad_option"):
            arranged(lobby(), **values)
        with pytest.raises(BadInput, match="bad_option"):
            lobby(replace(Terms(), **values))
    assert arranged(lobby(), shortest=50, longest=0).terms.shortest == 50
