"""The words of the interface: looked up by key, in the reader's language, filled once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from string import Template

from bot.ids import LANGUAGES, Lang

_FOLDER = Path(__file__).parent


def texts(lang: Lang) -> Mapping[str, str]:
    """Every text of a language by its dotted key."""
    return _TEXTS[lang]


def _flat(table: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            found += _flat(value, f"{key}.")  # pyright: ignore[reportUnknownArgumentType]
        else:
            found.append((key, str(value)))
    return found


# Read at import: nobody waits for the disk in the middle of an answer.
_TEXTS: Mapping[Lang, Mapping[str, str]] = {
    lang: dict(_flat(tomllib.loads((_FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))))
    for lang in LANGUAGES
}


def has(key: str) -> bool:
    """Whether there is a text of that key."""
    return key in texts("en") or f"{key}.other" in texts("en")


def translate(key: str, lang: Lang, **facts: object) -> str:
    """The text of a key with its ``$places`` filled by facts, once: facts are never read as places.

    A text with forms ``one`` and ``other`` is chosen by the fact ``count``.

    Raises:
        KeyError: there is no such text.
    """
    known = texts(lang)
    if key not in known:
        key = f"{key}.one" if facts.get("count") == 1 and f"{key}.one" in known else f"{key}.other"
    return Template(known[key]).safe_substitute({name: str(fact) for name, fact in facts.items()})


def lang_of(locale: object, default: Lang = "en") -> Lang:
    """The interface language for a locale of Discord such as ``zh-CN``; every Chinese is ``zh``."""
    language = str(locale or "").replace("_", "-").split("-")[0].lower()
    known: dict[str, Lang] = {lang: lang for lang in LANGUAGES}
    return known.get(language, default)
