"""A member's part in stories: told to them, and forgotten.

The words of turns are contributions and erased with them.  Here go the seats,
the drafts, whatever else they typed (titles, lore, notes, headings), and their
name wherever the state of a story or one of its events has it: it is nobody's
(0) then.  What a model told in short goes as well, since it was told from their
words; it is told anew from what is left.
"""

from __future__ import annotations

import json
from typing import Any, cast

from sqlalchemy import Connection, Table, delete, select, update

from bot.ids import GuildId, MemberId
from bot.storage.rows import as_json
from bot.storage.tables import outbox, stories, story_drafts, story_events, story_seats

NAMED = (stories.c.starter, story_seats.c.member, story_events.c.member, story_drafts.c.member)
"""Every column that names a member."""

NOBODY = 0

_ONE = frozenset({"by", "member", "starter", "to"})
_MANY = frozenset({"done", "invited", "removed", "members"})
_TYPED = ("title", "text", "note", "name", "ground_rules")
"""Fields of states and events that hold one member, several, or what somebody typed."""

_KEYS = ("keys", "second")
"""Fields that hold words by which an entry of lore is found."""

BLANK = "…"
"""What stands where a title was."""


def everything(connection: Connection, guild: GuildId, member: MemberId) -> dict[str, Any]:
    """All that is stored of a member in one space, by what it is."""
    return {
        "stories begun": [
            {name: row[name] for name in ("id", "title", "created", "stage")}
            for row in _rows(connection, stories, guild, stories.c.starter == member)
        ],
        "seats in stories": _rows(connection, story_seats, guild, story_seats.c.member == member),
        "done in stories": [
            row | {"event": json.loads(row["event"])}
            for row in _rows(connection, story_events, guild, story_events.c.member == member)
        ],
        "drafts for stories": _rows(connection, story_drafts, guild, story_drafts.c.member == member),
    }


def forget(connection: Connection, guild: GuildId, member: MemberId) -> None:
    """Erase a member's part in the stories of one space, inside a transaction."""
    for table in (story_drafts, story_seats):
        connection.execute(delete(table).where(table.c.guild == guild, table.c.member == member))
    for row in connection.execute(select(stories).where(stories.c.guild == guild)).all():
        state: dict[str, Any] = json.loads(row.state)
        typed = _typed(connection, guild, row.id, member)
        if not _names(state, member) and not typed and row.starter != member:
            continue
        left = _without(_bare(state, member, typed, began=row.starter == member), member)
        connection.execute(
            update(stories)
            .where(stories.c.guild == guild, stories.c.id == row.id)
            .values(
                state=as_json(left),
                title=left.get("title", row.title),
                starter=NOBODY if row.starter == member else row.starter,
                stale=True,
            )
        )
        _forget_events(connection, guild, row.id, member)
        title = [row.title] if row.starter == member and row.title else []
        _forget_posts(connection, guild, row.id, [str(int(member)), *_words(typed), *title])


def _typed(connection: Connection, guild: GuildId, story: int, member: MemberId) -> list[dict[str, Any]]:
    """The events of a story in which the member typed something."""
    query = select(story_events.c.kind, story_events.c.event).where(
        story_events.c.guild == guild, story_events.c.story == story, story_events.c.member == member
    )
    return [{"kind": row.kind, **json.loads(row.event)} for row in connection.execute(query)]


def _words(typed: Any) -> list[str]:
    """Everything that was typed into events, wherever in them it stands."""
    if isinstance(typed, list):
        return [word for one in cast("list[Any]", typed) for word in _words(one)]
    if not isinstance(typed, dict):
        return []
    found: list[str] = []
    for name, one in cast("dict[str, Any]", typed).items():
        if name in _KEYS:
            found += cast("list[str]", one)
        else:
            found += [one] if name in _TYPED and isinstance(one, str) and one else _words(one)
    return found


def _bare(
    state: dict[str, Any], member: MemberId, typed: list[dict[str, Any]], *, began: bool
) -> dict[str, Any]:
    """A state without what the member typed into it; ``began`` if they began the story."""
    left = dict(state)
    headings = {event["title"] for event in typed if event["kind"] == "NewChapter"}
    notes = {event["note"] for event in typed if event["kind"] == "Annotate"}
    if began:
        left["title"] = BLANK
        left["terms"] = {**left.get("terms", {}), "ground_rules": ""}
    left["lore"] = [entry for entry in left.get("lore", ()) if entry.get("by") != member]
    left["chapters"] = [
        {**one, "title": BLANK} if one.get("title") in headings else one for one in left.get("chapters", ())
    ]
    if left.get("note") in notes:
        left["note"] = ""
    if any(turn.get("by") == member for turn in left.get("turns", ())):
        left["summary"], left["summarised"] = "", 0
    return left


def _forget_events(connection: Connection, guild: GuildId, story: int, member: MemberId) -> None:
    query = select(story_events).where(story_events.c.guild == guild, story_events.c.story == story)
    for row in connection.execute(query).all():
        event: dict[str, Any] = json.loads(row.event)
        own = row.member == member
        if not own and row.kind != "Summarise" and not _names(event, member):
            continue
        # A summary tells of everybody's words.
        if own or row.kind == "Summarise":
            event = _blank(event)
        connection.execute(
            update(story_events)
            .where(
                story_events.c.guild == guild,
                story_events.c.story == story,
                story_events.c.number == row.number,
            )
            .values(member=NOBODY if own else row.member, event=as_json(_without(event, member)))
        )


def _forget_posts(connection: Connection, guild: GuildId, story: int, traces: list[str]) -> None:
    """What was posted about the story is not kept; what waits and holds a trace of them is not posted."""
    quoted = [json.dumps(trace, ensure_ascii=False)[1:-1] for trace in traces]
    query = select(outbox.c.id, outbox.c.payload, outbox.c.state).where(
        outbox.c.guild == guild, outbox.c.kind == "story-say"
    )
    for row in connection.execute(query).all():
        payload = json.loads(row.payload)
        waits = row.state == "waiting"
        if payload.get("story") != story or (waits and not any(trace in row.payload for trace in quoted)):
            continue
        connection.execute(
            update(outbox)
            .where(outbox.c.guild == guild, outbox.c.id == row.id)
            .values(payload=as_json({"story": story, "notes": []}), state="given up" if waits else row.state)
        )


def _blank(event: Any) -> Any:
    """An event without what was typed into it."""
    if not isinstance(event, dict):
        return event
    items = cast("dict[str, Any]", event)
    blank: dict[str, Any] = {
        name: BLANK
        if name in _TYPED and one
        else [_blank(each) for each in cast("list[Any]", one)]
        if isinstance(one, list)
        else _blank(one)
        for name, one in items.items()
    }
    for name in _KEYS:
        if name in blank:
            blank[name] = []
    return blank


def _names(value: Any, member: MemberId) -> bool:
    """Whether a state or an event names the member."""
    return _without(value, member) != value


def _without(value: Any, member: MemberId) -> Any:
    """A state or an event in which the member is nobody; their seat is gone."""
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value)
        return {name: _field(name, one, member) for name, one in items.items()}
    if isinstance(value, list):
        return [_without(one, member) for one in cast("list[Any]", value)]
    return value


def _field(name: str, value: Any, member: MemberId) -> Any:
    if name in _ONE:
        return NOBODY if value == member else value
    if not isinstance(value, list):
        return _without(value, member)
    ones = cast("list[Any]", value)
    if name in _MANY:
        return [one for one in ones if one != member]
    if name == "seats":
        return [seat for seat in ones if seat["member"] != member]
    if name == "votes":
        return [[NOBODY if voter == member else voter, version] for voter, version in ones]
    return _without(ones, member)


def _rows(connection: Connection, table: Table, guild: GuildId, *where: Any) -> list[dict[str, Any]]:
    rows = connection.execute(select(table).where(table.c.guild == guild, *where)).mappings()
    return [{name: value for name, value in row.items() if name not in ("guild", "key")} for row in rows]
