"""Messages that show works, and suggestions that wait for an answer, in the database."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, literal_column, select, update

from bot.errors import AlreadyDone, Gone
from bot.ids import GuildId, MemberId, MessageId, WorkId
from bot.storage.rows import next_id, put, shown_from, suggestion_from
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
    instruction: str,
    key: str,
) -> Suggestion:
    """Store a suggestion, open."""
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
            instruction=instruction,
            state="open",
            take=0,
            key=key,
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


def decide(connection: Connection, guild: GuildId, id: int, state: str, take: int) -> Suggestion:
    """Accept, decline or withdraw an open suggestion.

    Raises:
        Gone: there is none of that id.
        AlreadyDone: it was decided before.
    """
    changed = connection.execute(
        update(suggestions)
        .where(suggestions.c.guild == guild, suggestions.c.id == id, suggestions.c.state == "open")
        .values(state=state, take=take)
    )
    found = suggestion(connection, guild, id)
    if not changed.rowcount:
        raise AlreadyDone()
    return found
