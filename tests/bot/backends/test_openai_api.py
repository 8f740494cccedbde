"""The OpenAI backend against a server that fails as told."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from bot.backends.base import Ability, Message, Request, Sampling, Text, collect
from bot.backends.openai_api import OpenAIBackend
from bot.errors import (
    BackendError,
    BadKey,
    DeadlinePassed,
    ModelRateLimited,
    ModelUnavailable,
    ModelUnknown,
    PromptTooLong,
    ProviderRefused,
)
from tests.patience import PATIENCE
from tests.servers.faulty import POEM, USAGE, Faulty, event, hangs, page, says, serve, status

KEY = "sk-canary-5f2b9c"


@pytest.fixture
async def server() -> AsyncIterator[Faulty]:
    async with serve() as faulty:
        yield faulty


@pytest.fixture
async def backend(server: Faulty) -> AsyncIterator[OpenAIBackend]:
    made = OpenAIBackend(api_key=KEY, base_url=server.url, default_model="poet")
    yield made
    await made.aclose()


def ask(
    *, deadline: float = PATIENCE, logprobs: bool = False, model: str = "", **sampling: object
) -> Request:
    return Request(
        messages=(Message("system", "You are a poet."), Message("user", "Snow, please.")),
        continuation="Snow",
        model=model,
        sampling=Sampling(**sampling),
        deadline=deadline,
        logprobs=logprobs,
    )


async def test_a_good_answer(server: Faulty, backend: OpenAIBackend) -> None:
    result = await collect(
        backend.generate(ask(temperature=0.3, top_p=0.8, max_tokens=9, seed=4, stop=("END",)))
    )
    assert result.text == "Snow falls."
    assert result.done.ending == "stop"
    assert (result.done.usage.read, result.done.usage.written) == (7, 3)
    assert (result.done.model.name, result.done.model.revision) == ("openai/poet-2026", "fp_1")
    assert result.done.seed == 4
    assert server.bodies == [
        {
            "model": "poet",
            "messages": [
                {"role": "system", "content": "You are a poet."},
                {"role": "user", "content": "Snow, please."},
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0.3,
            "top_p": 0.8,
            "max_tokens": 9,
            "seed": 4,
            "stop": ["END"],
        }
    ]
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"


async def test_the_first_text_names_the_writer(backend: OpenAIBackend) -> None:
    async with aclosing(backend.generate(ask())) as chunks:
        first = await anext(chunks)
    assert isinstance(first, Text) and first.model and first.model.name == "openai/poet-2026"


async def test_429_is_sent_again_after_retry_after(server: Faulty, backend: OpenAIBackend) -> None:
    server.then(status(429, headers={"Retry-After": "1"}))
    assert (await collect(backend.generate(ask()))).text == "Snow falls."
    # The client's own waiting would be half a second at most.
    assert server.times[1] - server.times[0] >= 0.95


async def test_500_is_sent_again(server: Faulty, backend: OpenAIBackend) -> None:
    server.then(status(500))
    assert (await collect(backend.generate(ask()))).text == "Snow falls."
    assert len(server.bodies) == 2


@pytest.mark.parametrize(
    ("answer", "error", "facts"),
    [
        (status(401, code="invalid_api_key"), BadKey, {}),
        (status(403), BadKey, {}),
        (status(404, code="model_not_found"), ModelUnknown, {}),
        (
            status(429, headers={"Retry-After": "7"}, code="rate_limit_exceeded"),
            ModelRateLimited,
            {"retry_after": 7.0, "reason": "rate"},
        ),
        (
            status(429, type="insufficient_quota", code="insufficient_quota"),
            ModelRateLimited,
            {"retry_after": None, "reason": "quota"},
        ),
        (status(500), ModelUnavailable, {"reason": "500"}),
        (status(503), ModelUnavailable, {"reason": "503"}),
        (
            status(
                400,
                "This model's maximum context length is 4097 tokens. However, you requested 5000 tokens",
                code="context_length_exceeded",
                param="messages",
            ),
            PromptTooLong,
            {"limit": 4097},
        ),
        (status(400, code="content_policy_violation"), ProviderRefused, {}),
        (status(400, "temperature must be below 2", param="temperature"), BackendError, {"status": 400}),
        (page("<html>Bad gateway</html>", 502), ModelUnavailable, {"reason": "502"}),
        (page("<html>Welcome</html>"), ModelUnavailable, {"reason": "cut"}),
        (page("not { json", content_type="text/event-stream"), ModelUnavailable, {"reason": "cut"}),
        (says("data: {garbage\n\n"), ModelUnavailable, {"reason": "cut"}),
        (says("data: 5\n\n"), ModelUnavailable, {"reason": "cut"}),
        (says('data: {"choices": [{}]}\n\n'), ModelUnavailable, {"reason": "cut"}),
        (says('data: {"error": {"message": "boom", "code": 500}}\n\n'), ModelUnavailable, {"reason": "cut"}),
        (says('data: {"error": "boom"}\n\n'), ModelUnavailable, {"reason": "cut"}),
        (says(event(), cut=True), ModelUnavailable, {"reason": "unreachable"}),
        (says(event(finish="content_filter")), ProviderRefused, {}),
        (says(event(delta={"refusal": "I cannot."}), event(finish="stop")), ProviderRefused, {}),
    ],
)
async def test_failures_are_told_apart(
    server: Faulty, answer: object, error: type[BackendError], facts: dict[str, object]
) -> None:
    server.then(answer)
    backend = OpenAIBackend(api_key=KEY, base_url=server.url, retries=0)
    with pytest.raises(BackendError) as caught:
        await collect(backend.generate(ask(model="poet")))
    await backend.aclose()
    assert type(caught.value) is error
    assert caught.value.facts == {"model": "openai/poet"} | caught.value.facts | facts
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    "ending", [says(*POEM, cut=True), says(*POEM, "data: {oops\n\n"), says(*POEM, done=False)]
)
async def test_a_cut_stream_keeps_its_text_and_is_never_sent_again(
    server: Faulty, backend: OpenAIBackend, ending: object
) -> None:
    server.then(ending)
    text = ""
    with pytest.raises(ModelUnavailable):
        async for chunk in backend.generate(ask()):
            assert isinstance(chunk, Text)
            text += chunk.text
    assert text == "Snow falls."
    assert len(server.bodies) == 1


async def test_refusal_in_the_middle_is_an_ending(server: Faulty, backend: OpenAIBackend) -> None:
    server.then(says(event("Snow"), event(finish="content_filter")))
    result = await collect(backend.generate(ask()))
    assert (result.text, result.done.ending) == ("Snow", "refused")


async def test_length_is_told_apart(server: Faulty, backend: OpenAIBackend) -> None:
    server.then(says(event("Snow"), event(finish="length")))
    assert (await collect(backend.generate(ask()))).done.ending == "length"


async def test_no_usage_is_said_to_be_unknown(server: Faulty, backend: OpenAIBackend) -> None:
    server.then(says(*POEM, event(finish="stop")))
    usage = (await collect(backend.generate(ask()))).done.usage
    assert (usage.read, usage.written) == (None, None)


@pytest.mark.parametrize("answer", [hangs(), says(event("Snow"), hang=True)])
async def test_deadline(server: Faulty, backend: OpenAIBackend, answer: object) -> None:
    server.then(answer)
    with pytest.raises(DeadlinePassed):
        await collect(backend.generate(ask(deadline=0.2)))
    if server.bodies:  # a busy machine may not have sent it in time
        await asyncio.wait_for(server.left.wait(), PATIENCE)


async def test_silence_of_the_server(server: Faulty) -> None:
    server.then(says(event("Snow"), hang=True))
    backend = OpenAIBackend(base_url=server.url, default_model="poet", idle_timeout=0.2)
    with pytest.raises(ModelUnavailable):
        await collect(backend.generate(ask()))
    await backend.aclose()


async def test_closing_lets_the_server_go(server: Faulty, backend: OpenAIBackend) -> None:
    server.then(says(*POEM, hang=True))
    async with aclosing(backend.generate(ask())) as chunks:
        await anext(chunks)
    await asyncio.wait_for(server.left.wait(), PATIENCE)


async def test_refused_connection() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    backend = OpenAIBackend(base_url=f"http://127.0.0.1:{port}/v1", default_model="poet", retries=0)
    with pytest.raises(ModelUnavailable):
        await collect(backend.generate(ask()))
    with pytest.raises(ModelUnavailable):
        await backend.models()
    await backend.aclose()


UNSUPPORTED = "Unsupported parameter: '{}' is not supported with this model."


async def test_learns_how_to_ask_and_remembers(server: Faulty, backend: OpenAIBackend) -> None:
    """As OpenAI's reasoning models answer, one refusal after the other."""
    use = UNSUPPORTED.format("max_tokens") + " Use 'max_completion_tokens' instead."
    only = "Unsupported value: 'temperature' does not support 0.9 with this model. Only the default (1) value"
    server.then(
        status(400, use, param="max_tokens", code="unsupported_parameter"),
        status(400, only, param="temperature", code="unsupported_value"),
        status(400, "Unrecognized request argument supplied: stream_options"),
        status(
            422,
            "[{'type': 'extra_forbidden', 'loc': ('body', 'seed'), 'msg': 'Extra inputs are not permitted'}]",
        ),
    )
    result = await collect(backend.generate(ask(seed=3)))
    assert result.text == "Snow falls."
    assert result.done.seed is None, "a seed that was not used must not be credited"
    assert set(server.bodies[-1]) == {"model", "messages", "stream", "top_p", "max_completion_tokens"}
    await collect(backend.generate(ask(seed=3)))
    assert server.bodies[-1] == server.bodies[-2]
    assert len(server.bodies) == 6
    # Another model of the same server is asked afresh.
    await collect(backend.generate(ask(model="other")))
    assert "max_tokens" in server.bodies[-1]


async def test_does_not_learn_from_a_complaint_about_something_else(
    server: Faulty, backend: OpenAIBackend
) -> None:
    about = "Unsupported value: 'messages[1].content' does not support 'x', at this temperature."
    server.then(status(400, about, param="messages[1].content", code="unsupported_value"))
    with pytest.raises(BackendError):
        await collect(backend.generate(ask()))
    assert len(server.bodies) == 1


async def test_never_asks_without_a_limit(server: Faulty, backend: OpenAIBackend) -> None:
    for name in ("max_tokens", "max_completion_tokens"):
        server.then(status(400, UNSUPPORTED.format(name), param=name, code="unsupported_parameter"))
    with pytest.raises(BackendError):
        await collect(backend.generate(ask()))
    assert len(server.bodies) == 2


async def test_a_stop_that_the_server_does_not_take_still_stops(
    server: Faulty, backend: OpenAIBackend
) -> None:
    server.then(
        status(400, UNSUPPORTED.format("stop"), param="stop", code="unsupported_parameter"),
        says(event("Snow E"), event("ND falls"), event(finish="length"), USAGE),
    )
    result = await collect(backend.generate(ask(stop=(" END",))))
    assert (result.text, result.done.ending) == ("Snow", "stop")


async def test_a_base_model_says_so_itself(server: Faulty, backend: OpenAIBackend) -> None:
    server.then(
        status(404, "This is not a chat model and thus not supported in the v1/chat/completions endpoint."),
        says(event(choice={"text": " falls"}), event(choice={"text": ""}, finish="stop")),
    )
    result = await collect(backend.generate(ask()))
    assert result.text == " falls"
    assert server.bodies[-1]["prompt"] == "Snow"


async def test_logprobs(server: Faulty, backend: OpenAIBackend) -> None:
    probabilities = {"logprobs": {"content": [{"token": "Snow", "logprob": -0.25}]}}
    server.then(says(event("Snow", choice=probabilities), event(finish="stop")))
    result = await collect(backend.generate(ask(logprobs=True)))
    assert [(token.text, token.logprob) for token in result.tokens] == [("Snow", -0.25)]
    assert server.bodies[0]["logprobs"] is True


async def test_list_of_models_is_asked_filtered_and_kept(server: Faulty) -> None:
    server.models = {"data": [{"id": id, "object": "model", "max_model_len": 99} for id in ("a", "b", "c")]}
    backend = OpenAIBackend(base_url=server.url, only=["c", "a", "z"])
    assert [(info.id, info.context) for info in await backend.models()] == [("a", 99), ("c", 99)]
    assert not any(Ability.LOCAL in info.abilities for info in await backend.models())
    server.models = 500
    assert len(await backend.models()) == 2
    await backend.aclose()


@pytest.mark.parametrize("models", [500, 401, "<html>hello</html>", [], {"data": [5]}])
async def test_a_broken_list_of_models(server: Faulty, models: object) -> None:
    server.models = models
    backend = OpenAIBackend(base_url=server.url)
    with pytest.raises(BackendError):
        await backend.models()
    await backend.aclose()


async def test_a_server_without_models_lists_none(server: Faulty, backend: OpenAIBackend) -> None:
    server.models = {"object": "list", "data": None}  # as Ollama says it
    assert list(await backend.models()) == []


async def test_a_failed_list_is_not_asked_for_at_every_key_press(server: Faulty) -> None:
    good, server.models = server.models, 500
    backend = OpenAIBackend(base_url=server.url)
    hasty = OpenAIBackend(base_url=server.url, list_kept=0)
    for asked in (backend, hasty):
        with pytest.raises(ModelUnavailable):
            await asked.models()
    server.models = good
    with pytest.raises(ModelUnavailable):
        await backend.models()
    assert await hasty.models()
    await backend.aclose()
    await hasty.aclose()


async def test_a_server_without_a_list_offers_what_the_settings_name(server: Faulty) -> None:
    server.models = 404
    backend = OpenAIBackend(base_url=server.url, only=["poet"])
    assert [info.id for info in await backend.models()] == ["poet"]
    await backend.aclose()


async def test_no_secret_and_no_words_in_errors_and_logs(
    server: Faulty, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = f"Incorrect API key provided: {KEY}; you said Snow, please."
    backend = OpenAIBackend(api_key=KEY, base_url=server.url, default_model="poet", retries=0)
    for answer in (status(401, echo), status(500, echo, code=KEY), status(400, echo, param=KEY)):
        server.then(answer)
        with pytest.raises(BackendError) as caught:
            await collect(backend.generate(ask()))
        shown = f"{caught.value} {caught.value!r} {caught.value.__cause__} {backend!r} {vars(caught.value)}"
        assert KEY not in shown and "Snow" not in shown
        assert caught.value.__suppress_context__
    assert "openai/poet" in caplog.text
    assert KEY not in caplog.text and "Snow" not in caplog.text
    await backend.aclose()


async def test_the_seed_0_is_a_seed(server: Faulty, backend: OpenAIBackend) -> None:
    result = await collect(backend.generate(ask(seed=0)))
    assert server.bodies[-1]["seed"] == 0 and result.done.seed == 0
