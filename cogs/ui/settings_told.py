"""Settings as moderators read them: which stand on which page, their names, their values."""

from __future__ import annotations

from collections.abc import Mapping

from bot.house.model import Level
from bot.i18n.text import has, translate
from bot.ids import Lang
from bot.services.house_desk import NUMBER_LIMITS, TEXT_LIMITS
from cogs.ui.safe import line

PAGES: Mapping[str, tuple[str, ...]] = {
    "general": ("language", "licence", "moderators"),
    "style": ("voice", "register", "genre", "rating", "banned", "examples"),
    "models": ("model", "member_requests", "member_tokens", "guild_requests", "guild_tokens"),
    "stories": ("language", "rating", "model", "local_only"),
    "filters": ("reviews", "review_hours", "text_days"),
    "channels": ("gallery", "reviews", "log"),
    "privacy": ("local_only", "text_days", "log_days"),
}
"""The pages of the panel; a setting that matters to two stands on both."""

FIELDS = tuple(dict.fromkeys(field for fields in PAGES.values() for field in fields))
"""Every setting, in an order that ids of forms are made of: new ones go to the end."""

LONG = ("voice", "banned", "examples")
CHANNELS = ("gallery", "reviews", "log")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "language": ("en", "zh"),
    "rating": ("everyone", "teen", "adult"),
    "local_only": ("yes", "no"),
}
NUMBERS = (*NUMBER_LIMITS, "member_requests", "member_tokens", "guild_requests", "guild_tokens")


def name_of(field: str, lang: Lang) -> str:
    """What a setting is called."""
    return translate(f"settings.{field}", lang)


def value_told(field: str, value: object, lang: Lang, *, longest: int = 300) -> str:
    """A value as moderators read it."""
    match field, value:
        case _, None | "":
            return translate(f"settings.no_{field}", lang) if has(f"settings.no_{field}") else "–"
        case "language", str():
            return translate(f"language.{value}", lang)
        case (("gallery" | "reviews" | "log"), int()):
            return f"<#{value}>"
        case "moderators", int():
            return f"<@&{value}>"
        case "rating", str():
            return translate(f"settings.rating_{value}", lang)
        case _, bool():
            return translate("settings.yes" if value else "settings.no", lang)
        case (("review_hours" | "log_days" | "text_days"), int()):
            return f"{value:,}"
        case _, int():
            return f"{value:,}" if value else translate("usage.no_limit", lang)
        case _:
            return line(str(value), longest)


def set_told(field: str, value: object, lang: Lang, *, longest: int = 300) -> str:
    """What was set in one layer, where None means that it is inherited."""
    if value is None:
        return translate("settings.inherited", lang)
    return value_told(field, value, lang, longest=longest)


def scope_told(level: Level, id: int, lang: Lang) -> str:
    """For what something holds."""
    return translate("settings.whole_server", lang) if level is Level.GUILD else f"<#{id}>"


def typed_limit(field: str) -> int:
    """Characters that the form of a setting takes."""
    return TEXT_LIMITS.get(field, 12 if field in NUMBERS else 100)
