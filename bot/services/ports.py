"""What the services need from a store beyond works, ledger and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from bot.ids import ChannelId, GuildId, MemberId, MessageId, WorkId


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a member and a guild may use in a day; 0 means no limit."""

    member_requests: int
    member_tokens: int
    guild_requests: int
    guild_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What was used today, open reservations included."""

    member_requests: int
    member_tokens: int
    guild_requests: int
    guild_tokens: int


class UsageStore(Protocol):
    """Allowances: reserved before a request, settled after it, refunded when it failed."""

    async def reserve(
        self, guild: GuildId, member: MemberId, *, day: date, tokens: int, allowance: Allowance, key: str
    ) -> int:
        """Reserve one request and ``tokens``, atomically; the same key again gives the same reservation.

        Raises:
            QuotaUsedUp: it would go over; nothing was reserved.
        """
        ...

    async def settle(self, guild: GuildId, reservation: int, tokens: int) -> None:
        """Replace the reserved tokens by what was really used."""
        ...

    async def refund(self, guild: GuildId, reservation: int) -> None:
        """Give back the request and its tokens, unless it was settled."""
        ...

    async def refund_open(self) -> int:
        """Give back every open reservation (at start: whoever held them is gone); returns how many."""
        ...

    async def spent(self, guild: GuildId, member: MemberId, day: date) -> Spending:
        """What was used on a day."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message that must be posted exactly once.

    ``nonce`` (at most 25 characters) goes with the post, so that Discord gives
    back the first message instead of posting twice within some minutes.
    ``kind`` and ``payload`` are enough to render it again: never rendered text.
    """

    id: int
    guild: GuildId
    channel: ChannelId
    kind: str
    payload: Mapping[str, Any]
    nonce: str
    at: datetime
    work: WorkId | None = None
    message: MessageId | None = None
    failures: int = 0


class Outbox(Protocol):
    """Messages to be posted, kept until they are known to be."""

    async def put(
        self,
        guild: GuildId,
        channel: ChannelId,
        kind: str,
        payload: Mapping[str, Any],
        *,
        key: str,
        work: WorkId | None = None,
    ) -> Outgoing:
        """Add a message; the same key again returns the row that is there."""
        ...

    async def posted(self, id: int, message: MessageId) -> None:
        """It is there: remember where."""
        ...

    async def failed(self, id: int, reason: str, *, final: bool) -> None:
        """It was not taken; ``final`` gives it up."""
        ...

    async def newest(
        self, guild: GuildId, channel: ChannelId, kind: str, *, before: int, limit: int
    ) -> Sequence[Outgoing]:
        """The messages of a kind that were posted in a channel before a row, the newest first."""
        ...

    async def waiting(self) -> Sequence[Outgoing]:
        """What is not known to be posted, oldest first."""
        ...


class Notes(Protocol):
    """Small facts that the bot remembers of itself, such as which commands Discord was told of."""

    async def get(self, name: str) -> str | None:
        """A note, or None."""
        ...

    async def put(self, name: str, text: str) -> None:
        """Write a note, replacing what it said before."""
        ...


class PrivacyStore(Protocol):
    """What is known of a member, and how it is forgotten."""

    async def export(self, member: MemberId, guild: GuildId | None = None) -> Mapping[str, Any]:
        """Everything stored of a member (in one guild, or everywhere), as JSON-able values."""
        ...

    async def forget(self, member: MemberId, guild: GuildId | None = None) -> int:
        """Erase their words, drop their settings, anonymise their name; chains still verify.

        Returns the number of texts erased.
        """
        ...
