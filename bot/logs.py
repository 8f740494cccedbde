"""Logging: what happened, never what was said, and no secret."""

from __future__ import annotations

import logging

from bot.settings import Settings


class Blot(logging.Filter):
    """Replaces every secret in a log line, arguments and traceback included."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__()
        # A short value would blot out ordinary words.
        self._secrets = tuple(secret for secret in secrets if len(secret) >= 6)

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record if it holds a secret."""
        if not self._secrets:
            return True
        message = record.getMessage()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        for secret in self._secrets:
            if secret in message:
                message = message.replace(secret, "…")
                record.msg, record.args = message, ()
            if record.exc_text and secret in record.exc_text:
                record.exc_text = record.exc_text.replace(secret, "…")
        return True


def set_up(settings: Settings, level: str = "") -> None:
    """Log to standard error, at ``level`` or that of the settings, secrets blotted out."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    handler.addFilter(Blot(settings.secrets()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level or settings.log_level)
    # These log request bodies or every HTTP call at DEBUG and INFO.
    # Alembic tells of every plugin; discord.py warns of libraries for voice, which is not used.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("discord.client").setLevel(logging.ERROR)
    for name in ("openai", "httpx", "httpcore", "discord.http", "discord.gateway", "aiosqlite"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
