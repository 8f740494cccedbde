"""Posting through discord.py's real HTTP client, to a server on loopback that fails as Discord does."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest
from aiohttp import web
from discord.http import Route

from bot.client import LONGEST_RATE_LIMIT


class FakeDiscord:
    """Keeps what is posted; a nonce that must be enforced gives the first message back."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.fail_after_storing = 0
        self.limit_for: list[float] = []
        self.requests = 0
        self._ids = itertools.count(1000)

    async def post(self, request: web.Request) -> web.Response:
        self.requests += 1
        body = await request.json()
        if self.limit_for:
            seconds = self.limit_for.pop(0)
            limited = {"message": "slow down", "retry_after": seconds, "global": False}
            return answer(limited, 429, {"Via": "1.1 fake", "Retry-After": str(seconds)})
        known = next(
            (one for one in self.messages if body.get("enforce_nonce") and one["nonce"] == body.get("nonce")),
            None,
        )
        if known is None:
            known = _message(next(self._ids), body)
            self.messages.append(known)
        if self.fail_after_storing:
            self.fail_after_storing -= 1
            return answer({"message": "oops", "code": 0}, 500)
        return answer(known)


def answer(data: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON as Discord sends it: with no charset, or discord.py takes it for text."""
    body = json.dumps(data).encode()
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


def _message(id: int, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(id),
        "channel_id": "5",
        "author": {"id": "9", "username": "renga", "discriminator": "0", "avatar": None},
        "content": body.get("content", ""),
        "nonce": body.get("nonce"),
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
    }


@pytest.fixture
async def fake(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeDiscord]:
    fake = FakeDiscord()
    app = web.Application()
    app.router.add_post("/channels/5/messages", fake.post)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setattr(Route, "BASE", f"http://127.0.0.1:{runner.addresses[0][1]}")
    yield fake
    await runner.cleanup()


@pytest.fixture
async def client() -> AsyncIterator[discord.Client]:
    client = discord.Client(
        intents=discord.Intents(guilds=True),
        allowed_mentions=discord.AllowedMentions.none(),
        max_ratelimit_timeout=LONGEST_RATE_LIMIT,
    )
    # What static_login() does, less asking Discord who we are.
    client.http._HTTPClient__session = aiohttp.ClientSession()  # type: ignore[attr-defined]
    client.http._global_over = asyncio.Event()  # pyright: ignore[reportPrivateUsage]
    client.http._global_over.set()  # pyright: ignore[reportPrivateUsage]
    client.http.token = "x"
    yield client
    await client.http.close()


async def post(client: discord.Client, content: str, nonce: str) -> discord.Message:
    return await client.get_partial_messageable(5).send(content, nonce=nonce)


async def test_a_post_that_was_stored_and_answered_500_is_there_once(
    fake: FakeDiscord, client: discord.Client
) -> None:
    fake.fail_after_storing = 2
    message = await post(client, "snow", "n1")
    assert fake.requests == 3
    assert [one["content"] for one in fake.messages] == ["snow"]
    assert str(message.id) == fake.messages[0]["id"]


async def test_a_row_of_the_outbox_that_is_sent_again_after_a_crash_is_one_message(
    fake: FakeDiscord, client: discord.Client
) -> None:
    first = await post(client, "snow", "n1")
    again = await post(client, "snow", "n1")
    other = await post(client, "snow", "n2")
    assert first.id == again.id != other.id
    assert len(fake.messages) == 2


async def test_a_short_rate_limit_is_waited_out(fake: FakeDiscord, client: discord.Client) -> None:
    fake.limit_for = [0.05]
    await post(client, "snow", "n2")
    assert fake.requests == 2


async def test_a_long_rate_limit_is_raised_at_once(fake: FakeDiscord, client: discord.Client) -> None:
    fake.limit_for = [600.0]
    with pytest.raises(discord.RateLimited) as caught:
        await post(client, "snow", "n3")
    assert caught.value.retry_after == 600.0
    assert fake.requests == 1
