"""Who sits at the table, and who may decide about it."""

from __future__ import annotations

import pytest

from bot.errors import AlreadyDone, BadInput, NotAllowed
from bot.stories import events as ev
from bot.stories.calling import NOBODY
from bot.stories.effects import StoryRefusal
from bot.stories.model import Stage, Story
from tests.stories.circle import ANN, BEN, CAM, DEE, Circle


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


def test_by_invitation_and_an_invitation_is_no_seat() -> None:
    circle = Circle(open=False, ground_rules="Be kind.")
    with pytest.raises(NotAllowed, match="by_invitation"):
        circle.does(ev.Join(by=BEN))
    with pytest.raises(NotAllowed, match="leaders_only"):
        circle.does(ev.Invite(by=BEN, member=BEN))
    circle.does(ev.Invite(by=ANN, member=BEN))
    assert circle.story.seat(BEN) is None  # who joins agrees to the ground rules: that is theirs to do
    with pytest.raises(AlreadyDone):
        circle.does(ev.Invite(by=ANN, member=BEN))
    circle.does(ev.Join(by=BEN))
    assert circle.story.seat(BEN) is not None and not circle.story.invited


def test_whoever_was_removed_comes_back_by_invitation_only() -> None:
    circle = Circle(BEN, CAM)
    circle.does(ev.Remove(by=ANN, member=BEN))
    with pytest.raises(NotAllowed, match="by_invitation"):
        circle.does(ev.Join(by=BEN))
    circle.does(ev.Invite(by=ANN, member=BEN))
    circle.does(ev.Join(by=BEN))
    assert circle.story.seat(BEN) is not None and not circle.story.removed


def test_a_moderator_removes_the_starter_and_the_story_has_another() -> None:
    circle = Circle(BEN, CAM)
    effects = circle.does(ev.Remove(by=DEE, moderator=True, member=ANN))
    assert circle.story.starter == BEN and ev.Tell("story.transferred", BEN) in effects


def test_late_writers_only_where_they_are_taken_but_who_wrote_comes_back() -> None:
    circle = Circle(BEN, late=False)
    with pytest.raises(StoryRefusal, match="closed"):
        circle.does(ev.Join(by=CAM))
    circle.writes(ANN)
    circle.does(ev.Leave(by=ANN))
    circle.does(ev.Join(by=ANN))
    circle.does(ev.Leave(by=ANN))
    circle.does(ev.Leave(by=BEN))
    assert circle.story.stage is Stage.PAUSED and circle.story.rest == NOBODY
    circle.does(ev.Join(by=CAM))  # an empty table would stay empty for ever
    assert circle.writer == CAM


def test_whoever_goes_away_in_their_turn_is_called_again_in_the_same_round() -> None:
    circle = Circle(BEN)
    circle.does(ev.Away(by=ANN))
    assert circle.writer == BEN
    circle.does(ev.Back(by=ANN))
    circle.writes(BEN)
    assert circle.writer == ANN and circle.story.round == 1


def test_the_order_of_the_seats_is_set_by_who_leads() -> None:
    circle = Circle(BEN, CAM)
    circle.does(ev.Reorder(by=ANN, members=(CAM, ANN)))
    assert [seat.member for seat in circle.story.seats] == [CAM, ANN, BEN]
    circle.writes(ANN)
    assert circle.order(2) == [CAM, BEN]
    with pytest.raises(BadInput):
        circle.does(ev.Reorder(by=ANN, members=(DEE,)))


def test_the_story_in_other_hands() -> None:
    circle = Circle(BEN)
    circle.does(ev.Transfer(by=ANN, to=BEN))
    circle.does(ev.Pause(by=BEN))
    with pytest.raises(NotAllowed):
        circle.does(ev.Resume(by=ANN))
    with pytest.raises(BadInput):
        circle.does(ev.Transfer(by=BEN, to=CAM))


def test_the_end_is_the_end_until_it_is_opened_again() -> None:
    circle = Circle(BEN)
    assert circle.does(ev.End(by=ANN)) == (ev.Ended(),)
    for event in (ev.Join(by=CAM), ev.Pass(by=ANN, turn=1), ev.Undo(by=ANN, turn=1), ev.End(by=ANN)):
        with pytest.raises(StoryRefusal, match="over"):
            circle.does(event)
    circle.does(ev.Resume(by=ANN))
    assert circle.story.stage is Stage.RUNNING and circle.writer == ANN
