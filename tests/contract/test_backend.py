"""What every backend keeps: each kind in the registry is tried, unasked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

import pytest
import pytest_asyncio

from bot.backends.base import (
    Ability,
    Backend,
    Chunk,
    Done,
    Message,
    Request,
    Sampling,
    Text,
    Waiting,
    collect,
)
from bot.backends.limits import Limits
from bot.backends.openai_api import OpenAIBackend
from bot.backends.registry import FACTORIES
from bot.backends.router import Router
from bot.backends.scripted import ScriptedBackend
from bot.errors import BackendError, DeadlinePassed, ModelUnknown
from bot.settings import Settings
from tests.patience import PATIENCE
from tests.servers.faulty import serve
from tests.servers.tiny import transformers_folder

# One loop for all: a local model's process is started once, not once a test.
REAL = [*FACTORIES, "responses"]
"""The kinds in the registry, of which one speaks two protocols."""

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


async def _registered(kind: str, folder: Path, stack: AsyncExitStack) -> list[Backend]:
    """The backends of one kind, as made from settings under which each kind has something to offer."""
    server = await stack.enter_async_context(serve())
    server.known = frozenset({"poet"})
    settings = Settings.read(
        {
            "RENGA_MODEL": "echo/echo",
            "RENGA_LOCAL_MODELS": str(transformers_folder(folder / "tiny")),
            "RENGA_DEVICE": "cpu",
            "OPENAI_BASE_URL": server.url,
        },
        dotenv=None,
    )
    return list(FACTORIES[kind](settings))


@pytest_asyncio.fixture(
    scope="module", loop_scope="module", params=[*FACTORIES, "responses", "scripted", "limits", "router"]
)
async def backend(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Backend]:
    async with AsyncExitStack() as stack:
        match request.param:
            case "scripted":
                made: Backend = ScriptedBackend()
            case "limits":
                made = Limits(ScriptedBackend(), max_running=2)
            case "router":
                made = Router([ScriptedBackend()], default="scripted/scripted")
            case "responses":
                server = await stack.enter_async_context(serve())
                server.known = frozenset({"poet"})
                made = OpenAIBackend(base_url=server.url, protocol="responses")
            case kind:
                (made,) = await _registered(kind, tmp_path_factory.mktemp(kind), stack)
        yield made
        await made.aclose()
        await made.aclose()


def ask(
    *, model: str = "", deadline: float = PATIENCE, local_only: bool = False, stop: tuple[str, ...] = ()
) -> Request:
    text = "Write about the first snow of this long winter."
    return Request(
        messages=(Message("user", text),),
        continuation=text,
        model=model,
        sampling=Sampling(max_tokens=12, seed=1, stop=stop),
        deadline=deadline,
        local_only=local_only,
        scope="1/1",
    )


async def read(backend: Backend, request: Request) -> list[Chunk]:
    async with aclosing(backend.generate(request)) as stream:
        return [chunk async for chunk in stream]


async def test_has_a_name_that_fits_before_a_slash(backend: Backend) -> None:
    assert backend.name.isidentifier() and backend.name == backend.name.lower()


async def test_lists_models_once_each(backend: Backend) -> None:
    ids = [info.id for info in await backend.models()]
    assert ids and len(set(ids)) == len(ids)


async def test_streams_text_and_ends_with_done(backend: Backend) -> None:
    chunks = [chunk for chunk in await read(backend, ask()) if not isinstance(chunk, Waiting)]
    texts, done = chunks[:-1], chunks[-1]
    assert texts and all(isinstance(chunk, Text) and chunk.text for chunk in texts)
    assert isinstance(done, Done)
    assert done.model.id and done.model.provider in (backend.name, "scripted")
    first = texts[0]
    assert isinstance(first, Text) and first.model == done.model, "a stopped stream must be creditable"
    assert done.usage.written is None or 0 < done.usage.written <= 12


async def test_answers_every_model_that_it_lists(backend: Backend) -> None:
    for info in await backend.models():
        chunks = await read(backend, ask(model=info.id))
        assert isinstance(chunks[-1], Done)


@pytest.mark.parametrize("backend", REAL, indirect=True)  # a script answers every name
async def test_an_unknown_model_is_said_to_be_unknown(backend: Backend) -> None:
    with pytest.raises(ModelUnknown):
        await read(backend, ask(model="no/such-model"))


async def test_calling_starts_nothing(backend: Backend) -> None:
    stream = backend.generate(ask())
    await stream.aclose()
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_closing_cancels_and_leaves_it_usable(backend: Backend) -> None:
    async with aclosing(backend.generate(ask())) as stream:
        async for chunk in stream:
            if isinstance(chunk, Text):
                break
    assert isinstance((await read(backend, ask()))[-1], Done)


async def test_a_cancelled_reader_leaves_it_usable(backend: Backend) -> None:
    task = asyncio.create_task(collect(backend.generate(ask())))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert isinstance((await read(backend, ask()))[-1], Done)


async def test_several_at_once_do_not_mix(backend: Backend) -> None:
    results = await asyncio.gather(*(collect(backend.generate(ask())) for _ in range(4)))
    assert all(result.text for result in results)
    if Ability.SEED in (await backend.models())[0].abilities and not isinstance(
        backend, (ScriptedBackend, Limits, Router)
    ):
        assert len({result.text for result in results}) == 1


async def test_the_deadline_is_kept(backend: Backend) -> None:
    with pytest.raises(DeadlinePassed) as caught:
        await read(backend, ask(deadline=0.0))
    assert isinstance(caught.value, BackendError) and caught.value.facts["model"]
    assert isinstance((await read(backend, ask()))[-1], Done)


@pytest.mark.parametrize("backend", REAL, indirect=True)  # a script says what it was told
async def test_stop_sequences_stop(backend: Backend) -> None:
    whole = (await collect(backend.generate(ask()))).text
    stop = whole[len(whole) // 2 :][:2]
    result = await collect(backend.generate(ask(stop=(stop,))))
    assert result.text == whole[: whole.index(stop)]
    assert result.done.ending == "stop"


async def test_a_local_only_request_is_answered_by_local_models(backend: Backend) -> None:
    local = [info for info in await backend.models() if Ability.LOCAL in info.abilities]
    for info in local:
        assert isinstance((await read(backend, ask(model=info.id, local_only=True)))[-1], Done)
