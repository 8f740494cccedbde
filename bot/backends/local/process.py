"""The bot's side of the worker process: started when first needed, started again when it dies or hangs."""

from __future__ import annotations

import asyncio
import itertools
import logging
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot import errors
from bot.backends.base import Done, Request, Result, Text, Waiting
from bot.backends.local.wire import Ask, Cancel, Failed, Forget, Message, Said, receive, send
from bot.errors import BackendError, ModelUnavailable

log = logging.getLogger(__name__)

Answer = Text | Waiting | Done | tuple[Result, ...] | BackendError
Inbox = asyncio.Queue[Answer]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request in flight: where its answers go, the model's name, and the worker that was asked."""

    inbox: Inbox
    name: str
    process: subprocess.Popen[bytes]


class WorkerProcess:
    """One worker at a time.  A thread reads what it says, and hands each message to the loop."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._arguments = tuple(arguments)
        self._process: subprocess.Popen[bytes] | None = None
        self._asked: dict[int, Asked] = {}
        self._numbers = itertools.count(1)
        self._starting = asyncio.Lock()
        self._heard = 0.0
        self.starts = 0
        """How often a worker was started."""

    @property
    def pid(self) -> int | None:
        """The process id of the running worker."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def silent(self) -> float:
        """Seconds since the worker last said anything."""
        return asyncio.get_running_loop().time() - self._heard

    async def ask(
        self, model: str, name: str, request: Request, seeds: tuple[int, ...] = ()
    ) -> tuple[int, Inbox]:
        """Hand over a request; its answers come in the inbox, an error or Done last.

        With ``seeds`` the last are the candidates written from them.

        Raises:
            ModelUnavailable: no worker can be started.
        """
        async with self._starting:
            if self.pid is None:
                try:
                    await asyncio.to_thread(self._start, asyncio.get_running_loop())
                except OSError as error:
                    raise ModelUnavailable(model=name) from error
        assert self._process is not None
        number = next(self._numbers)
        self._asked[number] = asked = Asked(Inbox(), name, self._process)
        self._heard = asyncio.get_running_loop().time()
        await self._send(Ask(number, model, name, request, seeds))
        return number, asked.inbox

    async def done(self, number: int) -> None:
        """Nobody reads the inbox any more; what is being written for it is cancelled."""
        if self._asked.pop(number, None) is not None:
            await self._send(Cancel(number))

    async def forget(self, era: int) -> None:
        """Have the worker drop what it keeps of earlier prompts; one that does not run keeps nothing."""
        if self.pid is not None:
            await self._send(Forget(era))

    def kill(self) -> None:
        """End the worker at once; whoever waits is told, and the next request starts another."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()

    async def aclose(self) -> None:
        """End the worker."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            await asyncio.to_thread(process.wait)

    async def _send(self, message: Message) -> None:
        pipe = self._process.stdin if self._process is not None else None
        if pipe is None:
            return
        try:
            send(pipe, message)  # pyright: ignore[reportArgumentType]
        except OSError:
            log.debug("the worker is gone")  # the reader will tell everybody

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.backends.local.worker", *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )
        self.starts += 1
        threading.Thread(
            target=self._read, args=(self._process, loop), name="local-worker-reader", daemon=True
        ).start()

    def _read(self, process: subprocess.Popen[bytes], loop: asyncio.AbstractEventLoop) -> None:
        """In a thread: pass on every message, and at the end say that the worker is gone."""
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            while (message := receive(process.stdout)) is not None:  # pyright: ignore[reportArgumentType]
                loop.call_soon_threadsafe(self._hear, message)
        except OSError:
            pass
        code = process.wait()
        process.stdout.close()
        with suppress(OSError):
            process.stdin.close()
        # A loop that is closed has nobody left to be told.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._gone, process, code)

    def _hear(self, message: Message) -> None:
        self._heard = asyncio.get_running_loop().time()
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
            self._process = None
        # Another worker may be at work by now; its requests are none of this one's.
        mine = {id: asked for id, asked in self._asked.items() if asked.process is process}
        if mine:
            log.error("the worker ended (%s) with %s requests in flight", code, len(mine))
        for id, asked in mine.items():
            self._put(id, ModelUnavailable("backend.worker_died", model=asked.name), last=True)
