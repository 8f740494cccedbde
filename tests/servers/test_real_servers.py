"""The OpenAI backend against servers that others wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from bot.backends.base import Ability, Chunk, Done, Message, Request, Sampling, Text, collect
from bot.backends.openai_api import OpenAIBackend
from bot.errors import BackendError, ModelUnavailable, PromptTooLong
from tests.patience import PATIENCE
from tests.servers.faulty import passed_on, serve


@pytest.fixture(params=["transformers", "llama.cpp"])
def url(request: pytest.FixtureRequest, servers: dict[str, str]) -> str:
    return servers[request.param]


@pytest.fixture
async def backend(url: str) -> AsyncIterator[OpenAIBackend]:
    made = OpenAIBackend("mine", base_url=url, default_model="tiny/poet", retries=0)
    yield made
    await made.aclose()


def ask(text: str = "first snow", *, logprobs: bool = False, **sampling: object) -> Request:
    settings = {"max_tokens": 12, "seed": 7, "temperature": 1.0} | sampling
    return Request(
        messages=(Message("system", "You write verse."), Message("user", text)),
        continuation=text,
        sampling=Sampling(**settings),
        deadline=PATIENCE,
        logprobs=logprobs,
    )


async def test_lists_what_the_server_lists(backend: OpenAIBackend) -> None:
    assert [info.id for info in await backend.models()] == ["tiny/poet"]


async def test_window_is_read_from_the_list_of_llama_cpp(servers: dict[str, str]) -> None:
    backend = OpenAIBackend(base_url=servers["llama.cpp"])
    assert (await backend.models())[0].context == 512
    await backend.aclose()


async def test_streams_text_with_usage_and_length(backend: OpenAIBackend) -> None:
    result = await collect(backend.generate(ask()))
    assert len(result.text) == 12
    assert result.done.ending == "length"
    assert result.done.usage.written == 12
    assert result.done.usage.read and result.done.usage.read > len("first snow")
    assert result.done.model.provider == "mine"
    assert result.done.model.id.startswith("tiny/poet")
    assert result.done.seed == 7


async def test_same_seed_same_poem(backend: OpenAIBackend) -> None:
    first = await collect(backend.generate(ask(seed=3)))
    again = await collect(backend.generate(ask(seed=3)))
    other = await collect(backend.generate(ask(seed=4)))
    assert first.text == again.text != other.text


async def test_closing_early_leaves_the_server_free(backend: OpenAIBackend) -> None:
    async with aclosing(backend.generate(ask(max_tokens=400))) as chunks:
        async for chunk in chunks:
            assert isinstance(chunk, Text)
            break
    assert (await collect(backend.generate(ask(max_tokens=2)))).done.ending == "length"


async def test_base_model_goes_on_writing(url: str) -> None:
    backend = OpenAIBackend("mine", base_url=url, base_models=["tiny/poet"])
    assert all(Ability.CHAT not in info.abilities for info in await backend.models())
    result = await collect(backend.generate(ask("Snow falls")))
    assert result.text
    assert result.done.usage.written == 12
    # The prompt went as it is: no roles, no template around it.
    assert result.done.usage.read == len("Snow falls")
    await backend.aclose()


async def test_logprobs_where_the_server_has_them(servers: dict[str, str]) -> None:
    backend = OpenAIBackend(base_url=servers["llama.cpp"])
    result = await collect(backend.generate(ask(logprobs=True, max_tokens=5)))
    assert len(result.tokens) == 5
    assert all(token.logprob < 0 for token in result.tokens)
    await backend.aclose()


async def test_prompt_too_long_is_told_apart(servers: dict[str, str]) -> None:
    backend = OpenAIBackend(base_url=servers["llama.cpp"], retries=0)
    with pytest.raises(PromptTooLong) as caught:
        await collect(backend.generate(ask("雪" * 300)))
    assert caught.value.facts["limit"] == 512
    await backend.aclose()


async def test_unknown_model_is_an_error_of_ours(servers: dict[str, str]) -> None:
    backend = OpenAIBackend(base_url=servers["transformers"], default_model="nobody/nothing", retries=0)
    with pytest.raises(BackendError):
        await collect(backend.generate(ask()))
    await backend.aclose()


async def test_cut_in_the_middle(url: str) -> None:
    """A real server behind a proxy that breaks the connection after some events."""
    async with serve() as proxy:
        proxy.then(passed_on(url, cut_after=3))
        backend = OpenAIBackend("mine", base_url=proxy.url, default_model="tiny/poet")
        given: list[Chunk] = []
        with pytest.raises(ModelUnavailable):
            async for chunk in backend.generate(ask(max_tokens=300)):
                given.append(chunk)
        assert given and not any(isinstance(chunk, Done) for chunk in given)
        # Never again once text was given out.
        assert len(proxy.bodies) == 1
        await backend.aclose()
