"""Late acknowledgements, expired tokens, rate limits, deleted messages: nothing of it loses a word."""

import pytest

from bot.settings import Settings
from cogs.ui.split import MESSAGE_LIMIT, width
from tests.cogs.world import GatedBackend, World, open_world


async def test_an_acknowledgement_that_came_too_late_goes_on_in_a_message(world: World) -> None:
    world.env.inject_error("POST", "/interactions/*", status=404, code=10062)
    world.model.say("snow on the old pond")
    await world.ana.slash(world.general, "poem", topic="first snow")
    assert "snow on the old pond" in world.last().content
    assert "Another take" in world.labels(world.last())
    await world.ana.click(world.last(), label="Another take")


async def test_a_private_answer_that_came_too_late_is_not_shown_to_all(world: World) -> None:
    world.env.inject_error("POST", "/interactions/*", status=404, code=10062)
    await world.ana.slash(world.general, "poem", topic="first snow", private=True)
    assert not world.public_texts()
    assert not world.model.requests


@pytest.mark.parametrize(("status", "code"), [(401, 50027), (404, 10015), (400, 50027)])
async def test_after_fifteen_minutes_the_bot_edits_the_message_itself(
    settings: Settings, status: int, code: int
) -> None:
    model = GatedBackend()
    async with open_world(settings, backends=[model]) as world:
        world.type_behind(world.ana, "poem", topic="first snow")
        model.give("snow on the hill ")
        message = await world.until_shown("snow")
        world.env.inject_error("PATCH", "/webhooks/*", status=status, code=code, times=None)
        await model.give_slowly(*["on the old pond "] * 40)
        await world.until(lambda: "on the old pond" in world.latest(message).content)
        model.end()
        await world.env.settle()
        assert "writing…" not in world.latest(message).content
        edits = [request for request in world.env.http_requests if request.path.startswith("/channels/")]
        assert any(request.method == "PATCH" for request in edits)


async def test_a_429_in_the_middle_does_not_lose_the_end(settings: Settings) -> None:
    model = GatedBackend()
    async with open_world(settings, backends=[model]) as world:
        world.type_behind(world.ana, "poem", topic="first snow")
        model.give("snow on the hill ")
        message = await world.until_shown("snow")
        world.env.inject_error("PATCH", "/webhooks/*", status=429, code=0, times=3)
        await model.give_slowly(*["on the old pond "] * 40)
        model.end()
        await world.env.settle()
        assert world.latest(message).content.count("on the old pond") == 40
        assert "writing…" not in world.latest(message).content


async def test_a_message_deleted_while_it_is_written_keeps_the_take(settings: Settings) -> None:
    model = GatedBackend()
    async with open_world(settings, backends=[model]) as world:
        world.type_behind(world.ana, "poem", topic="first snow")
        model.give("snow on the hill ")
        message = await world.until_shown("snow")
        world.env.backend.delete_message(world.general.id, message.id)
        await model.give_slowly(*["on the old pond "] * 20)
        model.end()
        await world.env.settle()
        work = (await world.app.works.recent(world.guild.id, world.ana.id))[0]
        assert "on the old pond" in (await world.app.works.take(world.guild.id, work.id, 1)).text
        assert not await world.app.works.undelivered()
        assert not world.public_texts()


async def test_a_text_longer_than_a_message_streams_within_the_limit(settings: Settings) -> None:
    model = GatedBackend()
    async with open_world(settings, backends=[model]) as world:
        world.type_behind(world.ana, "poem", topic="first snow")
        model.give("snow on the hill\n")
        await world.until_shown("snow")
        await model.give_slowly(*["*a long line* of verse 😀\n" * 4] * 45)
        model.end()
        await world.env.settle()
        sent = [
            str(request.json["content"])
            for request in world.env.http_requests
            if isinstance(request.json, dict) and "content" in request.json
        ]
        assert sent and all(width(content) <= MESSAGE_LIMIT for content in sent)
        assert sum(text.count("a long line") for text in world.public_texts()) == 180
