"""A turn of a long story costs what a turn of a short one does."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from bot.ids import MemberId
from bot.stories import events as ev
from bot.stories.model import Order, Story, StoryId, Terms
from bot.stories.rules import alarms, new, step
from tests.stories.circle import ANN, NOON


def after(turns: int, order: Order) -> Story:
    """A story of twelve writers and two models, after so many turns."""
    terms = Terms(order=order, seats=0, longest=0, models=2)
    story = new(StoryId(1), ANN, "The Well", terms, NOON, ("opening", 50))
    for member in range(2, 13):
        story, _ = step(story, ev.Join(by=MemberId(member)), NOON)
    story, _ = step(story, ev.Begin(by=ANN), NOON)
    while len(story.turns) < turns:
        story, _ = step(story, following(story), NOON)
    return story


def following(story: Story) -> ev.Submit:
    """The next turn, as it is meant."""
    current, last = story.current, story.last
    assert current is not None and last is not None
    by = current.member
    if by is None:
        by = next(seat.member for seat in story.writers if seat.member != last.by)
    words = 20 if by < 0 else 50
    return ev.Submit(by=by, turn=current.number, key=f"words-{current.number}", words=words)


def cost(story: Story) -> int:
    """What a turn takes, and what is looked up with it: in instructions, which are always as many."""
    event, instructions, before = following(story), 0, sys.gettrace()

    def count(frame: FrameType, what: str, _: Any) -> Any:
        nonlocal instructions
        frame.f_trace_opcodes = True
        instructions += what == "opcode"
        return count

    sys.settrace(count)
    try:
        written, _ = step(story, event, NOON)
        alarms(written)
    finally:
        sys.settrace(before)
    return instructions


@pytest.mark.parametrize("order", list(Order))
def test_a_turn_costs_the_same_after_fifty_and_after_two_thousand(order: Order) -> None:
    """Counting every turn anew made it six times as much."""
    short, long = cost(after(50, order)), cost(after(2_000, order))
    assert long < 2 * short, f"{short} instructions after 50 turns, {long} after 2000"
