"""Takes, in the database.  Their words are in the chain alone: what is shown is what was signed."""

from __future__ import annotations

from sqlalchemy import Connection, false, func, insert, select, update

from bot.attribution.erasure import NOBODY
from bot.attribution.model import Contribution
from bot.errors import AlreadyDone, Gone
from bot.ids import GuildId, WorkId
from bot.storage import ledger, usage
from bot.storage.rows import AnyRow, contribution_from, take_from
from bot.storage.tables import contributions, inks, takes, works
from bot.works import NewTake, Spent, Take, WorkState


def of_work(connection: Connection, guild: GuildId, id: WorkId) -> list[Take]:
    """All takes of a work, oldest first."""
    query = select(takes).where(takes.c.guild == guild, takes.c.work == id).order_by(takes.c.number)
    rows = connection.execute(query).all()
    # All contributions to the work: few that are no take, and one query instead of one for each.
    signed = select(contributions).where(contributions.c.guild == guild, contributions.c.work == id)
    links = {row.number: contribution_from(row) for row in connection.execute(signed)}
    return [take_from(row, links[row.contribution]) for row in rows]


def one(connection: Connection, guild: GuildId, id: WorkId, number: int) -> Take:
    """One take of a work.

    Raises:
        Gone: there is no such take.
    """
    query = select(takes).where(takes.c.guild == guild, takes.c.work == id, takes.c.number == number)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise Gone()
    return whole(connection, row)


def whole(connection: Connection, row: AnyRow) -> Take:
    """A row of takes with its words."""
    query = select(contributions).where(
        contributions.c.guild == row.guild, contributions.c.number == row.contribution
    )
    return take_from(row, contribution_from(connection.execute(query).one()))


def undelivered(connection: Connection) -> list[AnyRow]:
    """Rows of takes that were never shown, in every guild."""
    query = select(takes).where(takes.c.delivered == false()).order_by(takes.c.guild, takes.c.work)
    return list(connection.execute(query))


def set_delivered(connection: Connection, guild: GuildId, id: WorkId, number: int) -> None:
    """Note that a take has been shown."""
    connection.execute(
        update(takes)
        .where(takes.c.guild == guild, takes.c.work == id, takes.c.number == number)
        .values(delivered=True)
    )


def add(
    connection: Connection, guild: GuildId, id: WorkId, new: NewTake, spent: Spent | None
) -> tuple[Take, Contribution]:
    """Add a take, its contribution and its cost, and end the writing of its work, in one transaction.

    Raises:
        Gone: the work is not there, or was deleted, or its author is forgotten.
        AlreadyDone: the key was used for something that is no take of this work.
        ValueError: the draft speaks of another work.
    """
    draft = new.draft
    if (draft.guild, draft.work) != (guild, id):
        raise ValueError("the draft is of another work")
    there = ledger.by_key(connection, guild, draft.key)
    if there is not None:
        query = select(takes).where(
            takes.c.guild == guild, takes.c.contribution == there.number, takes.c.work == id
        )
        row = connection.execute(query).one_or_none()
        if row is None:
            raise AlreadyDone()
        return take_from(row, there), there
    query = select(works).where(works.c.guild == guild, works.c.id == id)
    work = connection.execute(query).one_or_none()
    # Of whoever is forgotten while words are being written for them nothing more is kept.
    if work is None or work.state == WorkState.DELETED or work.author == NOBODY:
        raise Gone()
    link = ledger.append(connection, draft)
    newest = select(func.max(takes.c.number)).where(takes.c.guild == guild, takes.c.work == id)
    number = (connection.execute(newest).scalar() or 0) + 1
    connection.execute(
        insert(takes).values(
            guild=guild,
            work=id,
            number=number,
            contribution=link.number,
            parent=new.parent,
            ending=new.ending,
            instruction=new.instruction,
            seed=new.seed,
            report=new.report,
            delivered=False,
        )
    )
    if new.ink:
        connection.execute(insert(inks).values(guild=guild, work=id, take=number, tokens=new.ink))
    connection.execute(
        update(works)
        .where(works.c.guild == guild, works.c.id == id)
        .values(
            take=number if new.choose or not work.take else work.take,
            # A published work stays published: its other takes are no concern of the gallery.
            state=WorkState.OPEN.value if work.state == WorkState.WRITING else work.state,
        )
    )
    if spent is not None:
        usage.settle(connection, guild, spent.reservation, spent.tokens)
    return one(connection, guild, id, number), link
