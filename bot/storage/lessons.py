"""What was learnt of models, in a small file beside the database: it can be thrown away at any time."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from bot.storage.store import path_of

log = logging.getLogger(__name__)

NAME = "models.json"
"""The file's name, in the folder of the database."""

FRESH = 30 * 86_400.0
"""Seconds after which a model is asked afresh: servers are updated, and then take what they refused."""

MOST = 1_000
"""Models of which something is kept; beyond them the oldest go."""


def beside(database: str) -> LessonFile:
    """The file beside a database, however that is named in the settings.

    Raises:
        StorageError: it is the URL of another kind of database.
    """
    return LessonFile(path_of(database).with_name(NAME))


class LessonFile:
    """Implements :class:`bot.backends.lessons.Lessons`.

    A file that cannot be read or written costs what was learnt, and nothing else.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._lock = asyncio.Lock()

    async def read(self, server: str) -> Mapping[str, Mapping[str, Any]]:
        """What was learnt of a server's models within :data:`FRESH`."""
        async with self._lock:
            known = await asyncio.to_thread(self._load)
        oldest = self._clock() - FRESH
        return {
            one["model"]: one["learnt"] for one in known if one["server"] == server and one["at"] >= oldest
        }

    async def keep(self, server: str, model: str, learnt: Mapping[str, Any]) -> None:
        """Keep what was learnt of a model, in the place of what was kept of it before."""
        async with self._lock:
            await asyncio.to_thread(self._save, server, model, dict(learnt))

    def _load(self) -> list[dict[str, Any]]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        except (OSError, ValueError):
            log.warning("what was learnt of models cannot be read: it is learnt anew")
            return []
        items = cast("list[object]", found) if isinstance(found, list) else []
        return [cast("dict[str, Any]", item) for item in items if _sound(item)]

    def _save(self, server: str, model: str, learnt: dict[str, Any]) -> None:
        kept = [one for one in self._load() if (one["server"], one["model"]) != (server, model)]
        kept.append({"server": server, "model": model, "at": self._clock(), "learnt": learnt})
        new = self._path.with_name(self._path.name + ".new")
        try:
            new.write_text(json.dumps(kept[-MOST:], ensure_ascii=False, indent=1), encoding="utf-8")
            os.replace(new, self._path)
        except OSError as error:
            log.warning("what was learnt of a model could not be kept: %s", type(error).__name__)


def _sound(item: object) -> bool:
    if not isinstance(item, dict):
        return False
    kinds = {"server": str, "model": str, "at": int | float, "learnt": dict}
    one = cast("dict[str, object]", item)
    return all(isinstance(one.get(name), kind) for name, kind in kinds.items())
