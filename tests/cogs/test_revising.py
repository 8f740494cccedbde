"""/revise: into a form, into another, and around lines that stay."""

from __future__ import annotations

import pytest

from bot.errors import BadInput
from cogs.revising import numbers
from tests.cogs.test_moderation import put
from tests.cogs.world import World, private

HAIKU = "The old ferry waits\nunder a sky full of snow\nwith nobody there"
COUPLET = "The ferry waits beside the shore\nand no one crosses any more"


def shown(world: World) -> list[str]:
    return [message.content for message in world.env.backend.messages[world.general.id].values()]


async def test_a_text_of_ones_own_becomes_a_poem_in_a_form(world: World) -> None:
    world.model.say(HAIKU)
    text = "There was a ferry / It was snowing / nobody came"
    await world.ana.slash(world.general, "revise", text=text, form="haiku")
    assert any("Haiku 5-7-5 ✓" in one and "under a sky full of snow" in one for one in shown(world))
    request = world.model.requests[-1]
    told = "\n".join(message.text for message in request.messages)
    assert "It was snowing\nnobody came" in told, "the text, in lines"
    assert "Turn it into this form: Haiku" in told and "2: 7 syllables" in told


async def test_a_poem_in_one_form_becomes_another_work_in_another(world: World) -> None:
    world.model.say(COUPLET)
    await world.ana.slash(world.general, "poem", topic="ferry", form="couplet")
    world.model.say(HAIKU)
    await world.ana.slash(world.general, "revise", form="俳句")
    works = await world.app.works.recent(world.guild.id, world.ana.id)
    assert [work.wish.form for work in works] == ["haiku", "couplet"]
    assert works[0].source == works[1].id, "the new one credits the old"


async def test_lines_that_stay_are_put_back_whatever_the_model_does(world: World) -> None:
    world.model.say(HAIKU)
    await world.ana.slash(world.general, "poem", topic="ferry", form="haiku")
    world.model.say("A new ferry waits\nunder a sky full of rain\nwith nobody near")
    await world.ana.slash(world.general, "revise", keep="1, 3")
    assert any(
        "The old ferry waits\nunder a sky full of rain\nwith nobody there" in one for one in shown(world)
    )
    (work,) = await world.app.works.recent(world.guild.id, world.ana.id)
    assert work.take == 2
    assert "2: 7 syllables" in world.model.requests[-1].messages[-1].text
    assert "1: stands as it is: The old ferry waits" in world.model.requests[-1].messages[-1].text


async def test_what_cannot_be_done_is_said(world: World) -> None:
    nothing = await world.ana.slash(world.general, "revise")
    assert "instruction" in private(nothing)
    none_yet = await world.ana.slash(world.general, "revise", form="haiku")
    assert "no works here yet" in private(none_yet)
    world.model.say("Free words\nand more of them")
    await world.ana.slash(world.general, "poem", topic="ferry", form="free")
    assert "in a form" in private(await world.ana.slash(world.general, "revise", keep="1"))
    world.model.say(COUPLET)
    await world.ana.slash(world.general, "poem", topic="ferry", form="couplet")
    assert "at least one" in private(await world.ana.slash(world.general, "revise", keep="1-2"))
    assert "at least one" in private(await world.ana.slash(world.general, "revise", keep="9"))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", set()),
        ("3", {3}),
        ("1-3, 7", {1, 2, 3, 7}),
        ("1、3", {1, 3}),
        ("2 – 4", {2, 3, 4}),
        ("1到2；5", {1, 2, 5}),
    ],
)
def test_line_numbers_are_read_as_people_write_them(typed: str, found: set[int]) -> None:
    assert numbers(typed) == found


@pytest.mark.parametrize("typed", ["0", "3-1", "first", "1-9999", "-", "1,x"])
def test_what_is_no_line_number_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        numbers(typed)


async def test_what_only_its_author_has_seen_is_revised_for_them_alone(world: World) -> None:
    world.model.say(HAIKU)
    await world.poem(form="haiku", private=True)
    world.model.say(HAIKU.replace("snow", "rain"))
    revised = await world.ana.slash(world.general, "revise", keep="1")
    assert revised.response is not None and revised.response.ephemeral
    assert "2/2" in [button["label"] for button in revised.response.components[0]["components"]]
    world.model.say(COUPLET)
    turned = await world.ana.slash(world.general, "revise", form="couplet")
    assert turned.response is not None and turned.response.ephemeral
    assert [work.wish.private for work in await world.app.works.recent(world.guild.id, world.ana.id)] == [
        True,
        True,
    ]


async def test_what_was_shared_since_is_revised_before_all(world: World) -> None:
    world.model.say(HAIKU)
    shown_to_ana = await world.poem(form="haiku", private=True)
    await world.ana.click(shown_to_ana, label="Share")
    world.model.say(HAIKU.replace("snow", "rain"))
    revised = await world.ana.slash(world.general, "revise", keep="1")
    assert revised.response is not None and not revised.response.ephemeral


async def test_a_form_asked_for_in_a_language_that_it_is_not_checked_in_has_no_mark(world: World) -> None:
    world.model.say("雪落在空院\n没有人来")
    poem = await world.poem(topic="雪", form="sonnet-shakespearean", language="zh")
    assert "Shakespearean sonnet (not checked in Chinese)" in poem.content and "✗" not in poem.content
    # A model that takes another language than the form's own does not keep the form.
    world.model.say("江上孤舟远去了")
    poem = await world.poem(topic="rain", form="sonnet-shakespearean")
    assert "Shakespearean sonnet ✗ · This form is measured in English" in poem.content


async def test_lines_that_cannot_be_kept_leave_no_work_behind(world: World) -> None:
    refused = await world.ana.slash(world.general, "revise", text="one / two", keep="1", instruction="darker")
    assert "in a form" in private(refused)
    assert await world.app.works.recent(world.guild.id, world.ana.id) == []


ZH, EN = "今天的月亮真圆，想起老家院子里的桂花树。", "The moon is round tonight; I think of the tree at home."


@pytest.mark.parametrize("house", [None, "en", "zh"])
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize(
    ("text", "stays"),
    [
        (ZH, "zh"),
        (EN, "en"),
        ("雪", "zh"),
        ("Discord 上的月亮，OK 吗？", "zh"),
        ("The word 雪 means snow in all of these poems.", "en"),
    ],
)
async def test_a_text_is_revised_in_the_language_it_is_written_in(
    world: World, text: str, stays: str, locale: str, house: str | None
) -> None:
    world.locales[world.ana.id] = locale
    if house:
        await put(world, "language", house)
    said = await world.ana.send(world.general, text)
    form = await world.ana.context_menu(world.general, "Revise this", said)
    await world.ana.submit_modal(form, {"instruction": "darker"})
    await world.ana.slash(world.general, "revise", text=text, instruction="更暗一些")
    for request in world.model.requests:
        assert request.cue is not None and request.cue.language == stays
        assert ("The text:" in request.messages[-1].text) is (stays == "en")
    assert len(world.model.requests) == 2


async def test_a_poem_that_was_rewritten_by_hand_in_chinese_stays_chinese(world: World) -> None:
    poem = await world.poem()
    form = await world.ana.click(poem, label="Edit")
    await world.ana.submit_modal(form, {"text": ZH})
    for label, fields in (("Revise…", {"instruction": "darker"}), ("Remix", {"instruction": ""})):
        world.model.say(ZH[:-1])
        form = await world.ana.click(poem, label=label)
        await world.ana.submit_modal(form, fields)
        cue = world.model.requests[-1].cue
        assert cue is not None and cue.language == "zh"


@pytest.mark.parametrize(
    ("form", "text", "language"),
    [("haiku", ZH, "zh"), ("haiku", EN, "en"), ("wujue", EN, "zh"), ("limerick", ZH, "en")],
)
async def test_into_a_form_it_keeps_its_language_where_the_form_has_it(
    world: World, form: str, text: str, language: str
) -> None:
    await world.ana.slash(world.general, "revise", text=text, form=form)
    cue = world.model.requests[-1].cue
    assert cue is not None and cue.language == language
