"""P25 and P28: expressions of moderators cannot hang the bot; what moderators do is logged for good."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import re2

from bot.attribution.model import BrokenLink
from bot.errors import BadInput
from bot.ids import ChannelId, GuildId, MemberId, Place
from bot.moderation.patterns import Pattern
from bot.moderation.records import ReviewState
from bot.moderation.rules import Kind, Rule
from bot.moderation.verdict import Action
from tests.cogs.test_moderation import armed, put
from tests.cogs.test_review import desk, held
from tests.cogs.world import World, private

ROOT = Path(__file__).parents[2]


# --- P25: expressions of moderators -----------------------------------------------------------------


def test_p25_expressions_run_in_linear_time_alone() -> None:
    """RE2 has no backtracking: what needs it cannot even be written."""
    made: Any = Pattern("(a+)+$")
    assert any(type(value).__module__.startswith(("re2", "_re2")) for value in vars(made).values()), vars(
        made
    )
    assert re2.compile("a")


@pytest.mark.parametrize(
    "pattern", [r"(a)\1", r"(?=a)b", r"(?<!a)b", "a" * 261, "(", "a{1001}", "(?P<n>a)(?P=n)"]
)
async def test_p25_what_cannot_be_or_is_too_long_is_refused_and_told(world: World, pattern: str) -> None:
    told = private(await world.mod.slash(world.general, "filter add", kind="patterns", words=pattern))
    assert told and not await world.app.rules.rules(GuildId(world.guild.id))


async def test_p25_an_expression_that_hangs_other_engines_blocks_and_goes_on(world: World) -> None:
    guild, by = GuildId(world.guild.id), MemberId(world.mod.id)
    evil = Rule("", Kind.PATTERNS, patterns=("(a+)+$", "(.*)*x", "(a|aa)+$"))
    stored = await world.app.rules.add(guild, evil, by=by)
    await world.app.rules.arm(guild, stored.id, by=by)
    place = Place(guild, ChannelId(world.general.id))
    for text in ("a" * 40 + "!", "b" * 2_000, "a" * 2_000):
        verdict = await world.app.filters.of(place, by).judge(text)
        assert verdict.action in (Action.ALLOW, Action.BLOCK)
    with pytest.raises(BadInput):
        await world.app.rules.add(guild, Rule("", Kind.PATTERNS, patterns=("a",) * 11), by=by)


# --- P28: the log -----------------------------------------------------------------------------------


async def test_p28_every_act_of_a_moderator_is_logged_with_who_and_what(world: World) -> None:
    await desk(world)
    await held(world)
    mod, guild = MemberId(world.mod.id), GuildId(world.guild.id)
    await world.mod.slash(world.general, "filter must", what="block", text="a lantern")
    (review,) = await world.app.reviews.waiting(guild)
    await world.app.reviews.claim(guild, review.id, mod)
    await world.app.reviews.decide(guild, review.id, ReviewState.REJECTED, mod, "no")
    await world.mod.slash(world.general, "filter rule", rule=1, mode="off")
    await world.mod.slash(world.general, "filter remove", rule=1)
    await world.mod.slash(world.general, "filter undo")
    acts = list(reversed(await world.app.store.moderation.entries(guild)))
    assert [entry.act for entry in acts] == [
        "rule added", "rule armed", "held", "line to block", "rejected", "rule off", "rule removed",
        "rule taken back",
    ]  # fmt: skip
    assert all(entry.actor == mod for entry in acts if entry.act != "held")
    assert acts[4].member == world.ana.id and acts[4].rule
    for entry in acts:
        if entry.act in ("rule armed", "rule off", "rule removed"):
            assert entry.before
        if entry.act not in ("held", "rejected", "rule removed"):
            assert entry.after
    changes = await world.app.desk.changes(guild)
    assert changes and all(change.before and change.after and change.by for change in changes)
    assert await world.app.store.moderation.verify(guild) is None
    assert await world.app.store.house.verify(guild) is None


@pytest.mark.parametrize(
    "tampered",
    [
        "UPDATE moderation_log SET act = 'rule off' WHERE number = 1",
        "UPDATE moderation_log SET before = '', after = '' WHERE number = 2",
        "UPDATE moderation_log SET actor = 1 WHERE number = 1",
        "DELETE FROM moderation_log WHERE number = 2",
        "DELETE FROM moderation_log WHERE number = (SELECT max(number) FROM moderation_log)",
        "UPDATE changes SET before = '1' WHERE number = 1",
        "UPDATE changes SET by = 1 WHERE number = 1",
        "DELETE FROM changes WHERE number = (SELECT max(number) FROM changes)",
    ],
)
async def test_p28_a_log_that_was_changed_does_not_verify(world: World, tampered: str) -> None:
    guild = GuildId(world.guild.id)
    await armed(world)
    await world.mod.slash(world.general, "filter rule", rule=1, mode="off")
    for text in ("plain", "wry"):
        await put(world, "voice", text)
    await world.app.store.database.write(lambda connection: connection.exec_driver_sql(tampered))
    broken = [await world.app.store.moderation.verify(guild), await world.app.store.house.verify(guild)]
    assert any(isinstance(one, BrokenLink) for one in broken)


async def test_p28_the_log_is_kept_as_long_as_is_set_and_the_rest_still_verifies(world: World) -> None:
    guild = GuildId(world.guild.id)
    await put(world, "log_days", 10)
    await armed(world)
    now = world.app.clock()
    world.app.reviews._clock = lambda: now + timedelta(days=9)
    await world.app.reviews.tidy()
    assert len(await world.app.store.moderation.entries(guild)) == 2
    world.app.reviews._clock = lambda: now + timedelta(days=11)
    await world.app.reviews.tidy()
    assert len(await world.app.store.moderation.entries(guild)) == 1, "the newest stays, to go on from"
    assert await world.app.store.moderation.verify(guild) is None


async def test_p28_nothing_in_the_bot_rewrites_a_log() -> None:
    """Only erasure (sealed digests hold) and expiry touch what was written."""
    allowed = {"bot/storage/moderation_log.py", "bot/storage/privacy.py", "bot/storage/house.py"}
    for path in (ROOT / "bot").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for verb in (
            "update(log",
            "delete(log",
            "update(moderation_log",
            "delete(moderation_log",
            "update(changes",
            "delete(changes",
        ):
            assert verb not in text or str(path.relative_to(ROOT)) in allowed, path
