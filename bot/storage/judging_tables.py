"""The tables of votes and of ink; see :mod:`bot.storage.tables`."""

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

inks = Table(  # how surprising each token of a take was; goes with its words
    "inks",
    metadata,
    must("guild", Number),
    must("work", Number),
    must("take", Number),
    must("tokens", Text()),  # as bot.judging.ink packs them
    PrimaryKeyConstraint("guild", "work", "take"),
    ForeignKeyConstraint(["guild", "work", "take"], ["takes.guild", "takes.work", "takes.number"]),
    sqlite_strict=True,
)

polls = Table(
    "polls",
    metadata,
    must("guild", Number),
    must("id", Number),
    must("work", Number),
    must("opener", Number),
    must("kind", Text()),  # takes | duel
    must("options", Text()),  # [[number, take, model, style], …]
    must("opened", Text()),
    Column("closes", Text),
    must("open", Flag),
    Column("channel", Number),
    Column("message", Number),
    must("key", Text()),
    PrimaryKeyConstraint("guild", "id"),
    UniqueConstraint("guild", "key"),
    ForeignKeyConstraint(["guild", "work"], ["works.guild", "works.id"]),
    Index(None, "guild", "work"),
    Index(None, "guild", "open"),
    Index(None, "opener", "guild"),
    Index("ix_polls_open", "closes", sqlite_where=text("open = 1")),
    sqlite_strict=True,
)

ballots = Table(  # one a member; ``option`` 0 is "no difference"
    "ballots",
    metadata,
    must("guild", Number),
    must("poll", Number),
    must("member", Number),
    must("option", Number),
    PrimaryKeyConstraint("guild", "poll", "member"),
    ForeignKeyConstraint(["guild", "poll"], ["polls.guild", "polls.id"]),
    Index(None, "member", "guild"),
    sqlite_strict=True,
)
