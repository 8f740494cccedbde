"""The bot's side of the worker process: started when first needed, started again when it dies or hangs."""

from __future__ import annotations

import asyncio
import itertools
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot import errors
from bot.backends.base import Done, Request, Result, Text, Waiting
from bot.backends.local.pipe import Pipe
from bot.backends.local.wire import Ask, Cancel, Failed, Forget, Message, Said, receive
from bot.errors import BackendError, ModelUnavailable

log = logging.getLogger(__name__)

Answer = Text | Waiting | Done | tuple[Result, ...] | BackendError
Inbox = asyncio.Queue[Answer]


PATIENCE = 120.0
"""Seconds without a word about a request after which a worker is taken to hang."""

_KILLED = -9  # as the exit status of a process says it

CLOSING = 10.0
"""Seconds that a killed worker is waited for."""

LOOK = 1.0
"""Seconds between two looks at whether it does."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request in flight: where its answers go, the model's name, and the worker that was asked."""

    inbox: Inbox
    name: str
    process: subprocess.Popen[bytes]


class WorkerProcess:
    """One worker at a time.

    A thread reads what it says, and hands each message to the loop; another
    writes what it is told.  So a worker that neither reads nor writes keeps
    nobody waiting but whoever asked it, and those no longer than
    ``patience`` seconds: then it is killed, and the next request starts another.
    """

    def __init__(self, arguments: Sequence[str], *, patience: float = PATIENCE) -> None:
        self._arguments = tuple(arguments)
        self.patience = patience
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Pipe | None = None
        self._looked = 0.0
        self._asked: dict[int, Asked] = {}
        self._numbers = itertools.count(1)
        self._starting = asyncio.Lock()
        self._era = 0
        self._owed: float | None = None
        """Since when the worker owes a word; None if it owes none."""
        self.starts = 0
        """How often a worker was started."""

    @property
    def pid(self) -> int | None:
        """The process id of the running worker."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    async def ask(
        self, model: str, name: str, request: Request, seeds: tuple[int, ...] = ()
    ) -> tuple[int, Inbox]:
        """Hand over a request; its answers come in the inbox, an error or Done last.

        With ``seeds`` the last are the candidates written from them.

        Raises:
            ModelUnavailable: no worker can be started, or too much waits for it.
        """
        async with self._starting:
            if self.pid is None:
                await self._start_anew(name)
        process, pipe = self._process, self._pipe
        if process is None or pipe is None:  # it was killed, or closed, meanwhile
            raise ModelUnavailable(model=name)
        number = next(self._numbers)
        self._asked[number] = asked = Asked(Inbox(), name, process)
        if not pipe.put(Ask(number, model, name, request, seeds)):
            del self._asked[number]
            raise ModelUnavailable(model=name)
        if self._owed is None:
            self._owed = asyncio.get_running_loop().time()
        return number, asked.inbox

    async def done(self, number: int) -> None:
        """Nobody reads the inbox any more; what is being written for it is cancelled."""
        asked = self._asked.pop(number, None)
        if asked is None or asked.process is not self._process or self._pipe is None:
            return
        self._pipe.take_back(number)
        self._pipe.put(Cancel(number))

    async def forget(self, era: int) -> None:
        """Have the worker drop what it keeps of earlier prompts; one that does not run keeps nothing."""
        self._era = era
        if self._pipe is not None and not self._pipe.put(Forget(era)):
            self.kill()

    def kill(self) -> None:
        """End the worker at once; whoever waits is told, and the next request starts another."""
        if self._process is not None:
            self._process.kill()
            # Not left to the reader: one that waits for its disk dies only when that answers.
            self._gone(self._process, _KILLED)

    async def aclose(self) -> None:
        """End the worker."""
        process = self._process
        self.kill()
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(process.wait, CLOSING)

    async def _start_anew(self, name: str) -> None:
        loop = asyncio.get_running_loop()
        try:
            process = await asyncio.to_thread(self._start)
        except OSError as error:
            raise ModelUnavailable(model=name) from error
        assert process.stdin is not None
        pipe = Pipe(
            process.stdin,  # pyright: ignore[reportArgumentType]
            lambda ask, error: self._in(loop, self._unsayable, ask, error),
        )
        self._process, self._pipe, self._owed = process, pipe, None
        self.starts += 1
        pipe.put(Forget(self._era))
        threading.Thread(
            target=self._read, args=(process, loop), name="local-worker-reader", daemon=True
        ).start()
        self._looked = loop.time()
        threading.Thread(
            target=self._watch, args=(process, loop), name="local-worker-watch", daemon=True
        ).start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "bot.backends.local.worker", *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )

    def _watch(self, process: subprocess.Popen[bytes], loop: asyncio.AbstractEventLoop) -> None:
        """In a thread: have the worker looked at every so often.

        Not by a timer of the loop: a rehearsal waits until every one of those has ended.
        """
        while process is self._process and not loop.is_closed():
            time.sleep(min(LOOK, self.patience / 2))
            self._in(loop, self._look_at, process)

    def _look_at(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a worker that owes a word for too long, whether or not somebody still waits for it."""
        before, self._looked = self._looked, asyncio.get_running_loop().time()
        if self._owed is None or process is not self._process:
            return
        if self._looked - before > 2 * LOOK + self.patience / 2:
            self._owed = self._looked  # the bot itself stood still: so may have the worker
        elif self._looked - self._owed >= self.patience:
            log.error("the worker has been silent for %.0f s: it is ended", self.patience)
            self.kill()

    def _read(self, process: subprocess.Popen[bytes], loop: asyncio.AbstractEventLoop) -> None:
        """In a thread: pass on every message, and at the end say that the worker is gone."""
        assert process.stdout is not None
        with suppress(OSError):
            while (message := receive(process.stdout)) is not None:  # pyright: ignore[reportArgumentType]
                self._in(loop, self._hear, process, message)
        code = process.wait()
        process.stdout.close()
        self._in(loop, self._gone, process, code)

    def _in(self, loop: asyncio.AbstractEventLoop, call: Callable[..., None], *given: object) -> None:
        # A loop that is closed has nobody left to be told.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(call, *given)

    def _unsayable(self, ask: Ask, error: Exception) -> None:
        log.error("a request cannot be sent to the worker: %s", type(error).__name__)
        self._put(ask.id, ModelUnavailable(model=ask.name), last=True)

    def _hear(self, process: subprocess.Popen[bytes], message: Message) -> None:
        if process is not self._process:
            return  # what one that was killed still said
        mine = any(asked.process is process for asked in self._asked.values())
        self._owed = asyncio.get_running_loop().time() if mine else None
        match message:
            case Said(id, chunk):
                self._put(id, chunk, last=isinstance(chunk, Done | tuple))
            case Failed(id, error, key, facts):
                kind = getattr(errors, error, ModelUnavailable)
                self._put(id, kind(key, **facts), last=True)
            case _:
                pass

    def _put(self, id: int, answer: Answer, *, last: bool) -> None:
        asked = self._asked.get(id)
        if asked is not None:
            asked.inbox.put_nowait(answer)
            if last:
                self._asked.pop(id)

    def _gone(self, process: subprocess.Popen[bytes], code: int) -> None:
        if process is self._process:
            if self._pipe is not None:
                self._pipe.close()
            self._process, self._pipe, self._owed = None, None, None
        # Another worker may be at work by now; its requests are none of this one's.
        mine = {id: asked for id, asked in self._asked.items() if asked.process is process}
        if mine:
            log.error("the worker ended (%s) with %s requests in flight", code, len(mine))
        for id, asked in mine.items():
            self._put(id, ModelUnavailable("backend.worker_died", model=asked.name), last=True)
