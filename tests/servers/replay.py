"""Plays the cases of a folder: servers as people meet them, each with what is right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.servers.faulty import Answer

CASES = Path(__file__).parent / "cases"


def case(name: str) -> dict[str, Any]:
    """One case as it is written down."""
    return json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))


def played(told: dict[str, Any]) -> Answer:
    """A server that answers as a case says, however it is asked."""

    async def answer(request: web.Request, body: Any) -> web.StreamResponse:
        for rule in told.get("refuse", ()):
            named = all(name in body for name in rule.get("if_all", ()))
            spared = any(body.get(name) == value for name, value in rule.get("unless", {}).items())
            hit = named and not spared
            if "role" in rule:
                hit = any(message["role"] == rule["role"] for message in body["messages"])
            if hit:
                return web.json_response({"error": rule["error"]}, status=rule["status"])
        if "json" in told:
            return web.json_response(told["json"], status=told.get("status", 200))
        events = told["sse"]
        if "thinks" in told:
            limit = body.get("max_tokens") or body.get("max_completion_tokens") or 10**6
            lazy = body.get("reasoning_effort") in ("none", "minimal")
            if limit < told["thinks"] + 40 and not lazy:
                events = told["empty"]
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for event in events:
            await response.write(event.encode())
        return response

    return answer
