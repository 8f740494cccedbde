"""Every button under a work, by its author, by others, by moderators, and after a restart."""

import re

import pytest

from bot.errors import ModelUnavailable
from bot.ids import WorkId, numbered_id
from bot.works import Shown, WorkState, title_of
from tests.cogs.world import Message, World, private


def work_of(message: Message, world: World) -> WorkId:
    shown = world.latest(message)
    return WorkId(int(shown.components[0]["components"][0]["custom_id"].split(":")[3]))


async def test_another_take_keeps_the_first_and_both_can_be_browsed(world: World) -> None:
    world.model.say("first words").say("second words")
    poem = await world.poem()
    await world.ana.click(poem, label="Another take")
    shown = world.latest(poem)
    assert "second words" in shown.content
    first, second = shown.components
    assert [button["label"] for button in first["components"]] == [
        "◀", "2/2", "▶", "Another take", "Revise…",
    ]  # fmt: skip
    assert [button["label"] for button in second["components"]] == ["Edit", "Remix", "Publish", "More…"]
    await world.ana.click(poem, label="◀")
    assert "first words" in world.latest(poem).content
    assert (await world.app.works.work(world.guild.id, work_of(poem, world))).take == 1
    await world.ana.click(poem, label="▶")
    assert "second words" in world.latest(poem).content
    assert "▶" not in world.labels(poem)


async def test_others_browse_for_themselves(world: World) -> None:
    world.model.say("first words").say("second words")
    poem = await world.poem()
    await world.ana.click(poem, label="Another take")
    result = await world.ben.click(poem, label="◀")
    assert "first words" in private(result)
    assert "second words" in world.latest(poem).content
    assert (await world.app.works.work(world.guild.id, work_of(poem, world))).take == 2
    again = await world.ben.click(result.followups[0], label="▶")
    assert again.acknowledged and "second words" in world.latest(result.followups[0]).content


async def test_anothers_press_makes_a_work_of_their_own_that_credits_the_first(world: World) -> None:
    world.model.say("first words").say("other words")
    poem = await world.poem()
    await world.ben.click(poem, label="Another take")
    assert "first words" in world.latest(poem).content and "take" not in world.labels(poem)
    own = world.last()
    assert own.id != poem.id and "other words" in own.content
    assert f"after #1 by <@{world.ana.id}>" in own.content
    assert (await world.app.works.work(world.guild.id, work_of(own, world))).author == world.ben.id


async def test_revise_shows_what_changed_and_keeps_the_earlier_take(world: World) -> None:
    world.model.say("bright snow falls").say("dark snow falls")
    poem = await world.poem()
    form = await world.ana.click(poem, label="Revise…")
    await world.ana.submit_modal(form, {"instruction": "darker"})
    assert "dark snow falls" in world.latest(poem).content
    assert "darker" in world.model.requests[-1].messages[-1].text
    told = private(await world.more(world.ana, poem, "Show changes"))
    assert "~~bright snow falls~~\n**dark** snow falls" in told


async def test_revising_anothers_work_by_its_button_makes_ones_own(world: World) -> None:
    world.model.say("bright snow falls").say("dark snow falls")
    poem = await world.poem()
    form = await world.ben.click(poem, label="Revise…")
    await world.ben.submit_modal(form, {"instruction": "darker"})
    assert "bright snow falls" in world.latest(poem).content
    own = world.last()
    assert "dark snow falls" in own.content and f"by <@{world.ana.id}>" in own.content


async def test_edit_records_the_members_own_words_as_theirs(world: World) -> None:
    world.model.say("bright snow falls")
    poem = await world.poem()
    form = await world.ana.click(poem, label="Edit")
    assert form.modal is not None
    assert form.modal["components"][0]["components"][0]["value"] == "bright snow falls"
    await world.ana.submit_modal(form, {"text": "bright snow falls\n  on my own hand"})
    shown = world.latest(poem)
    assert "  on my own hand" in shown.content and f"% typed by <@{world.ana.id}>" in shown.content
    told = private(await world.more(world.ana, poem, "Credits"))
    assert "edited it" in told and "by hand" not in told and "scripted/scripted" in told
    assert f"<@{world.ana.id}> typed " in told and "keyboard" in told
    take = await world.app.works.take(world.guild.id, work_of(poem, world), 2)
    hand = "".join(take.text[span.start : span.end] for span in take.spans if span.model is None)
    assert "on my own hand" in hand and "bright" not in hand


async def test_anothers_edit_is_a_work_of_their_own(world: World) -> None:
    world.model.say("bright snow falls")
    poem = await world.poem()
    form = await world.ben.click(poem, label="Edit")
    await world.ben.submit_modal(form, {"text": "bright rain falls"})
    assert "bright snow falls" in world.latest(poem).content
    own = world.last()
    assert "bright rain falls" in own.content and "after #1" in own.content
    assert f"<@{world.ben.id}>" in own.content and "scripted/scripted" in own.content


async def test_a_refused_edit_gives_the_text_back(world: World) -> None:
    world.model.say("bright snow falls")
    poem = await world.poem()
    form = await world.ana.click(poem, label="Edit")
    told = private(await world.ana.submit_modal(form, {"text": "bright snow falls"}))
    assert "Nothing was changed" in told and "bright snow falls" in told


async def test_a_long_text_is_edited_as_a_file(world: World) -> None:
    long = "\n".join(f"line {number} of a long poem" for number in range(200))
    world.model.say(long)
    poem = await world.poem(length="long")
    asked = await world.ana.click(poem, label="Edit")
    assert asked.response is not None and "longer than the 4000 characters" in private(asked)
    form = await world.ana.click(asked.response, label="Upload…")
    await world.ana.submit_modal(form, {"file": ("text.txt", (long + "\nmy last line").encode())})
    take = await world.app.works.take(world.guild.id, work_of(poem, world), 2)
    assert take.text.endswith("my last line")
    assert any("my last line" in text for text in world.public_texts())


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"x" * 10_000_000, "too large"),
        (b"\xff\xfe\x00 not text", "no plain text"),
        (b"", "no text"),
    ],
)
async def test_bad_files_are_refused(world: World, data: bytes, expected: str) -> None:
    world.model.say("\n".join(f"line {number} of a long poem" for number in range(200)))
    poem = await world.poem(length="long")
    asked = await world.ana.click(poem, label="Edit")
    assert asked.response is not None
    form = await world.ana.click(asked.response, label="Upload…")
    told = private(await world.ana.submit_modal(form, {"file": ("text.txt", data)}))
    assert expected in told
    assert len(await world.app.works.takes(world.guild.id, work_of(poem, world))) == 1


async def test_remix_by_anyone_credits_the_source(world: World) -> None:
    world.model.say("bright snow falls").say("rain instead of snow")
    poem = await world.poem()
    form = await world.ben.click(poem, label="Remix")
    await world.ben.submit_modal(form, {"instruction": "with rain"})
    remix = world.last()
    assert "rain instead of snow" in remix.content
    assert f"after #1 by <@{world.ana.id}>" in remix.content
    assert "bright snow falls" in world.latest(poem).content


async def test_publish_goes_to_the_gallery_with_title_byline_and_licence(world: World) -> None:
    await world.mod.slash(world.general, "settings gallery", channel=world.gallery)
    world.model.say("bright snow falls")
    poem = await world.poem()
    form = await world.ana.click(poem, label="Publish")
    told = private(await world.ana.submit_modal(form, {"title": "Snow **now**", "licence": "CC BY 4.0"}))
    posted = world.gallery.last_message
    assert posted is not None and str(posted.id) in told
    text = world.text(posted)
    assert f"## Snow \\*\\*now\\*\\*\n**<@{world.ana.id}>**" in text
    assert "bright snow falls" in text and "CC BY 4.0" in text and "scripted/scripted" in text
    sent = [
        request.json
        for request in world.env.http_requests
        if request.path.endswith(f"/{world.gallery.id}/messages")
    ]
    rows = await world.app.store.database.read(
        lambda connection: connection.exec_driver_sql("SELECT nonce FROM outbox").scalars().all()
    )
    assert [body["nonce"] for body in sent] == rows and sent[0]["enforce_nonce"]
    work = await world.app.works.work(world.guild.id, work_of(poem, world))
    assert work.state is WorkState.PUBLISHED and work.licence == "CC BY 4.0"


async def test_without_a_gallery_it_is_published_here(world: World) -> None:
    poem = await world.poem()
    form = await world.ana.click(poem, label="Publish")
    await world.ana.submit_modal(form, {"title": "Snow"})
    posted = world.last()
    assert posted.id != poem.id and "## Snow" in world.text(posted)
    second = world.latest(poem).components[1]
    (link,) = [button for button in second["components"] if button.get("url")]
    assert [button["label"] for button in second["components"]] == [
        "Edit", "Remix", "In #general", "Update there…", "More…",
    ]  # fmt: skip
    assert link["url"].endswith(f"/{world.general.id}/{posted.id}")
    assert (await world.ana.click(poem, label="Update there…")).modal is not None


async def test_delete_can_be_undone(world: World) -> None:
    world.model.say("bright snow falls")
    poem = await world.poem()
    await world.more(world.ana, poem, "Delete")
    assert "bright snow" not in world.latest(poem).content and world.labels(poem) == ["Undo"]
    await world.ana.click(poem, label="Undo")
    assert "bright snow falls" in world.latest(poem).content
    assert "Another take" in world.labels(poem)


async def test_only_author_and_moderators_delete_and_undo(world: World) -> None:
    world.model.say("bright snow falls")
    poem = await world.poem()
    assert "Delete" not in await world.offered(world.ben, poem)
    assert "belongs to somebody else" in private(await world.press_old(world.ben, poem, "delete"))
    assert "bright snow falls" in world.latest(poem).content
    await world.more(world.mod, poem, "Delete")
    assert world.labels(poem) == ["Undo"]
    assert "belongs to somebody else" in private(await world.ben.click(poem, label="Undo"))
    assert world.labels(poem) == ["Undo"]


async def test_a_deleted_work_is_gone_from_the_gallery_too(world: World) -> None:
    await world.mod.slash(world.general, "settings gallery", channel=world.gallery)
    world.model.say("bright snow falls")
    poem = await world.poem()
    form = await world.ana.click(poem, label="Publish")
    await world.ana.submit_modal(form, {"title": "Snow"})
    await world.more(world.ana, poem, "Delete")
    assert world.gallery.last_message is None, "and no stone stands there"


async def test_a_post_of_before_is_drawn_anew_as_the_gallery_looks_now(world: World) -> None:
    """Posts were plain messages once: one is taken away and brought back, and becomes a layout."""
    world.model.say("bright snow falls")
    poem = await world.poem()
    stored = world.env.backend.get_message(world.general.id, poem.id)
    work = work_of(poem, world)
    old = await world.poem(world.ben, topic="rain")
    await world.app.works.show(
        Shown(guild=world.guild.id, work=work, channel=world.general.id, message=old.id, kind="published")
    )
    form = await world.ana.click(poem, label="Edit")
    await world.ana.submit_modal(form, {"text": "bright snow rises"})
    assert stored.content and not world.latest(old).content and "bright snow rises" in world.text(old)


async def test_credits_show_byline_shares_and_history(world: World) -> None:
    poem = await world.poem()
    told = private(await world.more(world.ben, poem, "Credits"))
    assert f"<@{world.ana.id}> asked · scripted/scripted (AI) wrote 100 %" in told
    assert told.startswith("**first snow** · #1\n") and "had it written" in told
    assert "keyboard" not in told
    sheet = (await world.more(world.ben, poem, "Credits")).response
    assert sheet is not None and str(work_of(poem, world)) not in told
    record = private(await world.ben.click(sheet, label="Exact record"))
    assert str(work_of(poem, world)) in record and "revision" in record
    assert re.search(r"[0-9a-f]{64}", record)


async def test_a_double_press_does_nothing_twice(world: World) -> None:
    world.model.say("first words")
    poem = await world.poem()
    world.model.hang("second words and more")
    world.press_behind(world.ana, poem, "Another take")
    second = world.press_behind(world.ana, poem, "Another take")
    await world.until(lambda: "second words" in world.latest(poem).content and second.responded)
    assert len(world.model.requests) == 2
    world.press_behind(world.ana, poem, "Stop")
    await world.env.settle()
    assert len(await world.app.works.takes(world.guild.id, work_of(poem, world))) == 2


async def test_a_failed_take_leaves_the_card_as_it_was(world: World) -> None:
    world.model.say("first words").fail(ModelUnavailable(model="scripted/scripted"))
    poem = await world.poem()
    before = world.latest(poem).content
    told = private(await world.ana.click(poem, label="Another take"))
    assert "cannot be reached" in told
    assert world.latest(poem).content == before
    assert "Another take" in world.labels(poem)


@pytest.mark.parametrize("label", ["Another take", "Revise…", "Edit", "Remix", "Publish", "More…"])
async def test_old_buttons_work_after_a_restart(world: World, label: str) -> None:
    world.model.say("first words").say("second words")
    poem = await world.poem()
    await world.restart()
    result = await world.ana.click(poem, label=label)
    assert result.acknowledged
    if result.modal is not None:
        fields = {"Revise…": "instruction", "Remix": "instruction", "Edit": "text", "Publish": "title"}
        await world.ana.submit_modal(result, {fields[label]: "something new"})
    assert await world.app.works.work(world.guild.id, work_of(poem, world))


async def test_a_form_that_was_open_over_a_restart_still_works(world: World) -> None:
    world.model.say("first words").say("second words")
    poem = await world.poem()
    form = await world.ana.click(poem, label="Revise…")
    await world.restart()
    await world.ana.submit_modal(form, {"instruction": "darker"})
    assert "second words" in world.latest(poem).content


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("credits", "had it written"),
        ("report", "lines"),
        ("critique", "What can be said without it"),
        ("ink", "own probabilities"),
        ("changes", "nothing to compare"),
        ("vote", "two different takes"),
        ("delete", ""),
        ("publish", ""),
    ],
)
async def test_buttons_of_cards_posted_before_go_on_working(world: World, action: str, told: str) -> None:
    """Cards had ten buttons once; what is in *More…* now still answers where it was a button."""
    world.model.say("first words\nand more")
    poem = await world.poem()
    await world.restart()
    result = await world.press_old(world.ana, poem, action)
    if told:
        assert told in private(result)
    elif action == "delete":
        assert world.labels(poem) == ["Undo"]
    else:
        assert result.modal is not None


async def test_more_is_a_menu_for_whoever_pressed_and_outlives_a_restart(world: World) -> None:
    world.model.say("first words")
    poem = await world.poem()
    opened = await world.ben.click(poem, label="More…")
    assert opened.response is not None and opened.response.ephemeral and "first snow" in private(opened)
    (menu,) = world.latest(opened.response).components[0]["components"]
    described = {option["label"]: option["description"] for option in menu["options"]}
    assert list(described) == ["Whole report", "Show the ink", "Critique", "Credits"]
    assert all(described.values())
    await world.restart()
    assert "had it written" in private(await world.ben.select(opened.response, ["credits"]))


async def test_what_is_deleted_from_more_comes_back_there_and_on_the_card(world: World) -> None:
    world.model.say("bright snow falls")
    poem = await world.poem()
    opened = await world.ana.click(poem, label="More…")
    assert opened.response is not None
    await world.ana.select(opened.response, ["delete"])
    assert world.labels(opened.response) == world.labels(poem) == ["Undo"]
    await world.ana.click(opened.response, label="Undo")
    assert "here again" in world.latest(opened.response).content
    assert "bright snow falls" in world.latest(poem).content


async def test_browsing_works_after_a_restart(world: World) -> None:
    world.model.say("first words").say("second words")
    poem = await world.poem()
    await world.ana.click(poem, label="Another take")
    await world.restart()
    await world.ana.click(poem, label="◀")
    assert "first words" in world.latest(poem).content


async def test_a_work_of_another_guild_cannot_be_reached_by_its_id(world: World) -> None:
    world.model.say("secret words")
    poem = await world.poem()
    other = world.env.create_guild("Other")
    channel = other.create_text_channel("general")
    eve = other.add_member(world.env.create_user("eve"))
    number = work_of(poem, world)
    theirs = await eve.slash(channel, "credits", work=str(number))
    assert "secret" not in private(theirs) and "not here" in private(theirs)


async def test_a_work_is_named_by_the_number_that_people_read_or_by_its_title(world: World) -> None:
    await world.poem(topic="the first snow")
    await world.poem(topic="a ferry at night")
    listed = private(await world.ana.slash(world.general, "drafts"))
    assert "#1 the first snow" in listed and "#2 a ferry at night" in listed

    async def credited(work: str) -> str:
        return private(await world.ana.slash(world.general, "credits", work=work))

    for named in (
        "1",
        "#1",
        "#1 the first snow",
        "the first snow",
        "First Snow",
        "snow",
        str(numbered_id(world.guild.id, 1)),
    ):
        assert "the first snow" in await credited(named), named
    assert "no work here" in await credited("autumn")
    assert "Several works" in await credited("e") and "#2 a ferry" in await credited("e")
    assert "not here" in await credited("7")
    offered = await world.ana.autocomplete(world.general, "credits", "work", "ferry")
    assert [(choice["name"], choice["value"]) for choice in offered] == [("#2 a ferry at night", "2")]


async def test_a_number_means_the_work_of_this_server_only(world: World) -> None:
    world.model.say("secret words")
    await world.poem()
    other = world.env.create_guild("Other")
    channel = other.create_text_channel("general")
    eve = other.add_member(world.env.create_user("eve"))
    assert "not here" in private(await eve.slash(channel, "credits", work="1"))


@pytest.mark.parametrize(
    ("topic", "title"),
    [
        ("first\nsnow", "first snow"),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "…"),
        (
            "a lighthouse keeper who, " * 4,
            "a lighthouse keeper who, a lighthouse keeper who, a lighthouse keeper who…",
        ),
        ("雪落在窗前，" * 20, "雪落在窗前，" * 12 + "雪落在窗前…"),
    ],
)
def test_a_long_topic_is_cut_after_a_word_and_says_so(topic: str, title: str) -> None:
    assert title_of(topic) == title
