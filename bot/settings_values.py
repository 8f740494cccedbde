"""Values of settings as people write them: lists in brackets, addresses with too much or too little."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

QUOTES = "\"'`“”‘’「」"

ENDPOINTS = re.compile(
    r"/(chat/completions|completions|responses|models|embeddings|moderations|messages)/*$", re.IGNORECASE
)
"""Parts of the protocol that people copy from an example together with the address."""

BASES = ("v1", "api/v1", "openai/v1", "v1beta/openai", "compatible-mode/v1")
"""Where servers have the protocol: most, OpenRouter, Groq, Gemini, DashScope."""

OLLAMAS_OWN = re.compile(r"/api(/(chat|generate|tags|show|ps|version))?/*$")
"""Paths of Ollama's own protocol, which stands beside the other one."""


def listed(value: object) -> object:
    """Split ``a, b`` into a tuple, also in brackets and quotes, or with Chinese commas."""
    if not isinstance(value, str):
        return value
    inside = value.strip()
    if inside[:1] in ("[", "(", "{") and inside[-1:] in ("]", ")", "}"):
        inside = inside[1:-1]
    parts = (part.strip().strip(QUOTES).strip() for part in re.split(r"[,，、;；\n]", inside))
    return tuple(part for part in parts if part)


def address(value: object) -> object:
    """An address that was meant, of one that was typed; what is no address stays as it is.

    Only what is certain is changed.  Servers of one's own have all they offer under ``/v1``; of others
    that is not known, and the doctor asks them.
    """
    if not isinstance(value, str):
        return value
    text = value.strip().strip(QUOTES).strip("<>").strip()
    if text and "://" not in text and re.fullmatch(r"(\[[\da-fA-F:]+\]|[\w.-]+)(:\d+)?(/\S*)?", text):
        parts = urlsplit(f"//{text}")
        plain = parts.port is not None or _own(parts)
        text = f"{'http' if plain and parts.port != 443 else 'https'}://{text}"
    if not text.startswith(("http://", "https://")):
        return text or None
    parts = urlsplit(text)
    path = ENDPOINTS.sub("", parts.path).rstrip("/")
    if OLLAMAS_OWN.fullmatch(path) and _own(parts):
        path = ""
    if not path and (_own(parts) or path != parts.path.rstrip("/")):
        path = "/v1"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def bases(url: str) -> tuple[str, ...]:
    """Other addresses at which the same server may have the protocol, the commonest first."""
    parts = urlsplit(url)
    root = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
    found = (
        f"{url.rstrip('/')}/v1",
        *(f"{root}/{path}" for path in ("v1", "api/v1", "openai/v1", "v1beta/openai")),
    )
    return tuple(dict.fromkeys(one for one in found if one != url.rstrip("/")))


def _own(parts: SplitResult) -> bool:
    """Whether an address is one of this machine or of the network at home."""
    host = parts.hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".internal", ".home.arpa"))
