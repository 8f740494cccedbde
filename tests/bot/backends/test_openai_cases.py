"""Servers as people meet them (``tests/servers/cases``), each with what is right.

Where they were reported: covan-ai/covan#112, langchain-ai/langchain#32477, datapizza-labs/datapizza-ai#84
(a limit spent on thinking); pvliesdonk/markdown-vault-mcp#919 (nothing but thoughts);
NousResearch/hermes-agent#4748, vercel/ai#8072 (content in parts); NeatChat/NeatChat#72 (temperature and
top_p); google/adk-python#1373, nextai-translator/raycast-openai-translator#34 (system role);
openai/openai-python#2722, omnigent-ai/omnigent#1474 (events without data); openai/openai-python#663 (two in
one); openai/openai-node#1292, earendil-works/pi#5793 (no finish_reason); can1357/oh-my-pi#8563,
anomalyco/opencode#44358 (endings that are breaks); web-infra-dev/midscene#253, Gitlawb/openclaude#43,
camel-ai/owl#432, elizaOS/eliza#4040, dnakov/anon-kode#13, huggingface/text-generation-inference#628
(refusals).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

import pytest

from bot.backends.base import Message, Request, Sampling, Text, Waiting, Withdrawn, collect
from bot.backends.openai_api import OpenAIBackend
from bot.errors import (
    BackendError,
    ModelRateLimited,
    ModelThought,
    ModelUnavailable,
    NotServed,
    PromptTooLong,
    ProviderRefused,
)
from tests.servers.faulty import POEM, Faulty, event, says, serve, status
from tests.servers.replay import CASES, case, played

RAIN = "The rain comes down\non the slate roofs\nand nobody counts it."
MODEL = "gpt-5-mini"


@pytest.fixture
async def server() -> AsyncIterator[Faulty]:
    async with serve() as faulty:
        yield faulty


@pytest.fixture
async def backend(server: Faulty) -> AsyncIterator[OpenAIBackend]:
    made = OpenAIBackend(base_url=server.url, retries=0)
    yield made
    await made.aclose()


def ask(*, deadline: float = 300.0, max_tokens: int = 400, **more: Any) -> Request:
    return Request(
        messages=(Message("system", "You are a poet."), Message("user", "Rain, please.")),
        model=more.pop("model", MODEL),
        sampling=Sampling(seed=3, max_tokens=max_tokens),
        deadline=deadline,
        logprobs=True,
        **more,
    )


async def said(backend: OpenAIBackend, request: Request) -> tuple[str, BackendError | str]:
    """What an answer comes to: its text, and how it ended or failed."""
    text = ""
    try:
        async for chunk in backend.generate(request):
            if isinstance(chunk, Text):
                text += chunk.text
            elif isinstance(chunk, Withdrawn):
                text = ""
            elif not isinstance(chunk, Waiting):
                return text, chunk.ending
    except BackendError as error:
        return text, error
    raise AssertionError("no end")


WHOLE = (
    "budget", "parts", "special_tokens", "think_bracket", "think_caps", "think_harmony", "think_noopen",
    "think_seed", "think_thinking", "think_thought", "does_not_support", "temp_and_top_p", "temp_deprecated",
    "temp_only_one", "system_400", "system_500", "system_alternate", "system_developer", "fingerprint_int",
    "json_body", "keepalive_data_mid", "message_not_delta", "no_finish", "openai_ok",
)  # fmt: skip
CUT = {
    "finish_maxtokens": "length",
    "finish_model_length": "length",
    "finish_safety": "refused",
    "finish_sensitive": "refused",
}
BROKEN = ("finish_error", "finish_network_error", "finish_resource")
FAILED: Mapping[str, tuple[type[BackendError], str, bool]] = {
    "400_inspection": (ProviderRefused, "provider_refused", False),
    "402": (ModelRateLimited, "no_credit", True),
    "403_moderation": (ProviderRefused, "provider_refused", False),
    "403_region": (NotServed, "not_served", True),
    "404_endpoints": (ModelUnavailable, "no_endpoint", True),
    "413_tpm": (ModelRateLimited, "more_than_a_minute", True),
    "422_tgi": (PromptTooLong, "too_long_at", False),
    "err_first_code429": (ModelRateLimited, "rate_limited", True),
    "reasoning_only_length": (ModelThought, "only_thought", True),
}


def test_every_case_is_looked_at() -> None:
    assert {path.stem for path in CASES.glob("*.json")} == {*WHOLE, *CUT, *BROKEN, *FAILED}


@pytest.mark.parametrize("name", WHOLE)
async def test_the_poem_alone_comes_and_what_was_learnt_stays(
    server: Faulty, backend: OpenAIBackend, name: str
) -> None:
    told = case(name)
    server.then(*[played(told)] * 9)
    assert await said(backend, ask()) == (RAIN, "stop")
    asked = len(server.bodies)
    assert await said(backend, ask()) == (RAIN, "stop")
    assert len(server.bodies) == asked + 1, "how to ask was learnt the first time"


@pytest.mark.parametrize("name", [*CUT, *BROKEN])
async def test_an_ending_is_told_as_what_it_is(server: Faulty, backend: OpenAIBackend, name: str) -> None:
    server.then(played(case(name)))
    text, ending = await said(backend, ask())
    assert text and RAIN.startswith(text.strip())
    if name in CUT:
        assert ending == CUT[name]
    else:
        assert isinstance(ending, ModelUnavailable) and ending.facts["reason"] == "cut"


@pytest.mark.parametrize("name", FAILED)
async def test_a_refusal_is_told_as_what_it_is(server: Faulty, backend: OpenAIBackend, name: str) -> None:
    server.then(*[played(case(name))] * 3)
    text, error = await said(backend, ask())
    kind, key, fallback = FAILED[name]
    assert isinstance(error, kind) and error.text_key == f"backend.{key}" and error.fallback is fallback
    assert not text
    if name == "422_tgi":
        assert error.facts["limit"] == 2048


@pytest.mark.parametrize(
    ("reason", "ending"),
    [
        *((word, "stop") for word in ("stop", "STOP", "end_turn", "stop_sequence", "eos_token", "COMPLETE")),
        *((word, "length") for word in ("length", "MAX_TOKENS", "max_output_tokens", "token_limit")),
        *((word, "refused") for word in ("content_filter", "PROHIBITED_CONTENT", "recitation", "refusal")),
        *((word, "cut") for word in ("error", "OTHER", "abort", "tool_calls", "function_call", "new one")),
    ],
)
async def test_other_words_for_an_ending(
    server: Faulty, backend: OpenAIBackend, reason: str, ending: str
) -> None:
    server.then(says(event("Snow"), event(finish=reason)))
    text, found = await said(backend, ask())
    assert text == "Snow"
    assert (found if isinstance(found, str) else found.facts["reason"]) == ending


async def test_room_for_thinking_is_left_from_then_on_and_kept_in_bounds(
    server: Faulty, backend: OpenAIBackend
) -> None:
    server.then(*[played(case("budget"))] * 3)
    await said(backend, ask())
    await said(backend, ask())
    first, again, later = server.bodies
    assert first["max_tokens"] == 400 and "reasoning_effort" not in first
    assert again["max_tokens"] == 25_400 and again["reasoning_effort"] == "low"
    assert later == again
    server.then(says(*[event("rain \n" * 8)] * 900, event(finish="stop")))
    text, ending = await said(backend, ask(max_tokens=40))
    assert ending == "length" and len(text) < 4_000, "the limit means the answer, whatever the room is"


async def test_thoughts_apart_from_the_text_leave_room_the_next_time(
    server: Faulty, backend: OpenAIBackend
) -> None:
    server.then(says(event(delta={"reasoning": "hm"}), *POEM, event(finish="stop")))
    await said(backend, ask())
    await said(backend, ask())
    assert [body["max_tokens"] for body in server.bodies] == [400, 8_592]


async def test_the_tokens_of_both_tries_are_counted(server: Faulty, backend: OpenAIBackend) -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 400}
    server.then(says(event(finish="length", usage=usage)), says(*POEM, event(finish="stop", usage=usage)))
    spent = (await collect(backend.generate(ask()))).done.usage
    assert (spent.read, spent.written) == (14, 800)


async def test_no_system_message_but_its_text_reaches_the_model(
    server: Faulty, backend: OpenAIBackend
) -> None:
    server.then(*[played(case("system_500"))] * 2)
    await said(backend, ask())
    assert server.bodies[-1]["messages"] == [{"role": "user", "content": "You are a poet.\n\nRain, please."}]


async def test_events_in_odd_shapes_are_read(server: Faulty, backend: OpenAIBackend) -> None:
    two = "data: " + json.dumps(event("Snow")) + json.dumps(event(" falls")) + "\n\n"
    empty = ("retry: 3000\n\n", ": ping\n\n", "id: 7\n\n", "event: ping\n\n", "data:   \n\n")
    server.then(says(*empty, two, *empty, event(".", "stop")))
    assert await said(backend, ask()) == ("Snow falls.", "stop")


async def test_a_model_that_is_loading_is_waited_for_and_that_is_said(server: Faulty) -> None:
    waits: list[float] = []

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    backend = OpenAIBackend(base_url=server.url, retries=0, pause=pause)
    loading = status(503, "Loading model", type="unavailable_error")
    timed = played({"status": 503, "json": {"error": "Model x is currently loading", "estimated_time": 25.5}})
    server.then(timed, loading, loading)
    async with aclosing(backend.generate(ask())) as chunks:
        seen = [chunk async for chunk in chunks if isinstance(chunk, Waiting)]
    assert [(one.why, one.seconds) for one in seen] == [
        ("loading", 25.5),
        ("loading", None),
        ("loading", None),
    ]
    assert waits == [10.0, 2.0, 2.0]
    server.then(timed)
    _, error = await said(backend, ask(deadline=5))
    assert isinstance(error, ModelUnavailable) and error.text_key == "backend.loading_for"
    assert error.facts["wait"] == 25.5, "longer than there is time: it is told at once, and how long"
    await backend.aclose()


@pytest.mark.parametrize(
    "limited",
    [
        status(429, "slow down", headers={"Retry-After": "90"}),
        status(429, "Rate limit reached. Please try again in 1m30s."),
        status(429, "no", headers={"x-ratelimit-reset-requests": "90s"}),
        status(429, "no", retry_after=90),
    ],
)
async def test_a_long_wait_is_told_and_not_slept_through(server: Faulty, limited: Any) -> None:
    async def pause(seconds: float) -> None:
        raise AssertionError(seconds)

    backend = OpenAIBackend(base_url=server.url, pause=pause)
    server.then(limited)
    _, error = await said(backend, ask())
    assert isinstance(error, ModelRateLimited) and error.fallback
    assert error.text_key == "backend.rate_limited_for" and error.facts["retry_after"] == 90
    assert len(server.bodies) == 1
    await backend.aclose()


async def test_two_models_of_a_server_are_learnt_apart_and_at_once(
    server: Faulty, backend: OpenAIBackend
) -> None:
    server.then(*[played(case("temp_deprecated"))] * 8)
    await asyncio.gather(*(said(backend, ask(model=f"m{number}")) for number in range(4)))
    assert {body["model"] for body in server.bodies if "temperature" not in body} == {"m0", "m1", "m2", "m3"}


async def test_a_member_s_words_in_a_refusal_decide_nothing(server: Faulty, backend: OpenAIBackend) -> None:
    words = "insufficient_quota content_filter temperature is not supported"
    server.then(status(400, f"cannot parse: {words}"))
    request = Request(messages=(Message("user", words),), model=MODEL)
    _, error = await said(backend, request)
    assert type(error) is BackendError and len(server.bodies) == 1
