"""Between rows of the database and the records of the domain."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Table
from sqlalchemy.dialects import postgresql, sqlite

from bot.attribution.model import Act, Contribution, Draft, ModelAuthor, Span
from bot.ids import ChannelId, GuildId, MemberId, MessageId, Place, WorkId, number_of, numbered_id
from bot.works import Shown, Suggestion, Take, Wish, Work, WorkState

AnyRow = Row[*tuple[Any, ...]]


def written(moment: datetime) -> str:
    """A time as it is stored and hashed: ISO 8601 in UTC, with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def as_json(value: object) -> str:
    """A value as JSON text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def next_id(guild: GuildId, newest: int | None) -> int:
    """The id after ``newest`` in a guild; see :func:`bot.ids.numbered_id`."""
    return numbered_id(guild, number_of(newest or 0) + 1)


def put(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row, or replace the one that has the same primary key."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    key = [column.name for column in table.primary_key]
    query = dialect.insert(table).values(**values)
    others = {name: query.excluded[name] for name in values if name not in key}
    connection.execute(query.on_conflict_do_update(index_elements=key, set_=others))


def spans_text(spans: Sequence[Span]) -> str:
    """Spans as JSON: [start, end, member] or [start, end, member, provider, id, revision]."""
    return as_json(
        [
            [span.start, span.end, int(span.member)]
            + ([span.model.provider, span.model.id, span.model.revision] if span.model else [])
            for span in spans
        ]
    )


def spans_from(text: str) -> tuple[Span, ...]:
    """The reverse of :func:`spans_text`."""
    return tuple(
        Span(start, end, MemberId(member), ModelAuthor(*model) if model else None)
        for start, end, member, *model in json.loads(text)
    )


def contribution_values(found: Contribution) -> dict[str, Any]:
    """A contribution as a row."""
    draft = found.draft
    model = draft.model or ModelAuthor("", "")
    return {
        "guild": draft.guild,
        "number": found.number,
        "work": draft.work,
        "member": draft.member,
        "act": draft.act.value,
        "at": written(draft.at),
        "key": draft.key,
        "provider": model.provider,
        "model": model.id,
        "revision": model.revision,
        "parent": draft.parent,
        "prompt": draft.prompt,
        "sampling": as_json(dict(draft.sampling)),
        "text": draft.text,
        "spans": spans_text(draft.spans),
        "seals": " ".join(found.seals),
        "previous": found.previous,
        "digest": found.digest,
    }


def contribution_from(row: AnyRow) -> Contribution:
    """A row of contributions."""
    return Contribution(
        number=row.number,
        draft=Draft(
            guild=GuildId(row.guild),
            work=WorkId(row.work),
            member=MemberId(row.member),
            act=Act(row.act),
            at=datetime.fromisoformat(row.at),
            key=row.key,
            model=ModelAuthor(row.provider, row.model, row.revision) if row.provider else None,
            parent=row.parent,
            prompt=row.prompt,
            sampling=json.loads(row.sampling),
            text=row.text,
            spans=spans_from(row.spans),
        ),
        seals=tuple(row.seals.split(" ")),
        previous=row.previous,
        digest=row.digest,
    )


def take_from(row: AnyRow, link: Contribution) -> Take:
    """A row of takes, with the contribution that holds its words."""
    draft = link.draft
    return Take(
        work=WorkId(row.work),
        number=row.number,
        text=draft.text,
        member=draft.member,
        at=draft.at,
        model=draft.model,
        spans=draft.spans if draft.text else (),
        parent=row.parent,
        contribution=link.number,
        ending=row.ending,
        instruction=row.instruction,
        seed=row.seed,
        report=row.report,
        erased=link.erased,
    )


def wish_text(wish: Wish) -> str:
    """A wish as JSON."""
    return as_json(asdict(wish) | {"options": dict(wish.options)})


def wish_from(text: str) -> Wish:
    """The reverse of :func:`wish_text`; fields that are no more are left out."""
    given = json.loads(text)
    return Wish(**{name: value for name, value in given.items() if name in Wish.__dataclass_fields__})


def work_from(row: AnyRow) -> Work:
    """A row of works."""
    return Work(
        id=WorkId(row.id),
        guild=GuildId(row.guild),
        author=MemberId(row.author),
        place=Place(
            guild=GuildId(row.guild),
            channel=ChannelId(row.channel),
            category=ChannelId(row.category) if row.category is not None else None,
            thread=ChannelId(row.thread) if row.thread is not None else None,
            age_restricted=bool(row.age_restricted),
        ),
        wish=wish_from(row.wish),
        state=WorkState(row.state),
        take=row.take,
        created=datetime.fromisoformat(row.created),
        title=row.title,
        licence=row.licence,
        source=WorkId(row.source) if row.source is not None else None,
    )


def shown_from(row: AnyRow) -> Shown:
    """A row of cards."""
    return Shown(
        guild=GuildId(row.guild),
        work=WorkId(row.work),
        channel=ChannelId(row.channel),
        message=MessageId(row.message),
        kind=row.kind,
        take=row.take,
    )


def suggestion_from(row: AnyRow) -> Suggestion:
    """A row of suggestions."""
    return Suggestion(
        id=row.id,
        guild=GuildId(row.guild),
        work=WorkId(row.work),
        owner=MemberId(row.owner),
        by=MemberId(row.by),
        instruction=row.instruction,
        state=row.state,
        take=row.take,
        kind=row.kind,
        licence=row.licence,
        at=datetime.fromisoformat(row.at) if row.at else None,
        channel=ChannelId(row.channel) if row.channel is not None else None,
        message=MessageId(row.message) if row.message is not None else None,
    )
