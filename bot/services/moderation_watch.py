"""Remembers what was judged, counts what rules do, and takes a rule that suddenly hits much out of force.

Texts are gathered in memory and written by a periodic task, so that nobody
waits for the database in the middle of a stream.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from bot.errors import RengaError
from bot.house.book import HouseBook
from bot.house.model import House
from bot.ids import ChannelId, GuildId, MemberId, Place
from bot.moderation.records import Entry, Handled, LogStore, RuleStore, StoredRule
from bot.moderation.rules import Mode
from bot.moderation.verdict import Verdict
from bot.services.moderation_book import RuleBook
from bot.services.ports import Outbox

log = logging.getLogger(__name__)

KEEP = 10_000
"""Texts of a guild that are kept to try rules on."""

MOST_WAITING = 2_000
"""Texts that wait to be written; what comes beyond is not counted."""

SILENCE = timedelta(minutes=30)
"""How long the log says no more of a filter that cannot be asked."""

UNDER_WAY = timedelta(minutes=15)
"""How long after they were forgotten a member's texts are not kept: they may have been begun before."""

FRESH = timedelta(hours=24)
LEAST_SEEN, LEAST_HITS, MOST = 20, 2, 0.05
"""A rule armed within :data:`FRESH` falls back to shadow when, of at least so many texts, it hit more than
so many and more than this part.  All but the first are those of MediaWiki's AbuseFilter
(``$wgAbuseFilterEmergencyDisableThreshold``, ``…Count``, ``…Age``): a wiki is never too quiet for it."""


class Watch:
    """Sees every verdict on a whole text."""

    def __init__(
        self, *, store: RuleStore, book: RuleBook, houses: HouseBook, outbox: Outbox,
        clock: Callable[[], datetime], log: LogStore | None = None,
    ) -> None:  # fmt: skip
        self._store = store
        self._book = book
        self._houses = houses
        self._outbox = outbox
        self._clock = clock
        self._log = log
        self._absent: dict[GuildId, set[str]] = {}
        self._told_absent: dict[tuple[GuildId, str], datetime] = {}
        self._heard: dict[GuildId, list[Handled]] = {}
        self._flushing = asyncio.Lock()
        self._forgotten: dict[tuple[MemberId, GuildId | None], datetime] = {}

    def hear(self, place: Place, member: MemberId, kind: str, verdict: Verdict) -> None:
        """Note a verdict on a whole text, to be written soon."""
        if verdict.missing and not place.is_private_room:
            self._absent.setdefault(place.guild, set()).update(verdict.missing)
        house = self._house(place)
        if not verdict.text.strip() or place.is_private_room or house.text_days == 0:
            return
        if self._is_forgotten(place.guild, member):
            return
        waiting = self._heard.setdefault(place.guild, [])
        if len(waiting) >= MOST_WAITING:
            return
        hit = (*verdict.hits, *verdict.shadow)
        waiting.append(
            Handled(
                kind=kind,
                text=verdict.text,
                member=member,
                channel=ChannelId(place.spot),
                at=self._clock(),
                action=int(verdict.action),
                rules=tuple(dict.fromkeys(int(one.rule) for one in hit if one.rule.isdecimal())),
            )
        )

    async def flush(self) -> None:
        """Write what was heard, and see to rules that hit too much."""
        async with self._flushing:
            await self._log_absent()
            heard, self._heard = self._heard, {}
            for guild, texts in heard.items():
                rules = self._book.page(guild).rules.rules
                watching = [int(rule.id) for rule in rules if rule.mode is not Mode.OFF]
                await self._store.note(guild, texts, watching, keep=KEEP)
                if any(rule.mode is Mode.ARMED for rule in rules):
                    await self._see_to(guild)

    async def forget(self, member: MemberId, guild: GuildId | None = None) -> None:
        """Drop what waits to be written of a member, in one guild or everywhere; keep no more for a while."""
        async with self._flushing:  # what is being written now must be there to be erased
            self._forgotten[member, guild] = self._clock()
            for space in [guild] if guild is not None else list(self._heard):
                self._heard[space] = [text for text in self._heard.get(space, ()) if text.member != member]

    def _is_forgotten(self, guild: GuildId, member: MemberId) -> bool:
        latest = self._clock() - UNDER_WAY
        self._forgotten = {who: at for who, at in self._forgotten.items() if at > latest}
        return (member, guild) in self._forgotten or (member, None) in self._forgotten

    async def _log_absent(self) -> None:
        """Say in the log which filter could not be asked, once in :data:`SILENCE`."""
        absent, self._absent = self._absent, {}
        now = self._clock()
        for guild, names in absent.items():
            for name in sorted(names):
                told = self._told_absent.get((guild, name))
                if self._log is None or (told is not None and now - told < SILENCE):
                    continue
                self._told_absent[guild, name] = now
                log.warning("filter %s could not be asked in guild %s", name, guild)
                await self._log.append(guild, Entry(at=now, act="not judged", rule=name))

    async def aclose(self) -> None:
        """Write what is left; if the database takes nothing now, it is lost."""
        with suppress(RengaError):
            await self.flush()

    async def tidy(self) -> None:
        """Forget texts that were kept as long as their guild wants."""
        for guild in await self._store.guilds():
            await self._houses.refresh(guild)
            days = self._house(Place(guild, ChannelId(0))).text_days
            if days is not None:
                await self._store.expire_handled(guild, self._clock() - timedelta(days=days))

    async def _see_to(self, guild: GuildId) -> None:
        _, rules = await self._store.rules(guild)
        for rule in rules:
            if runaway(rule, self._clock()):
                await self._fall_back(guild, rule)

    async def _fall_back(self, guild: GuildId, rule: StoredRule) -> None:
        now = self._clock()
        facts = f"{rule.hits}/{rule.seen}"
        title = self._book.page(guild).title(str(rule.id))
        log.warning("rule %s of guild %s hit %s texts: back to shadow", rule.id, guild, facts)
        await self._store.put_rule(
            guild,
            replace(rule, mode=Mode.SHADOW, changed=now, seen=0, hits=0),
            Entry(at=now, act="rule fell back", rule=title, before=Mode.ARMED, after=facts),
        )
        await self._book.refresh(guild)
        house = self._house(Place(guild, ChannelId(0)))
        if (channel := house.log or house.reviews) is not None:
            payload = {"notice": "fell", "rule": title, "id": rule.id, "hits": rule.hits, "seen": rule.seen}
            await self._outbox.put(guild, channel, "notice", payload, key=f"fell:{rule.id}:{now.timestamp()}")

    def _house(self, place: Place) -> House:
        resolved = self._houses.peek(place)
        return resolved.house if resolved is not None else House()


def runaway(rule: StoredRule, now: datetime) -> bool:
    """Whether a rule that was armed or changed lately hits too much of what is said."""
    return (
        rule.mode is Mode.ARMED
        and now - rule.changed < FRESH
        and rule.seen >= LEAST_SEEN
        and rule.hits > LEAST_HITS
        and rule.hits > MOST * rule.seen
    )
