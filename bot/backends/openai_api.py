"""OpenAI, and every server that speaks one of its protocols: the Responses API, or chat completions.

Tried against ``transformers serve`` and llama.cpp's server in the tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlsplit

from openai import APIError, AsyncOpenAI, NotFoundError, Timeout

from bot.backends.base import Ability, Chunk, Done, ModelInfo, ModelRef, Request, Usage, Waiting
from bot.backends.deadline import Deadline, pause
from bot.backends.lessons import Forgetful, Lessons
from bot.backends.openai_answer import Answer
from bot.backends.openai_dialect import MORE_ROOM, ROOM, Dialect, Protocol
from bot.backends.openai_errors import is_loading, passes, translated
from bot.backends.openai_events import read
from bot.backends.openai_failures import Failure, Refused, failure_of, in_event
from bot.backends.openai_known import Known
from bot.backends.openai_refusals import learn
from bot.backends.openai_responses import ResponsesReader
from bot.backends.openai_stream import Events, mapping
from bot.errors import BackendError, ModelThought, ModelUnknown, ProviderRefused

OPENAI = "https://api.openai.com/v1"

REFUSALS = 16
"""How often one request is asked in another way; there are not as many ways."""

PATIENT = 5.0
"""Seconds that a request waits of itself when it is asked to come again; else its member is told."""

POLL = 10.0
"""Seconds at most between two looks whether a model is loaded."""

_ABILITIES = Ability.CHAT | Ability.SEED | Ability.LOGPROBS
_WINDOWS = ("max_model_len", "context_length", "context_window", "max_context_length")
"""Under these names servers add a model's window to their list (vLLM, OpenRouter, Groq, LM Studio)."""

_PATHS: dict[Protocol, str] = {
    "responses": "/responses",
    "chat": "/chat/completions",
    "completions": "/completions",
}


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
        protocol: which endpoint a model is asked at first; None means Responses for OpenAI itself,
            and chat completions elsewhere.
        retries: how often a request that was not answered at all (429, 5xx, no connection) is sent
            again: after as long as the server asks, up to :data:`PATIENT`, or else longer each time.
        connect_timeout: seconds to reach the server.
        idle_timeout: seconds in which at least something must arrive.
        list_timeout: seconds for the list of models, which people wait for while they type.
        list_kept: seconds for which the list of models is kept; a failure is kept a twentieth of it.
        lessons: where what is learnt of the models is kept.
        pause: how it waits before it asks again.
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
        protocol: Protocol | None = None,
        retries: int = 2,
        connect_timeout: float = 10.0,
        idle_timeout: float = 120.0,
        list_timeout: float = 4.0,
        list_kept: float = 300.0,
        lessons: Lessons | None = None,
        pause: Callable[[float], Awaitable[None]] = pause,
    ) -> None:
        self.name = name
        self._only = tuple(only)
        self._default = default_model
        self._list_kept = list_kept
        self._list_timeout = list_timeout
        self._list: tuple[ModelInfo, ...] | BackendError = ()
        self._list_until = 0.0
        own = base_url is None or urlsplit(base_url).hostname == urlsplit(OPENAI).hostname
        default = Dialect(
            protocol=protocol or ("responses" if own else "chat"),
            # OpenAI's own models take the newer name alone, other servers mostly the older one.
            max_field="max_completion_tokens" if own else "max_tokens",
        )
        self._known = Known(f"{name} {base_url or OPENAI}", default, base_models, lessons or Forgetful())
        self._retries = retries
        self._pause = pause
        self._client = AsyncOpenAI(
            # The client insists on a key; a server without keys does not look at it.
            api_key=api_key or "none",
            base_url=base_url or OPENAI,
            max_retries=0,
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
        await self._known.recall()
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

    def unlisted(self, id: str) -> ModelInfo | None:
        """What is known of a model that the server need not list; None if only some are offered.

        Servers leave out what they answer all the same: snapshots, variants such as ``:free``, aliases.
        """
        return None if self._only else self._info(id, {})

    async def generate(self, request: Request) -> AsyncGenerator[Chunk, None]:
        """Stream the answer.

        Raises:
            BackendError: as :mod:`bot.errors` tells them apart.  A stream that
                is cut in the middle raises ModelUnavailable after the text given.
        """
        deadline = Deadline(request.deadline, f"{self.name}/{request.model or self._default}")
        model = request.model or self._default or await deadline.wait(self._first())
        await self._known.recall()
        async with aclosing(deadline.keep(self._answer(model, request, deadline))) as chunks:
            async for chunk in chunks:
                yield chunk

    async def aclose(self) -> None:
        """Close the connections; may be called twice."""
        await self._client.close()

    async def _answer(self, model: str, request: Request, deadline: Deadline) -> AsyncGenerator[Chunk, None]:
        """One answer; a model that thought until its limit is asked once more, with more room."""
        spent = Usage()
        while True:
            roomy = self._known.of(model).room >= MORE_ROOM
            answer = Answer.none(ModelRef(self.name, model, asked=model), request)
            async with aclosing(self._ask(model, request, deadline)) as chunks:
                async for chunk in chunks:
                    if isinstance(chunk, Answer):
                        answer = chunk
                    else:
                        yield chunk
            spent = spent.plus(answer.usage)
            if answer.given or answer.refusal or answer.ending != "length":
                break
            if roomy:
                raise ModelThought(model=f"{self.name}/{model}")
            await self._known.learn(model, self._known.of(model).thinking(more=True))
        yield self._done(model, answer, spent, request)

    def _done(self, model: str, answer: Answer, spent: Usage, request: Request) -> Done:
        ending = "refused" if answer.refusal else answer.ending
        if ending == "refused" and not answer.given:
            raise ProviderRefused(model=f"{self.name}/{model}")
        assert ending is not None and ending != "broken"
        seed = request.sampling.seed if self._known.of(model).seeded else None
        return Done(ending, answer.who, spent, seed)

    async def _ask(
        self, model: str, request: Request, deadline: Deadline
    ) -> AsyncGenerator[Chunk | Answer, None]:
        """Send a request until it is taken, learning how the server wants to be asked; last the answer."""
        name, dialect = f"{self.name}/{model}", self._known.of(model)
        refusals = failures = 0
        while True:
            who = ModelRef(self.name, model, asked=model)
            answer = Answer(who, request, roomy=dialect.room > 0, hold=dialect.unopened)
            body = dialect.body(model, request)
            try:
                async with aclosing(self._stream(dialect, body, answer)) as chunks:
                    async for chunk in chunks:
                        yield chunk
            except (APIError, Refused, ValueError, TypeError, AttributeError) as error:
                # ValueError and its like: what came is not the protocol, but garbage, or some proxy's page.
                failure = failure_of(error, request)
            else:
                await self._known.learn(model, _taught(dialect, answer))
                yield answer
                return
            for chunk in answer.finish(cut=True):
                yield chunk
            learned = None if answer.given or refusals == REFUSALS else learn(dialect, body, failure)
            if learned is not None:
                dialect, refusals = learned, refusals + 1
                continue
            wait = None if answer.begun else self._wait(failure, failures, deadline)
            if wait is None:
                # Not "from" what came: its message may hold the key or a member's words.
                raise translated(failure, name) from None
            if is_loading(failure):
                yield Waiting("loading", model=name, seconds=failure.loading)
            else:
                failures += 1
            await self._pause(wait)

    async def _stream(
        self, dialect: Dialect, body: dict[str, Any], answer: Answer
    ) -> AsyncGenerator[Chunk, None]:
        """One stream of events, as chunks.

        Raises:
            Refused: it holds a failure, or ends without having come to an end.
        """
        stream = await self._client.post(
            _PATHS[dialect.protocol], cast_to=object, body=body, stream=True, stream_cls=Events
        )
        reader = ResponsesReader().read if dialect.protocol == "responses" else read
        async with stream:
            async for event in stream:
                told = mapping(event)
                if (failure := in_event(told)) is not None:
                    raise Refused(failure)
                for chunk in answer.take(reader(told)):
                    yield chunk
                if answer.over:
                    break
        for chunk in answer.finish(whole=stream.ended):
            yield chunk
        if answer.ending in (None, "broken"):
            # Cut off so cleanly that only the missing ending shows it, or ended by what is no end.
            raise Refused(Failure(streamed=True))

    def _wait(self, failure: Failure, failures: int, deadline: Deadline) -> float | None:
        """Seconds after which the same is sent again; None where there is no point."""
        if is_loading(failure):
            wait = min(max(failure.loading or failure.wait or 2.0, 0.5), POLL)
            return wait if (failure.loading or wait) < deadline.left() else None
        if failures >= self._retries or not passes(failure):
            return None
        wait = 0.5 * 2**failures if failure.wait is None else failure.wait
        return wait if wait <= PATIENT and wait < deadline.left() else None

    async def _first(self) -> str:
        for info in await self.models():
            return info.id
        raise ModelUnknown(model=f"{self.name}/")

    async def _fetch(self) -> tuple[ModelInfo, ...]:
        try:
            client = self._client.with_options(timeout=self._list_timeout, max_retries=0)
            page = await client.models.list()
            found = tuple(self._info(model.id, model.model_extra or {}) for model in page.data or ())
        except NotFoundError as error:
            if not self._only:
                raise translated(failure_of(error), self.name) from None
            return tuple(self._info(id, {}) for id in self._only)
        except (APIError, ValueError, TypeError, AttributeError) as error:
            raise translated(failure_of(error), self.name) from None
        return tuple(info for info in found if not self._only or info.id in self._only)

    def _info(self, id: str, extra: dict[str, Any]) -> ModelInfo:
        dialect = self._known.of(id)
        abilities = _ABILITIES if dialect.chats else _ABILITIES & ~Ability.CHAT
        meta = extra.get("meta")  # llama.cpp's place for it
        found = [extra.get(key) for key in _WINDOWS]
        found.append(cast(dict[str, Any], meta).get("n_ctx") if isinstance(meta, dict) else None)
        windows = [size for size in found if isinstance(size, int) and size > 0]
        learnt = self._known.learnt.get(id)
        return ModelInfo(id, abilities, windows[0] if windows else None, learnt=learnt)


def _taught(dialect: Dialect, answer: Answer) -> Dialect:
    """What an answer teaches about its model."""
    if answer.thoughts.unopened and not dialect.unopened:
        dialect = replace(dialect, unopened=True)
    return dialect.thinking() if answer.thought and dialect.room < ROOM else dialect
