"""Rules as text: how they are kept, exported, and read from a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.errors import BadInput
from bot.moderation.records import StoredLine, StoredRule
from bot.moderation.rules import Mode, Rule

LONGEST_BODY = 60_000
"""Characters of one rule as JSON: AutoMod's own rules hold at most 1,000 words of 60 letters."""

MOST_RULES = 250
"""Rules that one server may keep."""

_KEPT_ELSEWHERE = {"id", "mode", "source"}
_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


def body_of(rule: Rule) -> str:
    """A rule as JSON text, without what is at its default and without its id, mode and source."""
    plain = replace(rule, categories={name: dict(at) for name, at in rule.categories.items()})
    given = _RULE.dump_python(plain, mode="json", exclude=_KEPT_ELSEWHERE, exclude_defaults=True)
    return json.dumps(given, ensure_ascii=False, sort_keys=True)


def rule_of(stored: StoredRule) -> Rule:
    """A stored rule as the rule that it is.

    Raises:
        BadInput: it cannot be read.
    """
    rule = read(json.loads(stored.body))
    return replace(rule, id=str(stored.id), mode=stored.mode, source=stored.source)


def state_of(body: str, mode: Mode, source: str = "") -> str:
    """A rule as the log keeps it: with whether it acts, and where it came from."""
    return json.dumps(
        json.loads(body) | {"mode": mode.value} | ({"source": source} if source else {}),
        ensure_ascii=False,
        sort_keys=True,
    )


def kept(stored: StoredRule | None) -> str:
    """A stored rule as the log keeps it; "" for none."""
    return state_of(stored.body, stored.mode, stored.source) if stored is not None else ""


def state_read(state: str) -> tuple[Rule, Mode, str]:
    """The reverse of :func:`state_of`; what was logged before modes were is in shadow.

    Raises:
        BadInput: it cannot be read any more.
    """
    given = json.loads(state)
    return read(given), Mode(given.get("mode", Mode.SHADOW)), str(given.get("source", ""))


def line_state(line: StoredLine | None) -> str:
    """A line as the log keeps it; "" for none."""
    if line is None:
        return ""
    return json.dumps({"text": line.text, "wanted": line.wanted}, ensure_ascii=False)


def read(given: Mapping[str, Any]) -> Rule:
    """A rule from JSON-able values.

    Raises:
        BadInput: something in them is no part of a rule.
    """
    known = {name: value for name, value in given.items() if name not in _KEPT_ELSEWHERE}
    if unknown := sorted(set(known) - set(Rule.__dataclass_fields__)):
        raise BadInput("moderation.bad_rule", problem=f"{unknown[0]}?")
    try:
        rule = _RULE.validate_python({"id": "", **known})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput("moderation.bad_rule", problem=f"{where}: {first['msg']}") from None
    if len(body_of(rule)) > LONGEST_BODY:
        raise BadInput("refused.too_long", what="rule", limit=LONGEST_BODY)
    return rule


def called(rule: Rule) -> str:
    """What a rule is called: its name; without one, what it looks for first."""
    return rule.name or next(iter((*rule.terms, *rule.patterns)), "") or f"{rule.kind} {rule.id}".strip()


def exported(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    """Rules as JSON-able values, to be read again by :func:`read`."""
    return [json.loads(body_of(rule)) for rule in rules]
