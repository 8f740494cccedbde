"""The table of plans for chapters and scenes; see :mod:`bot.storage.tables`.

What is written of a plan are turns of its story: here is only what was to be written.
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

from bot.storage.columns import Number, metadata, must

story_plans = Table(
    "story_plans",
    metadata,
    must("guild", Number),
    must("story", Number),
    must("number", Number),
    must("member", Number),  # whose it is; 0 is nobody any more
    must("plan", Text()),  # as JSON
    must("until", Number),  # up to which part it is being written; 0 for not at all
    must("key", Text()),  # what makes it be kept once
    Column("card", Number),  # the message that shows it
    PrimaryKeyConstraint("guild", "story", "number"),
    UniqueConstraint("guild", "key"),
    ForeignKeyConstraint(["guild", "story"], ["stories.guild", "stories.id"]),
    Index(None, "member", "guild"),
    Index("ix_story_plans_under_way", "guild", sqlite_where=text("until > 0")),
    sqlite_strict=True,
)
