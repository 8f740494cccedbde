"""What is wrong with the value of a setting, in words: what it must be, never a pattern, nor the value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, cast, get_args, get_origin

from pydantic.fields import FieldInfo

from bot.errors import ConfigError

FORMS = ("RENGA_MODEL", "RENGA_DEVICE", "RENGA_JUDGE", "RENGA_SERVERS")
"""Settings of a form of their own: the text ``setting.<name>`` tells it."""


def fault(field: FieldInfo) -> ConfigError:
    """That a setting has a value that it cannot have; a value may be a secret in the wrong place."""
    variable = str(field.alias)
    default = "–" if field.default in (None, "", ()) else field.default
    facts: dict[str, Any] = {"variable": variable, "default": "no" if default is False else default}
    if variable in FORMS:
        return ConfigError(f"setting.{variable.removeprefix('RENGA_').lower()}", **facts)
    if get_origin(field.annotation) is Literal:
        return ConfigError("setting.choice", choices=", ".join(map(str, get_args(field.annotation))), **facts)
    if field.annotation is bool:
        return ConfigError("setting.yes_no", **facts)
    kind = {int: "whole", float: "number"}.get(cast(type, field.annotation))
    if kind is not None:
        low, high = _bound(field, "ge", "gt"), _bound(field, "le", "lt")
        return ConfigError(
            f"setting.{kind}_{'least' if high is None else 'between'}", low=low, high=high, **facts
        )
    return ConfigError("setting.address" if "URL" in variable else "setting.value", **facts)


def _bound(field: FieldInfo, *names: str) -> object:
    """A limit of a number, such as the least that it may be; None without one."""
    found = (getattr(limit, name, None) for limit in field.metadata for name in names)
    return next((limit for limit in found if limit is not None), None)


def all_of(faults: Iterable[ConfigError]) -> ConfigError:
    """Several faults as one, each in a line of its own."""
    held = tuple(faults)
    return held[0] if len(held) == 1 else ConfigError(held[0].text_key, faults=held, **held[0].facts)
