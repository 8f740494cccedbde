"""What was written: taken into the story, changed, taken back and brought back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.errors import BadInput, NotAllowed
from bot.ids import MemberId
from bot.stories import events as ev
from bot.stories.calling import Result, call, had, lead, of_writer, open_for, open_turn, seated, with_seat
from bot.stories.events import NotYourTurn, StoryRefusal, TooLate
from bot.stories.model import Current, Stage, Story, Turn, Undone


def submit(story: Story, event: ev.Submit, now: datetime) -> Result:
    """A turn is written."""
    current = open_turn(story, event.turn)
    by = _author(story, current, event)
    terms = story.terms
    if by > 0 and not event.stood_in:
        if event.words < max(1, terms.shortest):
            raise BadInput("story.too_short", limit=max(1, terms.shortest), words=event.words)
        if terms.longest and event.words > terms.longest:
            raise BadInput("story.too_long", limit=terms.longest, words=event.words)
    turn = Turn(
        number=current.number,
        by=by,
        versions=(event.key,),
        words=event.words,
        round=story.round,
        at=now,
        stood_in=event.stood_in,
    )
    if not event.stood_in and by > 0:
        story = with_seat(story, by, missed=0, away=False)
    story = replace(story, turns=(*story.turns, turn), undone=(), done=had(story, by))
    opened, effects = call(story, now, event.to)
    return opened, (ev.Show(turn.number), *effects)


def _author(story: Story, current: Current, event: ev.Submit) -> MemberId:
    """Whose turn is written, if whoever writes may write it."""
    if current.stand_in or event.stood_in:
        if not (current.stand_in and event.stood_in and current.member is not None):
            raise TooLate()
        return current.member
    if current.member is not None:
        of_writer(current, event.by)
        return event.by
    seated(story, event.by)
    if story.last is not None and story.last.by == event.by:
        raise NotYourTurn("story.twice")
    return event.by


def edit(story: Story, event: ev.Edit) -> Result:
    """Another version: of one's own turn, or another take of a model's by whoever writes next."""
    turn = story.turn(event.turn)
    if turn is None or story.turns.index(turn) < story.inherited:
        raise StoryRefusal("story.no_turn")
    if turn.by_model:
        following = story.current.member if story.current is not None else None
        if story.last != turn or event.by not in (following, story.starter):
            raise NotYourTurn("story.not_another")
        if len(turn.versions) > 1:
            raise TooLate("story.one_other_take")
    elif turn.by != event.by:
        raise NotAllowed("refused.not_yours")
    edited = replace(turn, versions=(*turn.versions, event.key), words=event.words)
    turns = tuple(edited if one == turn else one for one in story.turns)
    return replace(story, turns=turns), (ev.Show(turn.number),)


def taken_back(story: Story, event: ev.Undo | ev.Redo, now: datetime) -> Result:
    """The last turn is taken back, or stands again."""
    if isinstance(event, ev.Undo):
        last = story.last
        if last is None or last.number != event.turn or len(story.turns) <= story.inherited:
            raise TooLate()
        if last.by != event.by or last.by_model:
            lead(story, event)
        kept = Undone(turn=last, current=story.current, round=story.round, done=story.done)
        done = tuple(one for one in story.done if one != last.by) if last.round == story.round else ()
        back = replace(
            story, turns=story.turns[:-1], undone=(*story.undone, kept), round=last.round, done=done
        )
        told = ev.Tell("story.undone", event.by)
        if back.stage is not Stage.RUNNING:
            return back, (told, ev.Show(last.number))
        seat = back.seat(last.by)
        if seat is None or seat.away or last.by_model:
            back, effects = call(back, now)
        else:
            back, effects = open_for(back, last.by, now)
        return back, (told, ev.Show(last.number), *effects)
    if not story.undone or story.undone[-1].turn.number != event.turn:
        raise TooLate()
    *before, kept = story.undone
    if kept.turn.by != event.by:
        lead(story, event)
    again = replace(
        story,
        turns=(*story.turns, kept.turn),
        undone=tuple(before),
        current=kept.current,
        round=kept.round,
        done=kept.done,
    )
    told = ev.Tell("story.redone", event.by)
    if again.stage is not Stage.RUNNING or kept.current is None:
        return again, (told, ev.Show(kept.turn.number))
    again, effects = _recalled(again, kept.current, now)
    return again, (told, ev.Show(kept.turn.number), *effects)


def _recalled(story: Story, current: Current, now: datetime) -> Result:
    """The turn that was open before something was taken back, if it still can be."""
    seat = story.seat(current.member) if current.member is not None else None
    if current.member is not None and (seat is None or seat.away):
        return call(story, now)
    if current.deadline is not None and current.deadline <= now:
        return open_for(story, current.member, now)
    return story, (ev.Call(current.member, current.number, current.deadline),)
