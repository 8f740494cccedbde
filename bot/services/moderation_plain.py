"""Rules of words, as they stand: the least that can judge."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.moderation.pipeline import FilterPipeline
from bot.moderation.rules import Circumstances, Mode, RuleSet
from bot.moderation.verdict import Hit


class PlainRules:
    """Rules made ready."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules

    def pipeline(self, circumstances: Circumstances) -> FilterPipeline:
        """The rules that hold in some circumstances."""
        return FilterPipeline((_Words(self._rules, circumstances),))


class _Words:
    name = "rules"

    def __init__(self, rules: RuleSet, circumstances: Circumstances) -> None:
        self._rules = [r for r in rules.rules if circumstances.hold(r) and r.mode is Mode.ARMED]
        self.reach = max((len(t) for r in self._rules for t in r.terms), default=1)

    def check_now(self, text: str) -> Sequence[Hit]:
        return [
            Hit(m.start(), m.end(), r.id, r.action, r.reason, t)
            for r in self._rules
            for t in r.terms
            for m in re.finditer(rf"\b{re.escape(t)}\b", text, re.IGNORECASE)
        ]

    async def check(self, text: str) -> Sequence[Hit]:
        return self.check_now(text)
