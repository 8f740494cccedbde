"""Shows the channel of a rehearsal in a browser, by SimCord's Preview, refreshed while text streams."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from bot.rehearsal.world import World

log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two refreshes."""


@asynccontextmanager
async def preview(world: World, tell: Callable[[str], object]) -> AsyncGenerator[None]:
    """Serve the current channel on loopback, and tell the address."""
    server = world.server
    if server is None:
        yield
        return
    page: Any
    async with world.env.preview(
        world.channel, viewers=list(server.members.values()), layout="channel"
    ) as page:
        tell(page.url)
        refreshing = asyncio.create_task(_refresh(page))
        try:
            yield
        finally:
            refreshing.cancel()
            with suppress(asyncio.CancelledError):
                await refreshing


async def _refresh(page: Any) -> None:
    while True:
        await asyncio.sleep(EVERY)
        try:
            await page.refresh()
        except Exception:
            log.debug("the page was not refreshed", exc_info=True)
