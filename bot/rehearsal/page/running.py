"""What people have begun on the page: the forms that they have before them, and what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from bot.rehearsal.events import Changed, Did, Event, Posted, Seen, Wrong
from bot.rehearsal.look import seen, visible
from bot.rehearsal.page.places import Where
from bot.rehearsal.world import World

ANSWERS = 0.02
"""Seconds between two looks whether the bot has answered somebody who types."""


def freely(verb: Callable[..., Any], *given: Any, **named: Any) -> Coroutine[Any, Any, Any]:
    """One of SimCord's verbs without its rule of one at a time: people act while the bot is at work."""
    return verb.__wrapped__(verb.__self__, *given, **named)  # type: ignore[attr-defined]


class Running:
    """Begins what people do, and tells the terminal, which shows the same world.

    ``report`` is told what somebody did and what came of it, ``settle`` that it
    is over, and ``unanswered`` whom the bot has not answered.
    """

    def __init__(
        self,
        world: World,
        report: Callable[[Event], None],
        settle: Callable[[], object],
        unanswered: Callable[[int], None],
    ) -> None:
        self._world = world
        self._report = report
        self._settle = settle
        self._unanswered = unanswered
        self._tasks: set[asyncio.Task[Any]] = set()
        self._forms: dict[int, Any] = {}

    async def close(self) -> None:
        """Wait for nothing more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def begin(self, at: Where, told: str, verb: Coroutine[Any, Any, Any]) -> None:
        """Begin something.

        Raises:
            SetupError: SimCord refuses it, as Discord's own program would.
            BackendError: Discord would refuse it.
        """
        before = self._seen(at)
        task, begun = await self._start(at, verb)
        self._report(Did(at.member.name, told))
        self._forms |= {one.id: one for one in begun}
        task.add_done_callback(partial(self._ended, at, before, begun))

    async def whole(self, doing: Coroutine[Any, Any, None]) -> None:
        """Do something to its end, also when nobody waits for it any more: until the page is closed."""
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.shield(task)

    async def asked(self, at: Where, verb: Coroutine[Any, Any, Any]) -> list[dict[str, Any]]:
        """What the bot offers to somebody who types, as soon as it answers."""
        task, begun = await self._start(at, verb)
        while not task.done() and not any(one.responded for one in begun):
            await asyncio.wait({task}, timeout=ANSWERS)
        return [choice for one in begun for choice in one.autocomplete_choices or ()]

    async def _start(self, at: Where, verb: Coroutine[Any, Any, Any]) -> tuple[asyncio.Task[Any], list[Any]]:
        """Start a verb: what SimCord refuses is raised now.  Gives what goes on, and its interaction."""
        interactions: Mapping[int, Any] = self._world.env.backend.interactions
        known = len(interactions)
        task = asyncio.ensure_future(verb)
        # A verb looks at what it is given and sends its event before it waits for the first time.
        await asyncio.sleep(0)
        if task.done():
            await task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task, [one for one in list(interactions.values())[known:] if one.user_id == at.user]

    def form(self, user: int, id: int = 0) -> Any:
        """The interaction that opened the newest form that somebody has before them, or that one; or None."""
        for one in reversed(self._forms.values()):
            if one.user_id == user and id in (0, one.id) and one.modal is not None and not one.modal_consumed:
                return one
        return None

    def dismiss(self, id: int) -> None:
        """Somebody closed a form."""
        self._forms.pop(id, None)

    def _ended(
        self, at: Where, before: Mapping[int, Seen], begun: list[Any], task: asyncio.Task[Any]
    ) -> None:
        for one in begun:
            if one.modal is None or one.modal_consumed:
                self._forms.pop(one.id, None)
        if task.cancelled():
            return
        if error := task.exception():
            self._report(Wrong(str(error), bot=True))
        if any(not one.responded for one in begun):
            self._unanswered(at.user)
        # While a line of the terminal is played, that shows what there is to see.
        if not self._world.busy.locked():
            for id, message in self._seen(at).items():
                if before.get(id) != message:
                    self._report(Changed(message) if id in before else Posted(message))
            self._settle()

    def _seen(self, at: Where) -> dict[int, Seen]:
        env = self._world.env
        return {one.id: seen(env, one) for one in visible(env, at.member)}
