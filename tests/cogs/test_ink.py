"""Show the ink: for whoever pressed, posted if they wish; and what is said where there is none."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import AsyncGenerator
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from bot.backends.base import Chunk, Request
from bot.backends.scripted import ScriptedBackend
from bot.ids import Lang
from bot.judging.ink import Inked
from bot.services.ink import InkedText
from bot.settings import Settings
from cogs.ui.ink_picture import draw
from tests.cogs.test_works import work_of
from tests.cogs.world import World, open_world, private


def inks(world: World) -> list[tuple[int, int, str]]:
    with sqlite3.connect(world.app.settings.database) as connection:
        return list(connection.execute("SELECT work, take, tokens FROM inks"))


async def test_the_ink_of_each_token_is_kept_with_the_take_and_drawn_for_whoever_pressed(
    world: World,
) -> None:
    world.model.say("Snow", " falls", " slowly")
    poem = await world.poem()
    ((work, take, tokens),) = inks(world)
    assert (work, take) == (work_of(poem, world), 1)
    assert tokens == "0.4.50 0.6.50 0.7.50"
    result = await world.more(world.ben, poem, "Show the ink")
    assert "own probabilities" in private(result)
    shown = result.followups[0] if result.followups else result.response
    assert shown is not None and shown.ephemeral
    (file,) = shown.attachments
    assert file.filename == "picture.png"
    assert "Perplexity 1.6" in (file.description or "") and "Snow falls slowly" in (file.description or "")
    await world.ben.click(shown, label="Post it here")
    assert [file.filename for file in world.last().attachments] == ["picture.png"]


async def test_it_is_drawn_again_after_a_restart_and_in_chinese(world: World) -> None:
    world.locales[world.ana.id] = "zh-CN"
    world.model.say("初雪", "落下")
    poem = await world.poem(topic="初雪")
    await world.restart()
    result = await world.more(world.ana, poem, "ink")
    assert "模型自己的概率" in private(result)


async def test_what_no_model_wrote_is_not_shaded_and_said_to_be_so(world: World) -> None:
    world.model.say("and the snow falls on")
    poem = await world.poem(opening="In the evening of the year")
    assert "is known" in private(await world.more(world.ana, poem, "Show the ink"))


async def test_a_take_by_hand_and_a_silent_server_have_none(settings: Settings) -> None:
    class Silent(ScriptedBackend):
        """A server that tells no probabilities."""

        async def generate(self, request: Request) -> AsyncGenerator[Chunk, None]:
            async for chunk in super().generate(replace(request, logprobs=False)):
                yield chunk

    async with open_world(settings, model=Silent()) as world:
        world.model.say("snow falls")
        poem = await world.poem()
        assert "does not say" in private(await world.more(world.ana, poem, "Show the ink"))
        form = await world.ana.click(poem, label="Edit")
        await world.ana.submit_modal(form, {"text": "snow falls by hand"})
        assert "by hand" in private(await world.more(world.ana, poem, "Show the ink"))


async def test_whoever_is_forgotten_leaves_no_ink(world: World) -> None:
    world.model.say("Snow", " falls")
    await world.poem()
    world.model.say("Rain", " falls")
    await world.poem(world.ben, topic="rain")
    assert len(inks(world)) == 2
    await world.app.privacy.forget(world.ana.id, world.guild.id)
    assert [take for _, take, _ in inks(world)] == [1]


async def test_a_private_work_shows_its_ink_to_nobody_else(world: World) -> None:
    world.model.say("Snow", " falls")
    await world.poem(private=True)
    ((work, _, _),) = inks(world)
    other = await world.poem(world.ben)
    result = await world.press_old(world.ben, other, "ink", work)
    told = private(result)
    assert "probabilities" not in told


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_picture_has_a_light_ground_and_darker_patches_for_what_surprised(lang: Lang) -> None:
    text = "Snow falls\n月落乌啼霜满天"
    sure = InkedText(text, (Inked(0, 4, -0.01), Inked(5, 10, -0.01)), 1.0)
    rare = InkedText(text, (Inked(0, 4, -9.0), Inked(5, 10, -9.0)), 8000.0)
    light, dark = (
        Image.open(io.BytesIO(draw(one, title="雪 Snow", byline="x", lang=lang))) for one in (sure, rare)
    )
    assert light.size == dark.size and light.getpixel((2, 2)) == (251, 249, 244)
    rows = [np.asarray(image.crop((0, 180, 1200, 300)), dtype=int) for image in (light, dark)]
    patches = [int((pixels[..., 2] - pixels[..., 0] > 60).sum()) for pixels in rows]
    assert patches[0] == 0 and patches[1] > 3_000
