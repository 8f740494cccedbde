"""One event of an answer, read alike from chat completions and the older completions endpoint.

A body in one piece, which servers send that do not stream, is read as an event too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from bot.backends.base import Usage

Ending = Literal["stop", "length", "refused", "broken"]

_STOP = re.compile(r"stop|eos|end|complete|finish(?!_)|done|normal|success", re.IGNORECASE)
_LENGTH = re.compile(
    r"length|max_\w*tokens|token_limit|window_exceeded|max_output|cut_?off|limit_reached", re.IGNORECASE
)
_REFUSED = re.compile(
    r"filter|safety|sensitive|recitation|blocklist|prohibited|spii|refus|guardrail|moderat|policy"
    r"|violat|toxic"
    r"|inspection|blocked|unsafe|\brisk",
    re.IGNORECASE,
)
_THOUGHT = ("reasoning_content", "reasoning", "thinking", "reasoning_details", "thinking_blocks", "thought")
_SPOKEN = {"text", "output_text", "", "refusal"}


@dataclass(frozen=True, slots=True)
class Event:
    """What one event says; most say little."""

    text: str = ""
    tokens: tuple[tuple[str, float], ...] = ()
    ending: Ending | None = None
    usage: Usage | None = None
    refusal: bool = False
    thought: bool = False
    """It holds thoughts, which are kept apart from the text."""
    model: str = ""
    revision: str = ""


def read(event: Mapping[str, Any]) -> Event:
    """Read an event, in whatever state it is.

    Raises:
        TypeError: it is nothing of the protocol.
    """
    choices = event.get("choices")
    choice: Mapping[str, Any] = {}
    if isinstance(choices, list) and choices:
        choice = _mapping(cast("list[object]", choices)[0])
    # Some servers send a message where the protocol has what is new of it.
    delta = _mapping(choice.get("delta")) or _mapping(choice.get("message"))
    content: object = delta.get("content")
    usage = _mapping(event.get("usage"))
    details = _mapping(usage.get("completion_tokens_details"))
    reason = choice.get("finish_reason")
    return Event(
        text="".join(_spoken(content if content is not None else choice.get("text"))),
        tokens=tokens(choice.get("logprobs")),
        ending=ending(reason) if isinstance(reason, str) and reason else None,
        usage=Usage(_count(usage, "prompt_tokens"), _count(usage, "completion_tokens")) if usage else None,
        refusal=bool(delta.get("refusal")),
        thought=any(delta.get(name) for name in _THOUGHT)
        or bool(details.get("reasoning_tokens"))
        or any(_thoughts(content)),
        model=_name(event.get("model")),
        revision=_name(event.get("system_fingerprint")),
    )


def ending(reason: str) -> Ending:
    """How an answer ended: only what means it is a stop, whatever is not known is a break.

    Servers write their own words (OpenAI, Anthropic, Gemini, Mistral, DeepSeek, Zhipu, Cohere and others).
    """
    word = re.sub(r"^finish_?reason[_.]", "", reason.strip().casefold())
    if _REFUSED.search(word):
        return "refused"
    if _LENGTH.search(word):
        return "length"
    return "stop" if _STOP.match(word) else "broken"


def tokens(logprobs: object) -> tuple[tuple[str, float], ...]:
    """Tokens and their log-probabilities, in either of the two shapes that servers have for them."""
    told = _mapping(logprobs)
    content: object = cast("object", logprobs) if isinstance(logprobs, list) else told.get("content")
    if isinstance(content, list):
        items = [_mapping(item) for item in cast("list[object]", content)]
        return tuple(
            (str(item.get("token", "")), float(item["logprob"]))
            for item in items
            if isinstance(item.get("logprob"), int | float)
        )
    words, values = told.get("tokens"), told.get("token_logprobs")
    if not isinstance(words, list) or not isinstance(values, list):
        return ()
    return tuple(
        (str(word), float(value))
        for word, value in zip(cast("list[object]", words), cast("list[object]", values), strict=False)
        if isinstance(value, int | float)
    )


def _spoken(content: object) -> Iterator[str]:
    """The text of a content, which may be a list of parts, without the thoughts among them."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for part in cast("list[object]", content):
            yield from _spoken(part)
    elif isinstance(content, dict):
        part = cast("dict[str, object]", content)
        if str(part.get("type", "")) in _SPOKEN:
            yield from _spoken(part.get("text") if part.get("text") is not None else part.get("content"))
    elif content is not None:
        raise TypeError("expected text")


def _thoughts(content: object) -> Iterator[bool]:
    if isinstance(content, list):
        for part in cast("list[object]", content):
            yield (
                isinstance(part, dict) and str(cast("dict[str, object]", part).get("type", "")) not in _SPOKEN
            )


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _count(usage: Mapping[str, Any], name: str) -> int | None:
    value = usage.get(name)
    return int(value) if isinstance(value, int | float) else None


def _name(value: object) -> str:
    """A name, which some servers give as a number."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
