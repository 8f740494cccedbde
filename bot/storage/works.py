"""Works, takes and the messages that show them, in the database."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.attribution.model import Contribution, Draft
from bot.errors import AlreadyDone, Gone
from bot.ids import ChannelId, GuildId, MemberId, MessageId, Place, WorkId
from bot.storage import ledger, usage
from bot.storage.database import Database
from bot.storage.tables import cards, suggestions, takes, works
from bot.works import NewTake, Shown, Spent, Suggestion, Take, Wish, Work, WorkState


def work_from(row: Row[Any]) -> Work:
    """A row as a work."""
    return Work(
        id=WorkId(row.id),
        guild=GuildId(row.guild),
        author=MemberId(row.author),
        place=Place(
            guild=GuildId(row.guild),
            channel=ChannelId(row.channel),
            category=ChannelId(row.category) if row.category else None,
            thread=ChannelId(row.thread) if row.thread else None,
            age_restricted=bool(row.age_restricted),
        ),
        wish=Wish(**json.loads(row.wish)),
        state=WorkState(row.state),
        take=row.take,
        created=datetime.fromisoformat(row.created),
        title=row.title,
        licence=row.licence,
        source=WorkId(row.source) if row.source else None,
    )


def take_from(row: Row[Any]) -> Take:
    """A row as a take."""
    return Take(
        work=WorkId(row.work),
        number=row.number,
        text=row.text,
        member=MemberId(row.member),
        at=datetime.fromisoformat(row.at),
        model=ledger.model_from(row),
        spans=ledger.spans_from(row.spans),
        parent=row.parent,
        contribution=row.contribution,
        ending=row.ending,
        instruction=row.instruction,
        seed=row.seed,
        report=row.report,
    )


def _shown_from(row: Row[Any]) -> Shown:
    return Shown(
        guild=GuildId(row.guild),
        work=WorkId(row.work),
        channel=ChannelId(row.channel),
        message=MessageId(row.message),
        kind=row.kind,
        take=row.take,
    )


def _suggestion_from(row: Row[Any]) -> Suggestion:
    return Suggestion(
        id=row.id,
        guild=GuildId(row.guild),
        work=WorkId(row.work),
        owner=MemberId(row.owner),
        by=MemberId(row.by),
        instruction=row.instruction,
        state=row.state,
        take=row.take,
    )


async def _work_row(
    connection: AsyncConnection, guild: GuildId, id: WorkId, *, deleted: bool = False
) -> Row[Any]:
    query = select(works).where(works.c.guild == guild, works.c.id == id)
    row = (await connection.execute(query)).one_or_none()
    if row is None or (row.state == WorkState.DELETED and not deleted):
        raise Gone()
    return row


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
        """Make a work in state WRITING."""

        async def act(connection: AsyncConnection) -> Work:
            query = select(works).where(works.c.guild == place.guild, works.c.key == key)
            if (there := (await connection.execute(query)).one_or_none()) is not None:
                return work_from(there)
            await connection.execute(
                insert(works).values(
                    guild=place.guild,
                    author=author,
                    channel=place.channel,
                    category=place.category,
                    thread=place.thread,
                    age_restricted=place.age_restricted,
                    wish=json.dumps(asdict(wish), ensure_ascii=False),
                    state=WorkState.WRITING.value,
                    take=0,
                    created=self._clock().isoformat(timespec="microseconds"),
                    title=title,
                    licence="",
                    source=source,
                    key=key,
                )
            )
            return work_from((await connection.execute(query)).one())

        return await self._database.write(act)

    async def work(self, guild: GuildId, id: WorkId) -> Work:
        """One work, unless deleted."""

        async def act(connection: AsyncConnection) -> Work:
            return work_from(await _work_row(connection, guild, id))

        return await self._database.read(act)

    async def deleted(self, guild: GuildId, id: WorkId) -> Work | None:
        """A deleted work."""

        async def act(connection: AsyncConnection) -> Work | None:
            row = await _work_row(connection, guild, id, deleted=True)
            return work_from(row) if row.state == WorkState.DELETED else None

        return await self._database.read(act)

    async def take(self, guild: GuildId, id: WorkId, number: int) -> Take:
        """One take of a work."""

        async def act(connection: AsyncConnection) -> Take:
            await _work_row(connection, guild, id)
            query = select(takes).where(takes.c.guild == guild, takes.c.work == id, takes.c.number == number)
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                raise Gone()
            return take_from(row)

        return await self._database.read(act)

    async def takes(self, guild: GuildId, id: WorkId) -> Sequence[Take]:
        """All takes of a work, oldest first."""

        async def act(connection: AsyncConnection) -> list[Take]:
            await _work_row(connection, guild, id)
            query = select(takes).where(takes.c.guild == guild, takes.c.work == id).order_by(takes.c.number)
            return [take_from(row) for row in await connection.execute(query)]

        return await self._database.read(act)

    async def add_take(
        self, guild: GuildId, id: WorkId, new: NewTake, *, spent: Spent | None = None
    ) -> tuple[Take, Contribution]:
        """Take, contribution, settled quota and state, in one transaction."""
        draft = new.draft

        async def act(connection: AsyncConnection) -> tuple[Take, Contribution]:
            added = await ledger.append(connection, draft)
            query = select(takes).where(takes.c.guild == guild, takes.c.key == draft.key)
            if (there := (await connection.execute(query)).one_or_none()) is None:
                row = await _work_row(connection, guild, id)
                last = await connection.execute(
                    select(func.coalesce(func.max(takes.c.number), 0)).where(
                        takes.c.guild == guild, takes.c.work == id
                    )
                )
                number = last.scalar_one() + 1
                await connection.execute(
                    insert(takes).values(
                        guild=guild,
                        work=id,
                        number=number,
                        text=draft.text,
                        member=draft.member,
                        at=draft.at.isoformat(timespec="microseconds"),
                        provider=draft.model.provider if draft.model else "",
                        model=draft.model.id if draft.model else "",
                        revision=draft.model.revision if draft.model else "",
                        spans=ledger.spans_text(draft.spans),
                        parent=new.parent,
                        contribution=added.number,
                        ending=new.ending,
                        instruction=new.instruction,
                        seed=new.seed,
                        report=new.report,
                        key=draft.key,
                        delivered=False,
                    )
                )
                state = WorkState.OPEN if row.state == WorkState.WRITING else WorkState(row.state)
                await connection.execute(
                    update(works)
                    .where(works.c.guild == guild, works.c.id == id)
                    .values(take=number if new.choose else row.take, state=state.value)
                )
                there = (await connection.execute(query)).one()
            if spent is not None:
                await usage.settle(connection, guild, spent.reservation, spent.tokens)
            return take_from(there), added

        return await self._database.write(act)

    async def choose(self, guild: GuildId, id: WorkId, number: int, draft: Draft | None = None) -> Work:
        """Make a take the one that stands."""

        async def act(connection: AsyncConnection) -> Work:
            row = await _work_row(connection, guild, id)
            found = await connection.execute(
                select(takes.c.number).where(
                    takes.c.guild == guild, takes.c.work == id, takes.c.number == number
                )
            )
            if found.one_or_none() is None:
                raise Gone()
            if row.take != number:
                if draft is not None:
                    await ledger.append(connection, draft)
                await connection.execute(
                    update(works).where(works.c.guild == guild, works.c.id == id).values(take=number)
                )
            return work_from(await _work_row(connection, guild, id))

        return await self._database.write(act)

    async def set_state(
        self, guild: GuildId, id: WorkId, state: WorkState, draft: Draft | None = None
    ) -> Work:
        """Publish, delete or reopen."""

        async def act(connection: AsyncConnection) -> Work:
            await _work_row(connection, guild, id, deleted=True)
            if draft is not None:
                await ledger.append(connection, draft)
            await connection.execute(
                update(works).where(works.c.guild == guild, works.c.id == id).values(state=state.value)
            )
            return work_from(await _work_row(connection, guild, id, deleted=True))

        return await self._database.write(act)

    async def set_licence(self, guild: GuildId, id: WorkId, licence: str, title: str) -> Work:
        """Set licence and title."""

        async def act(connection: AsyncConnection) -> Work:
            await connection.execute(
                update(works)
                .where(works.c.guild == guild, works.c.id == id)
                .values(licence=licence, title=title)
            )
            return work_from(await _work_row(connection, guild, id))

        return await self._database.write(act)

    async def delivered(self, guild: GuildId, id: WorkId, number: int) -> None:
        """Note that a take has been shown."""

        async def act(connection: AsyncConnection) -> None:
            await connection.execute(
                update(takes)
                .where(takes.c.guild == guild, takes.c.work == id, takes.c.number == number)
                .values(delivered=True)
            )

        await self._database.write(act)

    async def undelivered(self) -> Sequence[tuple[Work, Take]]:
        """Takes recorded and never shown, in every guild."""

        async def act(connection: AsyncConnection) -> list[tuple[Work, Take]]:
            found: list[tuple[Work, Take]] = []
            for row in await connection.execute(select(takes).where(takes.c.delivered == False)):  # noqa: E712
                owner = await _work_row(connection, GuildId(row.guild), WorkId(row.work), deleted=True)
                if owner.state != WorkState.DELETED:
                    found.append((work_from(owner), take_from(row)))
            return found

        return await self._database.read(act)

    async def interrupted(self) -> Sequence[Work]:
        """Works still being written, in every guild."""

        async def act(connection: AsyncConnection) -> list[Work]:
            query = select(works).where(works.c.state == WorkState.WRITING.value)
            return [work_from(row) for row in await connection.execute(query)]

        return await self._database.read(act)

    async def recent(self, guild: GuildId, author: MemberId, *, limit: int = 25) -> Sequence[Work]:
        """A member's newest works."""

        async def act(connection: AsyncConnection) -> list[Work]:
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
            return [work_from(row) for row in await connection.execute(query)]

        return await self._database.read(act)

    async def show(self, shown: Shown) -> None:
        """Remember the message that shows a work."""

        async def act(connection: AsyncConnection) -> None:
            where = (cards.c.guild == shown.guild, cards.c.message == shown.message)
            values = {"work": shown.work, "channel": shown.channel, "kind": shown.kind, "take": shown.take}
            changed = await connection.execute(update(cards).where(*where).values(**values))
            if not changed.rowcount:
                await connection.execute(
                    insert(cards).values(guild=shown.guild, message=shown.message, **values)
                )

        await self._database.write(act)

    async def shown(self, guild: GuildId, message: MessageId) -> Shown | None:
        """Which work a message shows."""

        async def act(connection: AsyncConnection) -> Shown | None:
            query = select(cards).where(cards.c.guild == guild, cards.c.message == message)
            row = (await connection.execute(query)).one_or_none()
            return _shown_from(row) if row is not None else None

        return await self._database.read(act)

    async def cards(self, guild: GuildId, id: WorkId) -> Sequence[Shown]:
        """Every message that shows a work."""

        async def act(connection: AsyncConnection) -> list[Shown]:
            query = select(cards).where(cards.c.guild == guild, cards.c.work == id)
            return [_shown_from(row) for row in await connection.execute(query)]

        return await self._database.read(act)

    async def suggest(
        self, guild: GuildId, id: WorkId, owner: MemberId, by: MemberId, instruction: str, *, key: str
    ) -> Suggestion:
        """Store a suggestion, open."""

        async def act(connection: AsyncConnection) -> Suggestion:
            query = select(suggestions).where(suggestions.c.guild == guild, suggestions.c.key == key)
            if (there := (await connection.execute(query)).one_or_none()) is None:
                await connection.execute(
                    insert(suggestions).values(
                        guild=guild,
                        work=id,
                        owner=owner,
                        by=by,
                        instruction=instruction,
                        state="open",
                        take=0,
                        key=key,
                    )
                )
                there = (await connection.execute(query)).one()
            return _suggestion_from(there)

        return await self._database.write(act)

    async def suggestion(self, guild: GuildId, id: int) -> Suggestion:
        """One suggestion."""

        async def act(connection: AsyncConnection) -> Suggestion:
            query = select(suggestions).where(suggestions.c.guild == guild, suggestions.c.id == id)
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                raise Gone()
            return _suggestion_from(row)

        return await self._database.read(act)

    async def decide(self, guild: GuildId, id: int, state: str, *, take: int = 0) -> Suggestion:
        """Accept, decline or withdraw an open suggestion."""

        async def act(connection: AsyncConnection) -> Suggestion:
            where = (suggestions.c.guild == guild, suggestions.c.id == id)
            changed = await connection.execute(
                update(suggestions)
                .where(*where, suggestions.c.state == "open")
                .values(state=state, take=take)
            )
            if not changed.rowcount:
                raise AlreadyDone()
            return _suggestion_from((await connection.execute(select(suggestions).where(*where))).one())

        return await self._database.write(act)
