"""One event of an answer's stream, read alike from the chat and the older completions endpoint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.backends.base import Usage

Ending = Literal["stop", "length", "refused"]

_ENDINGS: dict[str, Ending] = {"length": "length", "content_filter": "refused"}


@dataclass(frozen=True, slots=True)
class Event:
    """What one event says; most say little."""

    text: str = ""
    tokens: tuple[tuple[str, float], ...] = ()
    ending: Ending | None = None
    usage: Usage | None = None
    refusal: bool = False
    model: str = ""
    revision: str = ""


def read(event: Any) -> Event:
    """Read an event, which the client does not check against any type.

    Raises:
        ValueError, TypeError, AttributeError: it is nothing of the protocol.
    """
    usage = getattr(event, "usage", None)
    said = Event(
        usage=Usage(usage.prompt_tokens, usage.completion_tokens) if usage else None,
        model=_text(event.model),
        revision=_text(getattr(event, "system_fingerprint", None)),
    )
    if not event.choices:
        return said
    choice = event.choices[0]
    delta = getattr(choice, "delta", None)
    refusal = getattr(delta, "refusal", None)
    reason = choice.finish_reason
    return replace(
        said,
        text=_text(getattr(delta, "content", None) or getattr(choice, "text", None)),
        tokens=_tokens(getattr(choice, "logprobs", None)),
        ending=_ENDINGS.get(reason, "stop") if reason else None,
        refusal=bool(refusal),
    )


def _tokens(logprobs: Any) -> tuple[tuple[str, float], ...]:
    if logprobs is None:
        return ()
    if content := getattr(logprobs, "content", None):
        return tuple((str(token.token), float(token.logprob)) for token in content)
    tokens = getattr(logprobs, "tokens", None) or ()
    return tuple(
        (str(token), float(logprob))
        for token, logprob in zip(tokens, getattr(logprobs, "token_logprobs", None) or (), strict=False)
        if logprob is not None
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("expected text")
    return value
