"""Says what went wrong in the reader's language: whose side it is on, and what to do."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import cast

from bot.errors import AgainstTheRules, ConfigError, ModelUnloadable, RengaError
from bot.i18n.text import has, translate
from bot.ids import Lang

log = logging.getLogger(__name__)

_UNITS = (("seconds", 1, 120), ("minutes", 60, 7_200), ("hours", 3_600, 172_800))
"""Units of time: their seconds, and up to how many seconds they are used; beyond those, days are."""

GIVEN_BACK = 1_500
"""The most characters of a member's input that are given back with an explanation."""


MEANT = "meant"
"""The fact that holds what may have been meant, for whoever can offer it to be chosen."""


def explain(error: BaseException, lang: Lang, *, back: bool = True) -> str:
    """A sentence or two for whoever caused or met an error; with ``back`` their input is given back.

    An error that is none of ours is logged under a short number, and only the
    number is told.
    """
    if not isinstance(error, RengaError):
        return _unexpected(error, lang)
    if isinstance(error, ConfigError) and len(error.faults) > 1:
        return "\n".join(explain(fault, lang) for fault in error.faults)
    key = error.text_key if has(error.text_key) else type(error).key
    facts = {name: _told(fact, lang) for name, fact in error.facts.items() if name != MEANT}
    for name in ("wait", "retry_after"):
        if isinstance(seconds := error.facts.get(name), int | float):
            facts["wait"] = span(seconds, lang)
    if isinstance(error, ModelUnloadable):
        facts["cause"] = cause(error, lang)
    if "resets" in error.facts:
        facts["when"] = facts["resets"]
    if isinstance(what := error.facts.get("what"), str) and has(f"what.{what}"):
        facts["what"] = translate(f"what.{what}", lang)
    told = translate(key, lang, **facts)
    if back and (given := _input(error)):
        told += f"\n{translate('error.your_input', lang)}\n{quoted(given)}"
    return told


def span(seconds: float, lang: Lang) -> str:
    """A time in words, rounded up, such as "90 seconds" or "3 minutes"."""
    unit, length = next(
        ((unit, length) for unit, length, most in _UNITS if seconds <= most), ("days", 86_400)
    )
    return translate(f"error.span_{unit}", lang, count=max(1, ceil(seconds / length)))


def cause(error: ModelUnloadable, lang: Lang) -> str:
    """Why a model of this machine cannot be loaded, and what to do about it."""
    facts = {name: _told(fact, lang) for name, fact in error.facts.items()}
    return translate(f"unloadable.{error.facts.get('cause', 'unread')}", lang, **facts)


def quoted(text: str) -> str:
    """A member's text in a block that nothing in it can end, to be copied from."""
    # A zero-width space keeps backticks in the text from closing the block.
    safe = text.replace("``", "`\u200b`")
    if len(safe) > GIVEN_BACK:
        safe = safe[:GIVEN_BACK] + "…"
    return f"```\n{safe}\n```"


def marked(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    """The text with each span between ⟦ and ⟧."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}⟦{text[start:end]}⟧{text[end:]}"
    return text


def _input(error: RengaError) -> str:
    if error.text_key == "refused.model_held":
        return ""  # nobody has seen it, and its writer must not before a moderator has
    if isinstance(error, AgainstTheRules) and error.text:
        return marked(error.text, error.spans)
    typed = error.facts.get("typed")
    # A short slip is named in the sentence itself.
    return typed if isinstance(typed, str) and len(typed) > 80 else ""


def _told(fact: object, lang: Lang) -> str:
    if isinstance(fact, datetime):
        return f"<t:{int(fact.timestamp())}:R>"
    if isinstance(fact, float):
        return f"{fact:g}"
    if fact is None:
        return "–"
    if isinstance(fact, tuple):
        parts = cast("tuple[object, ...]", fact)
        return translate("text.or", lang).join(_told(part, lang) for part in parts)
    if isinstance(fact, Mapping):  # words in each language
        return str(cast("Mapping[Lang, str]", fact)[lang])
    return str(fact)


def _unexpected(error: BaseException, lang: Lang) -> str:
    number = secrets.token_hex(3)
    log.error("unexpected error %s", number, exc_info=error)
    return translate("error.unexpected", lang, id=number)
