"""The tables.  Every table with data of a guild leads its key or an index with the guild.

Times are ISO 8601 text in UTC with microseconds (they are hashed as written);
lists and maps are JSON text; ids of Discord are big integers.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column of type INTEGER.
_Id = BigInteger().with_variant(Integer, "sqlite")


notes = Table(
    "notes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("text", Text, nullable=False),
)

contributions = Table(
    "contributions",
    metadata,
    Column("guild", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("work", BigInteger, nullable=False),
    Column("member", BigInteger, nullable=False),
    Column("act", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("provider", Text, nullable=False, server_default=""),
    Column("model", Text, nullable=False, server_default=""),
    Column("revision", Text, nullable=False, server_default=""),
    Column("parent", Integer),
    Column("prompt", Text, nullable=False),
    Column("sampling", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("spans", Text, nullable=False),
    Column("text_digest", Text, nullable=False),
    Column("member_digest", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("salt", Text, nullable=False),
    Column("erased", Boolean, nullable=False, server_default="0"),
    PrimaryKeyConstraint("guild", "number"),
    UniqueConstraint("guild", "key"),
    Index(None, "guild", "work", "number"),
    Index(None, "guild", "member"),
)

works = Table(
    "works",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("guild", BigInteger, nullable=False),
    Column("author", BigInteger, nullable=False),
    Column("channel", BigInteger, nullable=False),
    Column("category", BigInteger),
    Column("thread", BigInteger),
    Column("age_restricted", Boolean, nullable=False),
    Column("wish", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("take", Integer, nullable=False),
    Column("created", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("source", BigInteger),
    Column("key", Text, nullable=False),
    UniqueConstraint("guild", "key"),
    Index(None, "guild", "id", unique=True),
    Index(None, "guild", "author", "id"),
    Index("ix_works_writing", "state", sqlite_where=Column("state", String) == "writing"),
    sqlite_autoincrement=True,
)

takes = Table(
    "takes",
    metadata,
    Column("guild", BigInteger, nullable=False),
    Column("work", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("member", BigInteger, nullable=False),
    Column("at", Text, nullable=False),
    Column("provider", Text, nullable=False, server_default=""),
    Column("model", Text, nullable=False, server_default=""),
    Column("revision", Text, nullable=False, server_default=""),
    Column("spans", Text, nullable=False),
    Column("parent", Integer),
    Column("contribution", Integer, nullable=False),
    Column("ending", Text, nullable=False),
    Column("instruction", Text, nullable=False),
    Column("seed", BigInteger),
    Column("report", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("delivered", Boolean, nullable=False, server_default="0"),
    PrimaryKeyConstraint("guild", "work", "number"),
    ForeignKeyConstraint(["guild", "work"], ["works.guild", "works.id"]),
    UniqueConstraint("guild", "key"),
    Index("ix_takes_undelivered", "delivered", sqlite_where=Column("delivered", Boolean) == False),  # noqa: E712
)

cards = Table(
    "cards",
    metadata,
    Column("guild", BigInteger, nullable=False),
    Column("message", BigInteger, nullable=False),
    Column("work", BigInteger, nullable=False),
    Column("channel", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("take", Integer, nullable=False),
    PrimaryKeyConstraint("guild", "message"),
    Index(None, "guild", "work"),
)

suggestions = Table(
    "suggestions",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("guild", BigInteger, nullable=False),
    Column("work", BigInteger, nullable=False),
    Column("owner", BigInteger, nullable=False),
    Column("by", BigInteger, nullable=False),
    Column("instruction", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("take", Integer, nullable=False),
    Column("key", Text, nullable=False),
    UniqueConstraint("guild", "key"),
    Index(None, "guild", "id", unique=True),
    sqlite_autoincrement=True,
)

houses = Table(
    "houses",
    metadata,
    Column("guild", BigInteger, primary_key=True),
    Column("revision", Integer, nullable=False),
)

layers = Table(
    "layers",
    metadata,
    Column("guild", BigInteger, nullable=False),
    Column("level", Text, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("guild", "level", "id", "field"),
)

changes = Table(
    "changes",
    metadata,
    Column("guild", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("level", Text, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("field", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("by", BigInteger, nullable=False),
    Column("at", Text, nullable=False),
    PrimaryKeyConstraint("guild", "number"),
)

members = Table(
    "members",
    metadata,
    Column("guild", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("settings", Text, nullable=False),
    PrimaryKeyConstraint("guild", "id"),
    Index(None, "id"),
)

reservations = Table(
    "reservations",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("guild", BigInteger, nullable=False),
    Column("member", BigInteger, nullable=False),
    Column("day", Text, nullable=False),
    Column("tokens", Integer, nullable=False),
    Column("state", Text, nullable=False),  # open | settled | refunded
    Column("key", Text, nullable=False),
    UniqueConstraint("guild", "key"),
    Index(None, "guild", "day", "member"),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("guild", BigInteger, nullable=False),
    Column("channel", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("work", BigInteger),
    Column("message", BigInteger),
    Column("failures", Integer, nullable=False),
    Column("state", Text, nullable=False),  # waiting | posted | given up
    Column("reason", Text, nullable=False),
    UniqueConstraint("guild", "key"),
    Index("ix_outbox_waiting", "state", sqlite_where=Column("state", String) == "waiting"),
    sqlite_autoincrement=True,
)
