"""Who sits at the table, and who may decide about it."""

from __future__ import annotations

import pytest

from bot.errors import NotAllowed
from bot.stories import events as ev
from bot.stories.model import Story
from tests.stories.circle import ANN, BEN, Circle


def test_the_starter_leaves_the_server_and_another_member_takes_over() -> None:
    circle = Circle(BEN)
    circle.does(ev.Depart(member=ANN))
    assert circle.story.starter == BEN and circle.writer == BEN


def test_leaders_only() -> None:
    circle = Circle(BEN)
    stranger: Story = circle.story
    for event in (
        ev.Skip(by=BEN, turn=1),
        ev.Remove(by=BEN, member=ANN),
        ev.Pause(by=BEN),
        ev.End(by=BEN),
        ev.Transfer(by=BEN, to=BEN),
        ev.Reorder(by=BEN, members=(BEN, ANN)),
    ):
        with pytest.raises(NotAllowed):
            circle.does(event)
    assert circle.story is stranger
