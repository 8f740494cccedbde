"""A moment by which an answer must be there, kept while an async generator is read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from typing import TypeVar

from bot.backends.base import Chunk
from bot.errors import DeadlinePassed

T = TypeVar("T")


class Deadline:
    """Counts from its making, on the clock of the running loop.

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
        limit = asyncio.timeout_at(self._at)
        try:
            async with limit:
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
