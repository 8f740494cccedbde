"""What every store of stories keeps: each event once, all of it or nothing, and nothing of another guild."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.attribution.model import Act, Draft, ModelAuthor, Span
from bot.errors import Gone
from bot.ids import ChannelId, GuildId, MemberId, MessageId, Place, WorkId
from bot.services.stories_ports import (
    Alarm,
    Change,
    Committed,
    PrivateDraft,
    Say,
    Stale,
    StoryNumber,
    StoryRow,
    StoryStore,
)
from bot.storage.store import Store, open_store, verify_all
from bot.storage.stories import SqlStories

INK, PAPER = GuildId(10), GuildId(20)
ANA, BEN = MemberId(1), MemberId(2)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

Both = tuple[StoryStore, Store]
Opener = Callable[[Path], AbstractAsyncContextManager[Both]]


@asynccontextmanager
async def in_sqlite(folder: Path) -> AsyncIterator[Both]:
    async with open_store(folder / "renga.sqlite3", clock=lambda: NOON) as store:
        yield SqlStories(store.database), store


KINDS: dict[str, Opener] = {"sqlite": in_sqlite}


@pytest.fixture(params=KINDS)
async def both(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Both]:
    async with KINDS[request.param](tmp_path) as opened:
        yield opened


def change(key: str, **more: Any) -> Change:
    """A change with a little of everything that the test does not speak of."""
    fields: dict[str, Any] = {
        "at": NOON,
        "member": ANA,
        "kind": "Join",
        "event": "{}",
        "state": f'{{"after":"{key}"}}',
        "stage": "running",
        "title": "The fox",
        "seats": [ANA],
    }
    return Change(key=key, **(fields | more))


def words(id: int, key: str, text: str = "snow", guild: GuildId = INK) -> Draft:
    return Draft(guild=guild, work=WorkId(id), member=ANA, act=Act.WROTE, at=NOON, key=key, text=text)


async def opened(stories: StoryStore, guild: GuildId = INK, key: str = "s", **more: Any) -> StoryRow:
    place = Place(guild, ChannelId(5), ChannelId(4), age_restricted=True)
    done = await stories.open(place, ANA, "zh", key, lambda id: change(key, **more))
    return done.row


async def test_a_story_comes_back_as_it_was_opened(both: Both) -> None:
    stories, _ = both
    row = await opened(stories)
    assert row == await stories.load(INK, row.id)
    assert (row.starter, row.language, row.version, row.stage, row.panel) == (ANA, "zh", 1, "running", None)
    assert row.place == Place(INK, ChannelId(5), ChannelId(4), age_restricted=True)
    again = await stories.open(row.place, BEN, "en", "s", lambda id: change("s"))
    assert (again.row, again.again) == (row, True)


async def test_no_work_has_the_id_of_a_story(both: Both) -> None:
    stories, store = both
    row = await opened(stories)
    with pytest.raises(Gone):
        await store.works.work(INK, WorkId(row.id))
    assert [(await opened(stories, key=f"k{at}")).id > row.id for at in range(3)] == [True] * 3


async def test_everything_that_an_event_changes_is_changed_with_it(both: Both) -> None:
    stories, store = both
    row = await opened(stories)
    await stories.keep_draft(INK, row.id, ANA, PrivateDraft("half", (Span(0, 4, ANA),)), NOON)
    done = await stories.commit(
        INK,
        row.id,
        1,
        change(
            "e",
            kind="Submit",
            words=[words(row.id, "w")],
            says=[Say(channel=ChannelId(6), kind="story-turn", key="t", payload={"turn": 1})],
            alarms={"deadline:2": NOON + HOUR, "remind:2": NOON},
            seats=[ANA, BEN],
            posts=[(MessageId(9), 1, ChannelId(6))],
            dropped=ANA,
            title="The vixen",
        ),
    )
    assert (done.row.version, done.row.title, done.again) == (2, "The vixen", False)
    assert [link.draft.text for link in done.links] == ["snow"]
    assert [(one.kind, one.channel, dict(one.payload)) for one in done.outgoing] == [
        ("story-turn", 6, {"turn": 1})
    ]
    assert list(await store.outbox.waiting()) == list(done.outgoing)
    assert [one.name for one in await stories.due(NOON + HOUR)] == ["remind:2", "deadline:2"]
    assert await stories.turn_of(INK, MessageId(9)) == (row.id, 1)
    assert list(await stories.messages(INK, row.id, 1)) == [9]
    assert await stories.draft(INK, row.id, ANA) is None
    assert [one.id for one in await stories.of_member(INK, BEN)] == [row.id]
    assert list((await stories.words(INK, row.id)).keys()) == ["w"]
    assert [(one.number, one.kind) for one in await stories.events(INK, row.id)] == [
        (1, "Join"),
        (2, "Submit"),
    ]
    assert await verify_all(store) == []


async def test_what_moved_on_takes_nothing(both: Both) -> None:
    stories, store = both
    row = await opened(stories)
    await stories.commit(INK, row.id, 1, change("e"))
    with pytest.raises(Stale):
        await stories.commit(
            INK,
            row.id,
            1,
            change("f", words=[words(row.id, "w")], says=[Say(channel=ChannelId(6), kind="x", key="x")]),
        )
    assert await stories.words(INK, row.id) == {}
    assert await store.outbox.waiting() == []
    assert not await stories.happened(INK, "f")
    assert (await stories.load(INK, row.id)).version == 2


async def test_a_failure_half_way_leaves_nothing(both: Both) -> None:
    stories, store = both
    row = await opened(stories)
    broken = replace(words(row.id, "w2"), spans=(Span(0, 99, ANA),), sampling={"x": object()})  # type: ignore[dict-item]
    with pytest.raises(Exception):  # noqa: B017 - whatever the store makes of it
        await stories.commit(INK, row.id, 1, change("e", words=[words(row.id, "w1"), broken]))
    assert (await stories.load(INK, row.id)).version == 1
    assert await stories.words(INK, row.id) == {}
    assert await verify_all(store) == []


async def test_an_event_happens_once_for_its_key_whoever_comes_first(both: Both) -> None:
    stories, _ = both
    row = await opened(stories)
    ends: list[Committed] = await asyncio.gather(
        *(stories.commit(INK, row.id, 1, change("same")) for _ in range(20))
    )
    assert sorted(end.again for end in ends) == [False] + [True] * 19
    assert {end.row.version for end in ends} == {2}
    assert await stories.happened(INK, "same")
    assert not await stories.happened(PAPER, "same")


async def test_of_many_at_one_version_one_wins(both: Both) -> None:
    stories, _ = both
    row = await opened(stories)
    ends = await asyncio.gather(
        *(stories.commit(INK, row.id, 1, change(f"k{at}")) for at in range(20)), return_exceptions=True
    )
    assert sum(isinstance(end, Committed) for end in ends) == 1
    assert sum(isinstance(end, Stale) for end in ends) == 19


async def test_alarms_are_what_the_last_event_says(both: Both) -> None:
    stories, _ = both
    first = await opened(stories, alarms={"deadline:1": NOON + 2 * HOUR})
    second = await opened(stories, PAPER, alarms={"deadline:1": NOON + HOUR})
    assert await stories.next_alarm() == NOON + HOUR
    assert await stories.due(NOON) == []
    (early,) = await stories.due(NOON + HOUR)
    assert (early.guild, early.story, early.at) == (PAPER, second.id, NOON + HOUR)
    assert len(await stories.due(NOON + 9 * HOUR, 1)) == 1
    await stories.commit(PAPER, second.id, 1, change("e", alarms={}))
    assert await stories.next_alarm() == NOON + 2 * HOUR
    await stories.commit(INK, first.id, 1, change("e", alarms={"deadline:2": NOON + 5 * HOUR}))
    assert await stories.next_alarm() == NOON + 5 * HOUR


async def test_an_alarm_that_was_set_anew_is_not_silenced_by_the_old_one(both: Both) -> None:
    stories, _ = both
    row = await opened(stories, alarms={"deadline:1": NOON})
    (old,) = await stories.due(NOON)
    await stories.commit(INK, row.id, 1, change("e", alarms={"deadline:1": NOON + HOUR}))
    await stories.silence(old)
    await stories.postpone(old, NOON + 9 * HOUR)
    assert await stories.next_alarm() == NOON + HOUR
    (new,) = await stories.due(NOON + HOUR)
    await stories.postpone(new, NOON + 2 * HOUR)
    await stories.silence(replace(new, at=NOON + 2 * HOUR))
    assert await stories.next_alarm() is None


async def test_what_a_model_was_asked_is_asked_again_at_start(both: Both) -> None:
    stories, _ = both
    row = await opened(stories, alarms={"model:3": NOON + HOUR / 6, "deadline:2": NOON + HOUR / 6})
    await stories.wake_models(NOON)
    assert list(await stories.due(NOON)) == [Alarm(INK, row.id, "model:3", NOON)]
    await stories.put_off(INK, row.id, "model:3", NOON + HOUR)
    await stories.put_off(PAPER, row.id, "model:3", NOON + 9 * HOUR)
    await stories.put_off(INK, row.id, "model:9", NOON)
    assert [one.name for one in await stories.due(NOON + HOUR)] == ["deadline:2", "model:3"]


async def test_the_first_thread_stays_until_it_is_gone(both: Both) -> None:
    stories, _ = both
    row = await opened(stories)
    assert (await stories.placed(INK, row.id, ChannelId(7))).thread == 7
    assert (await stories.placed(INK, row.id, ChannelId(8))).thread == 7
    found = await stories.at(INK, ChannelId(7))
    assert found is not None
    assert found.id == row.id
    assert await stories.at(PAPER, ChannelId(7)) is None
    await stories.shown(INK, row.id, MessageId(9), 1)
    await stories.unplaced(INK, row.id)
    gone = await stories.load(INK, row.id)
    assert (gone.thread, gone.panel) == (None, None)
    assert (await stories.placed(INK, row.id, ChannelId(8))).thread == 8


async def test_a_panel_that_lags_is_known_until_it_is_drawn(both: Both) -> None:
    stories, _ = both
    row = await opened(stories)
    await opened(stories, PAPER)
    assert [(one.guild, one.version) for one in await stories.stale()] == [(INK, 1), (PAPER, 1)]
    await stories.shown(INK, row.id, MessageId(9), 1)
    assert [one.guild for one in await stories.stale()] == [PAPER]
    await stories.commit(INK, row.id, 1, change("e"))
    await stories.shown(INK, row.id, MessageId(9), 1)
    assert len(await stories.stale()) == 2, "it shows one event less than there is"


async def test_open_stories_are_of_one_guild_and_not_ended(both: Both) -> None:
    stories, _ = both
    first, second = await opened(stories, key="a"), await opened(stories, key="b")
    await opened(stories, PAPER)
    assert [one.id for one in await stories.open_in(INK)] == [second.id, first.id]
    await stories.commit(INK, first.id, 1, change("e", stage="ended"))
    assert [one.id for one in await stories.open_in(INK)] == [second.id]


async def test_a_guild_reaches_nothing_of_another(both: Both) -> None:
    stories, _ = both
    row = await opened(stories, alarms={"deadline:1": NOON}, posts=[(MessageId(9), 1, ChannelId(6))])
    await stories.keep_draft(INK, row.id, ANA, PrivateDraft("secret"), NOON)
    for act in (
        stories.load(PAPER, row.id),
        stories.commit(PAPER, row.id, 1, change("x")),
        stories.placed(PAPER, row.id, ChannelId(3)),
    ):
        with pytest.raises(Gone):
            await act
    await stories.unplaced(PAPER, row.id)
    await stories.shown(PAPER, row.id, MessageId(1), 9)
    assert await stories.draft(PAPER, row.id, ANA) is None
    assert await stories.turn_of(PAPER, MessageId(9)) is None
    assert list(await stories.messages(PAPER, row.id, 1)) == []
    assert await stories.words(PAPER, row.id) == {}
    assert list(await stories.events(PAPER, row.id)) == []
    assert list(await stories.of_member(PAPER, ANA)) == []
    assert await stories.load(INK, row.id) == row


async def test_a_private_draft_is_a_members_own_and_the_newest(both: Both) -> None:
    stories, _ = both
    row = await opened(stories)
    model = ModelAuthor("local", "house", "r1")
    kept = PrivateDraft("半句 half", (Span(0, 3, ANA), Span(3, 7, ANA, model)))
    await stories.keep_draft(INK, row.id, ANA, PrivateDraft("old"), NOON)
    await stories.keep_draft(INK, row.id, ANA, kept, NOON)
    assert await stories.draft(INK, row.id, ANA) == kept
    assert await stories.draft(INK, row.id, BEN) is None
    assert await stories.draft(INK, StoryNumber(row.id + 1), ANA) is None
