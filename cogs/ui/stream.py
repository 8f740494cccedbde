"""A message that is written while people watch.

Frames are shown at the stream's own pace: one that is overtaken by a newer one
is dropped, the last one never is.  A 429 or a slow edit slows the pace; a
deleted message ends it; an interaction's token that has expired (after 15
minutes) hands over to the bot's own edit of the message.
"""

from __future__ import annotations

import asyncio
import logging
import math
from time import perf_counter as now
from types import TracebackType
from typing import Any, Protocol, Self, runtime_checkable

import aiohttp
import discord

from bot.connection import passes
from cogs.ui.frame import Frame

log = logging.getLogger(__name__)

SLOWEST = 15.0
"""Seconds; rate limits slow a stream down to this."""

EDIT_TIMEOUT = 20.0
"""Seconds; discord.py sleeps through the 429 of an interaction's edits itself, however long it takes."""

FINAL_TRIES = 6
"""Tries to draw the last frame, before an error that will not pass ends it."""

FINAL_PATIENCE = 840.0
"""Seconds for which the last frame is tried while Discord is away: while the interaction's token lives."""

UNKNOWN_MESSAGE, UNKNOWN_CHANNEL, UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION = 10008, 10003, 10015, 10062
INVALID_TOKEN, ALREADY_ACKNOWLEDGED = 50027, 40060


class Lost(Exception):
    """The message is gone, or can no longer be reached: nothing more can be shown in it."""


class Surface(Protocol):
    """One message that frames are drawn on."""

    @property
    def id(self) -> int | None:
        """The message's id, once it is known."""
        ...

    async def edit(self, frame: Frame) -> None:
        """Draw a frame.

        Raises:
            Lost: there is nothing to draw on any more.
            discord.HTTPException, discord.RateLimited: not this time.
        """
        ...

    async def follow(self, content: str, nonce: str) -> int:
        """Post another message after this one; returns its id."""
        ...


class BotMessage:
    """A message of the bot in a channel where it may edit."""

    def __init__(self, message: discord.PartialMessage | discord.Message) -> None:
        self._message = message

    @property
    def id(self) -> int | None:
        """The message's id."""
        return self._message.id

    async def edit(self, frame: Frame) -> None:
        """Draw a frame by the bot's own right."""
        try:
            await self._message.edit(**frame.edited())
        except (discord.NotFound, discord.Forbidden) as error:
            raise Lost from error

    async def follow(self, content: str, nonce: str) -> int:
        """Post in the same channel."""
        return (await self._message.channel.send(content, nonce=nonce)).id


class Response:
    """The response to an interaction: edited through its token, and by the bot once that has expired.

    A private response lives only as long as the token.
    """

    def __init__(self, interaction: discord.Interaction[Any], *, private: bool) -> None:
        self._interaction = interaction
        self._private = private
        self._id: int | None = None
        self._bot_message: BotMessage | None = None

    @property
    def id(self) -> int | None:
        """The message's id, once Discord has told it."""
        return self._id

    @id.setter
    def id(self, id: int | None) -> None:
        self._id = id

    async def edit(self, frame: Frame) -> None:
        """Draw a frame, by whichever way still works."""
        if self._bot_message is None:
            try:
                message = await self._interaction.edit_original_response(**frame.edited())
            except discord.HTTPException as error:
                self._bot_message = handed_over(error, self._interaction.channel, self._id, self._private)
            else:
                self._id = message.id
                return
        await self._bot_message.edit(frame)

    async def follow(self, content: str, nonce: str) -> int:
        """Post a followup, as private as the response."""
        if self._bot_message is not None:
            return await self._bot_message.follow(content, nonce)
        return (await self._interaction.followup.send(content, ephemeral=self._private, wait=True)).id


class Followup:
    """A message sent after the first answer to an interaction; later the bot edits it itself."""

    def __init__(self, message: discord.WebhookMessage, channel: object, *, private: bool) -> None:
        self._message = message
        self._channel = channel
        self._private = private
        self._bot_message: BotMessage | None = None

    @property
    def id(self) -> int | None:
        """The message's id."""
        return self._message.id

    async def edit(self, frame: Frame) -> None:
        """Draw a frame, by whichever way still works."""
        if self._bot_message is None:
            try:
                await self._message.edit(**frame.edited())
            except discord.HTTPException as error:
                self._bot_message = handed_over(error, self._channel, self._message.id, self._private)
            else:
                return
        await self._bot_message.edit(frame)

    async def follow(self, content: str, nonce: str) -> int:
        """Post in the same channel, by the bot's own right."""
        if self._private or not isinstance(self._channel, _HasMessages):
            raise Lost
        return await BotMessage(self._channel.get_partial_message(self._message.id)).follow(content, nonce)

    async def withdraw(self) -> None:
        """Take the message away: nothing came of it."""
        try:
            await self._message.delete()
        except discord.HTTPException as error:
            log.info("a message could not be taken away: %s", error.code)


def handed_over(error: discord.HTTPException, channel: object, id: int | None, private: bool) -> BotMessage:
    """The same message by the bot's own right, if it is the token that has expired.

    Raises:
        Lost: the message is gone, or only the token could reach it.
        discord.HTTPException: it was something else.
    """
    if error.code in (UNKNOWN_MESSAGE, UNKNOWN_CHANNEL):
        raise Lost from error
    if error.code not in (INVALID_TOKEN, UNKNOWN_WEBHOOK) and error.status != 401:
        raise error
    if private or id is None or not isinstance(channel, _HasMessages):
        raise Lost from error
    return BotMessage(channel.get_partial_message(id))


@runtime_checkable
class _HasMessages(Protocol):
    def get_partial_message(self, message_id: int, /) -> discord.PartialMessage: ...


class LiveMessage:
    """Draws the newest frame on a surface, at most once every so many seconds.

    It has no clock of its own: a frame that comes too soon after the last one
    drawn is kept, and drawn (or overtaken) when the next one comes.
    """

    def __init__(self, surface: Surface, *, every: float) -> None:
        self.surface = surface
        self.gone = False
        self._every = every
        self._pace = every
        self._next: Frame | None = None
        self._shown = ""
        self._drawn_at = -math.inf
        self._drawing: asyncio.Task[None] | None = None
        self._passing = True
        """Whether what kept the last edit from being taken will pass."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._settle()

    def show(self, frame: Frame) -> None:
        """Draw this frame if it is time, unless a newer one comes first.  Never waits."""
        self._next = frame
        if self._drawing is None and not self.gone and self._due() <= 0:
            self._drawing = asyncio.create_task(self._draw_newest(), name="live-message")

    async def finish(self, frame: Frame, patience: float = 0.0) -> bool:
        """Draw the last frame; False if it could not be drawn, though tried for so many seconds at least."""
        await self._settle()
        began, attempt = now(), 0
        while attempt < FINAL_TRIES or (self._passing and now() - began < patience):
            await asyncio.sleep(max(0.0, self._due()))
            if await self._draw(frame):
                return True
            if self.gone:
                return False
            self._pace = max(self._pace, min(self._every * 2**attempt, SLOWEST))
            attempt += 1
        log.warning("the end of a stream could not be shown")
        return False

    async def _settle(self) -> None:
        """Let an edit that is under way end: whatever is drawn next must come after it."""
        self._next = None
        if self._drawing is not None:
            await asyncio.wait({self._drawing})

    async def _draw_newest(self) -> None:
        try:
            while self._next is not None and not self.gone and self._due() <= 0:
                frame, self._next = self._next, None
                if frame.content != self._shown:
                    await self._draw(frame)
        finally:
            self._drawing = None

    def _due(self) -> float:
        """Seconds until the next frame may be drawn."""
        return self._drawn_at + self._pace - now()

    async def _draw(self, frame: Frame) -> bool:
        """Draw once; on a rate limit, slow down."""
        began = now()
        wait = 0.0
        self._passing = True
        try:
            async with asyncio.timeout(EDIT_TIMEOUT):
                await self.surface.edit(frame)
        except Lost:
            self.gone = True
        except TimeoutError:
            self._slow_down(EDIT_TIMEOUT)
        except discord.RateLimited as error:
            wait = error.retry_after
            self._slow_down(wait)
        except discord.HTTPException as error:
            if error.status == 429:
                self._slow_down(2 * self._pace)
            else:
                self._passing = passes(error)
                log.info("an edit was not taken: %s %s", error.status, error.code)
        except (aiohttp.ClientError, OSError) as error:
            log.info("an edit did not reach Discord: %s", type(error).__name__)
        else:
            self._shown = frame.content
            # An edit that takes long is a sign of a limit: leave as much time between edits.
            self._pace = min(SLOWEST, max(self._every, now() - began))
            self._drawn_at = now()
            return True
        self._drawn_at = now() + max(0.0, wait - self._pace)
        return False

    def _slow_down(self, seconds: float) -> None:
        self._pace = min(SLOWEST, max(seconds, 2 * self._every))
