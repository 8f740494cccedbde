"""Opens the database and everything kept in it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.attribution.anchors import Anchor
from bot.attribution.model import BrokenLink
from bot.errors import StorageError
from bot.ids import GuildId
from bot.storage.database import Database, open_database
from bot.storage.house import SqlHouse, SqlMembers
from bot.storage.judging import SqlJudging
from bot.storage.ledger import SqlLedger
from bot.storage.moderation import SqlRules
from bot.storage.moderation_log import SqlModerationLog
from bot.storage.moderation_reviews import SqlReviews
from bot.storage.outbox import SqlNotes, SqlOutbox
from bot.storage.privacy import SqlPrivacy
from bot.storage.stories import SqlStories
from bot.storage.usage import SqlUsage
from bot.storage.works import SqlWorks


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One database, by what is kept in it."""

    database: Database
    works: SqlWorks
    ledger: SqlLedger
    house: SqlHouse
    members: SqlMembers
    usage: SqlUsage
    outbox: SqlOutbox
    privacy: SqlPrivacy
    notes: SqlNotes
    rules: SqlRules
    reviews: SqlReviews
    moderation: SqlModerationLog
    judging: SqlJudging


def _now() -> datetime:
    return datetime.now(UTC)


def path_of(place: str | Path) -> Path:
    """The file that a setting names: a path, or a URL such as ``sqlite:///data/renga.sqlite3``.

    Raises:
        StorageError: it is the URL of another kind of database.
    """
    text = str(place)
    scheme, separator, rest = text.partition(":///")
    if separator and scheme in ("sqlite", "sqlite+aiosqlite"):
        return Path(rest)
    if separator or "://" in text:
        raise StorageError("storage.unknown_url", scheme=text.partition("://")[0])
    return Path(place)


@asynccontextmanager
async def open_store(
    place: str | Path, *, clock: Callable[[], datetime] = _now, writable: bool = True
) -> AsyncGenerator[Store]:
    """Open (or make) a database, migrated to the newest schema.

    With ``writable`` false it must be there, nothing is changed, and a bot may have it open.

    Raises:
        SchemaUnknown: a newer Renga wrote it.
        StorageError: it cannot be opened, or another Renga has it open.
    """
    async with open_database(path_of(place), writable=writable) as database:
        yield Store(
            database=database,
            works=SqlWorks(database, clock),
            ledger=SqlLedger(database),
            house=SqlHouse(database),
            members=SqlMembers(database),
            usage=SqlUsage(database),
            outbox=SqlOutbox(database, clock),
            privacy=SqlPrivacy(database, clock),
            notes=SqlNotes(database),
            rules=SqlRules(database),
            reviews=SqlReviews(database),
            moderation=SqlModerationLog(database),
            judging=SqlJudging(database, clock),
        )


async def verify_all(store: Store) -> list[BrokenLink]:
    """Check every chain and log of every guild; the first broken link of each."""
    found = [await store.ledger.verify(guild) for guild in await store.ledger.guilds()]
    found += [await store.house.verify(guild) for guild in await store.house.guilds()]
    found += [await store.moderation.verify(guild) for guild in await store.moderation.guilds()]
    stories = SqlStories(store.database)
    found += [await stories.verify(guild) for guild in await store.ledger.guilds()]
    return [link for link in found if link is not None]


async def verify_against(store: Store, anchors: Sequence[Anchor]) -> list[BrokenLink]:
    """Check that the chains still hold the links that were once seen elsewhere; those that they do not."""
    found: list[BrokenLink] = []
    for anchor in anchors:
        guilds = await store.ledger.guilds() if anchor.guild is None else [anchor.guild]
        held = [await store.ledger.digest_at(guild, anchor.number) for guild in guilds]
        if anchor.digest in held:
            continue
        missing = not any(held)
        reason = "it is missing, and was there" if missing else "it is not the one that was there"
        found.append(BrokenLink(anchor.guild or GuildId(0), anchor.number, reason))
    return found
