"""The world that cogs are tested in."""

from __future__ import annotations

import mimetypes
from collections.abc import AsyncIterator, Iterator

import pytest
from blockbuster import blockbuster_ctx

from bot.settings import Settings
from tests.cogs.discord_api import complaints, unsafe
from tests.cogs.world import World, open_world, opened

mimetypes.init()  # reads files, once in a process

SCANNED = ["bot.services", "bot.storage", "bot.backends", "bot.moderation", "cogs", "discord"]


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[World]:
    """A guild, three members, the bot, and a scripted model.

    Once it has started, whoever blocks the event loop fails: a blocked loop
    misses Discord's three seconds.
    """
    async with open_world(settings) as world:
        with blockbuster_ctx(SCANNED) as world.guard:
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
