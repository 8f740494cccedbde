"""The log of contributions: its records, and what a store of them promises.

Every act on a work by one author is one immutable, numbered
:class:`Contribution` that carries the hash of the one before it in the same
guild.  How the hash is made: :mod:`bot.attribution.chain`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.ids import GuildId, MemberId, WorkId


class Act(StrEnum):
    """What was done to a work."""

    WROTE = "wrote"  # a member's own words
    GENERATED = "generated"  # a model, asked for a new take
    EDITED = "edited"  # a member changed the text by hand
    REVISED = "revised"  # a model changed the text as a member asked
    REMIXED = "remixed"  # a new work that derives from another
    SUGGESTED = "suggested"  # a revision of another member's text, not yet accepted
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CHOSEN = "chosen"  # one take picked among several
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"  # taken out of the gallery; its text is a moderator's reason
    REMOVED = "removed"
    RESTORED = "restored"
    ERASED = "erased"  # words of a member who wished to be forgotten; of no work and nobody


@dataclass(frozen=True, slots=True)
class ModelAuthor:
    """The model that answered: provider, exact id and revision."""

    provider: str
    id: str
    revision: str = ""

    @property
    def name(self) -> str:
        """``provider/id``, as in a byline."""
        return f"{self.provider}/{self.id}"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start:end`` of a text and who they come from.

    ``model`` None means that the member's own hand put them there; else the
    model wrote them for the member.
    """

    start: int
    end: int
    member: MemberId
    model: ModelAuthor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A contribution before it has a number and a place in the chain.

    Attributes:
        key: what makes the act happen once (an interaction or message id); UNIQUE per guild.
        parent: the number of the contribution that this one derives from, in the same guild.
        text: the text after the act ("" where the act has none); kept apart from
            the chain, which holds only its salted hash, so that it can be erased.
        spans: who wrote which characters of ``text``.
        prompt: name and version of the prompt file, such as ``poem@3f2a91c0``.
        sampling: temperature, top_p, max_tokens, seed as really used.
    """

    guild: GuildId
    work: WorkId
    member: MemberId
    act: Act
    at: datetime
    key: str
    model: ModelAuthor | None = None
    parent: int | None = None
    prompt: str = ""
    sampling: Mapping[str, float | int | str | None] = field(
        default_factory=dict[str, "float | int | str | None"]
    )
    text: str = ""
    spans: tuple[Span, ...] = ()


_DIGEST = 64  # hexadecimal digits of SHA-256


@dataclass(frozen=True, slots=True)
class Contribution:
    """One link of a guild's chain.

    ``number`` counts from 1 within the guild, without gaps.  ``digest`` covers
    every field and ``previous``.  Of member ids and words it covers only salted
    hashes: ``seals`` holds the salt of each as long as the value is there, and
    its hash once it was erased.  So after erasure the chain still verifies, and
    nobody can find out by trying ids or words what it was.
    """

    number: int
    draft: Draft
    seals: tuple[str, ...]
    previous: str
    digest: str

    @property
    def erased(self) -> bool:
        """Whether words of it were erased."""
        return any(len(seal) == _DIGEST for seal in self.seals[2::2])


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first link that does not hold, and why."""

    guild: GuildId
    number: int
    reason: str


class Ledger(Protocol):
    """An append-only log of contributions, one chain for each guild."""

    async def append(self, draft: Draft) -> Contribution:
        """Add a link.  The same ``key`` again returns the link that is there."""
        ...

    async def history(self, guild: GuildId, work: WorkId) -> Sequence[Contribution]:
        """All contributions to a work, oldest first."""
        ...

    async def verify(self, guild: GuildId) -> BrokenLink | None:
        """Check a whole chain; None if every link holds."""
        ...

    async def guilds(self) -> Sequence[GuildId]:
        """Every space that has a chain."""
        ...
