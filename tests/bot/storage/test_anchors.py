"""What who owns the file could rewrite, and what of it is found: by what was signed, and by what left it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from bot import __main__ as program
from bot.attribution import chain
from bot.attribution.anchors import read, written
from bot.house.model import Level
from bot.ids import ChannelId, GuildId, MemberId
from bot.services.anchoring import Anchoring
from bot.services.books import BookDesk, Format
from bot.services.stories_ports import StoryNumber
from bot.settings import Settings
from bot.storage.rows import contribution_values
from bot.storage.store import verify_against, verify_all
from bot.storage.tables import chains, contributions
from bot.stories import events as ev
from tests.bot.services.stories_room import ANA, BEN, DAY, INK, Room, open_room


async def story(room: Room) -> StoryNumber:
    id = await room.lay(ANA, BEN, models=0)
    for at in range(4):
        await room.write(id, f"turn number {at}")
    return id


async def forged(room: Room, id: StoryNumber) -> None:
    """Every word of Ben's is put down to Ana, and the whole chain computed anew."""
    links = list(await room.app.store.ledger.history(INK, id))  # type: ignore[arg-type]

    def act(connection: Connection) -> None:
        before = None
        for link in links:
            draft = link.draft
            spans = tuple(replace(span, member=ANA) for span in draft.spans)
            new = chain.link(before, replace(draft, member=ANA, spans=spans), chain.new_salt())
            values = contribution_values(new)
            connection.execute(
                update(contributions)
                .where(contributions.c.guild == INK, contributions.c.number == new.number)
                .values(values)
            )
            before = new
        assert before is not None
        connection.execute(update(chains).where(chains.c.guild == INK).values(digest=before.digest))

    await room.app.store.database.write(act)


async def test_a_chain_that_was_computed_anew_is_found_by_what_left_the_database(settings: Settings) -> None:
    async with open_room(settings) as room:
        id = await story(room)
        store = room.app.store
        head = await store.ledger.head(INK)
        assert head is not None
        exported = (await room.app.privacy.export(BEN)).decode()
        anchors = [
            read(f"The log stands at `{written(INK, head)}`."),
            read(exported),
            read(f"{head.number}:{head.digest}"),
        ]
        await room.write(id, "and it goes on")
        for seen in anchors:
            assert await verify_against(store, seen) == [], "what came since changes nothing"
        await forged(room, id)
        assert await verify_all(store) == [], "by itself the file cannot tell"
        for seen in anchors:
            broken = await verify_against(store, seen)
            assert broken and "not the one" in broken[0].reason
        await store.database.write(
            lambda connection: (
                connection.exec_driver_sql("DELETE FROM hands")
                and connection.execute(contributions.delete().where(contributions.c.number == head.number))
            )
        )
        assert "missing" in (await verify_against(store, anchors[0]))[0].reason


@pytest.mark.parametrize("format", ["markdown", "html", "epub", "ao3", "fountain", "json"])
async def test_every_export_holds_a_link_that_finds_what_was_rewritten(
    settings: Settings, tmp_path: Path, format: Format
) -> None:
    async with open_room(settings) as room:
        id = await story(room)
        await room.write(id, f"Not a head: 10/1:{'a' * 64}")

        async def names(guild: GuildId, members: Sequence[MemberId]) -> Mapping[MemberId, str]:
            return dict.fromkeys(members, "Ana")

        desk = BookDesk(room.app.stories, room.app.desk.book, names, lambda: room.now)
        made = await desk.export(await room.told(id), format)
        file = tmp_path / made.name
        file.write_bytes(made.data)
        seen = read(program._text_of(file))
        assert await verify_against(room.app.store, seen) == []
        await forged(room, id)
        assert await verify_against(room.app.store, seen)


def rewrite(path: Path, change: Callable[[dict[str, list[object]]], None], *more: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        state = json.loads(connection.execute("SELECT state FROM stories").fetchone()[0])
        change(state)
        connection.execute("UPDATE stories SET state = ?", (json.dumps(state),))
        for statement in more:
            connection.execute(statement)


FORGERIES: dict[str, tuple[Callable[[dict[str, list[object]]], None], tuple[str, ...]]] = {
    "turns reversed": (lambda state: state["turns"].reverse(), ()),
    "turns reversed and the log cut": (
        lambda state: state["turns"].reverse(),
        ("DELETE FROM story_events WHERE number > 3", "UPDATE stories SET version = 3"),
    ),
    "a turn dropped": (lambda state: state["turns"].pop(), ()),
    "the log cut": (lambda state: None, ("DELETE FROM story_events WHERE number > 3",)),
    "an event dropped": (lambda state: None, ("DELETE FROM story_events WHERE number = 2",)),
}


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_story_whose_turns_were_moved_or_whose_log_was_cut_does_not_verify(
    settings: Settings, name: str
) -> None:
    async with open_room(settings) as room:
        await story(room)
        assert await verify_all(room.app.store) == []
        change, more = FORGERIES[name]
        rewrite(Path(settings.database), change, *more)
        assert await verify_all(room.app.store), name


async def test_whatever_happens_honestly_verifies(settings: Settings) -> None:
    async with open_room(settings) as room:
        id = await story(room)
        await room.act(id, ev.Undo(by=BEN, turn=4))
        assert await verify_all(room.app.store) == []
        await room.act(id, ev.Redo(by=BEN, turn=4))
        await room.app.stories.edit(await room.told(id), ANA, 1, "turn number nought", key="e")
        await room.act(id, ev.Pause(by=ANA))
        await room.app.privacy.forget(BEN)
        assert await verify_all(room.app.store) == []
        rewrite(Path(settings.database), lambda state: state["turns"].reverse())
        assert await verify_all(room.app.store), "also where somebody was forgotten"


async def test_stories_of_an_older_renga_still_verify(settings: Settings) -> None:
    """Their links say nothing of the order of turns."""
    async with open_room(settings) as room:
        id = await story(room)
        links = list(await room.app.store.ledger.history(INK, id))  # type: ignore[arg-type]

        def act(connection: Connection) -> None:
            before = None
            for link in links:
                new = chain.link(before, replace(link.draft, sampling={}), chain.new_salt())
                where = (contributions.c.guild == INK, contributions.c.number == new.number)
                connection.execute(update(contributions).where(*where).values(contribution_values(new)))
                before = new
            connection.execute(update(chains).values(digest=before.digest if before else ""))

        await room.app.store.database.write(act)
        assert await verify_all(room.app.store) == []
        await room.write(id, "and it goes on")
        assert await verify_all(room.app.store) == []


async def test_the_head_is_posted_once_a_week_where_moderators_read(settings: Settings) -> None:
    async with open_room(settings) as room:
        await story(room)
        app, store = room.app, room.app.store
        anchoring = Anchoring(
            chains=store.ledger,
            outbox=store.outbox,
            notes=store.notes,
            houses=app.desk.book,
            clock=lambda: room.now,
        )
        await anchoring.run()
        assert not [row for row in await store.outbox.waiting() if row.kind == "notice"], "no channel is set"
        await app.desk.set_all(INK, [(Level.GUILD, 0, "log", 77)], by=MemberId(9))
        for _ in range(3):
            await anchoring.run()
            room.at(room.now + DAY / 24)
        (row,) = [row for row in await store.outbox.waiting() if row.kind == "notice"]
        assert row.channel == ChannelId(77)
        assert await verify_against(store, read(str(row.payload["head"]))) == []
        room.at(room.now + 7 * DAY)
        await anchoring.run()
        assert len([row for row in await store.outbox.waiting() if row.kind == "notice"]) == 2


@pytest.mark.parametrize("text", ["", "a letter", "{}", "[" * 100_000, '{"contributions": [1, {}]}', "1:abc"])
def test_what_tells_of_no_link_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no head"):
        read(text)


def test_the_command_tells_what_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.sqlite3"
    settings = Settings.read({"RENGA_DATABASE": str(path), "RENGA_MODEL": "scripted/scripted"}, None)

    async def lay() -> str:
        async with open_room(settings) as room:
            await story(room)
            head = await room.app.store.ledger.head(INK)
            assert head is not None
            return written(INK, head)

    head = asyncio.run(lay())
    monkeypatch.setenv("RENGA_DATABASE", str(path))
    monkeypatch.chdir(tmp_path)
    assert program.main(["credits", "verify", "--against", head]) == 0
    told = capsys.readouterr().out
    assert "1 links are those that were seen" in told and f"head: {head}" in told
    assert (
        program.main(["credits", "verify", "--against", head[:-1] + ("0" if head[-1] != "0" else "1")]) == 1
    )
    assert "not the one that was there" in capsys.readouterr().out
    (tmp_path / "posted.txt").write_text(f"The log stands at `{head}`.", encoding="utf-8")
    assert program.main(["credits", "verify", "--against", "posted.txt"]) == 0
    assert program.main(["credits", "verify", "--against", "none.txt"]) == 2
