"""Shows the channel of a rehearsal in a browser, by SimCord's Preview, refreshed while text streams."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from simcord import SetupError
from simcord.backend.errors import BackendError

from bot.rehearsal.world import World

log = logging.getLogger(__name__)

EVERY = 0.5
"""Seconds between two refreshes; the page asks for changes as often."""


@asynccontextmanager
async def preview(world: World, tell: Callable[[str], object]) -> AsyncGenerator[None]:
    """Serve the current channel on loopback, wherever the rehearsal goes, and tell the address once."""
    following = asyncio.create_task(_follow(world, tell))
    try:
        yield
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


async def _follow(world: World, tell: Callable[[str], object]) -> None:
    shown: tuple[int, int] | None = None
    page: Any = None
    async with AsyncExitStack() as stack:
        while True:
            members = list(world.members.values())
            if members and world.channel is not None:
                wanted = world.channel.id, len(members)
                try:
                    if wanted != shown:
                        await stack.aclose()
                        page = await stack.enter_async_context(_page(world, members, page))
                        if shown is None:
                            tell(page.url)
                        shown = wanted
                    _republish(page)
                except (SetupError, BackendError, OSError):
                    # The bot is at work, which a new page cannot be opened beside: at the next turn.
                    log.debug("the page was not refreshed", exc_info=True)
            await asyncio.sleep(EVERY)


def _page(world: World, members: list[Any], before: Any) -> Any:
    """A page for a channel, under the address of the one before it."""
    port = None if before is None else int(before.url.split(":")[2].split("/")[0])
    page = world.env.preview(world.channel, viewers=members, layout="channel", port=port)
    if before is not None:
        page.capability = before.capability
    return page


def _republish(page: Any) -> None:
    """Show what there is now.  Preview.refresh would wait until the bot has settled: nothing would stream."""
    page._advance_presentation_time()
    for one in tuple(page._pages.values()):
        page._publish(one, reason="refresh")
