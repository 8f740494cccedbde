"""Blind votes: what is voted on, and what a store of them promises."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.ids import ChannelId, GuildId, MemberId, MessageId, WorkId

Kind = Literal["takes", "duel"]
"""Takes that were there and may have been seen, or takes that were written for the vote."""

MOST = 5
"""Texts that one vote is between: more nobody compares."""

NO_DIFFERENCE = 0
"""Stands for an option when a member finds all alike."""


@dataclass(frozen=True, slots=True)
class Option:
    """One text that can be voted for.

    ``number`` counts from 1 in an order drawn when the vote was opened: it says
    nothing of the take.  ``model`` (``provider/id``, or "" for a member's own hand)
    and ``style`` (the id, or "") are what is revealed.
    """

    number: int
    take: int
    model: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A vote between takes of one work; ``closes`` None leaves it open until somebody closes it."""

    id: int
    guild: GuildId
    work: WorkId
    opener: MemberId
    kind: Kind
    options: tuple[Option, ...]
    opened: datetime
    closes: datetime | None = None
    open: bool = True
    channel: ChannelId | None = None
    message: MessageId | None = None

    def option(self, number: int) -> Option | None:
        """The option of that number."""
        return next((one for one in self.options if one.number == number), None)


@dataclass(frozen=True, slots=True)
class Ballots:
    """How many members voted for each option; 0 counts those who found all alike."""

    counts: dict[int, int]

    @property
    def total(self) -> int:
        """Members who voted."""
        return sum(self.counts.values())


def order_for(poll: Poll, member: MemberId) -> tuple[Option, ...]:
    """The options in the order in which one member reads them.

    Each reads another order, the same at every look: what stands first wins
    more often, and so that falls on each in turn.
    """

    def drawn(option: Option) -> bytes:
        return hashlib.sha256(f"{poll.guild}/{poll.id}/{member}/{option.number}".encode()).digest()

    return tuple(sorted(poll.options, key=drawn))


class BallotStore(Protocol):
    """Votes and what was voted, by guild.

    Raises (all): :class:`bot.errors.Gone` for a vote that is not in that guild.
    """

    async def open(
        self,
        guild: GuildId,
        work: WorkId,
        opener: MemberId,
        kind: Kind,
        options: Sequence[Option],
        *,
        closes: datetime | None,
        key: str,
    ) -> Poll:
        """Open a vote; the same key again gives the one that is there."""
        ...

    async def poll(self, guild: GuildId, id: int) -> Poll:
        """One vote."""
        ...

    async def placed(self, guild: GuildId, id: int, channel: ChannelId, message: MessageId) -> None:
        """Remember the message that shows a vote."""
        ...

    async def cast(self, guild: GuildId, id: int, member: MemberId, option: int) -> bool:
        """Cast or change a member's one vote; False if it was the same before.

        Raises:
            AlreadyDone: the vote is closed.
        """
        ...

    async def counted(self, guild: GuildId, id: int) -> Ballots:
        """What was voted so far."""
        ...

    async def close(self, guild: GuildId, id: int) -> Poll:
        """Close a vote; closing it again changes nothing."""
        ...

    async def due(self, now: datetime) -> Sequence[Poll]:
        """Open votes whose time is over, in every guild."""
        ...

    async def closed(self, guild: GuildId) -> Sequence[tuple[Poll, Ballots]]:
        """Every closed vote of a guild with its ballots."""
        ...
