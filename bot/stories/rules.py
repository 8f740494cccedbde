"""The rules of a story: one function from a story and an event to the story it becomes and what follows.

Whatever happens, in whatever order: while a story runs, exactly one turn is
open; in a round nobody writes twice before everybody who is there has written
once; a deadline never moves to an earlier time; what is taken back can be
brought back.  An event that may not be raises, and changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.errors import AlreadyDone, BadInput
from bot.ids import MemberId
from bot.stories import events as ev
from bot.stories.calling import Result, call, lead, seated
from bot.stories.events import Event, StoryRefusal
from bot.stories.lore import remembered
from bot.stories.model import Chapter, Seat, Stage, Story, StoryId, Terms, Turn, model_seat
from bot.stories.seats import seats
from bot.stories.terms import arranged, sound
from bot.stories.turns import NUDGES, resume, turns
from bot.stories.words import edit, submit, taken_back, vote


def new(
    id: StoryId, starter: MemberId, title: str, terms: Terms, now: datetime, opening: tuple[str, int] | None
) -> Story:
    """A story in its lobby, with its starter and its AI seats; ``opening`` is a key and a number of words.

    Raises:
        BadInput: nobody could write under these terms.
    """
    terms = sound(terms)
    models = tuple(Seat(member=model_seat(number)) for number in range(1, terms.models + 1))
    story = Story(id=id, starter=starter, title=title, terms=terms, seats=(Seat(member=starter), *models))
    if opening is None:
        return story
    key, words = opening
    first = Turn(number=1, by=starter, versions=(key,), words=words, round=1, at=now)
    return replace(story, turns=(first,), next_number=2, done=(starter,))


def fork(story: Story, id: StoryId, starter: MemberId, until: int, title: str) -> Story:
    """A story that goes on from a turn of another, with what it knows up to there.

    Raises:
        BadInput: it has no such turn.
    """
    if story.turn(until) is None:
        raise BadInput("story.no_turn")
    turns = tuple(turn for turn in story.turns if turn.number <= until)
    fresh = new(id, starter, title, story.terms, turns[-1].at, None)
    told = story.summarised <= until
    return replace(
        fresh,
        turns=turns,
        chapters=tuple(chapter for chapter in story.chapters if chapter.before <= until),
        note=story.note,
        lore=tuple(entry for entry in story.lore if entry.turn is None or entry.turn <= until),
        summary=story.summary if told else "",
        summarised=story.summarised if told else 0,
        next_number=until + 1,
        source=story.id,
        inherited=len(turns),
    )


def alarms(story: Story) -> dict[str, datetime]:
    """What is to happen to a story by itself, and when; the names end in the number of the turn."""
    current = story.current
    if story.stage is not Stage.RUNNING or current is None or current.held is not None:
        return {}
    if current.by_model:
        return {f"model:{current.number}": current.since}
    found: dict[str, datetime] = {}
    if current.deadline is not None:
        found[f"deadline:{current.number}"] = current.deadline
    if current.member is not None and not current.reminded:
        left = timedelta(seconds=story.terms.seconds)
        nudge = NUDGES[min(current.nudges, len(NUDGES) - 1)]
        at = current.deadline - left / 4 if current.deadline is not None else current.since + nudge
        found[f"remind:{current.number}"] = at
    return found


def step(story: Story, event: Event, now: datetime) -> Result:
    """What an event makes of a story.

    Raises:
        Refusal: the rules do not allow it; nothing was changed.
    """
    if story.stage is Stage.ENDED and not isinstance(event, ev.Resume | ev.Edit | ev.Depart):
        raise StoryRefusal("story.over")
    match event:
        case ev.Join() | ev.Invite() | ev.Leave() | ev.Depart() | ev.Remove() | ev.Away() | ev.Back():
            return seats(story, event, now)
        case ev.Reorder() | ev.Transfer() | ev.NewChapter() | ev.Annotate():
            return _said(story, event)
        case ev.AddLore() | ev.ApproveLore() | ev.ForgetLore() | ev.Summarise():
            return remembered(story, event)
        case ev.Arrange():
            return arranged(story, event)
        case ev.Begin():
            lead(story, event)
            if story.stage is not Stage.LOBBY:
                raise AlreadyDone()
            return call(replace(story, stage=Stage.RUNNING), now)
        case ev.Pause():
            lead(story, event, clock=True)
            if story.stage is not Stage.RUNNING:
                raise AlreadyDone()
            return replace(story, stage=Stage.PAUSED, rest=event.why), (ev.Tell(event.why, event.by),)
        case ev.Resume():
            return resume(story, event, now)
        case ev.End():
            lead(story, event)
            return replace(story, stage=Stage.ENDED, current=None), (ev.Ended(),)
        case ev.Submit():
            return submit(story, event, now)
        case ev.Undo() | ev.Redo():
            return taken_back(story, event, now)
        case ev.Edit():
            return edit(story, event)
        case ev.Vote():
            return vote(story, event)
        case (
            ev.Pass() | ev.Skip() | ev.NoWords() | ev.TimeUp() | ev.HandOver() | ev.MoreTime()
            | ev.Hold() | ev.Release() | ev.ReminderDue() | ev.WasDown()
        ):  # fmt: skip
            return turns(story, event, now)
        case _:
            assert_never(event)


def _said(story: Story, event: ev.Reorder | ev.Transfer | ev.NewChapter | ev.Annotate) -> Result:
    match event:
        case ev.Reorder(members=members):
            lead(story, event)
            if not set(members) <= {seat.member for seat in story.seats}:
                raise BadInput("story.no_seat")
            rank = {member: at for at, member in enumerate(members)}
            seats = sorted(story.seats, key=lambda seat: rank.get(seat.member, len(rank)))
            return replace(story, seats=tuple(seats)), (ev.Tell("story.reordered", event.by),)
        case ev.Transfer(to=to):
            lead(story, event)
            if to <= 0 or story.seat(to) is None:
                raise BadInput("story.no_seat")
            return replace(story, starter=to), (ev.Tell("story.transferred", to),)
        case ev.NewChapter(title=title, scene=scene):
            writes = story.current is not None and story.current.member == event.by
            if not writes:
                lead(story, event)
            before = story.current.number if story.current is not None else story.next_number
            last = story.last.number if story.last is not None else 0
            # A heading of the same kind that no turn stands under yet is replaced; a chapter's comes first.
            stand = tuple(one for one in story.chapters if one.before <= last)
            others = tuple(one for one in story.chapters if one.before > last and one.scene != scene)
            fresh = (Chapter(before, title, scene),)
            headings = (*others, *fresh) if scene else (*fresh, *others)
            return replace(story, chapters=(*stand, *headings)), (
                ev.Tell("story.chapter", None, (("title", title),)),
            )
        case ev.Annotate(note=note):
            if story.starter != event.by and not event.moderator:
                seated(story, event.by)
            return replace(story, note=note), ()
