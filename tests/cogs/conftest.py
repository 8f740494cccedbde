"""The world that cogs are tested in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from bot.settings import Settings
from tests.cogs.discord_api import complaints, unsafe
from tests.cogs.world import World, open_world, opened


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[World]:
    """A guild, three members, the bot, and a scripted model."""
    async with open_world(settings) as world:
        yield world


@pytest.fixture(autouse=True)
def discord_would_take_it() -> Iterator[None]:
    """Everything the bot sent in a test is as Discord's API description wants it, and pings nobody."""
    opened.clear()
    yield
    for world in opened:
        requests = world.env.http_requests
        assert not list(complaints(requests))
        assert not list(unsafe(requests))
    opened.clear()
