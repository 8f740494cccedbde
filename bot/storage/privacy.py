"""A member's own data: collected, and erased so that the chains still verify.

What erasing does to a contribution: :mod:`bot.attribution.erasure`.  Beyond
that their works lose the words of their wish, their settings go, and every
other row that names them names nobody (0).  What they used today stays until
tomorrow's reservations push it out, or else being forgotten would be a way to
a second allowance.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from bot.attribution.chain import commitment, is_closed
from bot.attribution.erasure import NOBODY, closed_seals, without
from bot.attribution.model import Act, Contribution, Draft
from bot.ids import GuildId, MemberId, WorkId
from bot.storage import books, judging_privacy, ledger, moderation_privacy, stories_privacy
from bot.storage.database import Database
from bot.storage.rows import AnyRow, contribution_from, contribution_values, wish_from, wish_text
from bot.storage.tables import (
    changes,
    contributions,
    hands,
    members,
    reservations,
    suggestions,
    takes,
    works,
)
from bot.works import Wish

_NAMED = (
    hands.c.member,
    works.c.author,
    members.c.id,
    suggestions.c.owner,
    suggestions.c.by,
    reservations.c.member,
    changes.c.by,
    *moderation_privacy.NAMED,
    *judging_privacy.NAMED,
    *books.NAMED,
    *stories_privacy.NAMED,
)
"""Every column that names a member; :data:`contributions` by way of ``hands``."""


class SqlPrivacy:
    """:class:`bot.services.ports.PrivacyStore` over a database."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def export(self, member: MemberId, guild: GuildId | None = None) -> Mapping[str, Any]:
        """Everything stored of a member, by space."""

        def act(connection: Connection) -> dict[str, Any]:
            spaces = _spaces(connection, member) if guild is None else [guild]
            return {
                "member": int(member),
                "spaces": {str(int(space)): _everything(connection, space, member) for space in spaces},
            }

        return await self._database.read(act)

    async def forget(self, member: MemberId, guild: GuildId | None = None) -> int:
        """Erase a member, in one transaction; returns how many texts lost words."""
        now = self._clock()

        def act(connection: Connection) -> int:
            spaces = _spaces(connection, member) if guild is None else [guild]
            return sum(_forget(connection, space, member, now) for space in spaces)

        erased = await self._database.write(act)
        await self._database.forget_freed()
        return erased


def _spaces(connection: Connection, member: MemberId) -> list[GuildId]:
    """Every space in which something names the member."""
    found: set[int] = set()
    for column in _NAMED:
        table = column.table
        found.update(connection.execute(select(table.c.guild).where(column == member).distinct()).scalars())
    return [GuildId(space) for space in sorted(found)]


def _rows(connection: Connection, table: Table, guild: GuildId, *where: Any) -> list[dict[str, Any]]:
    rows = connection.execute(select(table).where(table.c.guild == guild, *where)).mappings()
    return [{name: value for name, value in row.items() if name != "guild"} for row in rows]


def _everything(connection: Connection, guild: GuildId, member: MemberId) -> dict[str, Any]:
    """All that is stored of a member in one space."""
    links = _with_part(connection, guild, member)
    asked = suggestions.c.by == member
    settings = _rows(connection, members, guild, members.c.id == member)
    return {
        "settings": json.loads(settings[0]["settings"]) if settings else {},
        "works": [
            row | {"wish": json.loads(row["wish"])}
            for row in _rows(connection, works, guild, works.c.author == member)
        ],
        "contributions": [_told(connection, link, member) for link in links],
        "suggestions": _rows(connection, suggestions, guild, asked | (suggestions.c.owner == member)),
        "requests": _rows(connection, reservations, guild, reservations.c.member == member),
        "settings of the server changed": _rows(connection, changes, guild, changes.c.by == member),
        **moderation_privacy.everything(connection, guild, member),
        **judging_privacy.everything(connection, guild, member),
        **books.everything(connection, guild, member),
        **stories_privacy.everything(connection, guild, member),
    }


def _told(connection: Connection, link: Contribution, member: MemberId) -> dict[str, Any]:
    """A contribution as it is told to a member: whole if it is theirs, else their words in it."""
    draft = link.draft
    own = draft.member == member
    words = [draft.text[span.start : span.end] for span in draft.spans if span.member == member]
    take = takes.c.contribution == link.number
    return {
        "number": link.number,
        "work": int(draft.work),
        "act": draft.act.value,
        "at": draft.at.isoformat(),
        "model": draft.model.name if draft.model else None,
        "prompt": draft.prompt,
        "sampling": dict(draft.sampling),
        "digest": link.digest,
        "text": draft.text if own else None,
        "words in the text of somebody else": [] if own else words,
        "takes": _rows(connection, takes, draft.guild, take) if own else [],
    }


def _with_part(connection: Connection, guild: GuildId, member: MemberId) -> list[Contribution]:
    """Every contribution in which a member has a part, oldest first."""
    query = (
        select(contributions)
        .join(
            hands,
            (hands.c.guild == contributions.c.guild) & (hands.c.contribution == contributions.c.number),
        )
        .where(hands.c.guild == guild, hands.c.member == member)
        .order_by(contributions.c.number)
    )
    return [contribution_from(row) for row in connection.execute(query)]


def _forget(connection: Connection, guild: GuildId, member: MemberId, now: datetime) -> int:
    """Erase a member in one space; returns how many texts lost words."""
    erased = seals = 0
    for link in _with_part(connection, guild, member):
        left = without(link, member)
        seals += closed_seals(left) - closed_seals(link)
        touched = left.draft.text != link.draft.text
        erased += touched
        _replace(connection, left, report=not touched, instruction=link.draft.member != member)
    connection.execute(delete(hands).where(hands.c.guild == guild, hands.c.member == member))
    if seals:
        ledger.append(
            connection,
            Draft(
                guild=guild,
                work=WorkId(0),
                member=NOBODY,
                act=Act.ERASED,
                at=now,
                key=f"erased:{secrets.token_hex(8)}",
                sampling={"seals": seals},
            ),
        )
    _forget_wishes(connection, guild, member)
    moderation_privacy.forget(connection, guild, member)
    judging_privacy.forget(connection, guild, member)
    books.forget(connection, guild, member)
    stories_privacy.forget(connection, guild, member)
    _forget_elsewhere(connection, guild, member, now)
    return erased


def _replace(connection: Connection, left: Contribution, *, report: bool, instruction: bool) -> None:
    """Store what is left of a contribution; of its take, keep the report and the instruction or not."""
    guild, number = left.draft.guild, left.number
    values = contribution_values(left)
    connection.execute(
        update(contributions)
        .where(contributions.c.guild == guild, contributions.c.number == number)
        .values({name: values[name] for name in ("member", "text", "spans", "seals")})
    )
    gone = {name: "" for name, kept in (("report", report), ("instruction", instruction)) if not kept}
    if gone:
        connection.execute(
            update(takes).where(takes.c.guild == guild, takes.c.contribution == number).values(gone)
        )
    if not report:
        judging_privacy.forget_ink(connection, guild, number)


def _forget_wishes(connection: Connection, guild: GuildId, member: MemberId) -> None:
    """Take the member's words out of their works, and out of remixes that took over their topic."""
    query = select(works).where(works.c.guild == guild, works.c.author == member)
    for row in connection.execute(query).all():
        wish = wish_from(row.wish)
        for remix in _remixes(connection, guild, row.id):
            bare = _without_words_of(wish, wish_from(remix.wish))
            title = "" if remix.title == row.title else remix.title
            _set_work(connection, remix, wish=wish_text(bare), title=title)
        bare = _without_words_of(wish, wish)
        _set_work(connection, row, wish=wish_text(bare), title="", author=NOBODY)


def _remixes(connection: Connection, guild: GuildId, work: int) -> list[AnyRow]:
    """Every work that derives from one, by way of others too."""
    found: list[AnyRow] = []
    sources = [work]
    while sources:
        query = select(works).where(works.c.guild == guild, works.c.source.in_(sources))
        rows = list(connection.execute(query))
        sources = [row.id for row in rows]
        found += rows
    return found


def _without_words_of(wish: Wish, other: Wish) -> Wish:
    """The other wish without the words that it has from this one."""
    return replace(
        other,
        topic="" if other.topic == wish.topic else other.topic,
        opening="" if other.opening == wish.opening else other.opening,
        options={name: text for name, text in other.options.items() if wish.options.get(name) != text},
    )


def _set_work(connection: Connection, row: AnyRow, **values: object) -> None:
    connection.execute(update(works).where(works.c.guild == row.guild, works.c.id == row.id).values(**values))


def _forget_elsewhere(connection: Connection, guild: GuildId, member: MemberId, now: datetime) -> None:
    """Settings, suggestions, what they used, and the audit log."""
    connection.execute(delete(members).where(members.c.guild == guild, members.c.id == member))
    connection.execute(
        update(suggestions)
        .where(suggestions.c.guild == guild, suggestions.c.by == member)
        .values(by=NOBODY, instruction="", licence="")
    )
    connection.execute(
        update(suggestions)
        .where(suggestions.c.guild == guild, suggestions.c.owner == member)
        .values(owner=NOBODY)
    )
    connection.execute(
        update(reservations)
        .where(
            reservations.c.guild == guild,
            reservations.c.member == member,
            reservations.c.day < now.date().isoformat(),
        )
        .values(member=NOBODY)
    )
    query = select(changes).where(changes.c.guild == guild, changes.c.by == member)
    for row in connection.execute(query).all():
        seal = row.seal if is_closed(row.seal) else commitment(row.seal, str(int(member)))
        connection.execute(
            update(changes)
            .where(changes.c.guild == guild, changes.c.number == row.number)
            .values(by=NOBODY, seal=seal)
        )
