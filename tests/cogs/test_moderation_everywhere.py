"""What members write goes through the filters wherever they write it: masked, refused, or spared."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot.ids import GuildId, MemberId
from bot.settings import Settings
from tests.cogs.stories_world import Table, open_table
from tests.cogs.test_moderation import armed
from tests.cogs.test_stories import TITLE, begun
from tests.cogs.world import World, private

KEY = "sk-" + "a1B2" * 10


# --- masks --------------------------------------------------------------------------------------


async def test_a_members_own_words_are_masked_where_they_are_shown(world: World) -> None:
    await armed(world, "lantern", "mask")
    message = await world.poem(topic="the sea")
    form = await world.ana.click(message, label="Edit")
    await world.ana.submit_modal(form, {"text": "A l4ntern and a lamp."})
    shown = world.latest(message).content
    assert "▇▇▇▇▇▇▇ and a lamp" in shown and "ntern" not in shown


async def test_what_is_masked_no_model_is_told(world: World) -> None:
    await armed(world, "lantern", "mask")
    await world.poem(topic="a lantern by the sea", opening="The lantern, again")
    prompt = "".join(message.text for message in world.model.requests[-1].messages)
    assert "by the sea" in prompt and "again" in prompt and "lantern" not in prompt


async def test_a_key_that_a_member_pastes_is_covered_without_any_rule(world: World) -> None:
    message = await world.poem(topic=f"my key is {KEY} and snow")
    assert KEY not in "".join(one.text for one in world.model.requests[-1].messages)
    form = await world.ana.click(message, label="Edit")
    await world.ana.submit_modal(form, {"text": f"It is {KEY}, I think."})
    assert not any(KEY in text for text in world.public_texts())
    assert "I think" in world.latest(message).content


async def test_a_turn_of_a_story_is_masked(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        table.enter("#general")
        await table.forbid("lantern", action="mask")
        table.enter(TITLE)
        await table.write("ana", f"The lantern went out. {KEY}")
        assert any("▇▇▇▇▇▇▇ went out" in text for text in table.texts())
        assert not any("lantern" in text or KEY in text for text in table.texts())
        await table.fill("ana", "Edit my part", text="Two lanterns, no: a l a n t e r n.")
        assert not any("l a n t e r n" in text for text in table.texts())


# --- roles --------------------------------------------------------------------------------------


async def spare(table: Table, who: str) -> None:
    """A role of its own for a member, which the newest rule spares."""
    server: Any = table.world.here()
    role = server.handle.create_role("poets", permissions=discord.Permissions.none())
    table.env.backend.add_member_role(server.handle.id, table.world.member(who).id, role.id)
    await table.env.settle()
    guild = GuildId(server.handle.id)
    rules = await table.app.rules.rules(guild)
    await table.app.rules.amend(guild, rules[-1][0].id, by=MemberId(1), exempt_roles=frozenset({role.id}))


@pytest.mark.parametrize("plain", [False, True])
async def test_a_role_that_a_rule_spares_is_spared_in_stories_too(settings: Settings, plain: bool) -> None:
    async with open_table(settings, intent=True) as table:
        await begun(table, "ben")
        table.enter("#general")
        await table.forbid("lantern")
        await spare(table, "ana")
        table.enter(TITLE)
        if plain:
            await table.say("ana", "The lantern went out.")
        else:
            await table.write("ana", "The lantern went out.")
        assert "@ben, it is your turn" in "\n".join(table.texts())
        if plain:
            await table.say("ben", "A lantern.")
        else:
            await table.write("ben", "A lantern.")
        assert "@ana, it is your turn" not in table.texts()[-1]


# --- texts that are told to models --------------------------------------------------------------


async def test_ones_own_style_is_judged(world: World) -> None:
    await armed(world, "lantern", reason="no lights")
    told = private(await world.ana.slash(world.general, "style", text="always a l-a-n-t-e-r-n"))
    assert "no lights" in told
    await world.poem(topic="the sea")
    assert "n-t-e" not in "".join(one.text for one in world.model.requests[-1].messages)


async def test_a_name_that_the_rules_do_not_let_pass_is_covered_in_prompts(settings: Settings) -> None:
    async with open_table(settings, "slurrrr") as table:
        await table.forbid("slur")
        await begun(table, "ben", "slurrrr", ai="1")
        for who in ("ana", "ben", "slurrrr"):
            await table.write(who, "And on again. " * 40)
        await table.env.settle()
        prompt = "".join(one.text for one in table.model.requests[-1].messages)
        assert "And on again." in prompt and "slurrrr" not in prompt and "▇" in prompt
