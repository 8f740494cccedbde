"""Right-click: the message commands there are, and *Renga…*, the menu in which features put themselves."""

from __future__ import annotations

import discord
import pytest

from bot.client import Renga
from bot.i18n.slash import SlashTranslator
from bot.i18n.text import translate
from cogs.ui.message_more import MessageFeature, OnMessage
from cogs.ui.reply import tell
from cogs.ui.studio import studio_of
from tests.cogs.world import World, private

PLACES = 5
"""Message commands that discord.py lets a bot have."""


async def test_right_click_has_a_place_left_and_every_name_fits_in_every_language(world: World) -> None:
    tree = world.bot.tree
    menus = tree.get_commands(type=discord.AppCommandType.message)
    told = [await one.get_translated_payload(tree, SlashTranslator()) for one in menus]
    assert len(told) < PLACES
    names = [[one["name"], *one["name_localizations"].values()] for one in told]
    assert all(1 <= len(name) <= 32 and name.strip() == name for both in names for name in both)
    for lang in range(2):
        assert len({both[lang] for both in names}) == len(names)
    assert any(both[:2] == ["Renga…", "连歌…"] for both in names)


@pytest.mark.parametrize(("locale", "lang"), [("en-US", "en"), ("zh-CN", "zh")])
async def test_the_menu_is_private_in_the_readers_language_and_offers_what_fits(
    world: World, locale: str, lang: str
) -> None:
    world.locales[world.ana.id] = locale
    said = await world.ben.send(world.general, "the old pond")
    offered = await world.ana.context_menu(world.general, "Renga…", said)
    private(offered)
    (menu,) = offered.response.components[0]["components"]
    assert [option["label"] for option in menu["options"]] == [
        translate("on_message.check", lang),  # type: ignore[arg-type]
        translate("on_message.critique", lang),  # type: ignore[arg-type]
    ]
    assert all(0 < len(option["description"]) <= 100 for option in menu["options"])


async def test_nothing_is_offered_for_a_message_without_words(world: World) -> None:
    empty = await world.ben.send(world.general, "", attachments=[("frog.png", b"frog")])
    refused = await world.ana.context_menu(world.general, "Renga…", empty)
    assert translate("refused.nothing_with_message", "en") in private(refused)


async def test_a_feature_comes_with_one_entry_and_goes_again(world: World) -> None:
    async def count(interaction: discord.Interaction[Renga], message: discord.Message) -> None:
        await tell(interaction, f"{len(message.content)} letters")

    features = studio_of(world.bot).on_message

    def offered_on_words(on: OnMessage) -> bool:
        return on.message.content != ""

    features.add(
        MessageFeature(
            name="count", label="button.ink", about="button.ink", run=count, fits=offered_on_words, place=1
        )
    )
    said = await world.ben.send(world.general, "the old pond")
    assert "12 letters" in private(await world.on_message(world.ana, said, "count"))
    offered = await world.ana.context_menu(world.general, "Renga…", said)
    features.remove("count")
    gone = await world.ana.select(offered.response, ["count"])
    assert translate("refused.command_changed", "en")[:20] in private(gone)


async def test_after_a_restart_the_menu_says_to_right_click_again(world: World) -> None:
    said = await world.ben.send(world.general, "the old pond")
    offered = await world.ana.context_menu(world.general, "Renga…", said)
    await world.restart()
    told = private(await world.ana.select(offered.response, ["check"]))
    assert translate("refused.press_again", "en") in told
