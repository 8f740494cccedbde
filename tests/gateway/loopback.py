"""A Discord on loopback: REST and gateway, strict where Discord is, with faults on demand.

Every body is checked against Discord's own description, commands against its
limits, and what would be refused there is refused here.  Members act through
:meth:`Discord.slash`, :meth:`Discord.press` and :meth:`Discord.again`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from aiohttp import web

from tests.cogs.discord_api import complaints, unsafe
from tests.gateway import payloads
from tests.gateway.payloads import GENERAL
from tests.gateway.process import until
from tests.gateway.rest import Fault, Interaction, Message, Request, Rest
from tests.gateway.sessions import Gateway


class Discord(Rest):
    """The whole server."""

    def __init__(self, token: str, *, flags: int = 0, permissions: int = payloads.NEEDED) -> None:
        super().__init__(token, flags=flags, permissions=permissions)
        self.gateway = Gateway(token, permissions)
        self.url = ""

    async def slash(
        self, name: str, *, by: int = 1, where: int = GENERAL, locale: str = "en-US", **options: Any
    ) -> Interaction:
        """A command with options of text."""
        given = [{"name": name, "type": 3, "value": value} for name, value in options.items()]
        data = {"id": "1", "name": name, "type": 1, "options": given}
        return await self._act(payloads.interaction(2, data, by=by, where=where, locale=locale))

    async def press(self, message: Message, label: str, *, by: int = 1, locale: str = "en-US") -> Interaction:
        """A press on a button."""
        data = {"custom_id": message.buttons()[label], "component_type": 2}
        payload = payloads.interaction(3, data, by=by, where=message.channel, locale=locale)
        return await self._act(payload | {"message": message.payload()}, message)

    async def again(self, interaction: Interaction) -> None:
        """Deliver the same interaction once more."""
        await self.gateway.dispatch("INTERACTION_CREATE", interaction.payload)

    async def _act(self, payload: dict[str, Any], on: Message | None = None) -> Interaction:
        # Such are Discord's: "interaction:" in Base64, and what nobody can guess.
        payload["token"] = f"aW50ZXJhY3Rpb246{payload['id']}secret"
        interaction = self.interactions[payload["token"]] = Interaction(payload, original=on)
        await self.gateway.dispatch("INTERACTION_CREATE", payload)
        return interaction

    def shown(self, words: str) -> list[Message]:
        """The messages that show some words."""
        return [message for message in self.messages.values() if words in message.content]

    async def until_shown(self, words: str) -> Message:
        """Wait for a message that shows some words."""
        await until(lambda: self.shown(words), f"{words!r} in a message")
        return self.shown(words)[-1]

    def tokens(self) -> list[str]:
        """Every token that an interaction ever had."""
        return list(self.interactions)

    @contextmanager
    def failing(self, method: str, path: str, answer: Fault) -> Iterator[list[Request]]:
        """For a while, answer such requests by a fault; gives those there were."""
        met: list[Request] = []

        def fault(request: Request) -> web.Response | None:
            if request.method != method or not re.search(path, request.path):
                return None
            met.append(request)
            return answer(request)

        self.faults.append(fault)
        try:
            yield met
        finally:
            self.faults.remove(fault)


@asynccontextmanager
async def serve(token: str, **options: Any) -> AsyncIterator[Discord]:
    """Run one; afterwards everything it was sent must have been as Discord wants it."""
    discord = Discord(token, **options)
    app = web.Application(client_max_size=2**25)
    app.router.add_get("/gateway", discord.gateway.open)
    app.router.add_get("/gateway/", discord.gateway.open)
    app.router.add_route("*", "/api/v10/{path:.*}", discord.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    discord.url, discord.gateway.url = f"http://127.0.0.1:{port}/api/v10", f"ws://127.0.0.1:{port}/gateway"
    try:
        yield discord
    finally:
        await discord.gateway.drop()
        await runner.cleanup()
    assert not list(complaints(discord.requests))
    assert not list(unsafe(discord.requests))
    assert not discord.unknown
