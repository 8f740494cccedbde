"""/form: a member's own poem checked, and the check of what a model wrote."""

from __future__ import annotations

from tests.cogs.world import World, private

HAIKU = "An old silent pond\nA frog jumps into the pond\nSplash! Silence again"


async def check(world: World, form: str, poem: str) -> str:
    asked = await world.ana.slash(world.general, "form check", form=form)
    assert asked.modal is not None
    return private(await world.ana.submit_modal(asked, {"form": form, "poem": poem}))


async def test_a_members_poem_is_checked_line_by_line_for_them_alone(world: World) -> None:
    told = await check(world, "haiku", HAIKU)
    assert "5-7-5 ✓" in told
    told = await check(world, "haiku", HAIKU.replace("old ", "very old "))
    assert "5-7-5 ✗" in told
    assert "too many or too few" in told


async def test_in_chinese(world: World) -> None:
    world.locales[world.ana.id] = "zh-CN"
    told = await check(world, "俳句", HAIKU.replace("again", "now"))
    assert "音节" in told and "应为 5" in told


async def test_a_form_described_and_one_that_is_none(world: World) -> None:
    told = await check(world, "AABB", "the cat\nthe hat\nthe dog\nthe log")
    assert "AABB ✓" in told
    refused = await world.ana.slash(world.general, "form check", form="nothing 🌸")
    assert "nothing" in private(refused)


async def test_nothing_in_a_poem_pings_or_formats(world: World) -> None:
    told = await check(world, "haiku", "@everyone **old** pond\n[x](https://x.example)\n`frog`")
    assert "@everyone" not in told.replace("@\u200beveryone", "")
    assert "[x](https" not in told


async def test_the_forms_are_listed_and_offered(world: World) -> None:
    assert "Haiku" in private(await world.ana.slash(world.general, "form list"))
    offered = await world.ana.autocomplete(world.general, "form check", "form", "sonn")
    assert {choice["value"] for choice in offered} >= {"sonnet-shakespearean", "sonnet-petrarchan"}


async def test_what_a_model_wrote_carries_its_mark(world: World) -> None:
    world.model.say(HAIKU)
    await world.ana.slash(world.general, "poem", topic="pond", form="haiku")
    shown = [message.content for message in world.env.backend.messages[world.general.id].values()]
    assert any("Haiku 5-7-5 ✓" in text for text in shown)
    world.model.say("one two three")
    await world.ana.slash(world.general, "poem", topic="pond", form="haiku")
    shown = [message.content for message in world.env.backend.messages[world.general.id].values()]
    assert any("Haiku 5-7-5 ✗" in text for text in shown)
