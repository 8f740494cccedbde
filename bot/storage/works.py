"""Works, in the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, literal_column, select, update

from bot.attribution.model import Act, Contribution, Draft
from bot.errors import AlreadyDone, Gone
from bot.ids import ChannelId, GuildId, MemberId, MessageId, Place, WorkId
from bot.moderation.records import Entry
from bot.storage import cards, ledger, moderation_log, publishing, takes
from bot.storage.database import Database
from bot.storage.rows import next_id, wish_text, work_from, written
from bot.storage.tables import works
from bot.works import REVISION, Logged, NewTake, Shown, Spent, Suggestion, Take, Wish, Work, WorkState


def _find(connection: Connection, guild: GuildId, id: WorkId, *, deleted: bool = False) -> Work:
    query = select(works).where(works.c.guild == guild, works.c.id == id)
    row = connection.execute(query).one_or_none()
    if row is None or (row.state == WorkState.DELETED and not deleted):
        raise Gone()
    return work_from(row)


def _set(connection: Connection, guild: GuildId, id: WorkId, **values: object) -> Work:
    connection.execute(update(works).where(works.c.guild == guild, works.c.id == id).values(**values))
    return _find(connection, guild, id, deleted=True)


class SqlWorks:
    """:class:`bot.works.WorkStore` over a database."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def open(
        self,
        place: Place,
        author: MemberId,
        wish: Wish,
        *,
        key: str,
        title: str = "",
        source: WorkId | None = None,
    ) -> Work:
        """Make a work in state WRITING; Gone if its source is not in that guild."""

        def act(connection: Connection) -> Work:
            query = select(works).where(works.c.guild == place.guild, works.c.key == key)
            if (there := connection.execute(query).one_or_none()) is not None:
                return work_from(there)
            if source is not None:
                _find(connection, place.guild, source)
            newest = connection.execute(select(func.max(works.c.id)).where(works.c.guild == place.guild))
            connection.execute(
                insert(works).values(
                    guild=place.guild,
                    id=next_id(place.guild, newest.scalar()),
                    author=author,
                    channel=place.channel,
                    category=place.category,
                    thread=place.thread,
                    age_restricted=place.age_restricted,
                    wish=wish_text(wish),
                    state=WorkState.WRITING.value,
                    take=0,
                    created=written(self._clock()),
                    title=title,
                    licence="",
                    source=source,
                    key=key,
                )
            )
            return work_from(connection.execute(query).one())

        return await self._database.write(act)

    async def work(self, guild: GuildId, id: WorkId) -> Work:
        """One work, unless deleted."""
        return await self._database.read(lambda connection: _find(connection, guild, id))

    async def deleted(self, guild: GuildId, id: WorkId) -> Work | None:
        """A deleted work; None if it never was in that guild, or is there."""

        def act(connection: Connection) -> Work | None:
            try:
                found = _find(connection, guild, id, deleted=True)
            except Gone:
                return None
            return found if found.state is WorkState.DELETED else None

        return await self._database.read(act)

    async def take(self, guild: GuildId, id: WorkId, number: int) -> Take:
        """One take of a work."""

        def act(connection: Connection) -> Take:
            _find(connection, guild, id)
            return takes.one(connection, guild, id, number)

        return await self._database.read(act)

    async def takes(self, guild: GuildId, id: WorkId) -> Sequence[Take]:
        """All takes of a work, oldest first."""

        def act(connection: Connection) -> list[Take]:
            _find(connection, guild, id)
            return takes.of_work(connection, guild, id)

        return await self._database.read(act)

    async def add_take(
        self, guild: GuildId, id: WorkId, new: NewTake, *, spent: Spent | None = None
    ) -> tuple[Take, Contribution]:
        """Take, contribution, settled quota and state, in one transaction."""
        return await self._database.write(lambda connection: takes.add(connection, guild, id, new, spent))

    async def choose(self, guild: GuildId, id: WorkId, number: int, draft: Draft | None = None) -> Work:
        """Make a take the one that stands; the draft is appended only if it did not yet."""

        def act(connection: Connection) -> Work:
            found = _find(connection, guild, id)
            takes.one(connection, guild, id, number)
            if found.take == number or publishing.done(connection, draft):
                return found
            if draft is not None:
                ledger.append(connection, draft)
            return _set(connection, guild, id, take=number)

        return await self._database.write(act)

    async def set_state(
        self, guild: GuildId, id: WorkId, state: WorkState, draft: Draft | None = None
    ) -> Work:
        """Delete or reopen; what is deleted leaves the gallery.

        Only a draft of a restoration brings a deleted work back.

        Raises:
            AlreadyDone: it is to be restored and was not deleted.
        """
        now = self._clock()

        def act(connection: Connection) -> Work:
            if publishing.done(connection, draft):
                return _find(connection, guild, id, deleted=True)
            restores = draft is not None and draft.act is Act.RESTORED
            found = _find(connection, guild, id, deleted=restores)
            if restores and found.state is not WorkState.DELETED:
                raise AlreadyDone()
            if draft is not None:
                ledger.append(connection, draft)
            if state is WorkState.DELETED:
                publishing.withdrawn(connection, guild, id, draft.key if draft is not None else "gone", now)
            return _set(connection, guild, id, state=state.value)

        return await self._database.write(act)

    async def unpublish(
        self, guild: GuildId, id: WorkId, draft: Draft, *, logged: Logged | None = None
    ) -> Work:
        """Out of the gallery; logged and told to its author where a moderator did it."""
        now = self._clock()

        def act(connection: Connection) -> Work:
            found = _find(connection, guild, id)
            if publishing.done(connection, draft):
                return found
            if found.state is not WorkState.PUBLISHED:
                raise AlreadyDone("refused.not_published")
            ledger.append(connection, draft)
            publishing.withdrawn(connection, guild, id, draft.key, now)
            if logged is not None:
                moderation_log.append(connection, guild, _entry(logged, id, now))
                publishing.told(connection, guild, id, found.place.spot, draft.key, now)
            return _set(connection, guild, id, state=WorkState.OPEN.value)

        return await self._database.write(act)

    async def bring_back(
        self, guild: GuildId, id: WorkId, draft: Draft, *, channel: ChannelId, logged: Logged | None = None
    ) -> Work:
        """What it was before it was last taken away."""
        now = self._clock()

        def act(connection: Connection) -> Work:
            found = _find(connection, guild, id, deleted=True)
            if publishing.done(connection, draft):
                return found
            state, take = publishing.before(connection, guild, id)
            ledger.append(connection, draft)
            if logged is not None:
                moderation_log.append(connection, guild, _entry(logged, id, now))
            if state is WorkState.PUBLISHED:
                publishing.posted(connection, guild, id, take, channel, draft.key, now)
            return _set(connection, guild, id, state=state.value)

        return await self._database.write(act)

    async def gone(self, guild: GuildId, message: MessageId) -> None:
        """A message that showed a work is no more."""
        await self._database.write(lambda connection: publishing.forget_post(connection, guild, message))

    async def set_licence(self, guild: GuildId, id: WorkId, licence: str, title: str) -> Work:
        """Set licence and title."""

        def act(connection: Connection) -> Work:
            _find(connection, guild, id)
            return _set(connection, guild, id, licence=licence, title=title)

        return await self._database.write(act)

    async def publish(
        self,
        guild: GuildId,
        id: WorkId,
        number: int,
        draft: Draft,
        *,
        title: str,
        licence: str,
        channel: ChannelId,
        key: str,
    ) -> Work:
        """Everything that publishing is, and its message in the outbox, in one transaction."""
        now = self._clock()

        def act(connection: Connection) -> Work:
            found = _find(connection, guild, id)
            takes.one(connection, guild, id, number)
            if publishing.done(connection, draft):
                return found
            ledger.append(connection, draft)
            publishing.posted(connection, guild, id, number, channel, key, now)
            state = WorkState.PUBLISHED.value
            return _set(connection, guild, id, state=state, take=number, title=title, licence=licence)

        return await self._database.write(act)

    async def delivered(self, guild: GuildId, id: WorkId, number: int) -> None:
        """Note that a take has been shown."""
        await self._database.write(lambda connection: takes.set_delivered(connection, guild, id, number))

    async def undelivered(self) -> Sequence[tuple[Work, Take]]:
        """Takes recorded and never shown, in every guild."""

        def act(connection: Connection) -> list[tuple[Work, Take]]:
            found: list[tuple[Work, Take]] = []
            for row in takes.undelivered(connection):
                owner = _find(connection, GuildId(row.guild), WorkId(row.work), deleted=True)
                if owner.state is not WorkState.DELETED:
                    found.append((owner, takes.whole(connection, row)))
            return found

        return await self._database.read(act)

    async def unfinished(self) -> Sequence[tuple[Work, Shown]]:
        """Cards of works that are there, on which a take was being written, in every guild."""

        def act(connection: Connection) -> list[tuple[Work, Shown]]:
            found = [
                (_find(connection, card.guild, card.work, deleted=True), card)
                for card in cards.unfinished(connection)
            ]
            others = (WorkState.DELETED, WorkState.WRITING)  # gone, and those that interrupted() finds
            return [(work, card) for work, card in found if work.state not in others]

        return await self._database.read(act)

    async def interrupted(self) -> Sequence[Work]:
        """Works still being written, in every guild."""

        def act(connection: Connection) -> list[Work]:
            # Written out, since SQLite takes a partial index only for a literal.
            query = select(works).where(works.c.state == literal_column("'writing'"))
            return [work_from(row) for row in connection.execute(query)]

        return await self._database.read(act)

    async def recent(self, guild: GuildId, author: MemberId, *, limit: int = 25) -> Sequence[Work]:
        """A member's newest works."""

        def act(connection: Connection) -> list[Work]:
            query = (
                select(works)
                .where(
                    works.c.guild == guild,
                    works.c.author == author,
                    works.c.state != WorkState.DELETED.value,
                )
                .order_by(works.c.id.desc())
                .limit(limit)
            )
            return [work_from(row) for row in connection.execute(query)]

        return await self._database.read(act)

    async def show(self, shown: Shown) -> None:
        """Remember the message that shows a work; Gone if that guild has no such work."""

        def act(connection: Connection) -> None:
            _find(connection, shown.guild, shown.work, deleted=True)
            cards.show(connection, shown)

        await self._database.write(act)

    async def shown(self, guild: GuildId, message: MessageId) -> Shown | None:
        """Which work a message shows."""
        return await self._database.read(lambda connection: cards.shown(connection, guild, message))

    async def cards(self, guild: GuildId, id: WorkId) -> Sequence[Shown]:
        """Every message that shows a work."""
        return await self._database.read(lambda connection: cards.of_work(connection, guild, id))

    async def suggest(
        self,
        guild: GuildId,
        id: WorkId,
        owner: MemberId,
        by: MemberId,
        instruction: str,
        *,
        key: str,
        kind: str = REVISION,
        licence: str = "",
        take: int = 0,
    ) -> Suggestion:
        """Store a suggestion, open."""
        said = {"kind": kind, "instruction": instruction, "licence": licence, "take": take}
        now = self._clock()

        def act(connection: Connection) -> Suggestion:
            _find(connection, guild, id)
            return cards.suggest(connection, guild, id, owner, by, said, key, now)

        return await self._database.write(act)

    async def suggested(self, guild: GuildId, id: WorkId, kind: str) -> Sequence[Suggestion]:
        """What was suggested for a work, of one kind, the oldest first."""
        return await self._database.read(lambda connection: cards.suggested(connection, guild, id, kind))

    async def asked_at(self, guild: GuildId, id: int, channel: ChannelId, message: MessageId) -> None:
        """Remember where the question stands."""
        await self._database.write(lambda connection: cards.asked_at(connection, guild, id, channel, message))

    async def unanswered(self, kind: str, before: datetime) -> Sequence[Suggestion]:
        """Open suggestions of a kind that are older than that, in every guild."""
        return await self._database.read(lambda connection: cards.unanswered(connection, kind, before))

    async def reopen(self, guild: GuildId, id: int, state: str) -> Suggestion:
        """Take an answer back."""
        return await self._database.write(
            lambda connection: cards.decide(connection, guild, id, "open", None, was=state)
        )

    async def suggestion(self, guild: GuildId, id: int) -> Suggestion:
        """One suggestion."""
        return await self._database.read(lambda connection: cards.suggestion(connection, guild, id))

    async def decide(self, guild: GuildId, id: int, state: str, *, take: int = 0) -> Suggestion:
        """Accept, decline or withdraw an open suggestion."""
        return await self._database.write(lambda connection: cards.decide(connection, guild, id, state, take))


def _entry(logged: Logged, id: WorkId, at: datetime) -> Entry:
    return Entry(
        at=at,
        act=logged.act,
        actor=logged.by,
        member=logged.member,
        rule=f"#{id}",
        after=logged.reason,
    )
