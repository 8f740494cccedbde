"""Settings and the doctor: for moderators alone, looked up when they run (P9)."""

import discord
import pytest
from simcord.backend.errors import SetupError

from bot.i18n.text import translate
from bot.ids import LANGUAGES, Lang
from bot.permissions import PERMISSIONS, lacking
from tests.cogs.world import World, private

SETTINGS = [
    ("settings show", {}),
    ("settings style", {"text": "wry"}),
    ("settings model", {"model": "scripted/scripted"}),
    ("settings language", {"language": "zh"}),
    ("settings local-only", {"on": True}),
    ("settings gallery", {}),
    ("settings licence", {"licence": "CC BY 4.0"}),
    ("settings quota", {"member-requests": 5}),
    ("settings undo", {}),
    ("settings export", {}),
    ("settings import", {"file": ("settings.json", b"{}")}),
    ("doctor", {}),
]


@pytest.mark.parametrize(("name", "options"), SETTINGS)
async def test_members_are_refused_even_when_discord_shows_them_the_command(
    world: World, name: str, options: dict[str, object]
) -> None:
    with pytest.raises(SetupError):  # Discord does not offer it
        await world.ana.slash(world.general, name, **options)
    command = next(
        command for command in await world.bot.tree.fetch_commands() if command.name == name.split()[0]
    )
    world.guild.set_command_permissions(command, {world.ana: True})
    assert "manage the server" in private(await world.ana.slash(world.general, name, **options))
    _, layers = await world.app.store.house.layers(world.guild.id)
    assert not layers


@pytest.mark.parametrize(("name", "options"), SETTINGS)
async def test_moderators_are_answered_privately(world: World, name: str, options: dict[str, object]) -> None:
    assert private(await world.mod.slash(world.general, name, **options))


async def test_a_channels_settings_win_over_the_servers_and_say_where_they_come_from(world: World) -> None:
    await world.mod.slash(world.general, "settings style", text="plain and wry")
    await world.mod.slash(world.general, "settings style", text="lush", channel=world.gallery)
    here = private(await world.mod.slash(world.general, "settings show"))
    there = private(await world.mod.slash(world.general, "settings show", channel=world.gallery))
    assert "plain and wry (from the server)" in here
    assert "lush (from the channel)" in there
    await world.poem()
    assert "plain and wry" in world.model.requests[-1].messages[0].text


async def test_a_change_can_be_undone(world: World) -> None:
    await world.mod.slash(world.general, "settings language", language="zh")
    await world.mod.slash(world.general, "settings undo")
    shown = private(await world.mod.slash(world.general, "settings show"))
    assert "as the author reads" in shown


async def test_an_unknown_model_is_refused(world: World) -> None:
    told = private(await world.mod.slash(world.general, "settings model", model="scripted/none"))
    assert "Nobody here offers" in told


async def test_a_quota_is_enforced_before_anything_is_public(world: World) -> None:
    await world.mod.slash(world.general, "settings quota", **{"member-requests": 1})
    await world.poem()
    first = await world.ana.slash(world.general, "poem", topic="again")
    assert "used up today's requests" in private(first)
    second = await world.ana.slash(world.general, "poem", topic="again")
    assert not second.deferred and "used up" in private(second)
    assert len(world.public_texts()) == 1
    told = private(await world.ana.slash(world.general, "usage"))
    assert "1 of 1 requests" in told


async def test_a_style_that_is_too_long_is_refused_and_given_back(world: World) -> None:
    result = await world.mod.slash(world.general, "settings style", text="x" * 2_000)
    assert "too long" in private(result)


async def test_the_doctor_names_what_is_missing_here_as_discord_does(world: World) -> None:
    told = private(await world.mod.slash(world.general, "doctor"))
    assert "scripted/scripted answers here" in told
    assert "All permissions" in told
    denied = discord.PermissionOverwrite(send_messages=False, read_message_history=False)
    assert world.bot.user is not None
    shut = world.guild.create_text_channel("shut", overwrites={world.bot.user: denied})
    await world.env.settle()
    assert "Missing in this channel: Send Messages, Read Message History." in private(
        await world.mod.slash(shut, "doctor")
    )
    refused = await world.mod.slash(world.general, "settings gallery", channel=shut)
    assert "Missing there: Send Messages, Embed Links, Attach Files, Read Message History." in private(
        refused
    )
    world.locales[world.mod.id] = "zh-CN"
    assert "本频道缺少：发送消息、阅读消息历史记录。" in private(await world.mod.slash(shut, "doctor"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_permission_that_the_bot_needs_has_its_name(lang: Lang) -> None:
    needed = [name for name, wanted in PERMISSIONS if wanted]
    assert lacking(discord.Permissions.none(), lang).count(translate("text.and", lang)) == len(needed) - 1
    assert not lacking(discord.Permissions(administrator=True), lang)
    assert not lacking(PERMISSIONS, lang)


async def test_works_are_for_guilds_settings_are_not_for_direct_messages(world: World) -> None:
    with pytest.raises(SetupError):
        await world.mod.user.slash("settings show")
