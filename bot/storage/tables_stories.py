"""The tables of stories; see :mod:`bot.storage.tables`.

What happened is in ``story_events``; ``stories.state`` is what it comes to.  The
words of turns are in the contributions, and nowhere else.
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

from bot.storage.columns import Flag, Number, metadata, must

stories = Table(  # ``state`` is what the events come to, as JSON, without the words of turns
    "stories",
    metadata,
    must("guild", Number),
    must("id", Number),
    must("channel", Number),
    Column("category", Number),
    Column("thread", Number),  # none until Discord has made it
    must("age_restricted", Flag),
    must("starter", Number),
    must("title", Text()),
    must("language", Text()),
    must("stage", Text()),
    must("version", Number),  # the number of its last event
    must("state", Text()),
    must("created", Text()),
    must("key", Text()),
    Column("panel", Number),
    must("stale", Flag),  # the panel shows less than there is
    PrimaryKeyConstraint("guild", "id"),
    UniqueConstraint("guild", "key"),
    Index(None, "guild", "thread"),
    Index(None, "guild", "stage", "id"),
    Index(None, "starter", "guild"),
    Index("ix_stories_stale", "guild", sqlite_where=text("stale = 1")),
    sqlite_strict=True,
)

story_events = Table(
    "story_events",
    metadata,
    must("guild", Number),
    must("story", Number),
    must("number", Number),
    must("key", Text()),  # what makes it happen once
    must("at", Text()),
    must("member", Number),  # who caused it; 0 is the clock, or nobody any more
    must("kind", Text()),
    must("event", Text()),
    PrimaryKeyConstraint("guild", "story", "number"),
    UniqueConstraint("guild", "key"),
    ForeignKeyConstraint(["guild", "story"], ["stories.guild", "stories.id"]),
    Index(None, "member", "guild"),
    sqlite_strict=True,
)

story_seats = Table(  # who ever had a seat in which story
    "story_seats",
    metadata,
    must("guild", Number),
    must("member", Number),
    must("story", Number),
    PrimaryKeyConstraint("guild", "member", "story"),
    ForeignKeyConstraint(["guild", "story"], ["stories.guild", "stories.id"]),
    Index(None, "guild", "story"),
    Index(None, "member", "guild"),
    sqlite_strict=True,
)

story_alarms = Table(  # what is to happen when; a story that waits for nobody has none
    "story_alarms",
    metadata,
    must("guild", Number),
    must("story", Number),
    must("name", Text()),
    must("at", Text()),
    PrimaryKeyConstraint("guild", "story", "name"),
    ForeignKeyConstraint(["guild", "story"], ["stories.guild", "stories.id"]),
    Index(None, "at"),
    sqlite_strict=True,
)

story_drafts = Table(  # what a member has not yet added to a story, and who wrote which characters of it
    "story_drafts",
    metadata,
    must("guild", Number),
    must("story", Number),
    must("member", Number),
    must("text", Text()),
    must("spans", Text()),
    must("at", Text()),
    PrimaryKeyConstraint("guild", "story", "member"),
    ForeignKeyConstraint(["guild", "story"], ["stories.guild", "stories.id"]),
    Index(None, "member", "guild"),
    sqlite_strict=True,
)

story_messages = Table(  # which message shows which turn
    "story_messages",
    metadata,
    must("guild", Number),
    must("message", Number),
    must("story", Number),
    must("turn", Number),
    must("channel", Number),
    PrimaryKeyConstraint("guild", "message"),
    ForeignKeyConstraint(["guild", "story"], ["stories.guild", "stories.id"]),
    Index(None, "guild", "story", "turn"),
    sqlite_strict=True,
)
