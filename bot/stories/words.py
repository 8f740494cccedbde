"""What was written: taken into the story, changed, taken back and brought back."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from itertools import islice, takewhile

from bot.errors import AlreadyDone, BadInput, NotAllowed
from bot.ids import MemberId
from bot.stories import events as ev
from bot.stories.calling import (
    Result,
    call,
    call_after,
    had,
    lead,
    of_writer,
    open_for,
    open_turn,
    seated,
    unheld,
    with_seat,
)
from bot.stories.events import NotYourTurn, StoryRefusal, TooLate
from bot.stories.model import Current, Order, Return, Stage, Story, Tally, Turn, Undone
from bot.stories.orders import allowance, model_may_write


def submit(story: Story, event: ev.Submit, now: datetime) -> Result:
    """A turn is written."""
    held = story.current if story.current is not None and story.current.held is not None else None
    # What was written in time and waited for a moderator stands also if the story rests by now.
    resting = story.stage is Stage.PAUSED and held is not None and held.number == event.turn
    current = held if resting and held is not None else open_turn(story, event.turn)
    by = _author(story, current, event)
    _fits(story, event.words, by_model=by < 0 or event.stood_in)
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
    story = replace(
        story,
        turns=(*story.turns, turn),
        undone=(),
        done=had(story, by),
        tally=_more(story.counted, turn),
    )
    if resting:
        return replace(story, current=None), (ev.Show(turn.number),)
    opened, effects = call_after(story, by, now, event.to)
    return opened, (ev.Show(turn.number), *effects)


def _more(counted: Tally, turn: Turn) -> Tally:
    """The words of a story with one turn more."""
    return Tally(
        turns=counted.turns + 1,
        last=turn.number,
        words=counted.words + turn.words,
        by_models=counted.by_models + (turn.words if turn.by_model else 0),
    )


def _fits(story: Story, words: int, *, by_model: bool) -> None:
    """Refuse a turn that is too short or too long; a model, moreover, never takes more than its share."""
    terms = story.terms
    shortest = max(1, terms.shortest)
    longest = allowance(story) if by_model else terms.longest
    if words < shortest:
        raise BadInput("story.too_short", limit=shortest, words=words)
    if (by_model or longest) and words > longest:
        raise BadInput("story.too_long", limit=longest, words=words)


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
    if event.by < 0:
        raise NotYourTurn()
    if twice(story, event.by):
        raise NotYourTurn("story.twice")
    return event.by


def twice(story: Story, by: MemberId) -> bool:
    """Whether a member would write twice in a row where others could: alone at the table one may."""
    others = any(seat.member != by and not seat.away for seat in story.writers)
    return others and story.last is not None and story.last.by == by


def edit(story: Story, event: ev.Edit) -> Result:
    """Another version: of one's own turn, or another take of a model's by whoever writes next."""
    turn = story.turn(event.turn)
    if turn is None or story.turns.index(turn) < story.inherited:
        raise StoryRefusal("story.no_turn")
    if turn.by_model:
        if story.last != turn or not _may_ask_again(story, event.by):
            raise NotYourTurn("story.not_another")
        if len(turn.versions) > 1:
            raise TooLate("story.one_other_take")
        _fits(replace(story, turns=story.turns[:-1]), event.words, by_model=True)
    elif turn.by != event.by:
        raise NotAllowed("refused.not_yours")
    else:
        _fits(story, event.words, by_model=False)
    if event.key in turn.versions:
        raise AlreadyDone()
    edited = replace(turn, versions=(*turn.versions, event.key), words=event.words, chosen=None, votes=())
    return _with(story, turn, edited), (ev.Show(turn.number),)


def _may_ask_again(story: Story, by: MemberId) -> bool:
    """Whether they may have a model's part written once more: its starter, or whoever writes next."""
    if by == story.starter:
        return True
    current = story.current
    if current is None or current.by_model:
        return False
    return current.member == by or (current.member is None and by > 0 and story.seat(by) is not None)


def vote(story: Story, event: ev.Vote) -> Result:
    """A member prefers one of two takes: whichever has more votes stands, until the next turn is written."""
    if event.by <= 0:
        raise NotAllowed("story.no_seat")
    seated(story, event.by)
    last = story.last
    if last is None or last.number != event.turn or not last.by_model:
        raise TooLate()
    if not 0 <= event.version < len(last.versions):
        raise BadInput("story.no_turn")
    if (event.by, event.version) in last.votes:
        raise AlreadyDone()
    votes = (*(one for one in last.votes if one[0] != event.by), (event.by, event.version))
    counted = Counter(version for _, version in votes)
    stands = last.versions.index(last.key)
    voted = replace(last, votes=votes)
    if counted[event.version] > counted[stands]:
        voted = replace(voted, chosen=event.version, words=event.words)
    shown = (ev.Show(last.number),) if voted.key != last.key else ()
    return _with(story, last, voted), shown


def _with(story: Story, turn: Turn, changed: Turn) -> Story:
    turns = tuple(changed if one is turn else one for one in story.turns)
    return replace(story, turns=turns, tally=Tally())  # it is counted anew


def taken_back(story: Story, event: ev.Undo | ev.Redo, now: datetime) -> Result:
    """The last turn is taken back, or stands again."""
    if isinstance(event, ev.Undo):
        return _undone(story, event, now)
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
        returns=kept.returns,
    )
    told = ev.Tell("story.redone", event.by)
    if again.stage is not Stage.RUNNING:
        return again, (told, ev.Show(kept.turn.number))
    if story.current is not None and kept.current is not None and kept.current.number == story.current.number:
        return replace(again, current=story.current), (told, ev.Show(kept.turn.number))  # it stayed open
    again, effects = _recalled(again, kept.current, now)
    return again, (told, ev.Show(kept.turn.number), *effects)


def _undone(story: Story, event: ev.Undo, now: datetime) -> Result:
    """The last turn is taken back, and is its author's once more; then the story goes on where it was."""
    last = story.last
    if last is None or last.number != event.turn or len(story.turns) <= story.inherited:
        raise TooLate()
    if last.by != event.by or last.by_model:
        lead(story, event)
    # A moderator may decide about held words while their turn is not open: nothing would free it then.
    open_then = unheld(story.current, now) if story.current is not None else None
    kept = Undone(turn=last, current=open_then, round=story.round, done=story.done, returns=story.returns)
    told = (ev.Tell("story.undone", event.by), ev.Show(last.number))
    back = replace(story, turns=story.turns[:-1], undone=(*story.undone, kept))
    free = story.terms.order is Order.FREE
    if story.stage is Stage.RUNNING and not free and not _again(back, last):
        if open_then is not None and open_then.by_model and not model_may_write(back):
            back, effects = call(back, now)
            return back, (*told, *effects)
        return back, told  # it goes on as it is
    place = Return(
        after=last.by,
        member=open_then.member if open_then is not None else None,
        round=story.round,
        done=story.done,
        stand_in=open_then is not None and open_then.stand_in,
    )
    back = replace(
        back,
        round=last.round,
        done=_done_before(story, last),
        current=None,
        returns=() if free else (*story.returns, place),
    )
    if back.stage is not Stage.RUNNING:
        return back, told
    back, effects = call(back, now) if free else open_for(back, last.by, now)
    return back, (*told, *effects)


def _again(story: Story, taken: Turn) -> bool:
    """Whether whoever wrote a turn that was taken back can write it anew.

    Not who had it written by a model because their time was up: they are not called, and missed, twice.
    """
    seat = story.seat(taken.by)
    if seat is None or seat.away or taken.stood_in:
        return False
    return not seat.is_model or model_may_write(story)


def _done_before(story: Story, last: Turn) -> tuple[MemberId, ...]:
    """Who had had their turn in the round of the last turn, before it was written."""
    if last.round != story.round:  # it is over: everybody had theirs, also who let it go by
        return tuple(seat.member for seat in story.seats if seat.member != last.by)
    here = islice(reversed(story.turns), 1, len(story.turns) - story.inherited)
    before = {turn.by for turn in takewhile(lambda turn: turn.round == last.round, here)}
    return tuple(member for member in story.done if member != last.by or member in before)


def _recalled(story: Story, current: Current | None, now: datetime) -> Result:
    """The turn that was open before something was taken back, if there was one and it still can be."""
    if current is None:
        return call(story, now)
    seat = story.seat(current.member) if current.member is not None else None
    if current.member is not None and (seat is None or (seat.away and not current.stand_in)):
        return call(story, now)
    if current.member is not None and current.by_model:
        return story, (ev.AskModel(current.member, current.number),)
    if current.deadline is not None and current.deadline <= now:
        return open_for(story, current.member, now)
    return story, (ev.Call(current.member, current.number, current.deadline),)
