"""A request made once more, told why; and a stream of chunks that can be stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import replace

from bot.backends.base import Chunk, Message, Request
from bot.ids import Lang
from bot.moderation.verdict import Verdict

_LEAVE_OUT: dict[Lang, str] = {
    "en": "Leave out what is not allowed here: ",
    "zh": "请避开这里不允许的内容：",
}

_OTHERWISE: dict[Lang, str] = {
    "en": "What you wrote is too close to a text that this circle has already."
    " Write another: other images, other words, another way in.",
    "zh": "你写的与本社已有的一篇太相近。请另写一篇：换意象，换字句，换个起笔。",
}


def told_why(request: Request, verdict: Verdict, language: Lang) -> Request:
    """The same request once more, with the rules that the first answer broke."""
    reasons = "; ".join(dict.fromkeys(hit.reason or hit.rule for hit in verdict.hits))
    sampling = request.sampling
    if sampling.seed is not None:
        sampling = replace(sampling, seed=(sampling.seed + 1) % 2**31)
    reminder = f"{_LEAVE_OUT[language]}{reasons}"
    *before, last = request.messages
    told = Message(last.role, f"{last.text}\n\n{reminder}")
    return replace(request, messages=(*before, told), sampling=sampling)


def otherwise(request: Request, language: Lang) -> Request:
    """The same request once more, for something else.

    What it is too like is not told: it may be somebody's who keeps their words
    from models elsewhere.
    """
    sampling = request.sampling
    if sampling.seed is not None:
        sampling = replace(sampling, seed=(sampling.seed + 7919) % 2**31)
    if not request.messages:
        return replace(request, sampling=sampling)
    *before, last = request.messages
    told = Message(last.role, f"{last.text}\n\n{_OTHERWISE[language]}")
    return replace(request, messages=(*before, told), sampling=sampling)


async def until(stream: AsyncGenerator[Chunk, None], stop: asyncio.Event) -> AsyncGenerator[Chunk, None]:
    """The chunks of a stream until it ends or ``stop`` is set; closes the stream either way."""
    halt = asyncio.ensure_future(stop.wait())
    async with aclosing(stream):
        step: asyncio.Future[Chunk] | None = None
        try:
            while True:
                step = asyncio.ensure_future(anext(stream))
                await asyncio.wait({step, halt}, return_when=asyncio.FIRST_COMPLETED)
                if not step.done():
                    return
                try:
                    chunk = step.result()
                except StopAsyncIteration:
                    return
                yield chunk
        finally:
            halt.cancel()
            # A generator that is still running cannot be closed: end its step first.
            if step is not None and not step.done():
                step.cancel()
                with suppress(asyncio.CancelledError, StopAsyncIteration):
                    await step
