"""A page on this machine that looks and works like Discord, over the world of a rehearsal.

Only who knows its address reaches it: that holds a long random word, and the
page listens on loopback alone, to itself alone.  It shows the simulated world
and nothing else of the machine.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from bot.ids import Lang
from bot.rehearsal.events import Event
from bot.rehearsal.page.deeds import Deeds
from bot.rehearsal.page.server import Server
from bot.rehearsal.world import World


@asynccontextmanager
async def open_page(
    world: World, report: Callable[[Event], None], settle: Callable[[], object], lang: Lang
) -> AsyncGenerator[str]:
    """Serve the page while the context lasts; gives its address.

    ``report`` is told what people do on the page and what comes of it, and
    ``settle`` that it is over; ``lang`` is spoken until there is somebody who looks.
    """
    deeds = Deeds(world, report, settle)
    async with Server(world, deeds, lang) as server:
        try:
            yield server.url
        finally:
            await deeds.running.close()
