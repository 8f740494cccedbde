"""Plans of chapters and scenes, in the database; told to their writers, and forgotten with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, func, insert, literal_column, select, update

from bot.books.plan import Plan
from bot.errors import Gone
from bot.ids import GuildId, MemberId, MessageId
from bot.services.books_ports import PlanRow
from bot.services.stories_ports import StoryNumber
from bot.storage.database import Database
from bot.storage.rows import AnyRow
from bot.storage.tables import story_plans

NAMED = (story_plans.c.member,)
"""Every column that names a member."""

NOBODY = 0

_PLAN = TypeAdapter(Plan)


def _row(row: AnyRow) -> PlanRow:
    return PlanRow(
        guild=GuildId(row.guild),
        story=StoryNumber(row.story),
        number=row.number,
        member=MemberId(row.member),
        plan=replace(_PLAN.validate_json(row.plan), until=row.until),
        card=MessageId(row.card) if row.card is not None else None,
    )


def _find(connection: Connection, guild: GuildId, story: StoryNumber, number: int) -> PlanRow:
    query = select(story_plans).where(
        story_plans.c.guild == guild, story_plans.c.story == story, story_plans.c.number == number
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise Gone("bound.plan_gone")
    return _row(row)


class SqlPlans:
    """:class:`bot.services.books_ports.PlanStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, guild: GuildId, story: StoryNumber, member: MemberId, plan: Plan, key: str
    ) -> PlanRow:
        """Keep a plan as the next of its story; the same key again gives what is there."""

        def act(connection: Connection) -> PlanRow:
            there = select(story_plans).where(story_plans.c.guild == guild, story_plans.c.key == key)
            if (row := connection.execute(there).one_or_none()) is not None:
                return _row(row)
            newest = select(func.max(story_plans.c.number)).where(
                story_plans.c.guild == guild, story_plans.c.story == story
            )
            number = int(connection.execute(newest).scalar() or 0) + 1
            values = {
                "number": number,
                "member": member,
                "plan": _text(plan),
                "until": plan.until,
                "key": key,
            }
            connection.execute(insert(story_plans).values(guild=guild, story=story, card=None, **values))
            return _find(connection, guild, story, number)

        return await self._database.write(act)

    async def load(self, guild: GuildId, story: StoryNumber, number: int) -> PlanRow:
        """A plan; Gone if there is none of that number."""
        return await self._database.read(lambda connection: _find(connection, guild, story, number))

    async def change(
        self, guild: GuildId, story: StoryNumber, number: int, change: Callable[[Plan], Plan]
    ) -> PlanRow:
        """Change a plan, in one transaction."""

        def act(connection: Connection) -> PlanRow:
            found = _find(connection, guild, story, number)
            plan = change(found.plan)
            _set(connection, guild, story, number, plan=_text(plan), until=plan.until)
            return replace(found, plan=plan)

        return await self._database.write(act)

    async def shown(self, guild: GuildId, story: StoryNumber, number: int, card: MessageId) -> None:
        """Remember the message that shows a plan."""
        await self._database.write(lambda connection: _set(connection, guild, story, number, card=card))

    async def under_way(self) -> Sequence[PlanRow]:
        """Plans that are being written, in every guild."""

        def act(connection: Connection) -> list[PlanRow]:
            query = select(story_plans).where(story_plans.c.until > literal_column("0"))
            return [_row(row) for row in connection.execute(query)]

        return await self._database.read(act)


def _text(plan: Plan) -> str:
    return _PLAN.dump_json(plan).decode()


def _set(connection: Connection, guild: GuildId, story: StoryNumber, number: int, **values: Any) -> None:
    connection.execute(
        update(story_plans)
        .where(story_plans.c.guild == guild, story_plans.c.story == story, story_plans.c.number == number)
        .values(**values)
    )


# --- a member's own data -----------------------------------------------------------------------


def everything(connection: Connection, guild: GuildId, member: MemberId) -> dict[str, Any]:
    """All plans of a member in one space."""
    query = select(story_plans).where(story_plans.c.guild == guild, story_plans.c.member == member)
    rows = [_row(row) for row in connection.execute(query)]
    return {"plans": [{"story": int(row.story), **_PLAN.dump_python(row.plan)} for row in rows]}


def forget(connection: Connection, guild: GuildId, member: MemberId) -> None:
    """Take the words out of a member's plans, and their name; nothing goes on being written."""
    query = select(story_plans).where(story_plans.c.guild == guild, story_plans.c.member == member)
    for row in connection.execute(query).all():
        bare = replace(_row(row).plan, title="", about="", steps=(), until=0)
        story = StoryNumber(row.story)
        _set(connection, guild, story, row.number, plan=_text(bare), until=0, member=NOBODY)
