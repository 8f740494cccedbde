"""Serves the page of a rehearsal on loopback: its files, what is seen as it changes, and what people do."""

from __future__ import annotations

import asyncio
import json
import mimetypes
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from aiohttp import WSMsgType, web
from pydantic import BaseModel, ValidationError
from simcord.backend.cdn import CDN_BASE

from bot.ids import Lang
from bot.rehearsal.page.deeds import Deed, Deeds
from bot.rehearsal.page.values import File
from bot.rehearsal.page.view import MOST, Look, parts, settled
from bot.rehearsal.world import World

HOST = "127.0.0.1"

EVERY, REST = 0.2, 0.04
"""Seconds between two looks at what changes without a word (private answers), and after each sending."""

LARGEST = 26 * 2**20
"""Bytes of one deed with its files."""

# Read at import: nobody waits for the disk in the middle of an answer.
_FILES = {path.name: path.read_bytes() for path in (Path(__file__).parent / "static").iterdir()}

_OPENED = ("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain", "text/html")
"""Kinds of attached files that a browser shows (besides sounds and films); others are saved."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SANDBOX = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; media-src 'self'"
)
"""An attached file is looked at by itself: it runs nothing and reaches nothing."""


class _Wanted(BaseModel):
    """What the page wants to look at."""

    who: int = 0
    place: int = 0
    most: int = MOST


class Server:
    """The server of one page; a context in which it listens."""

    def __init__(self, world: World, deeds: Deeds, lang: Lang) -> None:
        self._world = world
        self._deeds = deeds
        self._lang: Lang = lang
        self._word = secrets.token_urlsafe(32)
        self._port = 0
        self._lookers: set[asyncio.Event] = set()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The address.  Whoever knows it can do everything that the page can."""
        return f"http://{HOST}:{self._port}/{self._word}/"

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._guard], client_max_size=LARGEST)
        below = f"/{self._word}"
        app.router.add_get(f"{below}/", self._index)
        app.router.add_get(f"{below}/static/{{name}}", self._static)
        app.router.add_get(f"{below}/live", self._live)
        app.router.add_get(f"{below}/file/{{path:.+}}", self._file)
        app.router.add_post(f"{below}/do", self._do)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, 0)
        await site.start()
        self._port = int(self._runner.addresses[0][1])
        self._world.env.backend.subscribers.append(self._stirred)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._world.env.backend.subscribers.remove(self._stirred)
        if self._runner is not None:
            await self._runner.cleanup()

    def _stirred(self, event: str, payload: Any) -> None:
        for looker in self._lookers:
            looker.set()

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Answer nobody but the page itself, at its own address."""
        hosts = {f"{HOST}:{self._port}", f"localhost:{self._port}"}
        origin = request.headers.get("Origin")
        # Another page that points its own name here, or that posts here, is not answered.
        own = request.host in hosts and (origin is None or origin in {f"http://{host}" for host in hosts})
        if not own or (request.path.endswith(("/do", "/live")) and origin is None):
            raise web.HTTPForbidden(headers=_HEADERS)
        try:
            return await handler(request)
        except web.HTTPException as refused:
            refused.headers.update(_HEADERS)
            raise

    async def _index(self, request: web.Request) -> web.Response:
        headers = _HEADERS | {"Content-Security-Policy": _POLICY.format(host=request.host)}
        body = _FILES["index.html"]
        return web.Response(body=body, content_type="text/html", charset="utf-8", headers=headers)

    async def _static(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in _FILES or name == "index.html":
            raise web.HTTPNotFound()
        kind = "text/javascript" if name.endswith(".js") else "text/css"
        return web.Response(body=_FILES[name], content_type=kind, charset="utf-8", headers=_HEADERS)

    async def _file(self, request: web.Request) -> web.Response:
        """A file that somebody attached: shown where a browser can, and by itself, without its scripts."""
        path = request.match_info["path"]
        held = self._world.env.backend.cdn.get(f"{CDN_BASE}/{path}")
        if held is None:
            raise web.HTTPNotFound()
        kind = _kind(path, held)
        shown = kind in _OPENED or kind.startswith(("audio/", "video/"))
        headers = _HEADERS | {
            "Content-Security-Policy": _SANDBOX,
            "Content-Disposition": "inline" if shown else "attachment",
        }
        charset = "utf-8" if kind.startswith("text/") else None
        return web.Response(body=held, content_type=kind, charset=charset, headers=headers)

    async def _do(self, request: web.Request) -> web.Response:
        files: dict[str, list[File]] = {}
        try:
            if request.content_type == "multipart/form-data":
                given = await request.post()
                asked = str(given.get("deed", ""))
                for name, field in given.items():
                    if isinstance(field, web.FileField):
                        held = await asyncio.to_thread(field.file.read)
                        files.setdefault(name.removeprefix("file:"), []).append((field.filename, held))
            else:
                asked = await request.text()
            deed = Deed.model_validate_json(asked)
        except (ValidationError, UnicodeDecodeError):
            raise web.HTTPBadRequest() from None
        return web.json_response(await self._deeds.do(deed, files), headers=_HEADERS)

    async def _live(self, request: web.Request) -> web.WebSocketResponse:
        """Send what somebody sees, and again each part of it that has changed."""
        socket = web.WebSocketResponse(heartbeat=30, max_msg_size=4096)
        await socket.prepare(request)
        looks = [Look()]
        stirred = asyncio.Event()
        self._lookers.add(stirred)
        reading = asyncio.ensure_future(self._read(socket, looks, stirred))
        sent: dict[str, str] = {}
        try:
            while not reading.done():
                stirred.clear()
                look = settled(self._world, looks[0])
                now = {key: json.dumps(part) for key, part in self._parts(look).items()}
                changed = {key: text for key, text in now.items() if sent.get(key) != text}
                gone = {key: "null" for key in sent if key not in now}
                if changed or gone:
                    body = ",".join(f"{json.dumps(key)}:{text}" for key, text in (changed | gone).items())
                    await socket.send_str(f"{{{body}}}")
                    sent = now
                    await asyncio.sleep(REST)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stirred.wait(), EVERY)
        except ConnectionError:
            pass  # the page was closed
        finally:
            self._lookers.discard(stirred)
            reading.cancel()
        return socket

    def _parts(self, look: Look) -> dict[str, object]:
        held = parts(self._world, look, self._lang)
        return held | {"form": self._deeds.form(look.who), "note": self._deeds.note(look.who)}

    async def _read(self, socket: web.WebSocketResponse, looks: list[Look], stirred: asyncio.Event) -> None:
        """What the page wants to look at; ends when it is closed."""
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                return
            with suppress(ValidationError):
                wanted = _Wanted.model_validate_json(message.data)
                looks[0] = Look(wanted.who, wanted.place, min(max(wanted.most, 1), 2000))
                stirred.set()


def _kind(path: str, held: bytes) -> str:
    """What a file is: by its name, and what is not known by that is a text if it can be read as one."""
    kind = mimetypes.guess_type(path)[0] or ""
    if kind in _OPENED or kind.startswith(("audio/", "video/")):
        return kind
    try:
        written = "\0" not in held.decode("utf-8")
    except UnicodeDecodeError:
        written = False
    return "text/plain" if written else kind or "application/octet-stream"
