"""The same bot against a simulated Discord, in a terminal or from a script."""

from __future__ import annotations

import sys
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console

from bot.backends.base import Backend
from bot.i18n.text import translate
from bot.ids import Lang
from bot.rehearsal.browser import preview
from bot.rehearsal.events import Event, Expected, Wrong
from bot.rehearsal.player import Player
from bot.rehearsal.screen import Lines, Screen
from bot.rehearsal.script import ScriptError, parse
from bot.rehearsal.terminal import act
from bot.rehearsal.world import open_world
from bot.settings import Settings


async def rehearse(
    settings: Settings,
    file: Path | None,
    *,
    extensions: tuple[str, ...],
    json: bool = False,
    browser: bool = False,
    language: Lang = "en",
    backends: list[Backend] | None = None,
) -> int:
    """Rehearse at a prompt, or play a file.

    Returns the exit status: 0, or 1 after a failed expectation, a line that could
    not be carried out or an error that the bot did not handle, or 2 for a file
    that cannot be read.
    """
    console = Console(highlight=False, soft_wrap=True)
    screen: Screen | Lines = Lines(sys.stdout.write) if json else Screen(console, language)
    failures: list[Event] = []

    def report(event: Event) -> None:
        if isinstance(event, Wrong) or (isinstance(event, Expected) and not event.met):
            failures.append(event)
        screen(event)

    lines = []
    if file is not None:
        try:
            lines = parse(file.read_text(encoding="utf-8"))  # noqa: ASYNC240 - before anything runs
        except (OSError, UnicodeDecodeError) as error:
            screen(Wrong(f"{file}: {error}"))
            return 2
        except ScriptError as error:
            screen.line = error.line
            screen(Wrong(f"{file}: {error}"))
            return 2
    if not json:
        console.print(translate("rehearsal.starting", language))
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(open_world(settings, extensions, backends=backends))
        player = Player(world, report)
        for number, line in lines:
            screen.line = number
            await player.play(line)
            screen.settle()
        if file is None or browser:
            if isinstance(screen, Screen):
                console.print(translate("rehearsal.banner", language))
            if browser:
                tell = console.print if isinstance(screen, Screen) else sys.stderr.write
                await stack.enter_async_context(preview(world, tell))
            if isinstance(screen, Screen):
                await act(world, player, screen, language)
    return 1 if failures and file is not None else 0
