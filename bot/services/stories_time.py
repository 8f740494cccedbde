"""What time does to stories: deadlines, reminders, and the time in which the bot was down."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import Refusal
from bot.house.model import Member, MemberStore
from bot.services.ports import Notes
from bot.services.stories import StoryTable, Told
from bot.services.stories_ports import Alarm
from bot.stories import events as ev
from bot.stories.events import Event
from bot.stories.model import CLOCK

log = logging.getLogger(__name__)

ALIVE = "stories:alive"
"""The note that says until when the bot was up."""

LEASE = timedelta(minutes=10)
"""How long a model has for its turn before it is asked again."""

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

    async def ring(self, alarm: Alarm) -> None:
        """An alarm is due: let happen what it stands for, or take it away if it means nothing any more."""
        name, _, number = alarm.name.partition(":")
        turn = int(number or 0)
        match name:
            case "model":
                await self._have_written(alarm, turn)
                return
            case "remind":
                later = await self._quiet_until(alarm, turn)
                if later is not None:
                    await self._table.store.postpone(alarm, later)
                    return
                event: Event = ev.ReminderDue(by=CLOCK, turn=turn)
            case _:
                event = ev.TimeUp(by=CLOCK, turn=turn)
        try:
            key = f"{alarm.story}:{alarm.name}:{alarm.at.isoformat()}"
            await self._table.act(alarm.guild, alarm.story, event, key=key)
        except Refusal as error:
            log.debug("an alarm of story %s means nothing any more: %s", alarm.story, error.text_key)
        await self._table.store.silence(alarm)

    async def _have_written(self, alarm: Alarm, turn: int) -> None:
        """Ask a model to write, and again after a while if nothing came of it."""
        await self._table.store.postpone(alarm, self._clock() + LEASE)
        told = await self._table.read(alarm.guild, alarm.story)
        if self.writer is not None:
            await self.writer(told, turn)

    async def _quiet_until(self, alarm: Alarm, turn: int) -> datetime | None:
        """When the writer's quiet hours end, if it is within them now."""
        story = (await self._table.read(alarm.guild, alarm.story)).story
        if story.current is None or story.current.number != turn or story.current.member is None:
            return None
        member = await self._members.member(alarm.guild, story.current.member)
        return quiet_until(member, self._clock())

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
    begins, dash, ends = member.quiet.partition("-")
    if not dash or not begins.isdecimal() or not ends.isdecimal() or begins == ends:
        return None
    try:
        zone = ZoneInfo(member.zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    here = now.astimezone(zone)
    first, last = int(begins) % 24, int(ends) % 24
    within = first <= here.hour < last if first < last else here.hour >= first or here.hour < last
    if not within:
        return None
    until = datetime.combine(here.date(), time(last), zone)
    return until if until > here else until + timedelta(days=1)
