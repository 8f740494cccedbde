"""Who sits at the table: joining, leaving, being away and coming back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.errors import AlreadyDone, BadInput, NotAllowed
from bot.ids import MemberId
from bot.stories import events as ev
from bot.stories.calling import Result, awake, go_on, lead, seated, with_seat
from bot.stories.events import Effect, StoryRefusal, TooLate
from bot.stories.model import Seat, Stage, Story


def seats(
    story: Story,
    event: ev.Join | ev.Invite | ev.Leave | ev.Depart | ev.Remove | ev.Away | ev.Back,
    now: datetime,
) -> Result:
    """What comes of somebody joining, leaving, being away or being back."""
    match event:
        case ev.Join(by=by):
            _may_join(story, event)
            people = [place for place, seat in enumerate(story.seats, 1) if not seat.is_model]
            behind = people[-1] if people else 0
            story = replace(
                story,
                seats=(*story.seats[:behind], Seat(member=by), *story.seats[behind:]),
                invited=_but(story.invited, by),
                removed=_but(story.removed, by),
            )
            return awake(story, by, now, ev.Tell("story.joined", by))
        case ev.Invite(member=member):
            lead(story, event)
            if member <= 0:
                raise BadInput("story.not_to_them")
            if story.seat(member) is not None or member in story.invited:
                raise AlreadyDone()
            return replace(story, invited=(*story.invited, member)), ()
        case ev.Leave():
            return _without(seated(story, event.by), event.by, now, ev.Tell("story.left", event.by))
        case ev.Depart(member=member):
            story, heard = _inherited(story, member)
            story = replace(story, invited=_but(story.invited, member))
            if story.seat(member) is None:
                return story, heard
            story, effects = _without(story, member, now, ev.Tell("story.departed", member))
            return story, (*heard, *effects)
        case ev.Remove(member=member):
            lead(story, event)
            seated(story, member)
            if member == event.by:
                return _without(story, member, now, ev.Tell("story.left", member))
            story, heard = _inherited(story, member)
            story = replace(
                story, removed=(*_but(story.removed, member), member), invited=_but(story.invited, member)
            )
            story, effects = _without(story, member, now, ev.Tell("story.removed", member))
            return story, (*heard, *effects)
        case ev.Away(by=by):
            if (seat := seated(story, by).seat(by)) is not None and seat.away:
                raise AlreadyDone()
            story = with_seat(story, by, away=True)
            return go_on(story, by, now, ev.Tell("story.away", by))
        case ev.Back(by=by):
            if (seat := seated(story, by).seat(by)) is not None and not seat.away:
                raise AlreadyDone()
            story = with_seat(story, by, away=False, missed=0)
            return awake(story, by, now, ev.Tell("story.back", by))


def _may_join(story: Story, event: ev.Join) -> None:
    terms, by = story.terms, event.by
    if by <= 0 or story.seat(by) is not None:
        raise AlreadyDone("story.has_seat")
    wrote = any(turn.by == by for turn in story.turns)
    late = story.stage is not Stage.LOBBY and not terms.late
    if late and story.writers and not wrote:  # whoever wrote in it comes back, and an empty table fills
        raise StoryRefusal("story.closed")
    free = terms.open and by not in story.removed
    if not (free or by in story.invited or event.moderator or by == story.starter):
        raise NotAllowed("story.by_invitation")
    if terms.seats and len(story.writers) >= terms.seats:
        raise TooLate("story.full", seats=terms.seats)


def _inherited(story: Story, member: MemberId) -> tuple[Story, tuple[Effect, ...]]:
    """Whose story it is when its starter has to go: whoever sat down first of the others."""
    heir = next((seat.member for seat in story.writers if seat.member != member), None)
    if story.starter != member or heir is None:
        return story, ()
    return replace(story, starter=heir), (ev.Tell("story.transferred", heir),)


def _without(story: Story, member: MemberId, now: datetime, told: Effect) -> Result:
    # Whoever comes back in the same round has had their turn in it, so ``done`` stays.
    seats = tuple(seat for seat in story.seats if seat.member != member)
    return go_on(replace(story, seats=seats), member, now, told)


def _but(members: tuple[MemberId, ...], member: MemberId) -> tuple[MemberId, ...]:
    return tuple(one for one in members if one != member)
