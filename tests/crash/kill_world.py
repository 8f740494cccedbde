"""A bot that can be killed at any of its awaits, and a Discord that lives on when it dies."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import aiosqlite

from bot.app import App, open_app
from bot.backends.base import Chunk, Request
from bot.backends.scripted import ScriptedBackend
from bot.ids import MessageId
from bot.services.ports import Outgoing
from bot.services.stories import Told
from bot.settings import Settings

# --- the end of the world, at a chosen moment ---------------------------------------------------


class Awaits:
    """Counts the awaits of this process, and kills it at one of them."""

    def __init__(self) -> None:
        self._left = 0
        self._all = True

    def kill_at(self, number: int, *, all: bool) -> None:
        """Die at the n-th from now (0: never): of all awaits, or of those around commits and posts."""
        self._left, self._all = number, all

    def here(self, *, lasting: bool = False) -> None:
        """An await: this may be the one.  ``lasting`` where something that lasts was or is to be done."""
        if self._left and (lasting or self._all):
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)


AWAITS = Awaits()


def watch_database() -> None:
    """Count every call to the database, and what is before and after each commit of something written."""
    execute = aiosqlite.Connection._execute
    writing: set[aiosqlite.Connection] = set()

    async def counted(self: aiosqlite.Connection, *given: Any, **named: Any) -> Any:
        if any(isinstance(one, str) and one.startswith("BEGIN IMMEDIATE") for one in given):
            writing.add(self)
        commit = self in writing and getattr(given[0], "__name__", "") == "commit"
        AWAITS.here(lasting=commit)
        found = await execute(self, *given, **named)
        if commit:
            writing.discard(self)
            AWAITS.here(lasting=True)
        return found

    aiosqlite.Connection._execute = counted  # type: ignore[method-assign]


class Discord:
    """Whatever was posted, in a file: a bot that dies takes nothing of it along."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def posts(self) -> list[dict[str, Any]]:
        """What stands there, oldest first."""
        return [json.loads(line) for line in self._path.read_text("utf-8").splitlines()]

    async def post(self, outgoing: Outgoing) -> MessageId:
        AWAITS.here(lasting=True)
        for at, there in enumerate(self.posts(), 1):
            if there["nonce"] == outgoing.nonce:
                return MessageId(at)
        with self._path.open("a", encoding="utf-8") as file:
            told = {"nonce": outgoing.nonce, "kind": outgoing.kind, "payload": dict(outgoing.payload)}
            file.write(json.dumps(told) + "\n")
        AWAITS.here(lasting=True)
        return MessageId(len(self.posts()))

    async def find(self, outgoing: Outgoing) -> MessageId | None:
        AWAITS.here()
        found = [at for at, there in enumerate(self.posts(), 1) if there["nonce"] == outgoing.nonce]
        return MessageId(found[0]) if found else None

    def busy(self, *_: Any) -> bool:
        return False

    async def refresh(self, *_: Any, **__: Any) -> bool:
        return True


class Model(ScriptedBackend):
    """Writes a sentence, word by word; each word is an await."""

    async def generate(self, request: Request) -> AsyncGenerator[Chunk, None]:
        self.say("The fox ", "came ", "home ", "at last.")
        async with aclosing(super().generate(request)) as chunks:
            async for chunk in chunks:
                AWAITS.here()
                yield chunk


# --- the bot ------------------------------------------------------------------------------------


@asynccontextmanager
async def bot(folder: Path, now: datetime) -> AsyncIterator[App]:
    """The bot with its story, at a time that stands still; nothing rings by itself."""
    values = {"RENGA_DATABASE": str(folder / "renga.sqlite3"), "RENGA_MODEL": "scripted/scripted"}
    settings = Settings.read(values, dotenv=None)

    async def for_ever(_: float) -> None:
        await asyncio.Event().wait()

    async with open_app(settings, backends=[Model()], clock=lambda: now, sleep=for_ever) as app:
        app.dispatch.attach(Discord(folder / "discord"))

        async def have_written(told: Told, turn: int) -> None:
            async with aclosing(app.story_writer.turn(told, turn, stop=asyncio.Event())) as steps:
                async for _ in steps:
                    pass

        app.story_time.writer = have_written
        yield app


async def restarted(app: App) -> None:
    """What a bot does first, without its clock, which is rung by hand here."""
    await app.dispatch.recover()
    await app.story_time.recover()
