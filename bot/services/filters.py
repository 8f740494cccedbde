"""Which filters hold at a place, and what follows from their verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from bot.errors import AgainstTheRules, HeldForReview
from bot.house.book import HouseBook
from bot.house.style import rating_at
from bot.ids import MemberId, Place
from bot.moderation.gate import StreamGate
from bot.moderation.pipeline import FilterPipeline
from bot.moderation.rules import Circumstances, Rating
from bot.moderation.verdict import Action, Verdict
from bot.services.moderation_book import RuleBook
from bot.services.moderation_watch import Watch

NOBODY = MemberId(0)

FICTION = frozenset({"story", "chapter", "scene", "script"})
"""Arts in which thresholds may be looser."""

UNAVAILABLE = "unavailable:"
"""How the hits of filters begin that could not be asked."""


class Judge(Protocol):
    """What is asked whether something may be said."""

    async def judge(self, text: str) -> Verdict:
        """The verdict on a member's text."""
        ...

    def check_now(self, text: str) -> Verdict:
        """The verdict of those filters that need not wait for anything."""
        ...

    def gate(self) -> StreamGate:
        """A gate for what a model says."""
        ...


class Filters(Protocol):
    """Knows the filters of every place, from memory."""

    def of(self, place: Place, member: MemberId = NOBODY, *, fiction: bool = False) -> Judge:
        """Who judges what a member, or a model for them, says at a place."""
        ...


class SameEverywhere:
    """One pipeline for every place."""

    def __init__(self, pipeline: FilterPipeline) -> None:
        self._pipeline = pipeline

    def of(self, place: Place, member: MemberId = NOBODY, *, fiction: bool = False) -> Judge:
        """The one pipeline."""
        return self._pipeline


class GuildFilters:
    """The rules of each guild; what they judge is watched."""

    def __init__(
        self, rules: RuleBook, houses: HouseBook, watch: Watch, clock: Callable[[], datetime]
    ) -> None:
        self._rules = rules
        self._houses = houses
        self._watch = watch
        self._clock = clock

    def of(self, place: Place, member: MemberId = NOBODY, *, fiction: bool = False) -> Judge:
        """The rules that hold at a place, for a member with the roles that the place tells of."""
        if place.is_private_room:
            return FilterPipeline(())
        page = self._rules.page(place.guild)

        def note(kind: str, verdict: Verdict) -> Verdict:
            self._watch.hear(place, member, kind, verdict)
            spared = page.spared(verdict)
            return replace(spared, hits=tuple(replace(hit, rule=page.title(hit.rule)) for hit in spared.hits))

        return _Watched(page.pipeline(self._circumstances(place, fiction=fiction)), note)

    def _circumstances(self, place: Place, *, fiction: bool) -> Circumstances:
        resolved = self._houses.peek(place)
        rating = rating_at(resolved.house, place) if resolved is not None else ""
        return Circumstances(
            now=self._clock().timestamp(),
            roles=place.roles,
            channels=frozenset(
                int(one) for one in (place.category, place.channel, place.thread) if one is not None
            ),
            rating=Rating(rating) if rating else Rating.ADULT if place.age_restricted else Rating.EVERYONE,
            fiction=fiction,
        )


class _Watched:
    """A pipeline whose verdicts are noted; callers see the titles of rules, not their ids."""

    def __init__(self, inner: FilterPipeline, note: Callable[[str, Verdict], Verdict]) -> None:
        self._inner = inner
        self._note = note

    async def judge(self, text: str) -> Verdict:
        return self._note("input", await self._inner.judge(text))

    def check_now(self, text: str) -> Verdict:
        verdict = self._inner.check_now(text)
        # What passes here is judged once more in full, and noted then.
        return self._note("input", verdict) if verdict.action >= Action.HOLD else verdict

    def gate(self) -> StreamGate:
        return _WatchedGate(self._inner, self._note)


class _WatchedGate(StreamGate):
    """A gate whose verdict on the whole text is noted."""

    def __init__(self, inner: FilterPipeline, note: Callable[[str, Verdict], Verdict]) -> None:
        super().__init__(inner)
        self._noted = note

    async def finish(self) -> tuple[str, Verdict]:
        """The rest that may be shown, and the verdict on the whole text."""
        rest, verdict = await super().finish()
        return rest, self._noted("output", verdict)


def refuse(verdict: Verdict, resume: Mapping[str, Any] | None = None) -> None:
    """Raise if a member's own text may not be used as it is; ``resume`` is how to go on once it may.

    A mask cannot be put on what a model is told without changing what was
    asked, so MASK and FLAG let a member's text pass here; they act on what is
    shown.

    Raises:
        HeldForReview: a moderator has to look at it first.
        AgainstTheRules: with the text and the spans, so that the member gets it back.
    """
    if verdict.action >= Action.HOLD:
        raise against(verdict, Action.HOLD, resume=resume)


def against(
    verdict: Verdict, least: Action, key: str | None = None, resume: Mapping[str, Any] | None = None
) -> AgainstTheRules:
    """The refusal that follows from a verdict, with every hit that asks at least for ``least``."""
    hits = [hit for hit in verdict.hits if hit.action >= least]
    if key is None and any(hit.rule.startswith(UNAVAILABLE) for hit in hits):
        key = "refused.unjudged"
    kind = HeldForReview if verdict.action is Action.HOLD else AgainstTheRules
    return kind(
        key,
        text=verdict.text,
        marks=tuple((hit.start, hit.end, hit.rule, hit.reason) for hit in hits),
        resume=resume,
        rules=", ".join(dict.fromkeys(hit.rule for hit in hits)),
    )
