"""Messages that show works, and suggestions that wait for an answer, in the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, insert, literal_column, select, update

from bot.errors import AlreadyDone, Gone
from bot.ids import ChannelId, GuildId, MemberId, MessageId, WorkId
from bot.storage.rows import next_id, put, shown_from, suggestion_from, written
from bot.storage.tables import cards, suggestions
from bot.works import Shown, Suggestion


def show(connection: Connection, shown: Shown) -> None:
    """Remember (or update) the message that shows a work."""
    put(
        connection,
        cards,
        {
            "guild": shown.guild,
            "message": shown.message,
            "work": shown.work,
            "channel": shown.channel,
            "kind": shown.kind,
            "take": shown.take,
        },
    )


def shown(connection: Connection, guild: GuildId, message: MessageId) -> Shown | None:
    """Which work a message shows."""
    query = select(cards).where(cards.c.guild == guild, cards.c.message == message)
    row = connection.execute(query).one_or_none()
    return shown_from(row) if row is not None else None


def of_work(connection: Connection, guild: GuildId, id: WorkId) -> list[Shown]:
    """Every message that shows a work, oldest first."""
    query = select(cards).where(cards.c.guild == guild, cards.c.work == id).order_by(cards.c.message)
    return [shown_from(row) for row in connection.execute(query)]


def unfinished(connection: Connection) -> list[Shown]:
    """Cards on which a take was being written, in every guild."""
    # Written out, since SQLite takes a partial index only for a literal.
    query = select(cards).where(cards.c.take == literal_column("0"), cards.c.kind == "card")
    return [shown_from(row) for row in connection.execute(query)]


def suggest(
    connection: Connection,
    guild: GuildId,
    id: WorkId,
    owner: MemberId,
    by: MemberId,
    said: Mapping[str, object],
    key: str,
    at: datetime,
) -> Suggestion:
    """Store a suggestion, open; ``said`` is what is asked for, by the names of its columns."""
    query = select(suggestions).where(suggestions.c.guild == guild, suggestions.c.key == key)
    if (there := connection.execute(query).one_or_none()) is not None:
        return suggestion_from(there)
    newest = connection.execute(select(func.max(suggestions.c.id)).where(suggestions.c.guild == guild))
    connection.execute(
        insert(suggestions).values(
            guild=guild,
            id=next_id(guild, newest.scalar()),
            work=id,
            owner=owner,
            by=by,
            state="open",
            key=key,
            at=written(at),
            **said,
        )
    )
    return suggestion_from(connection.execute(query).one())


def suggestion(connection: Connection, guild: GuildId, id: int) -> Suggestion:
    """One suggestion.

    Raises:
        Gone: there is none of that id.
    """
    query = select(suggestions).where(suggestions.c.guild == guild, suggestions.c.id == id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise Gone()
    return suggestion_from(row)


def suggested(connection: Connection, guild: GuildId, id: WorkId, kind: str) -> list[Suggestion]:
    """What was suggested for a work, of one kind, the oldest first."""
    query = select(suggestions).where(
        suggestions.c.guild == guild, suggestions.c.work == id, suggestions.c.kind == kind
    )
    return [suggestion_from(row) for row in connection.execute(query.order_by(suggestions.c.id))]


def unanswered(connection: Connection, kind: str, before: datetime) -> list[Suggestion]:
    """Open suggestions of a kind from before a time, in every guild."""
    query = select(suggestions).where(
        # Written out, since SQLite takes a partial index only for a literal.
        suggestions.c.state == literal_column("'open'"),
        suggestions.c.at < written(before),
        suggestions.c.kind == kind,
    )
    return [suggestion_from(row) for row in connection.execute(query)]


def asked_at(connection: Connection, guild: GuildId, id: int, channel: ChannelId, message: MessageId) -> None:
    """Remember where the question stands."""
    connection.execute(
        update(suggestions)
        .where(suggestions.c.guild == guild, suggestions.c.id == id)
        .values(channel=channel, message=message)
    )


def decide(
    connection: Connection, guild: GuildId, id: int, state: str, take: int | None, *, was: str = "open"
) -> Suggestion:
    """Put a suggestion into another state; ``take`` None leaves that as it is.

    Raises:
        Gone: there is none of that id.
        AlreadyDone: it is not in the state that it ought to be in.
    """
    values: dict[str, object] = {"state": state}
    if take is not None:
        values["take"] = take
    changed = connection.execute(
        update(suggestions)
        .where(suggestions.c.guild == guild, suggestions.c.id == id, suggestions.c.state == was)
        .values(**values)
    )
    found = suggestion(connection, guild, id)
    if not changed.rowcount:
        raise AlreadyDone()
    return found
