"""Nobody reaches the page of a rehearsal but itself, at its own address."""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from bot.__main__ import parser
from bot.rehearsal.browser import has_display
from bot.rehearsal.page import open_page
from bot.settings import Settings
from tests.bot.rehearsal.stage import Stage, stage
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[tuple[Stage, str]]:
    """A rehearsal, and the address of its page."""
    async with stage(settings) as held, open_page(held.world, lambda _: None, lambda: None, "en") as url:
        yield held, url


async def status(method: str, url: str, **how: Any) -> int:
    async with aiohttp.ClientSession() as session, session.request(method, url, **how) as answer:
        await answer.read()
        return answer.status


def own(url: str) -> dict[str, str]:
    """What the page itself sends with everything that it asks for."""
    return {"Origin": f"http://{urlsplit(url).netloc}"}


async def test_only_the_address_opens_it_and_only_on_loopback(settings: Settings) -> None:
    async with serving(settings) as (_, url):
        parts = urlsplit(url)
        assert parts.hostname == "127.0.0.1"
        assert len(parts.path.strip("/")) >= 32
        assert await status("GET", url) == 200
        for path in (
            "/",
            "/static/app.js",
            "/do",
            "/live",
            "/file/x",
            f"{parts.path[:-2]}x/",
            "/favicon.ico",
        ):
            assert await status("GET", f"http://{parts.netloc}{path}") in (403, 404), path
        for path in ("static/index.html", "static/%2e%2e/server.py", "file/..%2f..%2fserver.py", "file/x"):
            assert await status("GET", f"{url}{path}") == 404, path


async def test_another_page_reaches_nothing_by_its_own_name(settings: Settings) -> None:
    async with serving(settings) as (_, url):
        for other in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
            assert await status("GET", url, headers=other) == 403
            assert await status("POST", f"{url}do", data=b"{}", headers=other) == 403
        assert await status("POST", f"{url}do", data=b"{}") == 403, "no page of a browser"
        # The page itself is heard, and told that this is no deed.
        assert await status("POST", f"{url}do", data=b"{}", headers=own(url)) == 400
        assert await status("POST", f"{url}do", data=b"\xff", headers=own(url)) == 400


async def test_it_may_run_nothing_but_its_own_scripts(settings: Settings) -> None:
    async with (
        serving(settings) as (_, url),
        aiohttp.ClientSession() as session,
        session.get(url) as answer,
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


IMPOSSIBLE: list[dict[str, object]] = [
    {"act": "say", "who": 1, "text": "nobody is here"},
    {"act": "say", "place": 1, "text": "nowhere"},
    {"act": "press", "message": 5, "control": "x"},
    {"act": "slash", "name": "nothing"},
    {"act": "slash", "name": "poem", "options": {"seed": "many"}},
    {"act": "submit", "form": 99},
    {"act": "select", "message": 5, "control": "x", "values": ["y"]},
    {"act": "menu", "name": "nothing", "message": 5},
    {"act": "edit", "message": 5, "text": "x"},
    {"act": "channel", "name": " "},
    {"act": "channel", "name": "gallery"},
    {"act": "member", "name": "ana"},
]


async def test_what_cannot_be_done_is_told_and_nothing_breaks(settings: Settings) -> None:
    async with serving(settings) as (held, url), aiohttp.ClientSession() as session:
        asking = {"who": held.world.members["ben"].id, "place": held.world.channels["general"].id}
        for deed in IMPOSSIBLE:
            async with session.post(f"{url}do", json=asking | deed, headers=own(url)) as answer:
                assert answer.status == 200, deed
                assert (await answer.json())["error"], deed
        await held.fine("@ana: hello   expect hello")


async def test_who_left_and_what_is_gone_blank_nothing(settings: Settings) -> None:
    async with serving(settings) as (held, url), aiohttp.ClientSession() as session:
        await held.fine("@ana: hello")
        ana, mod = held.world.members["ana"].id, held.world.members["mod"].id
        general = held.world.channels["general"].id
        live = url.replace("http", "ws", 1) + "live"
        async with session.ws_connect(live, headers=own(url)) as socket:
            seen: dict[str, Any] = {}

            async def until(name: str) -> None:
                while seen.get("you", {}).get("name") != name:
                    seen.update(await socket.receive_json(timeout=PATIENCE))
                assert seen["place"]["name"] == "general"

            await socket.send_json({"who": ana, "place": general})
            await until("ana")
            assert any(key.startswith("message ") for key in seen)
            await held.fine("@ana leave")
            await until("ben")
            await socket.send_json({"who": ana, "place": 12345})
            await socket.send_str("no wish at all")
            await socket.send_json({"who": mod, "place": 12345})
            await until("mod")


@pytest.mark.parametrize(
    ("platform", "variables", "shows"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"DISPLAY": ":10", "SSH_CONNECTION": "10.0.0.1 22"}, False),
        ("darwin", {}, True),
    ],
)
def test_the_page_opens_by_itself_where_somebody_can_see_it(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], shows: bool
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(webbrowser, "get", lambda: object())
    assert has_display() is shows


@pytest.mark.parametrize(("given", "page"), [([], None), (["--browser"], True), (["--terminal"], False)])
@pytest.mark.parametrize("command", ["run", "rehearse"])
def test_the_front_door_is_chosen_by_a_word_or_by_the_machine(
    command: str, given: list[str], page: bool | None
) -> None:
    assert parser().parse_args([command, *given]).browser is page


async def test_a_page_that_nobody_types_beside_stays_until_it_is_stopped(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--browser",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "RENGA_MODEL": "echo/echo", "DISCORD_TOKEN": ""},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        url = ""
        async with asyncio.timeout(PATIENCE):
            while not url.startswith("http://127.0.0.1:"):
                url = (await process.stdout.readline()).decode().strip()
                assert url or not process.stdout.at_eof()
        assert await status("GET", url) == 200
        assert process.returncode is None
    finally:
        process.terminate()
        await process.wait()
