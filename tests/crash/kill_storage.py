"""Kills a writing process at one await of the database after another, restarts, and tells what it finds.

Run as a program of its own, since it forks: for each number n a child does an
evening's work on a fresh copy of a database and gets SIGKILL at its n-th call to
the database.  What the child was told is done (its *acks*) comes through a pipe.
One JSON object a line; the last says that a child came to its end.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import Connection

from bot.attribution.model import Act, Draft, ModelAuthor
from bot.ids import ChannelId, GuildId, MemberId, MessageId, Place
from bot.services.ports import Allowance
from bot.storage.store import Store, open_store, verify_all
from bot.storage.tables import metadata
from bot.works import NewTake, Shown, Spent, Wish

GUILD, ANA = GuildId(10), MemberId(1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALLOWANCE = Allowance(member_requests=2, member_tokens=100, guild_requests=2, guild_tokens=100)


async def evening(store: Store, ack: Callable[[str], None]) -> None:
    """A poem, from wish to delivery; each act under a key of its own."""
    place, wish = Place(GUILD, ChannelId(5)), Wish(art="poem", topic="snow")
    work = await store.works.open(place, ANA, wish, key="w")
    ack("open")
    held = await store.usage.reserve(
        GUILD, ANA, day=NOON.date(), tokens=50, allowance=ALLOWANCE, key="reserve"
    )
    ack("reserve")
    draft = Draft(
        guild=GUILD,
        work=work.id,
        member=ANA,
        act=Act.GENERATED,
        at=NOON,
        key="take",
        model=ModelAuthor("local", "house"),
        text="snow falls",
    )
    spent = Spent(reservation=held, tokens=7)
    take, _ = await store.works.add_take(GUILD, work.id, NewTake(draft=draft), spent=spent)
    ack("take")
    card = Shown(guild=GUILD, work=work.id, channel=ChannelId(5), message=MessageId(9), take=1)
    await store.works.show(card)
    ack("card")
    await store.works.delivered(GUILD, work.id, take.number)
    ack("delivered")


def kill_at(moment: int) -> None:
    """Have this process killed when it is about to make its n-th call to the database from now."""
    calls = 0
    execute = aiosqlite.Connection._execute

    async def counted(self: aiosqlite.Connection, *given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return await execute(self, *given, **named)

    aiosqlite.Connection._execute = counted  # type: ignore[method-assign]


async def play(path: Path, moment: int, ack: Callable[[str], None]) -> None:
    async with open_store(path, clock=lambda: NOON) as store:
        kill_at(moment)
        await evening(store, ack)


def in_a_child(path: Path, moment: int) -> tuple[list[str], bool]:
    """What a child was told is done before it was killed, and whether it was."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        code = 1
        try:
            asyncio.run(play(path, moment, lambda done: os.write(writing, f"{done} ".encode()) and None))
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        acks = pipe.read().split()
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("the child failed")
    return acks, os.WIFSIGNALED(status)


DIGESTS = ("seals", "previous", "digest")
"""Columns that hold what is random, or follows from it."""


async def everything(store: Store) -> dict[str, list[list[Any]]]:
    """All rows of all tables, but for what is random."""

    def act(connection: Connection) -> dict[str, list[list[Any]]]:
        return {
            table.name: sorted(
                [value for name, value in row.items() if name not in DIGESTS]
                for row in connection.execute(table.select()).mappings()
            )
            for table in metadata.sorted_tables
        }

    return await store.database.read(act)


async def after_restart(path: Path, known: dict[str, Any]) -> dict[str, Any]:
    """What is there when the bot comes back; then what comes of doing it all again.

    The second is tried once for each state that the first came to (``known``).
    """
    async with open_store(path, clock=lambda: NOON) as store:
        found = await everything(store)
        broken = [str(link) for link in await verify_all(store)]
        interrupted = [work.id for work in await store.works.interrupted()]
        undelivered = [work.id for work, _ in await store.works.undelivered()]
        refunded = await store.usage.refund_open()
        state = json.dumps(found)
        if state not in known:
            await evening(store, lambda _: None)
            broken += [str(link) for link in await verify_all(store)]
            known[state] = await everything(store)
        return {
            "found": found,
            "broken": broken,
            "interrupted": interrupted,
            "undelivered": undelivered,
            "refunded": refunded,
            "again": known[state],
        }


def main(folder: Path) -> None:
    """Kill at every call, one after the other, until a child comes to its end."""
    empty = folder / "empty.sqlite3"

    async def make() -> None:
        async with open_store(empty):
            pass

    asyncio.run(make())
    moment, killed = 0, True
    known: dict[str, Any] = {}
    while killed:
        moment += 1
        path = folder / f"{moment}.sqlite3"
        shutil.copy(empty, path)
        acks, killed = in_a_child(path, moment)
        told = asyncio.run(after_restart(path, known))
        print(json.dumps({"moment": moment, "killed": killed, "acks": acks, **told}))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
