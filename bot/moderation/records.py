"""What a server keeps of its filters: rules, lines they are tried on, texts handled, reviews, and the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bot.ids import ChannelId, GuildId, MemberId, MessageId, Place
from bot.moderation.rules import Mode

NOBODY = MemberId(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRule:
    """A rule of a guild.

    Attributes:
        body: the rule itself as JSON text, without its id and mode.
        changed: when it was last written or armed: a rule that was changed
            lately and suddenly hits much falls back to shadow.
        seen, hits: texts judged since ``changed``, and how many of them it hit.
        source: "" for a rule written here, ``automod:<id>`` for one read from the server's AutoMod.
    """

    id: int
    body: str
    mode: Mode
    by: MemberId
    changed: datetime
    seen: int = 0
    hits: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLine:
    """A text that the rules must block (``wanted`` true) or must allow."""

    id: int
    text: str
    wanted: bool
    by: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """A text that was judged: ``kind`` is "input" (a member's) or "output" (a model's)."""

    kind: str
    text: str
    member: MemberId
    channel: ChannelId
    at: datetime
    action: int = 0
    rules: tuple[int, ...] = ()
    """Ids of the rules that hit it, those in shadow too."""


class ReviewState(StrEnum):
    """Where a held or blocked text stands."""

    DRAFT = "draft"  # blocked; its writer has it back, and may ask a moderator
    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    CHANGES = "changes"  # its writer was asked for a change
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"  # its writer changed it by themself


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """What a rule marked in a text."""

    start: int
    end: int
    rule: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A text that a moderator has to look at, or that its writer got back.

    Attributes:
        kind: what comes of it when it is approved: "wish", "edit", "output", "story", or "text" (nothing).
        resume: what is needed for that, as JSON-able values.
        lang: the language its writer reads.
        claimant: the moderator who is looking at it; 0 for nobody.
        note: what the moderator said to the writer.
        due: when it runs out.
        desk, message: the channel and message where moderators see it.
        told: whether its writer knows the outcome.
    """

    id: int
    guild: GuildId
    member: MemberId
    place: Place
    kind: str
    text: str
    spots: tuple[Spot, ...]
    resume: Mapping[str, Any] = field(default_factory=dict[str, Any])
    lang: str = "en"
    state: ReviewState
    at: datetime
    due: datetime
    claimant: MemberId = NOBODY
    claimed: datetime | None = None
    decider: MemberId = NOBODY
    decided: datetime | None = None
    note: str = ""
    desk: ChannelId | None = None
    message: MessageId | None = None
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a guild's moderation log: who did what, to whom, by which rule; no member's words.

    ``subject`` is the id of a rule, a line or a review.  ``before`` and ``after``
    are JSON text.
    """

    at: datetime
    act: str
    actor: MemberId = NOBODY
    member: MemberId = NOBODY
    rule: str = ""
    subject: int = 0
    before: str = ""
    after: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of several changes that are made together: a rule or a line, put or (None) taken away.

    ``id`` is of the rule or the line; 0 for one that is new.
    """

    entry: Entry
    about: str
    """"rule" or "line"."""
    id: int = 0
    rule: StoredRule | None = None
    line: StoredLine | None = None


class RuleStore(Protocol):
    """Rules, lines and handled texts.  Every change is logged in the same transaction."""

    async def rules(self, guild: GuildId) -> tuple[int, Sequence[StoredRule]]:
        """All rules of a guild and the revision they are at."""
        ...

    async def all_rules(self) -> Mapping[GuildId, tuple[int, Sequence[StoredRule]]]:
        """The rules of every guild (asked once, at start)."""
        ...

    async def revision(self, guild: GuildId) -> int:
        """How often the rules of a guild were changed."""
        ...

    async def revisions(self) -> Mapping[GuildId, int]:
        """The same of every guild that ever had a rule."""
        ...

    async def put_rule(self, guild: GuildId, rule: StoredRule, entry: Entry) -> StoredRule:
        """Add a rule (``id`` 0) or replace one; counts start anew."""
        ...

    async def remove_rule(self, guild: GuildId, id: int, entry: Entry) -> None:
        """Take a rule away."""
        ...

    async def apply(self, guild: GuildId, steps: Sequence[Step]) -> Sequence[int]:
        """Make several changes, each with its entry, in one transaction; gives the ids of what was put.

        What is to be taken away and is not there is passed over.
        """
        ...

    async def lines(self, guild: GuildId) -> Sequence[StoredLine]:
        """The lines that rules are tried on."""
        ...

    async def put_line(self, guild: GuildId, line: StoredLine, entry: Entry) -> StoredLine:
        """Add a line; the same text again changes what is wanted of it."""
        ...

    async def remove_line(self, guild: GuildId, id: int, entry: Entry) -> None:
        """Take a line away."""
        ...

    async def note(
        self, guild: GuildId, texts: Sequence[Handled], watching: Sequence[int], *, keep: int
    ) -> None:
        """Remember texts that were judged, and count them for the rules in ``watching``.

        A text that was handled before counts once.  Only the newest ``keep`` stay.
        """
        ...

    async def handled(self, guild: GuildId, *, limit: int) -> Sequence[Handled]:
        """The newest texts handled in a guild."""
        ...

    async def guilds(self) -> Sequence[GuildId]:
        """Every guild of which texts are kept."""
        ...

    async def expire_handled(self, guild: GuildId, before: datetime) -> int:
        """Forget texts of long ago; returns how many."""
        ...


class ReviewStore(Protocol):
    """Held texts.  A change of state is logged in the same transaction."""

    async def add(self, review: Review, *, key: str) -> Review:
        """Store a review; the same key again gives the one that is there."""
        ...

    async def review(self, guild: GuildId, id: int) -> Review:
        """One review.

        Raises:
            Gone: there is none in that guild.
        """
        ...

    async def shown(self, guild: GuildId, id: int, desk: ChannelId, message: MessageId) -> None:
        """Remember where moderators see it."""
        ...

    async def claim(
        self, guild: GuildId, id: int, moderator: MemberId, at: datetime, stale: datetime
    ) -> Review:
        """Give a waiting review to one moderator; a claim made before ``stale`` may be taken over.

        Raises:
            AlreadyDone: somebody else has it, or it was decided.
        """
        ...

    async def decide(
        self,
        guild: GuildId,
        id: int,
        state: ReviewState,
        entry: Entry,
        *,
        note: str = "",
        text: str | None = None,
    ) -> Review:
        """Decide a review that is open, and log it; ``text`` replaces its text.

        Raises:
            AlreadyDone: it was decided before, or another moderator has it.
        """
        ...

    async def ask(self, guild: GuildId, id: int, due: datetime, entry: Entry) -> Review:
        """Make a blocked draft wait for a moderator.

        Raises:
            AlreadyDone: it waits, or was decided.
        """
        ...

    async def told(self, guild: GuildId, id: int) -> None:
        """Its writer knows the outcome."""
        ...

    async def waiting(self, guild: GuildId, *, limit: int = 25) -> Sequence[Review]:
        """What waits for a moderator, oldest first."""
        ...

    async def due(self, now: datetime) -> Sequence[Review]:
        """What has run out, in every guild."""
        ...

    async def untold(self) -> Sequence[Review]:
        """What was decided and its writer does not know, in every guild."""
        ...

    async def approved(
        self, guild: GuildId, *, limit: int, text: str | None = None
    ) -> Sequence[tuple[str, frozenset[str]]]:
        """The newest texts that moderators approved (or this one), and which rules had marked them."""
        ...

    async def forget_decided(self, before: datetime) -> int:
        """Erase the texts of reviews that ended long ago; returns how many."""
        ...


class LogStore(Protocol):
    """The moderation log of each guild: appended to, cut off at the old end, hash-linked between."""

    async def append(self, guild: GuildId, entry: Entry) -> Entry:
        """Add an entry; its number is given by the store."""
        ...

    async def entries(
        self, guild: GuildId, *, limit: int = 25, before: int | None = None, member: MemberId | None = None
    ) -> Sequence[Entry]:
        """The newest entries first, those older than number ``before``, of one member if given."""
        ...

    async def expire(self, guild: GuildId, before: datetime) -> int:
        """Drop the entries of long ago; the rest can still be checked.  Returns how many."""
        ...

    async def guilds(self) -> Sequence[GuildId]:
        """Every guild that has a log."""
        ...
