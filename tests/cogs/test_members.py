"""What members read and set for themselves."""

import json
import re
from typing import Any

import discord
import pytest
from discord import AppCommandType, app_commands

from bot.backends.scripted import ScriptedBackend
from bot.settings import Settings
from tests.cogs.world import World, open_world, private


@pytest.mark.parametrize(("locale", "word"), [("en-US", "writes with you"), ("zh-CN", "一起写")])
async def test_help_has_three_things_to_press_and_the_rest_by_topic(
    world: World, locale: str, word: str
) -> None:
    commands = world.bot.tree.get_commands(type=AppCommandType.chat_input)
    world.locales |= {world.ana.id: locale, world.mod.id: locale}
    await world.restart()  # Discord is not told again, and the numbers of the commands are known all the same
    opened = await world.mod.slash(world.general, "help")
    assert opened.response is not None
    first = private(opened)
    assert word in first and len(first) < 500
    assert re.findall(r"</([^:]+):\d+>", first) == ["poem", "story start", "form check"]
    seen = first
    (menu,) = world.latest(opened.response).components[0]["components"]
    for option in menu["options"]:
        await world.mod.select(opened.response, [option["value"]])
        page = world.latest(opened.response).content
        assert option["label"] in page and len(page) < 1_900
        seen += page
    # Every command that is named can be sent: no group without its part.
    named = set(re.findall(r"</([^:]+):\d+>", seen))
    whole = {one.qualified_name for root in commands for one in _leaves(root)}
    assert named <= whole
    assert {root.name for root in commands} - {name.split()[0] for name in named} == {"help"}
    (others,) = (await world.ana.slash(world.general, "help")).response.components[0]["components"]
    assert "moderators" not in {option["value"] for option in others["options"]}


def _leaves(command: Any) -> list[Any]:
    if not isinstance(command, app_commands.Group):
        return [command]
    return [leaf for child in command.commands for leaf in _leaves(child)]


async def test_that_a_very_small_model_writes_is_said_once_a_day_to_each(settings: Settings) -> None:
    house = ScriptedBackend("local", models=("house",))
    async with open_world(settings.model_copy(update={"model": "local/house"}), model=house) as world:
        seen = [(await world.poem(who)).content for who in (world.ana, world.ana, world.ben, world.ana)]
        said = ["A very small model wrote this" in content for content in seen]
        assert said == [True, False, True, False]
        assert re.search(r"</help:\d+> says how", seen[0])
        assert "RENGA_LOCAL_MODELS" in private(await world.ana.slash(world.general, "help"))
    large = ScriptedBackend("local", models=("house", "large"))
    settings = settings.model_copy(update={"database": f"{settings.database}.other"})
    async with open_world(settings.model_copy(update={"model": "local/house"}), model=large) as world:
        assert re.search(r"</model list:\d+> has larger ones", (await world.poem()).content)


async def test_model_list_says_who_answers_here(world: World) -> None:
    told = private(await world.ana.slash(world.general, "model list"))
    assert "Answers here: scripted/scripted" in told and "runs on this machine" in told


async def test_own_style_joins_the_prompt_and_goes_again(world: World) -> None:
    await world.ana.slash(world.general, "style", text="short *sharp* lines")
    await world.poem()
    assert "short *sharp* lines" in world.model.requests[-1].messages[0].text
    await world.ana.slash(world.general, "style")
    await world.poem()
    assert "sharp" not in world.model.requests[-1].messages[0].text


async def test_drafts_lead_back_to_private_works(world: World) -> None:
    world.model.say("hidden words")
    await world.ana.slash(world.general, "poem", topic="first snow", private=True)
    listed = await world.ana.slash(world.general, "drafts")
    assert "first snow" in private(listed) and listed.response is not None
    works = await world.app.works.recent(world.guild.id, world.ana.id)
    await world.ana.select(listed.response, [str(works[0].id)])
    assert "hidden words" in world.latest(listed.response).content
    assert "no works here yet" in private(await world.ben.slash(world.general, "drafts"))


async def test_credits_without_a_number_are_of_the_newest_and_private_works_stay_private(
    world: World,
) -> None:
    await world.ana.slash(world.general, "poem", topic="first snow", private=True)
    assert "first snow" in private(await world.ana.slash(world.general, "credits"))
    work = (await world.app.works.recent(world.guild.id, world.ana.id))[0]
    assert "not here" in private(await world.ben.slash(world.general, "credits", work=f"#{work.id}"))
    assert "no number" in private(await world.ben.slash(world.general, "credits", work="snow"))


async def test_export_gives_everything_as_a_file(world: World) -> None:
    world.model.say("bright snow falls")
    await world.poem()
    result = await world.ana.slash(world.general, "privacy export")
    assert result.response is not None and result.response.ephemeral
    data = world.env.backend.cdn.get(result.response.attachments[0].url)
    assert data is not None and "bright snow falls" in json.dumps(json.loads(data), ensure_ascii=False)


async def test_forget_asks_erases_and_redraws(world: World) -> None:
    world.model.say("bright snow falls")
    poem = await world.poem()
    asked = await world.ana.slash(world.general, "privacy forget")
    assert asked.response is not None and "cannot be undone" in private(asked)
    await world.restart()
    await world.ana.click(asked.response, label="Erase it all")
    assert "Erased" in world.latest(asked.response).content
    assert "bright snow" not in world.latest(poem).content
    assert await world.app.store.ledger.verify(world.guild.id) is None


async def test_usage_in_direct_messages_shows_only_ones_own(world: World) -> None:
    result = await world.ana.user.slash("usage")
    assert "You: 0 of" in private(result) and "This server" not in private(result)


async def test_consent_is_shown_set_and_obeyed(world: World) -> None:
    shown = private(await world.ana.slash(world.general, "privacy consent"))
    assert "has to ask you" in shown and "may be remixed" in shown
    told = private(
        await world.ana.slash(
            world.general, "privacy consent", revise="never", remix="never", elsewhere=False
        )
    )
    assert "Nobody may ask" in told and "not to be remixed" in told and "stay on this machine" in told
    poem = await world.poem()
    form = await world.ben.click(poem, label="Remix")
    assert "does not wish to be remixed" in private(await world.ben.submit_modal(form, {"instruction": "x"}))
    form = await world.ben.click(poem, label="Edit")
    assert "does not wish to be remixed" in private(await world.ben.submit_modal(form, {"text": "mine"}))
    assert len(world.public_texts()) == 1
    assert world.model.requests[0].local_only


async def test_a_thread_inherits_from_its_channel(world: World) -> None:
    await world.mod.slash(world.general, "settings style", text="lush and slow", channel=world.general)
    with world.env._bot_scope():
        channel = world.bot.get_channel(world.general.id)
        assert isinstance(channel, discord.TextChannel)
        made = await channel.create_thread(name="lighthouse", type=discord.ChannelType.public_thread)
    world.env.backend.http_requests.pop()  # the test's own
    await world.env.settle()
    thread = next(thread for thread in world.general.threads if thread.id == made.id)
    result = await world.ana.slash(thread, "poem", topic="first snow")
    assert result.response is not None and "first snow" in result.response.content
    assert "lush and slow" in world.model.requests[-1].messages[0].text
    work = (await world.app.works.recent(world.guild.id, world.ana.id))[0]
    assert work.place.channel == world.general.id and work.place.thread == thread.id
