"""What every store keeps: each kind of database is tried with the same tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.attribution.model import Act, Draft, Ledger, ModelAuthor, Span
from bot.errors import AlreadyDone, Gone, QuotaUsedUp
from bot.house.model import Change, HouseStore, Level, Member, MemberStore
from bot.ids import ChannelId, GuildId, MemberId, MessageId, Place, WorkId
from bot.services.ports import Allowance, Notes, Outbox, PrivacyStore, Spending, UsageStore
from bot.storage.store import Store, open_store, verify_all
from bot.works import NewTake, Shown, Spent, Wish, Work, WorkState, WorkStore

INK, PAPER = GuildId(10), GuildId(20)
ANA, BEN = MemberId(1), MemberId(2)
HOUSE = ModelAuthor("local", "house", "r1")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = NOON.date()
FREE = Allowance(member_requests=0, member_tokens=0, guild_requests=0, guild_tokens=0)

Opener = Callable[[Path], AbstractAsyncContextManager[Store]]
KINDS: dict[str, Opener] = {"sqlite": lambda folder: open_store(folder / "renga.sqlite3", clock=lambda: NOON)}


@pytest.fixture(params=KINDS)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    async with KINDS[request.param](tmp_path) as opened:
        yield opened


def test_it_is_what_the_services_ask_for(store: Store) -> None:
    kept: tuple[
        WorkStore, Ledger, HouseStore, MemberStore, UsageStore, Outbox, PrivacyStore, Notes
    ] = (  # pyright checks that each fits its protocol
        store.works,
        store.ledger,
        store.house,
        store.members,
        store.usage,
        store.outbox,
        store.privacy,
        store.notes,
    )
    assert all(kept)


def place(guild: GuildId = INK) -> Place:
    return Place(guild, ChannelId(5), ChannelId(4), ChannelId(6), age_restricted=True)


def draft(work: Work, key: str, text: str = "", act: Act = Act.GENERATED, **more: Any) -> Draft:
    fields: dict[str, Any] = {
        "guild": work.guild,
        "work": work.id,
        "member": ANA,
        "act": act,
        "at": NOON,
        "key": key,
        "model": HOUSE if act is Act.GENERATED else None,
        "text": text,
    }
    return Draft(**(fields | more))


async def poem(store: Store, guild: GuildId = INK, key: str = "k1") -> Work:
    return await store.works.open(place(guild), ANA, Wish(art="poem", topic="snow"), key=key)


# --- works and takes ---------------------------------------------------------------------------


async def test_a_work_comes_back_as_it_was_opened(store: Store) -> None:
    wish = Wish(
        art="poem",
        topic="初雪 {x} @everyone",
        form="haiku",
        style="plain",
        language="zh",
        temperature=0.7,
        seed=2**40,
        private=True,
        options={"mood": "dark"},
    )
    opened = await store.works.open(place(), ANA, wish, key="k", title="t")
    assert opened == await store.works.work(INK, opened.id)
    assert (opened.wish, opened.place, opened.author, opened.title) == (wish, place(), ANA, "t")
    assert (opened.state, opened.take, opened.created) == (WorkState.WRITING, 0, NOON)


async def test_a_key_opens_one_work_in_each_guild(store: Store) -> None:
    first, again, elsewhere = await poem(store), await poem(store), await poem(store, PAPER)
    assert first == again
    assert elsewhere.id != first.id


async def test_an_id_of_one_guild_names_nothing_in_another(store: Store) -> None:
    for guild in (INK, PAPER):
        await poem(store, guild)
    there = await poem(store)
    with pytest.raises(Gone):
        await store.works.work(PAPER, there.id)
    with pytest.raises(Gone):
        await store.works.open(place(PAPER), BEN, Wish(art="poem"), key="remix", source=there.id)


async def test_a_take_is_signed_paid_and_opens_its_work(store: Store) -> None:
    work = await poem(store)
    held = await store.usage.reserve(INK, ANA, day=TODAY, tokens=500, allowance=FREE, key="k1")
    spans = (Span(0, 4, ANA, HOUSE), Span(4, 10, BEN))
    new = NewTake(
        draft=draft(
            work,
            "k1",
            "snow falls",
            spans=spans,
            prompt="poem@1",
            sampling={"seed": 7, "temperature": 1.0, "top_p": None},
        ),
        ending="stop",
        instruction="darker",
        seed=7,
        report='{"lines":3}',
    )
    take, link = await store.works.add_take(INK, work.id, new, spent=Spent(reservation=held, tokens=42))
    assert take == await store.works.take(INK, work.id, 1)
    assert (take.text, take.member, take.model, take.spans, take.at) == (
        "snow falls",
        ANA,
        HOUSE,
        spans,
        NOON,
    )
    assert (take.ending, take.instruction, take.seed, take.report) == ("stop", "darker", 7, '{"lines":3}')
    assert take.contribution == link.number == 1
    assert link.draft == new.draft
    now = await store.works.work(INK, work.id)
    assert (now.state, now.take) == (WorkState.OPEN, 1)
    spent = await store.usage.spent(INK, ANA, TODAY)
    assert spent == Spending(member_requests=1, member_tokens=42, guild_requests=1, guild_tokens=42)
    assert list(await store.ledger.history(INK, work.id)) == [link]


async def test_the_same_take_twice_is_one_take(store: Store) -> None:
    work = await poem(store)
    new = NewTake(draft=draft(work, "k1", "snow"))
    found = await asyncio.gather(*(store.works.add_take(INK, work.id, new) for _ in range(20)))
    assert all(each == found[0] for each in found)
    assert len(await store.works.takes(INK, work.id)) == 1
    assert len(await store.ledger.history(INK, work.id)) == 1


async def test_a_key_that_was_used_for_something_else_makes_no_take(store: Store) -> None:
    work, other = await poem(store), await poem(store, key="k2")
    await store.works.add_take(INK, work.id, NewTake(draft=draft(work, "x", "snow")))
    with pytest.raises(AlreadyDone):
        await store.works.add_take(INK, other.id, NewTake(draft=draft(other, "x", "rain")))
    with pytest.raises(ValueError, match="another work"):
        await store.works.add_take(INK, other.id, NewTake(draft=draft(work, "y", "rain")))


async def test_takes_are_numbered_in_their_work_and_the_newest_stands_if_chosen(store: Store) -> None:
    work, other = await poem(store), await poem(store, key="k2")
    for key, choose in (("a", True), ("b", True), ("c", False)):
        await store.works.add_take(INK, work.id, NewTake(draft=draft(work, key, key), choose=choose))
    await store.works.add_take(INK, other.id, NewTake(draft=draft(other, "d", "d"), choose=False))
    assert [(take.number, take.text) for take in await store.works.takes(INK, work.id)] == [
        (1, "a"),
        (2, "b"),
        (3, "c"),
    ]
    assert (await store.works.work(INK, work.id)).take == 2
    assert (await store.works.work(INK, other.id)).take == 1, "the first one stands, whatever was asked"
    chosen = await store.works.choose(INK, work.id, 1, draft(work, "pick", act=Act.CHOSEN))
    assert chosen.take == 1
    await store.works.choose(INK, work.id, 1, draft(work, "pick again", act=Act.CHOSEN))
    acts = [link.draft.act for link in await store.ledger.history(INK, work.id)]
    assert acts.count(Act.CHOSEN) == 1
    with pytest.raises(Gone):
        await store.works.choose(INK, work.id, 9)
    with pytest.raises(Gone):
        await store.works.take(INK, work.id, 9)


async def test_a_deleted_work_is_gone_until_it_is_restored(store: Store) -> None:
    work = await poem(store)
    await store.works.add_take(INK, work.id, NewTake(draft=draft(work, "a", "a")))
    removed = draft(work, "rm", act=Act.REMOVED)
    await store.works.set_state(INK, work.id, WorkState.DELETED, removed)
    again = await store.works.set_state(INK, work.id, WorkState.DELETED, removed)
    assert again.state is WorkState.DELETED
    calls: list[Awaitable[object]] = [
        store.works.work(INK, work.id),
        store.works.take(INK, work.id, 1),
        store.works.takes(INK, work.id),
        store.works.add_take(INK, work.id, NewTake(draft=draft(work, "b", "b"))),
        store.works.choose(INK, work.id, 1),
        store.works.set_licence(INK, work.id, "CC0", "t"),
        store.works.set_state(INK, work.id, WorkState.OPEN),
        store.works.set_state(INK, work.id, WorkState.DELETED, draft(work, "rm2", act=Act.REMOVED)),
        store.works.suggest(INK, work.id, ANA, BEN, "darker", key="s"),
    ]
    for call in calls:
        with pytest.raises(Gone):
            await call
    assert not await store.works.recent(INK, ANA)
    assert (await store.works.deleted(INK, work.id)) == again
    assert await store.works.deleted(PAPER, work.id) is None
    back = await store.works.set_state(INK, work.id, WorkState.OPEN, draft(work, "up", act=Act.RESTORED))
    assert back.state is WorkState.OPEN
    assert await store.works.deleted(INK, work.id) is None
    with pytest.raises(AlreadyDone):
        await store.works.set_state(INK, work.id, WorkState.OPEN, draft(work, "up2", act=Act.RESTORED))
    acts = [link.draft.act for link in await store.ledger.history(INK, work.id)]
    assert acts == [Act.GENERATED, Act.REMOVED, Act.RESTORED]


async def test_a_published_work_stays_so_when_it_gets_another_take(store: Store) -> None:
    work = await poem(store)
    await store.works.set_licence(INK, work.id, "CC BY 4.0", "First snow")
    await store.works.set_state(INK, work.id, WorkState.PUBLISHED, draft(work, "p", act=Act.PUBLISHED))
    await store.works.add_take(INK, work.id, NewTake(draft=draft(work, "a", "a")))
    now = await store.works.work(INK, work.id)
    assert (now.state, now.licence, now.title) == (WorkState.PUBLISHED, "CC BY 4.0", "First snow")


async def test_publishing_is_one_act(store: Store) -> None:
    work = await poem(store)
    for key in "ab":
        await store.works.add_take(INK, work.id, NewTake(draft=draft(work, key, key)))

    async def publish(number: int, key: str) -> Work:
        return await store.works.publish(
            INK,
            work.id,
            number,
            draft(work, f"{key}:published", act=Act.PUBLISHED),
            title="First snow",
            licence="CC BY 4.0",
            channel=ChannelId(8),
            key=key,
        )

    with pytest.raises(Gone):
        await publish(9, "p")
    assert (await store.works.work(INK, work.id)).state is WorkState.OPEN
    assert not await store.outbox.waiting()
    first, again = await asyncio.gather(publish(1, "p"), publish(1, "p"))
    assert first == again
    assert (first.state, first.take, first.title, first.licence) == (
        WorkState.PUBLISHED,
        1,
        "First snow",
        "CC BY 4.0",
    )
    (outgoing,) = await store.outbox.waiting()
    assert outgoing == await store.outbox.put(INK, ChannelId(8), "published", {}, key="p")
    assert outgoing.payload == {"work": int(work.id), "take": 1}
    assert (outgoing.channel, outgoing.kind, outgoing.work) == (8, "published", work.id)


async def test_what_was_cut_off_is_found_at_start(store: Store) -> None:
    writing, shown, unseen, removed = [await poem(store, key=key) for key in "abcd"]
    for work in (shown, unseen, removed):
        await store.works.add_take(INK, work.id, NewTake(draft=draft(work, f"t{work.id}", "x")))
    await store.works.delivered(INK, shown.id, 1)
    await store.works.set_state(INK, removed.id, WorkState.DELETED)
    assert [work.id for work in await store.works.interrupted()] == [writing.id]
    assert [(work.id, take.text) for work, take in await store.works.undelivered()] == [(unseen.id, "x")]


async def test_recent_works_newest_first(store: Store) -> None:
    made = [await poem(store, key=key) for key in "abcd"]
    await poem(store, PAPER)
    await store.works.open(place(), BEN, Wish(art="poem"), key="ben")
    found = await store.works.recent(INK, ANA, limit=3)
    assert [work.id for work in found] == [work.id for work in reversed(made[1:])]


async def test_cards(store: Store) -> None:
    work = await poem(store)
    card = Shown(guild=INK, work=work.id, channel=ChannelId(5), message=MessageId(2**62), take=1)
    await store.works.show(card)
    await store.works.show(replace(card, take=2))
    assert await store.works.shown(INK, card.message) == replace(card, take=2)
    assert await store.works.shown(PAPER, card.message) is None
    assert list(await store.works.cards(INK, work.id)) == [replace(card, take=2)]
    with pytest.raises(Gone):
        await store.works.show(replace(card, guild=PAPER))


async def test_a_suggestion_is_decided_once(store: Store) -> None:
    work = await poem(store)
    made = await store.works.suggest(INK, work.id, ANA, BEN, "darker", key="s")
    assert made == await store.works.suggest(INK, work.id, ANA, BEN, "darker", key="s")
    assert made == await store.works.suggestion(INK, made.id)
    with pytest.raises(Gone):
        await store.works.suggestion(PAPER, made.id)
    with pytest.raises(Gone):
        await store.works.decide(PAPER, made.id, "accepted")
    answers = await asyncio.gather(
        store.works.decide(INK, made.id, "accepted", take=2),
        store.works.decide(INK, made.id, "declined"),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyDone", "Suggestion"]
    assert (await store.works.suggestion(INK, made.id)).state == "accepted"


# --- the ledger --------------------------------------------------------------------------------


async def test_each_guild_has_a_chain_of_its_own_without_gaps(store: Store) -> None:
    ink, paper = await poem(store), await poem(store, PAPER)
    for at in range(3):
        for work in (ink, paper):
            await store.ledger.append(draft(work, f"k{at}", f"text {at}"))
    for work in (ink, paper):
        assert [link.number for link in await store.ledger.history(work.guild, work.id)] == [1, 2, 3]
    assert list(await store.ledger.guilds()) == [INK, PAPER]
    assert await verify_all(store) == []


async def test_appending_under_the_same_key_gives_the_link_that_is_there(store: Store) -> None:
    work = await poem(store)
    first = await store.ledger.append(draft(work, "k", "snow"))
    assert await store.ledger.append(draft(work, "k", "rain")) == first


async def test_links_appended_at_the_same_time_make_one_chain(store: Store) -> None:
    work = await poem(store)
    await asyncio.gather(*(store.ledger.append(draft(work, f"k{at}", "x")) for at in range(50)))
    assert len(await store.ledger.history(INK, work.id)) == 50
    assert await store.ledger.verify(INK) is None


# --- allowances --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allowance", "whose", "what", "fit"),
    [
        (replace(FREE, member_requests=7), "member", "requests", 7),
        (replace(FREE, guild_requests=7), "guild", "requests", 7),
        (replace(FREE, member_tokens=39), "member", "tokens", 3),
        (replace(FREE, guild_tokens=40), "guild", "tokens", 4),
    ],
)
async def test_fifty_at_once_never_exceed_an_allowance(
    store: Store, allowance: Allowance, whose: str, what: str, fit: int
) -> None:
    async def reserve(at: int) -> int | QuotaUsedUp:
        try:
            return await store.usage.reserve(
                INK, ANA, day=TODAY, tokens=10, allowance=allowance, key=f"k{at}"
            )
        except QuotaUsedUp as error:
            return error

    found = await asyncio.gather(*(reserve(at) for at in range(50)))
    refusals = [error for error in found if isinstance(error, QuotaUsedUp)]
    assert len(set(found) - set(refusals)) == fit
    assert all((error.facts["whose"], error.facts["what"]) == (whose, what) for error in refusals)
    spent = await store.usage.spent(INK, ANA, TODAY)
    assert (spent.member_requests, spent.guild_tokens) == (fit, fit * 10)


async def test_allowances_are_of_a_member_a_guild_and_a_day(store: Store) -> None:
    async def reserve(guild: GuildId, member: MemberId, day: date, key: str) -> int:
        return await store.usage.reserve(
            guild, member, day=day, tokens=1, allowance=replace(FREE, member_requests=1), key=key
        )

    tomorrow = date(2026, 3, 2)
    for at, (guild, member, day) in enumerate(
        [(INK, ANA, TODAY), (PAPER, ANA, TODAY), (INK, BEN, TODAY), (INK, ANA, tomorrow)]
    ):
        await reserve(guild, member, day, f"k{at}")
    with pytest.raises(QuotaUsedUp):
        await reserve(INK, ANA, TODAY, "more")
    spent = await store.usage.spent(INK, ANA, TODAY)
    assert (spent.member_requests, spent.guild_requests) == (1, 2)


async def test_what_is_refunded_can_be_used_again(store: Store) -> None:
    one = replace(FREE, member_requests=1)

    async def reserve(key: str) -> int:
        return await store.usage.reserve(INK, ANA, day=TODAY, tokens=10, allowance=one, key=key)

    held = await reserve("a")
    assert await reserve("a") == held, "the same key reserves once"
    await store.usage.refund(PAPER, held)
    with pytest.raises(QuotaUsedUp):
        await reserve("b")
    await store.usage.refund(INK, held)
    assert await reserve("a") == held, "the same request once more"
    with pytest.raises(QuotaUsedUp):
        await reserve("b")
    await store.usage.settle(INK, held, 3)
    await store.usage.refund(INK, held)
    spent = await store.usage.spent(INK, ANA, TODAY)
    assert (spent.member_requests, spent.member_tokens) == (1, 3), "what was settled stays"
    await store.usage.settle(INK, held, 99)
    assert (await store.usage.spent(INK, ANA, TODAY)).member_tokens == 3, "settled once"


async def test_open_reservations_are_given_back_at_start(store: Store) -> None:
    held = [
        await store.usage.reserve(guild, ANA, day=TODAY, tokens=5, allowance=FREE, key=key)
        for guild, key in ((INK, "a"), (INK, "b"), (PAPER, "a"))
    ]
    await store.usage.settle(INK, held[0], 4)
    assert await store.usage.refund_open() == 2
    assert await store.usage.refund_open() == 0
    assert (await store.usage.spent(INK, ANA, TODAY)).guild_tokens == 4
    assert (await store.usage.spent(PAPER, ANA, TODAY)).guild_requests == 0


async def test_who_used_how_much_is_not_known_for_ever(store: Store) -> None:
    await store.usage.reserve(INK, ANA, day=date(2026, 1, 1), tokens=5, allowance=FREE, key="old")
    await store.usage.reserve(INK, ANA, day=TODAY, tokens=5, allowance=FREE, key="new")
    await store.usage.refund_open()
    known = await store.privacy.export(ANA)
    assert [row["day"] for row in known["spaces"]["10"]["requests"]] == ["2026-03-01"]


# --- settings ----------------------------------------------------------------------------------


def change(field: str, after: str, level: Level = Level.GUILD, id: int = 0) -> Change:
    return Change(level=level, id=id, field=field, before="null", after=after, by=ANA, at=NOON)


async def test_settings_come_in_layers_and_every_change_is_logged(store: Store) -> None:
    assert await store.house.layers(INK) == (0, [])
    assert await store.house.apply(INK, change("voice", '"wry"')) == 1
    assert await store.house.apply(INK, change("local_only", "true", Level.CHANNEL, 5)) == 2
    assert await store.house.apply(INK, change("voice", '"dry"')) == 3
    assert await store.house.apply(PAPER, change("voice", '"loud"')) == 1
    revision, layers = await store.house.layers(INK)
    found = {(layer.level, layer.id): layer.house for layer in layers}
    assert revision == 3
    assert found[Level.GUILD, 0].voice == "dry"
    assert found[Level.CHANNEL, 5].local_only is True
    assert found[Level.CHANNEL, 5].voice is None
    log = await store.house.changes(INK)
    assert [(entry.number, entry.before, entry.after, entry.by) for entry in log] == [
        (3, '"wry"', '"dry"', ANA),
        (2, "null", "true", ANA),
        (1, "null", '"wry"', ANA),
    ], "what was there before is looked up, not believed"
    assert len(await store.house.changes(INK, limit=1)) == 1


async def test_setting_nothing_inherits_again(store: Store) -> None:
    await store.house.apply(INK, change("voice", '"wry"'))
    await store.house.apply(INK, change("voice", "null"))
    assert await store.house.layers(INK) == (2, [])
    with pytest.raises(ValueError, match="no setting"):
        await store.house.apply(INK, change("colour", '"red"'))


async def test_a_member_keeps_settings_in_each_guild(store: Store) -> None:
    assert await store.members.member(INK, ANA) == Member()
    kept = Member(voice="夜", language="zh", revise="never", remix="never", cloud=False, pen_name="A.")
    await store.members.set_member(INK, ANA, Member(voice="x"))
    await store.members.set_member(INK, ANA, kept)
    assert await store.members.member(INK, ANA) == kept
    assert await store.members.member(PAPER, ANA) == Member()


# --- the outbox and notes ----------------------------------------------------------------------


async def test_a_message_waits_until_it_is_known_to_be_posted(store: Store) -> None:
    async def put(guild: GuildId, key: str) -> int:
        return (await store.outbox.put(guild, ChannelId(5), "card", {"work": 1}, key=key)).id

    first, again, second, elsewhere = [
        await put(guild, key) for guild, key in ((INK, "a"), (INK, "a"), (INK, "b"), (PAPER, "a"))
    ]
    assert first == again
    waiting = await store.outbox.waiting()
    assert [each.id for each in waiting] == [first, second, elsewhere]
    assert len({each.nonce for each in waiting}) == 3
    assert all(0 < len(each.nonce) <= 25 for each in waiting)
    assert (waiting[0].payload, waiting[0].at, waiting[0].message) == ({"work": 1}, NOON, None)
    await store.outbox.posted(first, MessageId(77))
    await store.outbox.failed(second, "500", final=False)
    await store.outbox.failed(elsewhere, "gone", final=True)
    assert [(each.id, each.failures) for each in await store.outbox.waiting()] == [(second, 1)]
    known = await store.outbox.put(INK, ChannelId(5), "card", {}, key="a", work=WorkId(3))
    assert known.message == MessageId(77), "the same key gives the row that is there"


async def test_notes(store: Store) -> None:
    assert await store.notes.get("commands") is None
    await store.notes.put("commands", "abc")
    await store.notes.put("commands", "def")
    assert await store.notes.get("commands") == "def"
