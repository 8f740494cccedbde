"""A server on loopback that speaks the OpenAI protocol, passes requests on, or fails as told."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
from aiohttp import ClientSession, web

_SCHEMAS = json.loads((Path(__file__).parent / "openai_requests.json").read_text())
_CHECKS = {
    path: jsonschema.Draft202012Validator({**_SCHEMAS, "$ref": f"#/$defs/{name}"})
    for path, name in (
        ("/v1/chat/completions", "chat"),
        ("/v1/completions", "completion"),
        ("/v1/responses", "response"),
    )
}

Answer = Callable[[web.Request, Any], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Faulty:
    """What it was asked, and what it will do next; with nothing planned it answers well."""

    url: str = ""
    upstream: str = ""
    plan: deque[Answer] = field(default_factory=deque)
    bodies: list[Any] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    models: Any = field(default_factory=lambda: {"data": [{"id": "poet", "object": "model"}]})
    known: frozenset[str] | None = None
    """The models there are; None answers every name."""
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the client left a stream before its end."""

    def then(self, *answers: Answer) -> Faulty:
        """Plan the next answers, one for each request."""
        self.plan.extend(answers)
        return self

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Check a request against OpenAI's schema, and answer as planned."""
        body = await request.json()
        self.bodies.append(body)
        self.paths.append(request.path)
        self.headers.append(dict(request.headers))
        self.times.append(asyncio.get_running_loop().time())
        self.problems += [error.message for error in _CHECKS[request.path].iter_errors(body)]
        if self.known is not None and body["model"] not in self.known:
            return await status(404, code="model_not_found")(request, body)
        good = responds() if request.path.endswith("/responses") else says()
        answer = self.plan.popleft() if self.plan else (passed_on(self.upstream) if self.upstream else good)
        try:
            return await answer(request, body)
        except (ConnectionResetError, asyncio.CancelledError):
            self.left.set()
            raise

    async def listed(self, request: web.Request) -> web.Response:
        """The list of models, or an error when ``models`` is a number."""
        if isinstance(self.models, int):
            return web.json_response({"error": {"message": "no"}}, status=self.models)
        if isinstance(self.models, str):
            return web.Response(text=self.models, content_type="text/html")
        return web.json_response(self.models)


@asynccontextmanager
async def serve() -> AsyncIterator[Faulty]:
    """Run one in this loop; afterwards every request must have been as the protocol wants it."""
    faulty = Faulty()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", faulty.answer)
    app.router.add_post("/v1/completions", faulty.answer)
    app.router.add_post("/v1/responses", faulty.answer)
    app.router.add_get("/v1/models", faulty.listed)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    faulty.url = f"http://{host}:{port}/v1"
    try:
        yield faulty
        assert faulty.problems == []
    finally:
        await runner.cleanup()


def event(text: str | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """One event of a chat stream."""
    delta = {"content": text} if text is not None else {}
    choice = {"index": 0, "delta": delta | more.pop("delta", {}), "finish_reason": finish}
    return {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "poet-2026",
        "system_fingerprint": "fp_1",
        "choices": [choice | more.pop("choice", {})],
        **more,
    }


USAGE: dict[str, Any] = {
    **event(),
    "choices": [],
    "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
}
POEM = (event("Snow"), event(" falls"), event("."))


def says(*events: dict[str, Any] | str, cut: bool = False, hang: bool = False, done: bool = True) -> Answer:
    """A stream of events (text is sent as it is); a good poem when none is given.

    ``cut`` breaks the connection after them, ``hang`` keeps it open in silence; without ``done`` it
    ends without saying so.
    """
    told = events or (*POEM, event(finish="stop"), USAGE)

    async def answer(request: web.Request, body: Any) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for item in told:
            line = item if isinstance(item, str) else f"data: {json.dumps(item)}\n\n"
            await response.write(line.encode())
        if hang:
            await asyncio.Event().wait()
        if cut:
            assert request.transport is not None
            request.transport.close()
            return response
        if done:
            await response.write(b"data: [DONE]\n\n")
        return response

    return answer


def responds(
    *pieces: str | dict[str, Any],
    status: str = "completed",
    reason: str = "",
    reasoning: int = 0,
    end: bool = True,
    whole: bool = False,
) -> Answer:
    """A stream of the Responses API; pieces of text, or events as they are.  ``whole`` sends no stream."""
    texts = [piece for piece in pieces or ("Snow", " falls", ".") if isinstance(piece, str)]
    if status != "completed" and not pieces:
        texts = []
    content = [{"type": "output_text", "text": "".join(texts), "annotations": []}]
    response: dict[str, Any] = {
        "id": "resp_1",
        "object": "response",
        "status": status,
        "model": "poet-2026",
        "error": None,
        "incomplete_details": {"reason": reason} if reason else None,
        "output": [{"type": "message", "role": "assistant", "content": content}] if texts else [],
        "usage": {
            "input_tokens": 7,
            "output_tokens": 3 + reasoning,
            "output_tokens_details": {"reasoning_tokens": reasoning},
        },
    }
    if whole:
        return page(json.dumps(response), content_type="application/json")
    begun = response | {"status": "in_progress", "output": [], "usage": None, "incomplete_details": None}
    events: list[dict[str, Any]] = [{"type": "response.created", "response": begun}]
    for piece in pieces or texts:
        if isinstance(piece, dict):
            events.append(piece)
        else:
            logprobs = [{"token": piece, "logprob": -0.5, "top_logprobs": []}]
            events.append({"type": "response.output_text.delta", "delta": piece, "logprobs": logprobs})
    if end:
        events.append({"type": "response.output_text.done", "text": "".join(texts)})
        events.append({"type": f"response.{status}", "response": response})
    return says(*events, done=False)


def status(
    number: int, message: str = "no", /, *, headers: Mapping[str, str] | None = None, **facts: Any
) -> Answer:
    """An error, as OpenAI words one."""

    async def answer(request: web.Request, body: Any) -> web.StreamResponse:
        return web.json_response({"error": {"message": message, **facts}}, status=number, headers=headers)

    return answer


def page(text: str, code: int = 200, content_type: str = "text/html") -> Answer:
    """Some page, such as a proxy or a wrong address gives."""

    async def answer(request: web.Request, body: Any) -> web.StreamResponse:
        return web.Response(text=text, status=code, content_type=content_type)

    return answer


def hangs() -> Answer:
    """Never an answer."""

    async def answer(request: web.Request, body: Any) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    return answer


def passed_on(upstream: str, *, cut_after: int | None = None) -> Answer:
    """The answer of another server, broken off after some of its events."""

    async def answer(request: web.Request, body: Any) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        async with (
            ClientSession() as session,
            session.post(upstream.removesuffix("/v1") + request.path, json=body) as source,
        ):
            await response.prepare(request)
            events = 0
            async for line in source.content:
                await response.write(line)
                events += line.startswith(b"data:")
                if events == cut_after:
                    assert request.transport is not None
                    request.transport.close()
                    return response
        return response

    return answer
