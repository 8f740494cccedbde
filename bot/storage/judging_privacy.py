"""A member's votes, told to them and forgotten; and the ink of words that are gone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, select, update

from bot.ids import GuildId, MemberId
from bot.storage.tables import ballots, inks, polls, takes

NAMED = (polls.c.opener, ballots.c.member)
"""Every column that names a member."""

NOBODY = 0


def everything(connection: Connection, guild: GuildId, member: MemberId) -> dict[str, Any]:
    """All that is stored of a member in one space, by what it is."""
    cast = select(ballots.c.poll, ballots.c.option).where(
        ballots.c.guild == guild, ballots.c.member == member
    )
    begun = select(polls.c.id, polls.c.work, polls.c.kind, polls.c.opened, polls.c.closes).where(
        polls.c.guild == guild, polls.c.opener == member
    )
    return {
        "votes cast": [dict(row) for row in connection.execute(cast).mappings()],
        "votes opened": [dict(row) for row in connection.execute(begun).mappings()],
    }


def forget(connection: Connection, guild: GuildId, member: MemberId) -> None:
    """Take a member's votes back, and their name from the votes that they opened."""
    connection.execute(delete(ballots).where(ballots.c.guild == guild, ballots.c.member == member))
    connection.execute(
        update(polls).where(polls.c.guild == guild, polls.c.opener == member).values(opener=NOBODY)
    )


def forget_ink(connection: Connection, guild: GuildId, contribution: int) -> None:
    """Erase the ink of a take whose words are erased: it tells how long each of them was."""
    query = select(takes.c.work, takes.c.number).where(
        takes.c.guild == guild, takes.c.contribution == contribution
    )
    for row in connection.execute(query).all():
        connection.execute(
            delete(inks).where(inks.c.guild == guild, inks.c.work == row.work, inks.c.take == row.number)
        )
