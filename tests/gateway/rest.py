"""The REST half of a Discord on loopback: messages, interactions, commands and limits."""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.cogs.command_limits import faults as command_faults
from tests.gateway import payloads
from tests.gateway.payloads import APP, DIRECT, GENERAL

EPHEMERAL, LOADING = 64, 128
LONGEST = 2_000


@dataclass(slots=True)
class Request:
    """What the bot asked, and how it was answered."""

    method: str
    path: str
    json: Any
    at: float
    status: int = 0


@dataclass(slots=True)
class Message:
    """A message, and everything it has shown: when, and what."""

    id: str
    channel: int
    flags: int = 0
    content: str = ""
    components: list[Any] = field(default_factory=list[Any])
    history: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])

    def buttons(self) -> dict[str, str]:
        """Custom ids by label, of those that can be pressed."""
        rows = (row["components"] for row in self.components)
        return {one["label"]: one["custom_id"] for row in rows for one in row if not one.get("disabled")}

    def payload(self) -> dict[str, Any]:
        """As Discord tells of it."""
        return {
            **{name: [] for name in ("mentions", "mention_roles", "attachments", "embeds")},
            "id": self.id,
            "type": 0,
            "channel_id": str(self.channel),
            "author": payloads.BOT,
            "content": self.content,
            "components": self.components,
            "flags": self.flags,
            "timestamp": payloads.now(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "pinned": False,
        }


@dataclass(slots=True)
class Interaction:
    """What a member did, and what came of it."""

    payload: dict[str, Any]
    kind: int = 0
    """Of the acknowledgement; 0 before it."""
    original: Message | None = None
    followups: list[Message] = field(default_factory=list[Message])

    @property
    def token(self) -> str:
        """Through which it is answered."""
        return str(self.payload["token"])

    @property
    def told(self) -> str:
        """Everything it was answered with."""
        answers = ([self.original] if self.original else []) + self.followups
        return "\n".join(message.content for message in answers)


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: int = 0, message: str = "", **more: Any) -> None:
        super().__init__(message)
        self._body = {"code": code, "message": message, **more}
        self._status = status
        self.headers: dict[str, str] = {}

    @property
    def response(self) -> web.Response:
        """As it is sent, made anew each time."""
        response = as_json(self._body, self._status)
        response.headers.update(self.headers)
        return response

    def fault(self, request: Request) -> web.Response:
        """It, as the answer to everything that is asked."""
        return self.response


Fault = Callable[[Request], web.Response | None]


class Rest:
    """Answers the bot; ``faults`` are asked first and may answer in its place."""

    def __init__(self, token: str, *, flags: int = 0, permissions: int = payloads.NEEDED) -> None:
        self.token = token
        self.flags = flags
        self.permissions = permissions
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.commands: list[Any] = []
        self.messages: dict[str, Message] = {}
        self.interactions: dict[str, Interaction] = {}
        """By token."""
        self.unknown: list[str] = []
        """Requests that no route here answers."""
        self._nonces: dict[str, Message] = {}
        self._used: dict[str, list[float]] = defaultdict(list)

    async def answer(self, request: web.Request) -> web.Response:
        """One request of the bot."""
        body: Any = None
        if request.content_type.startswith("multipart/"):
            body = json.loads(str((await request.post())["payload_json"]))
        elif text := await request.text():
            body = json.loads(text)
        asked = Request(request.method, "/" + request.match_info["path"], body, time.monotonic())
        self.requests.append(asked)
        try:
            for fault in self.faults:
                if (response := fault(asked)) is not None:
                    break
            else:
                response = self._answered(asked, request.headers.get("Authorization", ""))
        except Refused as refusal:
            response = refusal.response
        asked.status = response.status
        return response

    def _answered(self, asked: Request, authorization: str) -> web.Response:
        """The answer of the first route that fits."""
        by_token = asked.path.startswith(("/interactions/", "/webhooks/"))
        if not by_token and authorization != f"Bot {self.token}":
            raise Refused(401, 0, "401: Unauthorized")
        for pattern, route in self._routes():
            if (match := re.fullmatch(pattern, f"{asked.method} {asked.path}")) is not None:
                self._limit(asked)
                found = route(*match.groups(), asked.json or {})
                return web.Response(status=204) if found is None else as_json(found)
        self.unknown.append(f"{asked.method} {asked.path}")
        raise Refused(404)

    def _routes(self) -> Iterator[tuple[str, Callable[..., Any]]]:
        yield r"GET /users/@me", lambda body: payloads.BOT
        yield r"GET /(?:oauth2/)?applications/@me", lambda body: payloads.application(self.flags)
        yield r"GET /users/@me/guilds", lambda body: [payloads.GUILD_OF_MINE]
        yield r"GET /guilds/\d+", lambda body: payloads.guild(self.permissions)
        yield r"GET /guilds/\d+/members/\d+", lambda body: payloads.guild(0)["members"][0]
        yield r"PUT /applications/\d+/commands", self._take_commands
        yield r"POST /interactions/(\d+)/([^/]+)/callback", self._acknowledge
        yield r"(POST) /webhooks/\d+/([^/]+)()", self._follow
        yield r"(PATCH|DELETE|GET) /webhooks/\d+/([^/]+)/messages/([^/]+)", self._follow
        yield r"GET /channels/(\d+)", lambda id, body: payloads.channel(self._reached(id))
        yield r"GET /channels/(\d+)/messages", self._read
        yield r"POST /channels/(\d+)/messages", self._post
        yield r"(PATCH|DELETE|GET) /channels/(\d+)/messages/(\d+)", self._own

    def _limit(self, asked: Request) -> None:
        """Five in two seconds for the messages of an interaction, five in five for each route elsewhere."""
        if asked.path.startswith("/interactions/"):
            return
        by_token = asked.path.startswith("/webhooks/")
        route = asked.path.partition("/messages/")[0]
        key, most, seconds = (route, 5, 2.0) if by_token else (f"{asked.method} {route}", 5, 5.0)
        used = self._used[key] = [at for at in self._used[key] if asked.at - at < seconds]
        if len(used) >= most:
            wait = used[0] + seconds - asked.at
            raise limited(wait)
        used.append(asked.at)

    def _reached(self, id: str) -> int:
        """A channel that the bot is in."""
        if int(id) not in (GENERAL, DIRECT):
            raise Refused(403, 50001, "Missing Access")
        return int(id)

    def _read(self, channel: str, body: Any) -> list[Any]:
        known = self._reached(channel)
        return [one.payload() for one in self.messages.values() if one.channel == known]

    def _take_commands(self, body: Any) -> list[Any]:
        if found := list(command_faults(body)):
            raise Refused(400, 50035, "; ".join(found))
        self.commands = body
        made = {"application_id": str(APP), "description": "", "default_member_permissions": None}
        return [made | one | {"id": str(number)} for number, one in enumerate(body, 1)]

    def _acknowledge(self, id: str, token: str, body: Any) -> Any:
        interaction = self.interactions.get(token)
        if interaction is None or interaction.payload["id"] != id:
            raise Refused(404, 10062, "Unknown interaction")
        if interaction.kind:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        interaction.kind, data = body["type"], body.get("data") or {}
        if interaction.kind in (4, 5):
            flags = (data.get("flags") or 0) | (LOADING if interaction.kind == 5 else 0)
            interaction.original = self._draw(self._new(int(interaction.payload["channel_id"])), data, flags)
        elif interaction.kind == 7 and interaction.original is not None:
            self._draw(interaction.original, data)
        told: dict[str, Any] = {"interaction": {"id": id, "type": interaction.payload["type"]}}
        if interaction.original is not None and interaction.kind in (4, 5):
            told["interaction"]["response_message_id"] = interaction.original.id
            told["resource"] = {"type": interaction.kind, "message": interaction.original.payload()}
        return told

    def _follow(self, method: str, token: str, which: str, body: Any) -> Any:
        interaction = self.interactions.get(token)
        if interaction is None or not interaction.kind:
            raise Refused(404, 10015, "Unknown Webhook")
        original = interaction.original
        if method == "POST" and (original is None or not original.flags & LOADING):
            message = self._draw(
                self._new(int(interaction.payload["channel_id"])), body, body.get("flags") or 0
            )
            interaction.followups.append(message)
            return message.payload()
        message = original if which in ("", "@original") else self.messages.get(which)
        return self._changed("PATCH" if method == "POST" else method, message, body)

    def _post(self, channel: str, body: Any) -> Any:
        nonce = str(body.get("nonce"))
        if not (body.get("enforce_nonce") and nonce in self._nonces):
            self._nonces[nonce] = self._draw(self._new(self._reached(channel)), body)
        return self._nonces[nonce].payload() | {"nonce": nonce}

    def _own(self, method: str, channel: str, id: str, body: Any) -> Any:
        self._reached(channel)
        message = self.messages.get(id)
        return self._changed(method, None if message and message.flags & EPHEMERAL else message, body)

    def _changed(self, method: str, message: Message | None, body: Any) -> Any:
        if message is None or message.id not in self.messages:
            raise Refused(404, 10008, "Unknown Message")
        if method == "DELETE":
            del self.messages[message.id]
            return None
        if method == "PATCH":
            self._draw(message, body, message.flags & EPHEMERAL)
        return message.payload()

    def _new(self, channel: int) -> Message:
        message = Message(payloads.snowflake(), channel)
        self.messages[message.id] = message
        return message

    def _draw(self, message: Message, body: Any, flags: int = 0) -> Message:
        if len(body.get("content") or "") > LONGEST:
            raise Refused(400, 50035, "Invalid Form Body")
        message.flags = flags
        if "content" in body:
            message.content = (body["content"] or "").strip()
        if "components" in body:
            message.components = body["components"] or []
        message.history.append((time.monotonic(), message.content))
        return message


def limited(wait: float, scope: str = "user") -> Refused:
    """A 429, of the route, of the whole bot (global) or of everybody there (shared)."""
    refusal = Refused(
        429, 0, "You are being rate limited.", retry_after=wait, **{"global": scope == "global"}
    )
    refusal.headers = {"Retry-After": str(int(wait) + 1), "X-RateLimit-Scope": scope, "Via": "1.1 google"}
    return refusal


def as_json(data: Any, status: int = 200) -> web.Response:
    """JSON as Discord sends it: with no charset, or discord.py takes it for text."""
    return web.Response(body=json.dumps(data).encode(), status=status, content_type="application/json")


def failure(status: int, code: int = 0, message: str = "") -> Fault:
    """A fault that answers with an error."""
    return Refused(status, code, message).fault
