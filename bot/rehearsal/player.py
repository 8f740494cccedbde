"""Carries out lines in a world, and reports what happens as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, assert_never

from simcord import SetupError
from simcord.components import walk_components

from bot.rehearsal import script
from bot.rehearsal.commands import find_command, option_values
from bot.rehearsal.events import (
    Changed,
    Deleted,
    Did,
    Event,
    Expected,
    Form,
    Passed,
    Posted,
    Seen,
    Told,
    Wrong,
)
from bot.rehearsal.labels import pick
from bot.rehearsal.world import BUTTON, MENUS, NoSuch, World, label_of

LOOK = 0.15
"""Seconds between two looks at the channels while the bot is at work."""

TEXT_INPUT, FILE_UPLOAD, LABEL = 4, 19, 18

Report = Callable[[Event], None]


class Player:
    """Plays lines, one after the other."""

    def __init__(self, world: World, report: Report) -> None:
        self._world = world
        self._report = report
        self._screen: dict[int, Seen] = {}
        self._form = ""
        self.who = ""
        """Who acted last: what they see is what is expected."""

    async def play(self, line: script.Line) -> None:
        """Carry out one line; what is wrong with it is reported, not raised."""
        cursor = self._world.env.error_cursor
        try:
            await self._watched(self._act(line))
        except (NoSuch, SetupError) as error:
            self._report(Wrong(" ".join([str(error), *getattr(error, "__notes__", ())])))
        except TimeoutError as error:
            self._report(Wrong(str(error), bot=True))
        for error in self._world.env.errors_since(cursor):
            self._report(Wrong(f"{type(error).__name__}: {error}", bot=True))

    async def _watched(self, act: Awaitable[None]) -> None:
        """Do something while looking at the channels, so that text is seen as it comes."""
        doing = asyncio.ensure_future(act)
        try:
            while not doing.done():
                await asyncio.wait({doing}, timeout=LOOK)
                self._look()
        finally:
            if not doing.done():
                doing.cancel()
        await doing

    def _look(self) -> None:
        """Report what has appeared, changed or gone since the last look."""
        if self._world.server is None or not self.who:
            return
        viewer = self._world.actor(self.who)
        now = {message.id: self._world.seen(message) for message in self._world.stored(viewer.id)}
        for id, seen in now.items():
            before = self._screen.get(id)
            if before is None:
                self._report(Posted(seen))
            elif before != seen:
                self._report(Changed(seen))
        for id, seen in self._screen.items():
            if id not in now and not seen.private:
                self._report(Deleted(seen))
        self._screen = now

    def _acts(self, who: str, what: str) -> Any:
        actor = self._world.actor(who)
        if who != self.who:
            # Somebody else looks at the screen: nothing on it is new to the reader.
            self.who = who
            stored = self._world.stored(actor.id)
            self._screen = {message.id: self._world.seen(message) for message in stored}
        self._form = ""
        self._report(Did(who, what))
        return actor

    async def _act(self, line: script.Line) -> None:
        world = self._world
        match line:
            case script.Guild(name, locale):
                world.make_server(name, locale)
            case script.Join(name, permissions, locale):
                world.make_member(name, permissions, locale)
            case script.Channel(name, nsfw, category):
                world.make_channel(name, nsfw=nsfw, category=category)
            case script.Enter(kind, name):
                world.enter(kind, name)
            case script.Slash():
                await self._slash(line)
            case script.Say(who, text):
                actor = self._acts(who, text)
                await (actor.send_dm(text) if world.private else actor.send(world.place(who), text))
            case script.Press(who, label):
                await self._press(who, label)
            case script.Fill():
                await self._fill(line)
            case script.Select():
                await self._select(line)
            case script.RightClick():
                await self._right_click(line)
            case script.Rewrite(who, text):
                await self._rewrite(who, text)
            case script.Wait(seconds):
                await world.env.advance_time(seconds)
                self._report(Passed("wait", seconds))
            case script.Restart():
                await world.restart()
                self._report(Passed("restart"))
            case script.Show():
                self._show()
            case script.Help():
                self._report(Told("help"))
            case script.Expect():
                self._expect(line)
            case _:
                assert_never(line)

    async def _slash(self, line: script.Slash) -> None:
        place = self._world.place(line.who)
        found = find_command(self._world, self._world.actor(line.who), place, line.command)
        given = option_values(self._world, found, line.options)
        told = " ".join(f"{name}:{value}" for name, value in line.options.items())
        actor = self._acts(line.who, f"/{line.command} {told}".strip())
        result = await (
            actor.slash(found.name, **given)
            if self._world.private
            else actor.slash(place, found.name, **given)
        )
        self._shown(line.who, result)

    async def _press(self, who: str, label: str) -> Any:
        message, custom_id, called = self._button(who, label)
        actor = self._acts(who, f"[{called}]")
        result = await actor.click(message, custom_id=custom_id)
        self._shown(who, result)
        return result

    async def _fill(self, line: script.Fill) -> None:
        result = await self._press(line.who, line.label)
        await self._submit(line.who, result, line.fields)

    async def _submit(self, who: str, result: Any, fields: Mapping[str, str]) -> None:
        if result.modal is None:
            raise NoSuch("that shows no form")
        inputs = dict(_inputs(result.modal))
        values: dict[str, Any] = {}
        for name, text in fields.items():
            key = pick(name, {called: called for called in inputs}, "field")
            values[inputs[key]["custom_id"]] = _value(inputs[key], text)
        actor = self._world.actor(who)
        self._report(Did(who, " ".join(f"{name}: {text}" for name, text in fields.items())))
        self._form = ""
        self._shown(who, await actor.submit_modal(result, values))

    async def _select(self, line: script.Select) -> None:
        actor = self._world.actor(line.who)
        for message in self._world.newest(actor, self._world.place(line.who)):
            for one in walk_components(message.components):
                if one.get("type") not in MENUS:
                    continue
                names = {str(one.get("placeholder", "")), str(one.get("custom_id", ""))}
                if not any(line.menu.casefold() in name.casefold() for name in names):
                    continue
                chosen = [self._chosen(one, text) for text in line.options]
                actor = self._acts(line.who, f"{line.menu}: {', '.join(line.options)}")
                handle = self._world.seen(message).id
                result = await actor.select(self._handle(message, handle), chosen, custom_id=one["custom_id"])
                self._shown(line.who, result)
                return
        raise NoSuch(f"no menu here is called {line.menu!r}")

    def _chosen(self, menu: Mapping[str, Any], text: str) -> Any:
        """The value of a menu's option, or the channel or member that is meant."""
        if menu.get("type") == MENUS[0]:
            options = {str(option["label"]): str(option["value"]) for option in menu.get("options", ())}
            return pick(text, options, "option")
        if text.startswith("#"):
            return pick(text[1:], self._world.channels, "channel")
        return self._world.actor(text.lstrip("@"))

    async def _right_click(self, line: script.RightClick) -> None:
        actor, place = self._world.actor(line.who), self._world.place(line.who)
        messages = [one for one in self._world.newest(actor, place) if not one.is_ephemeral]
        if line.target != "last":
            messages = [one for one in messages if line.target in self._world.seen(one).text]
        if not messages:
            raise NoSuch(f"no message here for {line.target!r}")
        found = find_command(self._world, actor, place, line.command, kind=3)
        actor = self._acts(line.who, f"⋯ {line.command}")
        result = await actor.context_menu(place, found.name, self._handle(messages[0], messages[0].id))
        self._shown(line.who, result)
        if line.fields:
            await self._submit(line.who, result, line.fields)

    async def _rewrite(self, who: str, text: str | None) -> None:
        actor, place = self._world.actor(who), self._world.place(who)
        own = next((one for one in self._world.newest(actor, place) if one.author_id == actor.id), None)
        if own is None:
            raise NoSuch(f"{who} has written nothing here")
        message = self._handle(own, own.id)
        if text is None:
            self._acts(who, "✗")
            await actor.delete(message)
        else:
            self._acts(who, text)
            await actor.edit(message, text)

    def _button(self, who: str, label: str) -> tuple[Any, str, str]:
        """The newest message with a button of that label (or the nth button of the newest with any)."""
        actor, place = self._world.actor(who), self._world.place(who)
        offered: list[str] = []
        for message in self._world.newest(actor, place):
            buttons = [
                one
                for one in walk_components(message.components)
                if one.get("type") == BUTTON and one.get("custom_id") and not one.get("disabled")
            ]
            named = {label_of(one): str(one["custom_id"]) for one in buttons}
            if label.isdecimal() and buttons:
                if not 1 <= int(label) <= len(buttons):
                    raise NoSuch(f"there are {len(buttons)} buttons there")
                one = buttons[int(label) - 1]
                return self._handle(message, message.id), str(one["custom_id"]), label_of(one)
            offered += named
            try:
                custom_id = pick(label, named, "button")
            except NoSuch:
                continue
            called = next(name for name, id in named.items() if id == custom_id)
            return self._handle(message, message.id), custom_id, called
        raise NoSuch(
            f"no button here is called {label!r}; there is: {', '.join(dict.fromkeys(offered)) or 'none'}"
        )

    def _handle(self, message: Any, id: int) -> Any:
        """A stored message as SimCord's actors take it."""
        from simcord.results import ResponseMessage

        return ResponseMessage(self._world.env, self._world.env.backend.messages[message.channel_id][id])

    def _shown(self, who: str, result: Any) -> None:
        modal = result.modal
        if modal is not None:
            fields = tuple(name for name, _ in _inputs(modal))
            self._form = "\n".join([modal["title"], *fields])
            self._report(Form(who, modal["title"], fields))

    def _show(self) -> None:
        actor, place = self._world.actor(self.who), self._world.place(self.who)
        messages = [self._world.seen(message) for message in reversed(self._world.newest(actor, place))]
        self._report(Told("", tuple(messages)))

    def _expect(self, line: script.Expect) -> None:
        if not self.who:
            raise NoSuch("nobody has done anything yet")
        actor, place = self._world.actor(self.who), self._world.place(self.who)
        messages = [self._world.seen(message) for message in self._world.newest(actor, place)]
        if line.private:
            messages = [seen for seen in messages if seen.private]
        texts = ["\n".join((seen.text, *seen.buttons, *seen.menus, *seen.files)) for seen in messages]
        texts += [] if line.private and not self._form else [self._form]
        met = any(line.text in text for text in texts) != line.absent
        self._report(Expected(line.text, met, "" if met else "\n---\n".join(texts[:5])))


def _inputs(modal: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The fields of a form by the names they can be filled under: custom id or label."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    for one in walk_components(modal["components"]):
        if one.get("type") == LABEL and isinstance(one.get("component"), dict):
            found.append((str(one["component"].get("custom_id")), one["component"]))
            found.append((str(one.get("label")), one["component"]))
        elif one.get("type") == TEXT_INPUT and one.get("label"):
            found += [(str(one["custom_id"]), one), (str(one["label"]), one)]
    return found


def _value(component: Mapping[str, Any], text: str) -> Any:
    """A typed value for a field of a form."""
    if component.get("type") == FILE_UPLOAD:
        path = Path(text)
        return (path.name, path.read_bytes()) if path.is_file() else ("text.txt", text.encode())
    if component.get("type") in (*MENUS, 22):
        options = {str(option["label"]): str(option["value"]) for option in component.get("options", ())}
        return [pick(text, options, "option")]
    if component.get("type") == 21:
        options = {str(option["label"]): str(option["value"]) for option in component.get("options", ())}
        return pick(text, options, "option")
    if component.get("type") == 23:
        return text.casefold() in ("yes", "true", "on", "是")
    return text
