"""P9: what is for moderators looks for itself whether they are one: every command, button, menu and form.

Discord hides commands, and offers nobody a message that is for somebody else; a
forged client sends what it likes.  What is new is found here by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import discord
import pytest
from discord import app_commands
from simcord.enums import InteractionType

from bot.ids import GuildId, MemberId
from bot.moderation.records import ReviewState
from bot.moderation.rules import Mode
from cogs.ui.settings_filter_group import filters
from cogs.ui.settings_group import settings
from tests.cogs.test_authority import replay
from tests.cogs.test_moderation import armed, put, rule
from tests.cogs.test_review import held
from tests.cogs.world import World, private

REFUSED = ("manage the server", "moderators")

GIVEN = {
    discord.AppCommandOptionType.string: "block",
    discord.AppCommandOptionType.integer: 1,
    discord.AppCommandOptionType.boolean: True,
}
"""What an option is given that must be."""


def commands(group: app_commands.Group[Any, ..., Any] | Any) -> Iterator[app_commands.Command[Any, ..., Any]]:
    for command in group.commands:
        yield from commands(command) if isinstance(command, app_commands.Group) else (command,)


def options_of(command: Any) -> dict[str, object]:
    """Everything that a command must be given."""
    return {
        str(one.display_name): one.choices[0].value if one.choices else GIVEN[one.type]
        for one in command.parameters
        if one.required and one.type in GIVEN
    }


async def state(world: World) -> object:
    """Everything that a moderator can change."""
    guild = GuildId(world.guild.id)
    rules = [(one.id, one.body, one.mode) for one, _ in await world.app.rules.rules(guild)]
    lines = [(line.id, line.text, line.wanted) for line in await world.app.rules.lines(guild)]
    reviews = [(one.id, one.state, one.claimant) for one in await world.app.reviews.waiting(guild)]
    return await world.app.desk.layers(guild), rules, lines, reviews


async def house(world: World) -> None:
    """Something of everything: a setting, a rule that is armed and one that is not, a line, a held text."""
    await put(world, "voice", "plain")
    await armed(world, "sword", "hold")
    await rule(world, "lantern")
    await world.mod.slash(world.general, "filter must", what="block", text="a sword")
    await held(world, topic="a sword")


EVERY = [*commands(settings), *commands(filters)]


@pytest.mark.parametrize("command", EVERY, ids=lambda command: command.qualified_name)
async def test_p9_every_command_of_moderators_refuses_members(world: World, command: Any) -> None:
    await house(world)
    before = await state(world)
    root = next(
        one for one in await world.bot.tree.fetch_commands() if one.name == command.qualified_name.split()[0]
    )
    world.guild.set_command_permissions(root, {world.ben: True})
    given = options_of(command)
    if "file" in given or any(one.type.name == "attachment" for one in command.parameters):
        given["file"] = ("x.json", b'{"renga": "settings", "version": 1, "layers": [], "filters": {}}')
    told = private(await world.ben.slash(world.general, command.qualified_name, **given))
    assert any(word in told for word in REFUSED), told
    assert await state(world) == before


BUTTONS = [
    *(f"renga:g:{action}:g0:style" for action in ("try", "save", "drop", "history", "undo", "export")),
    *(f"renga:g:{action}:g0:style" for action in ("import", "panel", "server")),
    *(f"renga:g:{action}:g0:filters" for action in ("write", "automod", "queue")),
    "renga:g:set:g0:voice",
    *(f"renga:f:{action}:1" for action in ("arm", "rest", "off", "try", "edit", "remove")),
    "renga:fa:arm",
    *(f"renga:v:{action}:$review" for action in ("claim", "approve", "reject", "change")),
]


@pytest.mark.parametrize("custom_id", BUTTONS)
async def test_p9_every_button_of_moderators_refuses_members(world: World, custom_id: str) -> None:
    await house(world)
    (review,) = await world.app.reviews.waiting(GuildId(world.guild.id))
    message = await world.poem(world.ben)
    before = await state(world)
    told = private(await replay(world, world.ben, message, custom_id.replace("$review", str(review.id))))
    assert any(word in told for word in REFUSED), told
    assert await state(world) == before


MENUS = [
    ("renga:gm:page:g0:style", "models"),
    ("renga:gm:scope:g0:style", "0"),
    ("renga:gm:change:g0:style", "1"),
    ("renga:gm:rule:g0:filters", "1"),
    *((f"renga:fm:{field}:1", value) for field, value in (("action", "flag"), ("severity", "1"))),
    *((f"renga:fm:{field}:1", "5") for field in ("roles", "channels")),
]


def test_p9_every_item_of_moderators_is_tried(world_of_items: list[type[Any]]) -> None:
    """Whoever adds one adds it above."""
    tried = [*BUTTONS, *(custom_id for custom_id, _ in MENUS)]
    for item in world_of_items:
        pattern = item.__discord_ui_compiled_template__
        assert any(pattern.fullmatch(one.replace("$review", "7")) for one in tried), item


@pytest.fixture
def world_of_items() -> list[type[Any]]:
    """Every lasting item whose module is of settings or reviews, and is no writer's own."""
    from cogs.ui.items import LastingItem

    def all_of(kind: type[Any]) -> Iterator[type[Any]]:
        for one in kind.__subclasses__():
            yield one
            yield from all_of(one)

    found = {
        one for one in all_of(LastingItem) if ".settings_" in one.__module__ or ".review_" in one.__module__
    }
    return [
        one
        for one in found
        if one.__name__ != "DraftButton" and hasattr(one, "__discord_ui_compiled_template__")
    ]


@pytest.mark.parametrize(("custom_id", "value"), MENUS)
async def test_p9_every_menu_of_moderators_refuses_members(world: World, custom_id: str, value: str) -> None:
    await house(world)
    message = await world.poem(world.ben)
    before = await state(world)
    stored = world.env.backend.get_message(world.general.id, message.id)
    option = {"label": value, "value": value}
    menu = {"type": 3, "custom_id": custom_id, "options": [option], "min_values": 1, "max_values": 1}
    stored.components = [{"type": 1, "components": [menu]}]
    record = world._emit(
        world.ben,
        InteractionType.MESSAGE_COMPONENT,
        {"custom_id": custom_id, "component_type": 3, "values": [value]},
        {"message": world.payload(stored)},
        source=stored.id,
    )
    await world.env.settle()
    told = world.told(record)
    assert any(word in told for word in REFUSED), told
    assert await state(world) == before


FORMS = [
    ("set:0:0", {"language": "zh"}),
    ("set:0:3", {"voice": "loud"}),
    ("style-try:0:0", {"topic": "rain", "voice": "loud"}),
    ("settings-file:0:0", {}),
    ("filter-add:0:5", {"name": "", "words": "candle", "allow": "", "reason": ""}),
    ("filter-edit:1:0", {"name": "x", "words": "candle", "allow": "", "reason": "", "days": ""}),
    ("review-reject:$review:0", {"note": "no"}),
    ("review-change:$review:0", {"note": "no"}),
]


@pytest.mark.parametrize(("form", "values"), FORMS)
async def test_p9_every_form_of_moderators_refuses_members(
    world: World, form: str, values: dict[str, str]
) -> None:
    await house(world)
    (review,) = await world.app.reviews.waiting(GuildId(world.guild.id))
    before = await state(world)
    fields = [
        {"type": 18, "component": {"type": 4, "custom_id": name, "value": value}}
        for name, value in values.items()
    ]
    data = {"custom_id": f"renga:m:{form}".replace("$review", str(review.id)), "components": fields}
    record = world._emit(world.ben, InteractionType.MODAL_SUBMIT, data, {})
    await world.env.settle()
    told = world.told(record)
    assert any(word in told for word in REFUSED), told
    assert await state(world) == before


async def test_p9_a_member_with_the_right_to_delete_messages_reviews_and_changes_nothing_else(
    world: World,
) -> None:
    await house(world)
    helper = world.guild.create_role("helper", permissions=discord.Permissions(manage_messages=True))
    zoe = world.guild.add_member(world.env.create_user("zoe"), roles=[helper])
    await world.env.settle()
    (review,) = await world.app.reviews.waiting(GuildId(world.guild.id))
    message = await world.poem(world.ben)
    await replay(world, zoe, message, f"renga:v:approve:{review.id}")
    await world.app.reviews.settled()
    assert (await world.app.reviews.review(GuildId(world.guild.id), review.id)).state is ReviewState.APPROVED
    told = private(await replay(world, zoe, await world.poem(world.ben), "renga:f:off:1"))
    assert "manage the server" in told
    stored, _ = await world.app.rules.rule(GuildId(world.guild.id), 1)
    assert stored.mode is Mode.ARMED and stored.by == MemberId(world.mod.id)
