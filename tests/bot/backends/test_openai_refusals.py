"""Refusals teach how to ask, whatever their wording.

The wordings are those of OpenAI, Azure, Anthropic, Gemini, vLLM, llama.cpp, TGI, Mistral, xAI, DeepSeek,
Groq, OpenRouter, Bedrock, Ollama and others, as people report them in public: NeatChat/NeatChat#72,
langfuse/langfuse#9882 (temperature and top_p together); google/adk-python#1373, unslothai/unsloth#334,
nextai-translator/raycast-openai-translator#34 (roles must alternate, also as a 500);
EricLBuehler/mistral.rs#506 (no system role); Wei-Shaw/sub2api#885, sigoden/aichat#1318 (Responses only);
langbot-app/LangBot#400 (not a chat model); QwenLM/qwen-code#73 (tokens that cannot be paid for);
zeeyado/koassistant.koplugin#106 (room for thinking counted against a limit a minute).
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.backends.base import Message, Request, Sampling
from bot.backends.openai_dialect import Dialect
from bot.backends.openai_failures import failure
from bot.backends.openai_refusals import learn

REQUEST = Request(
    messages=(Message("system", "s"), Message("user", "u")),
    logprobs=True,
    schema={"type": "object"},
    sampling=Sampling(stop=("x",), seed=1, max_tokens=400),
)


def learnt(dialect: Dialect, status: int, body: Any) -> Dialect | None:
    told = body if isinstance(body, str) else json.dumps(body)
    return learn(dialect, dialect.body("m", REQUEST), failure(told, status))


CASES = json.loads((Path(__file__).parents[2] / "servers" / "refusals.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES)
def test_a_refusal_teaches(case: Any) -> None:
    """A name is what is left out next time, a mapping what is known then, None that nothing is learnt."""
    wanted = case["wanted"]
    found = learnt(Dialect.read(case["dialect"]), case["status"], case["body"])
    if wanted is None:
        assert found is None
    elif isinstance(wanted, str):
        assert found is not None and found.without == {wanted}
        assert wanted not in found.body("m", REQUEST)
    else:
        assert found is not None and not found.without
        assert {name: getattr(found, name) for name in wanted} == wanted


def test_what_names_nothing_is_found_by_leaving_out_one_after_another() -> None:
    dialect, tried = Dialect(), list[frozenset[str]]()
    while (
        found := learnt(dialect, 400, {"error": {"message": "Extra inputs are not permitted"}})
    ) is not None:
        dialect = found
        tried.append(dialect.without)
        assert len(tried) < 20
    alone, together = tried[:-1], tried[-1]
    assert all(len(one) == 1 for one in alone) and len(set(alone)) == len(alone)
    assert together == frozenset().union(*alone)
    assert set(dialect.body("m", REQUEST)) == {"model", "messages", "stream", "max_tokens"}


def test_a_limit_is_always_sent() -> None:
    dialect: Dialect | None = Dialect()
    for name in ("max_tokens", "max_completion_tokens"):
        assert dialect is not None and name in dialect.body("m", REQUEST)
        error = {"message": f"Unsupported parameter: '{name}'", "param": name}
        dialect = learnt(dialect, 400, {"error": error})
    assert dialect is None


def test_without_a_system_role_its_text_leads_and_roles_alternate() -> None:
    messages = (
        Message("system", "S"),
        Message("user", "one"),
        Message("user", "two"),
        Message("assistant", "three"),
        Message("user", "four"),
    )
    body = Dialect(leads=True).body("m", replace(REQUEST, messages=messages))
    assert body["messages"] == [
        {"role": "user", "content": "S\n\none\n\ntwo"},
        {"role": "assistant", "content": "three"},
        {"role": "user", "content": "four"},
    ]


def test_what_is_learnt_is_the_same_when_it_is_read_again() -> None:
    without = frozenset({"seed", "stop"})
    dialect = Dialect(protocol="responses", without=without, top=4096, hottest=0.5, thinks=True)
    assert Dialect.read(json.loads(json.dumps(dialect.plain()))) == dialect
    assert Dialect.read({"of another version": 1}) == Dialect()
    for wrong in ({"leads": "yes"}, {"protocol": "smoke signals"}, {"room": None}):
        with pytest.raises((ValueError, TypeError)):
            Dialect.read(wrong)
