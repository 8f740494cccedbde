"""Keeps the bot connected: what passes is waited out and told in a line, what does not pass ends it in one.

discord.py's own ``start`` gives up on any trouble before the first connection,
tells of later ones with tracebacks, and connects anew at once however often it
is turned away, though a bot has a thousand new sessions a day (Discord docs,
Gateway: Rate Limiting).
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import aiohttp
import discord
from discord import app_commands
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from bot.errors import NotLetIn

log = logging.getLogger(__name__)

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

LONGEST_PAUSE = 300.0
"""Seconds between two tries to reach Discord, however long it has been away."""

STEADY = 60.0
"""Seconds after which a connection has held: trouble after that begins with short pauses again."""

HANDSHAKE = 60.0
"""Seconds for the gateway to say hello."""

TROUBLE = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError)
"""What passes: no network, no name, no certificate, a server error, a limit, silence."""

REFUSALS: Mapping[int, str] = {
    4004: "gateway.bad_token",
    4010: "gateway.shards",
    4011: "gateway.shards",
    4012: "gateway.outdated",
    4013: "gateway.outdated",
    4014: "gateway.intents",
}
"""Close codes after which Discord asks not to connect again (Discord docs, Gateway Close Event Codes)."""


def pause(failures: int, longest: float = LONGEST_PAUSE) -> float:
    """Seconds to wait after so many failures in a row: doubling, bounded, never in step with other bots."""
    return min(longest, 2.0 ** min(failures, 30)) * random.uniform(0.5, 1)


def passes(error: BaseException) -> bool:
    """Whether trying again later is of use: not after an answer that says what is wrong with the request."""
    if isinstance(error, discord.HTTPException):
        return error.status == 429 or error.status >= 500
    return isinstance(error, TROUBLE)


def told(error: BaseException) -> str:
    """A trouble in a few plain words, for the log."""
    match error:
        case discord.RateLimited():
            return f"it asks to wait for {error.retry_after:.0f} s"
        case discord.HTTPException():
            sync = isinstance(error, app_commands.CommandSyncFailure)  # only its own words name the command
            words = " ".join((str(error) if sync else error.text).split())
            return f"it answered {error.status}" + (f" ({error.code}: {words[:500]})" if error.code else "")
        case aiohttp.WSServerHandshakeError():
            return f"its gateway answered {error.status}"
        case aiohttp.ClientSSLError():
            return "its certificate could not be checked (TLS)"
        case aiohttp.ClientConnectorDNSError():
            return "its name could not be looked up (DNS)"
        case TimeoutError():
            return "no answer in time"
        case aiohttp.ClientConnectorError():
            return f"no connection ({error.os_error.strerror or type(error.os_error).__name__})"
        case _:
            return type(error).__name__


async def persist(
    what: str,
    do: Callable[[], Awaitable[T]],
    *,
    passing: tuple[type[BaseException], ...] = TROUBLE,
    longest: float = LONGEST_PAUSE,
    sleep: Sleep = asyncio.sleep,
) -> T:
    """Do something that needs Discord, however often it takes; ``what`` says in the log what did not work."""
    failures = 0
    while True:
        try:
            return await do()
        except passing as error:
            wait = max(pause(failures, longest), getattr(error, "retry_after", 0.0))
            log.warning("%s: %s; trying again in %.0f s", what, told(error), wait)
        failures += 1
        await sleep(wait)


async def logged_in(make: Callable[[], discord.Client], token: str, *, sleep: Sleep = asyncio.sleep) -> Any:
    """A client that Discord knows; each try has a client of its own.

    Raises:
        NotLetIn: Discord does not know the token.
    """

    async def log_in() -> discord.Client:
        client = make()
        try:
            await client.login(token)
        except BaseException as error:
            await client.close()
            if isinstance(error, discord.LoginFailure) or getattr(error, "status", None) == 401:
                raise NotLetIn(REFUSALS[4004]) from error
            raise
        return client

    return await persist("Discord does not let the bot log in", log_in, sleep=sleep)


async def stay(client: discord.Client, *, sleep: Sleep = asyncio.sleep) -> None:
    """Keep a client that is logged in connected to the gateway until it is closed.

    A session goes on where it was (RESUME) unless Discord says that it cannot.

    Raises:
        NotLetIn: Discord will not have the bot, now or later.
    """
    how: dict[str, Any] = {"initial": True, "shard_id": client.shard_id}
    ws: DiscordWebSocket | None = None  # until the first connection
    failures = 0
    while not client.is_closed():
        began, resume, reason = time.monotonic(), True, ""
        try:
            client.ws = ws = await asyncio.wait_for(DiscordWebSocket.from_client(client, **how), HANDSHAKE)
            how["initial"] = False
            while True:
                await ws.poll_event()
        except ReconnectWebSocket as error:
            resume = error.resume
            reason = "it asks to connect anew" if resume else "the session cannot be resumed"
        except discord.ConnectionClosed as error:
            if (key := REFUSALS.get(error.code)) is not None:
                raise NotLetIn(key, code=error.code) from error
            reason = f"it was closed ({error.code})"
        except TROUBLE as error:
            reason = told(error)
        except Exception:
            # An event that the library cannot read ends a session, and not the bot.
            log.exception("an event of Discord could not be read")
            resume, reason = False, "an event could not be read"
            if ws is not None:
                await ws.close()
        client.dispatch("disconnect")
        failures = 0 if time.monotonic() - began > STEADY else failures + 1
        # A session that cannot be resumed is begun anew after a while (Discord docs, Resuming).
        wait = (pause(failures - 1) if failures else 0.0) + (0 if resume else random.uniform(1, 5))
        level = logging.INFO if not wait else logging.WARNING
        log.log(level, "the connection to Discord ended: %s; trying again in %.0f s", reason, wait)
        if ws is not None:
            known = {"session": ws.session_id, "sequence": ws.sequence, "gateway": ws.gateway}
            resume = resume and ws.session_id is not None
            how |= {**(known if resume else dict.fromkeys(known)), "resume": resume}
        await sleep(wait)
