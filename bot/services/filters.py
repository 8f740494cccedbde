"""Which filters hold at a place, and what follows from their verdict."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from bot.errors import AgainstTheRules, HeldForReview
from bot.house.book import HouseBook
from bot.house.model import DEFAULT, MemberStore
from bot.ids import MemberId, Place
from bot.moderation.gate import StreamGate
from bot.moderation.pipeline import FilterPipeline
from bot.moderation.rules import Circumstances, Kind, Mode, Rating
from bot.moderation.verdict import Action, Verdict
from bot.services.filters_guard import Closed, Discreet, Joined, Judging, guards
from bot.services.moderation_book import Page, RuleBook
from bot.services.moderation_watch import Watch

NOBODY = MemberId(0)

FICTION = frozenset({"story", "chapter", "scene", "script"})
"""Arts in which thresholds may be looser."""

CATEGORIES = "categories"
"""How the names of filters begin that ask a judge of categories."""

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
    """The rules of each guild; what they judge is watched.

    Args:
        members: where members say that their words stay on this machine; None where nobody can.
        secrets: the bot's own, which no model may let out.
    """

    def __init__(
        self,
        rules: RuleBook,
        houses: HouseBook,
        watch: Watch,
        clock: Callable[[], datetime],
        *,
        members: MemberStore | None = None,
        secrets: Sequence[str] = (),
    ) -> None:
        self._rules = rules
        self._houses = houses
        self._watch = watch
        self._clock = clock
        self._members = members
        self._secrets = tuple(secrets)

    def of(self, place: Place, member: MemberId = NOBODY, *, fiction: bool = False) -> Judge:
        """The rules that hold at a place, for a member with the roles that the place tells of."""
        return _Watched(self, place, member, fiction=fiction)

    async def refresh(self, place: Place) -> None:
        """Take in what another process has changed."""
        if not place.is_private_room:
            await self._houses.of(place)
            await self._rules.keep_up(place.guild)

    def page(self, place: Place) -> Page:
        """The rules of the guild of a place."""
        return Page() if place.is_private_room else self._rules.page(place.guild)

    def keys(self) -> list[Judging]:
        """What covers keys, in whosever words."""
        return guards("", self._secrets)

    def guards(self, place: Place) -> list[Judging]:
        """What holds for every model's words at a place."""
        resolved = self._houses.peek(place)
        examples = resolved.house.examples if resolved is not None else ""
        return guards(
            examples or "", self._secrets, zh=resolved is not None and resolved.house.language == "zh"
        )

    def circumstances(self, place: Place, *, fiction: bool) -> Circumstances:
        """Where and by whom something is said."""
        place, resolved = self._houses.now(place), self._houses.peek(place)
        rating = self._houses.rating(resolved.house if resolved is not None else DEFAULT, place)
        return Circumstances(
            now=self._clock().timestamp(),
            roles=place.roles,
            channels=frozenset(
                int(one) for one in (place.category, place.channel, place.thread) if one is not None
            ),
            rating=Rating(rating),
            fiction=fiction,
        )

    async def stays_here(self, place: Place, member: MemberId) -> bool:
        """Whether the words may not leave this machine, not even to be judged."""
        resolved = await self._houses.of(place)
        if resolved.house.local_only:
            return True
        return self._members is not None and not (await self._members.member(place.guild, member)).cloud

    async def noted(self, place: Place, member: MemberId, kind: str, verdict: Verdict) -> Verdict:
        """The verdict as callers see it, remembered: approved texts are spared, rules go by their titles."""
        self._watch.hear(place, member, kind, verdict)
        return self._titled(place, await self._rules.spared(place.guild, verdict))

    def noted_now(self, place: Place, member: MemberId, kind: str, verdict: Verdict) -> Verdict:
        """The same from memory."""
        self._watch.hear(place, member, kind, verdict)
        return self._titled(place, self.page(place).spared(verdict))

    def _titled(self, place: Place, verdict: Verdict) -> Verdict:
        page = self.page(place)
        return replace(verdict, hits=tuple(hit._replace(rule=page.title(hit.rule)) for hit in verdict.hits))


class _Watched:
    """The rules at a place, as they are when they are asked."""

    def __init__(self, owner: GuildFilters, place: Place, member: MemberId, *, fiction: bool) -> None:
        self._owner = owner
        self._place = place
        self._member = member
        self._fiction = fiction

    async def judge(self, text: str) -> Verdict:
        await self._owner.refresh(self._place)
        verdict = await Joined([self._rules(), *self._owner.keys()]).judge(text)
        return await self._owner.noted(self._place, self._member, "input", verdict)

    def check_now(self, text: str) -> Verdict:
        page, at = self._owner.page(self._place), self._circumstances()
        verdict = page.pipeline(at).check_now(text)
        if verdict.action < Action.HOLD:
            return verdict  # judged once more in full, and noted then
        return self._owner.noted_now(self._place, self._member, "input", verdict)

    def gate(self) -> StreamGate:
        def judges() -> Judging:
            return Joined([self._rules(), *self._owner.guards(self._place)])

        async def refresh() -> None:
            await self._owner.refresh(self._place)

        async def note(verdict: Verdict) -> Verdict:
            return await self._owner.noted(self._place, self._member, "output", verdict)

        return _WatchedGate(judges, refresh, note)

    def _rules(self) -> Judging:
        """The guild's pipeline; blocks what a rule that blocks could not be asked about."""
        page, at = self._owner.page(self._place), self._circumstances()
        pipeline = page.pipeline(at)
        asked = [rule for rule in page.rules.rules if rule.kind is Kind.CATEGORIES and at.hold(rule)]
        if not asked:
            return pipeline
        stops = any(rule.mode is Mode.ARMED and rule.action is Action.BLOCK for rule in asked)

        async def here() -> bool:
            return await self._owner.stays_here(self._place, self._member)

        return Closed(Discreet(pipeline, here), lambda name: stops and name.startswith(CATEGORIES))

    def _circumstances(self) -> Circumstances:
        return self._owner.circumstances(self._place, fiction=self._fiction)


class _WatchedGate(StreamGate):
    """A gate with the rules as they are when the stream begins; its verdict on the whole text is noted."""

    def __init__(
        self,
        judges: Callable[[], Judging],
        refresh: Callable[[], Awaitable[None]],
        note: Callable[[Verdict], Awaitable[Verdict]],
    ) -> None:
        super().__init__(judges())
        self._judges = judges
        self._refresh = refresh
        self._noted = note
        self._begun = False

    async def feed(self, piece: str) -> str:
        """Take a piece of the stream and give what may be shown now."""
        await self._begin()
        return await super().feed(piece)

    async def _begin(self) -> None:
        """Before anything is looked at: another process may have changed the rules this moment."""
        if not self._begun:
            self._begun = True
            await self._refresh()
            super().__init__(self._judges())

    async def finish(self) -> tuple[str, Verdict]:
        """The rest that may be shown, and the verdict on the whole text."""
        await self._begin()
        rest, verdict = await super().finish()
        return rest, await self._noted(verdict)


def passed(verdict: Verdict, resume: Mapping[str, Any] | None = None) -> str:
    """A member's own text as it may be used: what has to be masked is.

    ``resume`` is how to go on once a text that is held may be used.

    Raises:
        HeldForReview: a moderator has to look at it first.
        AgainstTheRules: with the text and the spans, so that the member gets it back.
    """
    if verdict.action >= Action.HOLD:
        raise against(verdict, Action.HOLD, resume=resume)
    return verdict.masked()


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
