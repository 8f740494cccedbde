"""The order of a story's turns, signed into the chain of contributions.

The chain holds the words of turns, and not which of them stand in what order:
that is in the story's state, which anybody with the file could rewrite.  So
each link of a story says how its turns stood when it was added, and an event
that changes only their order (one is taken back, another version is voted for)
adds a link of its own.  What is signed names no member: it outlives erasure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, func, select

from bot.attribution.chain import serialised
from bot.attribution.model import Act, BrokenLink, Draft
from bot.ids import GuildId, WorkId
from bot.services.stories_ports import Change, StoryRow
from bot.storage.tables import contributions, stories, story_events

ORDER, EVENT = "story", "event"
"""Under what a link says how the turns of its story stood, and up to which event."""

_ACTS = {"Undo": Act.REMOVED, "Redo": Act.RESTORED}


def order_of(state: Mapping[str, Any]) -> str:
    """The digest of which turns stand, in which order, in which versions."""
    turns = [[turn["number"], turn["versions"], turn.get("chosen")] for turn in state.get("turns", ())]
    return hashlib.sha256(serialised(turns).encode("ascii")).hexdigest()


def signed(before: StoryRow, change: Change) -> tuple[Draft, ...]:
    """The words of a change with the order that it leaves; a draft without words if only that changed."""
    order = order_of(json.loads(change.state))
    mark = {ORDER: order, EVENT: before.version + 1}
    if change.words:
        return tuple(replace(draft, sampling={**draft.sampling, **mark}) for draft in change.words)
    if before.version == 0 or order == order_of(json.loads(before.state)):
        return ()
    return (
        Draft(
            guild=before.guild,
            work=WorkId(before.id),
            member=change.member,
            act=_ACTS.get(change.kind, Act.CHOSEN),
            at=change.at,
            key=f"{change.key}:order",
            sampling=mark,
        ),
    )


def first_broken(connection: Connection, guild: GuildId) -> BrokenLink | None:
    """The first story of a guild whose turns do not stand as was signed, or whose log has gaps."""
    rows = select(stories.c.id, stories.c.version, stories.c.state).where(stories.c.guild == guild)
    for row in connection.execute(rows.order_by(stories.c.id)).all():
        number, mark = _newest(connection, guild, row.id)
        events = connection.execute(
            select(func.count(story_events.c.number), func.max(story_events.c.number)).where(
                story_events.c.guild == guild, story_events.c.story == row.id
            )
        ).one()
        if tuple(events) != (row.version, row.version) or mark.get(EVENT, 0) > row.version:
            return BrokenLink(guild, number, f"events of story {row.id} are missing")
        if ORDER in mark and mark[ORDER] != order_of(json.loads(row.state)):
            return BrokenLink(guild, number, f"the order of the turns of story {row.id} was changed")
    return None


def _newest(connection: Connection, guild: GuildId, story: int) -> tuple[int, dict[str, Any]]:
    """The newest link of a story that says how its turns stood; of an older Renga there is none."""
    query = (
        select(contributions.c.number, contributions.c.sampling)
        .where(contributions.c.guild == guild, contributions.c.work == story)
        .order_by(contributions.c.number.desc())
    )
    for row in connection.execute(query):
        if ORDER in (mark := json.loads(row.sampling)):
            return row.number, mark
    return 0, {}
