"""SimCord's world, patient also where SimCord itself is not."""

from __future__ import annotations

from typing import Any

from simcord.env import Env


class Simulation(Env):
    """A world in which a machine may be as slow as it is: only ``settle_timeout`` decides that a bot hangs.

    SimCord gives a bot that starts, or starts again, five seconds of its own, which a
    busy machine exceeds.
    """

    async def _settle_internal(self, *, timeout: float | None = None, **how: Any) -> None:
        patient = None if timeout is None else max(timeout, self.settle_timeout)
        await super()._settle_internal(timeout=patient, **how)
