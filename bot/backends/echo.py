"""Says the prompt back, in pieces: for tests, for trying the bot, and for ``doctor``."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from bot.backends.base import Ability, Chunk, Done, ModelInfo, ModelRef, Request, Text, Usage
from bot.backends.deadline import Deadline
from bot.backends.stops import Stops
from bot.errors import ModelUnknown


class EchoBackend:
    """One model, ``echo``, whose answer is what it was asked.

    A word counts as a token, so that limits and usage can be tried with it.
    """

    name = "echo"

    async def models(self) -> Sequence[ModelInfo]:
        """The one model."""
        return [ModelInfo("echo", Ability.CHAT | Ability.SEED | Ability.LOCAL, about="says the prompt back")]

    async def generate(self, request: Request) -> AsyncGenerator[Chunk, None]:
        """Stream the last message, or the continuation when there is none, word by word.

        Raises:
            ModelUnknown: another model was asked for.
        """
        if request.model not in ("", "echo"):
            raise ModelUnknown(model=f"echo/{request.model}")
        async with aclosing(Deadline(request.deadline, "echo/echo").keep(self._say(request))) as chunks:
            async for chunk in chunks:
                yield chunk

    async def aclose(self) -> None:
        """Nothing to free."""

    async def _say(self, request: Request) -> AsyncGenerator[Chunk, None]:
        who = ModelRef("echo", "echo")
        asked = request.messages[-1].text if request.messages else request.continuation
        words = re.findall(r"\s*\S+", asked)
        stops = Stops(request.sampling.stop)
        written = 0
        for word in words[: request.sampling.max_tokens]:
            await asyncio.sleep(0)
            written += 1
            if text := stops.feed(word):
                yield Text(text, model=who)
            if stops.found:
                break
        if text := stops.finish():
            yield Text(text, model=who)
        ending = "length" if not stops.found and len(words) > request.sampling.max_tokens else "stop"
        yield Done(ending, who, Usage(len(words), written), request.sampling.seed)
