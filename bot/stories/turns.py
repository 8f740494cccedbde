"""The open turn: passed, skipped, handed over, given more time, held, or let go by."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.errors import AlreadyDone, BadInput
from bot.stories import events as ev
from bot.stories.calling import (
    ABSENT,
    YIELDS,
    Result,
    lead,
    let_go,
    of_writer,
    open_for,
    open_turn,
    opened_again,
    seated,
    share_told,
    stand_in,
    unheld,
    with_seat,
)
from bot.stories.events import StoryRefusal, TooLate
from bot.stories.model import CLOCK, Absent, Current, Order, Stage, Story
from bot.stories.orders import STRICT, model_may_write

MISSED = 2
"""Turns in a row that a member may let go by before they count as away: nobody waits for them then."""

EXTENSIONS = 1
"""How often a writer may ask for more time in one turn."""

NUDGES = (timedelta(days=3), timedelta(days=7), timedelta(days=14))
"""How long after it was called a writer without a deadline is reminded; then they are left in peace."""


def turns(
    story: Story,
    event: ev.Pass
    | ev.Skip
    | ev.NoWords
    | ev.TimeUp
    | ev.HandOver
    | ev.MoreTime
    | ev.Hold
    | ev.Release
    | ev.ReminderDue
    | ev.WasDown,
    now: datetime,
) -> Result:
    """What comes of something that happens to the open turn."""
    if isinstance(event, ev.WasDown):
        return _given_back(story, event, now)
    if isinstance(event, ev.Release):
        return _released(story, event, now)
    current = open_turn(story, event.turn)
    match event:
        case ev.Pass():
            of_writer(current, event.by)
            return let_go(story, current, now, ev.Tell("story.passed", event.by))
        case ev.Skip():
            lead(story, event)
            return let_go(story, current, now, ev.Tell("story.skipped", current.member))
        case ev.NoWords():
            if not current.by_model:
                raise TooLate()
            return let_go(story, current, now, ev.Tell(event.why, current.member))
        case ev.TimeUp():
            if current.held is not None or current.deadline is None or now < current.deadline:
                raise TooLate()
            return _time_up(story, current, now)
        case ev.HandOver():
            return _handed(story, current, event, now)
        case ev.MoreTime():
            if current.member != event.by:
                lead(story, event)
            elif current.extended >= EXTENSIONS and not event.moderator:
                raise StoryRefusal("story.extended")
            if current.deadline is None:
                raise StoryRefusal("story.no_deadline")
            later = max(now, current.deadline) + timedelta(seconds=story.terms.seconds)
            more = replace(current, deadline=later, extended=current.extended + 1, reminded=False)
            return replace(story, current=more), (ev.Tell("story.more_time", current.member),)
        case ev.Hold():
            return _held(story, current, event, now), ()
        case ev.ReminderDue():
            if current.reminded or current.held is not None or current.member is None or current.by_model:
                raise TooLate()
            nudges = current.nudges + (current.deadline is None)
            often = current.deadline is not None or nudges >= len(NUDGES)
            reminded = replace(story, current=replace(current, reminded=often, nudges=nudges))
            return reminded, (ev.Remind(current.member, current.number, current.deadline),)


def _handed(story: Story, current: Current, event: ev.HandOver, now: datetime) -> Result:
    """The writer gives the turn to another."""
    to = event.to
    if current.member != event.by:
        lead(story, event)
    if current.member is None:
        raise StoryRefusal("story.free")
    seat = story.seat(to)
    fixed = story.terms.order is Order.FIXED
    if fixed or seat is None or seat.is_model or seat.away or to == current.member:
        raise BadInput("story.not_to_them")
    wrote_last = story.last is not None and story.last.by == to
    if wrote_last or (story.terms.order in STRICT and to in story.done):
        raise BadInput("story.had_turn")
    opened, effects = open_for(story, to, now)
    return opened, (ev.Tell("story.handed", current.member, (("to", f"<@{to}>"),)), *effects)


def _held(story: Story, current: Current, event: ev.Hold, now: datetime) -> Story:
    """What is written waits for a moderator; where anybody may write, others write meanwhile."""
    if current.member is None:
        return seated(story, event.by)
    if event.by != CLOCK:
        of_writer(current, event.by)
    if current.held is not None:
        raise AlreadyDone()
    return replace(story, current=replace(current, held=now))


def _released(story: Story, event: ev.Release, now: datetime) -> Result:
    """It waits no more: the time in which it did is given back, also while the story rests."""
    current = story.current
    if current is None or current.number != event.turn or current.held is None:
        raise TooLate()
    free = unheld(current, now)
    story = replace(story, current=free)
    if story.stage is not Stage.RUNNING:
        return story, ()
    if free.by_model and free.member is not None:
        return story, (ev.AskModel(free.member, free.number),)
    return story, (ev.Tell("story.more_time", free.member),) if free.deadline != current.deadline else ()


def _time_up(story: Story, current: Current, now: datetime) -> Result:
    """What the story does by default about a writer who does not write."""
    member = current.member
    assert member is not None  # only a turn that is somebody's has a deadline
    seat = story.seat(member)
    missed = seat.missed + 1 if seat is not None else 1
    gone = missed >= MISSED
    story = with_seat(story, member, missed=missed, away=gone)
    if story.terms.absent is Absent.STAND_IN and model_may_write(story):
        story, effects = stand_in(story, member, now)
        return story, (ev.Tell("story.stand_in", member), *effects)
    if story.terms.absent is Absent.PAUSE:
        return replace(story, stage=Stage.PAUSED, rest=ABSENT), (ev.Tell(ABSENT, member),)
    told = ev.Tell("story.away_now" if gone else "story.timed_out", member)
    if story.terms.absent is Absent.STAND_IN:
        story, effects = let_go(story, current, now, told)
        return story, (effects[0], ev.Tell(YIELDS, member, share_told(story)), *effects[1:])
    return let_go(story, current, now, told)


def _given_back(story: Story, event: ev.WasDown, now: datetime) -> Result:
    """The bot was down over a deadline: the writer gets the time back."""
    current = story.current
    if story.stage is not Stage.RUNNING or current is None or current.deadline is None:
        raise TooLate()
    if current.held is not None or current.deadline > now or current.deadline <= event.since:
        raise TooLate()
    lost = now - max(event.since, current.since)
    more = replace(current, deadline=current.deadline + lost, reminded=False)
    return replace(story, current=more), (ev.Tell("story.was_down", current.member),)


def resume(story: Story, event: ev.Resume, now: datetime) -> Result:
    """The story goes on; who was to write gets their whole time again."""
    current = story.current
    waited_for = story.rest == ABSENT and current is not None and current.member == event.by
    if not (waited_for and story.stage is Stage.PAUSED):
        lead(story, event, clock=True)
    if story.stage not in (Stage.PAUSED, Stage.ENDED):
        raise AlreadyDone()
    ended = story.stage is Stage.ENDED
    if ended and 0 < story.terms.rounds < story.round:  # all its rounds were written: one more
        story = replace(story, terms=replace(story.terms, rounds=story.round))
    told = ev.Tell("story.reopened" if ended else "story.resumed")
    if waited_for:
        story = with_seat(story, event.by, missed=0, away=False)
    story, effects = opened_again(replace(story, stage=Stage.RUNNING, rest=""), now)
    return story, (told, *effects)
