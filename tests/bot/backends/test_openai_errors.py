"""Every refusal is told as what it is, whatever its status and its words.

As people report them in public: web-infra-dev/midscene#253, songquanpeng/one-api#1692 (region);
Gitlawb/openclaude#43 (no credit); camel-ai/owl#432, QwenLM/qwen-code#3145 (inspection);
elizaOS/eliza#4040, continuedev/continue#10218 (tokens a minute);
huggingface/text-generation-inference#628 (inputs and new tokens); dnakov/anon-kode#13 (data policy);
vercel/ai#6534 (errors within a stream).
"""

from __future__ import annotations

import json
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from bot.backends.openai_errors import is_loading, passes, translated
from bot.backends.openai_failures import failure, in_event
from bot.backends.openai_waits import in_headers, in_sentence
from bot.explain import explain
from bot.ids import LANGUAGES


def E(message: str, **facts: Any) -> dict[str, Any]:
    return {"error": {"message": message, **facts}}


CASES = json.loads((Path(__file__).parents[2] / "servers" / "answers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", [case for case in CASES if "status" in case])
def test_an_answer_is_told_as_what_it_is(case: Any) -> None:
    body, wanted = case["body"], case["wanted"]
    told = failure(body if isinstance(body, str) else json.dumps(body, ensure_ascii=False), case["status"])
    error = translated(told, "mine/poet")
    key, limit = wanted if isinstance(wanted, list) else (wanted, None)
    assert (error.text_key, error.facts.get("limit")) == (f"backend.{key}", limit)
    for lang in LANGUAGES:
        said = explain(error, lang)
        assert "mine/poet" in said or key == "too_long"
        assert "$" not in said and "–" not in said


@pytest.mark.parametrize("case", [case for case in CASES if "event" in case])
def test_an_error_within_a_stream_is_told_as_what_it_is(case: Any) -> None:
    told = in_event(case["event"])
    assert told is not None
    assert translated(told, "mine/poet").text_key == f"backend.{case['wanted']}"


@pytest.mark.parametrize(
    "event",
    [
        {"choices": [{"delta": {"content": "x"}}], "error": None},
        {"type": "response.output_text.delta", "delta": "message"},
        {"choices": [], "usage": {}},
        {},
    ],
)
def test_what_is_no_error_is_none(event: Any) -> None:
    assert in_event(event) is None


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("Please try again in 1m30s", 90),
        ("try again in 20s", 20),
        ("Please retry in 45.2s.", 45.2),
        ("Please try again in 6m0s", 360),
        ("try again in 300ms", 0.3),
        ("wait 3 minutes", 180),
        ("请在 30 秒后重试", 30),
        ("retry after 12 seconds", 12),
        ("try again in 2 hours", 7200),
        ("try again in 1h2m3s.", 3723),
        ("nothing", None),
        ("Try again in a while", None),
        ("Please try again after 60 seconds", 60),
        ("Retry-After: 30", None),
        ("available again in 1 minute and 5 seconds", 65),
    ],
)
def test_a_wait_is_read_from_a_sentence(said: str, seconds: float | None) -> None:
    assert in_sentence(said) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after": formatdate(time.time() + 86_000, usegmt=True)}, 86_000),
        (
            {
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-reset-tokens": "6m0s",
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-remaining-tokens": "5",
            },
            1,
        ),
        ({"x-ratelimit-reset": str(int((time.time() + 86_000) * 1000))}, 86_000),
        ({"x-ratelimit-reset-tokens": "120ms"}, 0.12),
        ({"retry-after": "-3"}, 0),
        ({"anthropic-ratelimit-tokens-reset": "2099-01-01T00:00:00Z"}, None),
        ({"retry-after": "abc"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_a_wait_is_read_from_headers(headers: dict[str, str], seconds: float | None) -> None:
    found = in_headers(headers, limited=True)
    # Of a date, all that counts is that it is about then, on however slow a machine.
    assert (
        found is None
        if seconds is None
        else found == pytest.approx(seconds, abs=600 if seconds > 600 else 0.01)
    )
    if seconds is not None and not any("after" in name for name in headers):
        assert in_headers(headers, limited=False) is None, "of an answer that is no limit they tell nothing"


def test_only_what_passes_is_asked_for_again() -> None:
    assert passes(failure("", 503)) and passes(failure(json.dumps(E("busy")), 429))
    for status, said in ((402, "x"), (401, "x"), (429, "insufficient_quota"), (501, "x")):
        assert not passes(failure(json.dumps(E(said, code=said)), status))
    assert is_loading(
        failure(json.dumps({"error": "Model x is currently loading", "estimated_time": 20}), 503)
    )
    assert not is_loading(failure(json.dumps(E("The server is overloaded")), 503))
