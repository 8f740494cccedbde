"""A member's own data: collected, and erased so that the chains still verify.

Erasing empties the texts that the member contributed, covers what their own
hand wrote inside texts of others, drops their settings and replaces their id by
0.  Salts of their contributions are dropped too, so that no digest can be used
to guess what was there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.attribution.model import Span
from bot.ids import GuildId, MemberId
from bot.storage.database import Database
from bot.storage.ledger import spans_from, spans_text
from bot.storage.tables import changes, contributions, members, reservations, suggestions, takes, works

COVER = "▇"
"""Stands for each erased character inside a text that others wrote too."""


def cover(text: str, spans: Sequence[Span], member: MemberId) -> str:
    """The text with what a member's own hand wrote covered, space left."""
    letters = list(text)
    for span in spans:
        if span.member == member and span.model is None:
            for at in range(span.start, min(span.end, len(letters))):
                if not letters[at].isspace():
                    letters[at] = COVER
    return "".join(letters)


def _nobody(spans: Sequence[Span], member: MemberId) -> tuple[Span, ...]:
    return tuple(
        Span(span.start, span.end, MemberId(0), span.model) if span.member == member else span
        for span in spans
    )


class SqlPrivacy:
    """:class:`bot.services.ports.PrivacyStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def export(self, member: MemberId, guild: GuildId | None = None) -> Mapping[str, Any]:
        """Everything stored of a member, table by table."""

        async def act(connection: AsyncConnection) -> dict[str, Any]:
            async def rows(table: Table, *where: Any) -> list[dict[str, Any]]:
                query = select(table).where(*where, *_within(table, guild))
                return [dict(row._mapping) for row in await connection.execute(query)]  # pyright: ignore[reportPrivateUsage]

            return {
                "member": int(member),
                "settings": await rows(members, members.c.id == member),
                "works": await rows(works, works.c.author == member),
                "takes": await rows(takes, takes.c.member == member),
                "contributions": await rows(contributions, contributions.c.member == member),
                "requests": await rows(reservations, reservations.c.member == member),
                "suggestions": await rows(
                    suggestions, (suggestions.c.by == member) | (suggestions.c.owner == member)
                ),
                "changes": await rows(changes, changes.c.by == member),
            }

        return await self._database.read(act)

    async def forget(self, member: MemberId, guild: GuildId | None = None) -> int:
        """Erase a member, in one guild or everywhere, in one transaction."""

        async def act(connection: AsyncConnection) -> int:
            erased = await _erase_texts(connection, takes, member, guild)
            await _erase_texts(connection, contributions, member, guild)
            await connection.execute(
                update(contributions)
                .where(contributions.c.member == member, *_within(contributions, guild))
                .values(member=0, text="", salt="", erased=True)
            )
            await connection.execute(
                update(takes)
                .where(takes.c.member == member, *_within(takes, guild))
                .values(member=0, instruction="")
            )
            query = select(works.c.guild, works.c.id, works.c.wish).where(
                works.c.author == member, *_within(works, guild)
            )
            for row in (await connection.execute(query)).all():
                wish = json.loads(row.wish) | {"topic": "", "opening": "", "options": {}}
                await connection.execute(
                    update(works)
                    .where(works.c.guild == row.guild, works.c.id == row.id)
                    .values(author=0, title="", wish=json.dumps(wish))
                )
            await connection.execute(delete(members).where(members.c.id == member, *_within(members, guild)))
            for column in (suggestions.c.by, suggestions.c.owner):
                await connection.execute(
                    update(suggestions)
                    .where(column == member, *_within(suggestions, guild))
                    .values({column.name: 0, "instruction": ""})
                )
            await connection.execute(
                update(reservations)
                .where(reservations.c.member == member, *_within(reservations, guild))
                .values(member=0)
            )
            await connection.execute(
                update(changes).where(changes.c.by == member, *_within(changes, guild)).values(by=0)
            )
            return erased

        return await self._database.write(act)


async def _erase_texts(
    connection: AsyncConnection, table: Table, member: MemberId, guild: GuildId | None
) -> int:
    """Empty the member's texts in a table, and cover their words in the texts of others."""
    mentions = table.c.spans.like(f"%, {int(member)}%")
    query = select(table).where((table.c.member == member) | mentions, *_within(table, guild))
    erased = 0
    for row in (await connection.execute(query)).all():
        spans = spans_from(row.spans)
        own = row.member == member
        text = "" if own else cover(row.text, spans, member)
        values: dict[str, Any] = {"spans": spans_text(_nobody(spans, member))}
        if text != row.text:
            erased += 1
            values["text"] = text
            if table is contributions:
                # Its digest of the text can no longer be checked, and must not be guessed from.
                values |= {"text": "", "salt": "", "erased": True}
        key = [column == row._mapping[column.name] for column in table.primary_key]  # pyright: ignore[reportPrivateUsage]
        await connection.execute(update(table).where(*key).values(**values))
    return erased


def _within(table: Table, guild: GuildId | None) -> tuple[Any, ...]:
    return () if guild is None else (table.c.guild == guild,)
