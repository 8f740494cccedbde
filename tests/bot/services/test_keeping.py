"""What is kept goes after a while; nobody opens stories without end; a clock set back loses nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select

from bot.errors import BadInput
from bot.ids import ChannelId, MessageId, Place
from bot.services.ports import Allowance
from bot.settings import Settings
from bot.storage.store import verify_all
from bot.storage.tables import outbox, reservations
from bot.stories import events as ev
from bot.stories.model import Terms
from tests.bot.services.stories_room import ANA, BEN, DAY, HERE, INK, PAPER, Room, open_room

FREE = Allowance(member_requests=0, member_tokens=0, guild_requests=0, guild_tokens=0)


async def count(room: Room, table: object) -> int:
    def act(connection: Connection) -> int:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]

    return await room.app.store.database.read(act)


async def test_messages_that_were_posted_go_after_a_month_and_those_that_wait_stay(
    settings: Settings,
) -> None:
    async with open_room(settings) as room:
        kept = room.app.store.outbox
        rows = [await kept.put(INK, ChannelId(5), "card", {}, key=f"o{at}") for at in range(3)]
        await kept.posted(rows[0].id, MessageId(1))
        await kept.failed(rows[1].id, "undeliverable", final=True)
        assert await kept.expire() == 0
        room.at(room.now - 3 * DAY)
        assert await kept.expire() == 0, "a clock that is wrong drops nothing"
        room.at(room.now + 40 * DAY)
        newest = await kept.put(INK, ChannelId(5), "card", {}, key="new")
        await kept.posted(newest.id, MessageId(2))
        assert await kept.expire() == 2
        assert [row.id for row in await kept.waiting()] == [rows[2].id]
        assert await count(room, outbox) == 2


async def test_reservations_of_long_ago_go_while_the_bot_runs(settings: Settings) -> None:
    async with open_room(settings) as room:
        usage, today = room.app.store.usage, room.now.date()
        for days in (0, 39, 41, 400):
            day = today - timedelta(days=days)
            await usage.reserve(INK, ANA, day=day, tokens=1, allowance=FREE, key=f"r{days}")
        assert await usage.expire() == 2
        assert await usage.expire() == 0
        assert await count(room, reservations) == 2


async def test_a_member_has_so_many_stories_open_at_a_time_and_no_more(settings: Settings) -> None:
    limited = settings.model_copy(update={"member_stories": 3})
    async with open_room(limited) as room:
        ids = [await room.lay(ANA, BEN) for _ in range(2)]

        async def begin(number: int) -> object:
            return await room.app.stories.start(HERE, ANA, "Another", Terms(), key=f"more{number}")

        found = await asyncio.gather(*(begin(number) for number in range(4)), return_exceptions=True)
        assert sum(isinstance(one, BadInput) and "too_many_open" in str(one) for one in found) == 3
        await room.write(ids[0], "Once.")
        told = await room.told(ids[0])
        with pytest.raises(BadInput, match="too_many_open"):
            await room.app.stories.fork(told, ANA, 1, title="A fork", key="f")
        await room.lay(BEN, ANA)
        await room.lay(ANA, guild=PAPER)
        await room.act(ids[0], ev.End(by=ANA))
        await room.app.stories.start(HERE, ANA, "Another", Terms(), key="after")
        place = Place(INK, ChannelId(6))
        assert (
            await room.app.stories.start(place, ANA, "Another", Terms(), key="after")
        ).row.title == "Another"


async def test_a_clock_that_is_set_back_loses_no_deadline(settings: Settings) -> None:
    async with open_room(settings) as room:
        id = await room.lay(ANA, BEN, models=0)
        due = (await room.story(id)).current.deadline  # type: ignore[union-attr]
        assert due is not None
        await room.wait(timedelta(hours=1))
        room.at(room.now - DAY)
        await room.app.story_time.alive()
        await room.app.story_clock.ring_due()
        assert (await room.story(id)).current.deadline == due, "who writes has not less time"  # type: ignore[union-attr]
        await room.write(id, "Back in time.")
        told = (await room.story(id)).current
        assert told is not None and told.member == BEN and told.deadline is not None
        assert told.deadline > room.now
        room.at(room.now + DAY)  # it is put right
        await room.app.story_time.recover()
        for _ in range(4):
            await room.wait(2 * DAY)
        events = await room.app.stories.store.events(INK, id)
        assert "TimeUp" in {one.kind for one in events}, "whose time is up is not waited for"
        assert await verify_all(room.app.store) == []
