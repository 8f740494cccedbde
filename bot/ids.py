"""Names for the numbers that Discord and the store hand out.

``GuildId`` names a *space* whose data is kept apart from every other space: a
guild when positive, or the private room of one member (direct messages, and
commands used through a user install in a server that never invited the bot)
when negative, being the negated member id.  Keeping both in one number lets
every table lead its keys with it, and no query can forget it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Literal, NewType

GuildId = NewType("GuildId", int)
ChannelId = NewType("ChannelId", int)
MessageId = NewType("MessageId", int)
MemberId = NewType("MemberId", int)
WorkId = NewType("WorkId", int)

Lang = Literal["en", "zh"]
"""A language of the interface and of the prompts."""

LANGUAGES: tuple[Lang, ...] = ("en", "zh")


def private_room(member: MemberId) -> GuildId:
    """The space of one member outside every guild that invited the bot."""
    return GuildId(-member)


_COUNTER = 32
"""Bits of an id below the number that its space counts by: they hold the fingerprint of the space."""


def numbered_id(space: GuildId, number: int) -> int:
    """The id of what a space counts as its ``number``-th: the number, and a fingerprint of the space.

    With the fingerprint an id of one space names nothing in another (a button
    of a message may be pressed where another space is meant), and since each
    space counts for itself, no id tells how much happens elsewhere.
    """
    return number << _COUNTER | zlib.crc32(str(int(space)).encode())


def number_of(id: int) -> int:
    """The number in an id, which is what people read and type."""
    return id >> _COUNTER


@dataclass(frozen=True, slots=True)
class Place:
    """Where something happens, from the outermost to the innermost.

    A direct message has the member's private room as guild and no category.
    ``channel`` is the parent channel when ``thread`` is set.  ``rating`` is for
    whom the story is that is written there ("" where none is): a place is never
    for more readers' eyes than its story.
    """

    guild: GuildId
    channel: ChannelId
    category: ChannelId | None = None
    thread: ChannelId | None = None
    age_restricted: bool = False
    roles: frozenset[int] = field(default=frozenset(), compare=False)
    """The roles of whoever acts there, where they are known: some rules spare some roles."""
    rating: str = field(default="", compare=False)

    @property
    def spot(self) -> ChannelId:
        """Where a message would be posted: the thread if there is one, else the channel."""
        return self.thread or self.channel

    @property
    def is_private_room(self) -> bool:
        """Whether this is one member's own space and not a guild."""
        return self.guild < 0
