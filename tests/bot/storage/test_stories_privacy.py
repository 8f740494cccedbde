"""A member's part in stories: told to them whole, and gone without trace; the story goes on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.ids import MemberId
from bot.services.stories_ports import PrivateDraft, StoryNumber
from bot.settings import Settings
from bot.storage.store import verify_all
from bot.storage.tables import metadata
from bot.stories import events as ev
from bot.stories.model import Stage
from tests.bot.services.stories_room import INK, PAPER, Room, open_room

ANA, BEN, CLEO = (MemberId(number * 111_111_111_111_111) for number in (1, 2, 3))
SECRET = "wolverine"


async def at_work(room: Room) -> StoryNumber:
    """A story in which Ana did everything that leaves a trace."""
    id = await room.lay(ANA, BEN, CLEO, ground_rules=f"No {SECRET}.", models=0)
    await room.write(id, f"The {SECRET} came home.")
    await room.write(id, "Ben's own words.")
    await room.act(id, ev.AddLore(by=ANA, name=f"The {SECRET}", text=f"A {SECRET}.", keys=(SECRET,)))
    await room.act(id, ev.AddLore(by=BEN, name="Ben's", text="Of Ben."))
    await room.act(id, ev.Annotate(by=ANA, note=f"More {SECRET}."))
    await room.act(id, ev.NewChapter(by=ANA, title=f"Of a {SECRET}"))
    await room.act(id, ev.Summarise(text=f"A {SECRET} came.", until=1))
    await room.app.stories.keep_draft(await room.told(id), ANA, PrivateDraft(f"half a {SECRET}"))
    await room.write(id, "Cleo's own words.")
    return id


async def found_in(room: Room, *words: str) -> list[tuple[str, str]]:
    """The tables and rows in which any of the words is."""

    def act(connection: Connection) -> list[tuple[str, str]]:
        rows = [
            (table.name, str(tuple(row)))
            for table in metadata.sorted_tables
            for row in connection.execute(table.select())
        ]
        return [(name, row) for name, row in rows if any(word in row for word in words)]

    return await room.app.store.database.read(act)


async def test_a_member_is_told_of_their_part(settings: Settings) -> None:
    async with open_room(settings) as room:
        await at_work(room)
        told = json.loads(await room.app.privacy.export(ANA))["spaces"]["10"]
        assert [one["title"] for one in told["stories begun"]] == ["The fox"]
        assert len(told["seats in stories"]) == 1
        assert {one["kind"] for one in told["done in stories"]} >= {"Join", "Submit", "AddLore", "Annotate"}
        assert told["drafts for stories"][0]["text"] == f"half a {SECRET}"
        assert SECRET not in json.dumps(json.loads(await room.app.privacy.export(BEN)))


@pytest.mark.parametrize("where", [INK, None])
async def test_a_member_is_forgotten_and_the_story_goes_on(settings: Settings, where: Any) -> None:
    async with open_room(settings) as room:
        id = await at_work(room)
        assert (await room.story(id)).current.member == ANA  # type: ignore[union-attr]
        await room.app.privacy.forget(ANA, where)
        assert await found_in(room, SECRET, str(int(ANA))) == []
        story = await room.story(id)
        assert story.stage is Stage.RUNNING
        assert story.current is not None
        assert story.current.member in (BEN, CLEO), "nobody waits for who is forgotten"
        assert [turn.by for turn in story.turns] == [0, BEN, CLEO]
        assert story.starter in (BEN, CLEO)
        assert [entry.name for entry in story.lore] == ["Ben's"]
        texts = await room.app.stories.texts((await room.told(id)).row)
        assert "Ben's own words." in texts.values()
        await room.write(id, "And it goes on.")
        assert await verify_all(room.app.store) == []
        events = await room.app.stories.store.events(INK, id)
        assert [one.number for one in events] == list(range(1, len(events) + 1)), "nothing is missing"


async def test_another_server_is_left_alone(settings: Settings) -> None:
    async with open_room(settings) as room:
        await at_work(room)
        elsewhere = await room.lay(ANA, BEN, guild=PAPER)
        await room.app.privacy.forget(ANA, INK)
        story = (await room.told(elsewhere, PAPER)).story
        assert story.seat(ANA) is not None
        assert list(await room.app.stories.store.guilds(ANA)) == [PAPER]


async def test_whose_story_it_was_alone_leaves_a_story_that_rests(settings: Settings) -> None:
    async with open_room(settings) as room:
        id = await room.lay(ANA)
        await room.app.privacy.forget(ANA)
        told = await room.told(id)
        assert (told.story.stage, told.row.title, told.story.starter) == (Stage.PAUSED, "…", 0)
        assert await found_in(room, str(int(ANA))) == []
