"""The tables of filters, reviews and the moderation log; see :mod:`bot.storage.tables`."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text, UniqueConstraint, text

from bot.storage.columns import Flag, Number, metadata, must

filter_books = Table(  # how often the rules of a guild were changed
    "filter_books",
    metadata,
    must("guild", Number),
    must("revision", Number),
    PrimaryKeyConstraint("guild"),
    sqlite_strict=True,
)

filter_rules = Table(
    "filter_rules",
    metadata,
    must("guild", Number),
    must("id", Number),
    must("body", Text()),
    must("mode", Text()),  # off | shadow | armed
    must("by", Number),
    must("changed", Text()),
    must("seen", Number),
    must("hits", Number),
    must("source", Text()),
    PrimaryKeyConstraint("guild", "id"),
    Index(None, "by", "guild"),
    sqlite_strict=True,
)

filter_lines = Table(
    "filter_lines",
    metadata,
    must("guild", Number),
    must("id", Number),
    must("text", Text()),
    must("wanted", Flag),
    must("by", Number),
    PrimaryKeyConstraint("guild", "id"),
    UniqueConstraint("guild", "text"),
    Index(None, "by", "guild"),
    sqlite_strict=True,
)

handled = Table(  # the newest texts that were judged, to try rules on
    "handled",
    metadata,
    must("guild", Number),
    must("id", Number),
    must("digest", Text()),  # of kind and text: what was handled before counts once
    must("kind", Text()),
    must("text", Text()),
    must("member", Number),
    must("channel", Number),
    must("at", Text()),
    must("action", Number),
    must("rules", Text()),
    PrimaryKeyConstraint("guild", "id"),
    UniqueConstraint("guild", "digest"),
    Index(None, "guild", "at"),
    Index(None, "member", "guild"),
    sqlite_strict=True,
)

reviews = Table(
    "reviews",
    metadata,
    must("guild", Number),
    must("id", Number),
    must("member", Number),
    must("channel", Number),
    Column("category", Number),
    Column("thread", Number),
    must("age_restricted", Flag),
    must("kind", Text()),
    must("text", Text()),
    must("spots", Text()),
    must("resume", Text()),
    must("lang", Text()),
    must("state", Text()),
    must("at", Text()),
    must("due", Text()),
    must("claimant", Number),
    Column("claimed", Text()),
    must("decider", Number),
    Column("decided", Text()),
    must("note", Text()),
    Column("desk", Number),
    Column("message", Number),
    must("told", Flag),
    must("key", Text()),
    PrimaryKeyConstraint("guild", "id"),
    UniqueConstraint("guild", "key"),
    Index(None, "member", "guild"),
    Index(None, "claimant", "guild"),
    Index(None, "decider", "guild"),
    Index("ix_reviews_approved", "guild", "id", sqlite_where=text("state = 'approved'")),
    Index("ix_reviews_open", "guild", "id", sqlite_where=text("state = 'waiting'")),
    Index("ix_reviews_due", "due", sqlite_where=text("state IN ('waiting', 'draft')")),
    Index("ix_reviews_untold", "guild", sqlite_where=text("told = 0")),
    Index("ix_reviews_kept", "decided", sqlite_where=text("decided IS NOT NULL AND text != ''")),
    sqlite_strict=True,
)

moderation_log = Table(
    "moderation_log",
    metadata,
    must("guild", Number),
    must("number", Number),
    must("at", Text()),
    must("act", Text()),
    must("actor", Number),
    must("member", Number),
    must("rule", Text()),
    must("subject", Number),
    must("before", Text()),
    must("after", Text()),
    must("seals", Text()),  # of the actor and the member, as in the chain of contributions
    must("previous", Text()),
    must("digest", Text()),
    PrimaryKeyConstraint("guild", "number"),
    Index(None, "guild", "at"),
    Index(None, "guild", "member", "number"),
    Index(None, "actor", "guild"),
    Index(None, "member", "guild"),
    sqlite_strict=True,
)

moderation_heads = Table(  # where the log of a guild begins and ends
    "moderation_heads",
    metadata,
    must("guild", Number),
    must("number", Number),
    must("digest", Text()),
    must("dropped", Number),  # the newest entry that is kept no more, and its digest
    must("base", Text()),
    PrimaryKeyConstraint("guild"),
    sqlite_strict=True,
)
