"""How long a server asks to be left alone: said in headers, in the body, or in a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 7 * 86_400.0
"""Seconds; whatever asks for more is taken for something else."""

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_SPAN = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:(?P<ms>ms|milliseconds?|毫秒)|(?P<s>s|secs?|seconds?|秒钟?)"
    r"|(?P<m>m|mins?|minutes?|分钟?)|(?P<h>h|hrs?|hours?|小时)|(?P<d>d|days?|天))(?![a-z])",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"(?:try(?: your request)? again|retry|available again|wait|reset\w*|slow down|请?在|等待?|请于)"
    r"[^\d]{0,40}((?:\d+(?:\.\d+)?\s*[a-z秒分钟小时天毫]+[\s,]*(?:and\s+)?)+)",
    re.IGNORECASE,
)


def span(text: str) -> float | None:
    """Seconds in words such as "1m30s", "6 minutes", "850ms", "30 秒"; None where there are none."""
    found = list(_SPAN.finditer(text))
    if not found:
        return None
    return _sane(sum(float(one[1]) * _UNITS[one.lastgroup or "s"] for one in found))


def in_sentence(text: str) -> float | None:
    """Seconds that a sentence asks to wait."""
    found = _SENTENCE.search(text)
    return span(found[1]) if found else None


def in_headers(headers: Mapping[str, str], *, limited: bool) -> float | None:
    """Seconds that the headers of an answer ask to wait.

    ``limited`` says that it was a refusal for a limit: only then the times at
    which limits are reset tell anything.
    """
    if (ms := _number(headers.get("retry-after-ms"))) is not None:
        return _sane(ms / 1000)
    after = headers.get("retry-after", "")
    if after and (wait := _moment(after)) is not None:
        return wait
    if not limited:
        return None
    waits: dict[str, float] = {}
    for name, value in headers.items():
        name = name.casefold()
        if "ratelimit" in name.replace("-", "").replace("rate_limit", "ratelimit") and "reset" in name:
            wait = _moment(value)
            if wait is not None:
                waits[name] = wait
    spent = [wait for name, wait in waits.items() if headers.get(name.replace("reset", "remaining")) == "0"]
    return max(spent or waits.values(), default=None)


def _moment(value: str) -> float | None:
    """Seconds until what is said as a number of seconds, a span, a date, or the seconds of an epoch."""
    number = _number(value)
    if number is not None:
        now = datetime.now(UTC).timestamp()
        if number > 10**11:
            number /= 1000  # an epoch in milliseconds
        return _sane(number - now if number > 10**9 else number)
    if (wait := span(value)) is not None and not re.search(r"[:,]|[A-Za-z]{3}\s", value):
        return wait
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        try:
            when = parsedate_to_datetime(value)
        except ValueError:
            return None
    when = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return _sane((when - datetime.now(UTC)).total_seconds())


def _number(value: str | None) -> float | None:
    try:
        return float(value or "")
    except ValueError:
        return None


def _sane(seconds: float) -> float | None:
    return max(0.0, seconds) if seconds <= LONGEST else None
