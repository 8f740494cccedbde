"""Held and blocked texts: a moderator decides, once, also after a restart; their writer hears of it."""

from datetime import timedelta

import pytest
from simcord import ResponseMessage
from simcord.actors import MemberActor
from simcord.results import InteractionResult

from bot.ids import GuildId, MemberId
from bot.moderation.records import Review, ReviewState
from bot.services.review import DECIDED_KEPT
from tests.cogs.test_authority import replay
from tests.cogs.test_moderation import armed, put
from tests.cogs.world import Message, World, private


async def desk(world: World) -> None:
    """Held texts come to #gallery."""
    await put(world, "reviews", world.gallery.id)


async def held(world: World, who: MemberActor | None = None, topic: str = "a lantern") -> InteractionResult:
    """A wish that a rule holds."""
    if not await world.app.rules.rules(world.guild.id):
        await armed(world, "lantern", "hold", reason="no lights here")
    result = await (who or world.ana).slash(world.general, "poem", topic=topic)
    await world.app.dispatch.run_once()
    return result


async def reviews(world: World) -> list[Review]:
    return await world.app.reviews.waiting(GuildId(world.guild.id))


def card(world: World) -> Message:
    """The newest message of the moderators' channel."""
    stored = list(world.env.backend.messages[world.gallery.id].values())[-1]
    return ResponseMessage(world.env, stored)


def told_in_private(world: World, who: MemberActor) -> list[str]:
    """What the bot wrote to a member directly."""
    found = []
    for channel in world.env.backend.channels.values():
        if channel.type == 1 and who.id in getattr(channel, "recipient_ids", ()):
            found += [message.content for message in world.env.backend.messages[channel.id].values()]
    return found


async def test_a_held_wish_is_given_back_and_put_before_the_moderators(world: World) -> None:
    await desk(world)
    result = await held(world)
    told = private(result)
    assert told.startswith("**Rule “") and "no lights here" in told.splitlines()[0]
    assert "moderator of this server has to look" in told and "__**lantern**__" in told and "⟦" not in told
    assert not world.public_texts()
    shown = card(world).content
    assert "__**lantern**__" in shown and f"<@{world.ana.id}>" in shown
    assert not world.model.requests


async def test_a_private_wish_that_is_held_is_not_kept_to_go_on_later(world: World) -> None:
    await desk(world)
    await armed(world, "lantern", "hold")
    await world.ana.slash(world.general, "poem", topic="a lantern", private=True)
    await world.app.dispatch.run_once()
    (review,) = await reviews(world)
    assert not review.resume
    result = await world.mod.click(card(world), label="Approve")
    assert result is not None and not world.model.requests and not world.public_texts()


async def test_what_is_approved_is_written_and_its_writer_told(world: World) -> None:
    await desk(world)
    await held(world)
    world.model.say("a lantern swings")
    await world.mod.click(card(world), label="Approve")
    await world.app.reviews.settled()
    await world.app.dispatch.run_once()
    # The model's words are held too: another look at those.
    (output,) = await reviews(world)
    assert output.kind == "output" and output.text == "a lantern swings"
    assert not any("swings" in text for text in world.public_texts())
    await world.mod.click(card(world), label="Approve")
    await world.app.reviews.settled()
    await world.app.dispatch.run_once()
    assert any("a lantern swings" in text for text in world.public_texts())
    assert any("agreed to your text" in text for text in told_in_private(world, world.ana))
    assert "Approved by" in world.latest(card(world)).content


async def test_an_approved_text_is_not_held_again(world: World) -> None:
    await desk(world)
    await held(world)
    world.model.say("night").say("night again").say("a third night")
    await world.mod.click(card(world), label="Approve")
    await world.app.reviews.settled()
    await world.poem(topic="a lantern")
    assert not await reviews(world)
    await world.restart()
    assert await world.poem(world.ben, topic="a lantern")


async def test_buttons_work_after_a_restart(world: World) -> None:
    await desk(world)
    await held(world)
    message = card(world)
    await world.kill()
    shown = await world.mod.click(message, label="Reject…")
    assert shown.modal is not None
    await world.mod.submit_modal(shown, {"note": "not tonight"})
    await world.app.reviews.settled()
    assert any("not agreed" in text and "not tonight" in text for text in told_in_private(world, world.ana))
    assert not await reviews(world)
    assert world.labels(message) == []


async def test_a_writer_is_asked_for_a_change_and_makes_it(world: World) -> None:
    await desk(world)
    result = await held(world)
    asked = card(world)
    shown = await world.mod.click(asked, label="Ask for a change…")
    assert "Say what should be changed" in private(await world.mod.submit_modal(shown, {"note": "  "}))
    assert (await reviews(world))[0].state is ReviewState.WAITING
    shown = await world.mod.click(asked, label="Ask for a change…")
    await world.mod.submit_modal(shown, {"note": "a candle?"})
    await world.app.reviews.settled()
    assert any("a candle?" in text for text in told_in_private(world, world.ana))
    world.model.say("a candle burns")
    assert result.response is not None
    form = await world.ana.click(result.response, label="Edit")
    assert form.modal is not None
    await world.ana.submit_modal(form, {"text": "a candle"})
    await world.app.dispatch.run_once()
    assert any("a candle burns" in text for text in world.public_texts())


async def test_a_blocked_writer_edits_or_asks_a_moderator(world: World) -> None:
    await desk(world)
    await armed(world, "lantern", "block", reason="no lights here")
    result = await world.ana.slash(world.general, "poem", topic="a lantern")
    assert result.response is not None
    assert "no lights here" in private(result) and "__**lantern**__" in private(result)
    assert world.labels(result.response) == ["Edit", "Ask a moderator"]
    assert not await reviews(world)
    await world.ana.click(result.response, label="Ask a moderator")
    (review,) = await reviews(world)
    assert review.member == world.ana.id
    again = await world.ana.click(result.response, label="Ask a moderator")
    assert "asked already" in private(again)


async def asked_and_approved(world: World, topic: str) -> None:
    """A blocked wish, whose writer asks, and a moderator agrees."""
    result = await world.ana.slash(world.general, "poem", topic=topic)
    assert result.response is not None
    await world.ana.click(result.response, label="Ask a moderator")
    await world.app.dispatch.run_once()
    await world.mod.click(card(world), label="Approve")
    await world.app.reviews.settled()
    await world.app.dispatch.run_once()


async def test_a_blocked_text_that_is_approved_goes_on_and_its_writer_hears(world: World) -> None:
    await desk(world)
    await armed(world, "lantern", "block", reason="no lights here")
    world.model.say("a night in spring")
    await asked_and_approved(world, "a lantern")
    assert any("a night in spring" in text for text in world.public_texts())
    assert any("agreed to your text" in text for text in told_in_private(world, world.ana))
    # That text alone, and what other rules say of it still holds.
    assert "do not allow" in private(await world.ana.slash(world.general, "poem", topic="the lantern"))
    await armed(world, "lantern", "block", name="newer")
    assert "newer" in private(await world.ana.slash(world.general, "poem", topic="a lantern"))


async def test_what_cannot_go_on_is_told_once_and_not_tried_for_ever(world: World) -> None:
    await desk(world)
    await armed(world, "lantern", "block")
    await armed(world, "spring", "block", name="no spring")
    world.model.say("a night in spring").say("a night in spring")
    await asked_and_approved(world, "a lantern")
    asked = len(world.model.requests)
    assert any("it will pass" in text for text in told_in_private(world, world.ana))
    for _ in range(3):
        await world.app.reviews.sweep()
        await world.app.reviews.settled()
    assert len(world.model.requests) == asked
    assert len(told_in_private(world, world.ana)) == 1


async def test_an_edit_that_is_still_against_the_rules_comes_back(world: World) -> None:
    await armed(world)
    result = await world.ana.slash(world.general, "poem", topic="a lantern")
    assert result.response is not None
    form = await world.ana.click(result.response, label="Edit")
    again = await world.ana.submit_modal(form, {"text": "two lantern"})
    assert "__**lantern**__" in private(again)
    assert not world.public_texts()


async def test_only_one_moderator_decides(world: World) -> None:
    await desk(world)
    await held(world)
    await world.mod.click(card(world), label="I take it")
    assert "is looking at it" in world.latest(card(world)).content
    (review,) = await reviews(world)
    other = MemberId(999)
    with pytest.raises(Exception, match="claimed"):
        await world.app.reviews.decide(review.guild, review.id, ReviewState.APPROVED, other)
    await world.mod.click(card(world), label="Approve")
    with pytest.raises(Exception, match="decided_before"):
        await world.app.reviews.decide(review.guild, review.id, ReviewState.APPROVED, other)


async def test_nobody_decides_about_their_own_text(world: World) -> None:
    await desk(world)
    await held(world, world.mod)
    told = private(await world.mod.click(card(world), label="Approve"))
    assert "their own text" in told
    assert len(await reviews(world)) == 1


async def test_members_press_no_moderators_buttons(world: World) -> None:
    await desk(world)
    await held(world)
    (review,) = await reviews(world)
    own = await world.poem(world.ben, topic="old pond")
    for action in ("claim", "approve", "reject", "change"):
        result = await replay(world, world.ben, own, f"renga:v:{action}:{review.id}")
        assert "for the moderators" in private(result)
    for action in ("edit", "ask", "read"):
        result = await replay(world, world.ben, own, f"renga:d:{action}:{world.guild.id}:{review.id}")
        assert "belongs to somebody else" in private(result) and "lantern" not in private(result)
    assert (await reviews(world))[0].claimant == 0


async def test_what_nobody_decides_runs_out_and_the_writer_hears_of_it(world: World) -> None:
    await desk(world)
    await held(world)
    (review,) = await reviews(world)
    world.app.reviews._clock = lambda: review.due + timedelta(minutes=1)  # type: ignore[attr-defined]
    await world.app.reviews.sweep()
    await world.app.reviews.settled()
    assert not await reviews(world)
    assert any("Nobody decided" in text for text in told_in_private(world, world.ana))


async def test_forgetting_takes_a_waiting_text_along(world: World) -> None:
    await desk(world)
    await held(world)
    await world.app.privacy.forget(MemberId(world.ana.id), GuildId(world.guild.id))
    assert not await reviews(world)
    assert not await world.app.store.rules.handled(world.guild.id, limit=10)
    assert await world.app.store.moderation.verify(world.guild.id) is None


async def test_without_a_channel_the_queue_shows_what_waits(world: World) -> None:
    await held(world)
    told = private(await world.mod.slash(world.general, "filter queue"))
    assert "1 text waits" in told and "lantern" in told


async def test_what_a_graver_rule_holds_comes_first(world: World) -> None:
    await held(world)
    await armed(world, "candle", "hold")
    await world.app.rules.amend(GuildId(world.guild.id), 2, by=MemberId(world.mod.id), severity=3)
    await held(world, world.ben, "a candle")
    first, second = await reviews(world)
    assert (first.member, second.member) == (world.ben.id, world.ana.id)
    told = private(await world.mod.slash(world.general, "filter queue"))
    assert "2 texts wait" in told and "candle" in told


async def test_what_was_rejected_is_held_again(world: World) -> None:
    await desk(world)
    await held(world)
    form = await world.mod.click(card(world), label="Reject…")
    await world.mod.submit_modal(form, {"note": "not here"})
    await world.app.reviews.settled()
    told = private(await world.ana.slash(world.general, "poem", topic="a lantern"))
    assert "moderator of this server has to look" in told and not world.model.requests


async def test_texts_of_decided_reviews_go_after_a_while(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk(world)
    await held(world)
    id = (await reviews(world))[0].id
    await world.mod.click(card(world), label="Approve")
    await world.app.reviews.settled()
    assert (await world.app.store.reviews.review(GuildId(world.guild.id), id)).text
    later = world.app.clock() + DECIDED_KEPT + timedelta(days=1)
    monkeypatch.setattr(world.app.reviews, "_clock", lambda: later)
    await world.app.reviews.sweep()
    assert not (await world.app.store.reviews.review(GuildId(world.guild.id), id)).text
