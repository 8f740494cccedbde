"""What members write into stories goes through the filters; held words stop the clock of their turn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from bot.errors import AgainstTheRules, HeldForReview, RengaError
from bot.ids import MemberId
from bot.moderation.pipeline import FilterPipeline
from bot.moderation.records import Review, ReviewState
from bot.moderation.verdict import Action, Hit
from bot.services.filters import SameEverywhere
from bot.services.stories_ports import StoryNumber
from bot.settings import Settings
from bot.stories import events as ev
from bot.stories.model import Order, Terms
from tests.bot.services.stories_room import ANA, BEN, CLEO, DAY, HERE, INK, NOON, Room, open_room

MOD = MemberId(99)
HOUR = timedelta(hours=1)


class Words:
    """Holds "gun" and blocks "slur"."""

    name, reach = "words", 10

    async def check(self, text: str) -> Sequence[Hit]:
        return self.check_now(text)

    def check_now(self, text: str) -> Sequence[Hit]:
        rules = {"gun": Action.HOLD, "slur": Action.BLOCK}
        return [
            Hit(text.index(word), text.index(word) + len(word), f"no {word}", action, "house rule")
            for word, action in rules.items()
            if word in text
        ]


@pytest.fixture
async def room(settings: Settings) -> AsyncIterator[Room]:
    async with open_room(settings, filters=SameEverywhere(FilterPipeline([Words()]))) as opened:
        yield opened


async def held(room: Room, id: StoryNumber, text: str = "He drew a gun.") -> Review:
    """A text that is held, and the review that it became."""
    with pytest.raises(HeldForReview):
        await room.write(id, text, key="m1")
    (review,) = await room.app.reviews.waiting(INK)
    return review


async def decided(room: Room, review: Review, state: ReviewState) -> None:
    await room.app.reviews.decide(INK, review.id, state, MOD, "why")
    await room.app.reviews.settled()


async def test_an_approved_turn_is_in_the_story_and_no_time_was_lost(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    await room.wait(HOUR)
    review = await held(room, id)
    assert (review.kind, review.text, review.member) == ("story-turn", "He drew a gun.", ANA)
    await room.wait(3 * DAY)
    assert room.notes() == ["call 1"], "neither reminded nor passed over"
    assert await room.app.stories.store.next_alarm() is None
    await decided(room, review, ReviewState.APPROVED)
    story = await room.story(id)
    assert [turn.by for turn in story.turns] == [ANA]
    texts = await room.app.stories.texts((await room.told(id)).row)
    assert list(texts.values()) == ["He drew a gun."]
    assert room.notes()[-1] == "call 2"
    assert story.current is not None
    assert story.current.deadline == room.now + DAY


@pytest.mark.parametrize("state", [ReviewState.REJECTED, ReviewState.CHANGES])
async def test_what_is_not_let_in_is_a_draft_and_the_time_is_given_back(
    room: Room, state: ReviewState
) -> None:
    id = await room.lay(ANA, BEN)
    await room.wait(20 * HOUR)
    review = await held(room, id)
    await room.wait(10 * HOUR)
    await decided(room, review, state)
    story = await room.story(id)
    assert story.current is not None
    assert (story.current.member, story.current.deadline) == (ANA, NOON + DAY + 10 * HOUR)
    kept = await room.app.stories.store.draft(INK, id, ANA)
    assert kept is not None
    assert kept.text == "He drew a gun."
    await room.write(id, "He drew a breath.")
    assert len((await room.story(id)).turns) == 1


async def test_nobody_decides_and_it_runs_out(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    await held(room, id)
    await room.wait(4 * DAY)
    await room.app.reviews.sweep()
    await room.app.reviews.settled()
    current = (await room.story(id)).current
    assert current is not None
    assert (current.held, current.deadline) == (None, room.now + DAY)


async def test_it_holds_over_a_restart(settings: Settings) -> None:
    filters = SameEverywhere(FilterPipeline([Words()]))
    async with open_room(settings, filters=filters) as room:
        id = await room.lay(ANA, BEN)
        review = await held(room, id)
        await room.app.story_time.alive()
    async with open_room(settings, filters=filters) as room:
        room.at(NOON + 2 * DAY)
        assert await room.app.story_time.recover() == 0
        await room.app.story_clock.ring_due()
        assert room.notes() == []
        await decided(room, review, ReviewState.APPROVED)
        for again in range(2):  # as after a crash before it was known to be done
            handler = room.app.reviews.handlers["story-turn"]
            await handler(review)
            assert len((await room.story(id)).turns) == 1, again


async def test_an_approved_text_that_comes_too_late_is_kept_as_a_draft(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    review = await held(room, id)
    await room.act(id, ev.Skip(by=BEN, moderator=True, turn=1))
    await decided(room, review, ReviewState.APPROVED)
    assert (await room.story(id)).turns == ()
    kept = await room.app.stories.store.draft(INK, id, ANA)
    assert kept is not None
    assert kept.text == "He drew a gun."


async def test_where_anybody_may_write_nobody_waits(room: Room) -> None:
    id = await room.lay(ANA, BEN, order=Order.FREE, seconds=0)
    with pytest.raises(HeldForReview):
        await room.write(id, "He drew a gun.", by=ANA)
    (review,) = await room.app.reviews.waiting(INK)
    await room.write(id, "The fox slept.", by=BEN)
    await decided(room, review, ReviewState.APPROVED)
    assert [turn.by for turn in (await room.story(id)).turns] == [BEN]


async def test_what_is_blocked_is_not_filed_here_and_stops_no_clock(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    with pytest.raises(AgainstTheRules) as refused:
        await room.write(id, "A slur.")
    assert refused.value.resume["kind"] == "story-turn", "so that a moderator can be asked"
    current = (await room.story(id)).current
    assert current is not None
    assert current.held is None


async def test_nobody_looks_at_what_could_not_be_taken_anyway(room: Room) -> None:
    id = await room.lay(ANA, BEN, longest=5)
    with pytest.raises(RengaError) as refused:
        await room.write(id, "He drew a gun and then he went home.", by=ANA)
    assert refused.value.text_key == "story.too_long"
    with pytest.raises(RengaError) as refused:
        await room.write(id, "A gun.", by=CLEO)
    assert refused.value.text_key in ("story.no_seat", "story.not_your_turn")
    assert await room.app.reviews.waiting(INK) == []


async def test_an_edit_is_judged_too_and_lands_when_it_is_approved(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    await room.write(id, "He drew a breath.")
    told = await room.told(id)
    with pytest.raises(HeldForReview):
        await room.app.stories.edit(told, ANA, 1, "He drew a gun.", key="e1")
    assert len((await room.story(id)).turns[0].versions) == 1
    (review,) = await room.app.reviews.waiting(INK)
    current = (await room.story(id)).current
    assert current is not None
    assert current.held is None, "the next writer's clock goes on"
    await decided(room, review, ReviewState.APPROVED)
    turn = (await room.story(id)).turns[0]
    assert (await room.app.stories.texts(told.row))[turn.key] == "He drew a gun."


@pytest.mark.parametrize("what", ["title", "opening"])
async def test_titles_and_openings_are_judged(room: Room, what: str) -> None:
    texts = {"title": "The fox", "opening": "It rained."} | {what: "A gun."}
    with pytest.raises(HeldForReview):
        await room.app.stories.start(HERE, ANA, texts["title"], Terms(), opening=texts["opening"], key="x")
    assert await room.app.stories.store.open_in(INK) == []


async def test_what_a_model_writes_is_judged_and_the_story_goes_on(room: Room) -> None:
    id = await room.lay(ANA, BEN, models=1, share=0.9)
    await room.write(id, "The fox came home.")
    room.model.say("He drew a ", "gun.")
    room.model.say("He drew a ", "gun.")
    await room.write(id, "Nobody was there.")
    for _ in range(6):
        await room.wait(HOUR / 4)
    story = await room.story(id)
    assert not any(turn.by_model for turn in story.turns)
    assert "story.model_silent" in room.notes()
    assert story.current is not None
    assert story.current.member == ANA
