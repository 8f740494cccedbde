"""A circle of writers whose story runs: what particular cases are tried with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.ids import MemberId
from bot.stories import events as ev
from bot.stories.effects import Effect
from bot.stories.events import Event
from bot.stories.model import StoryId, Terms
from bot.stories.rules import new, step

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
ANN, BEN, CAM, DEE = (MemberId(number) for number in (1, 2, 3, 4))
AI = MemberId(-1)


class Circle:
    """A story that runs, and what comes of events."""

    def __init__(self, *others: MemberId, **terms: Any) -> None:
        self.now = NOON
        self.keys = 0
        self.story = new(StoryId(1), ANN, "The Well", Terms(**terms), NOON, None)
        for member in others:
            self.does(ev.Join(by=member))
        self.does(ev.Begin(by=ANN))

    def does(self, event: Event) -> tuple[Effect, ...]:
        self.story, effects = step(self.story, event, self.now)
        return effects

    def writes(self, member: MemberId, words: int = 10, **values: Any) -> tuple[Effect, ...]:
        self.keys += 1
        event = ev.Submit(by=member, turn=self.turn, key=f"words-{self.keys}", words=words, **values)
        return self.does(event)

    @property
    def turn(self) -> int:
        assert self.story.current is not None
        return self.story.current.number

    @property
    def writer(self) -> MemberId | None:
        assert self.story.current is not None
        return self.story.current.member

    def order(self, turns: int) -> list[MemberId]:
        """Who writes, if everybody does."""
        found: list[MemberId] = []
        for _ in range(turns):
            assert self.writer is not None
            found.append(self.writer)
            self.writes(self.writer)
        return found
