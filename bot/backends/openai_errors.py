"""What the OpenAI client raises, said in our errors.

Nothing that a server wrote goes into an error or a log line: it may repeat the
key or a member's words.  Only the status and the code do, when they look like one.
"""

from __future__ import annotations

import logging
import re

from openai import APIConnectionError, APIError, APIStatusError

from bot.backends.openai_dialect import is_too_long, window
from bot.errors import (
    BackendError,
    BadKey,
    ModelRateLimited,
    ModelUnavailable,
    ModelUnknown,
    PromptTooLong,
    ProviderRefused,
)

log = logging.getLogger(__name__)

_POLICY = {"content_filter", "content_policy_violation", "moderation_blocked"}
_NO_CREDIT = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}


def translated(error: Exception, model: str) -> BackendError:
    """The error of ours that says what happened; ``model`` is ``provider/model``.

    A rate limit tells ``reason="quota"`` apart, when the account has no credit left.
    """
    if isinstance(error, APIStatusError):
        log.warning("%s answered %d %s", model, error.status_code, code_of(error))
        return _by_status(error, model)
    if isinstance(error, APIConnectionError):
        log.warning("%s cannot be reached: %s", model, type(error).__name__)
        return ModelUnavailable(model=model, reason="unreachable")
    # An error within the stream carries no status, and some servers no code either.
    code = code_of(error)
    log.warning("%s broke off: %s %s", model, type(error).__name__, code)
    if code in _POLICY:
        return ProviderRefused(model=model)
    if code in _NO_CREDIT or "rate_limit" in code:
        return ModelRateLimited(model=model, retry_after=None, reason=_reason(code))
    return ModelUnavailable(model=model, reason="cut")


def code_of(error: Exception) -> str:
    """The code that the server gave, if it looks like one."""
    body = error.body if isinstance(error, APIError) else None
    told: dict[object, object] = body if isinstance(body, dict) else {}  # pyright: ignore[reportUnknownVariableType]
    found = (getattr(error, "code", None), told.get("code"), getattr(error, "type", None), told.get("type"))
    for value in found:
        if isinstance(value, str) and re.fullmatch(r"[a-z_]{3,40}", value):
            return value
    return ""


def _by_status(error: APIStatusError, model: str) -> BackendError:
    code = code_of(error)
    status = error.status_code
    if code in _POLICY:
        return ProviderRefused(model=model)
    if is_too_long(error):
        return PromptTooLong(model=model, limit=window(error))
    if status in (401, 403):
        return BadKey(model=model)
    if status == 404:
        return ModelUnknown(model=model)
    if status == 429 or code in _NO_CREDIT:
        return ModelRateLimited(model=model, retry_after=_retry_after(error), reason=_reason(code))
    if status >= 500 or status in (408, 409):
        return ModelUnavailable(model=model, reason=str(status))
    if code == "model_not_found":
        return ModelUnknown(model=model)
    return BackendError(model=model, status=status, reason=code or str(status))


def _reason(code: str) -> str:
    return "quota" if code in _NO_CREDIT else "rate"


def _retry_after(error: APIStatusError) -> float | None:
    """Seconds until it may be tried again, where the server says it in seconds."""
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "")))
    except ValueError:
        return None
