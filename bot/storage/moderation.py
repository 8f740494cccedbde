"""Filter rules, the lines they are tried on, and the texts they judged, in the database."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.errors import BadInput
from bot.ids import ChannelId, GuildId, MemberId
from bot.moderation.records import Entry, Handled, Step, StoredLine, StoredRule
from bot.moderation.rules import Mode
from bot.storage.database import Database
from bot.storage.moderation_log import append
from bot.storage.rows import AnyRow, as_json, put, written
from bot.storage.tables import filter_books, filter_lines, filter_rules, handled


class SqlRules:
    """:class:`bot.moderation.records.RuleStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rules(self, guild: GuildId) -> tuple[int, Sequence[StoredRule]]:
        """All rules of a guild and the revision they are at."""

        def act(connection: Connection) -> tuple[int, list[StoredRule]]:
            query = select(filter_rules).where(filter_rules.c.guild == guild).order_by(filter_rules.c.id)
            return _revision(connection, guild), [_rule(row) for row in connection.execute(query)]

        return await self._database.read(act)

    async def all_rules(self) -> Mapping[GuildId, tuple[int, Sequence[StoredRule]]]:
        """The rules of every guild (asked once, at start)."""

        def act(connection: Connection) -> dict[GuildId, tuple[int, Sequence[StoredRule]]]:
            found: dict[GuildId, list[StoredRule]] = {}
            for row in connection.execute(select(filter_rules).order_by(filter_rules.c.guild)):
                found.setdefault(GuildId(row.guild), []).append(_rule(row))
            return {guild: (_revision(connection, guild), rules) for guild, rules in found.items()}

        return await self._database.read(act)

    async def revision(self, guild: GuildId) -> int:
        """How often the rules of a guild were changed."""
        return await self._database.read(lambda connection: _revision(connection, guild))

    async def revisions(self) -> Mapping[GuildId, int]:
        """The same of every guild that ever had a rule."""

        def act(connection: Connection) -> dict[GuildId, int]:
            return {GuildId(row.guild): row.revision for row in connection.execute(select(filter_books))}

        return await self._database.read(act)

    async def put_rule(self, guild: GuildId, rule: StoredRule, entry: Entry) -> StoredRule:
        """Add a rule (``id`` 0) or replace one."""

        def act(connection: Connection) -> StoredRule:
            stored = _put_rule(connection, guild, rule)
            _turn_page(connection, guild)
            append(connection, guild, replace(entry, subject=stored.id))
            return stored

        return await self._database.write(act)

    async def apply(self, guild: GuildId, steps: Sequence[Step]) -> Sequence[int]:
        """Make several changes, each with its entry, in one transaction."""

        def act(connection: Connection) -> list[int]:
            ids: list[int] = []
            for step in steps:
                id = step.id
                if step.rule is not None:
                    id = _put_rule(connection, guild, step.rule).id
                elif step.line is not None:
                    id = _put_line(connection, guild, step.line).id
                else:
                    table = filter_rules if step.about == "rule" else filter_lines
                    connection.execute(delete(table).where(table.c.guild == guild, table.c.id == id))
                append(connection, guild, replace(step.entry, subject=id))
                ids.append(id)
            _turn_page(connection, guild)
            return ids

        return await self._database.write(act)

    async def remove_rule(self, guild: GuildId, id: int, entry: Entry) -> None:
        """Take a rule away."""

        def act(connection: Connection) -> None:
            gone = delete(filter_rules).where(filter_rules.c.guild == guild, filter_rules.c.id == id)
            if not connection.execute(gone).rowcount:
                raise BadInput("moderation.no_rule", typed=id)
            _turn_page(connection, guild)
            append(connection, guild, replace(entry, subject=id))

        await self._database.write(act)

    async def lines(self, guild: GuildId) -> Sequence[StoredLine]:
        """The lines that rules are tried on."""

        def act(connection: Connection) -> list[StoredLine]:
            query = select(filter_lines).where(filter_lines.c.guild == guild).order_by(filter_lines.c.id)
            return [_line(row) for row in connection.execute(query)]

        return await self._database.read(act)

    async def put_line(self, guild: GuildId, line: StoredLine, entry: Entry) -> StoredLine:
        """Add a line; the same text again changes what is wanted of it."""

        def act(connection: Connection) -> StoredLine:
            stored = _put_line(connection, guild, line)
            append(connection, guild, replace(entry, subject=stored.id))
            return stored

        return await self._database.write(act)

    async def remove_line(self, guild: GuildId, id: int, entry: Entry) -> None:
        """Take a line away."""

        def act(connection: Connection) -> None:
            gone = delete(filter_lines).where(filter_lines.c.guild == guild, filter_lines.c.id == id)
            if not connection.execute(gone).rowcount:
                raise BadInput("moderation.no_line", typed=id)
            append(connection, guild, replace(entry, subject=id))

        await self._database.write(act)

    async def note(
        self, guild: GuildId, texts: Sequence[Handled], watching: Sequence[int], *, keep: int
    ) -> None:
        """Remember texts that were judged, and count them for the rules in ``watching``."""

        def act(connection: Connection) -> None:
            newest = select(func.max(handled.c.id)).where(handled.c.guild == guild)
            id = int(connection.execute(newest).scalar() or 0)
            seen, hits = 0, Counter[int]()
            dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
            for text in texts:
                query = dialect.insert(handled).values(guild=guild, id=id + 1, **_handled_values(text))
                if connection.execute(query.on_conflict_do_nothing()).rowcount:
                    id += 1
                    seen += 1
                    hits.update(text.rules)
            _count(connection, guild, watching, seen, hits)
            connection.execute(delete(handled).where(handled.c.guild == guild, handled.c.id <= id - keep))

        await self._database.write(act)

    async def handled(self, guild: GuildId, *, limit: int) -> Sequence[Handled]:
        """The newest texts handled in a guild, newest first."""

        def act(connection: Connection) -> list[Handled]:
            query = select(handled).where(handled.c.guild == guild).order_by(handled.c.id.desc())
            return [_handled(row) for row in connection.execute(query.limit(limit))]

        return await self._database.read(act)

    async def guilds(self) -> Sequence[GuildId]:
        """Every guild of which texts are kept."""

        def act(connection: Connection) -> list[GuildId]:
            query = select(handled.c.guild).distinct()
            return [GuildId(guild) for guild in connection.execute(query).scalars()]

        return await self._database.read(act)

    async def expire_handled(self, guild: GuildId, before: datetime) -> int:
        """Forget texts of long ago; returns how many."""

        def act(connection: Connection) -> int:
            old = delete(handled).where(handled.c.guild == guild, handled.c.at < written(before))
            return connection.execute(old).rowcount

        return await self._database.write(act)


def _put_rule(connection: Connection, guild: GuildId, rule: StoredRule) -> StoredRule:
    """Add a rule (``id`` 0) or replace one."""
    query = select(func.max(filter_rules.c.id)).where(filter_rules.c.guild == guild)
    stored = replace(rule, id=rule.id or int(connection.execute(query).scalar() or 0) + 1)
    values = {
        "guild": guild,
        "id": stored.id,
        "body": stored.body,
        "mode": stored.mode.value,
        "by": stored.by,
        "changed": written(stored.changed),
        "seen": stored.seen,
        "hits": stored.hits,
        "source": stored.source,
    }
    put(connection, filter_rules, values)
    return stored


def _put_line(connection: Connection, guild: GuildId, line: StoredLine) -> StoredLine:
    """Add a line (one that was here before gets its number again, if that is free), or change one."""
    same = select(filter_lines.c.id).where(filter_lines.c.guild == guild, filter_lines.c.text == line.text)
    newest = select(func.max(filter_lines.c.id)).where(filter_lines.c.guild == guild)
    id = connection.execute(same).scalar_one_or_none()
    if id is None and line.id:
        taken = select(filter_lines.c.id).where(filter_lines.c.guild == guild, filter_lines.c.id == line.id)
        id = line.id if connection.execute(taken).scalar_one_or_none() is None else None
    stored = replace(line, id=id or int(connection.execute(newest).scalar() or 0) + 1)
    values = {"guild": guild, "id": stored.id, "text": line.text, "wanted": line.wanted, "by": line.by}
    put(connection, filter_lines, values)
    return stored


def _count(
    connection: Connection, guild: GuildId, watching: Sequence[int], seen: int, hits: Mapping[int, int]
) -> None:
    if not seen:
        return
    for id in watching:
        connection.execute(
            update(filter_rules)
            .where(filter_rules.c.guild == guild, filter_rules.c.id == id)
            .values(seen=filter_rules.c.seen + seen, hits=filter_rules.c.hits + hits.get(id, 0))
        )


def _revision(connection: Connection, guild: GuildId) -> int:
    query = select(filter_books.c.revision).where(filter_books.c.guild == guild)
    return connection.execute(query).scalar_one_or_none() or 0


def _turn_page(connection: Connection, guild: GuildId) -> None:
    put(connection, filter_books, {"guild": guild, "revision": _revision(connection, guild) + 1})


def _rule(row: AnyRow) -> StoredRule:
    return StoredRule(
        id=row.id,
        body=row.body,
        mode=Mode(row.mode),
        by=MemberId(row.by),
        changed=datetime.fromisoformat(row.changed),
        seen=row.seen,
        hits=row.hits,
        source=row.source,
    )


def _line(row: AnyRow) -> StoredLine:
    return StoredLine(id=row.id, text=row.text, wanted=bool(row.wanted), by=MemberId(row.by))


def _handled_values(text: Handled) -> dict[str, object]:
    digest = hashlib.blake2b(f"{text.kind}\n{text.text}".encode("utf-8", "surrogatepass"), digest_size=16)
    return {
        "digest": digest.hexdigest(),
        "kind": text.kind,
        "text": text.text,
        "member": text.member,
        "channel": text.channel,
        "at": written(text.at),
        "action": text.action,
        "rules": as_json(list(text.rules)),
    }


def _handled(row: AnyRow) -> Handled:
    return Handled(
        kind=row.kind,
        text=row.text,
        member=MemberId(row.member),
        channel=ChannelId(row.channel),
        at=datetime.fromisoformat(row.at),
        action=row.action,
        rules=tuple(json.loads(row.rules)),
    )
