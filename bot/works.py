"""Works and their takes: what members make, and what a store of them promises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.attribution.model import Act, Contribution, Draft, ModelAuthor, Span
from bot.ids import ChannelId, GuildId, Lang, MemberId, MessageId, Place, WorkId

TITLE = 80
"""Characters of the title that a work has from its topic."""

_STOPS = "，。；、！？：,.;:!?—–"


def title_of(topic: str, limit: int = TITLE) -> str:
    """What a work is called until its author says otherwise: its topic, in one line.

    A long one is cut after a clause that ends in its last third, else after a word, and says so by "…".
    """
    text = " ".join(topic.split())
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    clause, word = max(cut.rfind(mark) for mark in _STOPS), cut.rfind(" ")
    if clause >= limit * 2 // 3:
        cut = cut[:clause]
    elif word >= limit // 2:
        cut = cut[:word]
    return cut.rstrip(f"{_STOPS} \u200d") + "…"


class WorkState(StrEnum):
    """Where a work stands."""

    WRITING = "writing"  # a model is at it; found so at start, it was interrupted
    OPEN = "open"
    PUBLISHED = "published"
    DELETED = "deleted"


CARD, CARD_PART = "card", "part"
POST, POST_PART = "published", "published-part"
"""Kinds of messages that show a work: its card, the gallery's post, and the messages that these go on in."""

PARTS = (CARD_PART, POST_PART)
GALLERY_KINDS = (POST, POST_PART)

WITHDRAWN, TAKEN_OUT = "withdrawn", "taken"
"""Kinds of the outbox: a post of the gallery is to go; an author is to hear of it."""

REVISION, PUBLICATION = "revise", "publish"
"""What an author is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """What the moderation log is told of an act: which, by which moderator, on whose work, and why."""

    act: str
    by: MemberId
    member: MemberId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TakenAway:
    """The act that took a work away, by its place among all acts, and what the work was before."""

    act: int
    before: WorkState


def taken_away(acts: Iterable[Act]) -> tuple[TakenAway, ...]:
    """What took a work away and was not undone since; ``acts`` are all, the oldest first."""
    now, found = WorkState.OPEN, list[TakenAway]()
    for place, act in enumerate(acts):
        match act:
            case Act.PUBLISHED:
                now, found = WorkState.PUBLISHED, []
            case Act.UNPUBLISHED | Act.REMOVED:
                found.append(TakenAway(place, now))
                now = WorkState.OPEN if act is Act.UNPUBLISHED else WorkState.DELETED
            case Act.RESTORED if found:
                now = found.pop().before
            case _:
                pass
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a member asked for, as typed and checked; kept so that a take can be asked for again.

    ``language`` None means that of the place; ``length`` is "short", "medium",
    "long" or ""; ``options`` holds what an art of its own asks for beyond these.
    """

    art: str
    topic: str = ""
    form: str = ""
    style: str = ""
    language: Lang | None = None
    model: str = ""
    length: str = ""
    temperature: float | None = None
    seed: int | None = None
    private: bool = False
    opening: str = ""
    options: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A poem, a story, a song: owned by one member, in one guild, made of takes.

    ``take`` is the number of the take that stands (chosen by its author, or the
    newest); 0 while none is there.  ``source`` names the work that this one
    remixes, in the same guild.
    """

    id: WorkId
    guild: GuildId
    author: MemberId
    place: Place
    wish: Wish
    state: WorkState
    take: int
    created: datetime
    title: str = ""
    licence: str = ""
    source: WorkId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """One version of a work's text.  Takes are never changed and never deleted, only erased.

    Attributes:
        number: counts from 1 within the work.
        parent: the take that this one was edited or revised from.
        contribution: the number of its link in the guild's chain.
        ending: how generation ended: "stop", "length", "refused" (by the provider), "stopped" (by
            the member), "interrupted" (the bot, the model or the way to it went down) or "" for a
            member's own text.
        instruction: what the member asked a revision for.
        report: the form report as JSON text, or "".
    """

    work: WorkId
    number: int
    text: str
    member: MemberId
    at: datetime
    model: ModelAuthor | None = None
    spans: tuple[Span, ...] = ()
    parent: int | None = None
    contribution: int = 0
    ending: str = ""
    instruction: str = ""
    seed: int | None = None
    report: str = ""
    erased: bool = False
    """Whether words of it are gone, because whoever wrote them wished to be forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTake:
    """A take to be added; its number, and its link in the chain, are given by the store.

    ``draft`` is the contribution that is appended in the same transaction.
    ``choose`` makes it the take that stands.  ``ink`` is how likely each token was
    (:func:`bot.judging.ink.packed`), or "" where the model does not say.
    """

    draft: Draft
    parent: int | None = None
    ending: str = ""
    instruction: str = ""
    seed: int | None = None
    report: str = ""
    choose: bool = True
    ink: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A Discord message that shows a work.

    ``take`` is what this message shows now; ``kind`` is :data:`CARD` (the work with
    its buttons), :data:`POST` (the gallery's), or one of their :data:`PARTS`.
    """

    guild: GuildId
    work: WorkId
    channel: ChannelId
    message: MessageId
    kind: str = "card"
    take: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a request really cost, settled against its reservation in the same transaction."""

    reservation: int
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What an author is asked for, waiting for them to accept or decline.

    Attributes:
        kind: :data:`REVISION` or :data:`PUBLICATION`.
        instruction: what to revise it to, or the title to publish it under.
        licence: to publish it under.
        channel, message: where the question stands, for what runs out by itself.
    """

    id: int
    guild: GuildId
    work: WorkId
    owner: MemberId
    by: MemberId
    instruction: str
    state: str = "open"  # open | accepted | declined | withdrawn | expired
    take: int = 0
    """The suggested take, once the owner has agreed that it be made or accepted it; or the one to publish."""
    kind: str = REVISION
    licence: str = ""
    at: datetime | None = None
    channel: ChannelId | None = None
    message: MessageId | None = None


class WorkStore(Protocol):
    """Works, takes and the messages that show them.  Every call names the guild.

    A call that changes something takes a ``key``; the same key again changes
    nothing and returns what the first call returned.

    Raises (all): :class:`bot.errors.Gone` for a work that is not in that guild or
    was deleted, :class:`bot.errors.ReadOnly` when the database takes no writes.
    """

    async def open(
        self,
        place: Place,
        author: MemberId,
        wish: Wish,
        *,
        key: str,
        title: str = "",
        source: WorkId | None = None,
    ) -> Work:
        """Make a work in state WRITING with no takes."""
        ...

    async def work(self, guild: GuildId, id: WorkId) -> Work:
        """One work, unless deleted."""
        ...

    async def deleted(self, guild: GuildId, id: WorkId) -> Work | None:
        """A deleted work, for bringing it back; None if it never was in that guild."""
        ...

    async def take(self, guild: GuildId, id: WorkId, number: int) -> Take:
        """One take of a work."""
        ...

    async def takes(self, guild: GuildId, id: WorkId) -> Sequence[Take]:
        """All takes of a work, oldest first."""
        ...

    async def add_take(
        self, guild: GuildId, id: WorkId, new: NewTake, *, spent: Spent | None = None
    ) -> tuple[Take, Contribution]:
        """Add a take, append its contribution, settle the quota, mark the work OPEN: one transaction.

        Idempotent on ``new.draft.key``.
        """
        ...

    async def choose(self, guild: GuildId, id: WorkId, number: int, draft: Draft | None = None) -> Work:
        """Make a take the one that stands, and append ``draft`` if given."""
        ...

    async def set_state(
        self, guild: GuildId, id: WorkId, state: WorkState, draft: Draft | None = None
    ) -> Work:
        """Delete or reopen, appending ``draft`` in the same transaction.

        What is deleted leaves the gallery.  ``draft`` of a restoration: see :meth:`bring_back`.
        """
        ...

    async def unpublish(
        self, guild: GuildId, id: WorkId, draft: Draft, *, logged: Logged | None = None
    ) -> Work:
        """Take a published work out of the gallery: it is open again.

        ``logged`` for the moderation log, where a moderator does it: then its author is to hear of it.

        Raises:
            AlreadyDone: it is not published.
        """
        ...

    async def bring_back(
        self, guild: GuildId, id: WorkId, draft: Draft, *, channel: ChannelId, logged: Logged | None = None
    ) -> Work:
        """Undo the last deletion or withdrawal: the work is what it was, posted in ``channel`` if it was.

        Raises:
            AlreadyDone: nothing of the kind was done to it.
        """
        ...

    async def gone(self, guild: GuildId, message: MessageId) -> None:
        """A message that showed a work is no more."""
        ...

    async def set_licence(self, guild: GuildId, id: WorkId, licence: str, title: str) -> Work:
        """Set the licence and the title under which a work is published."""
        ...

    async def publish(
        self,
        guild: GuildId,
        id: WorkId,
        number: int,
        draft: Draft,
        *,
        title: str,
        licence: str,
        channel: ChannelId,
        key: str,
    ) -> Work:
        """Publish one take: title, licence, state, contribution, and a message in the outbox.

        All in one transaction.  The message is of kind "published", for ``channel``,
        with the work and the take in its payload; it is in the outbox under ``key``.
        """
        ...

    async def delivered(self, guild: GuildId, id: WorkId, number: int) -> None:
        """Note that a take has been shown to the people it was made for."""
        ...

    async def undelivered(self) -> Sequence[tuple[Work, Take]]:
        """Takes that were recorded and not shown yet, in every guild."""
        ...

    async def unfinished(self) -> Sequence[tuple[Work, Shown]]:
        """Cards on which a take was being written, in every guild, but those of :meth:`interrupted` works."""
        ...

    async def interrupted(self) -> Sequence[Work]:
        """Works still in state WRITING, in every guild (asked once, at start)."""
        ...

    async def recent(self, guild: GuildId, author: MemberId, *, limit: int = 25) -> Sequence[Work]:
        """A member's newest works, for the way back to drafts."""
        ...

    async def show(self, shown: Shown) -> None:
        """Remember (or update) the message that shows a work."""
        ...

    async def shown(self, guild: GuildId, message: MessageId) -> Shown | None:
        """Which work a message shows."""
        ...

    async def cards(self, guild: GuildId, id: WorkId) -> Sequence[Shown]:
        """Every message that shows a work."""
        ...

    async def suggest(
        self,
        guild: GuildId,
        id: WorkId,
        owner: MemberId,
        by: MemberId,
        instruction: str,
        *,
        key: str,
        kind: str = REVISION,
        licence: str = "",
        take: int = 0,
    ) -> Suggestion:
        """Store a suggestion, open."""
        ...

    async def suggested(self, guild: GuildId, id: WorkId, kind: str) -> Sequence[Suggestion]:
        """What was suggested for a work, of one kind, the oldest first."""
        ...

    async def asked_at(self, guild: GuildId, id: int, channel: ChannelId, message: MessageId) -> None:
        """Remember where the question stands."""
        ...

    async def unanswered(self, kind: str, before: datetime) -> Sequence[Suggestion]:
        """Open suggestions of a kind that are older than that, in every guild."""
        ...

    async def reopen(self, guild: GuildId, id: int, state: str) -> Suggestion:
        """Take an answer back; raises AlreadyDone when it is in another state."""
        ...

    async def suggestion(self, guild: GuildId, id: int) -> Suggestion:
        """One suggestion."""
        ...

    async def decide(self, guild: GuildId, id: int, state: str, *, take: int = 0) -> Suggestion:
        """Accept, decline or withdraw; raises AlreadyDone when it was decided before."""
        ...
