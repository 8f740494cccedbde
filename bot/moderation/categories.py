"""What a judge of whole texts says of a category, and from which score on it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.moderation.rules import Circumstances, Kind, Mode, Rating, Rule, Thresholds
from bot.moderation.verdict import Action, Hit


class CategoryJudge(Protocol):
    """Gives scores: OpenAI's moderation endpoint, a classifier on this machine, or one made for a test."""

    @property
    def name(self) -> str:
        """Named in a verdict if it cannot be asked."""
        ...

    async def scores(self, text: str) -> Mapping[str, float]:
        """For each category (see ``rules.CATEGORIES``) how sure it is, 0 to 1.

        An exception means that it could not judge.
        """
        ...


class CategoryFilter:
    """The rules on categories, in some circumstances."""

    reach = 0

    def __init__(
        self, rules: Sequence[Rule], circumstances: Circumstances, judge: CategoryJudge | None
    ) -> None:
        self._rules = tuple(rules)
        self._at = circumstances
        self._judge = judge
        self.name = f"categories:{judge.name}" if judge is not None else "categories"
        self.holds = any(rule.mode is Mode.ARMED and rule.action > Action.FLAG for rule in rules)
        """Whether it may stop a text; if not, nothing need wait for it."""

    async def check(self, text: str) -> Sequence[Hit]:
        """Hits over the whole text; ``way`` says the score."""
        if not text.strip():
            return ()
        if self._judge is None:
            raise LookupError("no judge of categories is set")
        scores = await self._judge.scores(text)
        hits: list[Hit] = []
        for rule in self._rules:
            for category, given in rule.categories.items():
                score = scores.get(category, 0.0)
                limits = thresholds_at(given, self._at, rule.fiction)
                if limits is None or score < limits.flag:
                    continue
                action = rule.action if score >= limits.block else Action.FLAG
                shadow = rule.mode is Mode.SHADOW
                hits.append(
                    Hit(0, len(text), rule.id, action, rule.reason, category, f"{score:.2f}", shadow=shadow)
                )
        return hits


def thresholds_at(given: Mapping[Rating, Thresholds], at: Circumstances, looser: float) -> Thresholds | None:
    """The thresholds for a place's rating; a rating without any takes those of the next stricter one.

    In fiction both are ``looser`` higher, and stay below 1.
    """
    order = list(Rating)
    found = next((given[one] for one in reversed(order[: order.index(at.rating) + 1]) if one in given), None)
    if found is None or not at.fiction:
        return found
    return Thresholds(min(0.999, found.flag + looser), min(0.999, found.block + looser))


def is_category(rule: Rule) -> bool:
    """Whether a judge of categories is needed for it."""
    return rule.kind is Kind.CATEGORIES
