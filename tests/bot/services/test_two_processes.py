"""Two processes over one store: what is changed in one holds in the other at once, before anything is said.

SQLite is opened by one process alone; so the other one is all that a process
keeps in memory, made anew over the same store.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.app import App, open_app
from bot.backends.scripted import ScriptedBackend
from bot.errors import AlreadyDone, HeldForReview
from bot.house.book import HouseBook
from bot.house.model import DEFAULT, Level
from bot.ids import ChannelId, GuildId, MemberId, Place
from bot.moderation.compiled import compile_rules
from bot.moderation.records import ReviewState
from bot.moderation.rules import Kind, Mode, Rule
from bot.moderation.verdict import Action
from bot.services.filters import GuildFilters, passed
from bot.services.house_desk import HouseDesk
from bot.services.moderation_book import RuleBook
from bot.services.moderation_desk import RuleDesk
from bot.services.moderation_watch import Watch
from bot.services.review import ReviewDesk
from bot.settings import Settings

INK = GuildId(10)
HERE = Place(INK, ChannelId(5))
MOD, OTHER, ANA = MemberId(99), MemberId(98), MemberId(1)


@dataclass(frozen=True)
class Process:
    """What a process holds in memory."""

    desk: HouseDesk
    rules: RuleDesk
    filters: GuildFilters
    reviews: ReviewDesk


def another(app: App) -> Process:
    """A process of its own over the store of an app."""
    store, clock = app.store, app.clock
    houses = HouseBook(store.house, DEFAULT)
    book = RuleBook(store.rules, store.reviews, compile_rules)
    watch = Watch(
        store=store.rules, book=book, houses=houses, outbox=store.outbox, clock=clock, log=store.moderation
    )
    return Process(
        HouseDesk(store.house, store.members, houses, clock),
        RuleDesk(store.rules, book, watch, clock),
        GuildFilters(book, houses, watch, clock),
        ReviewDesk(
            store=store.reviews,
            log=store.moderation,
            outbox=store.outbox,
            houses=houses,
            book=book,
            clock=clock,
        ),
    )


Both = tuple[Process, Process]


@pytest.fixture
async def both(settings: Settings) -> AsyncIterator[Both]:
    async with open_app(settings, backends=[ScriptedBackend()]) as app:
        one, two = another(app), another(app)
        # Both have read the guild before anything changes.
        for process in (one, two):
            await process.desk.book.of(HERE)
            assert (await process.filters.of(HERE, ANA).judge("a lantern")).action is Action.ALLOW
        yield one, two
        await one.reviews.aclose()


async def armed(app: Process, action: Action = Action.BLOCK) -> int:
    stored = await app.rules.add(INK, Rule("", Kind.WORDS, action, terms=("lantern",)), by=MOD)
    await app.rules.arm(INK, stored.id, by=MOD)
    return stored.id


async def test_a_setting(both: Both) -> None:
    one, two = both
    await one.desk.set(HERE, Level.GUILD, 0, "voice", "wry", by=MOD)
    assert (await two.desk.book.of(HERE)).house.voice == "wry"
    await two.desk.undo(INK, by=MOD)
    assert not (await one.desk.book.of(HERE)).house.voice


async def test_a_rule_for_what_members_say(both: Both) -> None:
    one, two = both
    number = await armed(one)
    assert (await two.filters.of(HERE, ANA).judge("a lantern")).action is Action.BLOCK
    await two.rules.rest(INK, number, Mode.OFF, by=MOD)
    assert (await one.filters.of(HERE, ANA).judge("a lantern")).action is Action.ALLOW


async def test_a_rule_for_what_a_model_says_before_its_first_word(both: Both) -> None:
    one, two = both
    gate = two.filters.of(HERE, ANA).gate()
    await armed(one)
    shown = "".join([await gate.feed(piece) for piece in ("a lan", "tern ", "burns " * 40)])
    rest, verdict = await gate.finish()
    assert (shown + rest, verdict.action) == ("", Action.BLOCK)


async def test_examples_that_were_set_elsewhere_are_kept_private(both: Both) -> None:
    one, two = both
    piece = "the keeper counts the waves at night and writes each one a letter in the dark"
    gate = two.filters.of(HERE, ANA).gate()
    await one.desk.set(HERE, Level.GUILD, 0, "examples", piece, by=MOD)
    shown = await gate.feed(piece)
    rest, verdict = await gate.finish()
    assert "letter" not in shown + rest and verdict.action is Action.REGENERATE


async def test_a_review_is_decided_once(both: Both) -> None:
    one, two = both
    await armed(one, Action.HOLD)
    verdict = await two.filters.of(HERE, ANA).judge("a lantern")
    with pytest.raises(HeldForReview) as refusal:
        passed(verdict)
    review = await two.reviews.file(HERE, ANA, refusal.value, lang="en", key="k")
    await one.reviews.claim(INK, review.id, MOD)
    with pytest.raises(AlreadyDone):
        await two.reviews.decide(INK, review.id, ReviewState.REJECTED, OTHER)
    await one.reviews.decide(INK, review.id, ReviewState.APPROVED, MOD)
    assert (await two.filters.of(HERE, ANA).judge("a lantern")).action is Action.ALLOW
