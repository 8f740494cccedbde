"""A rehearsal at a prompt: one line where a person types what somebody does."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Iterator

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.patch_stdout import patch_stdout

from bot.i18n.text import translate
from bot.ids import Lang
from bot.rehearsal.commands import commands
from bot.rehearsal.events import Wrong
from bot.rehearsal.labels import folded
from bot.rehearsal.player import Player
from bot.rehearsal.screen import Screen
from bot.rehearsal.script import ScriptError, parse_line
from bot.rehearsal.world import NoSuch, World

SCENE = (
    'guild "Ink and Paper"{locale}',
    "member ana",
    "member ben",
    "member mod manage_guild",
    "channel gallery",
    "channel cellar nsfw",
    "channel general",
)
"""What is there when a rehearsal opens without a script."""

VERBS = ("press", "fill", "select", "right-click last", "edit last", "delete last")
WORDS = ("in", "wait 1h", "restart", "show", "help", "expect", "member", "channel", "guild", "quit")


async def act(world: World, player: Player, screen: Screen, lang: Lang) -> None:
    """Read lines until the end of input or ``quit``, and carry each out."""
    locale = " locale:zh-CN" if lang == "zh" else ""
    for line in SCENE:
        for one in parse_line(line.format(locale=locale)):
            await player.play(one)
    screen.settle()
    who = "ana"
    async for text in _typed(world, lang):
        if text.strip() in ("quit", "exit"):
            return
        said = text.strip()
        if said and not said.startswith(("@", "/", "#")) and said.split()[0] not in _STARTING:
            said = f"@{who}: {said}"  # plain words are said by whoever acted last
        try:
            lines = parse_line(said, who=who)
        except ScriptError as error:
            screen(Wrong(f"{translate('rehearsal.column', lang, column=error.column)}: {error.problem}"))
            continue
        for one in lines:
            await player.play(one)
            who = player.who or who
        screen.settle()


_STARTING = {word.split()[0] for word in (*WORDS, *VERBS)}


async def _typed(world: World, lang: Lang) -> AsyncGenerator[str]:
    """Lines from the keyboard, with completion; or plain lines where nobody sits at one."""
    if not sys.stdin.isatty():
        for line in sys.stdin:
            yield line
        return
    session: PromptSession[str] = PromptSession(completer=Completions(world), complete_while_typing=True)
    prompt = translate("rehearsal.prompt", lang)
    while True:
        try:
            with patch_stdout():
                yield await session.prompt_async(prompt)
        except (EOFError, KeyboardInterrupt):
            return


class Completions(Completer):
    """Completes people, commands, options, choices, places and buttons."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """What the word before the cursor may become."""
        before = document.text_before_cursor
        word = before.split(" ")[-1]
        for text in self._offers(before, word):
            if folded(text).startswith(folded(word)) and text != word:
                yield Completion(text, start_position=-len(word))

    def _offers(self, before: str, word: str) -> list[str]:
        people = [f"@{name}" for name in self._world.members]
        if word.startswith("@"):
            return people
        if word.startswith("#"):
            return [f"#{name}" for name in self._world.channels]
        who = before.split()[0][1:] if before.startswith("@") and " " in before else "ana"
        try:
            actor, place = self._world.actor(who), self._world.place(who)
        except NoSuch:
            return people
        known = {command.name: command for _, command in commands(self._world, actor, place)}
        if word.startswith("/"):
            return [f"/{name}" for name in known]
        if "/" not in before:
            return [*VERBS] if before.startswith("@") else [*people, *WORDS]
        typed = before.split("/", 1)[1]
        found = max((name for name in known if typed.startswith(name)), key=len, default="")
        if not found:
            return [name for name in known if name.startswith(typed)]
        offers: list[str] = []
        for option in known[found].options:
            name = str(option["name"])
            if word.startswith(f"{name}:"):
                return [f"{name}:{choice['value']}" for choice in option.get("choices") or ()]
            if f" {name}:" not in before:
                offers.append(f"{name}:")
        return offers
