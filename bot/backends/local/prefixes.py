"""Keeps what was computed of prompts that come again: a server's style, a story as far as it is told.

A prompt that begins as a kept one did is read only from where they part.
Entries are found by a key that holds the guild, so that no guild can tell from
the time an answer takes what another guild has asked.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from bot.backends.local.packed import RowMemory

LEAST = 16
"""Tokens under which keeping or copying does not pay."""

KEPT_FOR = 3600.0
"""Seconds after which an entry that nobody asked for again is dropped."""

Key = tuple[str, str, str, int]
"""Model, guild, name of the prefix, and the era in which it was asked for."""


@dataclass(slots=True)
class Entry:
    """The tokens of a prompt (and what was written after it), and their keys and values."""

    ids: list[int]
    memory: RowMemory
    used: float


class Prefixes:
    """A store under a budget of bytes; what was not used for longest goes first.  Safe from any thread."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._lock = threading.Lock()
        self._era = 0

    @property
    def bytes(self) -> int:
        """What the store takes of memory."""
        with self._lock:
            return self._bytes()

    def take(self, key: Key, ids: Sequence[int], expected: int) -> RowMemory | None:
        """A copy of what is kept of the beginning of ``ids``: at most all but the last token.

        Args:
            key: whose prefix, and which.
            ids: the prompt to be read.
            expected: tokens that the row will probably hold altogether.
        """
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            shared = common(entry.ids, ids[:-1], entry.memory.length)
            if shared < LEAST:
                return None
            self._entries.move_to_end(key)
            entry.used = time.monotonic()
        return entry.memory.copy(shared, expected)

    def keep(self, key: Key, ids: Sequence[int], memory: RowMemory) -> None:
        """Keep a row's memory; it must not be written to any more.

        It is cut to what is in use if much of it is not.
        """
        if memory.length < LEAST:
            return
        if memory.room > memory.length + memory.length // 8:
            memory = memory.copy(memory.length)
        entry = Entry(list(ids[: memory.length]), memory, time.monotonic())
        with self._lock:
            if key[3] < self._era:
                return
            self._entries[key] = entry
            self._entries.move_to_end(key)
            self._trim(self._budget)

    def shrink(self, budget: int) -> None:
        """Drop entries until the rest takes ``budget`` bytes at most."""
        with self._lock:
            self._trim(budget)

    def forget(self, model: str) -> None:
        """Drop what was computed by a model that is unloaded."""
        with self._lock:
            for key in [key for key in self._entries if key[0] == model]:
                del self._entries[key]

    def forget_before(self, era: int) -> None:
        """Drop what was asked for in an earlier era: words are in it that nobody may keep any more."""
        with self._lock:
            self._era = max(era, self._era)
            for key in [key for key in self._entries if key[3] < self._era]:
                del self._entries[key]

    def _bytes(self) -> int:
        return sum(entry.memory.bytes for entry in self._entries.values())

    def _trim(self, budget: int) -> None:
        now = time.monotonic()
        while self._entries:
            oldest = next(iter(self._entries))
            if self._bytes() <= budget and now - self._entries[oldest].used < KEPT_FOR:
                return
            del self._entries[oldest]


def common(one: Sequence[int], other: Sequence[int], most: int) -> int:
    """How many tokens two sequences have in common at their beginning, at most ``most``."""
    count = 0
    for left, right in zip(one[:most], other, strict=False):
        if left != right:
            break
        count += 1
    return count
