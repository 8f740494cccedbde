"""Guilds never see each other's data: by reading the code, the plans, and what comes back."""

from __future__ import annotations

import ast
import asyncio
import re
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

import bot.storage
from bot.attribution.model import Act, Draft, ModelAuthor
from bot.errors import RengaError
from bot.house.model import Change, Level, Member
from bot.ids import ChannelId, GuildId, MemberId, MessageId, Place, WorkId
from bot.services.ports import Allowance
from bot.storage.store import Store, open_store, verify_all
from bot.storage.tables import GUILD_TABLES
from bot.works import NewTake, Shown, Spent, Wish, WorkState

INK, PAPER = GuildId(10), GuildId(20)
ANA = MemberId(1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALLOWANCE = Allowance(member_requests=6, member_tokens=0, guild_requests=9, guild_tokens=90)

SWEEPS = {
    "undelivered": "what Discord did not take is shown later, wherever it is",
    "interrupted": "asked once, at start",
    "unfinished": "what Discord did not take is shown later, wherever it is",
    "refund_open": "done once, at start",
    "waiting": "the outbox is posted as a whole",
    "all_rules": "asked once, at start",
    "due": "whatever has run out is ended, wherever it is",
    "stale": "panels that lag are drawn anew at start, wherever they are",
    "next_alarm": "one clock rings for all stories: it asks when, and nothing else",
    "wake_models": "done once, at start",
    "under_way": "asked once, at start",
    "unanswered": "whatever has run out is ended, wherever it is",
    "untold": "whoever has to be told is told, wherever they are",
    "forget_decided": "old texts are erased, wherever they are",
    "_set": "the outbox is known by its own id",
    "expire": "what was kept long enough goes, wherever it is",
    "_expire": "what was kept long enough goes, wherever it is",
    "guilds": "names guilds and nothing else",
    "revisions": "says how often each guild was changed, and nothing of what",
    "_spaces": "finds where a member is named, to export or erase it there",
}
"""Functions that may ask across guilds, and why."""


# --- reading the code --------------------------------------------------------------------------


def statements() -> Iterator[tuple[str, str, set[str], str]]:
    """Every expression that makes a query: file, function, names of guild tables in it, its source."""
    folder = Path(bot.storage.__file__).parent
    names = {table.name for table in GUILD_TABLES}
    for file in sorted(folder.glob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        aliases = {
            alias.asname or alias.name: alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "bot.storage.tables"
            for alias in node.names
        }
        for function in [
            node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]:
            for node in ast.walk(function):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                    continue
                if node.func.id in ("select", "update", "delete"):
                    used = {
                        aliases[each.id]
                        for each in ast.walk(node)
                        if isinstance(each, ast.Name) and each.id in aliases
                    }
                    yield file.name, function.name, used & names, ast.unparse(whole(function, node))


def whole(function: ast.AST, call: ast.Call) -> ast.AST:
    """The outermost expression that a call begins: ``select(…).where(…).limit(…)``."""
    parents = {child: parent for parent in ast.walk(function) for child in ast.iter_child_nodes(parent)}
    found: ast.AST = call
    while isinstance(parents.get(found), ast.Attribute | ast.Call) and getattr(
        parents[found], "args", None
    ) != [found]:
        found = parents[found]
        if found in parents and isinstance(parents[found], ast.Call) and found in parents[found].args:  # type: ignore[attr-defined]
            break
    return found


def test_every_query_on_a_guild_table_names_the_guild() -> None:
    found = list(statements())
    assert len(found) > 40, "the reading finds the queries"
    bad = [
        (file, function, source)
        for file, function, tables, source in found
        if tables and function not in SWEEPS and not re.search(r"\.c\.guild (==|,)|\.guild ==", source)
    ]
    # A function inside a sweep is the sweep.
    bad = [each for each in bad if not any(f"def {sweep}" in inside(each) for sweep in SWEEPS)]
    assert bad == []


def inside(found: tuple[str, str, str]) -> str:
    """The method around a nested function."""
    file, function, source = found
    tree = ast.parse((Path(bot.storage.__file__).parent / file).read_text("utf-8"))
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef)
        and any(isinstance(child, ast.FunctionDef) and child.name == function for child in ast.walk(node))
        and source in ast.unparse(node)
    ]
    return " ".join(f"def {node.name}" for node in around)


def test_sql_is_written_in_storage_only() -> None:
    root = Path(bot.storage.__file__).parents[1]
    elsewhere = [
        file
        for file in [*root.rglob("*.py"), *root.parent.glob("cogs/**/*.py")]
        if "storage" not in file.parts
        and re.search(r"^\s*(import|from) (sqlalchemy|sqlite3|aiosqlite)", file.read_text("utf-8"), re.M)
    ]
    assert elsewhere == []


# --- the plans ---------------------------------------------------------------------------------


@contextmanager
def recorded() -> Iterator[list[tuple[str, Any]]]:
    """Every statement that is executed."""
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def an_evening(store: Store, guild: GuildId, member: MemberId = ANA) -> None:
    """Everything that a store can do, once."""
    place = Place(guild, ChannelId(5))
    work = await store.works.open(place, member, Wish(art="poem", topic="snow"), key="w")
    held = await store.usage.reserve(guild, member, day=NOON.date(), tokens=5, allowance=ALLOWANCE, key="w")
    draft = Draft(
        guild=guild,
        work=work.id,
        member=member,
        act=Act.GENERATED,
        at=NOON,
        key="t",
        model=ModelAuthor("local", "house"),
        text="snow",
    )
    await store.works.add_take(guild, work.id, NewTake(draft=draft), spent=Spent(reservation=held, tokens=4))
    await store.works.show(Shown(guild=guild, work=work.id, channel=ChannelId(5), message=MessageId(9)))
    await store.works.delivered(guild, work.id, 1)
    await store.works.choose(guild, work.id, 1)
    await store.works.set_licence(guild, work.id, "CC0", "Snow")
    await store.works.set_state(guild, work.id, WorkState.PUBLISHED)
    made = await store.works.suggest(guild, work.id, member, MemberId(2), "darker", key="s")
    await store.works.decide(guild, made.id, "declined")
    await store.usage.refund(guild, held)
    await store.outbox.put(guild, ChannelId(5), "card", {"work": 1}, key="o", work=work.id)
    change = Change(level=Level.GUILD, id=0, field="voice", before="null", after='"wry"', by=member, at=NOON)
    await store.house.apply(guild, change)
    await store.members.set_member(guild, member, Member(voice="x"))
    await everything(store, guild, [work.id])


async def everything(store: Store, guild: GuildId, works: list[WorkId]) -> list[object]:
    """Whatever can be read of a guild."""
    found: list[object] = []
    for id in works:
        reads: list[Awaitable[object]] = [
            store.works.work(guild, id),
            store.works.deleted(guild, id),
            store.works.takes(guild, id),
            store.works.take(guild, id, 1),
            store.works.cards(guild, id),
            store.ledger.history(guild, id),
            store.works.suggestion(guild, id),
        ]
        for read in reads:
            try:
                found.append(await read)
            except RengaError as error:
                found.append(repr(error))
    for member in (ANA, MemberId(2)):
        found += [
            await store.works.recent(guild, member),
            await store.usage.spent(guild, member, NOON.date()),
            await store.members.member(guild, member),
            await store.privacy.export(member, guild),
        ]
    found += [
        await store.works.shown(guild, MessageId(9)),
        await store.house.layers(guild),
        await store.house.changes(guild),
        await store.ledger.verify(guild),
        await store.house.verify(guild),
    ]
    return found


async def test_no_query_reads_a_table_from_end_to_end(tmp_path: Path) -> None:
    path = tmp_path / "renga.sqlite3"
    async with open_store(path, clock=lambda: NOON) as store:
        with recorded() as seen:
            for guild in (INK, PAPER):
                await an_evening(store, guild)
            await store.works.undelivered()
            await store.works.interrupted()
            await store.works.unfinished()
            await store.outbox.waiting()
            await store.privacy.export(ANA)
            await store.privacy.forget(ANA)
            await store.ledger.guilds()
    queries = {
        statement: parameters
        for statement, parameters in seen
        if re.match("SELECT|UPDATE|DELETE|WITH", statement)
    }
    assert len(queries) > 40
    scans: dict[str, str] = {}
    with closing(sqlite3.connect(path)) as connection:
        for statement, parameters in queries.items():
            for *_, detail in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters):
                if detail.startswith("SCAN ") and "CONSTANT ROW" not in detail:
                    scans[statement] = detail
    heads = "SELECT chains.guild \nFROM chains ORDER BY chains.guild"
    assert scans.pop(heads) == "SCAN chains", "one row for each guild, and each is wanted"
    allowed = [
        # Their indexes have nothing but these rows.
        r"FROM takes \nWHERE takes.delivered = 0",
        r"FROM cards \nWHERE cards.take = 0",
        r"FROM works \nWHERE works.state = 'writing'",
        r"FROM outbox \nWHERE outbox.state = 'waiting'",
    ]
    for pattern in allowed:
        for statement in list(scans):
            if re.search(pattern, statement):
                assert "INDEX" in scans.pop(statement), pattern
    assert scans == {}


# --- what comes back ---------------------------------------------------------------------------

Step = Callable[[Store, GuildId, list[WorkId], int], Awaitable[None]]


def _draft(guild: GuildId, work: WorkId, at: int, act: Act) -> Draft:
    return Draft(guild=guild, work=work, member=ANA, act=act, at=NOON, key=f"k{at}", text=f"text {at}")


async def _open(store: Store, guild: GuildId, works: list[WorkId], at: int) -> None:
    source = works[at % len(works)] if works and at % 3 == 0 else None
    wish = Wish(art="poem", topic=f"topic {at}")
    place = Place(guild, ChannelId(5))
    works.append((await store.works.open(place, ANA, wish, key=f"w{at}", source=source)).id)


async def _take(store: Store, guild: GuildId, works: list[WorkId], at: int) -> None:
    work = works[at % len(works)]
    new = NewTake(draft=_draft(guild, work, at, Act.WROTE))
    await store.works.add_take(guild, work, new, spent=Spent(reservation=1 + at % 3, tokens=at))


async def _remove(store: Store, guild: GuildId, works: list[WorkId], at: int) -> None:
    work = works[at % len(works)]
    await store.works.set_state(guild, work, WorkState.DELETED, _draft(guild, work, at, Act.REMOVED))


async def _reserve(store: Store, guild: GuildId, works: list[WorkId], at: int) -> None:
    await store.usage.reserve(guild, ANA, day=NOON.date(), tokens=at, allowance=ALLOWANCE, key=f"r{at}")


async def _refund(store: Store, guild: GuildId, works: list[WorkId], at: int) -> None:
    await store.usage.refund(guild, 1 + at % 3)


async def _show(store: Store, guild: GuildId, works: list[WorkId], at: int) -> None:
    work = works[at % len(works)]
    await store.works.show(
        Shown(guild=guild, work=work, channel=ChannelId(5), message=MessageId(9), take=at % 2)
    )


async def _suggest(store: Store, guild: GuildId, works: list[WorkId], at: int) -> None:
    made = await store.works.suggest(
        guild, works[at % len(works)], ANA, MemberId(2), f"instruction {at}", key=f"s{at}"
    )
    if at % 2:
        await store.works.decide(guild, made.id, "declined")


async def _change(store: Store, guild: GuildId, works: list[WorkId], at: int) -> None:
    change = Change(level=Level.GUILD, id=0, field="voice", before="null", after=f'"{at}"', by=ANA, at=NOON)
    await store.house.apply(guild, change)
    await store.members.set_member(guild, ANA, Member(voice=f"{at}"))


async def _post(store: Store, guild: GuildId, works: list[WorkId], at: int) -> None:
    made = await store.outbox.put(guild, ChannelId(5), "card", {"at": at}, key=f"o{at}")
    await (
        store.outbox.posted(made.id, MessageId(at))
        if at % 2
        else store.outbox.failed(made.id, "x", final=False)
    )


async def _forget(store: Store, guild: GuildId, works: list[WorkId], at: int) -> None:
    await store.privacy.forget(ANA, guild)


STEPS: list[Step] = [
    _open,
    _open,
    _take,
    _take,
    _remove,
    _reserve,
    _refund,
    _show,
    _suggest,
    _change,
    _post,
    _forget,
]


async def _play(store: Store, guild: GuildId, works: list[WorkId], steps: list[tuple[Step, int]]) -> None:
    for step, at in steps:
        with suppress(RengaError, ZeroDivisionError):
            await step(store, guild, works, at)


async def _two_guilds(before: list[tuple[Step, int]], more: list[tuple[Step, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(Path(folder) / "renga.sqlite3", clock=lambda: NOON) as store:
            ink: list[WorkId] = []
            paper: list[WorkId] = []
            for guild, works in ((INK, ink), (PAPER, paper)):
                await _play(store, guild, works, before)
            ids = [*paper, *ink]
            first = await everything(store, PAPER, ids)
            await _play(store, INK, ink, more)
            assert await everything(store, PAPER, ids) == first
            assert await verify_all(store) == []


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 12)), min_size=4, max_size=12),
    st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 12)), min_size=1, max_size=15),
)
def test_whatever_one_guild_does_another_reads_the_same(
    before: list[tuple[Step, int]], more: list[tuple[Step, int]]
) -> None:
    asyncio.run(_two_guilds([(_open, 1), (_take, 0), *before], more))


async def test_what_a_guild_is_told_does_not_depend_on_others(tmp_path: Path) -> None:
    """The same evening, alone in the database or after a busy neighbour: the same numbers, the same ids."""
    told: list[list[object]] = []
    for busy in (False, True):
        async with open_store(tmp_path / f"{busy}.sqlite3", clock=lambda: NOON) as store:
            if busy:
                for at in range(3):
                    await an_evening(store, GuildId(30 + at))
            await an_evening(store, PAPER)
            (work,) = await store.works.recent(PAPER, ANA)
            links = await store.ledger.history(PAPER, work.id)
            told.append([work, *[(link.number, link.draft) for link in links]])
            told[-1].append(await store.usage.spent(PAPER, ANA, NOON.date()))
    assert told[0] == told[1]


@pytest.mark.parametrize("guild", [INK, GuildId(-7), GuildId(2**62)])
async def test_ids_count_up_and_fit(tmp_path: Path, guild: GuildId) -> None:
    async with open_store(tmp_path / "renga.sqlite3") as store:
        ids = [
            (await store.works.open(Place(guild, ChannelId(1)), ANA, Wish(art="poem"), key=f"{at}")).id
            for at in range(3)
        ]
    assert ids == sorted(set(ids))
    assert [id >> 32 for id in ids] == [1, 2, 3]
    assert all(0 < id < 2**63 for id in ids)
