"""Two at once: one wins, the other is told so, and the story is as if the second had come later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable

import pytest

from bot.errors import Refusal
from bot.explain import explain
from bot.ids import LANGUAGES, ChannelId, MemberId
from bot.moderation.pipeline import FilterPipeline
from bot.services.filters import SameEverywhere
from bot.services.stories import StoryTable
from bot.services.stories_ports import StoryNumber
from bot.services.stories_told import Outcome
from bot.settings import Settings
from bot.storage.stories import SqlStories
from bot.stories import events as ev
from bot.stories.model import Order, Stage
from tests.bot.services.stories_room import ANA, BEN, CLEO, DAY, INK, Room, open_room


@pytest.fixture(params=["one table", "two tables"])
async def room(settings: Settings, request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    """With two tables over one store, nothing but the store itself keeps the order."""
    async with open_room(settings) as opened:
        tables = [opened.app.stories]
        if request.param == "two tables":
            filters = SameEverywhere(FilterPipeline(()))
            store = SqlStories(opened.app.store.database)
            tables.append(StoryTable(store=store, filters=filters, clock=lambda: opened.now))
            tables[1].after = opened.app.stories.after
        opened.tables = tables  # type: ignore[attr-defined]
        yield opened


def table(room: Room, at: int) -> StoryTable:
    tables: list[StoryTable] = room.tables  # type: ignore[attr-defined]
    return tables[at % len(tables)]


async def at_once(*acts: Awaitable[Outcome]) -> tuple[list[Outcome], list[Refusal]]:
    """What won, and what was refused; each refusal says why, in every language."""
    ends = await asyncio.gather(*acts, return_exceptions=True)
    refused = [end for end in ends if isinstance(end, Refusal)]
    won = [end for end in ends if isinstance(end, Outcome)]
    assert len(won) + len(refused) == len(ends), ends
    for error in refused:
        texts = {explain(error, lang) for lang in LANGUAGES}
        assert len(texts) == len(LANGUAGES)
        assert not any(error.text_key in text for text in texts), "a text, not its key"
    return won, refused


async def test_the_last_seat_is_one_members(room: Room) -> None:
    id = await room.lay(ANA, begin=False, seats=3)
    others = [MemberId(number) for number in range(10, 20)]
    won, refused = await at_once(
        *(
            table(room, at).act(INK, id, ev.Join(by=member), key=f"j{member}")
            for at, member in enumerate(others)
        )
    )
    assert (len(won), len(refused)) == (2, 8)
    assert {error.text_key for error in refused} == {"story.full"}
    assert len((await room.story(id)).writers) == 3


async def test_two_press_undo(room: Room) -> None:
    id = await room.lay(ANA, BEN, CLEO)
    await room.write(id, "The fox came home.")
    await room.write(id, "Nobody was there.")
    won, refused = await at_once(
        *(
            table(room, at).act(INK, id, ev.Undo(by=who, moderator=True, turn=2), key=f"u{at}")
            for at, who in enumerate((ANA, BEN))
        )
    )
    assert (len(won), [error.text_key for error in refused]) == (1, ["story.too_late"])
    story = await room.story(id)
    assert [turn.number for turn in story.turns] == [1]
    assert story.current is not None
    assert room.notes().count("story.undone") == 1


async def test_one_press_that_arrives_twice_happens_once(room: Room) -> None:
    id = await room.lay(ANA, BEN, CLEO)
    await room.write(id, "The fox came home.")
    won, _ = await at_once(
        *(table(room, at).act(INK, id, ev.Undo(by=ANA, turn=1), key="same") for at in range(4))
    )
    assert sorted(end.again for end in won) == [False, True, True, True]
    assert room.notes().count("story.undone") == 1


@pytest.mark.parametrize("first", ["words", "clock"])
async def test_the_deadline_fires_while_a_turn_is_submitted(room: Room, first: str) -> None:
    for _ in range(5):
        id = await room.lay(ANA, BEN, CLEO)
        told = await room.told(id)
        turn = told.story.next_number - 1
        room.at(room.now + DAY)

        async def written(id: StoryNumber = id, turn: int = turn) -> Outcome:
            told = await room.told(id)
            return await table(room, 0).submit(told, ANA, "The fox came home.", turn=turn, key=f"w{id}")

        async def rung(id: StoryNumber = id, turn: int = turn) -> Outcome:
            return await table(room, 1).act(INK, id, ev.TimeUp(turn=turn), key=f"t{id}")

        acts = (written(), rung()) if first == "words" else (rung(), written())
        won, refused = await at_once(*acts)
        assert (len(won), len(refused)) == (1, 1)
        story = await room.story(id)
        assert len(story.turns) == (ANA in {turn.by for turn in story.turns})
        assert story.stage is Stage.RUNNING
        assert story.current is not None
        assert story.current.member == BEN, "one next writer, whoever won"
        assert refused[0].text_key in ("story.too_late", "story.not_your_turn")


async def test_a_turn_for_whoever_is_first(room: Room) -> None:
    writers = [MemberId(number) for number in range(1, 7)]
    id = await room.lay(*writers, order=Order.FREE, seconds=0)
    told = await room.told(id)
    won, refused = await at_once(
        *(
            table(room, at).submit(told, who, f"Part of {who}.", turn=1, key=f"w{who}")
            for at, who in enumerate(writers)
        )
    )
    assert (len(won), len(refused)) == (1, 5)
    assert {error.text_key for error in refused} == {"story.too_late"}
    assert len((await room.app.stories.texts(told.row)).values()) == 1


async def test_hundred_acts_on_one_story_are_all_judged(room: Room) -> None:
    id = await room.lay(ANA, begin=False, seats=0)
    others = [MemberId(number) for number in range(10, 50)]
    won, refused = await at_once(
        *(table(room, 0).act(INK, id, ev.Join(by=member), key=f"j{member}") for member in others)
    )
    assert (len(won), refused) == (40, [])
    row = (await room.told(id)).row
    assert len(await room.app.stories.store.events(INK, id)) == row.version == 41


async def test_a_thread_is_made_once(room: Room) -> None:
    id = await room.lay(ANA, begin=False)
    rows = await asyncio.gather(
        *(room.app.stories.store.placed(INK, id, ChannelId(number)) for number in (7, 8))
    )
    assert len({row.thread for row in rows}) == 1
