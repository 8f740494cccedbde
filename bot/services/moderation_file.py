"""Rules and the lines they are tried on as a part of a file: the tables of :mod:`bot.moderation.rulefile`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, cast

from bot.errors import BadInput
from bot.moderation.records import StoredLine
from bot.moderation.rulefile import read_rules
from bot.moderation.rules import Line, Mode, Rule, RuleSet
from bot.moderation.verdict import Action
from bot.services.moderation_rules import MOST_RULES, body_of, read

MOST_LINES = 500
"""Lines that one server may keep."""

LINE_LIMIT = 1_000
"""Characters of a line that rules are tried on."""

NAME_LIMIT, REASON_LIMIT = 60, 200
"""Characters of what a rule is called, and of what it tells a writer."""

PARTS = {"rules", "lines"}

_PLAIN = Rule("", kind=cast(Any, None), action=Action.BLOCK)


def table_of(rule: Rule) -> dict[str, Any]:
    """A rule as a table of a rule file; what is at its default is left out."""
    made: dict[str, Any] = {
        "name": rule.name,
        "kind": rule.kind.value,
        "action": rule.action.name.lower(),
        "mode": rule.mode.value,
        "reason": rule.reason,
    }
    for field in ("terms", "allow", "patterns"):
        made[field] = list(getattr(rule, field))
    made["parts"] = sorted(rule.parts)
    for field in ("most", "evasions", "homophones", "initials", "fiction", "severity", "expires"):
        value = getattr(rule, field)
        if value != getattr(_PLAIN, field):
            made[field] = value
    made["categories"] = {
        category: {rating.value: asdict(limits) for rating, limits in given.items()}
        for category, given in rule.categories.items()
    }
    for field in ("exempt_roles", "exempt_channels"):
        made[field] = [str(one) for one in sorted(getattr(rule, field))]
    made["source"] = rule.source
    return {name: value for name, value in made.items() if value not in ("", [], {})}


def tables_of(rules: Sequence[Rule], lines: Sequence[StoredLine]) -> dict[str, Any]:
    """Rules and lines as they stand in a file."""
    return {
        "rules": [table_of(rule) for rule in rules],
        "lines": [{"text": line.text, "blocked": line.wanted} for line in lines],
    }


def rules_in(given: object) -> RuleSet:
    """The reverse of :func:`tables_of`; each rule is in the mode in which it was.

    Raises:
        BadInput: something in it is no part of a rule, or there is too much.
    """
    if not isinstance(given, Mapping) or not set(cast("Mapping[str, Any]", given)) <= PARTS:
        raise BadInput("moderation.bad_rule", problem="filters: rules, lines?")
    table = cast("Mapping[str, Any]", given)
    if any(not isinstance(part, list) for part in table.values()):
        raise BadInput("moderation.bad_rule", problem="filters: rules, lines?")
    found = read_rules(json.dumps({"rules": [], **table}))
    if len(found.rules) > MOST_RULES:
        raise BadInput("moderation.too_many_rules", limit=MOST_RULES)
    if len(found.lines) > MOST_LINES:
        raise BadInput("moderation.too_many_lines", limit=MOST_LINES)
    return RuleSet(
        tuple(_rule(rule, number) for number, rule in enumerate(found.rules, start=1)),
        tuple(_line(line) for line in found.lines if line.text.strip()),
    )


def _rule(rule: Rule, number: int) -> Rule:
    """One rule as it may be kept."""
    name, reason = " ".join(rule.name.split()), " ".join(rule.reason.split())
    if len(name) > NAME_LIMIT:
        raise BadInput("refused.too_long", what="name", limit=NAME_LIMIT, typed=name)
    if len(reason) > REASON_LIMIT:
        raise BadInput("refused.too_long", what="text", limit=REASON_LIMIT, typed=reason)
    whole = read(json.loads(body_of(replace(rule, name=name, reason=reason))))
    return replace(whole, id=f"file:{number}", mode=Mode(rule.mode), source=rule.source[:80])


def _line(line: Line) -> Line:
    text = line.text.strip()
    if len(text) > LINE_LIMIT:
        raise BadInput("refused.too_long", what="text", limit=LINE_LIMIT, typed=text)
    return replace(line, text=text)
