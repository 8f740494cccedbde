"""What the writers agree on before a story begins, changed in its lobby."""

from __future__ import annotations

from dataclasses import replace

from bot.errors import BadInput
from bot.stories import events as ev
from bot.stories.calling import Result, lead
from bot.stories.events import StoryRefusal
from bot.stories.model import Seat, Stage, Story, Terms, model_seat


def sound(terms: Terms) -> Terms:
    """The terms, if a turn can be written under them.

    Raises:
        BadInput: a turn would have to be longer than it may be, or models write more than everything.
    """
    if terms.longest and terms.shortest > terms.longest:
        raise BadInput("refused.bad_option", name="least", typed=str(terms.shortest))
    if not 0 <= terms.share <= 1:
        raise BadInput("refused.bad_option", name="share", typed=str(terms.share))
    return terms


def arranged(story: Story, event: ev.Arrange) -> Result:
    """The terms are others now: by the starter or a moderator, and only until the story begins.

    Raises:
        Refusal: it has begun, or somebody has agreed to what would change.
        BadInput: nobody could write under these.
    """
    lead(story, event)
    if story.stage is not Stage.LOBBY:
        raise StoryRefusal("story.begun_already")
    terms, joined = sound(event.terms), len(story.writers)
    if terms.seats and terms.seats < joined:
        raise StoryRefusal("story.seats_taken", seats=joined)
    others = any(seat.member != story.starter for seat in story.writers)
    if others and terms.ground_rules != story.terms.ground_rules:
        raise StoryRefusal("story.rules_agreed")
    models = tuple(Seat(member=model_seat(number)) for number in range(1, terms.models + 1))
    return replace(story, terms=terms, seats=(*story.writers, *models)), ()
