"""What time does to stories: deadlines, reminders, and the time in which the bot was down."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import Refusal
from bot.house.model import Member, MemberStore
from bot.ids import GuildId
from bot.services.ports import Notes
from bot.services.stories import StoryTable, Told
from bot.services.stories_ports import Alarm
from bot.stories import events as ev
from bot.stories.events import Event
from bot.stories.model import CLOCK, Story

log = logging.getLogger(__name__)

ALIVE = "stories:alive"
"""The note that says until when the bot was up."""

LEASE = timedelta(minutes=10)
"""How long a model has for its turn before it is asked again."""

LATE = timedelta(minutes=5)
"""A deadline that is noticed later than this was slept through: the machine stood still."""

BEFORE_QUIET = timedelta(minutes=5)
"""How long before quiet hours somebody is reminded whose deadline is within them."""

Writer = Callable[[Told, int], Awaitable[None]]
"""Has a model write the open turn of that number."""


class StoryTime:
    """Lets happen what is due."""

    def __init__(
        self,
        table: StoryTable,
        *,
        members: MemberStore,
        notes: Notes,
        clock: Callable[[], datetime],
    ) -> None:
        self._table = table
        self._members = members
        self._notes = notes
        self._clock = clock
        self.writer: Writer | None = None
        """Who has models write; until there is one, their turns wait."""
        table.plan = self.plan

    async def ring(self, alarm: Alarm) -> None:
        """An alarm is due: let happen what it stands for, or take it away if it means nothing any more."""
        name, _, number = alarm.name.partition(":")
        turn = int(number or 0)
        match name:
            case "model":
                await self._have_written(alarm, turn)
                return
            case "remind":
                if not await self._may_remind(alarm, turn):
                    return
                event: Event = ev.ReminderDue(by=CLOCK, turn=turn)
            case _:
                since = await self._slept_through(alarm)
                event = ev.TimeUp(by=CLOCK, turn=turn) if since is None else ev.WasDown(since=since)
        try:
            key = f"{alarm.story}:{alarm.name}:{alarm.at.isoformat()}"
            await self._table.act(alarm.guild, alarm.story, event, key=key)
        except Refusal as error:
            log.debug("an alarm of story %s means nothing any more: %s", alarm.story, error.text_key)
        await self._table.store.silence(alarm)

    async def plan(self, guild: GuildId, story: Story, alarms: Mapping[str, datetime]) -> dict[str, datetime]:
        """The alarms of a story as its next writer lives.

        A reminder that would come in their quiet hours, which end after the
        deadline, comes before them; every other waits until they are over.
        """
        planned = dict(alarms)
        current = story.current
        if current is None or current.member is None or current.deadline is None:
            return planned
        name = f"remind:{current.number}"
        if (at := alarms.get(name)) is not None:
            member = await self._members.member(guild, current.member)
            until = quiet_until(member, at)
            if until is not None and until >= current.deadline:
                sooner = quiet_from(member, at) - BEFORE_QUIET
                planned[name] = sooner if sooner > current.since else at
        return planned

    async def _may_remind(self, alarm: Alarm, turn: int) -> bool:
        """Whether the writer is to be reminded now; what is to come later, or not at all, is seen to."""
        story = (await self._table.read(alarm.guild, alarm.story)).story
        current = story.current
        if current is None or current.number != turn or current.member is None:
            return True  # the rules say that it means nothing any more
        member = await self._members.member(alarm.guild, current.member)
        over = current.deadline is not None and current.deadline <= self._clock()
        if over or member.remind == "off":
            await self._table.store.silence(alarm)
            return False
        until = quiet_until(member, self._clock())
        if until is None:
            return True
        if current.deadline is not None and until >= current.deadline:
            await self._table.store.silence(alarm)
        else:
            await self._table.store.postpone(alarm, until)
        return False

    async def _slept_through(self, alarm: Alarm) -> datetime | None:
        """Since when the bot was not awake, if it was not when the alarm should have rung."""
        if self._clock() - alarm.at <= LATE:
            return None
        noted = await self._notes.get(ALIVE)
        since = datetime.fromisoformat(noted) if noted is not None else None
        return since if since is not None and since < alarm.at else None

    async def _have_written(self, alarm: Alarm, turn: int) -> None:
        """Ask a model to write, and again after a while if nothing came of it."""
        await self._table.store.postpone(alarm, self._clock() + LEASE)
        told = await self._table.read(alarm.guild, alarm.story)
        if self.writer is not None:
            await self.writer(told, turn)

    async def alive(self) -> None:
        """Note that the bot is up; what is due after the last note was missed because it was down."""
        await self._notes.put(ALIVE, self._clock().isoformat())

    async def recover(self) -> int:
        """At start: give back the time in which the bot was down, and have models asked again.

        Returns to how many writers time was given back.
        """
        noted = await self._notes.get(ALIVE)
        given = 0
        if noted is not None:
            since = datetime.fromisoformat(noted)
            for alarm in await self._table.store.due(self._clock(), 100_000):
                if alarm.name.startswith("deadline:") and alarm.at > since:
                    given += await self._given_back(alarm, since)
        await self._table.store.wake_models(self._clock())
        await self.alive()
        return given

    async def _given_back(self, alarm: Alarm, since: datetime) -> bool:
        key = f"{alarm.story}:{alarm.name}:{alarm.at.isoformat()}:down"
        try:
            await self._table.act(alarm.guild, alarm.story, ev.WasDown(since=since), key=key)
        except Refusal:
            return False
        return True


def quiet_until(member: Member, now: datetime) -> datetime | None:
    """When a member's quiet hours end, if they are now; hours go by their own clock.

    ``quiet`` is "22-7": from ten in the evening to seven in the morning.
    """
    hours = _hours(member)
    if hours is None:
        return None
    first, last, zone = hours
    here = now.astimezone(zone)
    within = first <= here.hour < last if first < last else here.hour >= first or here.hour < last
    if not within:
        return None
    until = datetime.combine(here.date(), time(last), zone)
    return until if until > here else until + timedelta(days=1)


def quiet_from(member: Member, now: datetime) -> datetime:
    """When the quiet hours began, or will have begun, that are at ``now``."""
    hours = _hours(member)
    if hours is None:
        return now
    first, _, zone = hours
    here = now.astimezone(zone)
    began = datetime.combine(here.date(), time(first), zone)
    return began if began <= here else began - timedelta(days=1)


def _hours(member: Member) -> tuple[int, int, ZoneInfo] | None:
    """The hours in which a member's quiet begins and ends, and their zone; None without quiet hours."""
    begins, dash, ends = member.quiet.partition("-")
    if not dash or not begins.isdecimal() or not ends.isdecimal():
        return None
    first, last = int(begins) % 24, int(ends) % 24
    if first == last:
        return None
    try:
        zone = ZoneInfo(member.zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return first, last, zone
