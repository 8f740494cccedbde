"""For whom a story is: the model is told, the filters go by it, and it follows its channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import pytest

from bot.errors import AgainstTheRules
from bot.ids import MemberId
from bot.moderation.rules import Kind, Rating, Rule, Thresholds
from bot.moderation.verdict import Action
from bot.services.stories_ports import StoryNumber
from bot.settings import Settings
from tests.bot.services.stories_room import ANA, BEN, HERE, INK, Room, open_room

MOD = MemberId(99)
DUEL = "They fought until one of them lay still."
TOLD = "nothing explicit"


class Fixed:
    """Finds everything as violent as it is told."""

    name = "fixed"

    def __init__(self) -> None:
        self.score = 0.6

    async def scores(self, text: str) -> Mapping[str, float]:
        return {"violence": self.score}

    async def aclose(self) -> None:
        """Nothing is held."""


@pytest.fixture
def judge() -> Fixed:
    return Fixed()


@pytest.fixture
async def room(settings: Settings, judge: Fixed) -> AsyncIterator[Room]:
    async with open_room(settings, judge=judge) as opened:
        yield opened


async def rules(room: Room) -> None:
    """Violence is blocked from 0.5 for everyone, 0.8 for teens, 0.95 for adults; stories are no exception."""
    limits = {
        Rating.EVERYONE: Thresholds(0.3, 0.5),
        Rating.TEEN: Thresholds(0.5, 0.8),
        Rating.ADULT: Thresholds(0.9, 0.95),
    }
    rule = Rule("", Kind.CATEGORIES, Action.BLOCK, categories={"violence": limits}, fiction=0)
    stored = await room.app.rules.add(INK, rule, by=MOD)
    await room.app.rules.arm(INK, stored.id, by=MOD)


def restrict(room: Room, on: bool) -> None:
    """Discord asks everybody for their age from now on, or nobody."""
    room.app.desk.book.now = lambda place: replace(place, age_restricted=on)


async def lay(room: Room, rating: str, *, restricted: bool = True) -> StoryNumber:
    restrict(room, restricted)
    return await room.lay(ANA, BEN, rating=rating)


async def passes(room: Room, id: StoryNumber) -> bool:
    try:
        await room.write(id, DUEL)
    except AgainstTheRules:
        return False
    return True


@pytest.mark.parametrize(
    ("rating", "restricted", "score", "allowed"),
    [
        ("everyone", True, 0.6, False),
        ("teen", True, 0.6, True),
        ("teen", True, 0.85, False),
        ("adult", True, 0.85, True),
        ("adult", False, 0.6, False),
    ],
)
async def test_the_thresholds_are_those_of_the_story_within_its_channel(
    room: Room, judge: Fixed, rating: str, restricted: bool, score: float, allowed: bool
) -> None:
    await rules(room)
    judge.score = 0.0
    id = await lay(room, rating, restricted=restricted)
    judge.score = score
    assert await passes(room, id) is allowed


async def test_a_channel_that_is_no_longer_for_adults_makes_its_stories_milder(
    room: Room, judge: Fixed
) -> None:
    await rules(room)
    judge.score = 0.0
    id = await lay(room, "adult")
    judge.score = 0.6
    assert await passes(room, id)
    restrict(room, False)
    assert not await passes(room, id)


async def test_a_models_turn_is_told_and_judged_by_the_rating_of_its_story(room: Room, judge: Fixed) -> None:
    await rules(room)
    judge.score = 0.0
    restrict(room, True)
    id = await room.lay(ANA, rating="teen", models=1)
    await room.write(id, "The lamp went out.")
    told = await room.told(id)
    assert told.story.current is not None
    judge.score = 0.85
    room.model.say(DUEL)
    with pytest.raises(AgainstTheRules):
        await room.have_written(told, told.story.current.number)
    system = room.model.requests[-1].messages[0].text
    assert TOLD in system


@pytest.mark.parametrize(
    ("rating", "restricted", "said"),
    [
        ("adult", True, ""),
        ("adult", False, "every age"),
        ("everyone", True, "every age"),
        ("teen", True, TOLD),
    ],
)
async def test_what_a_model_is_told(room: Room, rating: str, restricted: bool, said: str) -> None:
    restrict(room, restricted)
    id = await room.lay(ANA, rating=rating, models=1)
    await room.write(id, "The lamp went out.")
    told = await room.told(id)
    assert told.story.current is not None
    await room.have_written(told, told.story.current.number)
    prompt = "\n".join(message.text for message in room.model.requests[-1].messages)
    assert said in prompt
    assert ("For readers" in prompt) is bool(said)


async def test_a_poem_beside_a_story_is_judged_by_its_channel(room: Room, judge: Fixed) -> None:
    await rules(room)
    judge.score = 0.0
    await lay(room, "everyone")
    judge.score = 0.85
    assert (await room.app.filters.of(HERE, ANA).judge(DUEL)).action < Action.BLOCK
