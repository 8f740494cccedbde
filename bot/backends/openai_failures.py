"""What a server said instead of an answer, read alike from a status, an event of a stream, or a page.

The text of it (:attr:`Failure.said`) is only ever looked through for what it is about: it may repeat the
key or a member's words, so it goes into no error and no log line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from openai import APIConnectionError, APIError, APIStatusError

from bot.backends.base import Request
from bot.backends.openai_waits import in_headers, in_sentence, span

LONGEST = 4_000
"""Characters of what a server says that are looked through."""

ECHO = 12
"""Characters from which on words of a request are taken out of an answer that repeats them."""

_TOLD = {
    "message", "msg", "detail", "details", "error", "errors", "code", "type", "param", "loc", "title",
    "reason", "reasons", "status", "description", "error_description", "raw", "metadata", "status_msg",
    "innererror", "name", "error_type", "error_message", "err", "content_filter_result", "cause", "@type",
}  # fmt: skip
_WAITS = {"estimated_time", "retry_after", "retrydelay", "retry_after_ms", "x-ratelimit-reset", "headers"}
_ANSWERS = (
    "choices",
    "output",
    "delta",
    "item",
    "response",
    "part",
    "usage",
    "data",
    "text",
    "prompt_progress",
)


_TOO_LONG = re.compile(
    r"context[_ ](?:length|window|size|limit)|maximum (?:context|prompt|input)|max_model_len|n_ctx"
    r"|context_exceeded"
    r"|(?:prompt|input|request|messages?)(?: \w+){0,2} too (?:long|large|big)|too many (?:input )?tokens"
    r"|reduce (?:the length|your prompt)|(?:prompt|input|messages?)s?\W.{0,40}tokens?\b.{0,60}"
    r"(?:exceed|greater|larger|longer|more than|must be|>|limit)|token(?:s| count| limit).{0,40}exceed"
    r"|exceed.{0,40}(?:number of tokens|token limit|input length)|input length|prompt length|max input"
    r"|上下文.{0,12}(?:超|过长|长度)|(?:输入|请求|消息).{0,12}(?:过长|太长|超过|超出)"
)
A_MINUTE = re.compile(r"limit:? ?(\d[\d,]*)(?!.{0,30}used).{0,30}requested:? ?(\d[\d,]*)")
"""A limit of tokens a minute, and what one request asks for of it."""

_NO_WINDOW = re.compile(r"per (?:minute|day|hour)|\bt[pr][md]\b|rate.?limit|quota")
_LIMIT = re.compile(
    r"(?:<=|≤|at most|limit(?:ed)? (?:of|is|to)|limit:|up to|cannot exceed|not exceed|limit of"
    r"|maximum (?:\w+ ){0,5}(?:is|of)?[ :(]*|context (?:length|window|size|limit)[^\d]{0,20}"
    r"|max_model_len\W{0,4}|\[\d+, ?|max \w+ \w+ is |长度(?:为|是|限制)?\D{0,6}) ?(\d[\d,]*)"
    r"|(\d[\d,]*)\s*(?:tokens?\s*)?(?:maximum|max\b|context|limit|tokens?\), try)"
)


@dataclass(frozen=True, slots=True)
class Failure:
    """One refusal, outage or break.

    Attributes:
        status: the HTTP status, or what stands in the body for one; 0 where there is none.
        code: the server's own word for it, if it looks like one.
        param: the parameter that it names in a field of its own.
        said: all it says, in small letters.
        wait: seconds after which it may be tried again.
        loading: seconds until a model is loaded, where it says that.
        streamed: it came in a stream that had begun.
        page: it is no answer of an API, but some page.
    """

    status: int = 0
    code: str = ""
    param: str = ""
    said: str = ""
    wait: float | None = None
    loading: float | None = None
    streamed: bool = False
    page: bool = False
    unreachable: bool = False

    @property
    def too_long(self) -> bool:
        """Whether it says that prompt and answer do not fit the model's window."""
        if self.status == 429 or _NO_WINDOW.search(self.said):
            return False
        return "context_length" in self.code or bool(_TOO_LONG.search(self.said))

    @property
    def window(self) -> int | None:
        """The window in tokens, if that is said."""
        named = re.search(r"n_ctx\W{1,4}(\d+)", self.said)
        if named:
            return int(named[1])
        numbers = [int((one[1] or one[2]).replace(",", "")) for one in _LIMIT.finditer(self.said)]
        return next((number for number in numbers if number >= 16), None)


class Refused(Exception):
    """A stream held a failure; carries nothing that could be printed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self.failure = failure


def failure_of(error: Exception, request: Request | None = None) -> Failure:
    """What an exception of the client's says."""
    if isinstance(error, Refused):
        return _without_echo(error.failure, request)
    if isinstance(error, APIStatusError):
        limited = error.status_code in (413, 429)
        wait = in_headers(error.response.headers, limited=limited)
        # The client's own ``body`` holds only what stands under "error".
        return _without_echo(failure(error.response.text, error.status_code, wait), request)
    if isinstance(error, APIConnectionError):
        return Failure(unreachable=True)
    if isinstance(error, APIError):
        return _without_echo(failure(error.body, streamed=True), request)
    return Failure(streamed=True, page=True)


def in_event(event: Mapping[str, Any]) -> Failure | None:
    """The failure that an event of a stream (or a body with status 200) holds, if it does."""
    if event.get("error") or event.get("errors"):
        return failure(event, streamed=True)
    choices = event.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        first = cast("dict[str, Any]", choices[0])
        if first.get("error"):
            return failure({"error": first["error"]}, streamed=True)
    answered = event.get("response")
    if event.get("type") == "response.failed" and isinstance(answered, dict):
        return failure(cast("object", answered), streamed=True)
    base = event.get("base_resp")
    if isinstance(base, dict) and cast("dict[str, Any]", base).get("status_code"):
        return failure(cast("object", base), streamed=True)
    bare = not any(name in event for name in _ANSWERS)
    if event.get("type") == "error" or event.get("object") == "error":
        return failure(event, streamed=True)
    if bare and any(event.get(name) for name in ("message", "msg", "detail")):
        return failure(event, streamed=True)
    return None


def failure(body: object, status: int = 0, wait: float | None = None, *, streamed: bool = False) -> Failure:
    """What is said in a body: text, or what JSON has made of it."""
    page = isinstance(body, str) and body.lstrip()[:1] == "<"
    facts = [] if page else list(_facts(body))
    said = " ".join(text for _, text in facts)[:LONGEST]
    codes = [text for name, text in facts if name in ("code", "type", "status", "error_type", "reason")]
    numbers = [int(code) for code in codes if re.fullmatch(r"[45]\d\d", code)]
    code = next((code for code in codes if re.fullmatch(r"[A-Za-z][A-Za-z_.-]{2,60}", code)), "")
    first = next(
        (text for name, text in facts if name == "code" and re.fullmatch(r"[a-z_]{3,60}", text)), code
    )
    for name, text in facts:
        if wait is None and name in ("retry_after", "retrydelay", "retry_after_ms", "x-ratelimit-reset"):
            wait = _wait(name, text)
    loading = next((span(f"{text}s") for name, text in facts if name == "estimated_time"), None)
    return Failure(
        status=status if status >= 400 else numbers[0] if numbers else 0,
        code=first,
        param=_param(facts),
        said=said.casefold(),
        wait=in_sentence(said) if wait is None else wait,
        loading=loading,
        streamed=streamed,
        page=page,
    )


def _wait(name: str, text: str) -> float | None:
    if name == "x-ratelimit-reset":
        return in_headers({name: text}, limited=True)
    if name == "retry_after_ms":
        return in_headers({"retry-after-ms": text}, limited=True)
    return span(text if text[-1:].isalpha() else f"{text}s")


def _facts(body: object, name: str = "message") -> Iterator[tuple[str, str]]:
    """Everything that is told in a body, with the name of its field; what is only repeated is left out."""
    if isinstance(body, Mapping):
        for key, value in cast("Mapping[object, object]", body).items():
            key = str(key).casefold()
            if key in _TOLD or key in _WAITS or key == "status_code":
                yield from _facts(value, "code" if key == "status_code" else key)
    elif isinstance(body, str):
        inner = _inner(body)
        if inner is None:
            yield name, body
        else:
            yield from _facts(inner, name)
    elif isinstance(body, Sequence) and not isinstance(body, bytes):
        items = cast("Sequence[object]", body)
        if name == "loc":
            yield name, ".".join(str(item) for item in items)
        else:
            for item in items[:20]:
                yield from _facts(item, name)
    elif isinstance(body, int | float) and not isinstance(body, bool):
        yield name, str(body)


def _inner(text: str) -> object | None:
    """A body within a body, as routers pass on what their providers said."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _param(facts: Sequence[tuple[str, str]]) -> str:
    for wanted in ("param", "loc"):
        for name, text in facts:
            if name == wanted and text.strip():
                return text.removeprefix("body.").strip()
    return ""


def _without_echo(failure: Failure, request: Request | None) -> Failure:
    """The failure without what it repeats of the request: a member's words decide nothing here."""
    if request is None:
        return failure
    said = failure.said
    for text in (request.continuation, *(message.text for message in request.messages)):
        for line in text.casefold().splitlines():
            if len(line.strip()) >= ECHO:
                said = said.replace(line.strip(), " ")
    if said == failure.said:
        return failure
    return replace(failure, said=said)
