"""The weekly report: once for each week that has ended, also over restarts and crashes; nothing of others."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.services.moderation_report import week_begin, week_of
from tests.cogs.test_moderation import armed, put
from tests.cogs.test_review import card, desk, held
from tests.cogs.world import World

MONDAY = datetime(2026, 11, 30, 0, 5, tzinfo=UTC)


def notices(world: World) -> list[str]:
    """Reports that were posted in #gallery."""
    texts = [message.content for message in world.env.backend.messages[world.gallery.id].values()]
    return [text for text in texts if "last seven days" in text]


def at(world: World, moment: datetime) -> None:
    """Set the clock of the reports."""
    world.app.reports._clock = lambda: moment  # type: ignore[attr-defined]


async def run(world: World) -> None:
    await world.app.watch.flush()
    await world.app.reports.run()
    await world.app.dispatch.run_once()


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (datetime(2026, 12, 31, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 1, 3, 23, 59, tzinfo=UTC), "2026-W53"),
    ],
)
def test_weeks_begin_on_monday(day: datetime, week: str) -> None:
    assert week_of(day) == week
    assert week_begin(day) == datetime(2026, 12, 28, tzinfo=UTC)


async def test_a_report_comes_once_a_week_with_the_rate_of_what_was_stopped_wrongly(world: World) -> None:
    await put(world, "log", world.gallery.id)
    await desk(world)
    now = world.app.clock()
    at(world, now)
    await held(world)
    await run(world)
    assert not notices(world)  # its first week has only begun
    world.model.say("night").say("night")
    await world.mod.click(card(world), label="Approve")
    await held(world, world.ben, "another lantern")
    shown = await world.mod.click(card(world), label="Reject…")
    await world.mod.submit_modal(shown, {"note": ""})
    await world.app.reviews.settled()
    next_week = week_begin(now) + timedelta(days=7, minutes=5)
    at(world, next_week)
    await run(world)
    (text,) = notices(world)
    assert "2 held" in text and "decided about 2 and let 50 %" in text and "“lantern” hit 2" in text
    await run(world)
    at(world, next_week + timedelta(days=6, hours=23))
    await run(world)
    assert len(notices(world)) == 1
    at(world, next_week + timedelta(days=7))
    await run(world)
    assert len(notices(world)) == 2 and "No moderator decided" in notices(world)[-1]


async def test_a_crash_before_the_note_makes_no_second_report(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(world, "log", world.gallery.id)
    at(world, MONDAY - timedelta(days=3))
    await armed(world)
    await run(world)
    at(world, MONDAY)
    real = world.app.store.notes.put

    async def crash(*_: Any) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(world.app.reports._notes, "put", crash)
    with pytest.raises(RuntimeError):
        await run(world)
    await world.app.dispatch.run_once()
    monkeypatch.setattr(world.app.reports._notes, "put", real)
    await world.restart()
    await run(world)
    assert len(notices(world)) == 1


async def test_a_server_without_rules_or_channel_gets_none(world: World) -> None:
    at(world, MONDAY - timedelta(days=3))
    await armed(world)
    await run(world)
    at(world, MONDAY)
    await run(world)
    assert not notices(world)
