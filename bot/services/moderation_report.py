"""What filters did in a week, for the moderators: once a week, whatever happens between.

A rule's false positives are what moderators approved of the texts that it
stopped; what nobody decided says nothing and is not counted.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.house.book import HouseBook
from bot.ids import ChannelId, GuildId, Place
from bot.moderation.records import Entry, LogStore, RuleStore
from bot.services.moderation_book import RuleBook
from bot.services.ports import Notes, Outbox

log = logging.getLogger(__name__)

WEEK = timedelta(days=7)
MOST_ENTRIES = 20_000
SHOWN = 8
"""Rules that a report names, those that stopped most first."""

_WRONG = "approved"
_RIGHT = ("rejected", "changes")


@dataclass(slots=True)
class Week:
    """The counts of a week."""

    texts: int = 0
    hits: Counter[str] = field(default_factory=Counter[str])
    """Texts that each rule hit."""
    acts: Counter[str] = field(default_factory=Counter[str])
    """What happened, by the names of the log."""
    wrong: Counter[str] = field(default_factory=Counter[str])
    right: Counter[str] = field(default_factory=Counter[str])

    def payload(self) -> Mapping[str, Any]:
        """The counts as a notice carries them; rates are in percent, None where nothing was decided."""
        wrong, right = self.acts[_WRONG], sum(self.acts[act] for act in _RIGHT)
        named = [name for name, _ in (self.hits + self.wrong + self.right).most_common(SHOWN)]
        return {
            "notice": "report",
            "texts": self.texts,
            "held": self.acts["held"],
            "blocked": self.acts["blocked"],
            "decided": wrong + right,
            "rate": _percent(wrong, wrong + right),
            "rules": [
                [name, self.hits[name], _percent(self.wrong[name], self.wrong[name] + self.right[name])]
                for name in named
            ],
        }


class Reports:
    """Puts a report for every week that has ended into the outbox, once for each server."""

    def __init__(
        self,
        *,
        rules: RuleStore,
        moderation: LogStore,
        outbox: Outbox,
        notes: Notes,
        houses: HouseBook,
        book: RuleBook,
        clock: Callable[[], datetime],
    ) -> None:
        self._rules = rules
        self._log = moderation
        self._outbox = outbox
        self._notes = notes
        self._houses = houses
        self._book = book
        self._clock = clock

    async def run(self) -> None:
        """Report to every server whose last report is of an earlier week than the present one."""
        this = week_of(self._clock())
        for guild in await self._rules.revisions():
            note = f"filter report {guild}"
            last = await self._notes.get(note)
            if last == this:
                continue
            if last is not None:  # else the server's first week has only begun
                await self._report(guild, this)
            await self._notes.put(note, this)

    async def count(self, guild: GuildId, begin: datetime, end: datetime) -> Week:
        """Count what happened between two moments."""
        week = Week()
        titles = self._book.page(guild).title
        for text in await self._rules.handled(guild, limit=MOST_ENTRIES):
            if begin <= text.at < end:
                week.texts += 1
                week.hits.update(titles(str(rule)) for rule in text.rules)
        for entry in await self._log.entries(guild, limit=MOST_ENTRIES):
            if begin <= entry.at < end:
                _add(week, entry)
        return week

    async def _report(self, guild: GuildId, this: str) -> None:
        """A report of the seven days before this week began."""
        end = week_begin(self._clock())
        house = (await self._houses.of(Place(guild, ChannelId(0)))).house
        channel = house.log or house.reviews
        if channel is None:
            return
        week = await self.count(guild, end - WEEK, end)
        # The key makes it one, also when the bot ends before the note is written.
        await self._outbox.put(guild, channel, "notice", week.payload(), key=f"filter report:{this}")


def week_begin(now: datetime) -> datetime:
    """The Monday on which a week began, at midnight UTC."""
    return (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)


def week_of(now: datetime) -> str:
    """The week of a moment, such as 2026-W48 (ISO 8601)."""
    year, week, _ = now.isocalendar()
    return f"{year}-W{week:02}"


def _add(week: Week, entry: Entry) -> None:
    week.acts[entry.act] += 1
    names = [name for name in entry.rule.split(", ") if name]
    if entry.act == _WRONG:
        week.wrong.update(names)
    elif entry.act in _RIGHT:
        week.right.update(names)


def _percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None
