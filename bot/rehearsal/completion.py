"""Completes what is typed: people, commands, options, choices (the bot is asked), places and buttons."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from simcord import SetupError
from simcord.backend.errors import BackendError
from simcord.components import walk_components

from bot.ids import Lang
from bot.rehearsal.commands import ON_MESSAGE, Command, commands, names_of
from bot.rehearsal.fields import choices
from bot.rehearsal.labels import folded
from bot.rehearsal.lines import ACTS, USAGE
from bot.rehearsal.look import MENUS, label_of, newest, pressable
from bot.rehearsal.trouble import NoSuch
from bot.rehearsal.words import quoted
from bot.rehearsal.world import World

_ACTOR = re.compile(r"@(\S+)\s+")
_OPTION = re.compile(r"(?:^|\s)([^\W\d][\w-]*)[:：]\s?([\"“]?)([^\"“”]*)$")
_GIVEN = re.compile(r"(?:^|\s)([^\W\d][\w-]*)[:：]\s?(?:[\"“]([^\"“”]*)[\"”]|(\S+))")
_LONGEST = 25


class Choice(str):
    """What the bot itself offered for what was typed, with the name it shows; it need not begin alike."""

    shown: str

    @classmethod
    def of(cls, value: str, shown: str) -> Choice:
        """A value as it is to be typed, and the name that it goes by."""
        made = cls(_quoted(value))
        made.shown = shown
        return made


class Completions(Completer):
    """Asks the world, and for options with live choices the bot itself."""

    def __init__(self, world: World, lang: Lang) -> None:
        self._world = world
        self._lang: Lang = lang
        self.who = next(iter(world.members), "")
        """Who acts where nobody is named."""
        self.busy = asyncio.Lock()
        """Held while the simulated Discord is at work: it does one thing at a time."""

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Nothing: the bot can only be asked from its loop."""
        return ()

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        """What the text before the cursor may become."""
        try:
            typed, offers = await self.offers(document.text_before_cursor)
        except (NoSuch, SetupError, BackendError):
            return
        for offer in offers:
            shown = offer.shown if isinstance(offer, Choice) else None
            if offer != typed and (shown or _begins(offer, typed)):
                yield Completion(str(offer), start_position=-len(typed), display=shown)

    async def offers(self, before: str) -> tuple[str, list[str]]:
        """The piece of text that is being typed, and what it may become."""
        last = before.rsplit(" ", 1)[-1]
        people = [f"@{name}" for name in self._world.members]
        if before.startswith("@") and " " not in before:
            return before, people
        who, rest = self.who, before
        if actor := _ACTOR.match(before):
            who, rest = actor[1], before[actor.end() :]
        if rest.startswith("/"):
            return await self._command(who, rest)
        verb, space, tail = rest.partition(" ")
        if not space:
            scene = [] if actor else [*people, *sorted(set(USAGE) - set(ACTS)), "quit"]
            return rest, [*ACTS, "/", *scene]
        return (tail, self._things(who, verb, tail)) if verb != "in" else (last, self._places())

    def _places(self) -> list[str]:
        channels = self._world.channels
        threads = [thread.name for channel in channels.values() for thread in channel.threads]
        return [*(f"#{name}" for name in channels), *(f'thread "{name}"' for name in threads), "dm"]

    def _things(self, who: str, verb: str, tail: str) -> list[str]:
        """Buttons, menus and message commands that are there for somebody."""
        actor, place = self._world.actor(who), self._world.place(who)
        messages = newest(self._world.env, actor, place)
        match verb:
            case "press" | "fill":
                labels = [label_of(one) for message in messages for one in pressable(message)]
                return [f'"{label}"' for label in dict.fromkeys(labels)]
            case "select":
                parts = [one for message in messages for one in walk_components(message.components)]
                menus = {f'"{one.get("placeholder", "")}"': one for one in parts if one.get("type") in MENUS}
                offered = {name: choices(self._world, menu) for name, menu in menus.items()}
                return [*menus, *(f'{name} "{one}"' for name, held in offered.items() for one in held)]
            case "open":
                names = [str(one["filename"]) for message in messages for one in message.attachments]
                return [quoted(name) for name in dict.fromkeys(names)]
            case "right-click":
                known = commands(self._world, actor, place, ON_MESSAGE)
                return [f'last "{self._name(command.names)}"' for command in known]
            case "edit" | "delete":
                return ["last"]
            case _:
                return []

    async def _command(self, who: str, rest: str) -> tuple[str, list[str]]:
        actor, place = self._world.actor(who), self._world.place(who)
        known = {name: one for one in commands(self._world, actor, place) for name in one.names}
        path = max((name for name in known if rest[1:].startswith(f"{name} ")), key=len, default="")
        if not path:
            found = {command.name: command for command in known.values()}
            names = [f"/{self._name(command.names)}" for command in found.values()]
            return rest, [
                *names,
                *(f"/{name}" for name in known if f"/{name}" not in names and len(rest) > 1),
            ]
        command, tail = known[path], rest[len(path) + 2 :]
        options = {name: option for option in command.options for name in names_of(option)}
        if (named := _OPTION.search(tail)) and named[1] in options:
            chosen = await self._choices(actor, place, command, options[named[1]], named[3], tail)
            return named[2] + named[3], [one if isinstance(one, Choice) else _quoted(one) for one in chosen]
        used = {options[found[1]]["name"] for found in _GIVEN.finditer(tail) if found[1] in options}
        left = [option for option in command.options if option["name"] not in used]
        return tail.rsplit(" ", 1)[-1], [f"{self._name(names_of(option))}:" for option in left]

    async def _choices(
        self, actor: Any, place: Any, command: Command, option: Mapping[str, Any], typed: str, tail: str
    ) -> list[str]:
        if option.get("choices"):
            return [self._name(names_of(choice)) for choice in option["choices"]]
        if option["type"] == 5:
            return ["yes", "no"]
        if option["type"] == 6:
            return [f"@{name}" for name in self._world.members]
        if option["type"] == 7:
            return [f"#{name}" for name in self._world.channels]
        if not option.get("autocomplete"):
            return []
        known = {name: one["name"] for one in command.options if one["type"] == 3 for name in names_of(one)}
        filled = {
            known[found[1]]: found[2] or found[3]
            for found in _GIVEN.finditer(tail)
            if found[1] in known and known[found[1]] != option["name"]
        }
        async with self.busy:
            ask = (command.name, option["name"], typed)
            offered = await (
                actor.autocomplete(*ask, **filled)
                if self._world.private
                else actor.autocomplete(place, *ask, **filled)
            )
        return [Choice.of(str(one["value"]), str(one["name"])) for one in offered[:_LONGEST]]

    def _name(self, names: tuple[str, ...]) -> str:
        """A name in the language of the rehearsal."""
        return names[-1] if self._lang == "zh" else names[0]


def _begins(offer: str, typed: str) -> bool:
    """Whether an offer begins as was typed, whatever its case and signs."""
    return offer.casefold().startswith(typed.casefold()) or (
        any(char.isalnum() for char in typed) and folded(offer).startswith(folded(typed))
    )


def _quoted(text: str) -> str:
    return f'"{text}"' if re.search(r"\s", text) else text
