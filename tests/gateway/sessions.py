"""The gateway of a Discord on loopback: sessions that can be resumed, or not (Discord docs, Gateway)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.gateway import payloads


@dataclass(slots=True)
class Session:
    """What was dispatched in it, to be told again when it is resumed."""

    id: str
    events: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])


class Gateway:
    """Listens for the bot.  Everything it did is in ``log``, one word each."""

    def __init__(self, token: str, permissions: int) -> None:
        self.token = token
        self.permissions = permissions
        self.url = ""
        self.log: list[str] = []
        self.away = False
        """Answers 503 instead of opening a socket."""
        self.close_with = 0
        """Closes with this code whoever identifies."""
        self.intents = 0
        self._sockets: dict[web.WebSocketResponse, Session | None] = {}
        self._sessions: dict[str, Session] = {}

    async def open(self, request: web.Request) -> web.StreamResponse:
        """One connection, from its hello to its end."""
        if self.away:
            self.log.append("503")
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets[socket] = None
        self.log.append("hello")
        await self._say(socket, 10, {"heartbeat_interval": 41_250})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._heard(socket, json.loads(message.data))
        self._sockets.pop(socket, None)
        return socket

    async def _heard(self, socket: web.WebSocketResponse, payload: dict[str, Any]) -> None:
        data = payload["d"]
        match payload["op"]:
            case 1:
                await self._say(socket, 11)
            case 2:
                await self._identify(socket, data)
            case 6:
                await self._resume(socket, data)
            case other:
                self.log.append(f"op {other}")

    async def _identify(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> None:
        code = self.close_with or (0 if data["token"] == self.token else 4004)
        if code:
            self.log.append(str(code))
            await socket.close(code=code)
            return
        self.log.append("identify")
        self.intents = data["intents"]
        session = Session(payloads.snowflake())
        self._sessions[session.id] = self._sockets[socket] = session
        ready = {
            "v": 10,
            "user": payloads.BOT,
            "guilds": [{"id": str(payloads.GUILD), "unavailable": True}],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "application": {"id": str(payloads.APP), "flags": 0},
        }
        await self._tell(socket, session, "READY", ready)
        await self._tell(socket, session, "GUILD_CREATE", payloads.guild(self.permissions))

    async def _resume(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> None:
        session = self._sessions.get(data["session_id"])
        if session is None or data["token"] != self.token:
            self.log.append("not resumed")
            await self._say(socket, 9, False)
            return
        self.log.append("resume")
        self._sockets[socket] = session
        for number, (name, event) in enumerate(session.events, 1):
            if number > data["seq"]:
                await self._say(socket, 0, event, number, name)
        await self._tell(socket, session, "RESUMED", {})

    async def dispatch(self, name: str, event: Any) -> None:
        """Tell the bot of something now; if it is not connected, when it resumes."""
        live = [(socket, session) for socket, session in self._sockets.items() if session is not None]
        for socket, session in live:
            await self._tell(socket, session, name, event)
        if not live and self._sessions:
            list(self._sessions.values())[-1].events.append((name, event))

    async def say(self, op: int, data: Any = None) -> None:
        """Send an opcode on every connection."""
        for socket in list(self._sockets):
            await self._say(socket, op, data)

    async def drop(self, code: int = 1001) -> None:
        """Close every connection."""
        for socket in list(self._sockets):
            await socket.close(code=code)

    def forget_sessions(self) -> None:
        """No session can be resumed any more."""
        self._sessions.clear()

    async def _tell(self, socket: web.WebSocketResponse, session: Session, name: str, event: Any) -> None:
        session.events.append((name, event))
        await self._say(socket, 0, event, len(session.events), name)

    async def _say(
        self,
        socket: web.WebSocketResponse,
        op: int,
        data: Any = None,
        number: int | None = None,
        name: str | None = None,
    ) -> None:
        if not socket.closed:
            try:
                await socket.send_json({"op": op, "d": data, "s": number, "t": name})
            except (ConnectionResetError, asyncio.CancelledError):
                self._sockets.pop(socket, None)
