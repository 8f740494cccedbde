"""Who sits at the table: joining, leaving, being away and coming back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.errors import AlreadyDone, NotAllowed
from bot.ids import MemberId
from bot.stories import events as ev
from bot.stories.calling import Result, awake, go_on, lead, seated, with_seat
from bot.stories.events import Effect, StoryRefusal, TooLate
from bot.stories.model import Seat, Stage, Story


def seats(
    story: Story, event: ev.Join | ev.Leave | ev.Depart | ev.Remove | ev.Away | ev.Back, now: datetime
) -> Result:
    """What comes of somebody joining, leaving, being away or being back."""
    match event:
        case ev.Join():
            _may_join(story, event)
            people = [place for place, seat in enumerate(story.seats, 1) if not seat.is_model]
            behind = people[-1] if people else 0
            seats = (*story.seats[:behind], Seat(member=event.by), *story.seats[behind:])
            return awake(replace(story, seats=seats), now, ev.Tell("story.joined", event.by))
        case ev.Leave():
            return _without(seated(story, event.by), event.by, now, ev.Tell("story.left", event.by))
        case ev.Depart(member=member):
            heirs = [seat.member for seat in story.writers if seat.member != member]
            if story.starter == member and heirs:
                story = replace(story, starter=heirs[0])
            if story.seat(member) is None:
                return story, ()
            return _without(story, member, now, ev.Tell("story.departed", member))
        case ev.Remove(member=member):
            lead(story, event)
            return _without(seated(story, member), member, now, ev.Tell("story.removed", member))
        case ev.Away():
            if (seat := seated(story, event.by).seat(event.by)) is not None and seat.away:
                raise AlreadyDone()
            story = with_seat(story, event.by, away=True)
            return go_on(story, event.by, now, ev.Tell("story.away", event.by))
        case ev.Back():
            if (seat := seated(story, event.by).seat(event.by)) is not None and not seat.away:
                raise AlreadyDone()
            story = with_seat(story, event.by, away=False, missed=0)
            return awake(story, now, ev.Tell("story.back", event.by))


def _may_join(story: Story, event: ev.Join) -> None:
    terms = story.terms
    if event.by <= 0 or story.seat(event.by) is not None:
        raise AlreadyDone("story.has_seat")
    if story.stage is not Stage.LOBBY and not terms.late:
        raise StoryRefusal("story.closed")
    if not terms.open and not event.invited and not event.moderator and event.by != story.starter:
        raise NotAllowed("story.by_invitation")
    if terms.seats and len(story.writers) >= terms.seats:
        raise TooLate("story.full", seats=terms.seats)


def _without(story: Story, member: MemberId, now: datetime, told: Effect) -> Result:
    # Whoever comes back in the same round has had their turn in it, so ``done`` stays.
    seats = tuple(seat for seat in story.seats if seat.member != member)
    return go_on(replace(story, seats=seats), member, now, told)
