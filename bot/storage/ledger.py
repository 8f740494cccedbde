"""The chains of contributions, in the database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.attribution.chain import first_broken, link, new_salt
from bot.attribution.model import Act, BrokenLink, Contribution, Draft, ModelAuthor, Span
from bot.ids import GuildId, MemberId, WorkId
from bot.storage.database import Database
from bot.storage.tables import contributions as table


def spans_text(spans: Sequence[Span]) -> str:
    """Spans as JSON: [start, end, member] or [start, end, member, provider, id, revision]."""
    return json.dumps(
        [
            [span.start, span.end, span.member]
            + ([span.model.provider, span.model.id, span.model.revision] if span.model else [])
            for span in spans
        ]
    )


def spans_from(text: str) -> tuple[Span, ...]:
    """The reverse of :func:`spans_text`."""
    return tuple(
        Span(start, end, MemberId(member), ModelAuthor(*model) if model else None)
        for start, end, member, *model in json.loads(text)
    )


def model_from(row: Row[Any]) -> ModelAuthor | None:
    """The model of a row with provider, model and revision."""
    return ModelAuthor(row.provider, row.model, row.revision) if row.provider else None


def contribution_from(row: Row[Any]) -> Contribution:
    """A row as a contribution."""
    return Contribution(
        number=row.number,
        draft=Draft(
            guild=GuildId(row.guild),
            work=WorkId(row.work),
            member=MemberId(row.member),
            act=Act(row.act),
            at=datetime.fromisoformat(row.at),
            key=row.key,
            model=model_from(row),
            parent=row.parent,
            prompt=row.prompt,
            sampling=json.loads(row.sampling),
            text=row.text,
            spans=spans_from(row.spans),
        ),
        text_digest=row.text_digest,
        member_digest=row.member_digest,
        previous=row.previous,
        digest=row.digest,
        salt=row.salt,
        erased=row.erased,
    )


async def append(connection: AsyncConnection, draft: Draft) -> Contribution:
    """Add a link inside a transaction; the same key again gives the link that is there."""
    there = await connection.execute(
        select(table).where(table.c.guild == draft.guild, table.c.key == draft.key)
    )
    if (row := there.one_or_none()) is not None:
        return contribution_from(row)
    newest = (
        await connection.execute(
            select(table).where(table.c.guild == draft.guild).order_by(table.c.number.desc()).limit(1)
        )
    ).one_or_none()
    added = link(contribution_from(newest) if newest is not None else None, draft, new_salt())
    await connection.execute(
        insert(table).values(
            guild=draft.guild,
            number=added.number,
            work=draft.work,
            member=draft.member,
            act=draft.act.value,
            at=draft.at.isoformat(timespec="microseconds"),
            key=draft.key,
            provider=draft.model.provider if draft.model else "",
            model=draft.model.id if draft.model else "",
            revision=draft.model.revision if draft.model else "",
            parent=draft.parent,
            prompt=draft.prompt,
            sampling=json.dumps(dict(draft.sampling)),
            text=draft.text,
            spans=spans_text(draft.spans),
            text_digest=added.text_digest,
            member_digest=added.member_digest,
            previous=added.previous,
            digest=added.digest,
            salt=added.salt,
            erased=False,
        )
    )
    return added


class SqlLedger:
    """:class:`bot.attribution.model.Ledger` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, draft: Draft) -> Contribution:
        """Add a link in a transaction of its own."""
        return await self._database.write(lambda connection: append(connection, draft))

    async def history(self, guild: GuildId, work: WorkId) -> Sequence[Contribution]:
        """All contributions to a work, oldest first."""
        query = select(table).where(table.c.guild == guild, table.c.work == work).order_by(table.c.number)
        return await self._all(query)

    async def verify(self, guild: GuildId) -> BrokenLink | None:
        """Check a whole chain.

        A link cut off at the end leaves a chain that holds; that is found by the
        takes, each of which names its link.
        """
        return first_broken(
            await self._all(select(table).where(table.c.guild == guild).order_by(table.c.number))
        )

    async def guilds(self) -> Sequence[GuildId]:
        """Every space that has a chain."""

        async def work(connection: AsyncConnection) -> list[GuildId]:
            rows = await connection.execute(select(table.c.guild).distinct().order_by(table.c.guild))
            return [GuildId(guild) for guild in rows.scalars()]

        return await self._database.read(work)

    async def _all(self, query: Any) -> list[Contribution]:
        async def work(connection: AsyncConnection) -> list[Contribution]:
            return [contribution_from(row) for row in await connection.execute(query)]

        return await self._database.read(work)
