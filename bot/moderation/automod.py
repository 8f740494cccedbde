"""Discord's own AutoMod rules as rules of ours.

Their form: Discord's API documentation, resources/auto-moderation.  Words and
expressions are taken over as they are; a rule for spam or for member profiles
has nothing that could be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.moderation.rules import Kind, Mode, Rating, Rule, Thresholds
from bot.moderation.verdict import Action

_KEYWORD, _PRESET, _MENTIONS = 1, 4, 5
_BLOCK_MESSAGE, _ALERT = 1, 2
_PROFANITY, _SEXUAL, _SLURS = 1, 2, 3
_PRESET_CATEGORIES = {_PROFANITY: "harassment", _SEXUAL: "sexual", _SLURS: "hate"}
"""Discord does not tell the words of its lists; what they are about is left to a judge of categories."""


def is_automod(given: Mapping[str, Any]) -> bool:
    """Whether it is a rule as Discord's API gives it."""
    return "trigger_metadata" in given or "trigger_type" in given


def from_automod(given: Mapping[str, Any], *, mode: Mode = Mode.SHADOW) -> Sequence[Rule]:
    """The rules that do what an AutoMod rule does; none for one that cannot be taken over."""
    about: Mapping[str, Any] = given.get("trigger_metadata") or {}
    number = str(given.get("id", "") or given.get("name", "automod"))
    kind = int(given.get("trigger_type", _KEYWORD))
    common: dict[str, Any] = {
        "name": str(given.get("name", "")),
        "action": _action(given.get("actions") or ()),
        "reason": _message(given.get("actions") or ()),
        "mode": mode if given.get("enabled", True) else Mode.OFF,
        "exempt_roles": frozenset(int(one) for one in given.get("exempt_roles") or ()),
        "exempt_channels": frozenset(int(one) for one in given.get("exempt_channels") or ()),
    }
    allow = _texts(about, "allow_list")
    made: list[Rule] = []
    if kind == _KEYWORD:
        if terms := _texts(about, "keyword_filter"):
            made.append(Rule(number, Kind.WORDS, terms=terms, allow=allow, **common))
        if patterns := _texts(about, "regex_patterns"):
            again = f"{number}-patterns" if made else number
            made.append(Rule(again, Kind.PATTERNS, patterns=patterns, allow=allow, **common))
    elif kind == _MENTIONS:
        most = int(about.get("mention_total_limit") or 20)
        made.append(Rule(number, Kind.MENTIONS, most=most, **common))
    elif kind == _PRESET:
        categories = {
            _PRESET_CATEGORIES[int(one)]: {Rating.EVERYONE: Thresholds()}
            for one in about.get("presets") or ()
            if int(one) in _PRESET_CATEGORIES
        }
        if categories:
            made.append(Rule(number, Kind.CATEGORIES, categories=categories, **common))
    source = f"automod:{given['id']}" if given.get("id") else "automod"
    return [replace(one, source=source) for one in made]


def _texts(about: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found: tuple[Any, ...] = tuple(about.get(key) or ())
    if not all(isinstance(one, str) for one in found):
        raise TypeError(key)
    return found


def _action(actions: Sequence[Mapping[str, Any]]) -> Action:
    kinds = {int(one.get("type", 0)) for one in actions}
    if _BLOCK_MESSAGE in kinds or not kinds:
        return Action.BLOCK
    return Action.FLAG if _ALERT in kinds else Action.BLOCK


def _message(actions: Sequence[Mapping[str, Any]]) -> str:
    """What AutoMod tells the writer."""
    for one in actions:
        about: Mapping[str, Any] = one.get("metadata") or {}
        if about.get("custom_message"):
            return str(about["custom_message"])
    return ""
