"""A member's newest works by number and by title: what the ``work`` of a command means."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from bot.errors import BadInput
from bot.ids import GuildId, MemberId, WorkId, number_of, numbered_id
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
        """Up to 25 (title, number) that hold what was typed, from memory."""
        wanted = typed.casefold().strip().removeprefix("#")
        found = [
            (label(work), number_of(work.id))
            for work in self._known.get((guild, member), ())
            if wanted in f"{number_of(work.id)} {work.title} {work.wish.topic}".casefold()
        ]
        return found[:25]

    async def forget(self, member: MemberId, guild: GuildId | None = None) -> None:
        """Remember no more of a member, in one space or everywhere."""
        for known in [known for known in self._known if known[1] == member and guild in (None, known[0])]:
            del self._known[known]

    async def named(self, guild: GuildId, member: MemberId, typed: str) -> WorkId:
        """The work that is meant: by its number, or one of the member's newest by its title.

        Without anything typed it is the member's newest.

        Raises:
            BadInput: nothing is called so, or several are.
        """
        if typed.strip() and (id := _numbered(typed, guild)) is not None:
            return id
        works = await self.of(guild, member)
        if not typed.strip():
            if not works:
                raise BadInput("refused.no_works_yet")
            return works[0].id
        wanted = " ".join(typed.split()).casefold()
        called = {work.id: f"{work.title}\n{work.wish.topic}".casefold() for work in works}
        exact = [id for id, names in called.items() if wanted in names.split("\n")]
        found = exact or [id for id, names in called.items() if wanted in names]
        if not found:
            raise BadInput("refused.no_work", typed=typed[:80])
        if len(found) > 1:
            names = " · ".join(label(work) for work in works if work.id in found[:5])
            raise BadInput("refused.several_works", typed=typed[:80], works=names)
        return found[0]

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
    return f"#{number_of(work.id)} {plain_line(work.title or work.wish.topic, 60)}".strip()


def _numbered(typed: str, guild: GuildId) -> WorkId | None:
    """The work of a number as it is typed or copied, with or without # and what follows it; else None."""
    digits, _, more = typed.strip().removeprefix("#").partition(" ")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        return None
    if more and not typed.strip().startswith("#"):
        return None  # a title that begins with a number
    number = int(digits)
    # A whole id is named by what links to it, and stood in messages before.
    return WorkId(number if number_of(number) else numbered_id(guild, number))
