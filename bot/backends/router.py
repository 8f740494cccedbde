"""A wrapper around all backends: which model answers, and which one when that fails.

This is the one place through which a request reaches a backend, so it is also
the one place that keeps the promise of ``local_only``: see :meth:`Router._may_read`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace

from bot.backends.base import (
    Ability,
    Backend,
    Chunk,
    Done,
    ModelInfo,
    Remembering,
    Request,
    TakesUnlisted,
    Text,
    Withdrawn,
)
from bot.backends.deadline import Deadline
from bot.errors import BackendError, DeadlinePassed, ModelUnknown, NetworkForbidden

log = logging.getLogger(__name__)


class Router:
    """Asks the backend that a model's name points to, and the fallbacks when it cannot answer.

    Args:
        backends: one for each provider.
        default: ``provider/model``, for requests that name none.
        fallback: models asked in turn when one is down, too slow or over its
            limit, as long as no text was given out.  A refusal or a bad key is
            never hidden by asking somebody else.
        patience: seconds that a provider may take to list its models.
    """

    name = "router"

    def __init__(
        self,
        backends: Sequence[Backend],
        *,
        default: str = "local/house",
        fallback: Sequence[str] = (),
        patience: float = 5.0,
    ) -> None:
        self._backends: Mapping[str, Backend] = {backend.name: backend for backend in backends}
        if len(self._backends) != len(backends):
            raise ValueError("two backends have the same name")
        self._default = default
        self._fallback = tuple(fallback)
        self._patience = patience
        self._era = 0
        self.down: tuple[str, ...] = ()
        """Providers left out of the last list of models because they did not answer."""

    @property
    def providers(self) -> tuple[str, ...]:
        """The names of all backends."""
        return tuple(self._backends)

    @property
    def default(self) -> str:
        """The model that answers requests that name none, as ``provider/model``."""
        return self._default

    async def models(self) -> Sequence[ModelInfo]:
        """What all backends offer, each id as ``provider/model``; see :attr:`down` for who is missing."""
        lists = await asyncio.gather(*(self._listed(backend) for backend in self._backends.values()))
        self.down = tuple(name for name, found in zip(self._backends, lists, strict=True) if found is None)
        return [
            replace(info, id=f"{name}/{info.id}")
            for name, found in zip(self._backends, lists, strict=True)
            for info in found or ()
        ]

    async def info(self, model: str = "") -> ModelInfo:
        """What is known of a model; its id is ``provider/model``.

        Raises:
            ModelUnknown: nobody lists it now, nor takes what it does not list.
        """
        backend, id = await self._resolve(model or self._default)
        listed = (info for info in await self._listed(backend) or () if info.id == id)
        info = next(listed, None) or _unlisted(backend, id)
        if info is None:
            raise ModelUnknown(model=model or self._default)
        return replace(info, id=f"{backend.name}/{id}")

    def takes(self, model: str) -> bool:
        """Whether a model may be asked for that its provider does not list."""
        provider, slash, id = model.partition("/")
        named = model == self._default or model in self._fallback
        backend = self._backends.get(provider) if slash else None
        return named or (backend is not None and bool(id) and _unlisted(backend, id) is not None)

    async def generate(self, request: Request) -> AsyncGenerator[Chunk, None]:
        """Stream the answer of the first model that can give one; ``Done`` names it.

        Raises:
            NetworkForbidden: the request is local-only and no model asked for is local.
            BackendError: as raised by the last model asked.
        """
        wanted = request.model or self._default
        deadline = Deadline(request.deadline, wanted)
        chain = list(dict.fromkeys((wanted, *self._fallback)))
        problem: BackendError = NetworkForbidden(model=wanted)
        era = self._era
        for place, model in enumerate(chain):
            try:
                backend, id = await deadline.wait(self._resolve(model))
            except ModelUnknown as error:
                if place == 0:
                    raise
                log.warning("the fallback %s is offered by no provider", error.facts["model"])
                continue
            if request.local_only and not await deadline.wait(self._may_read(backend, id)):
                continue
            asked = replace(request, model=id, era=era)
            written = False
            try:
                stream = self._ask(backend, asked, deadline, others=len(chain) - place - 1)
                async with aclosing(stream) as chunks:
                    async for chunk in chunks:
                        written = isinstance(chunk, Text) or (written and not isinstance(chunk, Withdrawn))
                        yield chunk
                return
            except BackendError as error:
                if written or not error.fallback or not deadline.left():
                    raise
                log.warning("%s did not answer: %s", model, error)
                problem = error
        raise problem

    async def forget(self) -> None:
        """Drop what backends keep of prompts that were asked until now."""
        self._era += 1
        for backend in self._backends.values():
            if isinstance(backend, Remembering):
                await backend.forget(self._era)

    async def aclose(self) -> None:
        """Close every backend, even when one of them fails to."""
        results = await asyncio.gather(
            *(backend.aclose() for backend in self._backends.values()), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                log.error("a backend could not be closed", exc_info=result)

    async def _ask(
        self, backend: Backend, request: Request, deadline: Deadline, *, others: int
    ) -> AsyncGenerator[Chunk, None]:
        """One model's stream.  While others could be asked, it has only its share of the time to begin."""
        share = Deadline(deadline.left() / (others + 1), f"{backend.name}/{request.model}")
        begun = False
        stream = backend.generate(replace(request, deadline=deadline.left()))
        async with aclosing(stream) as chunks:
            while True:
                chunk = await (deadline if begun else share).wait(anext(chunks, None))
                if chunk is None:
                    return
                begun = begun or isinstance(chunk, Text | Done)
                yield chunk

    async def _resolve(self, model: str) -> tuple[Backend, str]:
        """The backend and its id of ``provider/model``, or of an id that some backend lists."""
        provider, slash, id = model.partition("/")
        if slash and provider in self._backends:
            return self._backends[provider], id
        for backend in self._backends.values():
            if any(info.id == model for info in await self._listed(backend) or ()):
                return backend, model
        raise ModelUnknown(model=model)

    async def _may_read(self, backend: Backend, id: str) -> bool:
        """Whether a local-only request may go there: only to a model known to be local.

        Whatever cannot be known now counts as not local.
        """
        return any(
            info.id == id and Ability.LOCAL in info.abilities for info in await self._listed(backend) or ()
        )

    async def _listed(self, backend: Backend) -> Sequence[ModelInfo] | None:
        """What a backend offers; None when it does not answer in time."""
        try:
            return await Deadline(self._patience, backend.name).wait(backend.models())
        except (BackendError, DeadlinePassed) as error:
            log.info("%s does not list its models: %s", backend.name, error)
            return None


def _unlisted(backend: Backend, id: str) -> ModelInfo | None:
    """What a backend says of a model that it does not list; None if it does not take one."""
    return backend.unlisted(id) if isinstance(backend, TakesUnlisted) else None
