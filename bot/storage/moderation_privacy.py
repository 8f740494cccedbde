"""A member's part in filters, reviews and the moderation log: told to them, and forgotten."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from bot.ids import GuildId, MemberId
from bot.storage import moderation_log
from bot.storage.tables import filter_lines, filter_rules, handled, reviews
from bot.storage.tables import moderation_log as log

NAMED = (
    handled.c.member,
    reviews.c.member,
    reviews.c.claimant,
    reviews.c.decider,
    filter_rules.c.by,
    filter_lines.c.by,
    log.c.actor,
    log.c.member,
)
"""Every column that names a member."""

NOBODY = 0


def everything(connection: Connection, guild: GuildId, member: MemberId) -> dict[str, Any]:
    """All that is stored of a member in one space, by what it is."""
    return {
        "texts that filters judged": _rows(connection, handled, guild, handled.c.member == member),
        "texts held or given back": _rows(connection, reviews, guild, reviews.c.member == member),
        "texts looked at as a moderator": [
            {name: row[name] for name in ("id", "state", "decided", "note")}
            for row in _rows(connection, reviews, guild, reviews.c.decider == member)
        ],
        "filters written": _rows(connection, filter_rules, guild, filter_rules.c.by == member),
        "lines written": _rows(connection, filter_lines, guild, filter_lines.c.by == member),
        "moderation log": _rows(connection, log, guild, (log.c.member == member) | (log.c.actor == member)),
    }


def forget(connection: Connection, guild: GuildId, member: MemberId) -> None:
    """Erase a member's texts and name in one space, inside a transaction; the log can still be checked."""
    connection.execute(delete(handled).where(handled.c.guild == guild, handled.c.member == member))
    # What waits for a moderator is withdrawn with its words.
    connection.execute(
        update(reviews)
        .where(
            reviews.c.guild == guild,
            reviews.c.member == member,
            reviews.c.state.in_(["waiting", "draft"]),
        )
        .values(state="withdrawn", told=True)
    )
    connection.execute(
        update(reviews)
        .where(reviews.c.guild == guild, reviews.c.member == member)
        .values(member=NOBODY, text="", resume="{}", spots="[]", note="")
    )
    connection.execute(
        update(reviews).where(reviews.c.guild == guild, reviews.c.decider == member).values(note="")
    )
    for column in (reviews.c.claimant, reviews.c.decider):
        connection.execute(
            update(reviews).where(reviews.c.guild == guild, column == member).values({column.name: NOBODY})
        )
    for table in (filter_rules, filter_lines):
        connection.execute(
            update(table).where(table.c.guild == guild, table.c.by == member).values(by=NOBODY)
        )
    moderation_log.forget(connection, guild, member)


def _rows(connection: Connection, table: Table, guild: GuildId, *where: Any) -> list[dict[str, Any]]:
    rows = connection.execute(select(table).where(table.c.guild == guild, *where)).mappings()
    return [{name: value for name, value in row.items() if name not in ("guild", "key")} for row in rows]
