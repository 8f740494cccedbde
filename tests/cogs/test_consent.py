"""Right-click commands, and consent before somebody else's text is revised."""

import pytest

from tests.cogs.world import World, private


async def test_who_wrote_this_on_a_work_and_on_a_plain_message(world: World) -> None:
    poem = await world.poem()
    told = private(await world.ben.context_menu(world.general, "Who wrote this?", poem))
    assert "wrote 100 %" in told
    plain = await world.ana.send(world.general, "my own line")
    told = private(await world.ben.context_menu(world.general, "Who wrote this?", plain))
    assert f"<@{world.ana.id}>" in told and "plain message" in told


async def test_ones_own_message_is_revised_at_once_and_stays_ones_own(world: World) -> None:
    world.model.say("dark snow falls")
    plain = await world.ana.send(world.general, "bright snow falls")
    form = await world.ana.context_menu(world.general, "Revise this", plain)
    await world.ana.submit_modal(form, {"instruction": "darker"})
    shown = world.last()
    assert "dark snow falls" in shown.content
    works = await world.app.works.recent(world.guild.id, world.ana.id)
    first = await world.app.works.take(world.guild.id, works[0].id, 1)
    assert first.text == "bright snow falls" and all(span.model is None for span in first.spans)


async def test_anothers_message_is_revised_only_when_they_accept(world: World) -> None:
    world.model.say("dark snow falls")
    plain = await world.ana.send(world.general, "bright *snow* falls")
    form = await world.ben.context_menu(world.general, "Revise this", plain)
    await world.ben.submit_modal(form, {"instruction": "darker @everyone"})
    question = world.last()
    assert "bright \\*snow\\* falls" in question.content and world.labels(question) == ["Accept", "Decline"]
    assert not world.model.requests
    assert not await world.app.works.recent(world.guild.id, world.ana.id)  # nothing is kept yet
    assert "belongs to somebody else" in private(await world.ben.click(question, label="Accept"))
    assert not world.model.requests
    await world.ana.click(question, label="Accept")
    assert "dark snow falls" in world.latest(question).content
    work = (await world.app.works.recent(world.guild.id, world.ana.id))[0]
    assert (await world.app.works.take(world.guild.id, work.id, 1)).text == "bright *snow* falls"
    assert not await world.app.works.recent(world.guild.id, world.ben.id)


async def test_declined_is_declined(world: World) -> None:
    plain = await world.ana.send(world.general, "bright snow falls")
    form = await world.ben.context_menu(world.general, "Revise this", plain)
    await world.ben.submit_modal(form, {"instruction": "darker"})
    question = world.last()
    await world.ana.click(question, label="Decline")
    assert "declined" in world.latest(question).content and not world.labels(question)
    assert not world.model.requests
    assert not await world.app.works.recent(world.guild.id, world.ana.id)


async def test_whoever_asked_can_withdraw_and_nobody_else_can_answer(world: World) -> None:
    plain = await world.ana.send(world.general, "bright snow falls")
    form = await world.ben.context_menu(world.general, "Revise this", plain)
    await world.ben.submit_modal(form, {"instruction": "darker"})
    question = world.last()
    assert "belongs to somebody else" in private(await world.mod.click(question, label="Decline"))
    await world.ben.click(question, label="Decline")
    assert "Withdrawn" in world.latest(question).content


async def test_a_question_about_a_work_is_answered_by_its_author_and_who_asked_alone(world: World) -> None:
    poem = await world.poem()
    form = await world.ben.context_menu(world.general, "Revise this", poem)
    await world.ben.submit_modal(form, {"instruction": "darker"})
    question = world.last()
    for label in ("Accept", "Decline"):
        assert "belongs to somebody else" in private(await world.mod.click(question, label=label))
    await world.ana.click(question, label="Decline")
    assert "declined" in world.latest(question).content and len(world.model.requests) == 1


async def test_consent_outlives_a_restart(world: World) -> None:
    world.model.say("dark snow falls")
    plain = await world.ana.send(world.general, "bright snow falls")
    form = await world.ben.context_menu(world.general, "Revise this", plain)
    await world.ben.submit_modal(form, {"instruction": "darker"})
    question = world.last()
    await world.restart()
    await world.ana.click(question, label="Accept")
    assert "dark snow falls" in world.latest(question).content


async def test_anothers_work_by_right_click_asks_its_author(world: World) -> None:
    world.model.say("bright snow falls").say("dark snow falls")
    poem = await world.poem()
    form = await world.ben.context_menu(world.general, "Revise this", poem)
    await world.ben.submit_modal(form, {"instruction": "darker"})
    question = world.last()
    assert world.labels(question) == ["Accept", "Decline"] and len(world.model.requests) == 1
    assert "belongs to somebody else" in private(await world.ben.click(question, label="Accept"))
    await world.restart()
    await world.ana.click(question, label="Accept")
    assert "dark snow falls" in world.latest(question).content
    assert "dark snow falls" in world.latest(poem).content  # the first card shows what stands now
    works = await world.app.works.recent(world.guild.id, world.ana.id)
    assert len(works) == 1 and works[0].take == 2


async def test_nor_about_a_work_of_theirs(world: World) -> None:
    poem = await world.poem()
    await world.app.desk.set_member(world.guild.id, world.ana.id, revise="never")
    form = await world.ben.context_menu(world.general, "Revise this", poem)
    result = await world.ben.submit_modal(form, {"instruction": "darker"})
    assert "does not wish" in private(result)
    assert len(world.model.requests) == 1 and len(world.public_texts()) == 1


async def test_a_member_who_said_never_is_not_asked(world: World) -> None:
    await world.app.desk.set_member(world.guild.id, world.ana.id, revise="never")
    plain = await world.ana.send(world.general, "bright snow falls")
    form = await world.ben.context_menu(world.general, "Revise this", plain)
    told = private(await world.ben.submit_modal(form, {"instruction": "darker"}))
    assert "does not wish" in told and "darker" in told


async def test_remix_this_on_a_work_and_on_anothers_message(world: World) -> None:
    world.model.say("bright snow falls").say("rain instead")
    poem = await world.poem()
    form = await world.ben.context_menu(world.general, "Remix this", poem)
    await world.ben.submit_modal(form, {"instruction": "with rain"})
    assert "rain instead" in world.last().content
    plain = await world.ana.send(world.general, "my own line")
    form = await world.ben.context_menu(world.general, "Remix this", plain)
    told = private(await world.ben.submit_modal(form, {"instruction": "with rain"}))
    assert "asks the writer" in told


async def test_brought_along_only_ones_own_messages_can_be_used(world: World) -> None:
    world.brought_along.add(world.ben.id)
    plain = await world.ana.send(world.general, "my own line")
    result = await world.ben.context_menu(world.general, "Revise this", plain)
    assert result.modal is None and "only on your own messages" in private(result)


@pytest.mark.parametrize("instruction", ["\u200b\u200b", "   "])
async def test_an_empty_instruction_is_refused_privately(world: World, instruction: str) -> None:
    poem = await world.poem()
    form = await world.ana.click(poem, label="Revise…")
    assert private(await world.ana.submit_modal(form, {"instruction": instruction}))
    assert len(world.model.requests) == 1
