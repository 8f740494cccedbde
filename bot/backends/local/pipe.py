"""What is yet to be told to the worker.

A thread writes it: the pipe of a worker that does not read (stopped, swapping,
hung) is full after some kilobytes, and who writes into it then waits for as
long as that lasts.  Nobody but the thread does.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from bot.backends.local.wire import Ask, Message, packed

MOST = 1_000
"""Messages that may wait; a request beyond them is refused."""


class Pipe:
    """A bounded line of messages, and the thread that writes them.  May be used from any thread.

    Args:
        file: where they go; closed by the thread.
        unsayable: told, in the thread, of a request that cannot be sent.
    """

    def __init__(self, file: BinaryIO, unsayable: Callable[[Ask, Exception], None]) -> None:
        self._file = file
        self._unsayable = unsayable
        self._waiting: deque[Message] = deque()
        self._changed = threading.Condition()
        self._closed = False
        threading.Thread(target=self._write, name="local-worker-writer", daemon=True).start()

    def put(self, message: Message) -> bool:
        """Have a message written; False if too many wait, or if nobody will read it."""
        with self._changed:
            if self._closed or len(self._waiting) >= MOST:
                return False
            self._waiting.append(message)
            self._changed.notify()
            return True

    def take_back(self, id: int) -> None:
        """Drop a request, unless it is written already."""
        with self._changed:
            kept = [one for one in self._waiting if not (isinstance(one, Ask) and one.id == id)]
            self._waiting = deque(kept)

    def close(self) -> None:
        """Write no more."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify()

    def _next(self) -> Message | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting)
            return None if self._closed else self._waiting.popleft()

    def _write(self) -> None:
        while (message := self._next()) is not None:
            try:
                body = packed(message)
            except Exception as error:  # noqa: BLE001 - pickle raises what it likes; whoever asked is told
                if isinstance(message, Ask):
                    self._unsayable(message, error)
                continue
            try:
                self._file.write(body)
                self._file.flush()
            except (OSError, ValueError):
                break  # the worker is gone; the reader tells everybody
        self.close()
        with suppress(OSError, ValueError):
            self._file.close()
