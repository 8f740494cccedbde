"""A member's own data: given to them whole, erased without trace, and the chains hold."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.attribution.chain import COVER
from bot.attribution.credits import credits_of
from bot.attribution.model import Act, Draft, ModelAuthor, Span
from bot.attribution.spans import after_model, by_member
from bot.errors import QuotaUsedUp
from bot.house.model import Change, Level, Member
from bot.ids import ChannelId, GuildId, MemberId, Place
from bot.services.ports import Allowance
from bot.storage import ledger
from bot.storage.store import Store, open_store, verify_all
from bot.works import NewTake, Take, Wish, Work, WorkState

INK, PAPER = GuildId(10), GuildId(20)
ANA, BEN = MemberId(111_111_111_111), MemberId(222_222_222_222)
HOUSE = ModelAuthor("local", "house", "r1")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FREE = Allowance(member_requests=0, member_tokens=0, guild_requests=0, guild_tokens=0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "renga.sqlite3"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    async with open_store(path, clock=lambda: NOON) as opened:
        yield opened


async def write(
    store: Store,
    work: Work,
    member: MemberId,
    text: str,
    *,
    base: Take | None = None,
    model: ModelAuthor | None = None,
    **more: Any,
) -> Take:
    old, spans = (base.text, base.spans) if base else ("", ())
    spans = after_model(old, spans, text, member, model) if model else by_member(old, spans, text, member)
    draft = Draft(
        guild=work.guild,
        work=work.id,
        member=member,
        act=Act.GENERATED if model else Act.EDITED,
        at=NOON,
        key=f"{work.id}/{hash(text)}",
        model=model,
        text=text,
        spans=spans,
    )
    take, _ = await store.works.add_take(work.guild, work.id, NewTake(draft=draft, **more))
    return take


async def history(store: Store, guild: GuildId) -> Work:
    """Everything that can name Ana, with the words ``zzana…`` in it wherever words of hers can be."""
    place = Place(guild, ChannelId(5))
    wish = Wish(art="poem", topic="zzanatopic", opening="zzanaopening", options={"mood": "zzanamood"})
    work = await store.works.open(place, ANA, wish, key="w", title="zzanatitle")
    first = await write(store, work, ANA, "snow falls silver", model=HOUSE, instruction="zzanadarker")
    second = await write(store, work, ANA, "snow falls zzanahand", base=first, report='["zzanaline"]')
    third = await write(store, work, BEN, "rain falls zzanahand today", base=second)
    remix = await store.works.open(place, BEN, wish, key="r", source=work.id)
    await write(store, remix, BEN, "rain falls zzanahand in ink", base=third, model=HOUSE)
    await store.works.suggest(guild, work.id, ANA, BEN, "shorter", key="s1")
    await store.works.suggest(guild, remix.id, BEN, ANA, "zzanasuggests", key="s2")
    await store.members.set_member(guild, ANA, Member(voice="zzanavoice", pen_name="zzanapen"))
    for day, key in ((NOON - timedelta(days=1), "u1"), (NOON, "u2")):
        await store.usage.reserve(guild, ANA, day=day.date(), tokens=9, allowance=FREE, key=key)
    changed = Change(level=Level.GUILD, id=0, field="voice", before="", after='"wry"', by=ANA, at=NOON)
    await store.house.apply(guild, changed)
    return work


async def test_an_export_holds_every_word(store: Store) -> None:
    await history(store, INK)
    await history(store, PAPER)
    everything = await store.privacy.export(ANA)
    told = json.dumps(everything)
    for word in (
        "topic",
        "opening",
        "mood",
        "title",
        "darker",
        "hand",
        "line",
        "suggests",
        "voice",
        "pen",
    ):
        assert told.count(f"zzana{word}") >= 2, word
    assert "rain" not in told, "what Ben wrote around her words is his"
    assert set(everything["spaces"]) == {"10", "20"}
    assert set((await store.privacy.export(ANA, PAPER))["spaces"]) == {"20"}
    assert (await store.privacy.export(MemberId(9)))["spaces"] == {}
    assert everything["spaces"]["10"]["settings of the server changed"]


async def test_erasure_leaves_no_trace_in_the_file(store: Store, path: Path) -> None:
    await history(store, INK)
    files = [path, path.with_name(path.name + "-wal")]
    traces = (b"zzana", str(int(ANA)).encode(), int(ANA).to_bytes(6, "big"))
    before = b"".join(file.read_bytes() for file in files)
    assert all(trace in before for trace in traces)
    assert await store.privacy.forget(ANA) == 4
    after = b"".join(file.read_bytes() for file in files)
    assert b"zzana" not in after
    left = await store.privacy.export(ANA)
    assert list(left["spaces"]) == ["10"]
    kept = {name: rows for name, rows in left["spaces"]["10"].items() if rows}
    assert [row["day"] for row in kept.pop("requests")] == ["2026-03-01"], "what was used today counts today"
    assert kept == {}
    assert str(int(ANA)).encode() not in after


async def test_after_erasure_the_chains_hold_and_the_rest_is_there(store: Store) -> None:
    work = await history(store, INK)
    await store.privacy.forget(ANA)
    assert await verify_all(store) == []
    now = await store.works.work(INK, work.id)
    assert (now.author, now.title, now.wish) == (0, "", Wish(art="poem"))
    first, second, third = await store.works.takes(INK, work.id)
    assert (first.text, first.spans, first.member, first.instruction, first.erased) == ("", (), 0, "", True)
    assert (second.text, second.report) == ("", "")
    assert third.member == BEN
    assert third.text == f"rain falls {COVER * 9} today"
    assert third.erased, "her own hand's words, in Ben's text"
    (remix,) = await store.works.recent(INK, BEN)
    assert remix.wish.topic == "", "the topic that Ben took over was hers"
    links = await store.ledger.history(INK, work.id)
    found = credits_of(now, third, links)
    assert found.human + found.model == 100
    assert set(found.members) == {0, BEN}
    (change,) = await store.house.changes(INK)
    assert (change.by, change.after) == (0, '"wry"')


async def test_erasing_in_one_guild_leaves_the_others(store: Store) -> None:
    await history(store, INK)
    work = await history(store, PAPER)
    before = await store.privacy.export(ANA, PAPER)
    await store.privacy.forget(ANA, INK)
    assert await store.privacy.export(ANA, PAPER) == before
    assert (await store.works.take(PAPER, work.id, 1)).text == "snow falls silver"
    assert await verify_all(store) == []


async def test_erasing_twice_and_erasing_nobody(store: Store) -> None:
    work = await history(store, INK)
    assert await store.privacy.forget(MemberId(9)) == 0
    assert await store.privacy.forget(ANA) == 4
    links = len(await store.ledger.history(INK, work.id))
    assert await store.privacy.forget(ANA) == 0
    assert len(await store.ledger.history(INK, work.id)) == links
    assert await store.privacy.forget(BEN) > 0
    assert await verify_all(store) == []
    assert {link.draft.member for link in await store.ledger.history(INK, work.id)} == {0}


async def test_being_forgotten_is_no_way_to_a_second_allowance(store: Store) -> None:
    one = Allowance(member_requests=1, member_tokens=0, guild_requests=0, guild_tokens=0)
    await store.usage.reserve(INK, ANA, day=NOON.date(), tokens=1, allowance=one, key="a")
    await store.privacy.forget(ANA)
    with pytest.raises(QuotaUsedUp):
        await store.usage.reserve(INK, ANA, day=NOON.date(), tokens=1, allowance=one, key="b")


async def test_a_forgotten_member_can_begin_anew(store: Store) -> None:
    await history(store, INK)
    await store.privacy.forget(ANA)
    work = await store.works.open(Place(INK, ChannelId(5)), ANA, Wish(art="poem"), key="new")
    take = await write(store, work, ANA, "again")
    assert (take.member, take.erased) == (ANA, False)
    assert await verify_all(store) == []
    assert work.state is WorkState.WRITING


TAMPERINGS = [
    "UPDATE contributions SET text = 'sun' WHERE number = 1",
    "UPDATE contributions SET member = 5 WHERE number = 1",
    "UPDATE contributions SET spans = replace(spans, '222222222222', '5') WHERE number = 3",
    "UPDATE contributions SET sampling = '{\"seed\":9}' WHERE number = 2",
    "UPDATE contributions SET seals = '' WHERE number = 1",
    "DELETE FROM hands; DELETE FROM takes; DELETE FROM contributions WHERE number = 2",
    "DELETE FROM hands; DELETE FROM takes; DELETE FROM contributions WHERE number = 4",
    "UPDATE changes SET after = '\"loud\"'",
    "UPDATE changes SET by = 5",
    "DELETE FROM changes",
]


@pytest.mark.parametrize("statement", TAMPERINGS)
async def test_what_was_changed_behind_the_bots_back_is_named(store: Store, statement: str) -> None:
    await history(store, INK)
    await history(store, PAPER)
    assert await verify_all(store) == []

    def tamper(connection: Any) -> None:
        for each in statement.split("; "):
            where = " AND guild = 10" if " WHERE " in each else " WHERE guild = 10"
            connection.exec_driver_sql(each + where)

    await store.database.write(tamper)
    (broken,) = await verify_all(store)
    assert broken.guild == INK
    assert broken.number in (1, 2, 3, 4)


async def test_a_chain_longer_than_a_page_is_checked_to_its_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "_PAGE", 25)
    work = await store.works.open(Place(INK, ChannelId(5)), ANA, Wish(art="poem"), key="w")

    def fill(connection: Any) -> None:
        for at in range(103):
            ledger.append(
                connection,
                Draft(
                    guild=INK,
                    work=work.id,
                    member=ANA,
                    act=Act.WROTE,
                    at=NOON,
                    key=f"k{at}",
                    text="x",
                    spans=(Span(0, 1, ANA),),
                ),
            )

    await store.database.write(fill)
    assert await verify_all(store) == []
    await store.database.write(
        lambda connection: connection.exec_driver_sql(
            "UPDATE contributions SET text = 'y' WHERE number = 102"
        )
    )
    (broken,) = await verify_all(store)
    assert broken.number == 102
