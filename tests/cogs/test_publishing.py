"""Only its author publishes a work, and a work has one post in the gallery; also over restarts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from simcord import ResponseMessage

from bot.works import WorkState
from tests.cogs.test_authority import replay
from tests.cogs.test_works import work_of
from tests.cogs.world import Message, World, private


@pytest.fixture
async def shop(world: World) -> World:
    """A server with a gallery."""
    await world.mod.slash(world.general, "settings gallery", channel=world.gallery)
    world.model.say("bright snow falls").say("A lamp is lit in the empty hall.")
    return world


async def publish(world: World, poem: Message, title: str, who: object = None, **more: str) -> str:
    who = who or world.ana
    label = "Update there…" if "Update there…" in world.labels(poem) else "Publish"
    form = await who.click(poem, label=label)  # type: ignore[attr-defined]
    result = await who.submit_modal(form, {"title": title, **more})  # type: ignore[attr-defined]
    return "\n".join(message.content for message in (*result.followups, result.response) if message)


def gallery(world: World) -> list[str]:
    return [
        world.text(ResponseMessage(world.env, message))
        for message in world.env.backend.messages[world.gallery.id].values()
    ]


def question(world: World) -> Message:
    """The newest question to an author."""
    return next(
        world.latest(world.last().__class__(world.env, message))
        for message in reversed(world.env.backend.messages[world.general.id].values())
        if "would like to publish" in message.content
    )


async def state(world: World, poem: Message) -> WorkState:
    return (await world.app.works.work(world.guild.id, work_of(poem, world))).state


def direct(world: World, who: object) -> list[str]:
    """What the bot sent a member in private."""
    return [
        message.content
        for channel, messages in world.env.backend.messages.items()
        if channel not in (world.general.id, world.gallery.id)
        for message in messages.values()
    ]


async def test_published_again_the_one_post_is_edited(shop: World) -> None:
    poem = await shop.poem()
    await publish(shop, poem, "Snow")
    await shop.restart()
    assert "Published" in await publish(shop, poem, "Again", licence="CC0")
    assert "Published" in await publish(shop, poem, "And again")
    (post,) = gallery(shop)
    assert "## And again" in post and "bright snow falls" in post


async def test_the_gallery_shows_what_was_published_and_no_other_take(shop: World) -> None:
    poem = await shop.poem()
    await publish(shop, poem, "Snow")
    await shop.ana.click(poem, label="Another take")
    assert "empty hall" in shop.latest(poem).content
    assert "bright snow falls" in gallery(shop)[0]
    await publish(shop, poem, "Snow")
    assert ["empty hall" in post for post in gallery(shop)] == [True]


async def test_a_post_that_moderators_deleted_is_posted_anew(shop: World) -> None:
    poem = await shop.poem()
    await publish(shop, poem, "Snow")
    assert shop.gallery.last_message is not None
    shop.env.backend.messages[shop.gallery.id].clear()
    await publish(shop, poem, "Snow")
    assert len(gallery(shop)) == 1


async def test_a_work_moves_with_the_gallery(shop: World) -> None:
    poem = await shop.poem()
    await publish(shop, poem, "Snow")
    await shop.mod.slash(shop.general, "settings gallery", channel=shop.general)
    await publish(shop, poem, "Snow")
    assert not gallery(shop) and sum("## Snow" in text for text in shop.public_texts()) == 1


async def test_a_long_work_leaves_nothing_in_the_gallery(shop: World) -> None:
    long = "\n".join(f"line {number} of a long poem" for number in range(200))
    shop.model.say(long)
    await shop.poem()
    await shop.poem()
    poem = await shop.poem(length="long")
    await publish(shop, poem, "Long")
    assert (posts := len(gallery(shop))) > 1
    await publish(shop, poem, "Long again")
    assert len(gallery(shop)) == posts
    await shop.more(shop.ana, poem, "Delete")
    assert gallery(shop) == []
    await shop.ana.click(poem, label="Undo")
    assert len(gallery(shop)) == posts and "## Long again" in gallery(shop)[0]


@pytest.mark.parametrize("restart", [False, True])
async def test_delete_takes_it_out_and_undo_gives_back_the_state_it_had(shop: World, restart: bool) -> None:
    poem = await shop.poem()
    await publish(shop, poem, "Snow", licence="CC BY 4.0")
    await shop.more(shop.ana, poem, "Delete")
    assert gallery(shop) == []
    if restart:
        await shop.restart()
    await shop.ana.click(poem, label="Undo")
    assert await state(shop, poem) is WorkState.PUBLISHED
    (post,) = gallery(shop)
    assert "## Snow" in post and "CC BY 4.0" in post
    await shop.more(shop.ana, poem, "Delete")
    await shop.ana.click(poem, label="Undo")
    assert len(gallery(shop)) == 1


async def test_a_draft_comes_back_as_a_draft(shop: World) -> None:
    poem = await shop.poem()
    await shop.more(shop.ana, poem, "Delete")
    await shop.ana.click(poem, label="Undo")
    assert await state(shop, poem) is WorkState.OPEN and gallery(shop) == []


async def test_what_was_to_be_posted_is_not_posted_once_it_is_deleted(shop: World) -> None:
    """Discord is away while it is published; then it is deleted: nothing comes of what waits."""
    poem = await shop.poem()
    work = work_of(poem, shop)
    shop.app.dispatch.attach(None)  # type: ignore[arg-type]
    await publish(shop, poem, "Snow")
    await shop.more(shop.ana, poem, "Delete")
    await shop.restart()
    await shop.app.dispatch.recover()
    assert gallery(shop) == []
    assert (await shop.app.works.deleted(shop.guild.id, work)) is not None


# --- only its author publishes, or is asked ------------------------------------------------------


async def test_a_moderator_asks_the_author_and_publishes_nothing(shop: World) -> None:
    poem = await shop.poem()
    assert "Remix it" in private(await shop.ben.click(poem, label="Publish"))
    await publish(shop, poem, "Taken by mod", shop.mod, licence="CC0")
    assert gallery(shop) == [] and await state(shop, poem) is WorkState.OPEN
    asked = question(shop)
    assert f"<@{shop.ana.id}>" in asked.content and "Taken by mod" in asked.content and "CC0" in asked.content
    assert any(str(asked.id) in text for text in direct(shop, shop.ana)), "an edited message pings nobody"


async def test_a_forged_form_publishes_nothing_of_anothers(shop: World) -> None:
    poem = await shop.poem()
    own = await shop.poem(shop.ben)
    form = await shop.ben.click(own, label="Publish")
    # A forged client sends another id.
    form._interaction.modal["custom_id"] = f"renga:m:publish:{work_of(poem, shop)}:1"
    told = private(await shop.ben.submit_modal(form, {"title": "Mine"}))
    assert "belongs to somebody else" in told and gallery(shop) == []


@pytest.mark.parametrize("restart", [False, True])
async def test_the_author_answers_and_may_take_the_answer_back(shop: World, restart: bool) -> None:
    poem = await shop.poem()
    await publish(shop, poem, "Snow", shop.mod, licence="CC0")
    asked = question(shop)
    if restart:
        await shop.restart()
    assert "belongs to somebody else" in private(await shop.ben.click(asked, label="Accept"))
    assert "belongs to somebody else" in private(await shop.mod.click(asked, label="Accept"))
    await shop.ana.click(asked, label="Decline")
    assert "declined" in shop.latest(asked).content and shop.labels(asked) == ["Undo"]
    assert "belongs to somebody else" in private(await shop.mod.click(asked, label="Undo"))
    await shop.ana.click(asked, label="Undo")
    await shop.ana.click(asked, label="Accept")
    (post,) = gallery(shop)
    assert "## Snow" in post and "CC0" in post and shop.labels(asked) == ["Undo"]
    history = await shop.app.store.ledger.history(shop.guild.id, work_of(poem, shop))
    assert history[-1].draft.member == shop.ana.id and history[-1].draft.act == "published"
    await shop.ana.click(asked, label="Undo")
    assert gallery(shop) == [] and await state(shop, poem) is WorkState.OPEN
    assert shop.labels(asked) == ["Accept", "Decline"]


async def test_whoever_asked_takes_the_question_back_and_an_answer_is_respected(shop: World) -> None:
    poem = await shop.poem()
    await publish(shop, poem, "Snow", shop.mod)
    first = question(shop)
    await publish(shop, poem, "Snowfall", shop.mod)
    assert "Withdrawn" in shop.latest(first).content, "asked anew, the newer question stands"
    second = question(shop)
    await shop.mod.click(second, label="Decline")
    assert "Withdrawn" in shop.latest(second).content
    await publish(shop, poem, "Snow", shop.mod)
    await shop.ana.click(question(shop), label="Decline")
    assert "declined" in await publish(shop, poem, "Please", shop.mod)
    assert "published already" not in await publish(shop, poem, "By herself")
    assert "published already" in await publish(shop, poem, "Mine", shop.mod)


async def test_a_question_runs_out(shop: World) -> None:
    poem = await shop.poem()
    await publish(shop, poem, "Snow", shop.mod)
    asked = question(shop)
    later = shop.app.clock() + timedelta(days=8)
    shop.app.publishing._clock = lambda: later
    assert "run out" in private(await shop.ana.click(asked, label="Accept"))
    assert shop.labels(asked) == [] and gallery(shop) == []
    await publish(shop, poem, "Snow", shop.mod)
    again = question(shop)
    much_later = later + timedelta(days=8)
    shop.app.publishing._clock = lambda: much_later
    await shop.app.publishing.sweep()
    assert "Nobody answered" in shop.latest(again).content and shop.labels(again) == []


async def test_a_title_against_the_rules_is_not_even_asked(shop: World) -> None:
    poem = await shop.poem()
    told = await publish(shop, poem, " ", shop.mod)
    assert "title" in told
    assert not [text for text in shop.public_texts() if "would like to publish" in text]


# --- out of the gallery ---------------------------------------------------------------------------


async def test_an_author_takes_their_own_work_out_and_puts_it_back(shop: World) -> None:
    poem = await shop.poem()
    await publish(shop, poem, "Snow")
    result = await shop.more(shop.ana, poem, "Unpublish")
    assert gallery(shop) == [] and "out of the gallery" in private(result)
    assert await state(shop, poem) is WorkState.OPEN and "Unpublish" not in await shop.offered(shop.ana, poem)
    await shop.ana.click(result.followups[0], label="Undo")
    assert len(gallery(shop)) == 1 and await state(shop, poem) is WorkState.PUBLISHED


@pytest.mark.parametrize("restart", [False, True])
async def test_a_moderator_takes_it_out_with_a_reason_and_may_undo(shop: World, restart: bool) -> None:
    poem = await shop.poem()
    await publish(shop, poem, "Snow")
    post = shop.gallery.last_message
    assert post is not None
    assert "Unpublish" not in await shop.offered(shop.ben, poem)
    assert "belongs to somebody else" in private(await shop.press_old(shop.ben, poem, "unpublish"))
    form = await shop.more(shop.mod, poem, "Unpublish")
    if restart:
        await shop.restart()
    done = await shop.mod.submit_modal(form, {"why": "It names somebody."})
    assert gallery(shop) == [] and await state(shop, poem) is WorkState.OPEN
    assert any("It names somebody." in text and "Snow" in text for text in direct(shop, shop.ana))
    assert "It names somebody." in await publish(shop, poem, "Snow"), "and does not just publish it again"
    log = private(await shop.mod.slash(shop.general, "filter log"))
    assert "took a work out of the gallery" in log and "It names somebody." in log
    own = await shop.poem()
    forged = await replay(shop, shop.ana, own, f"renga:w:put-back:{work_of(poem, shop)}:0")
    assert "only a moderator" in private(forged)
    await shop.mod.click(done.response or done.followups[0], label="Undo")
    assert len(gallery(shop)) == 1 and await state(shop, poem) is WorkState.PUBLISHED
    log = private(await shop.mod.slash(shop.general, "filter log"))
    assert "put a work back" in log
    assert await shop.app.store.moderation.verify(shop.guild.id) is None
    assert await shop.app.store.ledger.verify(shop.guild.id) is None


async def test_what_a_moderator_deleted_only_a_moderator_brings_back(shop: World) -> None:
    poem = await shop.poem()
    await publish(shop, poem, "Snow")
    await shop.more(shop.mod, poem, "Delete")
    assert "only a moderator" in private(await shop.ana.click(poem, label="Undo"))
    await shop.mod.click(poem, label="Undo")
    assert len(gallery(shop)) == 1


async def test_what_is_typed_is_called_typed_and_what_that_may_mean_is_said(shop: World) -> None:
    plain = await shop.ana.send(shop.general, "a poem that I found somewhere")
    form = await shop.ana.context_menu(shop.general, "Revise this", plain)
    await shop.ana.submit_modal(form, {"instruction": "darker"})
    told = private(await shop.ana.slash(shop.general, "credits"))
    edit = await shop.ana.click(shop.last(), label="Edit")
    await shop.ana.submit_modal(edit, {"text": "all of this is pasted\nfrom elsewhere"})
    told = private(await shop.ana.slash(shop.general, "credits"))
    assert " typed " in told and "pasted from a model" in told and "by hand" not in told.lower()
