"""/filter: rules begin in shadow, are tried on what was said, and say why they hit; for moderators alone."""

import re

import pytest
from simcord.backend.errors import SetupError

from bot.house.model import Level
from bot.ids import ChannelId, GuildId, MemberId, Place
from bot.moderation.rules import Kind, Mode, Rating, Rule, Thresholds
from bot.moderation.verdict import Action
from tests.cogs.world import World, private

COMMANDS = [
    ("filter list", {}),
    ("filter add", {"kind": "words", "words": "lantern"}),
    ("filter rule", {"rule": 1}),
    ("filter remove", {"rule": 1}),
    ("filter test", {"text": "a lantern"}),
    ("filter try", {"words": "lantern"}),
    ("filter must", {"what": "block", "text": "a lantern"}),
    ("filter lines", {}),
    ("filter queue", {}),
    ("filter log", {}),
    ("filter automod", {}),
    ("filter category", {"category": "violence"}),
]


async def rule(world: World, words: str = "lantern", action: str = "block", **more: object) -> str:
    """A rule, in shadow; what the moderator was told."""
    options = {"kind": "words", "words": words, "action": action} | more
    return private(await world.mod.slash(world.general, "filter add", **options))


async def armed(world: World, words: str = "lantern", action: str = "block", **more: object) -> None:
    """A rule that acts."""
    await rule(world, words, action, **more)
    rules = await world.app.rules.rules(world.guild.id)
    await world.mod.slash(world.general, "filter rule", rule=rules[-1][0].id, mode="armed")


async def put(world: World, field: str, value: object) -> None:
    """Set something for the whole server."""
    place = Place(GuildId(world.guild.id), ChannelId(world.general.id))
    await world.app.desk.set(place, Level.GUILD, 0, field, value, by=MemberId(world.mod.id))


@pytest.mark.parametrize(("name", "options"), COMMANDS)
async def test_members_are_refused_even_when_discord_shows_them_the_command(
    world: World, name: str, options: dict[str, object]
) -> None:
    with pytest.raises(SetupError):
        await world.ana.slash(world.general, name, **options)
    command = next(one for one in await world.bot.tree.fetch_commands() if one.name == "filter")
    world.guild.set_command_permissions(command, {world.ana: True})
    told = private(await world.ana.slash(world.general, name, **options))
    assert "manage the server" in told or "for the moderators" in told
    assert not await world.app.rules.rules(world.guild.id)
    assert not await world.app.rules.lines(world.guild.id)


@pytest.mark.parametrize(("name", "options"), COMMANDS)
async def test_moderators_are_answered_privately(world: World, name: str, options: dict[str, object]) -> None:
    assert private(await world.mod.slash(world.general, name, **options))


async def test_a_role_can_be_set_whose_members_keep_the_filters(world: World) -> None:
    role = world.guild.create_role("keepers")
    keeper = world.guild.add_member(world.env.create_user("cy"), roles=[role])
    command = next(one for one in await world.bot.tree.fetch_commands() if one.name == "filter")
    world.guild.set_command_permissions(command, {keeper: True})
    assert "manage the server" in private(await keeper.slash(world.general, "filter list"))
    await put(world, "moderators", role.id)
    assert "no rules" in private(await keeper.slash(world.general, "filter list"))


async def test_a_rule_begins_in_shadow_and_acts_once_it_is_armed(world: World) -> None:
    assert "in shadow" in await rule(world)
    await world.poem(topic="a lantern")
    listed = private(await world.mod.slash(world.general, "filter list"))
    assert "would have hit 2 of 2" in listed
    result = await world.mod.slash(world.general, "filter rule", rule=1)
    assert result.response is not None
    await world.mod.click(result.response, label="Arm")
    told = private(await world.ana.slash(world.general, "poem", topic="a lantern"))
    assert "do not allow" in told and "__**lantern**__" in told
    assert len(world.public_texts()) == 1


async def test_what_was_said_before_a_rule_does_not_count_for_it(world: World) -> None:
    await world.poem(topic="a lantern")
    told = await rule(world)
    assert "would have hit 2 of the last 2 texts" in told
    assert "would have hit 0 of 0" in private(await world.mod.slash(world.general, "filter list"))


async def test_what_a_model_says_is_filtered_too(world: World) -> None:
    await armed(world)
    world.model.say("a lantern glows").say("still a lantern")
    told = private(await world.ana.slash(world.general, "poem", topic="night"))
    assert "What the model wrote" in told and "glows" not in told
    assert not any("lantern" in text for text in world.public_texts())


async def test_a_rule_is_tried_on_what_was_said_before(world: World) -> None:
    world.model.say("snow falls on snow").say("an old pond")
    await world.poem(topic="first snow")
    await world.poem(world.ben, topic="old pond")
    tried = private(await world.mod.slash(world.general, "filter try", words="snow"))
    assert "2 of the last 4 texts, 2 of them new" in tried and "__**snow**__" in tried
    assert "written by models" in tried
    assert not await world.app.rules.rules(world.guild.id)


async def test_a_rule_that_breaks_a_line_is_not_armed(world: World) -> None:
    await world.mod.slash(world.general, "filter must", what="allow", text="the lantern of Scunthorpe")
    await rule(world)
    told = private(await world.mod.slash(world.general, "filter rule", rule=1, mode="armed"))
    assert "judged wrongly" in told and "Scunthorpe" in told
    assert await world.poem(topic="a lantern")
    await world.mod.slash(world.general, "filter lines", remove=1)
    await world.mod.slash(world.general, "filter rule", rule=1, mode="armed")
    assert "do not allow" in private(await world.ana.slash(world.general, "poem", topic="a lantern"))


async def test_a_text_that_only_a_rule_in_shadow_marks_passes_now(world: World) -> None:
    await rule(world, name="no lanterns")
    told = private(await world.mod.slash(world.general, "filter test", text="one lantern"))
    assert "**Passes now.** Would be blocked if “no lanterns” were armed." in told
    assert "__**lantern**__" in told and "Verdict" not in told


@pytest.mark.parametrize(
    ("what", "text", "state", "told"),
    [
        ("block", "one lantern", "shadow", "Kept as line 1. Not blocked yet: “no lanterns” is in shadow."),
        ("block", "one lantern", "armed", "Kept as line 1. It is stopped now, by “no lanterns”."),
        ("block", "one candle", "armed", "Kept as line 1. Not blocked yet: no rule looks for it."),
        ("allow", "one candle", "armed", "Kept as line 1. It passes."),
        ("allow", "one lantern", "armed", "Kept as line 1. It does not pass yet: “no lanterns” stops it."),
        ("allow", "one lantern", "shadow", "It passes now. “no lanterns” would stop it"),
    ],
)
async def test_a_line_that_is_kept_says_so_and_how_it_stands(
    world: World, what: str, text: str, state: str, told: str
) -> None:
    await (armed if state == "armed" else rule)(world, name="no lanterns")
    answer = private(await world.mod.slash(world.general, "filter must", what=what, text=text))
    assert answer.startswith("Kept as line 1.") and told in answer and "✘" not in answer


async def test_the_card_of_a_rule_is_a_container_with_every_menu_labelled(world: World) -> None:
    await rule(world, name="no lanterns")
    made = (await world.mod.slash(world.general, "filter rule", rule=1)).response
    assert made is not None
    (box,) = world.latest(made).components
    grey = box["accent_color"]
    assert "### no lanterns\n**Blocks** · in shadow: would have hit 0 of 0 texts" in world.text(made)
    await world.mod.click(made, label="Arm")
    assert world.latest(made).components[0]["accent_color"] != grey
    await world.ana.slash(world.general, "poem", topic="a lantern")
    await world.poem(topic="snow")
    again = (await world.mod.slash(world.general, "filter rule", rule=1)).response
    assert again is not None
    assert re.search(r"\*\*Blocks\*\* · stopped 1 of \d texts since it was armed", world.text(again))
    rows = world.latest(again).components[0]["components"]
    for at, row in enumerate(rows):
        if row["type"] == 1 and row["components"][0]["type"] != 2:
            assert rows[at - 1]["content"] == f"-# {row['components'][0]['placeholder']}"


async def test_a_text_is_explained(world: World) -> None:
    await armed(world, name="lights", reason="no lights here")
    told = private(await world.mod.slash(world.general, "filter test", text="one lantern"))
    assert "Blocked now." in told and "lights" in told and "__**lantern**__" in told


async def test_a_rule_from_a_form(world: World) -> None:
    shown = await world.mod.slash(world.general, "filter add", kind="words", action="hold")
    assert shown.modal is not None
    told = private(
        await world.mod.submit_modal(
            shown, {"name": "lights", "words": "lantern\ncandle", "allow": "", "reason": "too bright"}
        )
    )
    assert "lights" in told and "Holds for review" in told and "candle" in told


async def test_a_removed_rule_is_gone_and_the_log_knows_who(world: World) -> None:
    await armed(world)
    await world.mod.slash(world.general, "filter remove", rule=1)
    assert await world.poem(topic="a lantern")
    told = private(await world.mod.slash(world.general, "filter log"))
    assert f"<@{world.mod.id}> removed a rule" in told and "armed a rule" in told
    assert await world.app.store.moderation.verify(world.guild.id) is None


async def test_rules_hold_after_a_restart_and_in_no_other_guild(world: World) -> None:
    await armed(world)
    await world.restart()
    assert "do not allow" in private(await world.ana.slash(world.general, "poem", topic="a lantern"))
    other = world.env.create_guild("Other")
    channel = other.create_text_channel("general")
    eve = other.add_member(world.env.create_user("eve"))
    result = await eve.slash(channel, "poem", topic="a lantern")
    assert result.response is not None and "do not allow" not in result.response.content


async def test_a_rule_that_hits_too_much_falls_back_to_shadow_and_says_so(world: World) -> None:
    await put(world, "log", world.gallery.id)
    await armed(world, "snow", "mask")
    for at in range(12):
        world.model.say(f"snow {at}")
        await world.poem(topic=f"topic {at}")
    await world.app.watch.flush()
    await world.app.dispatch.run_once()
    (stored, _), *_ = await world.app.rules.rules(world.guild.id)
    assert stored.mode == "shadow"
    posted = [m.content for m in world.env.backend.messages[world.gallery.id].values()]
    assert any("more than 5 %" in text for text in posted)


async def automod(world: World, **metadata: object) -> object:
    """A rule of the server's AutoMod, made by a moderator."""
    body = {
        "name": "no lights",
        "event_type": 1,
        "trigger_type": 1,
        "trigger_metadata": {"keyword_filter": ["lantern*"], "allow_list": [], "regex_patterns": []}
        | metadata,
        "actions": [{"type": 1}],
        "enabled": True,
        "exempt_roles": [],
        "exempt_channels": [],
    }
    return world.env.backend.create_auto_mod_rule(world.guild.id, world.mod.id, body)


async def test_automod_rules_are_read_in_and_kept_in_step(world: World) -> None:
    made = await automod(world, regex_patterns=["gl[o0]w"])
    told = private(await world.mod.slash(world.general, "filter automod"))
    assert "in shadow: no lights, no lights" in told
    for stored, _ in await world.app.rules.rules(world.guild.id):
        await world.mod.slash(world.general, "filter rule", rule=stored.id, mode="armed")
    assert "__**lantern**__s" in private(await world.ana.slash(world.general, "poem", topic="lanterns"))
    world.env.backend.edit_auto_mod_rule(
        world.guild.id, made.id, {"trigger_metadata": {"keyword_filter": ["candle"]}}
    )
    await world.env.settle()
    assert "__**candle**__" in private(await world.ana.slash(world.general, "poem", topic="a candle"))
    assert await world.poem(topic="lanterns")
    world.env.backend.delete_auto_mod_rule(world.guild.id, made.id)
    await world.env.settle()
    assert not await world.app.rules.rules(world.guild.id)


async def test_what_moderators_choose_for_a_rule_of_automod_stays(world: World) -> None:
    made = await automod(world)
    await world.mod.slash(world.general, "filter automod")
    guild, by = GuildId(world.guild.id), MemberId(world.mod.id)
    await world.app.rules.arm(guild, 1, by=by)
    await world.app.rules.amend(guild, 1, by=by, action=Action.HOLD, severity=3)
    await world.restart()
    await automod(world, keyword_filter=["candle"])  # another rule of AutoMod, which makes us look at all
    await world.env.settle()
    stored, found = await world.app.rules.rule(guild, 1)
    assert (found.action, found.severity, stored.mode) == (Action.HOLD, 3, Mode.ARMED)
    world.env.backend.edit_auto_mod_rule(
        world.guild.id, made.id, {"trigger_metadata": {"keyword_filter": ["kettle"]}}
    )
    await world.env.settle()
    stored, found = await world.app.rules.rule(guild, 1)
    assert (found.terms, found.action, stored.mode) == (("kettle",), Action.HOLD, Mode.ARMED)


async def test_a_rule_of_categories_that_nobody_judges_is_not_armed(world: World) -> None:
    rule_of_sex = Rule("", Kind.CATEGORIES, categories={"sexual": {Rating.EVERYONE: Thresholds()}})
    guild, by = GuildId(world.guild.id), MemberId(world.mod.id)
    await world.app.rules.add(guild, rule_of_sex, by=by)
    told = private(await world.mod.slash(world.general, "filter rule", rule=1, mode="armed"))
    assert "Nobody judges categories" in told
    assert await world.poem(topic="the sea")


async def test_automod_is_not_followed_before_it_was_read_in(world: World) -> None:
    await automod(world)
    await world.env.settle()
    assert not await world.app.rules.rules(world.guild.id)


async def test_the_first_letters_of_pinyin_count_where_a_rule_asks(world: World) -> None:
    await armed(world, "法轮功")
    assert not await hits(world, "what is flg")
    await armed(world, "法轮功", initials=True)
    assert await hits(world, "what is flg")


async def hits(world: World, text: str) -> bool:
    """Whether the rules of the place hit a text."""
    place = Place(GuildId(world.guild.id), ChannelId(world.general.id))
    return bool((await world.app.filters.of(place).judge(text)).hits)


async def test_undo_arms_no_rule_that_breaks_a_line(world: World) -> None:
    await armed(world)
    await world.mod.slash(world.general, "filter must", what="allow", text="the lantern of Scunthorpe")
    await world.mod.slash(world.general, "filter rule", rule=1, mode="off")
    told = private(await world.mod.slash(world.general, "filter undo"))
    assert "judged wrongly" in told and "Scunthorpe" in told
    assert await world.poem(topic="a lantern"), "the rule is still off"
