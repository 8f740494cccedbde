"""What becomes of stories when their thread, their writers or the bot itself go: the database is canon."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.errors import Gone, RengaError
from bot.ids import ChannelId, MessageId
from bot.services.stories_privacy import LeavingStories
from bot.settings import Settings
from bot.stories import events as ev
from bot.stories.model import CLOCK, Order, Stage
from tests.bot.services.stories_room import ANA, BEN, CLEO, DAY, INK, NOON, PAPER, Room, open_room

HOUR = timedelta(hours=1)


@pytest.fixture
async def room(settings: Settings) -> AsyncIterator[Room]:
    async with open_room(settings) as opened:
        yield opened


@pytest.mark.parametrize("why", ["story.paused_thread", "story.paused_gone"])
async def test_a_closed_thread_stops_the_clock_and_nobody_is_passed_over(room: Room, why: str) -> None:
    id = await room.lay(ANA, BEN)
    await room.wait(20 * HOUR)
    said = len(room.notes())
    await room.act(id, ev.Pause(by=CLOCK, why=why), key="locked")
    await room.act(id, ev.Pause(by=CLOCK, why=why), key="locked")  # Discord says it twice
    await room.wait(9 * DAY)
    assert room.notes()[said:] == [why]
    story = await room.story(id)
    assert (story.stage, story.rest) == (Stage.PAUSED, why)
    await room.act(id, ev.Resume(by=CLOCK))
    current = (await room.story(id)).current
    assert current is not None
    assert (current.member, current.deadline) == (ANA, room.now + DAY)


async def test_it_rests_over_a_restart_too(settings: Settings) -> None:
    async with open_room(settings) as room:
        id = await room.lay(ANA, BEN)
        await room.act(id, ev.Pause(by=CLOCK, why="story.paused_gone"))
    async with open_room(settings) as room:
        room.at(NOON + 9 * DAY)
        await room.app.begin()
        assert room.notes() == []
        assert (await room.story(id)).stage is Stage.PAUSED


async def test_a_deleted_thread_leaves_every_word_and_another_takes_its_place(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    await room.write(id, "The fox came home.")
    row = (await room.told(id)).row
    await room.act(id, ev.Pause(by=CLOCK, why="story.paused_thread"))
    await room.app.stories.store.unplaced(INK, id)
    assert row.thread is not None
    assert await room.app.stories.at(INK, row.thread) is None
    with pytest.raises(Gone):
        await room.app.stories.here((await room.told(id)).row.place)
    said = len(room.posted.said)
    await room.act(id, ev.Leave(by=BEN))
    assert len(room.posted.said) == said, "there is nowhere to say it"
    texts = await room.app.stories.texts((await room.told(id)).row)
    assert list(texts.values()) == ["The fox came home."]
    await room.app.stories.store.placed(INK, id, ChannelId(77))
    await room.act(id, ev.Join(by=CLEO))
    await room.act(id, ev.Resume(by=ANA))
    assert room.posted.said[-1].channel == 77


async def test_a_writer_who_leaves_in_mid_turn_hands_it_on_and_their_words_stay(room: Room) -> None:
    id = await room.lay(ANA, BEN, CLEO)
    await room.write(id, "The fox came home.")
    await room.act(id, ev.Depart(by=CLOCK, member=BEN), key="gone")
    await room.act(id, ev.Depart(by=CLOCK, member=BEN), key="gone")
    story = await room.story(id)
    assert story.current is not None
    assert (story.current.member, story.stage) == (CLEO, Stage.RUNNING)
    assert room.notes()[-2:] == ["story.departed", "call 3"]
    await room.act(id, ev.Depart(by=CLOCK, member=ANA))
    assert (await room.story(id)).starter == CLEO, "somebody has to be able to end it"
    assert [turn.by for turn in (await room.story(id)).turns] == [ANA]


@pytest.mark.parametrize("order", list(Order))
async def test_everybody_leaves_and_somebody_comes(room: Room, order: Order) -> None:
    id = await room.lay(ANA, BEN, order=order)
    for member in (ANA, BEN):
        await room.act(id, ev.Depart(by=CLOCK, member=member))
    story = await room.story(id)
    assert (story.stage, story.current) == (Stage.PAUSED, None)
    assert await room.app.stories.store.next_alarm() is None
    await room.act(id, ev.Join(by=CLEO))
    story = await room.story(id)
    assert story.stage is Stage.RUNNING
    assert story.current is not None
    assert story.current.member in (CLEO, None)


async def test_a_deleted_message_takes_nothing_from_the_story(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    told = await room.told(id)
    assert told.row.thread is not None
    where = (MessageId(500), told.row.thread)
    await room.app.stories.submit(told, ANA, "The fox came home.", turn=1, key="message:500", message=where)
    assert not [one for one in room.posted.said if one.kind == "story-turn"], "it stands there already"
    assert await room.app.stories.store.turn_of(INK, MessageId(500)) == (id, 1)
    # Discord tells of the same message again after a reconnection.
    again = await room.app.stories.submit(
        told, ANA, "The fox came home.", turn=1, key="message:500", message=where
    )
    assert again.again
    assert len((await room.story(id)).turns) == 1
    assert len(await room.app.stories.texts(told.row)) == 1


async def test_a_message_edited_after_the_turn_passed_is_another_version_once(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    await room.write(id, "The fox came home.")
    await room.write(id, "Nobody was there.")
    told = await room.told(id)
    for _ in range(2):
        await room.app.stories.edit(told, ANA, 1, "The vixen came home.", key="edit:500:1")
    turn = (await room.story(id)).turns[0]
    assert len(turn.versions) == 2
    links = await room.app.stories.links(told.row)
    assert links[turn.key].draft.text == "The vixen came home."
    assert links[turn.versions[0]].draft.text == "The fox came home.", "the first version is kept"
    assert links[turn.key].draft.parent == links[turn.versions[0]].number
    with pytest.raises(RengaError):
        await room.app.stories.edit(told, BEN, 1, "Mine now.", key="edit:500:2")


async def test_servers_know_nothing_of_each_others_stories(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    for act in (
        room.app.stories.read(PAPER, id),
        room.app.stories.act(PAPER, id, ev.Join(by=CLEO), key="x"),
    ):
        with pytest.raises(Gone):
            await act
    assert isinstance(room.app.privacy._store, LeavingStories)  # pyright: ignore[reportPrivateUsage]


async def test_a_fork_goes_on_when_its_source_does_too(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    await room.write(id, "The fox came home.")
    await room.write(id, "Nobody was there.")
    forked = await room.app.stories.fork(await room.told(id), CLEO, 1, title="The vixen", key="f")
    again = await room.app.stories.fork(await room.told(id), CLEO, 1, title="The vixen", key="f")
    assert (again.row.id, again.again) == (forked.row.id, True)
    texts = await room.app.stories.texts(forked.row)
    assert [texts[turn.key] for turn in forked.story.turns] == ["The fox came home."]
    assert [turn.by for turn in forked.story.turns] == [ANA], "the credit goes along"
    await room.write(id, "And the source goes on.")
    assert len((await room.told(forked.row.id)).story.turns) == 1
