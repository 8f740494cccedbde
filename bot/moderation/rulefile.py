"""Rules in a file, TOML or JSON, for trying them outside Discord and for taking them along.

.. code-block:: toml

    [[rule]]
    id = "words"            # optional
    kind = "words"          # words patterns links invites mentions personal secrets categories
    action = "block"        # allow flag mask regenerate hold block
    terms = ["damn", "fool*", "*bert*", "傻逼"]
    allow = ["robert"]
    reason = "Not in this house."

    [[line]]
    text = "Robert was here."
    blocked = false

In JSON: ``{"rule": [...], "line": [...]}`` with the same names, or a bare list of terms.  A rule as
Discord's API gives it (``trigger_metadata`` …) is understood too.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import Any, cast

from bot.errors import BadInput
from bot.moderation.automod import from_automod, is_automod
from bot.moderation.detectors import detectors
from bot.moderation.rules import CATEGORIES, Kind, Line, Mode, Rating, Rule, RuleSet, Thresholds
from bot.moderation.verdict import Action

_ALSO = {
    "type": "kind",
    "words": "terms",
    "keywords": "terms",
    "keyword_filter": "terms",
    "allow_list": "allow",
    "regex": "patterns",
    "regexes": "patterns",
    "pattern": "patterns",
    "regex_patterns": "patterns",
    "explain": "reason",
    "message": "reason",
}
_BY_KEY = {"terms": Kind.WORDS, "patterns": Kind.PATTERNS, "categories": Kind.CATEGORIES}
"""What kind of rule it is, if it does not say so."""
_NEEDED = {kind: key for key, kind in _BY_KEY.items()}
Table = Mapping[str, Any]


def read_rules(text: str) -> RuleSet:
    """The rules in the text of a file.

    Raises:
        BadInput: it is neither TOML nor JSON, or something in it is no part of a rule.
    """
    parsed = _parsed(text)
    rules: list[Rule] = []
    lines: list[Line] = []
    data: Table = {"rule": _listed(cast("list[Any]", parsed))} if isinstance(parsed, list) else _table(parsed)
    if data and not any(key in data for key in ("rule", "rules", "line", "lines")):
        data = {"rule": [data]}
    for number, table in enumerate((*_tables(data.get("rule")), *_tables(data.get("rules"))), 1):
        if is_automod(table):
            rules.extend(_of_automod(table))
        else:
            rules.extend(_rules(table, number))
    for table in (*_tables(data.get("line")), *_tables(data.get("lines"))):
        lines.append(Line(str(table.get("text", "")), _yes_or_no(table, "blocked", True)))
    return RuleSet(tuple(rules), tuple(lines))


def _listed(given: list[Any]) -> list[Any]:
    """A list of rules; a bare list of terms is one rule."""
    if given and all(isinstance(one, str) for one in given):
        return [{"terms": given}]
    return given


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if text.lstrip().startswith("{"):
            raise _bad("", f"line {error.lineno}: {error.msg}") from None
    except RecursionError:
        raise _bad("", "too many brackets within each other") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _bad("", str(error)) from None
    except RecursionError:
        raise _bad("", "too many brackets within each other") from None


def _tables(given: Any) -> Sequence[Table]:
    if given is None:
        return ()
    if isinstance(given, Mapping):  # [rule.one] [rule.two]
        named = cast("Mapping[str, Any]", given)
        return [{"id": name, **_table(table)} for name, table in named.items()]
    if not isinstance(given, list):
        raise _bad("rule", "is no table")
    return [_table(one) for one in cast("list[Any]", given)]


def _table(given: Any) -> Table:
    if not isinstance(given, Mapping):
        raise _bad("rule", "is no table")
    return cast("Table", given)


def _rules(table: Table, number: int) -> Iterator[Rule]:
    """The rule of a table; two, if it has words and expressions."""
    given = {_ALSO.get(key, key): value for key, value in table.items()}
    if unknown := sorted(set(given) - set(Rule.__dataclass_fields__)):
        raise _bad(unknown[0], "is no part of a rule")
    kinds = [_one_of(Kind, given["kind"], "kind")] if "kind" in given else []
    if not kinds:
        kinds = [
            kind
            for kind, key in (
                (Kind.WORDS, "terms"),
                (Kind.PATTERNS, "patterns"),
                (Kind.CATEGORIES, "categories"),
            )
            if given.get(key)
        ]
    if not kinds:
        raise _bad("kind", "is missing")
    for kind in kinds:
        if (needed := _NEEDED.get(kind)) and not given.get(needed):
            raise _bad(needed, "is missing")
        name = str(given.get("name", ""))
        yield Rule(
            id=str(given.get("id") or name or f"rule-{number}"),
            kind=kind,
            action=_action(given.get("action", "block")),
            name=name,
            reason=str(given.get("reason", "")),
            terms=_texts(given, "terms"),
            allow=_texts(given, "allow"),
            patterns=_texts(given, "patterns"),
            parts=_parts(given, kind),
            most=_number(given, "most", 0, int),
            evasions=_yes_or_no(given, "evasions", True),
            homophones=_yes_or_no(given, "homophones", False),
            initials=_yes_or_no(given, "initials", False),
            categories=_categories(given.get("categories", {})),
            fiction=_number(given, "fiction", 0.1, float),
            severity=_number(given, "severity", 2, int),
            mode=_one_of(Mode, given.get("mode", "armed"), "mode"),
            exempt_roles=_numbers(given, "exempt_roles"),
            exempt_channels=_numbers(given, "exempt_channels"),
            expires=_moment(given.get("expires")),
            source=str(given.get("source", "")),
        )


def _of_automod(table: Table) -> Sequence[Rule]:
    try:
        return from_automod(table, mode=Mode.ARMED)
    except (TypeError, ValueError, AttributeError, OverflowError):
        raise _bad("rule", "is none that AutoMod could have") from None


def _parts(given: Table, kind: Kind) -> frozenset[str]:
    """What of its kind a rule looks for."""
    parts = _texts(given, "parts")
    known = {one.part for one in detectors().get(kind, ())}
    for one in parts:
        if one not in known:
            raise _bad("parts", f"{one!r} is none of {', '.join(sorted(known)) or 'nothing'}")
    return frozenset(parts)


def _yes_or_no(given: Table, key: str, default: bool) -> bool:
    value = given.get(key, default)
    if not isinstance(value, bool):
        raise _bad(key, "is neither true nor false")
    return value


def _numbers(given: Table, key: str) -> frozenset[int]:
    """The ids of roles or channels, as numbers or as texts."""
    value = given.get(key, ())
    many = cast("Sequence[Any]", value) if isinstance(value, (list, tuple)) else [value]
    if not all(isinstance(one, (int, str)) and str(one).isdecimal() for one in many):
        raise _bad(key, "is no list of numbers")
    return frozenset(map(int, many))


def _texts(given: Table, key: str) -> tuple[str, ...]:
    value = given.get(key, ())
    found: Sequence[Any] = [value] if isinstance(value, str) else value
    if not isinstance(found, (list, tuple)) or not all(isinstance(one, str) for one in found):
        raise _bad(key, "is no list of texts")
    return tuple(found)


def _number(given: Table, key: str, default: float, kind: type) -> Any:
    value = given.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        raise _bad(key, "is no number")
    return kind(value)


def _action(given: Any) -> Action:
    try:
        return Action[str(given).upper()]
    except KeyError:
        raise _bad(
            "action", f"{given!r} is none of {', '.join(one.name.lower() for one in Action)}"
        ) from None


def _one_of(kind: Any, given: Any, key: str) -> Any:
    try:
        return kind(str(given).lower())
    except ValueError:
        raise _bad(key, f"{given!r} is none of {', '.join(str(one) for one in kind)}") from None


def _categories(given: Any) -> Mapping[str, Mapping[Rating, Thresholds]]:
    """``sexual = [0.3, 0.6]`` for all ratings, or ``sexual.teen = {flag = 0.3, block = 0.6}`` by rating."""
    found: dict[str, Mapping[Rating, Thresholds]] = {}
    for category, limits in _table(given).items():
        if category not in CATEGORIES:
            raise _bad(f"categories.{category}", f"is none of {', '.join(CATEGORIES)}")
        by_rating = cast("Table", limits) if isinstance(limits, Mapping) else {"everyone": limits}
        if {"flag", "block"} & set(by_rating):
            by_rating = {"everyone": by_rating}
        found[category] = {
            _one_of(Rating, rating, f"categories.{category}"): _thresholds(category, one)
            for rating, one in by_rating.items()
        }
    return found


def _thresholds(category: str, given: Any) -> Thresholds:
    try:
        if isinstance(given, Mapping):
            made = Thresholds(**{key: float(value) for key, value in cast("Table", given).items()})
        else:
            flag, block = map(float, given)
            made = Thresholds(flag, block)
    except (TypeError, ValueError):
        raise _bad(f"categories.{category}", "needs two numbers, flag and block") from None
    if not 0 <= made.flag <= made.block <= 1:
        raise _bad(f"categories.{category}", "needs 0 <= flag <= block <= 1")
    return made


def _moment(given: Any) -> float | None:
    if given is None or isinstance(given, (int, float)):
        return given
    try:
        return (given if isinstance(given, datetime) else datetime.fromisoformat(str(given))).timestamp()
    except ValueError:
        raise _bad("expires", "is no date") from None


def _bad(key: str, problem: str) -> BadInput:
    return BadInput("moderation.bad_rule", problem=f"{key} {problem}".strip())
