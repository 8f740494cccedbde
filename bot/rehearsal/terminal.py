"""A rehearsal at a prompt: one line where a person types what somebody does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rich.text import Text

from bot.i18n.text import translate
from bot.ids import Lang
from bot.rehearsal.completion import Completions
from bot.rehearsal.events import Wrong
from bot.rehearsal.keyboard import interruptible, typed
from bot.rehearsal.lines import ACTS, USAGE, Line, together
from bot.rehearsal.look import place_name
from bot.rehearsal.player import Player
from bot.rehearsal.screen import Screen
from bot.rehearsal.script import parse, parse_line
from bot.rehearsal.trouble import VERY_NEAR, ScriptError, nearest
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


async def act(
    world: World,
    player: Player,
    screen: Screen,
    lang: Lang,
    *,
    history: Path | None = None,
    scene: bool = True,
) -> bool:
    """Read lines until the end of input or ``quit``, and carry each out.

    ``history`` is the file that keeps what is typed for the next rehearsal.
    Gives whether somebody has ended it, and not only the lines.
    """
    if scene:
        for _, line in parse(SCENE.format(locale=" locale:zh-CN" if lang == "zh" else "")):
            await player.play(line)
    screen.columns(translate("rehearsal.banner", lang).rstrip())
    completions = Completions(world, lang)
    completions.who = player.who or completions.who

    def prompt() -> tuple[str, str]:
        screen.at_prompt = True
        who, there = completions.who, world.private or world.channel is not None
        where = f"@{who} {place_name(world.place(who))}" if who and there else ""
        return translate("rehearsal.prompt", lang), where

    def nothing() -> None:
        screen.print(Text(translate("rehearsal.how_to_end", lang), style="dim"))

    number = 0
    async for text in typed(completions, prompt, history, nothing=nothing):
        number += 1
        screen.line, screen.at_prompt = number, False
        if text.strip() in QUIT:
            return True
        try:
            lines = parse_line(spoken(text, completions.who), number, who=completions.who)
        except ScriptError as error:
            where = translate("rehearsal.column", lang, column=error.column)
            screen(Wrong(f"{where}: {error.told(lang)}"))
            continue
        async with completions.busy:
            if not await interruptible(_play(player, screen, number, lines), _interrupter(player, screen)):
                screen.settle()
                return True
        completions.who = player.who or completions.who
        if hint := meant(text, lang):
            screen.print(Text(hint, style="dim"))
    return False


async def _play(player: Player, screen: Screen, number: int, lines: Sequence[Line]) -> None:
    for _, line, meanwhile in together((number, line) for line in lines):
        await player.play(line, meanwhile)
        screen.settle()


def _interrupter(player: Player, screen: Screen) -> Callable[[], None]:
    """What Ctrl-C does while the bot writes: it presses Stop."""

    def interrupt() -> None:
        player.interrupt()
        screen.hint("stopping", now=True)

    screen.hint("writing")
    return interrupt


def spoken(text: str, who: str) -> str:
    """A line as typed; plain words are said by whoever acted last."""
    text = text.strip()
    return f"@{who}: {text}" if text and who and not _known(text) else text


def _known(text: str) -> bool:
    first = text.split(maxsplit=1)[0]
    return first in USAGE or first in ACTS or first.startswith(("@", "/", "#"))


def meant(text: str, lang: Lang) -> str:
    """For words that were said in the channel, but look like a line that was mistyped: which; else ""."""
    text = text.strip()
    if not text or _known(text):
        return ""
    first = text.split(maxsplit=1)[0].casefold()
    near = nearest(first, (*USAGE, *QUIT), least=VERY_NEAR)
    return translate("rehearsal.was_said", lang, meant=near) if near else ""
