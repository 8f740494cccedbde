"""Checks what the bot sends against Discord's own description of its API.

``tests/specs/discord-openapi.json`` is Discord's OpenAPI description (MIT, see
its ``info``), trimmed to the bodies that the bot sends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_FILE = Path(__file__).parent.parent / "specs" / "discord-openapi.json"
_URI = "urn:discord"


@cache
def _description() -> dict[str, Any]:
    found = json.loads(_FILE.read_text())
    # It leaves out media channels, which the documentation has (Channel Types: GUILD_MEDIA, 16).
    found["components"]["schemas"]["ChannelTypes"]["oneOf"].append({"const": 16})
    return found


@cache
def _validators() -> tuple[tuple[str, re.Pattern[str], Draft202012Validator], ...]:
    registry = Registry().with_resource(
        _URI, Resource.from_contents(_description(), default_specification=DRAFT202012)
    )
    found = []
    for path, operations in _description()["paths"].items():
        pattern = re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path))
        for method in operations:
            content = operations[method]["requestBody"]["content"]
            kind = "application/json" if "application/json" in content else next(iter(content))
            pointer = "/".join(
                part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
                for part in ("paths", path, method, "requestBody", "content", kind, "schema")
            )
            validator = Draft202012Validator({"$ref": f"{_URI}#/{pointer}"}, registry=registry)
            found.append((method.upper(), pattern, validator))
    # The most literal path first: /messages/@original before /messages/{message_id}.
    return tuple(sorted(found, key=lambda entry: entry[1].pattern.count("[^/]+")))


def complaints(requests: Iterable[Any]) -> Iterator[str]:
    """What Discord would not take, of the requests that the bot made."""
    for request in requests:
        if request.json is None:
            continue
        for method, pattern, validator in _validators():
            if method == request.method and pattern.fullmatch(request.path):
                for error in validator.iter_errors(_with_text_ids(request.json)):
                    worst = _deepest(error)
                    yield f"{method} {request.path}: {worst.json_path}: {worst.message[:300]}"
                break
        else:
            yield f"{request.method} {request.path}: Discord's description knows no such request"


def _with_text_ids(body: Any) -> Any:
    """The body with ids as text, of which discord.py sends some as numbers: Discord takes both."""
    if isinstance(body, dict):
        if isinstance(body.get("recipient_id"), int):
            body = body | {"recipient_id": str(body["recipient_id"])}
        return {
            key: [{**one, "id": str(one["id"])} if "id" in one else one for one in value]
            if key in ("attachments", "default_values") and isinstance(value, list)
            else _with_text_ids(value)
            for key, value in body.items()
        }
    return [_with_text_ids(one) for one in body] if isinstance(body, list) else body


def unsafe(requests: Iterable[Any]) -> Iterator[str]:
    """Messages that leave it to Discord whom they ping (P1)."""
    for request in requests:
        body = request.json
        if not isinstance(body, dict) or "/commands" in request.path or "recipient_id" in body:
            continue
        if request.path.endswith("/callback"):
            if body["type"] not in (4, 7):
                continue
            body = body["data"]
        mentions = body.get("allowed_mentions")
        if mentions is None or mentions.get("parse") != [] or mentions.get("users") or mentions.get("roles"):
            yield f"{request.method} {request.path}: allowed_mentions {mentions}"


def _deepest(error: Any) -> Any:
    """Of the complaints about every alternative, the one that got furthest."""
    while error.context:
        error = max(error.context, key=lambda one: (len(one.absolute_path), -len(one.message)))
    return error
