"""Servers that fail in a rehearsal: whatever a server does, a line comes to its end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.rehearsal.world import open_world
from bot.settings import Settings
from cogs import EXTENSIONS
from tests.bot.rehearsal.stage import SCENE, Stage
from tests.patience import PATIENCE
from tests.servers.faulty import POEM, Answer, event, hangs, says, serve, status

LOADING: dict[str, Any] = {"type": "unavailable_error"}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([status(500)] * 9, "Another model answered"),
        ([status(503)] * 9, "Another model answered"),
        ([status(429, headers={"Retry-After": "1"})] * 9, "Another model answered"),
        ([status(429, headers={"Retry-After": "90"})] * 9, "Another model answered"),
        ([says(event(), cut=True)] * 9, "Another model answered"),
        ([hangs()] * 9, "Another model answered"),
        ([status(500), says()], "Snow falls"),
        ([status(503, "Loading model", **LOADING), says()], "Snow falls"),
        ([status(429, headers={"Retry-After": "1"}), says()], "Snow falls"),
        ([says(*POEM, cut=True)], "broken off"),
    ],
)
async def test_a_line_comes_to_its_end(settings: Settings, answers: list[Answer], expected: str) -> None:
    async with serve() as server, serve() as other:
        server.then(*answers)
        own = Settings.read(
            {
                "RENGA_DATABASE": settings.database,
                "RENGA_MODEL": "openai/poet",
                "RENGA_FALLBACK": "mine/poet",
                "RENGA_SERVERS": f"mine={other.url}",
                "RENGA_DEADLINE": "20",
                "OPENAI_BASE_URL": server.url,
            },
            dotenv=None,
        )
        async with asyncio.timeout(PATIENCE), open_world(own, EXTENSIONS) as world:
            rehearsal = Stage(world, "en")
            await rehearsal.fine(SCENE)
            await rehearsal.fine(f"@ana /poem topic:rain\nexpect {expected}")
