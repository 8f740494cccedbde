"""Held texts and what became of them, in the database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from bot.errors import AlreadyDone, Gone
from bot.ids import ChannelId, GuildId, MemberId, MessageId, Place
from bot.moderation.records import Entry, Review, ReviewState, Spot
from bot.storage.database import Database
from bot.storage.moderation_log import append
from bot.storage.rows import AnyRow, as_json, next_id, written
from bot.storage.tables import reviews

_DRAFT, _WAITING = ReviewState.DRAFT.value, ReviewState.WAITING.value


class SqlReviews:
    """:class:`bot.moderation.records.ReviewStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, review: Review, *, key: str) -> Review:
        """Store a review; the same key again gives the one that is there."""

        def act(connection: Connection) -> Review:
            same = select(reviews).where(reviews.c.guild == review.guild, reviews.c.key == key)
            if (row := connection.execute(same).one_or_none()) is not None:
                return review_from(row)
            newest = select(func.max(reviews.c.id)).where(reviews.c.guild == review.guild)
            stored = replace(review, id=next_id(review.guild, connection.execute(newest).scalar()))
            connection.execute(insert(reviews).values(**_values(stored), key=key))
            held = "held" if review.state is ReviewState.WAITING else "blocked"
            append(connection, review.guild, _entry_of(stored, held))
            return stored

        return await self._database.write(act)

    async def review(self, guild: GuildId, id: int) -> Review:
        """One review."""
        return await self._database.read(lambda connection: _one(connection, guild, id))

    async def shown(self, guild: GuildId, id: int, desk: ChannelId, message: MessageId) -> None:
        """Remember where moderators see it."""
        await self._set(guild, id, desk=desk, message=message)

    async def told(self, guild: GuildId, id: int) -> None:
        """Its writer knows the outcome."""
        await self._set(guild, id, told=True)

    async def claim(
        self, guild: GuildId, id: int, moderator: MemberId, at: datetime, stale: datetime
    ) -> Review:
        """Give a waiting review to one moderator."""

        def act(connection: Connection) -> Review:
            found = _waiting(connection, guild, id)
            fresh = found.claimed is not None and found.claimed > stale
            if found.claimant not in (0, moderator) and fresh:
                raise AlreadyDone("moderation.claimed", moderator=f"<@{found.claimant}>")
            _update(connection, guild, id, claimant=moderator, claimed=written(at))
            return replace(found, claimant=moderator, claimed=at)

        return await self._database.write(act)

    async def decide(
        self,
        guild: GuildId,
        id: int,
        state: ReviewState,
        entry: Entry,
        *,
        note: str = "",
        text: str | None = None,
    ) -> Review:
        """Decide a review that waits (or expire a draft), and log it."""

        def act(connection: Connection) -> Review:
            found = _one(connection, guild, id)
            open_ = (ReviewState.WAITING, ReviewState.DRAFT)
            if found.state not in open_:
                raise AlreadyDone("moderation.decided_before")
            decided = replace(
                found,
                state=state,
                decider=entry.actor,
                decided=entry.at,
                note=note,
                text=found.text if text is None else text,
                told=found.told or found.state is ReviewState.DRAFT,
            )
            _update(
                connection,
                guild,
                id,
                state=state.value,
                decider=entry.actor,
                decided=written(entry.at),
                note=note,
                text=decided.text,
                told=decided.told,
            )
            append(connection, guild, replace(entry, member=found.member, subject=id, rule=_rules(found)))
            return decided

        return await self._database.write(act)

    async def ask(self, guild: GuildId, id: int, due: datetime, entry: Entry) -> Review:
        """Make a blocked draft wait for a moderator."""

        def act(connection: Connection) -> Review:
            found = _one(connection, guild, id)
            if found.state is not ReviewState.DRAFT:
                raise AlreadyDone("moderation.asked_before")
            _update(connection, guild, id, state=_WAITING, due=written(due), told=False)
            append(connection, guild, replace(entry, member=found.member, subject=id, rule=_rules(found)))
            return replace(found, state=ReviewState.WAITING, due=due, told=False)

        return await self._database.write(act)

    async def waiting(self, guild: GuildId, *, limit: int = 25) -> Sequence[Review]:
        """What waits for a moderator, oldest first."""

        def act(connection: Connection) -> list[Review]:
            query = select(reviews).where(reviews.c.guild == guild, reviews.c.state == "waiting")
            rows = connection.execute(query.order_by(reviews.c.id).limit(limit))
            return [review_from(row) for row in rows]

        return await self._database.read(act)

    async def due(self, now: datetime) -> Sequence[Review]:
        """What has run out, in every guild."""

        def act(connection: Connection) -> list[Review]:
            query = select(reviews).where(
                reviews.c.state.in_([_WAITING, _DRAFT]), reviews.c.due < written(now)
            )
            return [review_from(row) for row in connection.execute(query.limit(200))]

        return await self._database.read(act)

    async def untold(self) -> Sequence[Review]:
        """What was decided and its writer does not know, or waits unseen, in every guild."""

        def act(connection: Connection) -> list[Review]:
            query = select(reviews).where(reviews.c.told == 0, reviews.c.decided.is_not(None))
            return [review_from(row) for row in connection.execute(query.limit(200))]

        return await self._database.read(act)

    async def approved(
        self, guild: GuildId, *, limit: int, text: str | None = None
    ) -> Sequence[tuple[str, frozenset[str]]]:
        """The newest texts that moderators approved (or this one), and which rules had marked them."""

        def act(connection: Connection) -> list[tuple[str, frozenset[str]]]:
            query = select(reviews.c.text, reviews.c.spots).where(
                reviews.c.guild == guild, reviews.c.state == "approved"
            )
            if text is not None:
                query = query.where(reviews.c.text == text)
            rows = connection.execute(query.order_by(reviews.c.id.desc()).limit(limit))
            return [
                (row.text, frozenset(spot["rule"] for spot in json.loads(row.spots)))
                for row in rows
                if row.text
            ]

        return await self._database.read(act)

    async def forget_decided(self, before: datetime) -> int:
        """Erase the texts of reviews that ended long ago; returns how many."""

        def act(connection: Connection) -> int:
            ended = reviews.c.decided < written(before)
            gone = update(reviews).where(ended, reviews.c.text != "").values(text="", resume="{}", note="")
            return connection.execute(gone).rowcount

        return await self._database.write(act)

    async def _set(self, guild: GuildId, id: int, **values: object) -> None:
        await self._database.write(lambda connection: _update(connection, guild, id, **values))


def review_from(row: AnyRow) -> Review:
    """A row of reviews."""
    return Review(
        id=row.id,
        guild=GuildId(row.guild),
        member=MemberId(row.member),
        place=Place(
            guild=GuildId(row.guild),
            channel=ChannelId(row.channel),
            category=ChannelId(row.category) if row.category is not None else None,
            thread=ChannelId(row.thread) if row.thread is not None else None,
            age_restricted=bool(row.age_restricted),
        ),
        kind=row.kind,
        text=row.text,
        spots=tuple(Spot(**spot) for spot in json.loads(row.spots)),
        resume=json.loads(row.resume),
        lang=row.lang,
        state=ReviewState(row.state),
        at=datetime.fromisoformat(row.at),
        due=datetime.fromisoformat(row.due),
        claimant=MemberId(row.claimant),
        claimed=datetime.fromisoformat(row.claimed) if row.claimed else None,
        decider=MemberId(row.decider),
        decided=datetime.fromisoformat(row.decided) if row.decided else None,
        note=row.note,
        desk=ChannelId(row.desk) if row.desk is not None else None,
        message=MessageId(row.message) if row.message is not None else None,
        told=bool(row.told),
    )


def _values(review: Review) -> dict[str, object]:
    place = review.place
    return {
        "guild": review.guild,
        "id": review.id,
        "member": review.member,
        "channel": place.channel,
        "category": place.category,
        "thread": place.thread,
        "age_restricted": place.age_restricted,
        "kind": review.kind,
        "text": review.text,
        "spots": as_json([asdict(spot) for spot in review.spots]),
        "resume": as_json(dict(review.resume)),
        "lang": review.lang,
        "state": review.state.value,
        "at": written(review.at),
        "due": written(review.due),
        "claimant": review.claimant,
        "decider": review.decider,
        "note": review.note,
        "told": review.told,
    }


def _one(connection: Connection, guild: GuildId, id: int) -> Review:
    query = select(reviews).where(reviews.c.guild == guild, reviews.c.id == id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise Gone("moderation.no_review")
    return review_from(row)


def _waiting(connection: Connection, guild: GuildId, id: int) -> Review:
    found = _one(connection, guild, id)
    if found.state is not ReviewState.WAITING:
        raise AlreadyDone("moderation.decided_before")
    return found


def _update(connection: Connection, guild: GuildId, id: int, **values: object) -> None:
    here = update(reviews).where(reviews.c.guild == guild, reviews.c.id == id)
    connection.execute(here.values(**values))


def _rules(review: Review) -> str:
    return ", ".join(dict.fromkeys(spot.rule for spot in review.spots))[:200]


def _entry_of(review: Review, act: str) -> Entry:
    return Entry(at=review.at, act=act, member=review.member, rule=_rules(review), subject=review.id)
