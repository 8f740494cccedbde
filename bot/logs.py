"""Logging: what happened, never what was said, and no secret."""

from __future__ import annotations

import logging
import re

from bot.settings import Settings

OURS = ("bot", "cogs", "__main__")
"""Loggers that tell as much as is asked for.  Every library is heard from WARNING on only, whatever it is
called: at DEBUG and INFO they log requests with their bodies, and URLs that hold tokens."""

_SECRETS = re.compile(
    r"(?<=/webhooks/)\d+/[^\s/?\"']+"  # https://discord.com/api/webhooks/<id>/<token>, also of interactions
    r"|(?<=/interactions/)\d+/[^\s/?\"']+"
    r"|\baW50ZXJhY3Rpb246[\w+/=-]+"  # a token of an interaction: "interaction:" in Base64
    r"|\b[MNO][\w-]{22,30}\.[\w-]{5,8}\.[\w-]{25,50}"  # a bot's token: its id in Base64, a time, a signature
    r"|\bsk-[\w-]{16,}"
    r"|(?<=\bBearer )\S{8,}"
    r"|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"  # a name and a password in a URL
)
"""What is a secret by its looks, for those that no setting names."""


class Blot(logging.Filter):
    """Replaces every secret in a log line, arguments and traceback included."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__()
        # A short value would blot out ordinary words.
        self._secrets = tuple(secret for secret in secrets if len(secret) >= 6)

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record if it holds a secret."""
        message = record.getMessage()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if (blotted := self._blotted(message)) != message:
            record.msg, record.args = blotted, ()
        if record.exc_text:
            record.exc_text = self._blotted(record.exc_text)
        return True

    def _blotted(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return _SECRETS.sub("…", text)


def set_up(settings: Settings, level: str = "") -> None:
    """Log to standard error, at ``level`` or that of the settings, secrets blotted out."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    handler.addFilter(Blot(settings.secrets()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    asked = logging.getLevelNamesMapping()[level or settings.log_level]
    root.setLevel(max(logging.WARNING, asked))
    for name in OURS:
        logging.getLogger(name).setLevel(asked)
    # It warns of libraries for voice, which is not used.
    logging.getLogger("discord.client").setLevel(logging.ERROR)
