"""Blind votes: between takes, or between two models or styles that write for it; counted in a table."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.errors import BadInput, Gone, NotAllowed
from bot.ids import ChannelId, GuildId, MemberId, MessageId, WorkId
from bot.judging.ballots import MOST, NO_DIFFERENCE, Ballots, BallotStore, Kind, Option, Poll
from bot.judging.luce import Choice, Table, table
from bot.services.brief import Brief, Finished, Opened, Pending
from bot.services.compose import Composer
from bot.works import Take, Work, WorkStore

HOURS = 24
"""Hours that a vote stays open unless its opener says otherwise."""

LONGEST = 168
"""Hours that a vote can stay open."""

By = Literal["model", "style"]


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote with its texts and their takes, by option number, and what was voted so far."""

    poll: Poll
    work: Work
    texts: dict[int, str]
    counted: Ballots
    takes: dict[int, Take]


@dataclass(frozen=True, slots=True)
class Opponent:
    """Who writes one side of a duel: a model (``provider/id``, "" for the usual one) and a style (or "")."""

    model: str = ""
    style: str = ""


class VoteDesk:
    """Opens, counts and closes votes.  Every call names the guild."""

    def __init__(
        self, *, works: WorkStore, store: BallotStore, composer: Composer, clock: Callable[[], datetime]
    ) -> None:
        self._works = works
        self._store = store
        self._composer = composer
        self._clock = clock

    async def open(
        self, guild: GuildId, member: MemberId, id: WorkId, *, hours: int = HOURS, key: str
    ) -> Ballot:
        """Open a vote between the newest takes of one's own work.

        Raises:
            NotAllowed: it is another member's work, or only they see it.
            BadInput: there are not two takes to choose from.
        """
        work = await self._works.work(guild, id)
        if work.author != member:
            raise NotAllowed("refused.not_yours")
        return await self._opened(work, member, "takes", hours, key, {})

    async def duel(
        self, brief: Brief, sides: Sequence[Opponent], *, hours: int = HOURS, stop: asyncio.Event
    ) -> AsyncGenerator[Pending | Ballot, None]:
        """Have each side write to the same wish, and open a vote between them; the last step is the ballot.

        Nothing of the texts is given out before.

        Raises:
            BadInput: both sides are the same.
            RengaError: a side could not write; no vote was opened.
        """
        if len(set(sides)) < 2:
            raise BadInput("refused.same_sides")
        work: Work | None = None
        styles: dict[int, str] = {}
        for number, side in enumerate(secrets.SystemRandom().sample(list(sides), len(sides)), start=1):
            wish = replace(brief.wish, model=side.model, style=side.style, private=False)
            part = replace(
                brief, wish=wish, work=work, key=brief.key if work is None else f"{brief.key}:{number}"
            )
            async with aclosing(self._composer.compose(part, stop=stop)) as steps:
                async for step in steps:
                    match step:
                        case Opened(opened):
                            work = opened
                        case Pending():
                            yield step
                        case Finished():
                            work = step.work
                            styles[step.take.number] = side.style
                            # It is shown by the vote, and by no card that names its model.
                            await self._works.delivered(work.guild, work.id, step.take.number)
                        case _:
                            pass
        if work is None or len(styles) < len(sides):
            raise Gone()
        yield await self._opened(work, brief.member, "duel", hours, f"{brief.key}:vote", styles)

    async def placed(self, ballot: Ballot, channel: ChannelId, message: MessageId) -> None:
        """Remember the message that shows a vote."""
        await self._store.placed(ballot.poll.guild, ballot.poll.id, channel, message)

    async def cast(self, guild: GuildId, member: MemberId, id: int, option: int) -> bool:
        """Cast or change one's vote; False if nothing changed.

        Raises:
            Gone: there is no such vote.
            AlreadyDone: it is closed.
            NotAllowed: one's own work, whose takes one knows.
        """
        poll = await self._store.poll(guild, id)
        if poll.kind == "takes" and poll.opener == member:
            raise NotAllowed("refused.vote_own")
        return await self._store.cast(guild, id, member, option)

    async def ballot(self, guild: GuildId, id: int) -> Ballot:
        """A vote as it stands."""
        poll = await self._store.poll(guild, id)
        return await self._whole(poll)

    async def close(self, guild: GuildId, member: MemberId, id: int, *, moderator: bool) -> Ballot:
        """Close a vote, to see whose is whose.

        Raises:
            NotAllowed: somebody else opened it, and it is no moderator who closes it.
        """
        poll = await self._store.poll(guild, id)
        if poll.opener != member and not moderator:
            raise NotAllowed("refused.not_yours")
        return await self._whole(await self._store.close(guild, id))

    async def end_due(self) -> list[Ballot]:
        """Close every vote whose time is over, wherever it is."""
        ended: list[Ballot] = []
        for poll in await self._store.due(self._clock()):
            closed = await self._store.close(poll.guild, poll.id)
            try:
                ended.append(await self._whole(closed))
            except Gone:
                continue  # its work was deleted meanwhile
        return ended

    async def table(self, guild: GuildId, by: By) -> Table:
        """How strong the models, or the styles, of a guild's closed votes are; a hand has the label ""."""
        choices: list[Choice] = []
        for poll, counted in await self._store.closed(guild):
            shown = tuple(option.model if by == "model" else option.style for option in poll.options)
            places = {option.number: at for at, option in enumerate(poll.options)}
            for number, count in counted.counts.items():
                chosen = None if number == NO_DIFFERENCE else places.get(number)
                choices += [Choice(shown, chosen)] * count
        return await asyncio.to_thread(table, choices)

    async def _opened(
        self, work: Work, member: MemberId, kind: Kind, hours: int, key: str, styles: dict[int, str]
    ) -> Ballot:
        if work.wish.private:
            raise NotAllowed("refused.vote_private")
        takes = [
            take for take in await self._works.takes(work.guild, work.id) if take.text and not take.erased
        ]
        different = list({take.text.strip(): take for take in takes}.values())[-MOST:]
        if len(different) < 2:
            raise BadInput("refused.vote_needs_two")
        drawn = secrets.SystemRandom().sample(different, len(different))
        options = [
            Option(number, take.number, _model(take), styles.get(take.number, work.wish.style))
            for number, take in enumerate(drawn, start=1)
        ]
        closes = self._clock() + timedelta(hours=min(max(hours, 1), LONGEST))
        poll = await self._store.open(
            work.guild, work.id, member, kind, options, closes=closes, key=f"vote:{key}"
        )
        return await self._whole(poll)

    async def _whole(self, poll: Poll) -> Ballot:
        work = await self._works.work(poll.guild, poll.work)
        known = {take.number: take for take in await self._works.takes(poll.guild, poll.work)}
        takes = {option.number: known[option.take] for option in poll.options if option.take in known}
        texts = {
            option.number: takes[option.number].text if option.number in takes else ""
            for option in poll.options
        }
        return Ballot(poll, work, texts, await self._store.counted(poll.guild, poll.id), takes)


def _model(take: Take) -> str:
    return take.model.name if take.model is not None else ""
