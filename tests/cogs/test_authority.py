"""Ids of buttons are authorised when they are pressed, whoever sends them from wherever (P27)."""

import re

import pytest
from simcord.actors import MemberActor
from simcord.enums import ComponentType, InteractionType
from simcord.results import InteractionResult

from bot.works import WorkState
from cogs.ui.items import ACTIONS, WorkButton
from tests.cogs.test_works import work_of
from tests.cogs.world import Message, World, private


async def replay(world: World, who: MemberActor, message: Message, custom_id: str) -> InteractionResult:
    """A press with an id that is not on the message: only a forged client sends that."""
    stored = world.env.backend.get_message(world.general.id, message.id)
    for row in stored.components:
        for child in row["components"]:
            child["custom_id"] = custom_id
            break
        break
    record = world._emit(
        who,
        InteractionType.MESSAGE_COMPONENT,
        {"custom_id": custom_id, "component_type": ComponentType.BUTTON},
        {"message": world.payload(stored)},
        source=stored.id,
    )
    await world.env.settle()
    return InteractionResult(world.env, record)


@pytest.mark.parametrize("action", sorted(ACTIONS))
async def test_a_replayed_id_of_anothers_work_changes_nothing_of_it(world: World, action: str) -> None:
    world.model.say("hidden words").say("other words")
    hidden = await world.ana.slash(world.general, "poem", topic="first snow", private=True)
    assert hidden.response is not None
    work = work_of(hidden.response, world)
    own = await world.poem(world.ben, topic="old pond")
    before = len(world.model.requests)
    result = await replay(world, world.ben, own, f"renga:w:{action}:{work}:1")
    if result.modal is not None and action != "upload":
        await world.ben.submit_modal(result, {"instruction": "repeat it"})
    assert "hidden words" not in str(result.modal)
    assert not any("hidden" in message.content for message in result.followups)
    assert len(world.model.requests) == before
    kept = await world.app.works.work(world.guild.id, work)
    assert kept.state is WorkState.OPEN and kept.take == 1
    assert not any("hidden words" in text for text in world.public_texts())


async def test_an_id_from_another_guild_finds_nothing(world: World) -> None:
    world.model.say("first words").say("other words")
    first = await world.poem()
    work = work_of(first, world)
    other = world.env.create_guild("Other")
    channel = other.create_text_channel("general")
    eve = other.add_member(world.env.create_user("eve"))
    result = await eve.slash(channel, "poem", topic="old pond")
    assert result.response is not None
    stored = world.env.backend.get_message(channel.id, result.response.id)
    stored.components[0]["components"][0]["custom_id"] = f"renga:w:credits:{work}:1"
    pressed = await eve.click(result.response, custom_id=f"renga:w:credits:{work}:1")
    told = private(pressed)
    assert "first words" not in told and "not here any more" in told


async def test_forgetting_is_for_the_member_alone(world: World) -> None:
    asked = await world.ana.slash(world.general, "privacy forget")
    assert asked.response is not None
    await world.poem()
    own = await world.poem(world.ben, topic="old pond")
    result = await replay(world, world.ben, own, f"renga:p:forget:{world.ana.id}:everywhere")
    assert "belongs to somebody else" in private(result)
    assert await world.app.works.recent(world.guild.id, world.ana.id)


def test_ids_hold_no_secret_and_fit() -> None:
    for action in ACTIONS:
        item = WorkButton(action, 10**17, 10**8)  # type: ignore[arg-type]
        assert len(item.custom_id) <= 100
        assert re.fullmatch(r"renga:w:[a-z-]+:[0-9]+:[0-9]+", item.custom_id)


async def test_a_card_keeps_to_the_limits_of_components(world: World) -> None:
    world.model.say("first").say("second").say("third")
    result = await world.ana.slash(world.general, "poem", topic="x", private=True)
    assert result.response is not None
    for instruction in ("darker", "brighter"):
        form = await world.ana.click(result.response, label="Revise…")
        await world.ana.submit_modal(form, {"instruction": instruction})
    rows = world.latest(result.response).components
    assert len(rows) <= 5 and all(len(row["components"]) <= 5 for row in rows)
    labels = [button["label"] for row in rows for button in row["components"]]
    assert {"Share", "◀", "3/3", "▶"} <= set(labels)
    offered = await world.offered(world.ana, result.response)
    assert "Show changes" in offered and "Blind vote" not in offered
    menu = world.latest(result.response)  # the menu is under the same card: only they see it
    assert "third" in menu.content and len(menu.components) == 3
