"""A house style tried before it is saved: the same wish, seed and model, in the old style and in the new."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.backends.base import Backend, Done, Request, Text, Withdrawn
from bot.errors import AgainstTheRules, BadInput, Gone, ModelUnavailable
from bot.house.book import HouseBook
from bot.house.model import House, HouseStore, Level, MemberStore, Resolved
from bot.ids import GuildId, MemberId, Place
from bot.moderation.verdict import Action
from bot.prompting.catalogue import Catalogue
from bot.prompting.fit import estimate
from bot.services.asking import SEEDS, Asker
from bot.services.compose import limited, visible
from bot.services.filters import Filters, passed
from bot.services.house_desk import HouseDesk, Wanted, checked
from bot.services.ports import UsageStore
from bot.services.tidy import Tidy
from bot.services.usage import Usage
from bot.works import Wish

STYLE = ("voice", "register", "genre", "rating", "banned", "examples")
"""The settings that make up the house style."""

ART = "poem"
TOPIC_LIMIT = 200
KEPT = timedelta(hours=1)
"""How long a style that was tried waits to be saved."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A style that was tried and not saved yet, and what came of it beside the one that holds."""

    level: Level
    id: int
    fields: Mapping[str, str | None]
    topic: str
    old: str
    new: str
    at: datetime


class _Drafted(HouseBook):
    """A book in which some settings are others than they are."""

    def __init__(self, store: HouseStore, resolved: Resolved, fields: Mapping[str, str]) -> None:
        super().__init__(store, House())
        self._resolved = Resolved(replace(resolved.house, **fields), resolved.origin)

    async def of(self, place: Place) -> Resolved:
        """The settings with those that are tried."""
        return self._resolved


class StyleTrial:
    """Tries styles.  What was tried is kept in memory, one draft for each moderator, for :data:`KEPT`."""

    def __init__(
        self,
        desk: HouseDesk,
        store: HouseStore,
        members: MemberStore,
        *,
        catalogue: Catalogue,
        backend: Backend,
        allowances: Usage,
        usage: UsageStore,
        filters: Filters,
        clock: Callable[[], datetime],
        deadline: float,
    ) -> None:
        self._desk = desk
        self._store = store
        self._members = members
        self._catalogue = catalogue
        self._backend = backend
        self._allowances = allowances
        self._usage = usage
        self._filters = filters
        self._clock = clock
        self._deadline = deadline
        self._drafts: dict[tuple[GuildId, MemberId], Draft] = {}

    async def compare(
        self,
        place: Place,
        level: Level,
        id: int,
        fields: Mapping[str, str],
        *,
        topic: str,
        by: MemberId,
        key: str,
    ) -> Draft:
        """Have a sample written twice; ``fields`` are those of the style, "" for what is inherited.

        Both count as one request against the allowance.

        Raises:
            BadInput: a field or the sample's topic cannot be used.
            RengaError: the model did not answer, or may not be asked.
        """
        wanted = {name: checked(name, value or None, level) for name, value in fields.items()}
        topic = visible(topic)
        if not topic:
            raise BadInput("refused.topic_empty")
        limited("topic", topic, TOPIC_LIMIT)
        topic = passed(await self._filters.of(place, by).judge(topic))
        resolved = await self._desk.book.of(place)
        given = {name: str(value) for name, value in wanted.items() if value is not None}
        wish = Wish(art=ART, topic=topic, length="short", seed=secrets.randbelow(SEEDS))
        requests = [
            await self._request(_Drafted(self._store, resolved, changed), wish, place, by)
            for changed in ({}, given)
        ]
        expected = sum(_reads(one) + one.sampling.max_tokens for one in requests)
        reservation = await self._allowances.reserve(place, by, expected, key=key)
        try:
            old, new = [await self._write(one, place, by) for one in requests]
        except BaseException:
            await self._allowances.refund(place, reservation)
            raise
        spent = sum(map(_reads, requests)) + estimate(old) + estimate(new)
        await self._usage.settle(place.guild, reservation, spent)
        stored = {name: None if value is None else str(value) for name, value in wanted.items()}
        draft = Draft(level, id, stored, topic, old, new, self._clock())
        self._drafts[place.guild, by] = draft
        return draft

    async def save(self, guild: GuildId, by: MemberId) -> Draft:
        """Save what a moderator tried last.

        Raises:
            Gone: it was saved, thrown away, or tried too long ago.
        """
        draft = self.throw_away(guild, by)
        if draft is None or self._clock() - draft.at > KEPT:
            raise Gone("settings.no_draft")
        held = await self._desk.layer(guild, draft.level, draft.id)
        changes: list[Wanted] = [
            (draft.level, draft.id, name, value)
            for name, value in draft.fields.items()
            if getattr(held, name) != value
        ]
        await self._desk.set_all(guild, changes, by=by)
        return draft

    def throw_away(self, guild: GuildId, by: MemberId) -> Draft | None:
        """Forget what a moderator tried last."""
        return self._drafts.pop((guild, by), None)

    async def forget(self, member: MemberId, guild: GuildId | None = None) -> None:
        """Forget what a member tried, in one guild or everywhere."""
        for who in [who for who in self._drafts if who[1] == member and guild in (None, who[0])]:
            del self._drafts[who]

    def draft(self, guild: GuildId, by: MemberId) -> Draft | None:
        """What a moderator tried last."""
        return self._drafts.get((guild, by))

    async def _request(self, book: HouseBook, wish: Wish, place: Place, member: MemberId) -> Request:
        asker = Asker(self._catalogue, book, self._members, deadline=self._deadline)
        request, _ = await asker.request(self._catalogue.arts[ART], wish, place, member)
        return request

    async def _write(self, request: Request, place: Place, member: MemberId) -> str:
        gate, tidy, text = self._filters.of(place, member).gate(), Tidy(), ""
        async with aclosing(self._backend.generate(request)) as chunks:
            async for chunk in chunks:
                if isinstance(chunk, Text):
                    text += await gate.feed(tidy.feed(chunk.text))
                elif isinstance(chunk, Withdrawn):
                    gate, tidy, text = self._filters.of(place, member).gate(), Tidy(), ""
                elif isinstance(chunk, Done) or gate.shut:
                    break
        rest, verdict = await gate.finish()
        if verdict.action >= Action.REGENERATE:
            raise AgainstTheRules("refused.model_text", rules=", ".join(verdict.rules))
        if not (text + rest).strip():
            raise ModelUnavailable("backend.empty", model=request.model)
        return (text + rest).strip()


def _reads(request: Request) -> int:
    return sum(estimate(message.text) for message in request.messages)
