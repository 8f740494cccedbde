"""Carries out lines in a world, and reports what happens as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, assert_never

from simcord import SetupError
from simcord.backend.errors import BackendError

from bot.i18n.text import translate
from bot.ids import Lang
from bot.rehearsal import acts, lines
from bot.rehearsal.events import (
    Changed,
    Deleted,
    Did,
    Event,
    Expected,
    Opened,
    Passed,
    Posted,
    Seen,
    Told,
    Wrong,
)
from bot.rehearsal.fields import form_told
from bot.rehearsal.look import newest, place_name, plain, seen, visible
from bot.rehearsal.trouble import NoSuch, Trouble
from bot.rehearsal.unhandled import Unhandled
from bot.rehearsal.world import World

LOOK = 0.15
"""Seconds between two looks at private answers while the bot is at work; public ones are seen at once."""

Report = Callable[[Event], None]


class Player:
    """Plays lines, one after the other."""

    def __init__(self, world: World, report: Report, lang: Lang = "en") -> None:
        self._world = world
        self._report = report
        self._lang: Lang = lang
        self._screen: dict[int, Seen] = {}
        self._since: list[Seen] = []
        self._form = ""
        self._open: dict[str, Any] = {}  # the form that each member has before them
        self._cursor = 0  # also what went wrong while the bot started
        self._pending, self._stopping = list[lines.Press](), False
        self._stirred = asyncio.Event()
        self.who = ""
        """Who acted last: what they see is what is expected."""
        self.viewer: Callable[[Path], bool] = lambda _: False
        """Opens a file for whoever sits at the keyboard, if it can."""

    async def play(self, line: lines.Line, meanwhile: Sequence[lines.Press] = ()) -> None:
        """Carry out one line; what is wrong with it is reported, not raised.

        ``meanwhile`` are buttons that are pressed as soon as they are there,
        while the bot is still at work on the line.
        """
        self._pending, self._stopping = list(meanwhile), False
        async with self._world.busy:
            with Unhandled(self._world.env, self._cursor) as unhandled:
                try:
                    await self._watched(self._act(line))
                    for press in self._pending:
                        raise NoSuch("rehearsal.too_late", label=press.label)
                except Trouble as trouble:
                    self._report(Wrong(trouble.told(self._lang)))
                except (SetupError, BackendError) as error:
                    self._report(Wrong(" ".join([str(error), *getattr(error, "__notes__", ())])))
                except TimeoutError as error:
                    self._report(Wrong(str(error), bot=True))
            self._cursor = self._world.env.error_cursor
            for error in unhandled.found():
                self._report(Wrong(error, bot=True))

    async def _watched(self, act: Awaitable[None]) -> None:
        """Do something while looking at the channels, so that text is seen as it comes."""
        subscribers = self._world.env.backend.subscribers
        # Every public message and edit is told as it happens: none is missed between two looks.
        subscribers.append(self._happened)
        doing = asyncio.ensure_future(act)
        try:
            while not doing.done():
                self._stirred.clear()
                stirred = asyncio.ensure_future(self._stirred.wait())
                await asyncio.wait({doing, stirred}, timeout=LOOK, return_when=asyncio.FIRST_COMPLETED)
                stirred.cancel()
                self._look()
                if not doing.done():
                    self._press_pending()
        finally:
            subscribers.remove(self._happened)
            if not doing.done():
                doing.cancel()
                await asyncio.wait({doing})
        await doing

    def _happened(self, event: str, payload: Any) -> None:
        if event.startswith("MESSAGE_"):
            self._look()
            self._stirred.set()

    def _look(self) -> None:
        """Report what has appeared, changed or gone since the last look."""
        if not self.who:
            return
        now = self._now()
        for id, message in now.items():
            before = self._screen.get(id)
            if before == message:
                continue
            self._since.append(message)
            self._report(Posted(message) if before is None else Changed(message))
        for id, message in self._screen.items():
            if id not in now:
                self._report(Deleted(message))
        self._screen = now

    def _now(self) -> dict[int, Seen]:
        env = self._world.env
        return {one.id: seen(env, one) for one in visible(env, self._world.member(self.who))}

    def _press_pending(self) -> None:
        if self._stopping and self.who:
            self._pending.append(lines.Press(self.who, translate("button.stop", self._lang), meanwhile=True))
            self._stopping = False
        while self._pending:
            press = self._pending[0]
            try:
                found = acts.button(self._world, press.who, press.label)
            except NoSuch:
                return
            self._pending.pop(0)
            self._report(Did(press.who, f"[{found.label}]"))
            acts.press_meanwhile(self._world, press.who, found)

    def interrupt(self) -> None:
        """Press Stop for whoever acted last, if something is being written."""
        self._stopping = True

    def _begins(self, who: str, what: str) -> None:
        """Somebody does something: from here on, they are the one who sees."""
        self._world.member(who)
        self.who = who
        # What they could see before is nothing new.
        self._screen = self._now()
        self._since = []
        self._form = ""
        self._report(Did(who, what))

    async def _act(self, line: lines.Line) -> None:
        world = self._world
        match line:
            case lines.Guild(name, locale):
                world.make_server(name, locale)
                self.who = ""
            case lines.Join(name, permissions, locale):
                world.make_member(name, permissions, locale)
            case lines.Channel(name, nsfw, category):
                world.make_channel(name, nsfw=nsfw, category=category)
            case lines.Role(name, members):
                world.make_role(name, members)
            case lines.Thread(name):
                world.make_thread(name, self.who or next(iter(world.members), ""))
                await world.env.settle()
            case lines.Enter(kind, name):
                world.enter(kind, name)
            case lines.Wait(seconds):
                await world.wait(seconds)
                self._report(Passed("wait", seconds))
            case lines.Restart(seconds):
                await world.restart(seconds)
                if seconds:
                    self._report(Passed("wait", seconds))
                self._report(Passed("restart"))
            case lines.Leave(who):
                self._begins(who, "👋")
                world.lose_member(who)
                await world.env.settle()
                self.who = ""
            case lines.Show():
                self._report(Told("", tuple(self._on_screen()[::-1])))
            case lines.Help():
                self._report(Told(translate("rehearsal.help", self._lang)))
            case lines.Expect():
                self._expect(line)
            case _:
                await self._somebody_acts(line)

    async def _somebody_acts(
        self,
        line: lines.Slash
        | lines.Say
        | lines.Attach
        | lines.Press
        | lines.Fill
        | lines.Select
        | lines.RightClick
        | lines.Open
        | lines.Rewrite,
    ) -> None:
        world, who = self._world, line.who
        match line:
            case lines.Slash(_, command, options):
                told = " ".join(f"{name}:{value}" for name, value in options.items())
                self._begins(who, f"/{command} {told}".strip())
                self._shown(who, await acts.slash(world, who, command, options))
            case lines.Say(_, text):
                self._begins(who, text)
                await acts.say(world, who, text)
            case lines.Attach(_, path, text):
                self._begins(who, f"📎 {path} {text}".strip())
                await acts.say(world, who, text, path)
            case lines.Press(_, label):
                found = acts.button(world, who, label)
                self._begins(who, f"[{found.label}]")
                self._shown(who, await acts.press(world, who, found))
            case lines.Fill(_, label, fields) if label == self._title(who):
                shown = self._open.pop(who)
                self._begins(who, f"[{label}]")
                self._report(Did(who, " ".join(f"{name}: {text}" for name, text in fields.items())))
                self._shown(who, await acts.submit(world, who, shown, fields))
            case lines.Fill(_, label, fields):
                found = acts.button(world, who, label)
                self._begins(who, f"[{found.label}]")
                await self._fill(who, await acts.press(world, who, found), line.fields)
            case lines.Select(_, menu, options):
                self._begins(who, f"▾ {menu}: {', '.join(options)}")
                self._shown(who, await acts.select(world, who, menu, options))
            case lines.RightClick(_, target, command, fields):
                self._begins(who, f"⋯ {command}")
                shown = await acts.right_click(world, who, target, command)
                if fields:
                    await self._fill(who, shown, fields)
                else:
                    self._shown(who, shown)
            case lines.Open(_, name):
                self._file(who, acts.attached(world, who, name))
            case lines.Rewrite(_, text):
                self._begins(who, "✗" if text is None else f"✎ {text}")
                await acts.rewrite(world, who, text)
            case _:
                assert_never(line)

    def _file(self, who: str, attachment: Mapping[str, Any]) -> None:
        path = self._world.files.path(self._world.env, attachment)
        self._begins(who, f"📎 {path.name}")
        self._report(Opened(path.name, str(path), self.viewer(path)))

    async def _fill(self, who: str, shown: Any, fields: Mapping[str, str]) -> None:
        self._shown(who, shown, waits=False)
        if shown.modal is not None and fields:
            self._report(Did(who, " ".join(f"{name}: {text}" for name, text in fields.items())))
        result = await acts.submit(self._world, who, shown, fields)
        self._form = ""
        self._open.pop(who, None)
        self._shown(who, result)

    def _title(self, who: str) -> str | None:
        """What the form is called that somebody has before them: a command or a press opened it."""
        return self._open[who].modal["title"] if who in self._open else None

    def _shown(self, who: str, result: Any, *, waits: bool = True) -> None:
        if (modal := result.modal) is not None:
            form = form_told(self._world, who, modal, waits=waits)
            self._form = "\n".join([form.title, *form.fields])
            self._open[who] = result
            self._report(form)

    def _on_screen(self) -> list[Seen]:
        """What the last actor sees where they are, the newest first."""
        if not self.who:
            raise NoSuch("rehearsal.nobody_yet")
        env, actor, place = self._world.env, self._world.actor(self.who), self._world.place(self.who)
        return [seen(env, message) for message in newest(env, actor, place)]

    def _expect(self, line: lines.Expect) -> None:
        """A text must be on the screen now; privately, since the last act.

        A text that must not be there must not have been shown for a moment either.
        """
        messages = self._on_screen()
        here = place_name(self._world.place(self.who))
        since = [message for message in self._since if message.channel == here]
        if line.private:
            messages = [message for message in {one.id: one for one in since}.values() if message.private]
        if line.absent:
            messages += [message for message in since if message.private or not line.private]
        saw = ["\n".join((one.text, *one.buttons, *one.menus, *one.files)) for one in messages]
        saw += [self._form] if self._form else []
        met = any(line.text in text or line.text in plain(text) for text in saw) != line.absent
        told = "" if met else "\n---\n".join(plain(text) for text in saw[:5])
        self._report(Expected(line.text, met, line.absent, line.private, told))
