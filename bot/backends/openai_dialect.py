"""How one model of one server wants to be asked.

Servers that speak the OpenAI protocol differ in what they take: the Responses API or chat completions,
``max_tokens`` or ``max_completion_tokens``, a temperature or none, system messages or none; base models
have no chat, and models that think need room for it.  None of that can be looked up, but each server says
so in its answers, so it is learned there (:mod:`bot.backends.openai_refusals`) and remembered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, Self, cast

from bot.backends.base import Learnt, Message, Request

SERVER_STOPS = 4
"""The protocol allows at most four stop sequences (OpenAI API reference, ``stop``)."""

LEAST = 16
"""The least limit that the Responses API takes (OpenAI API reference, ``max_output_tokens``)."""

ROOM = 8_192
"""Tokens for the thinking of a model that is known to think, beyond those of its answer."""

MORE_ROOM = 25_000
"""The same for one that had not enough: OpenAI's advice for reasoning and answer (reasoning guide)."""

EFFORT = "low"
"""The effort asked for of models that think: the one that all servers know that know any."""

Protocol = Literal["responses", "chat", "completions"]

MAX = ("max_output_tokens", "max_completion_tokens", "max_tokens")
"""The names of the limit of written tokens, one of which is always sent: never without a limit."""

OPTIONAL = (
    "stream_options", "include", "logprobs", "seed", "reasoning_effort", "reasoning", "store",
    "response_format", "text", "top_p", "stop", "temperature", "stream",
)  # fmt: skip
"""What can be left out, in the order in which it is left out where a refusal names nothing."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is known of one model: replaced whenever its server teaches more.

    Attributes:
        protocol: the endpoint that it is asked at.
        max_field: the name under which chat completions take the limit of written tokens.
        without: parameters that it does not take.
        doubtful: the one of them that was left out only to see whether it was that.
        refused_max: names of the limit that it refused.
        refused_protocols: endpoints that it refused.
        leads: it takes no system message, so that text leads the user's first message.
        thinks: it was seen to think before it answers.
        unopened: it hands its thoughts on with the closing mark only.
        room: tokens beyond those of the answer, for thinking.
        effort: the effort that is asked for, or "".
        top: the highest limit of written tokens that it takes, if that was said.
        hottest: the highest temperature that it takes, if that was said.
    """

    protocol: Protocol = "chat"
    max_field: str = "max_tokens"
    without: frozenset[str] = frozenset()
    doubtful: str = ""
    refused_max: frozenset[str] = frozenset()
    refused_protocols: frozenset[str] = frozenset()
    leads: bool = False
    thinks: bool = False
    unopened: bool = False
    room: int = 0
    effort: str = ""
    top: int | None = None
    hottest: float | None = None

    @property
    def chats(self) -> bool:
        """Whether it takes messages; else it only goes on with a text."""
        return self.protocol != "completions"

    @property
    def seeded(self) -> bool:
        """Whether it takes a seed."""
        return self.protocol != "responses" and "seed" not in self.without

    def thinking(self, *, more: bool = False) -> Dialect:
        """The same of a model that thinks, with room for it; with ``more`` of one that had not enough."""
        room = MORE_ROOM if more else max(self.room, ROOM)
        return replace(self, thinks=True, room=room, effort=EFFORT)

    def limit(self, wanted: int) -> int:
        """The limit of written tokens that is sent for an answer of so many."""
        limit = wanted + self.room
        if self.top is not None:
            limit = min(limit, max(self.top, 1))
        return max(limit, LEAST) if self.protocol == "responses" else limit

    def body(self, model: str, request: Request) -> dict[str, Any]:
        """The request as the server wants it."""
        sampling = request.sampling
        temperature = sampling.temperature
        if self.hottest is not None:
            temperature = min(temperature, self.hottest)
        body: dict[str, Any] = {
            "model": model,
            "stream": True,
            "temperature": temperature,
            "top_p": sampling.top_p,
        }
        match self.protocol:
            case "responses":
                body |= self._responses(request)
            case "chat":
                body |= self._chat(request)
            case "completions":
                body |= self._completions(request)
        if "stream" in self.without:
            body.pop("stream_options", None)
        return {name: value for name, value in body.items() if name not in self.without}

    def _responses(self, request: Request) -> dict[str, Any]:
        body: dict[str, Any] = {
            "input": self._messages(request),
            "max_output_tokens": self.limit(request.sampling.max_tokens),
            "store": False,
        }
        if self.effort:
            body["reasoning"] = {"effort": self.effort}
        if request.logprobs:
            body["include"] = ["message.output_text.logprobs"]
        if request.schema is not None:
            form = {"type": "json_schema", "name": "answer", "strict": True, "schema": request.schema}
            body["text"] = {"format": form}
        return body

    def _chat(self, request: Request) -> dict[str, Any]:
        body = self._common(request, self.max_field)
        body["messages"] = self._messages(request)
        if self.effort:
            body["reasoning_effort"] = self.effort
        if request.logprobs:
            body["logprobs"] = True
        if request.schema is not None:
            schema = {"name": "answer", "strict": True, "schema": request.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return body

    def _completions(self, request: Request) -> dict[str, Any]:
        body = self._common(request, "max_tokens")
        body["prompt"] = request.continuation or "\n\n".join(m.text for m in request.messages)
        if request.logprobs:
            body["logprobs"] = 1
        return body

    def _common(self, request: Request, max_field: str) -> dict[str, Any]:
        sampling = request.sampling
        body: dict[str, Any] = {
            "stream_options": {"include_usage": True},
            max_field: self.limit(sampling.max_tokens),
        }
        if sampling.seed is not None:
            body["seed"] = sampling.seed
        if sampling.stop:
            body["stop"] = list(sampling.stop[:SERVER_STOPS])
        return body

    def _messages(self, request: Request) -> list[dict[str, str]]:
        messages = request.messages or (Message("user", request.continuation),)
        if self.leads:
            messages = led(messages)
        return [{"role": message.role, "content": message.text} for message in messages]

    @property
    def learnt(self) -> Learnt:
        """What people are told of it."""
        return Learnt(
            protocol=self.protocol,
            thinks=self.thinks,
            room=self.room,
            leads=self.leads,
            without=tuple(sorted(self.without)),
        )

    def plain(self) -> dict[str, Any]:
        """As JSON-able values, without what holds of every model."""
        default = type(self)()
        values: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: sorted(cast("frozenset[str]", value)) if isinstance(value, frozenset) else value
            for name, value in values.items()
            if value != getattr(default, name)
        }

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """From what :meth:`plain` gave, of this version or another.

        Raises:
            ValueError: it is something else.
        """
        known: dict[str, Any] = {}
        for one in fields(cls):
            if one.name not in values:
                continue
            value: Any = values[one.name]
            default: Any = getattr(cls(), one.name)
            if isinstance(default, frozenset):
                value = frozenset(str(item) for item in value)
            elif default is not None and type(value) is not type(default):
                raise ValueError(one.name)
            elif default is None and value is not None:
                value = int(value) if one.name == "top" else float(value)
            known[one.name] = value
        if known.get("protocol", "chat") not in ("responses", "chat", "completions"):
            raise ValueError("protocol")
        return cls(**known)


def led(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Messages without a system's: its text leads the user's first; two of one role in a row become one."""
    system = "\n\n".join(message.text for message in messages if message.role == "system")
    turns: list[Message] = []
    for message in messages:
        if message.role == "system":
            continue
        if turns and turns[-1].role == message.role:
            turns[-1] = Message(message.role, f"{turns[-1].text}\n\n{message.text}")
        else:
            turns.append(message)
    if not system:
        return tuple(turns)
    if turns and turns[0].role == "user":
        return (Message("user", f"{system}\n\n{turns[0].text}"), *turns[1:])
    return (Message("user", system), *turns)
