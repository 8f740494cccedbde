"""The same bot against a simulated Discord, in a terminal or from a script."""

from __future__ import annotations

import asyncio
import locale
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.backends.base import Backend
from bot.errors import StorageError
from bot.i18n.text import lang_of, translate
from bot.ids import Lang
from bot.rehearsal.acts import counted, paths
from bot.rehearsal.browser import has_display, tell
from bot.rehearsal.events import Event, Expected, Wrong
from bot.rehearsal.files import show
from bot.rehearsal.lines import together
from bot.rehearsal.player import Player
from bot.rehearsal.screen import Lines, Screen
from bot.rehearsal.script import parse
from bot.rehearsal.terminal import act
from bot.rehearsal.trouble import ScriptError
from bot.rehearsal.world import open_world
from bot.settings import Settings
from bot.storage.store import path_of


async def rehearse(
    settings: Settings,
    file: Path | None,
    *,
    extensions: tuple[str, ...],
    json: bool = False,
    browser: bool | None = None,
    language: Lang | None = None,
    backends: list[Backend] | None = None,
) -> int:
    """Rehearse at a prompt, or play a file.

    With ``browser`` a page shows the same world; without a word about it, at a
    prompt on a machine that has a display, where the page is opened too.

    ``language`` is that of the rehearsal's own words; without one it is as set,
    else that of the system.

    Returns the exit status: 0, or 1 after a failed expectation, a line that could
    not be carried out or an error that the bot did not handle, or 2 for a file
    that cannot be read.
    """
    lang = language or _language(settings)
    # Where nobody sits, lines stay whole.
    console = Console(highlight=False, soft_wrap=True)
    screen: Screen | Lines = Lines(_out) if json else Screen(console, lang)
    failed = False

    def report(event: Event) -> None:
        nonlocal failed
        failed |= isinstance(event, Wrong) or (isinstance(event, Expected) and not event.met)
        screen(event)

    try:
        script = parse(file.read_text(encoding="utf-8")) if file is not None else []  # noqa: ASYNC240 - before anything runs
    except (OSError, UnicodeDecodeError) as error:
        screen(Wrong(f"{file}: {error}"))
        return 2
    except ScriptError as error:
        screen.line = error.line
        where = translate("rehearsal.where", lang, line=error.line, column=error.column)
        screen(Wrong(f"{file}, {where}: {error.told(lang)}"))
        return 2
    if isinstance(screen, Screen):
        screen.print(Text(translate("rehearsal.starting", lang), style="dim"))
    seated = file is None and not json and sys.stdin.isatty()
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(open_world(settings, extensions, backends=backends))
        player = Player(world, report, lang)
        if isinstance(screen, Screen) and sys.stdin.isatty() and sys.stdout.isatty():
            screen.at_keyboard = file is None
            player.viewer = show
            screen.counted = lambda: counted(world, player.who) if player.who else None
            screen.keep = lambda seen: paths(world, seen.id)
        if browser is None:
            browser = seated and has_display()
        if browser:
            from bot.rehearsal.page import open_page  # costs a moment that a terminal alone need not wait for

            address = await stack.enter_async_context(open_page(world, report, screen.settle, lang))
            await tell(address, screen, lang)
        for number, line, meanwhile in together(script):
            screen.line = number
            await player.play(line, meanwhile)
            screen.settle()
        if isinstance(screen, Screen) and (file is None or browser):
            ended = await act(world, player, screen, lang, history=_history(settings), scene=file is None)
            if browser and not ended and not sys.stdin.isatty():
                await asyncio.Event().wait()  # nobody types any more: the page is there until it is stopped
    # At a keyboard one tries things out: nothing there is a failure.
    return int(failed and not (file is None and sys.stdin.isatty()))


def _language(settings: Settings) -> Lang:
    if "language" in settings.model_fields_set:
        return settings.language
    return lang_of(locale.getlocale()[0], settings.language)


def _history(settings: Settings) -> Path | None:
    """Where the bot keeps its own: what was typed in a rehearsal is kept beside it."""
    try:
        return path_of(settings.database).with_name("rehearsal-history")
    except StorageError:
        return None


def _out(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
