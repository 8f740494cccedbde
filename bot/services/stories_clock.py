"""The one timer of all stories.

It sleeps until the earliest alarm in the database is due, whatever the number
of stories that sleep, and is woken when an alarm may have come nearer.  An
alarm goes only when what it stood for has been committed (the commit writes the
story's alarms anew), so a process that dies in between finds it again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

from bot.ids import GuildId
from bot.services.stories_ports import Alarm, StoryNumber, StoryStore

log = logging.getLogger(__name__)

LONGEST = 3_600.0
"""Seconds after which it looks again in any case: a machine that slept has a clock that jumped."""

AFTER_FAILURE = 30.0
"""Seconds before it tries again what went wrong."""

SLOWER = 20
"""An alarm that keeps failing is tried again ever later, up to so many times as late."""


class StoryClock:
    """Rings the alarms of stories.  ``sleep`` is how it waits: that of a simulated world, if there is one."""

    def __init__(
        self,
        store: StoryStore,
        ring: Callable[[Alarm], Awaitable[object]],
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._ring = ring
        self._clock = clock
        self._sleep = sleep
        self._sleeper: asyncio.Task[None] | None = None
        self._asleep = False
        self._again = False
        self._started = False
        self._failed: dict[tuple[GuildId, StoryNumber, str], int] = {}

    def start(self) -> None:
        """Ring from now on: what was missed while the bot was down has been made good."""
        self._started = True
        self.wake()

    def wake(self) -> None:
        """An alarm may be due sooner than was known: look again.  Nothing rings before :meth:`start`."""
        if not self._started:
            return
        if self._sleeper is not None and not self._sleeper.done():
            if not self._asleep:
                self._again = True
                return
            self._sleeper.cancel()
        self._sleeper = asyncio.create_task(self._run(), name="stories:clock")

    async def aclose(self) -> None:
        """Stop it."""
        self._started = False
        if self._sleeper is not None:
            self._sleeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._sleeper

    async def ring_due(self) -> int:
        """Ring everything that is due now; returns how many alarms that were.

        What cannot be rung is put off, so that it keeps no other story waiting.
        """
        rung = 0
        while due := await self._store.due(self._clock()):
            for alarm in due:
                name = (alarm.guild, alarm.story, alarm.name)
                try:
                    await self._ring(alarm)
                except Exception:
                    log.exception("an alarm of story %s could not be rung", alarm.story)
                    self._failed[name] = failures = min(self._failed.get(name, 0) + 1, SLOWER)
                    later = self._clock() + timedelta(seconds=AFTER_FAILURE * failures)
                    await self._store.postpone(alarm, later)
                else:
                    self._failed.pop(name, None)
                    rung += 1
        return rung

    async def _run(self) -> None:
        while True:
            self._again = False
            try:
                await self.ring_due()
                earliest = await self._store.next_alarm()
            except Exception:
                log.exception("the clock of stories failed")
                pause: float | None = AFTER_FAILURE
            else:
                pause = None if earliest is None else (earliest - self._clock()).total_seconds()
            if self._again:
                continue
            if pause is None:
                return  # nothing is to happen: whoever sets an alarm wakes it
            self._asleep = True
            try:
                await self._sleep(min(max(pause, 0.0), LONGEST))
            finally:
                self._asleep = False
