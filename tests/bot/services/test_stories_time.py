"""Deadlines and reminders: once, across restarts, as each member lives."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RengaError
from bot.house.model import Member
from bot.services.stories_clock import StoryClock
from bot.services.stories_ports import Alarm, StoryNumber
from bot.services.stories_time import quiet_from, quiet_until
from bot.settings import Settings
from bot.stories import events as ev
from bot.stories.model import Stage
from tests.bot.services.stories_room import ANA, BEN, CLEO, DAY, INK, NOON, Room, open_room

HOUR = timedelta(hours=1)


@pytest.fixture
async def room(settings: Settings) -> AsyncIterator[Room]:
    async with open_room(settings) as opened:
        yield opened


async def set_member(room: Room, member: Member, who: int = ANA) -> None:
    await room.app.store.members.set_member(INK, who, member)  # type: ignore[arg-type]


async def test_who_lets_the_time_run_out_is_reminded_once_and_passed_over_once(room: Room) -> None:
    id = await room.lay(ANA, BEN, CLEO)
    await room.wait(DAY * 0.75 - HOUR / 60)
    assert room.notes()[-1] == "call 1"
    await room.wait(HOUR)
    assert room.notes()[-1] == "remind 1"
    await room.wait(DAY / 4)
    assert room.notes()[-3:] == ["remind 1", "story.timed_out", "call 2"]
    await room.app.story_clock.ring_due()
    await room.app.story_clock.ring_due()
    assert room.notes().count("remind 1") == room.notes().count("story.timed_out") == 1
    story = await room.story(id)
    assert story.current is not None
    assert story.current.member == BEN


async def test_they_survive_restarts(settings: Settings) -> None:
    async with open_room(settings) as room:
        id = await room.lay(ANA, BEN)
        await room.app.story_time.alive()
    said: list[str] = []
    for _ in range(3):
        async with open_room(settings) as room:
            room.at(NOON + DAY * 0.8)
            await room.app.dispatch.recover()
            await room.app.story_time.recover()
            await room.app.story_clock.ring_due()
            said += room.notes()
    assert said == ["remind 1"]
    async with open_room(settings) as room:
        room.at(NOON + DAY)
        await room.app.story_time.alive()
        await room.app.story_clock.ring_due()
        assert room.notes() == ["story.timed_out", "call 2"]
        assert (await room.story(id)).turns == ()


async def test_what_was_missed_while_the_bot_was_down_is_given_back_and_said(settings: Settings) -> None:
    async with open_room(settings) as room:
        ids = [await room.lay(ANA, BEN) for _ in range(3)]
        later = await room.lay(ANA, BEN, seconds=86_400 * 9)
        await room.app.story_time.alive()
    async with open_room(settings) as room:
        room.at(NOON + 3 * DAY)
        await room.app.begin()
        await room.app.story_clock.ring_due()  # as the clock itself does now
        assert room.notes() == ["story.was_down"] * 3, "and nobody is passed over meanwhile"
        for id in ids:
            current = (await room.story(id)).current
            assert current is not None
            assert (current.member, current.deadline) == (ANA, NOON + 4 * DAY)
        unhurt = (await room.story(later)).current
        assert unhurt is not None
        assert unhurt.deadline == NOON + 9 * DAY
        assert await room.app.story_time.recover() == 0, "once"


async def test_a_machine_that_slept_over_a_deadline_gives_the_time_back(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    await room.app.story_time.alive()
    await room.wait(DAY + HOUR, up=False)
    await room.app.story_clock.ring_due()
    assert room.notes()[-1] == "story.was_down"
    current = (await room.story(id)).current
    assert current is not None
    assert current.deadline == NOON + 2 * DAY + HOUR
    await room.wait(DAY, up=True)
    assert room.notes()[-2:] == ["story.timed_out", "call 2"]


async def test_quiet_hours_are_kept_in_the_members_own_zone(room: Room) -> None:
    # Noon in UTC is seven in the evening in Jakarta; the reminder would come at one at night there.
    await set_member(room, Member(quiet="22-7", zone="Asia/Jakarta"))
    await room.lay(ANA, BEN, seconds=2 * 86_400)
    due = NOON + 1.5 * DAY
    await room.wait(due - room.now)
    assert "remind 1" in room.notes(), "noon and a half day later is seven in the morning there"


async def test_a_reminder_in_the_night_waits_for_the_morning(room: Room) -> None:
    await set_member(room, Member(quiet="22-7"))
    await room.lay(ANA, BEN, seconds=2 * 86_400)
    await room.wait(1.5 * DAY)
    assert "remind 1" not in room.notes()
    await room.wait(7 * HOUR - HOUR / 60)
    assert "remind 1" not in room.notes()
    await room.wait(HOUR / 60)
    assert room.notes()[-1] == "remind 1"


async def test_whose_deadline_is_in_the_night_is_reminded_in_the_evening(room: Room) -> None:
    await set_member(room, Member(quiet="22-14"))
    await room.lay(ANA, BEN)
    await room.wait(10 * HOUR - HOUR / 6)
    assert "remind 1" not in room.notes()
    await room.wait(HOUR / 10)
    assert "remind 1" in room.notes()
    await room.wait(15 * HOUR)
    assert room.notes().count("remind 1") == 1
    assert room.notes()[-1] == "call 2"


async def test_who_wants_no_reminder_gets_none(room: Room) -> None:
    await set_member(room, Member(remind="off"))
    await room.lay(ANA, BEN)
    for _ in range(24):
        await room.wait(HOUR)
    assert "remind 1" not in room.notes()
    assert room.notes()[-1] == "call 2"


async def test_a_story_that_cannot_be_rung_keeps_no_other_waiting(
    room: Room, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = await room.lay(ANA, BEN)
    others = [await room.lay(ANA, BEN) for _ in range(3)]
    act = room.app.stories.act

    async def fails(guild: object, id: StoryNumber, *given: object, **named: object) -> object:
        if id == broken:
            raise ZeroDivisionError
        return await act(guild, id, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(room.app.stories, "act", fails)
    with caplog.at_level(logging.CRITICAL):
        await room.wait(DAY)
    assert room.notes().count("call 2") == len(others)
    monkeypatch.undo()
    await room.wait(HOUR)
    assert room.notes().count("call 2") == len(others) + 1, "it is tried again"


async def test_a_deadline_given_more_time_does_not_ring_at_the_old_one(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    (alarm,) = [one for one in await room.app.stories.store.due(NOON + DAY) if "deadline" in one.name]
    await room.act(id, ev.MoreTime(by=ANA, turn=1))
    await room.wait(DAY)
    await room.app.story_time.ring(alarm)
    assert "story.timed_out" not in room.notes()
    await room.wait(DAY)
    assert "story.timed_out" in room.notes()


async def test_a_paused_story_has_no_deadline(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    await room.act(id, ev.Pause(by=ANA))
    await room.wait(9 * DAY)
    assert room.notes()[-1] == "story.paused_by"
    await room.act(id, ev.Resume(by=ANA))
    current = (await room.story(id)).current
    assert current is not None
    assert current.deadline == room.now + DAY


@pytest.mark.usefixtures("jumping_clock")
async def test_nothing_rings_before_the_clock_is_started() -> None:
    rung: list[Alarm] = []

    class Due:
        async def due(self, now: datetime, limit: int = 50) -> list[Alarm]:
            left = [Alarm(INK, StoryNumber(1), "deadline:1", NOON)]
            return left if not rung else []

        async def next_alarm(self) -> datetime | None:
            return None

    async def ring(alarm: Alarm) -> None:
        rung.append(alarm)

    clock = StoryClock(Due(), ring, clock=lambda: NOON)  # type: ignore[arg-type]
    clock.wake()
    await asyncio.sleep(HOUR.total_seconds())
    assert rung == []
    clock.start()
    await asyncio.sleep(HOUR.total_seconds())
    assert len(rung) == 1
    await clock.aclose()


@given(
    st.integers(0, 365 * 24 * 60),
    st.integers(0, 23),
    st.integers(0, 23),
    st.sampled_from(["", "Europe/Berlin", "America/New_York", "Asia/Shanghai", "Nowhere/Else"]),
)
def test_quiet_hours_end_within_a_day_and_are_over_then(
    minute: int, first: int, last: int, zone: str
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    member = Member(quiet=f"{first}-{last}", zone=zone)
    until = quiet_until(member, now)
    if until is None:
        return
    assert timedelta(0) < until - now <= timedelta(hours=25)
    assert quiet_until(member, until) is None
    assert quiet_from(member, now) <= now


@pytest.mark.parametrize("quiet", ["", "22", "x-7", "7-7", "22-"])
def test_what_is_no_pair_of_hours_is_no_quiet(quiet: str) -> None:
    assert quiet_until(Member(quiet=quiet), NOON) is None


async def test_an_ended_story_rings_no_more(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    await room.act(id, ev.End(by=ANA))
    assert await room.app.stories.store.next_alarm() is None
    with pytest.raises(RengaError):
        await room.write(id, "Once more.", by=ANA) if (await room.story(id)).current else await room.act(
            id, ev.Pass(by=ANA, turn=1)
        )
    assert (await room.story(id)).stage is Stage.ENDED
