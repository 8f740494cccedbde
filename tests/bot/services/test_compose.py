"""From a wish to a take that is recorded, with a scripted model and a real store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from bot.app import App, open_app
from bot.backends.scripted import ScriptedBackend
from bot.ids import ChannelId, GuildId, MemberId, Place
from bot.services.brief import Brief, Finished, Words
from bot.settings import Settings
from bot.works import Take, Wish

ANA = MemberId(7)
HERE = Place(GuildId(1), ChannelId(20))


@pytest.fixture
def model() -> ScriptedBackend:
    return ScriptedBackend()


@pytest.fixture
async def app(settings: Settings, model: ScriptedBackend) -> AsyncIterator[App]:
    async with open_app(settings, backends=[model]) as opened:
        yield opened


async def composed(app: App, wish: Wish, key: str = "1") -> tuple[Take, list[str]]:
    brief = Brief(place=HERE, member=ANA, key=key, lang="en", wish=wish)
    shown: list[str] = []
    async with aclosing(app.composer.compose(brief, stop=asyncio.Event())) as steps:
        async for step in steps:
            if isinstance(step, Words):
                shown.append(step.text)
            elif isinstance(step, Finished):
                return step.take, shown
    raise AssertionError("nothing was finished")


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (("The sn", "ow falls\n", "all night"), "The snow falls\nall night"),
        (("and then", " the thaw"), "The snow\nand then the thaw"),
    ],
)
async def test_the_opening_is_the_members_and_the_rest_the_models(
    app: App, model: ScriptedBackend, pieces: tuple[str, ...], text: str
) -> None:
    model.say(*pieces)
    take, shown = await composed(app, Wish(art="poem", topic="snow", opening="The snow"))
    assert take.text == text
    assert all(one.startswith("The snow") for one in shown)
    first, second = take.spans
    assert (first.start, first.end, first.member, first.model) == (0, 8, ANA, None)
    assert (second.start, second.end, second.member) == (8, len(text), ANA)
    assert second.model is not None
    (request,) = model.requests
    assert request.continuation.endswith("The snow\n")
    assert request.cue is not None
    assert request.cue.opening == "The snow"


async def test_a_poem_without_an_opening_is_the_models(app: App, model: ScriptedBackend) -> None:
    model.say("Rain falls.")
    take, _ = await composed(app, Wish(art="poem", topic="rain"))
    (span,) = take.spans
    assert (span.start, span.end) == (0, len("Rain falls."))
    assert span.model is not None


async def test_the_request_is_what_the_wish_and_the_files_say(app: App, model: ScriptedBackend) -> None:
    wish = Wish(
        art="poem", topic="rain", form="haiku", style="gothic", temperature=0.3, seed=5, length="short"
    )
    await composed(app, wish)
    request, *_ = model.requests
    system, ask = request.messages
    assert app.catalogue.styles["gothic"].voice["en"] in system.text
    assert app.catalogue.forms["haiku"].instruct["en"] in ask.text
    assert (request.sampling.temperature, request.sampling.seed, request.sampling.max_tokens) == (0.3, 5, 160)
    assert request.scope == f"{HERE.guild}/{ANA}"
    assert request.prefix_key == app.catalogue.arts["poem"].ref


async def test_the_marks_differ_from_request_to_request(app: App, model: ScriptedBackend) -> None:
    await composed(app, Wish(art="poem", topic="rain"), key="1")
    await composed(app, Wish(art="poem", topic="rain"), key="2")
    first, second, *_ = (request.messages[1].text for request in model.requests)
    assert first != second
