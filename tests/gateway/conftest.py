"""A bot of its own process between a Discord and a model on loopback."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.gateway import loopback
from tests.gateway.loopback import Discord
from tests.gateway.process import Process
from tests.servers.faulty import Faulty, event
from tests.servers.faulty import serve as serve_model

TOKEN = "OTAwMDAwMDAwMDAwMDAwMDAx.GateWy.loopback-secret-that-no-log-shows"
KEY = "sk-loopback-secret-0123456789"
PACE = 0.5
"""Seconds between two edits of a stream, as the tests set it: within the limit of five in two seconds."""

BABBLE = 0.1
"""Seconds between two pieces of what a model says by itself."""


class Pen:
    """A model's answer: the words that the test lets come, and babble meanwhile, until it is lifted.

    The newest words of a stream are held back for the filters, and a frame is
    drawn when the next words come: so that something can be read, more has to come.
    """

    def __init__(self) -> None:
        self._words: asyncio.Queue[str | None] = asyncio.Queue()

    def write(self, *words: str) -> None:
        """Let some words come."""
        for word in words:
            self._words.put_nowait(word)

    def lift(self) -> None:
        """Let the answer be complete."""
        self._words.put_nowait(None)

    async def _next(self) -> str | None:
        try:
            return await asyncio.wait_for(self._words.get(), BABBLE)
        except TimeoutError:
            return f"{secrets.token_hex(3)} "  # no two texts are alike, or another would be asked for

    async def __call__(self, request: web.Request, body: Any) -> web.StreamResponse:
        """Answer one request (see :mod:`tests.servers.faulty`)."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        while (word := await self._next()) is not None:
            await response.write(f"data: {json.dumps(event(word))}\n\n".encode())
        await response.write(f"data: {json.dumps(event(finish='stop'))}\n\ndata: [DONE]\n\n".encode())
        return response


@dataclass(slots=True)
class Stage:
    """Discord, the model, and the bot between them."""

    discord: Discord
    model: Faulty
    bot: Process

    def pen(self) -> Pen:
        """The answer to the model's next request, to be written word by word."""
        pen = Pen()
        self.model.then(pen)
        return pen


@asynccontextmanager
async def stage(folder: Path, **options: Any) -> AsyncIterator[Stage]:
    """Everything but the start of the bot; afterwards its log must hold no secret and no text."""
    async with loopback.serve(TOKEN, **options) as discord, serve_model() as model:
        environment = {
            "DISCORD_TOKEN": TOKEN,
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": model.url,
            "RENGA_MODEL": "openai/poet",
            "RENGA_EDIT_SECONDS": str(PACE),
            "RENGA_LOG_LEVEL": "DEBUG",
        }
        bot = Process(folder, environment, discord.url, discord.gateway.url)
        try:
            yield Stage(discord, model, bot)
        finally:
            await bot.aclose()
        log = bot.all_said()
        for secret in (TOKEN, KEY, *discord.tokens()):
            assert secret not in log
