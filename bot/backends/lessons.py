"""Where a backend keeps what it learnt of its models, so that a restart does not cost it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Lessons(Protocol):
    """What was learnt, as JSON-able values; kept by the storage."""

    async def read(self, server: str) -> Mapping[str, Mapping[str, Any]]:
        """What was learnt of the models of a server, by their ids; what was learnt long ago is left out."""
        ...

    async def keep(self, server: str, model: str, learnt: Mapping[str, Any]) -> None:
        """Keep what was learnt of a model; failing to is no reason to fail an answer."""
        ...


class Forgetful:
    """Keeps nothing beyond the process."""

    async def read(self, server: str) -> Mapping[str, Mapping[str, Any]]:
        """Nothing."""
        return {}

    async def keep(self, server: str, model: str, learnt: Mapping[str, Any]) -> None:
        """Nothing is done."""
