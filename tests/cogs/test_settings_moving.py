"""A house moves: settings, filter rules, lines and thresholds in one file, to another server and back."""

from __future__ import annotations

import json
from typing import Any

import discord
import pytest

from bot.house.model import Level
from bot.ids import ChannelId, GuildId, MemberId, Place
from bot.moderation.records import Entry, StoredLine
from bot.moderation.rulefile import read_rules
from bot.moderation.rules import Kind, Mode, Rating, Rule, Thresholds
from bot.moderation.verdict import Action
from tests.cogs.test_moderation import armed, put, rule
from tests.cogs.test_settings_panel import exported, imported
from tests.cogs.world import World, private


async def house(world: World) -> None:
    """A house with a style, a channel of its own, two rules (one armed), a threshold and two lines."""
    await put(world, "voice", "plain and wry")
    desk, guild, by = world.app.desk, GuildId(world.guild.id), MemberId(world.mod.id)
    await desk.set(Place(guild, ChannelId(0)), Level.CHANNEL, world.gallery.id, "genre", "sonnets", by=by)
    await desk.set(Place(guild, ChannelId(0)), Level.GUILD, 0, "gallery", world.gallery.id, by=by)
    await armed(world, "lantern", name="no lights", reason="Too bright.")
    await world.app.rules.amend(guild, 1, by=by, exempt_channels=frozenset({world.gallery.id}), severity=3)
    await rule(world, "candle", "hold")
    limits = {"violence": {Rating.TEEN: Thresholds(0.4, 0.9)}}
    await world.app.rules.add(guild, Rule("", Kind.CATEGORIES, Action.HOLD, categories=limits), by=by)
    await world.mod.slash(world.general, "filter must", what="block", text="a l4ntern")
    await world.mod.slash(world.general, "filter must", what="allow", text="the land turns")


def shown(result: Any) -> Any:
    """The message that an import was answered with."""
    return result.followups[0] if result.followups else result.response


class Elsewhere:
    """Another server, with a moderator who manages it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.guild = world.env.create_guild("Paper")
        self.general = self.guild.create_text_channel("general")
        role = self.guild.create_role(
            "keeper", permissions=discord.Permissions(manage_guild=True, manage_messages=True)
        )
        self.mod = self.guild.add_member(world.env.create_user("pam"), roles=[role])
        self.eve = self.guild.add_member(world.env.create_user("eve"))

    async def take(self, text: str) -> Any:
        """Import a file; the whole result."""
        return await self.mod.slash(self.general, "settings import", file=("settings.json", text.encode()))


async def test_a_whole_house_moves_to_another_server(world: World) -> None:
    await house(world)
    text = await exported(world)
    there = Elsewhere(world)
    gallery = there.guild.create_text_channel("gallery")
    await world.env.settle()
    result = await there.take(text)
    told = private(result)
    assert "Rules: 3 new, 0 changed, 0 taken away; lines: 2" in told and "1 of them were armed" in told
    guild = GuildId(there.guild.id)
    at_gallery = await world.app.desk.book.of(Place(guild, ChannelId(gallery.id)))
    assert (at_gallery.house.voice, at_gallery.house.genre) == ("plain and wry", "sonnets")
    assert at_gallery.house.gallery == gallery.id
    rules = [found for _, found in await world.app.rules.rules(guild)]
    assert [found.mode for found in rules] == [Mode.SHADOW] * 3
    assert (rules[0].name, rules[0].reason, rules[0].severity) == ("no lights", "Too bright.", 3)
    assert rules[0].exempt_channels == {gallery.id}
    assert rules[1].action is Action.HOLD and rules[1].terms == ("candle",)
    assert rules[2].categories["violence"][Rating.TEEN] == Thresholds(0.4, 0.9)
    lines = {line.text: line.wanted for line in await world.app.rules.lines(guild)}
    assert lines == {"a l4ntern": True, "the land turns": False}
    # In shadow nothing is stopped; one press arms what was armed.
    assert (await there.eve.slash(there.general, "poem", topic="a lantern")).response is not None
    assert "no lights" in private(await there.mod.click(shown(result), label="Arm them"))
    assert "do not allow" in private(await there.eve.slash(there.general, "poem", topic="a lantern"))


async def test_what_the_other_server_does_not_have_is_left_out_and_named(world: World) -> None:
    await house(world)
    role = world.guild.create_role("poets")
    await world.env.settle()
    await world.app.rules.amend(
        GuildId(world.guild.id), 1, by=MemberId(world.mod.id), exempt_roles=frozenset({role.id})
    )
    text = await exported(world)
    there = Elsewhere(world)
    await world.env.settle()
    told = private(await there.take(text))
    assert "#gallery" in told and "@poets" in told
    guild = GuildId(there.guild.id)
    layers = await world.app.desk.layers(guild)
    assert [(layer.level, layer.house.gallery) for layer in layers] == [(Level.GUILD, None)]
    _, first = await world.app.rules.rule(guild, 1)
    assert not first.exempt_channels and not first.exempt_roles


async def test_what_comes_back_to_its_own_server_stays_armed(world: World) -> None:
    await house(world)
    text = await exported(world)
    told = private(await world.mod.slash(world.general, "settings import", file=("s.json", text.encode())))
    assert "Rules: 0 new, 0 changed, 0 taken away; lines: 0" in told
    stored, _ = await world.app.rules.rule(GuildId(world.guild.id), 1)
    assert stored.mode is Mode.ARMED


async def test_an_import_is_one_step_that_undo_takes_back_whole_and_gives_again(world: World) -> None:
    await house(world)
    before = await exported(world)
    empty = json.dumps(
        {"renga": "settings", "version": 1, "guild": str(world.guild.id), "layers": [], "filters": {}}
    )
    assert "3 taken away; lines: 2" in await imported(world, empty)
    guild = GuildId(world.guild.id)
    assert not await world.app.rules.rules(guild) and not await world.app.rules.lines(guild)
    told = private(await world.mod.slash(world.general, "settings undo"))
    assert "no lights is armed now" in told and "plain and wry" in told
    after = json.loads(await exported(world))
    assert after == json.loads(before)
    assert "do not allow" in private(await world.ana.slash(world.general, "poem", topic="a lantern"))
    await world.mod.slash(world.general, "settings undo")
    assert not await world.app.rules.rules(guild) and not await world.app.desk.layers(guild)


async def test_a_file_without_rules_leaves_the_rules_alone(world: World) -> None:
    await house(world)
    await imported(world, '{"renga": "settings", "version": 1, "layers": []}')
    assert len(await world.app.rules.rules(GuildId(world.guild.id))) == 3


async def test_a_rule_that_would_break_a_line_is_not_armed_with_the_others(world: World) -> None:
    await house(world)
    given = json.loads(await exported(world))
    given["filters"]["rules"].append({"kind": "words", "terms": ["land"], "mode": "armed", "name": "no land"})
    given["filters"]["rules"].append({"kind": "words", "terms": ["sea"], "mode": "armed", "name": "no sea"})
    result = await world.mod.slash(
        world.general, "settings import", file=("s.json", json.dumps(given).encode())
    )
    told = private(await world.mod.click(shown(result), label="Arm them"))
    assert "Armed: no sea" in told and "Not armed" in told and "no land" in told
    again = await world.mod.click(shown(result), label="Arm them")
    assert "Nothing waits" in private(again)


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        ([], "filters"),
        ({"rules": 3}, "filters"),
        ({"rules": [{"kind": "magic"}]}, "magic"),
        ({"rules": [{"kind": "words", "terms": ["a"], "colour": 1}]}, "colour"),
        ({"rules": [{"kind": "patterns", "patterns": ["(?=a)b"]}]}, ""),
        ({"rules": [{"kind": "words", "terms": ["*"]}]}, ""),
        ({"rules": [{"kind": "words", "terms": ["a"], "name": "n" * 61}]}, "60"),
        ({"rules": [{"kind": "words", "terms": ["a"]}] * 251}, "250"),
        ({"lines": [{"text": "x" * 1_001}]}, "1000"),
        ({"rules": [{"kind": "words", "terms": ["x" * 59_000] * 3}]}, ""),
    ],
)
async def test_bad_rules_in_a_file_change_nothing_at_all(world: World, filters: object, told: str) -> None:
    await house(world)
    before = await exported(world)
    text = json.dumps({"renga": "settings", "version": 1, "layers": [], "filters": filters})
    answer = await imported(world, text)
    assert told in answer and "Taken over" not in answer
    assert await exported(world) == before


async def test_the_rules_of_an_exported_file_are_a_rule_file(world: World) -> None:
    await house(world)
    found = read_rules(json.dumps(json.loads(await exported(world))["filters"]))
    assert [one.kind for one in found.rules] == [Kind.WORDS, Kind.WORDS, Kind.CATEGORIES]
    assert [(line.text, line.blocked) for line in found.lines] == [
        ("a l4ntern", True),
        ("the land turns", False),
    ]


# --- changes of rules taken back ------------------------------------------------------------------


async def undo(world: World) -> str:
    return private(await world.mod.slash(world.general, "filter undo"))


async def test_each_change_of_a_rule_is_taken_back_and_given_again(world: World) -> None:
    guild, by = GuildId(world.guild.id), MemberId(world.mod.id)
    await armed(world, name="lights")
    await world.app.rules.change(guild, 1, Rule("", Kind.WORDS, terms=("candle",), name="lights"), by=by)
    assert "lights is armed now" in await undo(world)
    stored, found = await world.app.rules.rule(guild, 1)
    assert found.terms == ("lantern",) and stored.mode is Mode.ARMED
    assert "in shadow" in await undo(world)
    _, found = await world.app.rules.rule(guild, 1)
    assert found.terms == ("candle",)


async def test_a_removed_rule_comes_back_as_armed_as_it_was(world: World) -> None:
    await armed(world)
    await world.mod.slash(world.general, "filter remove", rule=1)
    assert await world.poem(topic="a lantern")
    await undo(world)
    assert "do not allow" in private(await world.ana.slash(world.general, "poem", topic="a lantern"))
    entries = await world.app.store.moderation.entries(world.guild.id)
    assert next(one for one in entries if one.act == "rule taken back").actor == world.mod.id


async def test_arming_is_taken_back_and_so_is_a_new_rule(world: World) -> None:
    await armed(world)
    assert "in shadow now" in await undo(world)
    assert await world.poem(topic="a lantern")
    assert "armed now" in await undo(world)


async def test_lines_are_taken_back_too(world: World) -> None:
    await world.mod.slash(world.general, "filter must", what="block", text="a lantern")
    assert "is gone" in await undo(world)
    assert not await world.app.rules.lines(GuildId(world.guild.id))
    await undo(world)
    (line,) = await world.app.rules.lines(GuildId(world.guild.id))
    assert (line.text, line.wanted) == ("a lantern", True)
    await world.mod.slash(world.general, "filter lines", remove=line.id)
    await undo(world)
    assert len(await world.app.rules.lines(GuildId(world.guild.id))) == 1


async def test_a_rule_does_not_come_back_armed_against_a_line(world: World) -> None:
    await armed(world)
    await world.mod.slash(world.general, "filter rule", rule=1, mode="shadow")
    await world.app.store.rules.put_line(
        GuildId(world.guild.id),
        StoredLine(id=0, text="a lantern", wanted=False, by=MemberId(1)),
        Entry(at=world.app.clock(), act="noise"),
    )
    assert "a lantern" in await undo(world)
    stored, _ = await world.app.rules.rule(GuildId(world.guild.id), 1)
    assert stored.mode is Mode.SHADOW


async def test_with_nothing_changed_there_is_nothing_to_take_back(world: World) -> None:
    assert "No rule and no line was changed" in await undo(world)
