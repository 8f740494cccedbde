"""How one model of one server wants to be asked.

Servers that speak the OpenAI protocol differ in what they take: some know only
``max_tokens``, reasoning models only ``max_completion_tokens`` and one
temperature, some reject ``stream_options``, base models have no chat.  None of
that can be looked up, but each server says so in its answer to the first
request, so it is learned there and remembered.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from openai import APIStatusError

from bot.backends.base import Request

SERVER_STOPS = 4
"""The protocol allows at most four stop sequences (OpenAI API reference, ``stop``)."""

_MAX = ("max_completion_tokens", "max_tokens")
_OPTIONAL = ("stream_options", "temperature", "top_p", "seed", "stop", "logprobs", "response_format")
_CODES = {"unsupported_parameter", "unsupported_value", "unknown_parameter"}
_UNSUPPORTED = re.compile(
    r"unsupported|n[o']t (?:be )?(?:supported?|permitted|allowed|compatible|enabled)|only the default"
    r"|unknown|unexpected|unrecogni[sz]ed|extra[_ ](?:inputs?|fields?|forbidden)",
    re.IGNORECASE,
)
_NOT_A_CHAT = re.compile(
    r"not a chat model|use v1/completions|must provide a chat template|chat[_ ]template is not set"
    r"|does not have a (?:default )?chat template",
    re.IGNORECASE,
)
_TOO_LONG = re.compile(
    r"context[_ ](?:length|window|size)|maximum context|prompt is too long|too many tokens", re.IGNORECASE
)
_WINDOW = re.compile(
    r"(?:context (?:length|size|window)\D{0,20}|\"n_ctx\": ?)(\d{2,8})|\((\d{2,8}) tokens\), try",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is known of one model: replaced by :func:`learn` when the server says no.

    Attributes:
        max_field: the name under which the limit of written tokens is sent.
        without: parameters that it does not take.
        chats: whether it takes messages; else the older completions endpoint is used.
        refused_max: names of the limit that it refused.
    """

    max_field: str = "max_tokens"
    without: frozenset[str] = frozenset()
    chats: bool = True
    refused_max: frozenset[str] = frozenset()

    def body(self, model: str, request: Request) -> dict[str, Any]:
        """The request as the server wants it."""
        sampling = request.sampling
        body: dict[str, Any] = {
            "model": model,
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            self.max_field if self.chats else "max_tokens": sampling.max_tokens,
        }
        if sampling.seed is not None:
            body["seed"] = sampling.seed
        if sampling.stop:
            body["stop"] = list(sampling.stop[:SERVER_STOPS])
        if request.logprobs:
            body["logprobs"] = True if self.chats else 1
        if self.chats:
            messages = [{"role": message.role, "content": message.text} for message in request.messages]
            body["messages"] = messages or [{"role": "user", "content": request.continuation}]
            if request.schema is not None:
                schema = {"name": "answer", "strict": True, "schema": request.schema}
                body["response_format"] = {"type": "json_schema", "json_schema": schema}
        else:
            body["prompt"] = request.continuation or "\n\n".join(m.text for m in request.messages)
        return {name: value for name, value in body.items() if name not in self.without}


def learn(dialect: Dialect, body: dict[str, Any], error: APIStatusError) -> Dialect | None:
    """The dialect to try next after a refusal, or None when it says nothing about how to ask."""
    if error.status_code not in (400, 404, 422):
        return None
    said = _said(error)
    if dialect.chats and _NOT_A_CHAT.search(said):
        return replace(dialect, chats=False)
    if error.status_code == 404 or is_too_long(error):
        return None
    code, param = _fact(error, "code"), _fact(error, "param")
    if code not in _CODES and not _UNSUPPORTED.search(said):
        return None
    # The parameter that it names in its own field decides; only without one is the sentence read.
    sent = [name for name in (*_MAX, *_OPTIONAL) if name in body]
    blamed = [name for name in sent if (name == param if param else name in said)]
    if not blamed:
        return None
    if blamed[0] in _MAX:
        refused = dialect.refused_max | {blamed[0]}
        other = next((name for name in _MAX if name not in refused), None)
        # Never without a limit: that could cost anything.
        return None if other is None else replace(dialect, max_field=other, refused_max=refused)
    return replace(dialect, without=dialect.without | {blamed[0]})


def is_too_long(error: APIStatusError) -> bool:
    """Whether the server says that the prompt does not fit the model's window."""
    return error.status_code in (400, 413, 422) and bool(_TOO_LONG.search(_said(error)))


def window(error: APIStatusError) -> int | None:
    """The window in tokens, if the server says it."""
    found = _WINDOW.search(_said(error))
    return int(found[1] or found[2]) if found else None


def _said(error: APIStatusError) -> str:
    return f"{error.message} {json.dumps(error.body, default=str)}"


def _fact(error: APIStatusError, name: str) -> str:
    value = getattr(error, name, None)
    return value if isinstance(value, str) else ""
