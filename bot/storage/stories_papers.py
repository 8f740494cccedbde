"""The papers of stories, in the database: words, private drafts, and which message shows which turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from bot.attribution.model import Contribution
from bot.ids import ChannelId, GuildId, MemberId, MessageId
from bot.services.stories_ports import PrivateDraft, StoryNumber
from bot.storage.database import Database
from bot.storage.rows import contribution_from, put, spans_from, spans_text, written
from bot.storage.tables import contributions, story_drafts, story_messages


class Papers:
    """The half of :class:`bot.services.stories_ports.StoryStore` that is about what was written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def words(self, guild: GuildId, id: StoryNumber) -> Mapping[str, Contribution]:
        """Every contribution to a story by its key."""

        def act(connection: Connection) -> dict[str, Contribution]:
            query = (
                select(contributions)
                .where(contributions.c.guild == guild, contributions.c.work == id)
                .order_by(contributions.c.number)
            )
            return {row.key: contribution_from(row) for row in connection.execute(query)}

        return await self._database.read(act)

    async def draft(self, guild: GuildId, id: StoryNumber, member: MemberId) -> PrivateDraft | None:
        """A member's private draft for a story."""

        def act(connection: Connection) -> PrivateDraft | None:
            query = select(story_drafts).where(
                story_drafts.c.guild == guild, story_drafts.c.story == id, story_drafts.c.member == member
            )
            row = connection.execute(query).one_or_none()
            return PrivateDraft(row.text, spans_from(row.spans)) if row is not None else None

        return await self._database.read(act)

    async def keep_draft(
        self, guild: GuildId, id: StoryNumber, member: MemberId, draft: PrivateDraft, at: datetime
    ) -> None:
        """Keep a private draft, in place of the one before."""

        def act(connection: Connection) -> None:
            values = {"guild": guild, "story": id, "member": member, "at": written(at)}
            words = {"text": draft.text, "spans": spans_text(draft.spans)}
            put(connection, story_drafts, values | words)

        await self._database.write(act)

    async def posted(
        self, guild: GuildId, id: StoryNumber, message: MessageId, turn: int, channel: ChannelId
    ) -> None:
        """Remember which message shows a turn."""
        values = {"guild": guild, "message": message, "story": id, "turn": turn, "channel": channel}
        await self._database.write(lambda connection: put(connection, story_messages, values))

    async def turn_of(self, guild: GuildId, message: MessageId) -> tuple[StoryNumber, int] | None:
        """The story and turn that a message shows."""

        def act(connection: Connection) -> tuple[StoryNumber, int] | None:
            query = select(story_messages.c.story, story_messages.c.turn).where(
                story_messages.c.guild == guild, story_messages.c.message == message
            )
            row = connection.execute(query).one_or_none()
            return (StoryNumber(row.story), row.turn) if row is not None else None

        return await self._database.read(act)

    async def messages(self, guild: GuildId, id: StoryNumber, turn: int) -> Sequence[MessageId]:
        """The messages that show a turn."""

        def act(connection: Connection) -> list[MessageId]:
            query = select(story_messages.c.message).where(
                story_messages.c.guild == guild,
                story_messages.c.story == id,
                story_messages.c.turn == turn,
            )
            return [
                MessageId(id) for id in connection.execute(query.order_by(story_messages.c.message)).scalars()
            ]

        return await self._database.read(act)
