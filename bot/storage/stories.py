"""Stories, in the database: what happened, what it comes to, and when what is to happen next."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, literal_column, select, update

from bot.attribution.model import BrokenLink
from bot.errors import BadInput, Gone
from bot.ids import ChannelId, GuildId, Lang, MemberId, MessageId, Place
from bot.services.stories_ports import (
    Change,
    Committed,
    Logged,
    Stale,
    StoryNumber,
    StoryRow,
)
from bot.storage import ledger, outbox, usage
from bot.storage.rows import AnyRow, put, written
from bot.storage.stories_alarms import Alarms
from bot.storage.stories_papers import Papers
from bot.storage.stories_signed import first_broken, signed
from bot.storage.tables import (
    stories,
    story_alarms,
    story_drafts,
    story_events,
    story_messages,
    story_seats,
)

OPEN = ("lobby", "running", "paused")
"""Stages of stories that have not ended."""


def _row(row: AnyRow) -> StoryRow:
    return StoryRow(
        guild=GuildId(row.guild),
        id=StoryNumber(row.id),
        place=Place(
            guild=GuildId(row.guild),
            channel=ChannelId(row.channel),
            category=ChannelId(row.category) if row.category is not None else None,
            thread=ChannelId(row.thread) if row.thread is not None else None,
            age_restricted=bool(row.age_restricted),
        ),
        starter=MemberId(row.starter),
        title=row.title,
        language="zh" if row.language == "zh" else "en",
        stage=row.stage,
        version=row.version,
        state=row.state,
        created=datetime.fromisoformat(row.created),
        panel=MessageId(row.panel) if row.panel is not None else None,
    )


def _next_id(guild: GuildId, newest: int | None) -> StoryNumber:
    """As :func:`bot.storage.rows.next_id`, with another fingerprint: no work has the id of a story."""
    return StoryNumber((((newest or 0) >> 32) + 1 << 32) | zlib.crc32(f"story/{int(guild)}".encode()))


def _find(connection: Connection, guild: GuildId, id: StoryNumber) -> StoryRow:
    query = select(stories).where(stories.c.guild == guild, stories.c.id == id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise Gone("story.gone")
    return _row(row)


def _append(connection: Connection, found: StoryRow, change: Change) -> Committed:
    """Write down everything that an event changes, inside a transaction."""
    guild, id = found.guild, found.id
    connection.execute(
        insert(story_events).values(
            guild=guild,
            story=id,
            number=found.version + 1,
            key=change.key,
            at=written(change.at),
            member=change.member,
            kind=change.kind,
            event=change.event,
        )
    )
    connection.execute(
        update(stories)
        .where(stories.c.guild == guild, stories.c.id == id)
        .values(
            version=found.version + 1,
            state=change.state,
            stage=change.stage,
            title=change.title,
            stale=True,
        )
    )
    added = [ledger.append(connection, draft) for draft in signed(found, change)]
    links = tuple(added[: len(change.words)])
    query = select(story_seats.c.member).where(story_seats.c.guild == guild, story_seats.c.story == id)
    known = set(connection.execute(query).scalars())
    for seat in set(change.seats) - known:
        connection.execute(insert(story_seats).values(guild=guild, member=seat, story=id))
    connection.execute(delete(story_alarms).where(story_alarms.c.guild == guild, story_alarms.c.story == id))
    for name, at in change.alarms.items():
        connection.execute(insert(story_alarms).values(guild=guild, story=id, name=name, at=written(at)))
    for message, turn, channel in change.posts:
        values = {"guild": guild, "message": message, "story": id, "turn": turn, "channel": channel}
        put(connection, story_messages, values)
    if change.dropped is not None:
        connection.execute(
            delete(story_drafts).where(
                story_drafts.c.guild == guild,
                story_drafts.c.story == id,
                story_drafts.c.member == change.dropped,
            )
        )
    if change.spent is not None:
        usage.settle(connection, guild, change.spent.reservation, change.spent.tokens)
    outgoing = tuple(
        outbox.add(connection, guild, say.channel, say.kind, say.payload, say.key, change.at, None)
        for say in change.says
    )
    return Committed(_find(connection, guild, id), links, outgoing)


def _before(connection: Connection, guild: GuildId, key: str) -> StoryRow | None:
    """The story to which an event of that key happened."""
    query = select(story_events.c.story).where(story_events.c.guild == guild, story_events.c.key == key)
    found = connection.execute(query).scalar_one_or_none()
    return _find(connection, guild, StoryNumber(found)) if found is not None else None


class SqlStories(Papers, Alarms):
    """:class:`bot.services.stories_ports.StoryStore` over a database."""

    async def verify(self, guild: GuildId) -> BrokenLink | None:
        """Check that the turns of every story of a guild stand as was signed; None if they do."""
        return await self._database.read(lambda connection: first_broken(connection, guild))

    async def open(
        self,
        place: Place,
        starter: MemberId,
        language: Lang,
        key: str,
        make: Callable[[StoryNumber], Change],
        *,
        most: int = 0,
    ) -> Committed:
        """Begin a story; the same key again gives what is there."""
        guild = place.guild

        def act(connection: Connection) -> Committed:
            if (there := _before(connection, guild, key)) is not None:
                return Committed(there, again=True)
            begun = select(func.count(stories.c.id)).where(
                stories.c.guild == guild, stories.c.starter == starter, stories.c.stage.in_(OPEN)
            )
            if most and connection.execute(begun).scalar_one() >= most:
                raise BadInput("story.too_many_open", limit=most)
            newest = connection.execute(select(func.max(stories.c.id)).where(stories.c.guild == guild))
            id = _next_id(guild, newest.scalar())
            change = make(id)
            connection.execute(
                insert(stories).values(
                    guild=guild,
                    id=id,
                    channel=place.channel,
                    category=place.category,
                    thread=place.thread,
                    age_restricted=place.age_restricted,
                    starter=starter,
                    title=change.title,
                    language=language,
                    stage=change.stage,
                    version=0,
                    state=change.state,
                    created=written(change.at),
                    key=key,
                    panel=None,
                    stale=True,
                )
            )
            return _append(connection, _find(connection, guild, id), change)

        return await self._database.write(act)

    async def load(self, guild: GuildId, id: StoryNumber) -> StoryRow:
        """A story; Gone if that guild has none of that id."""
        return await self._database.read(lambda connection: _find(connection, guild, id))

    async def at(self, guild: GuildId, thread: ChannelId) -> StoryRow | None:
        """The newest story that is written in a thread."""

        def act(connection: Connection) -> StoryRow | None:
            query = (
                select(stories)
                .where(stories.c.guild == guild, stories.c.thread == thread)
                .order_by(stories.c.id.desc())
                .limit(1)
            )
            row = connection.execute(query).one_or_none()
            return _row(row) if row is not None else None

        return await self._database.read(act)

    async def open_in(self, guild: GuildId) -> Sequence[StoryRow]:
        """Stories of a guild that have not ended, newest first."""

        def act(connection: Connection) -> list[StoryRow]:
            query = select(stories).where(stories.c.guild == guild, stories.c.stage.in_(OPEN))
            return [_row(row) for row in connection.execute(query.order_by(stories.c.id.desc()).limit(100))]

        return await self._database.read(act)

    async def of_member(self, guild: GuildId, member: MemberId, limit: int = 25) -> Sequence[StoryRow]:
        """Stories in which a member has or had a seat, newest first."""

        def act(connection: Connection) -> list[StoryRow]:
            query = (
                select(stories)
                .join(
                    story_seats,
                    (story_seats.c.guild == stories.c.guild) & (story_seats.c.story == stories.c.id),
                )
                .where(story_seats.c.guild == guild, story_seats.c.member == member)
                .order_by(stories.c.id.desc())
                .limit(limit)
            )
            return [_row(row) for row in connection.execute(query)]

        return await self._database.read(act)

    async def guilds(self, member: MemberId) -> Sequence[GuildId]:
        """The guilds in which a member has or had a seat."""
        query = select(story_seats.c.guild).where(story_seats.c.member == member).distinct()

        def act(connection: Connection) -> list[GuildId]:
            return [GuildId(guild) for guild in connection.execute(query).scalars()]

        return await self._database.read(act)

    async def commit(self, guild: GuildId, id: StoryNumber, version: int, change: Change) -> Committed:
        """Append an event; Stale if the story moved on, and nothing if the event happened before."""

        def act(connection: Connection) -> Committed:
            if (there := _before(connection, guild, change.key)) is not None:
                return Committed(there, again=True)
            found = _find(connection, guild, id)
            if found.version != version:
                raise Stale()
            return _append(connection, found, change)

        return await self._database.write(act)

    async def events(self, guild: GuildId, id: StoryNumber) -> Sequence[Logged]:
        """Everything that happened, oldest first."""

        def act(connection: Connection) -> list[Logged]:
            query = (
                select(story_events)
                .where(story_events.c.guild == guild, story_events.c.story == id)
                .order_by(story_events.c.number)
            )
            return [
                Logged(
                    row.number,
                    datetime.fromisoformat(row.at),
                    MemberId(row.member),
                    row.kind,
                    row.event,
                )
                for row in connection.execute(query)
            ]

        return await self._database.read(act)

    async def placed(self, guild: GuildId, id: StoryNumber, thread: ChannelId) -> StoryRow:
        """Remember the thread that was made for it; the first one stays."""

        def act(connection: Connection) -> StoryRow:
            connection.execute(
                update(stories)
                .where(stories.c.guild == guild, stories.c.id == id, stories.c.thread.is_(None))
                .values(thread=thread)
            )
            return _find(connection, guild, id)

        return await self._database.write(act)

    async def unplaced(self, guild: GuildId, id: StoryNumber) -> None:
        """Its thread is gone."""

        def act(connection: Connection) -> None:
            connection.execute(
                update(stories)
                .where(stories.c.guild == guild, stories.c.id == id)
                .values(thread=None, panel=None)
            )

        await self._database.write(act)

    async def shown(self, guild: GuildId, id: StoryNumber, panel: MessageId | None, version: int) -> None:
        """Remember the panel, and that it shows the story up to an event."""

        def act(connection: Connection) -> None:
            connection.execute(
                update(stories)
                .where(stories.c.guild == guild, stories.c.id == id)
                .values(panel=panel, stale=stories.c.version > version)
            )

        await self._database.write(act)

    async def stale(self) -> Sequence[StoryRow]:
        """Stories whose panel shows less than there is, in every guild."""

        def act(connection: Connection) -> list[StoryRow]:
            query = select(stories).where(stories.c.stale == literal_column("1"))
            return [_row(row) for row in connection.execute(query)]

        return await self._database.read(act)

    async def happened(self, guild: GuildId, key: str) -> bool:
        """Whether an event of that key happened in the guild."""
        return await self._database.read(lambda connection: _before(connection, guild, key)) is not None
