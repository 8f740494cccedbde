"""Opening turns: the steps that all the rules of a story share."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.errors import NotAllowed
from bot.ids import MemberId
from bot.stories import events as ev
from bot.stories.events import Effect, NotYourTurn, StoryRefusal, TooLate
from bot.stories.model import CLOCK, Current, Order, Stage, Story
from bot.stories.orders import model_may_write, next_writer, yields

NOBODY = "story.nobody_left"
"""Why a story rests that nobody is there to write."""

ABSENT = "story.paused_absent"
"""Why a story rests that waits for a member who let their time go by."""

YIELDS = "story.model_share"
"""What is said where a model's turn goes by because it has written its share."""

Result = tuple[Story, tuple[Effect, ...]]


def call(story: Story, now: datetime, wish: MemberId | None = None) -> Result:
    """Open the next turn, or rest if nobody is there, or end after the last round."""
    found = next_writer(story, wish)
    if found is None:
        return replace(story, stage=Stage.PAUSED, rest=NOBODY, current=None), (ev.Tell(NOBODY),)
    yielding, now_round = yields(story, found.story, wish), story.round
    story = found.story
    if story.terms.rounds and story.round > story.terms.rounds:
        return replace(story, stage=Stage.ENDED, current=None), (ev.Ended(),)
    if yielding is None or story.yielded == now_round:
        return open_for(story, found.member, now)
    story, effects = open_for(replace(story, yielded=now_round), found.member, now)
    return story, (ev.Tell(YIELDS, yielding, share_told(story)), *effects)


def share_told(story: Story) -> tuple[tuple[str, str], ...]:
    """The share of models, as a fact to be told."""
    return (("percent", str(round(100 * story.terms.share))),)


def call_after(story: Story, member: MemberId, now: datetime, wish: MemberId | None = None) -> Result:
    """Open the turn after one that a member has had, by writing or by letting it go.

    If that was one taken back before, the story goes on where it was then.
    """
    if not story.returns or story.returns[-1].after != member or wish is not None:
        return call(replace(story, returns=()), now, wish)
    *before, found = story.returns
    if found.round > story.round and _waits(story):  # somebody came meanwhile, and has yet to have theirs
        story, effects = call(story, now)
        if story.current is None or story.current.member is None:
            return replace(story, returns=()), effects
        return replace(story, returns=(*before, replace(found, after=story.current.member))), effects
    story = replace(story, returns=tuple(before))
    there = replace(story, round=found.round, done=found.done)
    seat = story.seat(found.member) if found.member is not None else None
    if seat is not None and any(not one.away for one in story.writers):
        if (found.stand_in or seat.is_model) and model_may_write(there):
            return stand_in(there, seat.member, now) if found.stand_in else open_for(there, seat.member, now)
        if found.stand_in:
            return call(replace(there, done=had(there, seat.member)), now)
        if not (seat.is_model or seat.away):
            return open_for(there, seat.member, now)
    # Who begins a round depends on who ended the one before it.
    begun = found.round == story.round or found.done
    return call(there if begun else story, now)


def _waits(story: Story) -> bool:
    """Whether a writer who is there has not had their turn in this round."""
    return any(not seat.away and seat.member not in story.done for seat in story.writers)


def open_for(story: Story, member: MemberId | None, now: datetime) -> Result:
    """Open a turn for a member, a model, or (None) for anybody."""
    timed = story.terms.seconds > 0 and member is not None and member > 0
    deadline = now + timedelta(seconds=story.terms.seconds) if timed else None
    current = Current(number=story.next_number, member=member, since=now, deadline=deadline)
    story = replace(story, current=current, next_number=story.next_number + 1)
    if member is not None and member < 0:
        return story, (ev.AskModel(member, current.number),)
    return story, (ev.Call(member, current.number, deadline),)


def stand_in(story: Story, member: MemberId, now: datetime) -> Result:
    """Open a turn that a model writes in a member's place."""
    current = Current(number=story.next_number, member=member, since=now, stand_in=True)
    story = replace(story, current=current, next_number=story.next_number + 1)
    return story, (ev.AskModel(member, current.number),)


def open_turn(story: Story, number: int) -> Current:
    """The current turn, if it is the one of that number and the story runs."""
    if story.stage is Stage.LOBBY:
        raise StoryRefusal("story.not_begun")
    if story.stage is Stage.PAUSED:
        raise StoryRefusal("story.rests")
    if story.current is None or story.current.number != number:
        raise TooLate()
    return story.current


def unheld(current: Current, now: datetime) -> Current:
    """The turn with its time running, by as much later as it stood still."""
    if current.held is None:
        return current
    lost = max(now - current.held, timedelta(0))
    deadline = current.deadline + lost if current.deadline is not None else None
    return replace(current, held=None, deadline=deadline)


def of_writer(current: Current, by: MemberId) -> None:
    """Refuse whoever is not the writer of the current turn."""
    if current.member != by:
        raise NotYourTurn()


def let_go(story: Story, current: Current, now: datetime, told: Effect) -> Result:
    """The turn is let go by: it counts as had in this round."""
    if current.member is None:
        raise StoryRefusal("story.free")
    story = replace(story, done=had(story, current.member))
    if story.terms.order is Order.FREE:  # a model that let it go by is not asked again at once
        opened, effects = open_for(story, None, now)
    else:
        opened, effects = call_after(story, current.member, now)
    return opened, (told, *effects)


def had(story: Story, member: MemberId) -> tuple[MemberId, ...]:
    """Who had their turn in this round, with one more: the last of them had theirs last."""
    return (*(one for one in story.done if one != member), member)


def go_on(story: Story, member: MemberId, now: datetime, told: Effect) -> Result:
    """Somebody cannot write any more: the turn goes on if it was theirs, or if nobody is left."""
    current = story.current
    nobody = not any(not seat.away for seat in story.writers)
    # What a model writes in the place of a member who only went away is still wanted.
    spared = current is not None and current.stand_in and story.seat(member) is not None
    others = current is not None and current.member != member
    if story.stage is not Stage.RUNNING or ((others or spared) and not nobody):
        return story, (told,)
    story, effects = call_after(story, member, now)
    return story, (told, *effects)


def awake(story: Story, member: MemberId, now: datetime, told: Effect) -> Result:
    """Somebody can write again: a story goes on that rests because nobody could, or because they did not."""
    current = story.current
    waited_for = story.rest == ABSENT and current is not None and current.member == member
    if story.stage is Stage.PAUSED and (story.rest == NOBODY or waited_for):
        story, effects = opened_again(replace(story, stage=Stage.RUNNING, rest=""), now)
        return story, (told, *effects)
    return story, (told,)


def opened_again(story: Story, now: datetime) -> Result:
    """The story runs again: whoever was to write, writes, with their whole time; or the next."""
    current = story.current
    member = current.member if current is not None else None
    if current is None and story.returns:  # a turn was taken back, or written anew, while the story rested
        member = story.returns[-1].after
        if member in story.done:
            return call_after(story, member, now)
    seat = story.seat(member) if member is not None else None
    nobody = all(one.away for one in story.writers)  # a model does not write alone
    if seat is None or seat.away or nobody:
        return call(story, now) if member is None else call_after(story, member, now)
    if (
        current is not None and current.held is not None
    ):  # it is written already, and time stands still for it
        return story, ()
    return open_for(story, seat.member, now)


def with_seat(story: Story, member: MemberId, **values: bool | int) -> Story:
    """The story with a seat changed."""
    seats = (replace(seat, **values) if seat.member == member else seat for seat in story.seats)  # pyright: ignore[reportArgumentType]
    return replace(story, seats=tuple(seats))


def seated(story: Story, member: MemberId) -> Story:
    """The story, if that member has a seat."""
    if story.seat(member) is None:
        raise NotAllowed("story.no_seat")
    return story


def lead(story: Story, event: ev.Act, *, clock: bool = False) -> None:
    """Refuse whoever neither started the story nor moderates here."""
    if event.moderator or event.by == story.starter or (clock and event.by == CLOCK):
        return
    raise NotAllowed("story.leaders_only")
