"""What plans of chapters and scenes need from a store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.books.plan import Plan
from bot.ids import GuildId, MemberId, MessageId
from bot.services.stories_ports import StoryNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A plan as it is kept: the n-th of a story, and the message that shows it."""

    guild: GuildId
    story: StoryNumber
    number: int
    member: MemberId
    plan: Plan
    card: MessageId | None = None


class PlanStore(Protocol):
    """Plans, in a database.  Every call names the guild, but for the sweep at start."""

    async def add(
        self, guild: GuildId, story: StoryNumber, member: MemberId, plan: Plan, key: str
    ) -> PlanRow:
        """Keep a plan as the next of its story; the same key again gives what is there."""
        ...

    async def load(self, guild: GuildId, story: StoryNumber, number: int) -> PlanRow:
        """A plan.

        Raises:
            Gone: there is none of that number.
        """
        ...

    async def change(
        self, guild: GuildId, story: StoryNumber, number: int, change: Callable[[Plan], Plan]
    ) -> PlanRow:
        """Change a plan, in one transaction; ``change`` may refuse.

        Raises:
            Gone: there is none of that number.
        """
        ...

    async def shown(self, guild: GuildId, story: StoryNumber, number: int, card: MessageId) -> None:
        """Remember the message that shows a plan."""
        ...

    async def under_way(self) -> Sequence[PlanRow]:
        """Plans that are being written, in every guild (asked once, at start)."""
        ...
