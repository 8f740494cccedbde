"""Whoever has used up a day's requests is refused from memory, until day or allowance is another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.app import App, open_app
from bot.backends.scripted import ScriptedBackend
from bot.errors import QuotaUsedUp
from bot.house.model import Level
from bot.ids import ChannelId, GuildId, MemberId, Place
from bot.services.usage import Usage
from bot.settings import Settings

ANA, BEN = MemberId(7), MemberId(8)
HERE = Place(GuildId(1), ChannelId(20))
EVENING = datetime(2026, 5, 1, 22, tzinfo=UTC)


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[App]:
    async with open_app(settings, backends=[ScriptedBackend()]) as opened:
        await opened.desk.set(HERE, Level.GUILD, 0, "member_requests", 1, by=ANA)
        yield opened


class Clock:
    now = EVENING

    def __call__(self) -> datetime:
        return self.now


async def used_up(app: App, clock: Clock) -> Usage:
    usage = Usage(app.store.usage, app.desk.book, clock)
    await usage.reserve(HERE, ANA, 10, key="1")
    usage.check(HERE, ANA)
    with pytest.raises(QuotaUsedUp):
        await usage.reserve(HERE, ANA, 10, key="2")
    return usage


async def test_what_is_used_up_is_refused_from_memory_and_says_until_when(app: App) -> None:
    usage = await used_up(app, Clock())
    with pytest.raises(QuotaUsedUp) as refused:
        usage.check(HERE, ANA)
    assert refused.value.facts["resets"] == datetime(2026, 5, 2, tzinfo=UTC)
    usage.check(HERE, BEN)


async def test_on_another_day_it_is_asked_anew(app: App) -> None:
    clock = Clock()
    usage = await used_up(app, clock)
    clock.now += timedelta(hours=2)
    usage.check(HERE, ANA)
    await usage.reserve(HERE, ANA, 10, key="3")


async def test_with_another_allowance_it_is_asked_anew(app: App) -> None:
    usage = await used_up(app, Clock())
    await app.desk.set(HERE, Level.GUILD, 0, "member_requests", 2, by=ANA)
    usage.check(HERE, ANA)
    await usage.reserve(HERE, ANA, 10, key="3")
