"""The chains of contributions, in the database."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from bot.attribution.chain import GENESIS, Head, Verifier, link, new_salt
from bot.attribution.model import BrokenLink, Contribution, Draft
from bot.ids import GuildId, WorkId
from bot.storage.database import Database
from bot.storage.rows import contribution_from, contribution_values, put
from bot.storage.tables import chains, contributions, hands

_PAGE = 500
"""Links read at once when a chain is checked."""


def by_key(connection: Connection, guild: GuildId, key: str) -> Contribution | None:
    """The contribution that was made under a key."""
    query = select(contributions).where(contributions.c.guild == guild, contributions.c.key == key)
    row = connection.execute(query).one_or_none()
    return contribution_from(row) if row is not None else None


def head(connection: Connection, guild: GuildId) -> Head | None:
    """The newest link of a chain; None while there is no chain."""
    query = select(chains.c.number, chains.c.digest).where(chains.c.guild == guild)
    row = connection.execute(query).one_or_none()
    return Head(row.number, row.digest) if row is not None else None


def append(connection: Connection, draft: Draft) -> Contribution:
    """Add a link inside a transaction; the same key again gives the link that is there."""
    if (there := by_key(connection, draft.guild, draft.key)) is not None:
        return there
    added = link(head(connection, draft.guild), draft, new_salt())
    guild = added.draft.guild
    connection.execute(insert(contributions).values(**contribution_values(added)))
    put(connection, chains, {"guild": guild, "number": added.number, "digest": added.digest})
    for member in {added.draft.member, *(span.member for span in added.draft.spans)} - {0}:
        connection.execute(insert(hands).values(guild=guild, member=member, contribution=added.number))
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

        def act(connection: Connection) -> list[Contribution]:
            query = (
                select(contributions)
                .where(contributions.c.guild == guild, contributions.c.work == work)
                .order_by(contributions.c.number)
            )
            return [contribution_from(row) for row in connection.execute(query)]

        return await self._database.read(act)

    async def verify(self, guild: GuildId) -> BrokenLink | None:
        """Check a whole chain, page by page, so that no long read stands in the way of writing."""
        verifier = Verifier()
        after = 0

        def act(connection: Connection) -> tuple[list[Contribution], Head | None]:
            query = (
                select(contributions)
                .where(contributions.c.guild == guild, contributions.c.number > after)
                .order_by(contributions.c.number)
                .limit(_PAGE)
            )
            return [contribution_from(row) for row in connection.execute(query)], head(connection, guild)

        while True:
            links, newest = await self._database.read(act)
            for found in links:
                if broken := verifier.feed(found):
                    return broken
                after = found.number
            if len(links) < _PAGE:
                return verifier.finish(newest or Head(0, GENESIS))

    async def head(self, guild: GuildId) -> Head | None:
        """The newest link of a chain; None while there is no chain."""
        return await self._database.read(lambda connection: head(connection, guild))

    async def digest_at(self, guild: GuildId, number: int) -> str | None:
        """The digest of a link; None if there is none of that number."""
        query = select(contributions.c.digest).where(
            contributions.c.guild == guild, contributions.c.number == number
        )
        return await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())

    async def guilds(self) -> Sequence[GuildId]:
        """Every space that has a chain."""

        def act(connection: Connection) -> list[GuildId]:
            query = select(chains.c.guild).order_by(chains.c.guild)
            return [GuildId(guild) for guild in connection.execute(query).scalars()]

        return await self._database.read(act)
