"""Waiting for what is outside of the process, by the machine's own clock.

A simulated world moves the timers of the loop only once everything in it has settled, which what
waits for a server never does.  So these timers are set in an empty context, which no world owns.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from contextvars import Context
from typing import TypeVar

from bot.backends.base import Chunk
from bot.errors import DeadlinePassed

T = TypeVar("T")


async def pause(seconds: float) -> None:
    """Wait, before a server is asked once more."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    timer = Context().run(loop.call_later, seconds, over.set_result, None)
    try:
        await over
    finally:
        timer.cancel()


class Deadline:
    """A moment by which an answer must be there, kept while an async generator is read.

    Counts from its making, on the clock of the running loop.

    ``asyncio.timeout`` must not stand around a ``yield`` (it would cancel the
    task of whoever reads), so every single wait goes through :meth:`wait`.
    """

    def __init__(self, seconds: float, model: str) -> None:
        self.seconds = seconds
        self._model = model
        self._at = asyncio.get_running_loop().time() + seconds

    def left(self) -> float:
        """Seconds left; never negative."""
        return max(0.0, self._at - asyncio.get_running_loop().time())

    async def wait(self, something: Awaitable[T]) -> T:
        """Await it, or cancel it when the moment comes.

        Raises:
            DeadlinePassed: the moment came first.
        """
        limit, left = asyncio.timeout(None), self.left()
        try:
            async with limit:
                Context().run(lambda: limit.reschedule(asyncio.get_running_loop().time() + left))
                return await something
        except TimeoutError:
            if not limit.expired():
                raise
            raise DeadlinePassed(model=self._model, seconds=round(self.seconds, 1)) from None

    async def keep(self, stream: AsyncGenerator[Chunk, None]) -> AsyncGenerator[Chunk, None]:
        """Pass a stream on, closing it when the reader stops or the moment comes.

        Raises:
            DeadlinePassed: the next chunk was not there in time.
        """
        async with aclosing(stream) as chunks:
            while (chunk := await self.wait(anext(chunks, None))) is not None:
                yield chunk
