"""What SimCord leaves out of its payloads and a rehearsal needs: locales, and channels for adults."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from simcord import interactions
from simcord.backend import serializers


@contextmanager
def speaking(locales: Mapping[int, str]) -> Generator[None]:
    """Interactions carry the locales of their member and server."""
    plain = interactions.base_payload

    def spoken(*args: Any, **kwargs: Any) -> Any:
        record, payload = plain(*args, **kwargs)
        payload["locale"] = locales.get(kwargs["user_id"], "en-US")
        if kwargs.get("guild_id") is not None:
            payload["guild_locale"] = locales.get(kwargs["guild_id"], "en-US")
        return record, payload

    interactions.base_payload = spoken
    try:
        yield
    finally:
        interactions.base_payload = plain


@contextmanager
def restricting(restricted: set[int]) -> Generator[None]:
    """Some channels are age-restricted."""
    plain = serializers.channel_payload

    def marked(backend: Any, channel: Any, *args: Any, **kwargs: Any) -> Any:
        payload = plain(backend, channel, *args, **kwargs)
        if channel.id in restricted:
            payload["nsfw"] = True
        return payload

    serializers.channel_payload = marked
    try:
        yield
    finally:
        serializers.channel_payload = plain
