"""The events of an answer as the openai client decodes them, whatever shape they come in."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from openai import AsyncStream

LONGEST = 4 * 2**20
"""Bytes of an answer in one piece; an answer is some thousand tokens."""


@dataclass(frozen=True, slots=True)
class _Body:
    """An answer in one piece, in the place of a stream's events."""

    data: str


class _Decoder:
    """The client's own decoder, for servers that stream; others' answers are given in one piece."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def aiter_bytes(self, iterator: AsyncIterator[bytes]) -> AsyncGenerator[Any, None]:
        """The events in some bytes."""
        begun = b""
        async for piece in iterator:
            begun += piece
            if begun.strip():
                break
        if begun.lstrip()[:1] in (b"{", b"[", b"<"):
            async for piece in iterator:
                begun += piece
                if len(begun) > LONGEST:
                    raise ValueError("too long")
            yield _Body(begun.decode())
            return

        async def whole() -> AsyncGenerator[bytes, None]:
            yield begun
            async for piece in iterator:
                yield piece

        async for event in self._inner.aiter_bytes(whole()):
            yield event


class Events(AsyncStream[Any]):
    """Yields each event as JSON has it; :attr:`ended` tells whether the server said that it was the last."""

    ended: bool = False

    async def __stream__(self) -> AsyncIterator[Any]:
        self._decoder = cast(Any, _Decoder(self._decoder))
        try:
            async for event in self._iter_events():
                data = event.data.strip()
                if data.startswith("[DONE]"):
                    self.ended = True
                    return
                # An event without data is no event: some servers keep the line open with it.
                for told in _values(data):
                    yield told
                    self.ended = self.ended or isinstance(event, _Body)
        finally:
            await self.response.aclose()


def _values(data: str) -> Iterator[Any]:
    """The JSON values in some data: some servers write several into one event."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(data):
        value, end = decoder.raw_decode(data, at)
        yield value
        at = end + len(data[end:]) - len(data[end:].lstrip())


def mapping(event: object) -> Mapping[str, Any]:
    """An event, which must be an object.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(event, dict):
        raise TypeError("expected an object")
    return cast("dict[str, Any]", event)
