"""A rehearsal in a test: lines go in, events come out; the model says what the test tells it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from bot.backends.base import Ability, Chunk, Done, ModelInfo, ModelRef, Request, Text
from bot.backends.scripted import ScriptedBackend
from bot.ids import Lang
from bot.rehearsal.events import Changed, Event, Expected, Posted, Seen, Wrong
from bot.rehearsal.lines import together
from bot.rehearsal.player import Player
from bot.rehearsal.script import parse
from bot.rehearsal.world import World, open_world
from bot.settings import Settings
from cogs import EXTENSIONS

SCENE = """
guild "Ink and Paper"    member ana    member ben locale:zh-CN    member mod manage_guild manage_messages
channel gallery    channel cellar nsfw    channel general
"""


class Stage:
    """Plays lines and keeps the events."""

    def __init__(self, world: World, lang: Lang) -> None:
        self.world = world
        self.events: list[Event] = []
        self.on_event: Callable[[Event], None] = lambda _: None
        self.player = Player(world, self._keep, lang)

    def _keep(self, event: Event) -> None:
        self.events.append(event)
        self.on_event(event)

    async def play(self, text: str) -> list[Event]:
        """Play some lines; the events of these."""
        start = len(self.events)
        for _, line, meanwhile in together(parse(text)):
            await self.player.play(line, meanwhile)
        return self.events[start:]

    async def fine(self, text: str) -> list[Event]:
        """Play some lines, of which none may go wrong."""
        events = await self.play(text)
        assert not wrongs(events), wrongs(events)
        return events


def wrongs(events: Sequence[Event]) -> list[Event]:
    """Whatever went wrong."""
    return [one for one in events if isinstance(one, Wrong) or (isinstance(one, Expected) and not one.met)]


def shown(events: Sequence[Event]) -> list[Seen]:
    """The messages that were shown, state by state."""
    return [event.message for event in events if isinstance(event, Posted | Changed)]


@asynccontextmanager
async def stage(
    settings: Settings,
    *,
    scene: str = SCENE,
    backends: list[object] | None = None,
    extensions: tuple[str, ...] = EXTENSIONS,
    lang: Lang = "en",
) -> AsyncIterator[Stage]:
    """The real bot in a rehearsal, with a scripted model."""
    models = backends or [ScriptedBackend()]
    async with open_world(settings, extensions, backends=models) as world:  # type: ignore[arg-type]
        held = Stage(world, lang)
        await held.fine(scene)
        yield held


class Flowing:
    """A model that goes on, a line every few milliseconds, until it has said enough."""

    name = "scripted"

    def __init__(self, first: str = "An old pond,") -> None:
        self._first = first
        self.enough = False

    async def models(self) -> Sequence[ModelInfo]:
        return [ModelInfo("scripted", Ability.CHAT | Ability.LOCAL)]

    async def generate(self, request: Request) -> AsyncGenerator[Chunk, None]:
        who = ModelRef(self.name, "scripted", "1")
        yield Text(f"{self._first}\n", model=who)
        frogs = 0
        while not self.enough:
            # Waits as a model of another process does: in none of SimCord's timers.
            await asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.01)
            frogs += 1
            yield Text(f"frog {frogs}\n", model=who)
        yield Text("The sound of water.", model=who)
        yield Done("stop", who)

    async def aclose(self) -> None:
        """Nothing is held."""
