"""The tables.

Every table with data of a guild leads its primary key with the guild.  Indexes
that lead with a member serve to find all that is kept of one.  Times are ISO 8601 text in UTC with
microseconds (they are hashed as written), lists and maps are JSON text.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.storage.columns import Flag, Number, metadata
from bot.storage.columns import must as _must
from bot.storage.judging_tables import ballots, inks, polls
from bot.storage.moderation_tables import (
    filter_books,
    filter_lines,
    filter_rules,
    handled,
    moderation_heads,
    moderation_log,
    reviews,
)
from bot.storage.tables_books import story_plans
from bot.storage.tables_stories import (
    stories,
    story_alarms,
    story_drafts,
    story_events,
    story_messages,
    story_seats,
)

__all__ = [
    "GUILD_TABLES",
    "ballots",
    "cards",
    "chains",
    "changes",
    "contributions",
    "filter_books",
    "filter_lines",
    "filter_rules",
    "handled",
    "hands",
    "houses",
    "inks",
    "layers",
    "members",
    "metadata",
    "moderation_heads",
    "moderation_log",
    "notes",
    "outbox",
    "polls",
    "reservations",
    "reviews",
    "stories",
    "story_alarms",
    "story_drafts",
    "story_events",
    "story_messages",
    "story_plans",
    "story_seats",
    "suggestions",
    "takes",
    "works",
]

notes = Table(
    "notes",
    metadata,
    Column("name", Text, primary_key=True),
    _must("text", Text()),
    sqlite_strict=True,
)

chains = Table(  # the head of each guild's chain
    "chains",
    metadata,
    _must("guild", Number),
    _must("number", Number),
    _must("digest", Text()),
    PrimaryKeyConstraint("guild"),
    sqlite_strict=True,
)

contributions = Table(
    "contributions",
    metadata,
    _must("guild", Number),
    _must("number", Number),
    _must("work", Number),
    _must("member", Number),
    _must("act", Text()),
    _must("at", Text()),
    _must("key", Text()),
    _must("provider", Text()),
    _must("model", Text()),
    _must("revision", Text()),
    Column("parent", Number),
    _must("prompt", Text()),
    _must("sampling", Text()),
    _must("text", Text()),
    _must("spans", Text()),
    _must("seals", Text()),
    _must("previous", Text()),
    _must("digest", Text()),
    PrimaryKeyConstraint("guild", "number"),
    UniqueConstraint("guild", "key"),
    Index(None, "guild", "work", "number"),
    sqlite_strict=True,
)

hands = Table(  # which members have a part in which contribution: who did it, and whose words are in it
    "hands",
    metadata,
    _must("guild", Number),
    _must("member", Number),
    _must("contribution", Number),
    PrimaryKeyConstraint("guild", "member", "contribution"),
    ForeignKeyConstraint(["guild", "contribution"], ["contributions.guild", "contributions.number"]),
    Index(None, "guild", "contribution"),
    Index(None, "member", "guild"),
    sqlite_strict=True,
)

works = Table(
    "works",
    metadata,
    _must("guild", Number),
    _must("id", Number),
    _must("author", Number),
    _must("channel", Number),
    Column("category", Number),
    Column("thread", Number),
    _must("age_restricted", Flag),
    _must("wish", Text()),
    _must("state", Text()),
    _must("take", Number),
    _must("created", Text()),
    _must("title", Text()),
    _must("licence", Text()),
    Column("source", Number),
    _must("key", Text()),
    PrimaryKeyConstraint("guild", "id"),
    UniqueConstraint("guild", "key"),
    ForeignKeyConstraint(["guild", "source"], ["works.guild", "works.id"]),
    Index(None, "guild", "author", "id"),
    Index(None, "guild", "source"),
    Index(None, "author", "guild"),
    Index("ix_works_writing", "guild", sqlite_where=text("state = 'writing'")),
    sqlite_strict=True,
)

takes = Table(  # the words themselves are in the contribution, and nowhere else
    "takes",
    metadata,
    _must("guild", Number),
    _must("work", Number),
    _must("number", Number),
    _must("contribution", Number),
    Column("parent", Number),
    _must("ending", Text()),
    _must("instruction", Text()),
    Column("seed", Number),
    _must("report", Text()),
    _must("delivered", Flag),
    PrimaryKeyConstraint("guild", "work", "number"),
    UniqueConstraint("guild", "contribution"),
    ForeignKeyConstraint(["guild", "work"], ["works.guild", "works.id"]),
    ForeignKeyConstraint(["guild", "contribution"], ["contributions.guild", "contributions.number"]),
    Index("ix_takes_undelivered", "guild", sqlite_where=text("delivered = 0")),
    sqlite_strict=True,
)

cards = Table(
    "cards",
    metadata,
    _must("guild", Number),
    _must("message", Number),
    _must("work", Number),
    _must("channel", Number),
    _must("kind", Text()),
    _must("take", Number),
    PrimaryKeyConstraint("guild", "message"),
    ForeignKeyConstraint(["guild", "work"], ["works.guild", "works.id"]),
    Index(None, "guild", "work"),
    Index("ix_cards_unfinished", "guild", sqlite_where=text("take = 0")),
    sqlite_strict=True,
)

suggestions = Table(
    "suggestions",
    metadata,
    _must("guild", Number),
    _must("id", Number),
    _must("work", Number),
    _must("owner", Number),
    _must("by", Number),
    _must("instruction", Text()),
    _must("state", Text()),  # open | accepted | declined | withdrawn | expired
    _must("take", Number),
    _must("key", Text()),
    Column("kind", Text(), nullable=False, server_default="revise"),  # revise | publish
    Column("licence", Text(), nullable=False, server_default=text("''")),
    Column("at", Text(), nullable=False, server_default=text("''")),
    Column("channel", Number),
    Column("message", Number),
    PrimaryKeyConstraint("guild", "id"),
    UniqueConstraint("guild", "key"),
    ForeignKeyConstraint(["guild", "work"], ["works.guild", "works.id"]),
    Index(None, "guild", "work"),
    Index(None, "owner", "guild"),
    Index(None, "by", "guild"),
    Index("ix_suggestions_open", "at", sqlite_where=text("state = 'open'")),
    sqlite_strict=True,
)

houses = Table(  # how often the settings of a guild were changed
    "houses",
    metadata,
    _must("guild", Number),
    _must("revision", Number),
    PrimaryKeyConstraint("guild"),
    sqlite_strict=True,
)

layers = Table(
    "layers",
    metadata,
    _must("guild", Number),
    _must("level", Text()),
    _must("id", Number),
    _must("field", Text()),
    _must("value", Text()),
    PrimaryKeyConstraint("guild", "level", "id", "field"),
    sqlite_strict=True,
)

changes = Table(  # the audit log of settings, hash-linked like the contributions
    "changes",
    metadata,
    _must("guild", Number),
    _must("number", Number),
    _must("level", Text()),
    _must("id", Number),
    _must("field", Text()),
    _must("before", Text()),
    _must("after", Text()),
    _must("by", Number),
    _must("at", Text()),
    _must("seal", Text()),
    _must("previous", Text()),
    _must("digest", Text()),
    PrimaryKeyConstraint("guild", "number"),
    Index(None, "by", "guild"),
    sqlite_strict=True,
)

members = Table(
    "members",
    metadata,
    _must("guild", Number),
    _must("id", Number),
    _must("settings", Text()),
    PrimaryKeyConstraint("guild", "id"),
    Index(None, "id", "guild"),
    sqlite_strict=True,
)

reservations = Table(
    "reservations",
    metadata,
    _must("guild", Number),
    _must("id", Number),
    _must("member", Number),
    _must("day", Text()),
    _must("tokens", Number),
    _must("state", Text()),  # open | settled | refunded
    _must("key", Text()),
    PrimaryKeyConstraint("guild", "id"),
    UniqueConstraint("guild", "key"),
    Index(None, "guild", "day", "member", "state", "tokens"),
    Index(None, "member", "guild"),
    Index("ix_reservations_open", "guild", sqlite_where=text("state = 'open'")),
    sqlite_strict=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    _must("guild", Number),
    _must("channel", Number),
    _must("kind", Text()),
    _must("payload", Text()),
    _must("key", Text()),
    _must("nonce", Text()),
    _must("at", Text()),
    Column("work", Number),
    Column("message", Number),
    _must("failures", Number),
    _must("state", Text()),  # waiting | posted | given up
    _must("reason", Text()),
    UniqueConstraint("guild", "key"),
    Index("ix_outbox_waiting", "id", sqlite_where=text("state = 'waiting'")),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

GUILD_TABLES = tuple(table for table in metadata.sorted_tables if "guild" in table.c)
"""Every table with data of guilds."""
