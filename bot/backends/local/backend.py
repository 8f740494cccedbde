"""The local backend: the bot's side.  It never imports torch; a worker process does."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from bot.backends.base import Chunk, Done, ModelInfo, Request, Result, Text, Waiting
from bot.backends.deadline import Deadline
from bot.backends.local.choosing import choose
from bot.backends.local.copies import copies
from bot.backends.local.describe import describe, name_of
from bot.backends.local.fresh import fresh
from bot.backends.local.process import PATIENCE, WorkerProcess
from bot.backends.thoughts import spoken
from bot.errors import BackendError, ModelThought, ModelUnknown


class LocalBackend:
    """Models on this machine.

    Args:
        models: folders, or ids on the Hugging Face hub.
        device, dtype: see :mod:`bot.backends.local.loading`.
        loaded: how many models may be in memory at a time.
        nice: how much the worker gives way to other processes (0 to 19).
        prefixes: megabytes for what is kept of prompts between requests.
    """

    name = "local"

    def __init__(
        self,
        models: Sequence[str],
        *,
        device: str = "auto",
        dtype: str = "auto",
        loaded: int = 1,
        nice: int = 10,
        prefixes: int = 256,
        patience: float = PATIENCE,
    ) -> None:
        self._models = {name_of(model): model for model in models}
        self._worker = WorkerProcess(
            [
                f"--device={device}",
                f"--dtype={dtype}",
                f"--loaded={loaded}",
                f"--nice={nice}",
                f"--prefixes={prefixes}",
            ],
            patience=patience,
        )

    @property
    def worker(self) -> WorkerProcess:
        """The worker, for those who watch it."""
        return self._worker

    async def models(self) -> Sequence[ModelInfo]:
        """The configured models; nothing is loaded for it."""
        return await asyncio.to_thread(lambda: [describe(model) for model in self._models.values()])

    async def generate(self, request: Request) -> AsyncGenerator[Chunk, None]:
        """Stream an answer; the first chunk may be a word on loading.

        A request with a constraint is written several times, and the best is given whole.  Lines that a
        model learnt from are written again, where it has an index of them.

        Raises:
            BackendError: see :mod:`bot.errors`.
        """
        constraint = request.constraint
        # Plans read dictionaries: never in the loop.
        if constraint is not None and not await asyncio.to_thread(getattr, constraint, "possible"):
            request, constraint = replace(request, constraint=None), None
        known = await asyncio.to_thread(copies, Path(self._models.get(self._named(request), "-")))
        seed = request.sampling.seed
        seed = secrets.randbelow(2**31) if seed is None else seed
        if constraint is not None and constraint.tries > 1:
            chunks = choose(self._candidates, request, constraint, seed, known or (lambda line: False))
        elif known is not None and constraint is None and request.schema is None:
            chunks = fresh(self._once, request, seed, known)
        else:
            chunks = self._once(request)
        written = False
        async with aclosing(spoken(chunks)) as stream:
            async for chunk in stream:
                written = written or isinstance(chunk, Text)
                if isinstance(chunk, Done) and chunk.ending == "length" and not written:
                    raise ModelThought(model=f"local/{self._named(request)}")
                yield chunk

    def _named(self, request: Request) -> str:
        return request.model or next(iter(self._models), "")

    async def _once(self, request: Request) -> AsyncGenerator[Chunk, None]:
        async with aclosing(self._answers(request)) as answers:
            async for answer in answers:
                if not isinstance(answer, tuple):
                    yield answer

    async def _candidates(
        self, request: Request, seeds: Sequence[int]
    ) -> AsyncGenerator[Waiting | tuple[Result, ...], None]:
        """The candidates for a line, one for each seed, after what is told of waiting."""
        async with aclosing(self._answers(request, tuple(seeds))) as answers:
            async for answer in answers:
                if isinstance(answer, Waiting | tuple):
                    yield answer

    async def _answers(
        self, request: Request, seeds: tuple[int, ...] = ()
    ) -> AsyncGenerator[Chunk | tuple[Result, ...], None]:
        name = self._named(request)
        if name not in self._models:
            raise ModelUnknown(model=f"local/{name}")
        deadline = Deadline(request.deadline, f"local/{name}")
        if self._worker.pid is None:
            yield Waiting("loading", model=name)
        number, inbox = await self._worker.ask(self._models[name], name, replace(request, model=name), seeds)
        try:
            while True:
                answer = await deadline.wait(inbox.get())
                if isinstance(answer, BackendError):
                    raise answer
                yield answer
                if isinstance(answer, Done | tuple):
                    return
        finally:
            await self._worker.done(number)

    async def forget(self, era: int) -> None:
        """Drop what was kept of prompts of an earlier era."""
        await self._worker.forget(era)

    async def aclose(self) -> None:
        """End the worker; may be called twice."""
        await self._worker.aclose()
