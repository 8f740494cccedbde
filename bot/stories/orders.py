"""Who writes next."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from bot.ids import MemberId
from bot.stories.model import Order, Seat, Story

TYPICAL = 60
"""Words that a model's turn is reckoned with before there is anything to reckon from."""


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
    written = sum(turn.words for turn in story.turns if turn.by_model)
    typical = round(story.words / len(story.turns)) if story.turns else TYPICAL
    return written + typical <= story.terms.share * (story.words + typical)


def next_writer(story: Story, wish: MemberId | None = None) -> Next | None:
    """Who writes next; None if nobody is there.

    ``wish`` is whom the last writer named.
    """
    here = [seat for seat in story.seats if not seat.away]
    if not any(not seat.is_model for seat in here):
        return None
    if story.terms.order is Order.FREE:
        return Next(story, _free_model(story, here))
    if story.terms.order is Order.PEN and wish is not None and any(seat.member == wish for seat in here):
        return Next(story, wish)
    waiting = _waiting(story, here)
    if not waiting:
        story = replace(story, round=story.round + 1, done=())
        waiting = _waiting(story, here)
        last = story.last
        # A new round may begin with whoever ended the old one only if nobody else is there.
        if last is not None and len(waiting) > 1 and waiting[0].member == last.by:
            waiting.append(waiting.pop(0))
    return Next(story, waiting[0].member) if waiting else None


def _waiting(story: Story, here: list[Seat]) -> list[Seat]:
    """Those who have yet to write in this round, in its order; a model that may not write yields."""
    order = here
    if story.terms.order is Order.RANDOM:
        order = sorted(here, key=lambda seat: _draw(story, seat.member))
    may = model_may_write(story)
    return [seat for seat in order if seat.member not in story.done and (may or not seat.is_model)]


def _draw(story: Story, member: MemberId) -> bytes:
    """A lot that is the same whenever it is drawn again: the rules have no dice of their own."""
    return hashlib.sha256(f"{story.id}/{story.round}/{member}".encode()).digest()


def _free_model(story: Story, here: list[Seat]) -> MemberId | None:
    """Where anybody may write, a model comes after as many turns of people as there are people."""
    models = [seat for seat in here if seat.is_model]
    people = len(here) - len(models)
    since = 0
    for turn in reversed(story.turns):
        if turn.by_model:
            break
        since += 1
    if not models or since < people or not model_may_write(story):
        return None
    written = sum(turn.by < 0 for turn in story.turns)
    return models[written % len(models)].member
