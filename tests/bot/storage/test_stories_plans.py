"""No query about stories reads a table from end to end, however many stories sleep in it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from bot.ids import ChannelId, GuildId, MemberId, MessageId, Place
from bot.services.stories_ports import Alarm, Change, PrivateDraft, Say
from bot.storage.store import open_store
from bot.storage.stories import SqlStories

INK, ANA = GuildId(10), MemberId(1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@contextmanager
def recorded() -> Iterator[list[tuple[str, Any]]]:
    """Every statement that is executed."""
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def change(key: str) -> Change:
    return Change(
        key=key,
        at=NOON,
        member=ANA,
        kind="Join",
        event="{}",
        state="{}",
        stage="running",
        title="t",
        alarms={"deadline:1": NOON + timedelta(hours=1)},
        says=[Say(channel=ChannelId(5), kind="story-say", key=f"{key}:say")],
        seats=[ANA],
        posts=[(MessageId(9), 1, ChannelId(5))],
        dropped=ANA,
    )


async def everything(stories: SqlStories) -> None:
    """Whatever can be asked of stories, once."""
    done = await stories.open(Place(INK, ChannelId(5)), ANA, "en", "s", lambda _: change("s"))
    id, alarm = done.row.id, Alarm(INK, done.row.id, "deadline:1", NOON + timedelta(hours=1))
    await stories.commit(INK, id, 1, change("e"))
    await stories.happened(INK, "e")
    await stories.placed(INK, id, ChannelId(6))
    await stories.at(INK, ChannelId(6))
    await stories.shown(INK, id, MessageId(7), 1)
    await stories.open_in(INK)
    await stories.of_member(INK, ANA)
    await stories.events(INK, id)
    await stories.words(INK, id)
    await stories.keep_draft(INK, id, ANA, PrivateDraft("x"), NOON)
    await stories.draft(INK, id, ANA)
    await stories.posted(INK, id, MessageId(8), 1, ChannelId(6))
    await stories.turn_of(INK, MessageId(8))
    await stories.messages(INK, id, 1)
    await stories.stale()
    await stories.next_alarm()
    await stories.due(NOON)
    await stories.postpone(alarm, NOON)
    await stories.put_off(INK, id, "deadline:1", NOON)
    await stories.silence(alarm)
    await stories.wake_models(NOON)
    await stories.unplaced(INK, id)


async def test_no_query_about_stories_reads_a_table_from_end_to_end(tmp_path: Path) -> None:
    path = tmp_path / "renga.sqlite3"
    async with open_store(path, clock=lambda: NOON) as store:
        with recorded() as seen:
            await everything(SqlStories(store.database))
    queries = {
        statement: parameters
        for statement, parameters in seen
        if re.match("SELECT|UPDATE|DELETE|WITH", statement) and "stor" in statement
    }
    assert len(queries) > 20
    scans: dict[str, str] = {}
    with closing(sqlite3.connect(path)) as connection:
        for statement, parameters in queries.items():
            for *_, detail in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters):
                if detail.startswith("SCAN ") and "CONSTANT ROW" not in detail:
                    scans[statement] = detail
    lagging = [statement for statement in scans if re.search(r"WHERE stories.stale = 1", statement)]
    assert ["INDEX ix_stories_stale" in scans.pop(one) for one in lagging] == [True], "it holds these alone"
    assert scans == {}
