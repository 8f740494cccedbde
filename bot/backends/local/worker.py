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
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from bot.backends.base import Done, Text, Waiting
from bot.backends.local.wire import Alive, Ask, Cancel, Failed, Message, Said, receive, send
from bot.errors import ModelUnavailable, RengaError

if TYPE_CHECKING:
    from bot.backends.local.loading import Loaded

BEAT = 1.0
"""Seconds between two signs of life while there is work."""


class Worker:
    """Takes requests, loads models, and runs the engine."""

    def __init__(self, given: argparse.Namespace, pipe: BinaryIO) -> None:
        # Imported here: it takes seconds, and the bot can be told of it meanwhile.
        from bot.backends.local.engine import Engine

        self._given = given
        self._pipe = pipe
        self._engine = Engine()
        self._models: OrderedDict[str, Loaded] = OrderedDict()
        self._lock = threading.Lock()

    def say(self, message: Message) -> None:
        """Tell the bot; whole messages only, from any thread."""
        with self._lock:
            send(self._pipe, message)

    def run(self, inbox: queue.SimpleQueue[Message | None]) -> None:
        """Work until the bot is gone."""
        beat = 0.0
        while True:
            try:
                message = inbox.get(block=not self._engine.busy)
            except queue.Empty:
                pass
            else:
                if message is None:
                    return
                self._take(message)
                continue
            if time.monotonic() - beat > BEAT:
                beat = time.monotonic()
                self.say(Alive())
            for row, error in self._engine.step():
                self.say(_failure(row.id, error, row.loaded.name))

    def _take(self, message: Message) -> None:
        match message:
            case Cancel(id):
                self._engine.drop(id)
            case Ask(id, _, name, _):
                try:
                    self._open(message)
                except Exception as error:  # noqa: BLE001 - it is told to whoever asked
                    self.say(_failure(id, error, name))
            case _:
                pass

    def _open(self, ask: Ask) -> None:
        from bot.backends.local.engine import open_row

        loaded = self._model(ask)

        def tell(chunk: Text | Done) -> None:
            self.say(Said(ask.id, chunk))

        self._engine.add(open_row(ask.id, loaded, ask.request, tell))

    def _model(self, ask: Ask) -> Loaded:
        from bot.backends.local.loading import load

        if ask.model in self._models:
            self._models.move_to_end(ask.model)
            return self._models[ask.model]
        idle = [key for key, loaded in self._models.items() if not self._engine.uses(loaded)]
        while len(self._models) >= self._given.loaded and idle:
            del self._models[idle.pop(0)]

        def progress(why: str, fraction: float | None) -> None:
            waiting = Waiting("downloading" if why == "downloading" else "loading", None, fraction, ask.name)
            self.say(Said(ask.id, waiting))

        loaded = load(
            ask.model, ask.name, device=self._given.device, dtype=self._given.dtype, progress=progress
        )
        self._models[ask.model] = loaded
        return loaded


def _failure(id: int, error: Exception, model: str) -> Failed:
    if isinstance(error, RengaError):
        return Failed(id, type(error).__name__, error.text_key, error.facts)
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return Failed(id, ModelUnavailable.__name__, "backend.out_of_memory", {"model": model})
    print(f"row {id} failed: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
    return Failed(id, ModelUnavailable.__name__, ModelUnavailable.key, {"model": model})


def _listen(pipe: BinaryIO, inbox: queue.SimpleQueue[Message | None]) -> None:
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
    given = parser.parse_args()
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    if hasattr(os, "nice"):
        os.nice(given.nice)
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    inbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, inbox), daemon=True).start()
    with suppress(BrokenPipeError, KeyboardInterrupt):
        Worker(given, out).run(inbox)
    # Threads of torch may hold the interpreter up; nothing is left to be saved.
    os._exit(0)


if __name__ == "__main__":
    main()
