"""The open turn: passed, skipped, handed over, given more time, or let go by."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.errors import AlreadyDone, BadInput
from bot.stories import events as ev
from bot.stories.calling import Result, call, lead, let_go, of_writer, open_for, open_turn, with_seat
from bot.stories.events import StoryRefusal, TooLate
from bot.stories.model import Absent, Current, Order, Stage, Story
from bot.stories.orders import STRICT, model_may_write

MISSED = 2
"""Turns in a row that a member may let go by before they count as away: nobody waits for them then."""

EXTENSIONS = 1
"""How often a writer may ask for more time in one turn."""


def turns(
    story: Story,
    event: ev.Pass
    | ev.Skip
    | ev.NoWords
    | ev.TimeUp
    | ev.HandOver
    | ev.MoreTime
    | ev.ReminderDue
    | ev.WasDown,
    now: datetime,
) -> Result:
    """What comes of something that happens to the open turn."""
    if isinstance(event, ev.WasDown):
        return _given_back(story, event, now)
    current = open_turn(story, event.turn)
    match event:
        case ev.Pass():
            of_writer(current, event.by)
            return let_go(story, current, now, ev.Tell("story.passed", event.by))
        case ev.Skip():
            lead(story, event)
            return let_go(story, current, now, ev.Tell("story.skipped", current.member))
        case ev.NoWords():
            return let_go(story, current, now, ev.Tell("story.model_silent", current.member))
        case ev.TimeUp():
            if current.deadline is None or now < current.deadline:
                raise TooLate()
            return _time_up(story, current, now)
        case ev.HandOver(to=to):
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
        case ev.ReminderDue():
            if current.reminded or current.member is None or current.member < 0:
                raise TooLate()
            reminded = replace(story, current=replace(current, reminded=True))
            return reminded, (ev.Remind(current.member, current.number, current.deadline),)


def _time_up(story: Story, current: Current, now: datetime) -> Result:
    """What the story does by default about a writer who does not write."""
    member = current.member
    assert member is not None  # only a turn that is somebody's has a deadline
    seat = story.seat(member)
    missed = seat.missed + 1 if seat is not None else 1
    gone = missed >= MISSED
    story = with_seat(story, member, missed=missed, away=gone)
    if story.terms.absent is Absent.STAND_IN and model_may_write(story):
        stand_in = replace(current, stand_in=True, deadline=None, since=now, number=story.next_number)
        story = replace(story, current=stand_in, next_number=story.next_number + 1)
        return story, (ev.Tell("story.stand_in", member), ev.AskModel(member, stand_in.number))
    if story.terms.absent is Absent.PAUSE:
        rest = replace(story, stage=Stage.PAUSED, rest="story.paused_absent")
        return rest, (ev.Tell("story.paused_absent", member),)
    return let_go(story, current, now, ev.Tell("story.away_now" if gone else "story.timed_out", member))


def _given_back(story: Story, event: ev.WasDown, now: datetime) -> Result:
    """The bot was down over a deadline: the writer gets the time back."""
    current = story.current
    if story.stage is not Stage.RUNNING or current is None or current.deadline is None:
        raise TooLate()
    if current.deadline > now or current.deadline <= event.since:
        raise TooLate()
    lost = now - max(event.since, current.since)
    more = replace(current, deadline=current.deadline + lost, reminded=False)
    return replace(story, current=more), (ev.Tell("story.was_down", current.member),)


def resume(story: Story, now: datetime) -> Result:
    """The story goes on; who was to write gets their whole time again."""
    if story.stage not in (Stage.PAUSED, Stage.ENDED):
        raise AlreadyDone()
    ended = story.stage is Stage.ENDED
    if ended and 0 < story.terms.rounds < story.round:  # all its rounds were written: one more
        story = replace(story, terms=replace(story.terms, rounds=story.round))
    story = replace(story, stage=Stage.RUNNING, rest="")
    told = ev.Tell("story.reopened" if ended else "story.resumed")
    member = story.current.member if story.current is not None else None
    seat = story.seat(member) if member is not None else None
    if seat is None or seat.away:
        story, effects = call(story, now)
    else:
        story, effects = open_for(story, seat.member, now)
    return story, (told, *effects)
