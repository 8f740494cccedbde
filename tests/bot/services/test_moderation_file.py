"""A rule in a file of settings: whatever it is set to comes back, also what is added to rules later."""

from __future__ import annotations

from dataclasses import fields, replace

from bot.moderation.rules import Kind, Mode, Rating, Rule, Thresholds
from bot.moderation.verdict import Action
from bot.services.moderation_file import rules_in, tables_of

SET = Rule(
    id="1",
    kind=Kind.PERSONAL,
    action=Action.HOLD,
    name="lanterns",
    reason="not here",
    terms=("lantern",),
    allow=("lanternfish",),
    patterns=("l.n",),
    parts=frozenset({"email"}),
    most=3,
    evasions=False,
    homophones=True,
    initials=True,
    categories={"violence": {Rating.TEEN: Thresholds(0.2, 0.9)}},
    fiction=0.3,
    severity=3,
    mode=Mode.ARMED,
    exempt_roles=frozenset({7}),
    exempt_channels=frozenset({8}),
    expires=2_000_000_000.0,
    source="automod:9",
)
"""A rule of which nothing is at its default."""


def test_nothing_of_a_rule_is_lost_in_a_file() -> None:
    plain = Rule(id="1", kind=Kind.PATTERNS)
    for field in fields(Rule):
        if field.name != "id":
            assert getattr(SET, field.name) != getattr(plain, field.name), f"{field.name} is not tried"
    (back,) = rules_in(tables_of([SET], [])).rules
    assert replace(back, id="1") == SET
