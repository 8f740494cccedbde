"""Runs periodic tasks that outlive their own failures.

``discord.ext.tasks`` loops die silently on an error they do not know (a 504, a
429); here every failure is logged, waited out with a growing pause, and tried
again, and :meth:`Supervisor.late` tells which task has not succeeded for long.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

PERIODIC = "periodic:"
"""What the names of its tasks begin with."""

LONGEST_PAUSE = 300.0
"""Seconds; pauses after failures double up to this."""


@dataclass(slots=True)
class _Task:
    every: float
    run: Callable[[], Awaitable[object]]
    failures: int = 0
    succeeded: float = field(default_factory=time.monotonic)


class Supervisor:
    """Holds the periodic tasks of a running bot; ``sleep`` is how they wait."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._sleep = sleep
        self._tasks: dict[str, _Task] = {}
        self._running: list[asyncio.Task[None]] = []

    def add(self, name: str, every: float, run: Callable[[], Awaitable[object]]) -> None:
        """Run ``run`` every so many seconds once started."""
        self._tasks[name] = _Task(every, run)

    def start(self) -> None:
        """Start every task; called again (on a reconnect) it does nothing."""
        if self._running:
            return
        self._running = [
            asyncio.create_task(self._keep(name, task), name=f"{PERIODIC}{name}")
            for name, task in self._tasks.items()
        ]

    async def aclose(self) -> None:
        """Stop every task."""
        for running in self._running:
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running = []

    def late(self) -> tuple[str, ...]:
        """Tasks that have not succeeded for three of their periods and a minute."""
        now = time.monotonic()
        return tuple(name for name, task in self._tasks.items() if now - task.succeeded > 3 * task.every + 60)

    async def _keep(self, name: str, task: _Task) -> None:
        while True:
            await self._sleep(min(task.every * 2**task.failures, max(LONGEST_PAUSE, task.every)))
            try:
                await task.run()
            except Exception:
                task.failures = min(task.failures + 1, 16)
                log.exception("periodic task %s failed (%s in a row)", name, task.failures)
            else:
                task.failures, task.succeeded = 0, time.monotonic()
