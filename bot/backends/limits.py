"""A wrapper around a backend: how many requests run at once, and who is next.

Waiting requests stand in one line.  The next to run belongs to the guild that
was served longest ago, and within it to the member who was served longest ago,
so a guild with a thousand requests delays another guild by one job at most.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TypeVar

from bot.backends.base import Backend, Chunk, ModelInfo, Remembering, Request, TakesUnlisted, Waiting
from bot.backends.deadline import Deadline
from bot.errors import DeadlinePassed, QueueFull

T = TypeVar("T")

REMEMBERED = 10_000
"""Of how many guilds and members it is remembered when they were last served."""


class Ticket:
    """A place in the line; ``place`` counts from 1 and is 0 once the request may run."""

    def __init__(self, scope: str, place: int) -> None:
        self.guild, _, self.member = scope.partition("/")
        self.place = place
        self.moved = asyncio.Event()

    def move(self, place: int) -> None:
        """Stand at another place, and say so to whoever waits."""
        if place != self.place:
            self.place = place
            self.moved.set()


class Line:
    """Who runs and who waits.  Everything happens between two awaits, so there is nothing to lock."""

    def __init__(self, *, running: int, per_guild: int, altogether: int) -> None:
        self._room = running
        self._per_guild = per_guild
        self._altogether = altogether
        self._running: set[Ticket] = set()
        self._waiting: dict[str, dict[str, deque[Ticket]]] = {}
        self._served: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._count = 0

    @property
    def running(self) -> int:
        """How many run now."""
        return len(self._running)

    def waiting(self, guild: str | None = None) -> int:
        """How many wait, altogether or of one guild."""
        guilds = self._waiting.values() if guild is None else [self._waiting.get(guild, {})]
        return sum(len(tickets) for members in guilds for tickets in members.values())

    def enter(self, scope: str) -> Ticket:
        """Take a place, or run at once when there is room.

        Raises:
            QueueFull: the line of this guild, or the whole line, is full.
        """
        ticket = Ticket(scope, -1)
        if len(self._running) >= self._room:
            waiting = self.waiting(ticket.guild)
            if waiting >= self._per_guild or self.waiting() >= self._altogether:
                raise QueueFull(waiting=waiting)
        members = self._waiting.setdefault(ticket.guild, {})
        members.setdefault(ticket.member, deque()).append(ticket)
        self._advance()
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Give up a place, or make room for the next; may be called twice."""
        if ticket in self._running:
            self._running.remove(ticket)
        elif ticket.place > 0:
            self._remove(ticket)
        else:
            return
        ticket.place = -1
        self._advance()

    def _advance(self) -> None:
        while len(self._running) < self._room and (ticket := next(self._order(), None)):
            self._remove(ticket)
            self._running.add(ticket)
            self._mark((ticket.guild, ""))
            self._mark((ticket.guild, ticket.member))
            ticket.move(0)
        for place, ticket in enumerate(self._order(), 1):
            ticket.move(place)

    def _order(self) -> Iterator[Ticket]:
        """The line as it would be served if nobody came or left."""
        return _in_turn(
            _in_turn(
                iter(tickets)
                for _, tickets in sorted(
                    members.items(), key=lambda item, guild=guild: self._served.get((guild, item[0]), 0)
                )
            )
            for guild, members in sorted(
                self._waiting.items(), key=lambda item: self._served.get((item[0], ""), 0)
            )
        )

    def _mark(self, who: tuple[str, str]) -> None:
        self._count += 1
        self._served[who] = self._count
        self._served.move_to_end(who)
        if len(self._served) > REMEMBERED:
            self._served.popitem(last=False)

    def _remove(self, ticket: Ticket) -> None:
        members = self._waiting[ticket.guild]
        members[ticket.member].remove(ticket)
        if not members[ticket.member]:
            del members[ticket.member]
        if not members:
            del self._waiting[ticket.guild]


def _in_turn(lines: Iterable[Iterator[T]]) -> Iterator[T]:
    """One of each line in turn, until all are used up."""
    turns = deque(lines)
    while turns:
        line = turns.popleft()
        for item in line:
            yield item
            turns.append(line)
            break


class Limits:
    """A backend that lets ``max_running`` requests run and keeps the others in a fair line.

    Args:
        inner: what answers.
        max_running: requests that run at the same time.
        max_queued: requests of one guild that may wait; one more is refused.
        max_waiting: requests of all guilds that may wait, against running out of memory.
    """

    def __init__(
        self, inner: Backend, *, max_running: int = 16, max_queued: int = 64, max_waiting: int = 10_000
    ) -> None:
        self._inner = inner
        self.line = Line(running=max_running, per_guild=max_queued, altogether=max_waiting)
        self._room = max_running
        self._took: float | None = None
        """Seconds that an answer takes, by those of late."""

    @property
    def name(self) -> str:
        """The provider's name."""
        return self._inner.name

    async def models(self) -> Sequence[ModelInfo]:
        """What the wrapped backend offers."""
        return await self._inner.models()

    async def forget(self, era: int) -> None:
        """Have the wrapped backend forget, if it keeps anything."""
        if isinstance(self._inner, Remembering):
            await self._inner.forget(era)

    def unlisted(self, id: str) -> ModelInfo | None:
        """What the wrapped backend says of a model that it does not list."""
        return self._inner.unlisted(id) if isinstance(self._inner, TakesUnlisted) else None

    async def aclose(self) -> None:
        """Close the wrapped backend."""
        await self._inner.aclose()

    async def generate(self, request: Request) -> AsyncGenerator[Chunk, None]:
        """Wait for a place, saying which it is whenever it changes; then answer.

        Raises:
            QueueFull: too many of this guild wait already.
            DeadlinePassed: the deadline counts the waiting.
        """
        deadline = Deadline(request.deadline, f"{self.name}/{request.model}")
        ticket = self.line.enter(request.scope)
        clock = asyncio.get_running_loop().time
        # A reader that neither reads on nor closes must not keep its place for ever.
        overdue = asyncio.get_running_loop().call_later(request.deadline, self.line.leave, ticket)
        try:
            while ticket.place > 0:
                ticket.moved.clear()
                seconds = None if self._took is None else self._took * ticket.place / self._room
                yield Waiting("queued", place=ticket.place, model=request.model, seconds=seconds)
                await deadline.wait(ticket.moved.wait())
            if ticket.place < 0:
                raise DeadlinePassed(model=f"{self.name}/{request.model}", seconds=request.deadline)
            begun = clock()
            inner = self._inner.generate(replace(request, deadline=deadline.left()))
            async with aclosing(deadline.keep(inner)) as chunks:
                async for chunk in chunks:
                    yield chunk
            took = clock() - begun
            self._took = took if self._took is None else 0.8 * self._took + 0.2 * took
        finally:
            overdue.cancel()
            self.line.leave(ticket)
