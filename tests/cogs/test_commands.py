"""What Discord is told of the commands: all of it is as Discord wants it, in every language."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.i18n.slash import SlashTranslator
from bot.i18n.text import translate
from bot.settings import Settings
from tests.bot.prompting.test_art import LYRICS, written
from tests.cogs.command_limits import faults
from tests.cogs.world import World, open_world

VALID: dict[str, Any] = {
    "name": "poem",
    "name_localizations": {"zh-CN": "诗"},
    "description": "Write a poem",
    "type": 1,
    "options": [
        {"name": "topic", "description": "About what", "type": 3, "required": True, "max_length": 500},
        {
            "name": "length",
            "description": "How long",
            "type": 3,
            "name_localizations": {"zh-CN": "长短"},
            "choices": [{"name": "Short", "value": "short"}, {"name": "Long", "value": "long"}],
        },
    ],
}


async def payloads(world: World) -> list[dict[str, Any]]:
    """The commands as they are told to Discord."""
    tree = world.bot.tree
    return [dict(await one.get_translated_payload(tree, SlashTranslator())) for one in tree.get_commands()]


async def test_discord_would_take_every_command_in_every_language(world: World) -> None:
    told = await payloads(world)
    assert len(told) > 20
    assert not list(faults(told))


async def test_arts_of_ones_own_that_are_called_as_something_else_is_do_not_cost_the_commands(
    settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "prompts"
    shutil.copytree(settings.prompts_folder(), folder)
    art = LYRICS.replace("歌手", translate("command.option_topic", "zh")).replace("段数", "曲式")
    written(folder, art.replace("歌词", "故事"), "lyrics.toml")
    written(folder, art, "ballads.toml")
    written(folder, art, "carols.toml")
    async with open_world(settings.model_copy(update={"prompts": folder})) as world:
        told = await payloads(world)
    assert not list(faults(told))
    chinese = {one["name"]: one["name_localizations"]["zh-CN"] for one in told}
    assert (chinese["ballads"], chinese["carols"], chinese["lyrics"]) == ("歌词", "carols", "lyrics")


def option(**changed: Any) -> dict[str, Any]:
    return {"name": "form", "description": "A form", "type": 3, **changed}


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "Poem"},
        {"name": "po em"},
        {"name": "p" * 33},
        {"name_localizations": {"zh-CN": "写 诗"}},
        {"name_localizations": {"zh": "诗"}},
        {"description": ""},
        {"description_localizations": {"zh-CN": "诗" * 101}},
        {"options": [option(), option()]},
        {"options": [option(), option(name="kind", name_localizations={"zh-TW": "form"})]},
        {"options": [option(name=f"o{n}") for n in range(26)]},
        {"options": [option(), option(name="topic", required=True)]},
        {"options": [option(), option(name="sub", type=1)]},
        {"options": [option(name="a", type=1, options=[option(name="b", type=1)])]},
        {"options": [option(choices=[{"name": str(n), "value": str(n)} for n in range(26)])]},
        {"options": [option(choices=[{"name": "a", "value": "1"}, {"name": "a", "value": "2"}])]},
        {"options": [option(choices=[{"name": "a", "value": "1"}, {"name": "b", "value": "1"}])]},
        {"options": [option(choices=[{"name": "a", "value": "1"}], autocomplete=True)]},
        {"options": [option(choices=[{"name": "a" * 101, "value": "1"}])]},
        {"options": [option(max_length=0)]},
        {"options": [option(type=4, max_value=2**53)]},
        {
            "options": [
                option(name=f"o{n}", choices=[{"name": f"{m:<100}", "value": f"{m}"} for m in range(25)])
                for n in range(4)
            ]
        },
    ],
)
def test_each_limit_is_looked_at(changed: dict[str, Any]) -> None:
    assert not list(faults([VALID]))
    assert list(faults([copy.deepcopy(VALID) | changed]))


def test_two_commands_of_one_name_are_found_but_not_of_two_types() -> None:
    other = VALID | {"name": "verse", "name_localizations": {"zh-CN": "诗"}}
    assert any("zh-CN" in fault for fault in faults([VALID, other]))
    assert list(faults([VALID | {"name": f"p{n}", "name_localizations": {}} for n in range(101)]))
    assert not list(faults([VALID, {"name": "poem", "description": "", "type": 3}]))
