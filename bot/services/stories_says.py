"""What is said in a story's thread when something happened: facts, to be put into words when posted.

One event says one message at most, besides the words of a turn: what happened,
and whose turn it is now.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from bot.ids import Place
from bot.services.stories_ports import Say, StoryNumber
from bot.stories import events as ev
from bot.stories.events import Effect, Event
from bot.stories.model import Game, Stage, Story

OPEN, TURN, SAY = "story-open", "story-turn", "story-say"
"""Kinds of messages: one that begins a thread, the words of a turn, and everything else."""


def says_of(
    place: Place,
    id: StoryNumber,
    story: Story,
    event: Event,
    effects: Sequence[Effect],
    key: str,
    *,
    first: bool = False,
    posted: bool = False,
) -> list[Say]:
    """The messages that follow from an event.

    ``first`` if it begins the story: posting that message makes the thread.
    ``posted`` if a turn's words stand in the thread already.
    """
    if first:
        return [Say(channel=place.spot, kind=OPEN, key=f"{key}:open", payload={"story": int(id)})]
    if place.thread is None:
        return []
    told: dict[str, Any] = {"story": int(id), "notes": []}
    says: list[Say] = []
    for effect in effects:
        match effect:
            case ev.Show(turn):
                fresh = isinstance(event, ev.Submit)
                shown = story.terms.game is not Game.CORPSE  # which is shown whole, once it has ended
                if fresh and not posted and shown and event.by > 0 and not event.stood_in:
                    payload = {"story": int(id), "turn": turn}
                    says.append(Say(channel=place.thread, kind=TURN, key=f"{key}:turn", payload=payload))
                if fresh and posted:
                    told["written"] = turn
            case ev.Tell(text, member, facts):
                if story.stage is not Stage.LOBBY:
                    told["notes"].append([text, int(member) if member is not None else None, dict(facts)])
            case ev.Call() if story.terms.seats == 1 and not story.terms.open:
                continue  # whoever writes alone knows whose turn it is
            case ev.Call(member, turn, deadline):
                told["call"] = [
                    int(member) if member is not None else None,
                    turn,
                    deadline.isoformat() if deadline is not None else "",
                ]
            case ev.Remind(member, turn, deadline):
                told["remind"] = [int(member), turn, deadline.isoformat() if deadline is not None else ""]
            case ev.Ended():
                told["ended"] = True
            case ev.AskModel():
                continue
            case _:
                assert_never(effect)
    if told["notes"] or set(told) & {"call", "remind", "ended"}:
        says.append(Say(channel=place.thread, kind=SAY, key=f"{key}:say", payload=told))
    return says
