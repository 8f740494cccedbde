"""Votes, ink, and the earlier texts of a guild, in the database."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, literal_column, select, update

from bot.errors import AlreadyDone, Gone
from bot.ids import ChannelId, GuildId, MemberId, MessageId, WorkId
from bot.judging.ballots import Ballots, Kind, Option, Poll
from bot.storage.database import Database
from bot.storage.rows import AnyRow, as_json, next_id, put, written
from bot.storage.tables import ballots, contributions, inks, polls, takes, works
from bot.works import WorkState


class SqlJudging:
    """:class:`bot.judging.ballots.BallotStore` over a database, and what else judging needs to know."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def open(
        self,
        guild: GuildId,
        work: WorkId,
        opener: MemberId,
        kind: Kind,
        options: Sequence[Option],
        *,
        closes: datetime | None,
        key: str,
    ) -> Poll:
        """Open a vote; Gone if the work is not in that guild."""
        now = self._clock()

        def act(connection: Connection) -> Poll:
            query = select(polls).where(polls.c.guild == guild, polls.c.key == key)
            if (there := connection.execute(query).one_or_none()) is not None:
                return _poll(there)
            found = select(works.c.state).where(works.c.guild == guild, works.c.id == work)
            if connection.execute(found).scalar() in (None, WorkState.DELETED.value):
                raise Gone()
            newest = connection.execute(select(func.max(polls.c.id)).where(polls.c.guild == guild))
            connection.execute(
                insert(polls).values(
                    guild=guild,
                    id=next_id(guild, newest.scalar()),
                    work=work,
                    opener=opener,
                    kind=kind,
                    options=as_json([[one.number, one.take, one.model, one.style] for one in options]),
                    opened=written(now),
                    closes=written(closes) if closes is not None else None,
                    open=True,
                    key=key,
                )
            )
            return _poll(connection.execute(query).one())

        return await self._database.write(act)

    async def poll(self, guild: GuildId, id: int) -> Poll:
        """One vote; Gone if there is none of that id in that guild."""
        return await self._database.read(lambda connection: _one(connection, guild, id))

    async def placed(self, guild: GuildId, id: int, channel: ChannelId, message: MessageId) -> None:
        """Remember the message that shows a vote."""

        def act(connection: Connection) -> None:
            connection.execute(
                update(polls)
                .where(polls.c.guild == guild, polls.c.id == id)
                .values(channel=channel, message=message)
            )

        await self._database.write(act)

    async def cast(self, guild: GuildId, id: int, member: MemberId, option: int) -> bool:
        """Cast or change a member's one vote; False if it was the same before.

        Raises:
            Gone: there is no such vote or option.
            AlreadyDone: the vote is closed.
        """

        def act(connection: Connection) -> bool:
            found = _one(connection, guild, id)
            if option and found.option(option) is None:
                raise Gone()
            if not found.open:
                raise AlreadyDone("refused.vote_closed")
            query = select(ballots.c.option).where(
                ballots.c.guild == guild, ballots.c.poll == id, ballots.c.member == member
            )
            if connection.execute(query).scalar() == option:
                return False
            put(connection, ballots, {"guild": guild, "poll": id, "member": member, "option": option})
            return True

        return await self._database.write(act)

    async def counted(self, guild: GuildId, id: int) -> Ballots:
        """What was voted so far."""
        return await self._database.read(lambda connection: _counted(connection, guild, id))

    async def close(self, guild: GuildId, id: int) -> Poll:
        """Close a vote; closing it again changes nothing."""

        def act(connection: Connection) -> Poll:
            connection.execute(
                update(polls).where(polls.c.guild == guild, polls.c.id == id).values(open=False)
            )
            return _one(connection, guild, id)

        return await self._database.write(act)

    async def due(self, now: datetime) -> Sequence[Poll]:
        """Open votes whose time is over, in every guild."""

        def act(connection: Connection) -> list[Poll]:
            # Written out, since SQLite takes a partial index only for a literal.
            query = select(polls).where(polls.c.open == literal_column("1"))
            query = query.where(polls.c.closes <= written(now))
            return [_poll(row) for row in connection.execute(query)]

        return await self._database.read(act)

    async def closed(self, guild: GuildId) -> Sequence[tuple[Poll, Ballots]]:
        """Every closed vote of a guild with its ballots, oldest first."""

        def act(connection: Connection) -> list[tuple[Poll, Ballots]]:
            query = select(polls).where(polls.c.guild == guild, ~polls.c.open).order_by(polls.c.id)
            found = [_poll(row) for row in connection.execute(query)]
            return [(poll, _counted(connection, guild, poll.id)) for poll in found]

        return await self._database.read(act)

    async def ink(self, guild: GuildId, work: WorkId, take: int) -> str:
        """The ink of a take as it was packed, or "" where none is kept."""

        def act(connection: Connection) -> str:
            query = select(inks.c.tokens).where(
                inks.c.guild == guild, inks.c.work == work, inks.c.take == take
            )
            return connection.execute(query).scalar() or ""

        return await self._database.read(act)

    async def earlier(self, guild: GuildId, *, limit: int) -> Sequence[tuple[WorkId, int, str]]:
        """The newest takes of a guild that have words, with theirs; not those of deleted works."""

        def act(connection: Connection) -> list[tuple[WorkId, int, str]]:
            query = (
                select(takes.c.work, takes.c.number, contributions.c.text)
                .join(works, (works.c.guild == takes.c.guild) & (works.c.id == takes.c.work))
                .join(
                    contributions,
                    (contributions.c.guild == takes.c.guild)
                    & (contributions.c.number == takes.c.contribution),
                )
                .where(
                    takes.c.guild == guild,
                    works.c.state != WorkState.DELETED.value,
                    contributions.c.text != "",
                )
                .order_by(takes.c.contribution.desc())
                .limit(limit)
            )
            return [(WorkId(row.work), row.number, row.text) for row in connection.execute(query)]

        return await self._database.read(act)


def _one(connection: Connection, guild: GuildId, id: int) -> Poll:
    row = connection.execute(select(polls).where(polls.c.guild == guild, polls.c.id == id)).one_or_none()
    if row is None:
        raise Gone()
    return _poll(row)


def _counted(connection: Connection, guild: GuildId, id: int) -> Ballots:
    query = (
        select(ballots.c.option, func.count())
        .where(ballots.c.guild == guild, ballots.c.poll == id)
        .group_by(ballots.c.option)
    )
    return Ballots({int(row[0]): int(row[1]) for row in connection.execute(query)})


def _poll(row: AnyRow) -> Poll:
    return Poll(
        id=row.id,
        guild=GuildId(row.guild),
        work=WorkId(row.work),
        opener=MemberId(row.opener),
        kind=row.kind,
        options=tuple(Option(*one) for one in json.loads(row.options)),
        opened=datetime.fromisoformat(row.opened),
        closes=datetime.fromisoformat(row.closes) if row.closes else None,
        open=bool(row.open),
        channel=ChannelId(row.channel) if row.channel is not None else None,
        message=MessageId(row.message) if row.message is not None else None,
    )
