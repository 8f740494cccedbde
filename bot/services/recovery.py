"""What a run of the bot does first, once: it finishes what the run before left undone.

Discord says READY again whenever a session cannot be resumed, and lets people
ask for things before it says it the first time.  What is written meanwhile is
nobody's to recover: so what was left undone is looked up before anything can be
asked, and finished once a process.
"""

from __future__ import annotations

import asyncio
import logging

from bot.errors import RengaError
from bot.services.dispatch import Dispatch
from bot.services.stories_clock import StoryClock
from bot.services.stories_time import StoryTime
from bot.services.supervisor import Supervisor

log = logging.getLogger(__name__)

AGAIN = 15.0
"""Seconds until a recovery that failed is tried again."""


class Recovery:
    """Recovers, then starts what runs for as long as the bot does."""

    def __init__(
        self,
        *,
        dispatch: Dispatch,
        story_time: StoryTime,
        story_clock: StoryClock,
        supervisor: Supervisor,
    ) -> None:
        self._dispatch = dispatch
        self._story_time = story_time
        self._story_clock = story_clock
        self._supervisor = supervisor
        self._at_work = asyncio.Lock()
        self._done = False
        supervisor.add("recovery", AGAIN, self._finish)

    async def look_back(self) -> None:
        """Before a client can be handed anything: note what was left undone."""
        self._done = False
        try:
            await self._dispatch.look_back()
        except RengaError as error:
            log.error("what was left undone is looked up later: %s", error)

    async def begin(self) -> None:
        """Once Discord can be reached; called again it does nothing."""
        try:
            await self._finish()
        except RengaError as error:
            log.error("what was left undone waits: %s", error)  # a periodic task tries it again
        finally:
            self._supervisor.start()

    async def _finish(self) -> None:
        async with self._at_work:
            if self._done:
                return
            await self._dispatch.recover()
            await self._story_time.recover()
            self._story_clock.start()
            self._done = True
            log.info("what was left undone is finished")
