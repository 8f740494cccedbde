"""OpenAI, and every server that speaks its protocol.

Tried against ``transformers serve`` and llama.cpp's server in the tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, cast

from openai import APIError, APIStatusError, AsyncOpenAI, AsyncStream, NotFoundError, Timeout

from bot.backends.base import (
    Ability,
    Chunk,
    Done,
    ModelInfo,
    ModelRef,
    Request,
    Text,
    TokenProb,
    Usage,
)
from bot.backends.deadline import Deadline
from bot.backends.openai_dialect import Dialect, learn
from bot.backends.openai_errors import translated
from bot.backends.openai_events import Ending, Event, read
from bot.backends.stops import Stops
from bot.errors import BackendError, ModelUnavailable, ModelUnknown, ProviderRefused

OPENAI = "https://api.openai.com/v1"

_ABILITIES = Ability.CHAT | Ability.SEED | Ability.LOGPROBS
_WINDOWS = ("max_model_len", "context_length", "context_window", "max_context_length")
"""Under these names servers add a model's window to their list (vLLM, OpenRouter, Groq, LM Studio)."""


@dataclass(slots=True)
class _Progress:
    """What is known of an answer so far."""

    who: ModelRef
    ending: Ending | None = None
    usage: Usage = field(default_factory=Usage)
    refusal: bool = False
    written: bool = False


class OpenAIBackend:
    """One server.

    None of its models counts as local, even when the server runs on this
    machine: it may pass texts on (Ollama does, for its cloud models).

    Args:
        name: the provider's name, before the slash in ``provider/model``.
        api_key: the key; None for a server that wants none.
        base_url: where the server is; None means OpenAI itself.
        only: offer only these of the server's models; empty offers all.
        default_model: answers requests that name none; else the first in the list.
        base_models: models without chat.  One that says so itself need not be listed.
        retries: how often a request that was not answered at all (429, 5xx, no
            connection) is sent again, by the client, which waits as long as
            ``Retry-After`` says, or else longer each time.
        connect_timeout: seconds to reach the server.
        idle_timeout: seconds in which at least something must arrive.
        list_timeout: seconds for the list of models, which people wait for while they type.
        list_kept: seconds for which the list of models is kept; a failure is kept a twentieth of it.
    """

    def __init__(
        self,
        name: str = "openai",
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        only: Sequence[str] = (),
        default_model: str = "",
        base_models: Collection[str] = (),
        retries: int = 2,
        connect_timeout: float = 10.0,
        idle_timeout: float = 120.0,
        list_timeout: float = 4.0,
        list_kept: float = 300.0,
    ) -> None:
        self.name = name
        self._only = tuple(only)
        self._default = default_model
        self._base_models = frozenset(base_models)
        self._list_kept = list_kept
        self._list_timeout = list_timeout
        self._list: tuple[ModelInfo, ...] | BackendError = ()
        self._list_until = 0.0
        # OpenAI's own models take the newer name alone, other servers mostly the older one.
        self._max_field = "max_completion_tokens" if base_url is None else "max_tokens"
        self._dialects: dict[str, Dialect] = {}
        self._client = AsyncOpenAI(
            # The client insists on a key; a server without keys does not look at it.
            api_key=api_key or "none",
            base_url=base_url or OPENAI,
            max_retries=retries,
            timeout=Timeout(idle_timeout, connect=connect_timeout),
        )

    def __repr__(self) -> str:
        return f"OpenAIBackend({self.name!r})"

    async def models(self) -> Sequence[ModelInfo]:
        """What the server lists, kept for some minutes.

        A server that has no list gives the models that the settings name.

        Raises:
            BackendError: the server cannot be asked.
        """
        now = asyncio.get_running_loop().time()
        if now >= self._list_until:
            try:
                self._list = await self._fetch()
                self._list_until = now + self._list_kept
            except BackendError as error:
                self._list = error
                self._list_until = now + self._list_kept / 20
        if isinstance(self._list, BackendError):
            raise self._list
        return self._list

    async def generate(self, request: Request) -> AsyncGenerator[Chunk, None]:
        """Stream the answer.

        Raises:
            BackendError: as :mod:`bot.errors` tells them apart.  A stream that
                is cut in the middle raises ModelUnavailable after the text given.
        """
        deadline = Deadline(request.deadline, f"{self.name}/{request.model or self._default}")
        model = request.model or self._default or await deadline.wait(self._first())
        async with aclosing(deadline.keep(self._answer(model, request))) as chunks:
            async for chunk in chunks:
                yield chunk

    async def aclose(self) -> None:
        """Close the connections; may be called twice."""
        await self._client.close()

    async def _answer(self, model: str, request: Request) -> AsyncGenerator[Chunk, None]:
        name = f"{self.name}/{model}"
        try:
            stream = await self._open(model, request)
        except (APIError, ValueError) as error:
            # Not "from error": its message may hold the key or a member's words.
            raise translated(error, name) from None
        progress = _Progress(ModelRef(self.name, model))
        stops = Stops(request.sampling.stop)
        async with stream:
            try:
                async for event in stream:
                    piece = read(event)
                    if chunk := self._take(piece, progress, stops):
                        yield chunk
                    if stops.found:
                        break
            except APIError as error:
                raise translated(error, name) from None
            except (ValueError, TypeError, AttributeError) as error:
                # What came is not the protocol: garbage, or some page of a proxy.
                raise translated(error, name) from None
        if rest := stops.finish():
            progress.written = True
            yield Text(rest, model=progress.who)
        yield self._done(progress, stops, request, name)

    def _take(self, event: Event, progress: _Progress, stops: Stops) -> Text | None:
        """Note what an event says, and give its text as far as it may go on."""
        if event.model:
            progress.who = ModelRef(self.name, event.model, event.revision or progress.who.revision)
        progress.ending = event.ending or progress.ending
        progress.usage = event.usage or progress.usage
        progress.refusal = progress.refusal or event.refusal
        text = stops.feed(event.text)
        if not text and not event.tokens:
            return None
        progress.written = progress.written or bool(text)
        tokens = tuple(TokenProb(token, logprob) for token, logprob in event.tokens)
        return Text(text, tokens, progress.who)

    def _done(self, progress: _Progress, stops: Stops, request: Request, name: str) -> Done:
        ending = "stop" if stops.found else progress.ending
        if progress.refusal or ending == "refused":
            if not progress.written:
                raise ProviderRefused(model=name)
            ending = "refused"
        if ending is None:
            # Cut off so cleanly that only the missing ending shows it.
            raise ModelUnavailable(model=name, reason="cut")
        dialect = self._dialects.get(name.partition("/")[2])
        seeded = dialect is None or "seed" not in dialect.without
        return Done(ending, progress.who, progress.usage, request.sampling.seed if seeded else None)

    async def _open(self, model: str, request: Request) -> AsyncStream[Any]:
        """Send the request, learning how the server wants to be asked."""
        dialect = self._dialects.get(model) or Dialect(
            max_field=self._max_field, chats=model not in self._base_models
        )
        while True:
            body = dialect.body(model, request)
            api = self._client.chat.completions if dialect.chats else self._client.completions
            create = cast(Callable[..., Awaitable[AsyncStream[Any]]], api.create)
            try:
                stream = await create(**body)
            except APIStatusError as error:
                learned = learn(dialect, body, error)
                if learned is None:
                    raise
                dialect = learned
                continue
            self._dialects[model] = dialect
            return stream

    async def _first(self) -> str:
        for info in await self.models():
            return info.id
        raise ModelUnknown(model=f"{self.name}/")

    async def _fetch(self) -> tuple[ModelInfo, ...]:
        try:
            client = self._client.with_options(timeout=self._list_timeout, max_retries=0)
            page = await client.models.list()
            found = tuple(self._info(model.id, model.model_extra or {}) for model in page.data)
        except NotFoundError as error:
            if not self._only:
                raise translated(error, self.name) from None
            return tuple(self._info(id, {}) for id in self._only)
        except (APIError, ValueError, TypeError, AttributeError) as error:
            raise translated(error, self.name) from None
        return tuple(info for info in found if not self._only or info.id in self._only)

    def _info(self, id: str, extra: dict[str, Any]) -> ModelInfo:
        dialect = self._dialects.get(id)
        chats = dialect.chats if dialect else id not in self._base_models
        meta = extra.get("meta")  # llama.cpp's place for it
        found = [extra.get(key) for key in _WINDOWS]
        found.append(cast(dict[str, Any], meta).get("n_ctx") if isinstance(meta, dict) else None)
        windows = [size for size in found if isinstance(size, int) and size > 0]
        return ModelInfo(
            id, _ABILITIES if chats else _ABILITIES & ~Ability.CHAT, windows[0] if windows else None
        )
