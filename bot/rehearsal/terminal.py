"""A rehearsal at a prompt: one line where a person types what somebody does."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager, suppress

from prompt_toolkit import PromptSession
from prompt_toolkit.patch_stdout import patch_stdout
from rich.text import Text

from bot.i18n.text import translate
from bot.ids import Lang
from bot.rehearsal.completion import Completions
from bot.rehearsal.events import Wrong
from bot.rehearsal.lines import ACTS, USAGE, together
from bot.rehearsal.player import Player
from bot.rehearsal.screen import Screen
from bot.rehearsal.script import parse, parse_line
from bot.rehearsal.trouble import ScriptError
from bot.rehearsal.world import World

SCENE = """
guild "Ink and Paper"{locale}
member ana
member ben
member mod manage_guild manage_messages
channel gallery
channel cellar nsfw
channel general
"""
"""What is there when a rehearsal opens without a script."""

QUIT = ("quit", "exit", ":q", "退出")


async def act(world: World, player: Player, screen: Screen, lang: Lang, *, scene: bool = True) -> None:
    """Read lines until the end of input or ``quit``, and carry each out."""
    if scene:
        for _, line in parse(SCENE.format(locale=" locale:zh-CN" if lang == "zh" else "")):
            await player.play(line)
    screen.print(Text(translate("rehearsal.banner", lang).rstrip()))
    who = player.who or next(iter(world.members), "")
    completions = Completions(world, lang)
    async for number, text in _typed(completions, lang):
        screen.line = number
        if text.strip() in QUIT:
            return
        try:
            lines = parse_line(spoken(text, who), number, who=who)
        except ScriptError as error:
            where = translate("rehearsal.column", lang, column=error.column)
            screen(Wrong(f"{where}: {error.told(lang)}"))
            continue
        async with completions.busy:
            with _interrupting(player):
                for _, line, meanwhile in together((number, line) for line in lines):
                    await player.play(line, meanwhile)
                    screen.settle()
        completions.who = who = player.who or who


def spoken(text: str, who: str) -> str:
    """A line as typed; plain words are said by whoever acted last."""
    text = text.strip()
    first = text.split(maxsplit=1)[0] if text else ""
    known = first in USAGE or first in ACTS or first.startswith(("@", "/", "#"))
    return text if known or not text or not who else f"@{who}: {text}"


async def _typed(completions: Completions, lang: Lang) -> AsyncGenerator[tuple[int, str]]:
    """Lines from the keyboard, with completion; or plain lines where nobody sits at one."""
    number = 0
    if not sys.stdin.isatty():
        while line := await asyncio.to_thread(sys.stdin.readline):
            number += 1
            yield number, line
        return
    session: PromptSession[str] = PromptSession(completer=completions, complete_while_typing=True)
    while True:
        number += 1
        try:
            with patch_stdout():
                yield number, await session.prompt_async(translate("rehearsal.prompt", lang))
        except KeyboardInterrupt:
            continue  # the line is given up
        except EOFError:
            return


@contextmanager
def _interrupting(player: Player) -> Generator[None]:
    """Ctrl-C presses Stop while the bot writes; the second one ends the rehearsal."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    pressed = False

    def interrupt() -> None:
        nonlocal pressed
        if pressed and task is not None:
            task.cancel()
        pressed = True
        player.interrupt()

    with suppress(NotImplementedError, ValueError, RuntimeError):  # Windows, or not the main thread
        loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        with suppress(NotImplementedError, ValueError, RuntimeError):
            loop.remove_signal_handler(signal.SIGINT)
