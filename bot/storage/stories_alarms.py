"""The alarms of stories, in the database: what is to happen to them by itself, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from bot.ids import GuildId
from bot.services.stories_ports import Alarm, StoryNumber
from bot.storage.database import Database
from bot.storage.rows import written
from bot.storage.tables import story_alarms

MODEL_LEASE = timedelta(hours=1)
"""No model is given longer for a turn."""


class Alarms:
    """The part of :class:`bot.services.stories_ports.StoryStore` that the clock of stories asks."""

    _database: Database

    async def next_alarm(self) -> datetime | None:
        """When the next alarm of any story is due: one look at an index, however many sleep."""

        def act(connection: Connection) -> datetime | None:
            found = connection.execute(select(func.min(story_alarms.c.at))).scalar()
            return datetime.fromisoformat(found) if found is not None else None

        return await self._database.read(act)

    async def due(self, now: datetime, limit: int = 50) -> Sequence[Alarm]:
        """Alarms that are due, of every guild, the earliest first."""

        def act(connection: Connection) -> list[Alarm]:
            query = (
                select(story_alarms)
                .where(story_alarms.c.at <= written(now))
                .order_by(story_alarms.c.at)
                .limit(limit)
            )
            return [
                Alarm(GuildId(row.guild), StoryNumber(row.story), row.name, datetime.fromisoformat(row.at))
                for row in connection.execute(query)
            ]

        return await self._database.read(act)

    async def silence(self, alarm: Alarm) -> None:
        """Take an alarm away, unless it was set anew."""

        def act(connection: Connection) -> None:
            connection.execute(
                delete(story_alarms).where(
                    story_alarms.c.guild == alarm.guild,
                    story_alarms.c.story == alarm.story,
                    story_alarms.c.name == alarm.name,
                    story_alarms.c.at == written(alarm.at),
                )
            )

        await self._database.write(act)

    async def postpone(self, alarm: Alarm, to: datetime) -> None:
        """Have an alarm ring later, unless it was set anew."""

        def act(connection: Connection) -> None:
            connection.execute(
                update(story_alarms)
                .where(
                    story_alarms.c.guild == alarm.guild,
                    story_alarms.c.story == alarm.story,
                    story_alarms.c.name == alarm.name,
                    story_alarms.c.at == written(alarm.at),
                )
                .values(at=written(to))
            )

        await self._database.write(act)

    async def put_off(self, guild: GuildId, id: StoryNumber, name: str, to: datetime) -> None:
        """Have the alarm of that name ring at another time, if there is one."""

        def act(connection: Connection) -> None:
            connection.execute(
                update(story_alarms)
                .where(story_alarms.c.guild == guild, story_alarms.c.story == id, story_alarms.c.name == name)
                .values(at=written(to))
            )

        await self._database.write(act)

    async def wake_models(self, now: datetime) -> None:
        """At start, in every guild: what models were asked to write is due again."""

        def act(connection: Connection) -> None:
            # Only alarms that are near: a model's is never far.
            near = written(now + MODEL_LEASE)
            connection.execute(
                update(story_alarms)
                .where(story_alarms.c.at <= near, story_alarms.c.name.startswith("model:"))
                .values(at=written(now))
            )

        await self._database.write(act)
