"""A member's newest works by number, in memory, for autocomplete."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from bot.errors import BadInput
from bot.ids import GuildId, MemberId, WorkId
from bot.works import Work, WorkStore
from cogs.ui.safe import plain_line

MEMBERS = 1_000
"""Members whose works are remembered."""


class Recent:
    """Remembers the works that a member was last shown; who was shown none is offered none."""

    def __init__(self, works: WorkStore) -> None:
        self._works = works
        self._known: OrderedDict[tuple[GuildId, MemberId], tuple[Work, ...]] = OrderedDict()

    def peek(self, guild: GuildId, member: MemberId, typed: str) -> list[tuple[str, int]]:
        """Up to 25 (title, id) that hold what was typed, from memory."""
        wanted = typed.casefold().strip().removeprefix("#")
        found = [
            (label(work), int(work.id))
            for work in self._known.get((guild, member), ())
            if wanted in f"{work.id} {work.title} {work.wish.topic}".casefold()
        ]
        return found[:25]

    async def forget(self, member: MemberId, guild: GuildId | None = None) -> None:
        """Remember no more of a member, in one space or everywhere."""
        for known in [known for known in self._known if known[1] == member and guild in (None, known[0])]:
            del self._known[known]

    async def of(self, guild: GuildId, member: MemberId) -> Sequence[Work]:
        """A member's newest works, read and remembered."""
        works = tuple(await self._works.recent(guild, member))
        self._known[guild, member] = works
        self._known.move_to_end((guild, member))
        while len(self._known) > MEMBERS:
            self._known.popitem(last=False)
        return works


def label(work: Work) -> str:
    """A work in a list: its number and what it is called."""
    return f"#{work.id} {plain_line(work.title or work.wish.topic, 60)}".strip()


def numbered(typed: str) -> WorkId:
    """A work's number as typed, with or without #.

    Raises:
        BadInput: it is no number.
    """
    digits = typed.strip().removeprefix("#").split(" ")[0]
    if not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        raise BadInput("refused.no_work", typed=typed[:80])
    return WorkId(int(digits))
