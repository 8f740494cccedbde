"""What stories need from a store: events that each happen once, alarms, drafts, and messages to be posted.

The store knows nothing of the rules.  It is given what a state is to become
(:class:`Change`) and takes it whole or not at all: the event, the state, the
words, the alarms and the messages are one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NewType, Protocol

from bot.attribution.model import Contribution, Draft, Span
from bot.errors import Refusal
from bot.ids import ChannelId, GuildId, Lang, MemberId, MessageId, Place
from bot.services.ports import Outgoing
from bot.works import Spent

StoryNumber = NewType("StoryNumber", int)
"""The id of a story in its guild; no work of the guild has the same."""


class Stale(Refusal):
    """The story moved on since it was read: read it again, and decide anew."""

    key = "refused.already_done"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRow:
    """A story as it is kept.

    Attributes:
        thread: where it is written; None until Discord has made the thread.
        stage: lobby, running, paused, ended …: the word of the rules.
        version: the number of its last event.
        state: what the events come to, as JSON.
        panel: the message that shows how it stands.
    """

    guild: GuildId
    id: StoryNumber
    place: Place
    starter: MemberId
    title: str
    language: Lang
    stage: str
    version: int
    state: str
    created: datetime
    panel: MessageId | None = None

    @property
    def thread(self) -> ChannelId | None:
        """Where it is written."""
        return self.place.thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """A message to be posted; ``key`` makes it be posted once."""

    channel: ChannelId
    kind: str
    key: str
    payload: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one event makes of a story.

    Attributes:
        key: what makes the event happen once in its guild: an interaction's or message's id.
        member: who caused it; 0 is the clock.
        kind, event: the event's name and its JSON.
        words: contributions that are appended with it.
        alarms: everything that is to happen, by name; what is not named is off.
        seats: who has a seat now.
        posts: messages that are turns already: message, turn, channel.
        dropped: whose private draft is used up.
        spent: what asking a model for it has cost.
    """

    key: str
    at: datetime
    member: MemberId
    kind: str
    event: str
    state: str
    stage: str
    title: str
    words: Sequence[Draft] = ()
    says: Sequence[Say] = ()
    alarms: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    seats: Sequence[MemberId] = ()
    posts: Sequence[tuple[MessageId, int, ChannelId]] = ()
    dropped: MemberId | None = None
    spent: Spent | None = None


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit came to: the row as it is now, the words' links, and what has to be posted.

    ``again`` means that the event had happened before, and nothing was changed.
    """

    row: StoryRow
    links: tuple[Contribution, ...] = ()
    outgoing: tuple[Outgoing, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class Logged:
    """One event of a story, as it is kept."""

    number: int
    at: datetime
    member: MemberId
    kind: str
    event: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that is to happen to a story at a time."""

    guild: GuildId
    story: StoryNumber
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PrivateDraft:
    """What a member has written and not yet added, and who wrote which characters of it."""

    text: str
    spans: tuple[Span, ...] = ()


class StoryStore(Protocol):
    """Stories, in a database.  Every call names the guild, but for the sweeps of the clock."""

    async def open(
        self,
        place: Place,
        starter: MemberId,
        language: Lang,
        key: str,
        make: Callable[[StoryNumber], Change],
        *,
        most: int = 0,
    ) -> Committed:
        """Begin a story with the first event that ``make`` gives for its id.

        The same key again gives what is there.

        Raises:
            BadInput: ``most`` stories (0: as many as they like) that they began in the guild are open.
        """
        ...

    async def load(self, guild: GuildId, id: StoryNumber) -> StoryRow:
        """A story.

        Raises:
            Gone: there is none of that id in that guild.
        """
        ...

    async def at(self, guild: GuildId, thread: ChannelId) -> StoryRow | None:
        """The newest story that is written in a thread."""
        ...

    async def open_in(self, guild: GuildId) -> Sequence[StoryRow]:
        """Stories of a guild that have not ended, newest first."""
        ...

    async def of_member(self, guild: GuildId, member: MemberId, limit: int = 25) -> Sequence[StoryRow]:
        """Stories in which a member has or had a seat, newest first."""
        ...

    async def guilds(self, member: MemberId) -> Sequence[GuildId]:
        """The guilds in which a member has or had a seat."""
        ...

    async def commit(self, guild: GuildId, id: StoryNumber, version: int, change: Change) -> Committed:
        """Append an event to the story that is still at ``version``.

        Raises:
            Stale: it moved on; nothing was changed.
        """
        ...

    async def happened(self, guild: GuildId, key: str) -> bool:
        """Whether an event of that key happened in the guild."""
        ...

    async def postpone(self, alarm: Alarm, to: datetime) -> None:
        """Have an alarm ring later, unless it was set anew."""
        ...

    async def put_off(self, guild: GuildId, id: StoryNumber, name: str, to: datetime) -> None:
        """Have the alarm of that name ring at another time, if there is one."""
        ...

    async def wake_models(self, now: datetime) -> None:
        """At start: whatever models were asked to write is asked again now."""
        ...

    async def events(self, guild: GuildId, id: StoryNumber) -> Sequence[Logged]:
        """Everything that happened, oldest first."""
        ...

    async def words(self, guild: GuildId, id: StoryNumber) -> Mapping[str, Contribution]:
        """Every contribution to a story by its key."""
        ...

    async def placed(self, guild: GuildId, id: StoryNumber, thread: ChannelId) -> StoryRow:
        """Remember the thread that was made for it; the first one stays."""
        ...

    async def unplaced(self, guild: GuildId, id: StoryNumber) -> None:
        """Its thread is gone: it is written nowhere until another is made."""
        ...

    async def shown(self, guild: GuildId, id: StoryNumber, panel: MessageId | None, version: int) -> None:
        """Remember the panel, and up to which event it shows the story."""
        ...

    async def stale(self) -> Sequence[StoryRow]:
        """Stories whose panel shows less than there is, in every guild (asked once, at start)."""
        ...

    async def next_alarm(self) -> datetime | None:
        """When the next alarm of any story is due."""
        ...

    async def due(self, now: datetime, limit: int = 50) -> Sequence[Alarm]:
        """Alarms that are due, of every guild, the earliest first."""
        ...

    async def silence(self, alarm: Alarm) -> None:
        """Take an alarm away that means nothing any more, unless it was set anew."""
        ...

    async def draft(self, guild: GuildId, id: StoryNumber, member: MemberId) -> PrivateDraft | None:
        """A member's private draft for a story."""
        ...

    async def keep_draft(
        self, guild: GuildId, id: StoryNumber, member: MemberId, draft: PrivateDraft, at: datetime
    ) -> None:
        """Keep a private draft, in place of the one before."""
        ...

    async def posted(
        self, guild: GuildId, id: StoryNumber, message: MessageId, turn: int, channel: ChannelId
    ) -> None:
        """Remember which message shows a turn."""
        ...

    async def turn_of(self, guild: GuildId, message: MessageId) -> tuple[StoryNumber, int] | None:
        """The story and turn that a message shows."""
        ...

    async def messages(self, guild: GuildId, id: StoryNumber, turn: int) -> Sequence[MessageId]:
        """The messages that show a turn."""
        ...
