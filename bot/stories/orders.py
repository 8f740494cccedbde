"""Who writes next."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

from bot.ids import MemberId
from bot.stories.model import Game, Order, Seat, Story
from bot.stories.verse import longest_after

STRICT = frozenset({Order.ROUND, Order.RANDOM, Order.FIXED})
"""Orders in which nobody writes twice before everybody who is there has written once."""

TYPICAL = 60
"""Words that a model's turn is reckoned with before there is anything to reckon from."""

MOST = 2_000
"""Words of a model's turn where the story has no limit."""


@dataclass(frozen=True, slots=True)
class Next:
    """Whose turn it is: a seat, or anybody (``member`` None).  ``story`` has begun a new round if it must."""

    story: Story
    member: MemberId | None


def model_may_write(story: Story) -> bool:
    """Whether a model may write now: never twice in a row, and never past its share of the words."""
    last = story.last
    if last is not None and last.by_model:
        return False
    counted = story.counted
    if story.terms.game is Game.RENGA:  # a verse cannot be cut to what is left of a share
        typical = longest_after(counted.turns)
    else:
        typical = round(counted.words / counted.turns) if counted.turns else TYPICAL
    return max(1, typical, story.terms.shortest) <= allowance(story)


def allowance(story: Story) -> int:
    """How many words a model may write now without passing its share, and within the length of a turn."""
    counted = story.counted
    share = Fraction(story.terms.share).limit_denominator(1_000)
    most = story.terms.longest or MOST
    if share >= 1:
        return most
    return max(0, min(most, int((share * counted.words - counted.by_models) / (1 - share))))


def next_writer(story: Story, wish: MemberId | None = None) -> Next | None:
    """Who writes next; None if nobody is there.

    ``wish`` is whom the last writer named.
    """
    here = [seat for seat in story.seats if not seat.away]
    if not any(not seat.is_model for seat in here):
        return None
    before = story.done[-1] if story.done else None
    strict = story.terms.order in STRICT
    if not strict:
        if _written(story) >= sum(not seat.is_model for seat in here):
            story = replace(story, round=story.round + 1)
        if story.terms.order is Order.FREE:
            return Next(story, _free_model(story, here))
        if _may_be_named(story, here, wish):
            return Next(story, wish)
    waiting = _waiting(story, here)
    if not waiting:
        story = replace(story, round=story.round + strict, done=())
        waiting = _waiting(story, here)
    # A new round may begin with whoever ended the old one, by writing or by letting
    # the turn go, only if nobody else is there.
    if len(waiting) > 1 and waiting[0].member == before and story.terms.order is not Order.FIXED:
        waiting.append(waiting.pop(0))
    return Next(story, waiting[0].member) if waiting else None


def yields(before: Story, story: Story, wish: MemberId | None) -> MemberId | None:
    """The model whose turn it would be, had it not written its share of the words.

    ``before`` is the story as it was when the next writer was looked for, ``story`` as it is.
    """
    here = [seat for seat in story.seats if not seat.away]
    if model_may_write(before) or (before.last is not None and before.last.by_model):
        return None
    models = [seat.member for seat in here if seat.is_model]
    if story.terms.order is Order.FREE:
        people = len(here) - len(models)
        due = len(before.turns) >= people and not any(
            turn.by_model for turn in islice(reversed(before.turns), people)
        )
        return models[0] if models and due else None
    if wish is not None and wish < 0:
        return wish if wish in models else None
    waiting = _waiting(before, here, may=True) or _waiting(story, here, may=True)
    return waiting[0].member if waiting and waiting[0].is_model else None


def _written(story: Story) -> int:
    """Parts of people in this round: where nobody has a place in it, it has as many as there are people."""
    count = 0
    for turn in islice(reversed(story.turns), len(story.turns) - story.inherited):
        if turn.round != story.round:
            break
        count += turn.by > 0
    return count


def _waiting(story: Story, here: list[Seat], *, may: bool | None = None) -> list[Seat]:
    """Those who have yet to write in this round, in its order; a model that may not write yields."""
    order = here
    if story.terms.order is Order.RANDOM:
        order = sorted(here, key=lambda seat: _draw(story, seat.member))
    elif story.terms.order is Order.FIXED:
        order = _after_the_last(story, here)
    if may is None:
        may = any(seat.is_model for seat in here) and model_may_write(story)
    return [seat for seat in order if seat.member not in story.done and (may or not seat.is_model)]


def _after_the_last(story: Story, here: list[Seat]) -> list[Seat]:
    """Those who sit behind whoever had their turn last in this round."""
    places = {seat.member: place for place, seat in enumerate(story.seats)}
    last = next((places[member] for member in reversed(story.done) if member in places), -1)
    return [seat for seat in here if places[seat.member] > last]


def _may_be_named(story: Story, here: list[Seat], wish: MemberId | None) -> bool:
    """Whether the writer may give the pen to them: never to themself, nor to a model that has to yield."""
    if wish is None or not any(seat.member == wish for seat in here):
        return False
    if wish < 0:
        return model_may_write(story)
    return story.last is None or story.last.by != wish


def _draw(story: Story, member: MemberId) -> bytes:
    """A lot that is the same whenever it is drawn again: the rules have no dice of their own."""
    return hashlib.sha256(f"{story.id}/{story.round}/{member}".encode()).digest()


def _free_model(story: Story, here: list[Seat]) -> MemberId | None:
    """Where anybody may write, a model comes after as many turns of people as there are people."""
    models = [seat.member for seat in here if seat.is_model]
    people = len(here) - len(models)
    if not models or any(turn.by_model for turn in islice(reversed(story.turns), people)):
        return None
    if len(story.turns) < people or not model_may_write(story):
        return None
    before = next((turn.by for turn in reversed(story.turns) if turn.by in models), models[-1])
    return models[(models.index(before) + 1) % len(models)]
