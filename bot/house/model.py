"""What moderators set for a place and members for themselves.

Settings come in layers: guild, category, channel, thread.  A field that is None
is inherited from the layer outside it.  Resolving: :mod:`bot.house.style`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.ids import ChannelId, GuildId, Lang, MemberId


class Level(StrEnum):
    """A layer of settings, outermost first."""

    DEFAULT = "default"
    GUILD = "guild"
    CATEGORY = "category"
    CHANNEL = "channel"
    THREAD = "thread"


RATINGS = ("everyone", "teen", "adult")
"""For whom a place can be; strictest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything that can be set for a place; None means: as the layer outside says.

    Attributes:
        voice: the house style, free text that is fitted into every prompt (≤ 1,000 characters).
        language: the language of works when a member does not choose one.
        model: ``provider/id`` that answers here by default.
        local_only: no text of this place may reach a network backend.
        gallery: the channel that published works go to.
        licence: under which works are published ("" = all rights with their authors).
        member_requests, member_tokens, guild_requests, guild_tokens: allowances a day; 0 = no limit.
        register, genre, banned, examples: further parts of the house style: how high or plain the
            language, what is written, what is left out (one a line), pieces to write like.
        rating: for whom the place is: "everyone", "teen" or "adult" (in age-restricted channels only).
        moderators: the role whose members may change settings and filters, beside Manage Server.
        reviews: the channel where held texts wait for a moderator.
        review_hours: how long they wait.
        log: the channel for notices about filters.
        log_days, text_days: how long the moderation log, and the texts that rules are tried on, are kept.
    """

    voice: str | None = None
    language: Lang | None = None
    model: str | None = None
    local_only: bool | None = None
    gallery: ChannelId | None = None
    licence: str | None = None
    member_requests: int | None = None
    member_tokens: int | None = None
    guild_requests: int | None = None
    guild_tokens: int | None = None
    register: str | None = None
    genre: str | None = None
    rating: str | None = None
    banned: str | None = None
    examples: str | None = None
    moderators: int | None = None
    reviews: ChannelId | None = None
    review_hours: int | None = None
    log: ChannelId | None = None
    log_days: int | None = None
    text_days: int | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """The settings that hold at a place, and for each field the layer it comes from."""

    house: House
    origin: Mapping[str, Level]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """The settings of one layer of one guild.  ``id`` is the category, channel or thread; 0 for the guild."""

    level: Level
    id: int
    house: House


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of one layer, set by somebody; ``before`` and ``after`` as JSON text ("null" = inherit)."""

    level: Level
    id: int
    field: str
    before: str
    after: str
    by: MemberId
    at: datetime
    number: int = 0
    """Its number in the guild's audit log, given by the store."""


class HouseStore(Protocol):
    """Layers of settings and the audit log of their changes."""

    async def layers(self, guild: GuildId) -> tuple[int, Sequence[Layer]]:
        """All layers of a guild and the revision they are at."""
        ...

    async def revision(self, guild: GuildId) -> int:
        """How often the settings of a guild were changed."""
        ...

    async def revisions(self) -> Mapping[GuildId, int]:
        """The same of every guild whose settings were ever changed."""
        ...

    async def apply(self, guild: GuildId, *changes: Change) -> int:
        """Store changes, log each, and return the new revision: one transaction."""
        ...

    async def changes(self, guild: GuildId, *, limit: int = 25) -> Sequence[Change]:
        """The newest changes first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What a member set for themself, in one guild (or their private room).

    ``revise`` says whether others may suggest revisions of their texts: "ask" (the
    default: each needs consent), "never".  ``remix`` likewise: "yes" or "never".
    ``cloud`` false: their words never go to a model outside this machine.
    """

    voice: str = ""
    language: Lang | None = None
    revise: str = "ask"
    remix: str = "yes"
    cloud: bool = True
    pen_name: str = ""
    remind: str = "mention"
    """How they are reminded of their turn in a story: "mention", "dm" or "off"."""
    quiet: str = ""
    """Hours in which they are not, as "22-7"; "" for none."""
    zone: str = ""
    """Their time zone, by its name in the IANA database; "" for UTC."""


class MemberStore(Protocol):
    """What members set for themselves."""

    async def member(self, guild: GuildId, id: MemberId) -> Member:
        """A member's settings; the defaults if nothing was set."""
        ...

    async def set_member(self, guild: GuildId, id: MemberId, member: Member) -> None:
        """Replace them."""
        ...


DEFAULT = House(
    voice="",
    language=None,
    model="",
    local_only=False,
    gallery=None,
    licence="",
    member_requests=200,
    member_tokens=100_000,
    guild_requests=2_000,
    guild_tokens=1_000_000,
    register="",
    genre="",
    rating="",
    banned="",
    examples="",
    moderators=None,
    reviews=None,
    review_hours=72,
    log=None,
    log_days=365,
    text_days=30,
)
"""What holds where nobody set anything; quotas come from the settings of the bot at start."""
