"""The Responses API: its events, and which of the two protocols a model is asked by."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.backends.base import Message, Request, Sampling, Text, collect
from bot.backends.openai_api import OpenAIBackend
from bot.errors import BackendError, ModelRateLimited, ModelThought, ModelUnavailable, ProviderRefused
from tests.servers.faulty import Faulty, responds, says, serve, status


@pytest.fixture
async def server() -> AsyncIterator[Faulty]:
    async with serve() as faulty:
        yield faulty


@pytest.fixture
async def backend(server: Faulty) -> AsyncIterator[OpenAIBackend]:
    made = OpenAIBackend(base_url=server.url, protocol="responses", retries=0)
    yield made
    await made.aclose()


def ask(**more: Any) -> Request:
    return Request(
        messages=(Message("system", "You are a poet."), Message("user", "Snow, please.")),
        model="poet",
        sampling=Sampling(temperature=0.3, top_p=0.8, seed=4, stop=("END",), max_tokens=9),
        deadline=300,
        **more,
    )


async def test_a_good_answer(server: Faulty, backend: OpenAIBackend) -> None:
    result = await collect(backend.generate(ask(logprobs=True, schema={"type": "object"})))
    assert (result.text, result.done.ending) == ("Snow falls.", "stop")
    assert [token.text for token in result.tokens] == ["Snow", " falls", "."]
    assert (result.done.usage.read, result.done.usage.written) == (7, 3)
    assert (result.done.model.name, result.done.model.asked) == ("openai/poet-2026", "poet")
    assert result.done.seed is None, "this protocol has no seed, so none is credited"
    assert server.bodies == [
        {
            "model": "poet",
            "input": [
                {"role": "system", "content": "You are a poet."},
                {"role": "user", "content": "Snow, please."},
            ],
            "stream": True,
            "store": False,
            "temperature": 0.3,
            "top_p": 0.8,
            "max_output_tokens": 16,
            "include": ["message.output_text.logprobs"],
            "text": {
                "format": {
                    "type": "json_schema",
                    "name": "answer",
                    "strict": True,
                    "schema": {"type": "object"},
                }
            },
        }
    ]


async def test_stop_sequences_are_kept_here(server: Faulty, backend: OpenAIBackend) -> None:
    server.then(responds("Snow E", "ND falls"))
    result = await collect(backend.generate(ask()))
    assert (result.text, result.done.ending) == ("Snow ", "stop")


async def test_reasoning_is_kept_apart_and_gets_room_and_less_effort(
    server: Faulty, backend: OpenAIBackend
) -> None:
    thinking = (
        {"type": "response.output_item.added", "item": {"type": "reasoning", "summary": []}},
        {"type": "response.reasoning_summary_text.delta", "delta": "SECRETTHOUGHT"},
        {"type": "response.reasoning_text.delta", "delta": "SECRETTHOUGHT"},
    )
    server.then(responds(*thinking, "Snow."), responds(*thinking, "Snow."))
    assert (await collect(backend.generate(ask()))).text == "Snow."
    assert (await collect(backend.generate(ask()))).text == "Snow."
    assert server.bodies[1]["max_output_tokens"] == 9 + 8_192
    assert server.bodies[1]["reasoning"] == {"effort": "low"}


async def test_a_limit_spent_on_thinking_is_raised_once(server: Faulty, backend: OpenAIBackend) -> None:
    spent = responds(status="incomplete", reason="max_output_tokens", reasoning=9)
    server.then(spent)
    assert (await collect(backend.generate(ask()))).text == "Snow falls."
    assert [body["max_output_tokens"] for body in server.bodies] == [16, 25_009]
    server.then(spent)
    with pytest.raises(ModelThought):
        await collect(backend.generate(ask()))
    assert len(server.bodies) == 3


@pytest.mark.parametrize(
    ("answer", "text", "outcome"),
    [
        (responds("Snow", status="incomplete", reason="max_output_tokens"), "Snow", "length"),
        (responds("Snow", status="incomplete", reason="content_filter"), "Snow", "refused"),
        (responds(status="incomplete", reason="content_filter"), "", ProviderRefused),
        (responds({"type": "response.refusal.delta", "delta": "I cannot."}), "", ProviderRefused),
        (responds("Snow", status="incomplete", reason="something new"), "Snow", ModelUnavailable),
        (responds("Snow", status="cancelled"), "Snow", ModelUnavailable),
        (responds("Snow", end=False), "Snow", ModelUnavailable),
        (
            says({"type": "error", "code": "rate_limit_exceeded", "message": "slow down", "param": None}),
            "",
            ModelRateLimited,
        ),
        (
            says(
                {
                    "type": "response.failed",
                    "response": {"status": "failed", "error": {"code": "server_error", "message": "no"}},
                }
            ),
            "",
            ModelUnavailable,
        ),
        (responds("Snow", whole=True), "Snow", "stop"),
    ],
)
async def test_endings(server: Faulty, backend: OpenAIBackend, answer: Any, text: str, outcome: Any) -> None:
    server.then(answer)
    written, ending = "", ""
    try:
        async for chunk in backend.generate(ask()):
            if isinstance(chunk, Text):
                written += chunk.text
            else:
                ending = getattr(chunk, "ending", "")
    except BackendError as error:
        assert type(error) is outcome
    else:
        assert ending == outcome
    assert written == text


async def test_a_model_without_it_is_asked_by_chat_and_remembered(
    server: Faulty, backend: OpenAIBackend
) -> None:
    server.then(status(400, "The requested model 'poet' is not supported with the Responses API."))
    for _ in range(2):
        assert (await collect(backend.generate(ask()))).text == "Snow falls."
    assert server.paths == ["/v1/responses", "/v1/chat/completions", "/v1/chat/completions"]


async def test_a_model_that_has_nothing_else_is_asked_by_it(server: Faulty) -> None:
    backend = OpenAIBackend(base_url=server.url)
    only = "This model is only supported in v1/responses and not in v1/chat/completions."
    server.then(status(404, only, param="model"))
    for _ in range(2):
        assert (await collect(backend.generate(ask()))).text == "Snow falls."
    assert server.paths == ["/v1/chat/completions", "/v1/responses", "/v1/responses"]
    await backend.aclose()


async def test_a_server_that_refuses_both_is_not_asked_for_ever(
    server: Faulty, backend: OpenAIBackend
) -> None:
    gone = status(404, "Use v1/responses. Not supported in v1/chat/completions, nor by the Responses API.")
    server.then(*[gone] * 9)
    with pytest.raises(BackendError):
        await collect(backend.generate(ask()))
    assert len(server.bodies) <= 3


@pytest.mark.parametrize(
    ("address", "path"),
    [
        (None, "/responses"),
        ("https://api.openai.com/v1", "/responses"),
        ("https://api.openai.com/v1/", "/responses"),
        ("https://openrouter.ai/api/v1", "/chat/completions"),
        ("http://127.0.0.1:8000/v1", "/chat/completions"),
    ],
)
async def test_openai_itself_is_asked_by_responses_first(
    address: str | None, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = OpenAIBackend(base_url=address)
    asked: list[str] = []

    async def post(path: str, **_: object) -> object:
        asked.append(path)
        raise ValueError

    monkeypatch.setattr(backend._client, "post", post)
    with pytest.raises(ModelUnavailable):
        await collect(backend.generate(ask()))
    assert asked == [path]
    await backend.aclose()
