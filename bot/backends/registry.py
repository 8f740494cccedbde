"""All backends: a new one adds its line to :data:`FACTORIES`.

The contract tests then try it unasked (``tests/contract/test_backend.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from pydantic import SecretStr

from bot.backends.base import Backend
from bot.backends.echo import EchoBackend
from bot.backends.lessons import Forgetful, Lessons
from bot.backends.limits import Limits
from bot.backends.router import Router
from bot.errors import ConfigError
from bot.settings import Settings

FORGETFUL = Forgetful()


class Factory(Protocol):
    """Makes the backends of one kind that the settings ask for: none, one or several."""

    def __call__(self, settings: Settings, lessons: Lessons = ..., /) -> Iterator[Backend]:
        """Make them; ``lessons`` is where they keep what they learn of their models."""
        ...


def _local(settings: Settings, lessons: Lessons = FORGETFUL, /) -> Iterator[Backend]:
    from bot.backends.local.backend import LocalBackend

    yield LocalBackend(
        settings.local_folders(),
        device=settings.device,
        dtype=settings.dtype,
        loaded=settings.models_loaded,
        prefixes=settings.prefix_mb,
    )


def _openai(settings: Settings, lessons: Lessons = FORGETFUL, /) -> Iterator[Backend]:
    if settings.openai_key is None and settings.openai_url is None and not settings.servers:
        return
    # Imported here, for it takes the better part of a second.
    from bot.backends.openai_api import OpenAIBackend

    if settings.openai_key is not None or settings.openai_url is not None:
        yield OpenAIBackend(
            api_key=_shown(settings.openai_key),
            base_url=None if settings.openai_url is None else str(settings.openai_url),
            only=settings.openai_models,
            base_models=settings.openai_base_models,
            lessons=lessons,
        )
    for name, url, key in settings.named_servers():
        yield OpenAIBackend(
            name,
            api_key=_shown(key),
            base_url=url,
            base_models=settings.openai_base_models,
            lessons=lessons,
        )


def _echo(settings: Settings, lessons: Lessons = FORGETFUL, /) -> Iterator[Backend]:
    if settings.model.startswith("echo/"):
        yield EchoBackend()


def _shown(key: SecretStr | None) -> str | None:
    return None if key is None else key.get_secret_value()


FACTORIES: Mapping[str, Factory] = {
    "local": _local,
    "openai": _openai,
    "echo": _echo,
}
"""Of each kind, what makes its backends from the settings."""


def build(settings: Settings, lessons: Lessons = FORGETFUL) -> Router:
    """Every backend that the settings ask for, each with its own line, behind one router.

    Raises:
        ConfigError: two of them have the same name.
    """
    made = [backend for factory in FACTORIES.values() for backend in factory(settings, lessons)]
    names = [backend.name for backend in made]
    if len(set(names)) != len(names):
        raise ConfigError("setting.name_taken", variable="RENGA_SERVERS", taken=", ".join(sorted(set(names))))
    limited = [
        Limits(backend, max_running=settings.max_running, max_queued=settings.max_queued) for backend in made
    ]
    return Router(limited, default=settings.model, fallback=settings.fallback)
