"""Runs the bot in Discord until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

from bot.app import App, open_app
from bot.client import Renga
from bot.connection import logged_in, stay
from bot.errors import ConfigError
from bot.settings import Settings


async def serve(settings: Settings) -> None:
    """Connect and stay, however long Discord is away; SIGTERM and SIGINT close everything in order.

    Raises:
        ConfigError: there is no token.
        NotLetIn: Discord will not have the bot.
    """
    if settings.discord_token is None:
        raise ConfigError("doctor.no_token")
    async with open_app(settings) as app:
        loop = asyncio.get_running_loop()
        running = asyncio.ensure_future(_connect(app, settings.discord_token.get_secret_value()))
        for name in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError):  # Windows
                loop.add_signal_handler(name, running.cancel)
        with suppress(asyncio.CancelledError):
            await running


async def _connect(app: App, token: str) -> None:
    from cogs import EXTENSIONS

    client = await logged_in(lambda: Renga(app, extensions=EXTENSIONS), token)
    try:
        await stay(client)
    finally:
        await client.close()
