"""What is in the gallery, in the database: published, taken out, brought back; each in one transaction.

A work has one post in the gallery.  What is to become of it is a row of the
outbox, so that no restart leaves a stone there or posts it twice.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from bot.attribution.model import Act, Draft
from bot.errors import AlreadyDone
from bot.ids import ChannelId, GuildId, MessageId, WorkId
from bot.storage import cards, ledger, outbox
from bot.storage.tables import cards as card_table
from bot.storage.tables import contributions, takes
from bot.works import GALLERY_KINDS, POST, TAKEN_OUT, WITHDRAWN, WorkState, taken_away


def posted(
    connection: Connection, guild: GuildId, id: WorkId, take: int, channel: ChannelId, key: str, now: datetime
) -> None:
    """The gallery is to show a take of a work."""
    outbox.add(connection, guild, channel, POST, {"work": int(id), "take": take}, key, now, id)


def withdrawn(connection: Connection, guild: GuildId, id: WorkId, key: str, now: datetime) -> None:
    """Whatever the gallery shows of a work is to go; the messages are known no more as showing it."""
    for shown in cards.of_work(connection, guild, id):
        if shown.kind not in GALLERY_KINDS:
            continue
        connection.execute(
            delete(card_table).where(card_table.c.guild == guild, card_table.c.message == shown.message)
        )
        payload = {"message": int(shown.message)}
        at = f"{key}:{shown.message}"
        # Of no work: what is delivered for a work is remembered as showing it.
        outbox.add(connection, guild, shown.channel, WITHDRAWN, payload, at, now, None)


def told(
    connection: Connection, guild: GuildId, id: WorkId, channel: ChannelId, key: str, now: datetime
) -> None:
    """The author is to hear that their work was taken out of the gallery."""
    outbox.add(connection, guild, channel, TAKEN_OUT, {"work": int(id)}, f"{key}:told", now, None)


def before(connection: Connection, guild: GuildId, id: WorkId) -> tuple[WorkState, int]:
    """What a work was before it was last taken away, and the take that was published then.

    Raises:
        AlreadyDone: it was not taken away, or was brought back.
    """
    query = (
        select(contributions.c.act, contributions.c.parent)
        .where(contributions.c.guild == guild, contributions.c.work == id)
        .order_by(contributions.c.number)
    )
    acts = [(Act(row.act), row.parent) for row in connection.execute(query)]
    taken = taken_away(act for act, _ in acts)
    if not taken:
        raise AlreadyDone()
    parents = [parent for act, parent in acts if act is Act.PUBLISHED and parent is not None]
    if taken[-1].before is not WorkState.PUBLISHED or not parents:
        return WorkState.OPEN, 0
    query = select(takes.c.number).where(
        takes.c.guild == guild, takes.c.work == id, takes.c.contribution == parents[-1]
    )
    number = connection.execute(query).scalar_one_or_none()
    return (WorkState.PUBLISHED, number) if number is not None else (WorkState.OPEN, 0)


def forget_post(connection: Connection, guild: GuildId, message: MessageId) -> None:
    """A message is gone."""
    connection.execute(delete(card_table).where(card_table.c.guild == guild, card_table.c.message == message))


def done(connection: Connection, draft: Draft | None) -> bool:
    """Whether a draft was appended before."""
    return draft is not None and ledger.by_key(connection, draft.guild, draft.key) is not None
