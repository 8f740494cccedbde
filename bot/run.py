"""Runs the bot in Discord until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

from bot.app import open_app
from bot.client import Renga
from bot.errors import ConfigError
from bot.settings import Settings


async def serve(settings: Settings) -> None:
    """Connect and stay; SIGTERM and SIGINT close everything in order.

    Raises:
        ConfigError: there is no token, or Discord does not know it.
    """
    import discord

    from cogs import EXTENSIONS

    if settings.discord_token is None:
        raise ConfigError(variable="DISCORD_TOKEN", problem="empty", remedy="")
    async with open_app(settings) as app, Renga(app, extensions=EXTENSIONS) as client:
        loop = asyncio.get_running_loop()
        running = asyncio.ensure_future(client.start(settings.discord_token.get_secret_value()))
        for name in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError):  # Windows
                loop.add_signal_handler(name, running.cancel)
        try:
            await running
        except asyncio.CancelledError:
            pass
        except discord.LoginFailure as error:
            raise ConfigError(
                variable="DISCORD_TOKEN",
                problem="Discord does not know this token",
                remedy="Copy it again from the Bot page of your application.",
            ) from error
