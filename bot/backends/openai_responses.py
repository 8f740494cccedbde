"""Events of the Responses API (OpenAI API reference, "Streaming events")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from bot.backends.base import Usage
from bot.backends.openai_events import Ending, Event, tokens

_THINKING = ("response.reasoning", "response.thinking")


class ResponsesReader:
    """Reads the events of one answer, which refer to each other."""

    def __init__(self) -> None:
        self._written = False

    def read(self, event: Mapping[str, Any]) -> Event:
        """Read an event; a whole response, which servers send that do not stream, is one too."""
        kind = str(event.get("type", ""))
        if kind == "response.output_text.delta":
            self._written = True
            return Event(text=_text(event.get("delta")), tokens=tokens(event.get("logprobs")))
        if kind.startswith("response.refusal"):
            return Event(refusal=True)
        if kind.startswith(_THINKING):
            return Event(thought=True)
        if kind in ("response.output_item.added", "response.output_item.done"):
            item = _mapping(event.get("item"))
            return Event(thought=item.get("type") == "reasoning")
        whole = _mapping(event.get("response"))
        if not whole and event.get("object") == "response":
            whole = event
        return self._whole(whole) if whole else Event()

    def _whole(self, response: Mapping[str, Any]) -> Event:
        parts = list(_parts(response))
        usage = _mapping(response.get("usage"))
        details = _mapping(usage.get("output_tokens_details"))
        ended = _ending(response)
        return Event(
            # Of what came in pieces before, the end says it all once more.
            text=""
            if self._written or ended is None
            else "".join(text for kind, text, _ in parts if kind == "output_text"),
            tokens=()
            if self._written or ended is None
            else tuple(token for _, _, found in parts for token in found),
            ending=ended,
            usage=Usage(_count(usage, "input_tokens"), _count(usage, "output_tokens")) if usage else None,
            refusal=any(kind == "refusal" for kind, _, _ in parts),
            thought=any(kind == "reasoning" for kind, _, _ in parts) or bool(details.get("reasoning_tokens")),
            model=_text(response.get("model")),
        )


def _ending(response: Mapping[str, Any]) -> Ending | None:
    status = response.get("status")
    if status == "incomplete":
        reason = str(_mapping(response.get("incomplete_details")).get("reason", ""))
        if reason == "content_filter":
            return "refused"
        return "length" if reason == "max_output_tokens" else "broken"
    if status == "completed":
        return "stop"
    return "broken" if status in ("failed", "cancelled") else None


def _parts(response: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[tuple[str, float], ...]]]:
    """The kind, text and tokens of everything in a response."""
    output = response.get("output")
    for item in cast("list[object]", output) if isinstance(output, list) else ():
        one = _mapping(item)
        if one.get("type") != "message":
            yield str(one.get("type", "")), "", ()
            continue
        content = one.get("content")
        for part in cast("list[object]", content) if isinstance(content, list) else ():
            told = _mapping(part)
            yield str(told.get("type", "")), _text(told.get("text")), tokens(told.get("logprobs"))


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _count(usage: Mapping[str, Any], name: str) -> int | None:
    value = usage.get(name)
    return int(value) if isinstance(value, int | float) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
