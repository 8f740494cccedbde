"""The worker process: ``python -m bot.backends.local.worker``, told by the bot what to write.

It reads messages from standard input and writes messages to standard output
(see :mod:`bot.backends.local.wire`); whatever a library prints goes to standard
error.  It ends when the bot does.
"""

from __future__ import annotations

import argparse
import os
import queue
import sys
import threading
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from bot.backends.base import Done, Result, Text, Waiting
from bot.backends.local.wire import Alive, Ask, Cancel, Failed, Forget, Message, Said, receive, send
from bot.errors import ModelUnavailable, RengaError

if TYPE_CHECKING:
    from bot.backends.local.engine import Written
    from bot.backends.local.loading import Loaded

BEAT = 1.0
"""Seconds between two signs of life while there is work."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A row is ready to join; said by the thread that opens rows."""

    row: Written


Inbox = queue.SimpleQueue[Message | Joined | None]


class Worker:
    """Takes requests, loads models, and runs the engine.

    Models are loaded and prompts prepared in a thread of their own, so that rows
    that are being written go on meanwhile.
    """

    def __init__(self, given: argparse.Namespace, pipe: BinaryIO, inbox: Inbox) -> None:
        # Imported here: it takes seconds, and the bot can be told of it meanwhile.
        from bot.backends.local.engine import Engine
        from bot.backends.local.prefixes import Prefixes

        self._given = given
        self._pipe = pipe
        self._inbox = inbox
        self._opener = ThreadPoolExecutor(1, "opener")
        self._copier = ThreadPoolExecutor(1, "copier")
        self._prefixes = Prefixes(given.prefixes << 20)
        self._engine = Engine(prefixes=self._prefixes, aside=self._copier.submit)
        self._models: OrderedDict[str, Loaded] = OrderedDict()
        self._opening: set[int] = set()
        """Requests that the opener has not finished with; it is told to forget one by its leaving."""
        self._lock = threading.Lock()

    def say(self, message: Message) -> None:
        """Tell the bot; whole messages only, from any thread."""
        with self._lock:
            send(self._pipe, message)

    def run(self) -> None:
        """Work until the bot is gone."""
        beat = 0.0
        while True:
            if (self._engine.busy or self._opening) and time.monotonic() - beat > BEAT:
                beat = time.monotonic()
                self.say(Alive())
            try:
                message = self._inbox.get(
                    block=not self._engine.busy, timeout=BEAT if self._opening else None
                )
            except queue.Empty:
                pass
            else:
                if message is None:
                    return
                self._take(message)
                continue
            for row, error in self._engine.step():
                self.say(_failure(row.id, error, row.loaded.name))

    def _take(self, message: Message | Joined) -> None:
        if isinstance(message, Ask | Cancel):
            self.say(Alive())
        match message:
            case Cancel(id):
                self._opening.discard(id)
                self._engine.drop(id)
            case Ask(id):
                self._opening.add(id)
                self._opener.submit(self._open, message)
            case Joined(row):
                self._join(row)
            case Forget(era):
                self._prefixes.forget_before(era)
            case _:
                pass

    def _join(self, row: Written) -> None:
        if row.id not in self._opening:
            return
        self._opening.discard(row.id)
        try:
            self._engine.add(row)
        except RengaError as error:
            self.say(_failure(row.id, error, row.loaded.name))

    def _open(self, ask: Ask) -> None:
        """In the opener's thread: make a row of a request."""
        from bot.backends.local.row import open_group, open_row

        if ask.id not in self._opening:
            return

        def tell(chunk: Text | Waiting | Done | tuple[Result, ...]) -> None:
            self.say(Said(ask.id, chunk))

        try:
            loaded = self._model(ask)
            if ask.seeds:
                row = open_group(ask.id, loaded, ask.request, ask.seeds, tell, self._prefixes)
            else:
                row = open_row(ask.id, loaded, ask.request, tell, self._prefixes)
        except Exception as error:  # noqa: BLE001 - it is told to whoever asked
            self._opening.discard(ask.id)
            self.say(_failure(ask.id, error, ask.name))
        else:
            self._inbox.put(Joined(row))

    def _model(self, ask: Ask) -> Loaded:
        from bot.backends.local.loading import free_for_rows, load

        if ask.model in self._models:
            self._models.move_to_end(ask.model)
            return self._models[ask.model]
        idle = [key for key, loaded in self._models.items() if not self._engine.uses(loaded)]
        while len(self._models) >= self._given.loaded and idle:
            self._prefixes.forget(self._models.pop(idle.pop(0)).name)

        def progress(why: str, fraction: float | None) -> None:
            waiting = Waiting("downloading" if why == "downloading" else "loading", None, fraction, ask.name)
            self.say(Said(ask.id, waiting))

        loaded = load(
            ask.model, ask.name, device=self._given.device, dtype=self._given.dtype, progress=progress
        )
        self._models[ask.model] = loaded
        self._engine.room = free_for_rows(loaded)
        return loaded


def _failure(id: int, error: Exception, model: str) -> Failed:
    if isinstance(error, RengaError):
        return Failed(id, type(error).__name__, error.text_key, error.facts)
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return Failed(id, ModelUnavailable.__name__, "backend.out_of_memory", {"model": model})
    print(f"row {id} failed: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
    return Failed(id, ModelUnavailable.__name__, ModelUnavailable.key, {"model": model})


def _listen(pipe: BinaryIO, inbox: Inbox) -> None:
    while (message := receive(pipe)) is not None:
        inbox.put(message)
    inbox.put(None)


def main() -> None:
    """Set up the process, then work."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="auto")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--loaded", type=int, default=1)
    parser.add_argument("--nice", type=int, default=10)
    parser.add_argument("--prefixes", type=int, default=256)
    given = parser.parse_args()
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    if hasattr(os, "nice"):
        os.nice(given.nice)
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    inbox: Inbox = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, inbox), daemon=True).start()
    with suppress(BrokenPipeError, KeyboardInterrupt):
        Worker(given, out, inbox).run()
    # Threads of torch may hold the interpreter up; nothing is left to be saved.
    os._exit(0)


if __name__ == "__main__":
    main()
