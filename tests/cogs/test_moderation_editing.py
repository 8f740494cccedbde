"""Rules as moderators change them: by form, by menu; what is looked for, what follows, whom it spares."""

from datetime import timedelta

from simcord.components import walk_components

from bot.ids import GuildId, MemberId
from bot.moderation.rules import Mode
from bot.moderation.verdict import Action
from tests.cogs.test_moderation import COMMANDS, armed, rule
from tests.cogs.world import Message, World, private

assert COMMANDS


async def card(world: World) -> Message:
    """The card of rule 1."""
    result = await world.mod.slash(world.general, "filter rule", rule=1)
    assert result.response is not None
    return result.response


async def choose(world: World, field: str, *values: object) -> None:
    """Choose in a menu of the card."""
    await world.mod.select(await card(world), list(values), custom_id=f"renga:fm:{field}:1")


async def test_other_words_put_an_armed_rule_in_shadow_again(world: World) -> None:
    await armed(world)
    shown = await world.mod.click(await card(world), label="Change…")
    assert shown.modal is not None
    told = private(
        await world.mod.submit_modal(
            shown, {"name": "lights", "words": "candle", "allow": "", "reason": "", "days": ""}
        )
    )
    assert "in shadow again" in told
    stored, changed = await world.app.rules.rule(world.guild.id, 1)
    assert stored.mode is Mode.SHADOW and changed.terms == ("candle",) and changed.name == "lights"
    assert await world.poem(topic="a lantern")


async def test_another_reason_leaves_it_armed_and_the_log_has_before_and_after(world: World) -> None:
    await armed(world)
    shown = await world.mod.click(await card(world), label="Change…")
    values = {"name": "", "words": "lantern", "allow": "", "reason": "no lights", "days": "3"}
    await world.mod.submit_modal(shown, values)
    stored, changed = await world.app.rules.rule(world.guild.id, 1)
    assert stored.mode is Mode.ARMED and changed.reason == "no lights"
    ends = world.app.clock() + timedelta(days=3)
    assert changed.expires is not None and abs(changed.expires - ends.timestamp()) < 60
    assert "no lights" in private(await world.ana.slash(world.general, "poem", topic="a lantern"))
    entry = (await world.app.store.moderation.entries(world.guild.id))[1]
    assert entry.act == "rule changed" and "no lights" in entry.after and "no lights" not in entry.before


async def test_the_log_shows_what_of_a_rule_is_another_now(world: World) -> None:
    await armed(world)
    shown = await world.mod.click(await card(world), label="Change…")
    values = {"name": "", "words": "candle", "allow": "", "reason": "no lights", "days": ""}
    await world.mod.submit_modal(shown, values)
    told = private(await world.mod.slash(world.general, "filter log"))
    assert "words: lantern → candle" in told and "reason: – → no lights" in told
    assert "state: armed → in shadow" in told
    world.locales[world.mod.id] = "zh-CN"
    assert "词语：lantern → candle" in private(await world.mod.slash(world.general, "filter log"))


async def test_days_that_are_none_are_refused(world: World) -> None:
    await rule(world)
    shown = await world.mod.click(await card(world), label="Change…")
    values = {"name": "", "words": "lantern", "allow": "", "reason": "", "days": "soon"}
    assert "no number of days" in private(await world.mod.submit_modal(shown, values))


async def test_an_expired_rule_holds_no_longer(world: World) -> None:
    await armed(world)
    past = world.app.clock().timestamp() - 1
    await world.app.rules.amend(world.guild.id, 1, by=world.mod.id, expires=past)
    assert await world.poem(topic="a lantern")


async def test_an_expired_rule_keeps_no_line_from_being_kept(world: World) -> None:
    guild, by = GuildId(world.guild.id), MemberId(world.mod.id)
    await armed(world)
    ends = world.app.clock().timestamp() + 60
    await world.app.rules.amend(guild, 1, by=by, expires=ends)
    await world.mod.slash(world.general, "filter must", what="block", text="a lantern")
    assert not await world.app.rules.broken(guild)
    later = world.app.clock() + timedelta(minutes=2)
    world.app.rules._clock = lambda: later
    assert [one.line.text for one in await world.app.rules.broken(guild)] == ["a lantern"]


async def test_what_happens_and_how_grave_is_chosen(world: World) -> None:
    await armed(world)
    await choose(world, "action", "hold")
    await choose(world, "severity", "3")
    stored, changed = await world.app.rules.rule(world.guild.id, 1)
    assert (stored.mode, changed.action, changed.severity) == (Mode.ARMED, Action.HOLD, 3)
    assert "moderator of this server" in private(
        await world.ana.slash(world.general, "poem", topic="a lantern")
    )


async def test_a_milder_action_that_breaks_a_line_is_refused(world: World) -> None:
    await world.mod.slash(world.general, "filter must", what="block", text="a lantern")
    await armed(world)
    result = await world.mod.select(await card(world), ["flag"], custom_id="renga:fm:action:1")
    assert "judged wrongly" in private(result)
    assert (await world.app.rules.rule(world.guild.id, 1))[1].action is Action.BLOCK


async def test_a_role_and_a_channel_can_be_spared(world: World) -> None:
    await armed(world)
    role = world.guild.create_role("trusted")
    cy = world.guild.add_member(world.env.create_user("cy"), roles=[role])
    await choose(world, "roles", role)
    assert await world.poem(cy, topic="a lantern")
    assert "do not allow" in private(await world.ana.slash(world.general, "poem", topic="a lantern"))
    await choose(world, "roles")
    assert "do not allow" in private(await cy.slash(world.general, "poem", topic="a lantern"))
    await choose(world, "channels", world.general)
    assert await world.poem(topic="a lantern")


async def test_menus_are_for_keepers_alone(world: World) -> None:
    await armed(world)
    message = await card(world)
    stored = world.env.backend.get_message(world.general.id, message.id)
    assert stored.is_ephemeral
    ids = [child.get("custom_id") for child in walk_components(stored.components)]
    assert "renga:fm:roles:1" in ids and "renga:f:edit:1" in ids
