"""Poems in form by models that cannot be steered: told the plan, checked, and only what fails once more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.backends.base import Message, Request, Result, Sampling, Text, Waiting, collect
from bot.backends.openai_api import OpenAIBackend
from bot.backends.router import Router
from bot.errors import ModelUnavailable
from bot.forms.check import shape_of
from bot.forms.guide.guided import Guided
from bot.forms.model import Holds
from bot.prompting.catalogue import Catalogue
from bot.services.forming import CALLS, Formed
from bot.services.unwrap import refuses
from tests.patience import PATIENCE
from tests.servers.faulty import USAGE, Answer, Faulty, event, says, serve, status

CATALOGUE = Catalogue.load(Path(__file__).parents[3] / "prompts")
GOOD = "The old ferry waits\nunder a sky full of snow\nwith nobody there"
SHORT = "The old ferry waits\nunder the snow\nwith nobody there"
MENDED = "under a sky full of snow"


@pytest.fixture
async def server() -> AsyncIterator[Faulty]:
    async with serve() as faulty:
        yield faulty


@pytest.fixture
async def formed(server: Faulty) -> AsyncIterator[Formed]:
    backend = OpenAIBackend(base_url=server.url, default_model="poet", idle_timeout=PATIENCE, retries=0)
    router = Router([backend], default="openai/poet")
    yield Formed(router)
    await router.aclose()


def guided(form: str = "haiku", topic: str = "the ferry", **more: Any) -> Guided:
    found = CATALOGUE.find_form(form)
    assert found is not None
    shape = shape_of(found.id, found.shape)
    assert shape is not None
    return Guided(form=found.id, shape=shape, language=more.pop("language", "en"), topic=topic, **more)


def ask(constraint: Guided | None) -> Request:
    return Request(
        messages=(Message("system", "You are a poet."), Message("user", "A haiku about the ferry.")),
        constraint=constraint,
        sampling=Sampling(seed=4),
        deadline=PATIENCE,
        logprobs=True,
    )


def text(words: str) -> Answer:
    return says(event(words), event(finish="stop"), USAGE)


async def test_without_a_form_the_answer_streams_as_it_is(server: Faulty, formed: Formed) -> None:
    pieces = [chunk async for chunk in formed.generate(ask(None)) if isinstance(chunk, Text)]
    assert [piece.text for piece in pieces] == ["Snow", " falls", "."]
    assert server.bodies[0]["messages"][1]["content"] == "A haiku about the ferry."


async def test_the_plan_is_told_and_a_draft_in_form_is_enough(server: Faulty, formed: Formed) -> None:
    server.then(text(GOOD))
    result = await collect(formed.generate(ask(guided())))
    assert result.text == GOOD
    assert len(server.bodies) == 1
    told = server.bodies[0]["messages"][1]["content"]
    assert "1: 5 syllables" in told and "2: 7 syllables" in told
    assert result.done.usage.written == 3 and result.done.seed == 4


@pytest.mark.parametrize(
    "answer",
    [
        json.dumps({"lines": [{"number": 2, "line": MENDED}]}),
        f"2 | {MENDED}",
        f"Line 2: {MENDED} | 7 syllables",
        f"<think>Seven, then.</think>\n2. {MENDED}",
    ],
)
async def test_only_the_line_that_fails_is_asked_for_again(
    server: Faulty, formed: Formed, answer: str
) -> None:
    server.then(text(SHORT), text(answer))
    result = await collect(formed.generate(ask(guided())))
    assert result.text == GOOD
    repair = server.bodies[1]
    assert [message["role"] for message in repair["messages"]] == ["system", "user", "assistant", "user"]
    told = repair["messages"][3]["content"]
    assert "2 | under the snow" in told and "1 |" not in told and "7" in told and "4" in told
    assert repair["response_format"]["json_schema"]["schema"]["required"] == ["lines"]
    assert result.done.usage.written == 6, "both calls are paid for"
    assert result.tokens == (), "nobody gave this text token by token"


@pytest.mark.parametrize(
    "answer",
    [
        f"```\n{GOOD}\n```",
        f"```text\n{GOOD}\n```\nHope this helps!",
        f"Here is a haiku about the ferry:\n\n{GOOD}",
        f"Here is a haiku about the ferry:\n{GOOD}",
        f"{GOOD}\n\n(5-7-5 syllables, as asked)",
        f"Sure!\n\n{GOOD}\n\nLet me know if you want changes.",
        "1. The old ferry waits\n2. under a sky full of snow\n3. with nobody there",
        "- The old ferry waits\n- under a sky full of snow\n- with nobody there",
        "> The old ferry waits\n> under a sky full of snow\n> with nobody there",
        "The old ferry waits (5)\nunder a sky full of snow (7)\nwith nobody there (5)",
        "*The old ferry waits*  \n*under a sky full of snow*  \n*with nobody there*",
        f"“{GOOD}”",
        "The old ferry waits / under a sky full of snow / with nobody there",
        "<think>5, 7, 5.</think>\n\nOf course:\n\n1) The old ferry waits\n"
        "2) under a sky full of snow\n3) with nobody there",
    ],
)
async def test_the_poem_is_found_in_what_is_said_around_it(
    server: Faulty, formed: Formed, answer: str
) -> None:
    server.then(text(answer))
    result = await collect(formed.generate(ask(guided())))
    assert result.text == GOOD
    assert len(server.bodies) == 1, "nothing needs a repair"


async def test_what_stands_for_itself_is_left_as_it_is(server: Faulty, formed: Formed) -> None:
    poem = "*The ferry*, said I\nis under a sky of snow\n– nobody – is there (8)"
    server.then(*(text(poem) for _ in range(CALLS)))
    assert (await collect(formed.generate(ask(guided())))).text == poem


@pytest.mark.parametrize(
    "answer",
    [
        f'```json\n{{"lines": [{{"number": 2, "line": "{MENDED}"}}]}}\n```',
        f"Here is the line:\n\n2 | {MENDED}\n\nIt has seven syllables now.",
        f"**2** | {MENDED}",
        f"1 | {MENDED}",
        MENDED,
        f'"{MENDED}"',
        f"1 | The new ferry sinks\n2 | {MENDED}\n3 | with somebody there",
    ],
)
async def test_the_line_is_found_in_a_repair_and_no_other_is_changed(
    server: Faulty, formed: Formed, answer: str
) -> None:
    server.then(text(SHORT), text(answer))
    assert (await collect(formed.generate(ask(guided())))).text == GOOD
    assert len(server.bodies) == 2


@pytest.mark.parametrize("said", ["I'm sorry, but I can't help with that.", "抱歉，我无法写这首诗。"])
async def test_who_refuses_is_not_asked_again(server: Faulty, formed: Formed, said: str) -> None:
    server.then(text(said))
    assert (await collect(formed.generate(ask(guided())))).text == said
    assert len(server.bodies) == 1
    server.then(text(SHORT), text(said))
    assert (await collect(formed.generate(ask(guided())))).text == SHORT
    assert len(server.bodies) == 3


async def test_a_poem_may_begin_as_an_apology_does(server: Faulty, formed: Formed) -> None:
    server.then(text("I am sorry, snow\nfor the ferry and the night\nand for the small boats"), text(GOOD))
    assert len((await collect(formed.generate(ask(guided())))).text.split("\n")) == 3
    assert not refuses("I am sorry, snow\nfor the ferry and the night\nand for the small boats", "en")


async def test_a_repair_that_makes_it_worse_is_not_kept(server: Faulty, formed: Formed) -> None:
    worse = "A ferry\nB\nC"
    server.then(text(SHORT), text("2 | snow"), text(worse), text(f"2 | {MENDED}"))
    assert (await collect(formed.generate(ask(guided())))).text == GOOD
    assert server.bodies[3]["messages"][2]["content"] == SHORT, "it is the best that is mended"


async def test_with_no_time_left_no_repair_is_begun(
    server: Faulty, formed: Formed, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, late = asyncio.get_running_loop().time, 0.0
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: clock() + late)

    async def slowly(request: Any, body: Any) -> Any:
        nonlocal late
        late = PATIENCE / 3
        return await text(SHORT)(request, body)

    server.then(slowly)
    assert (await collect(formed.generate(replace(ask(guided()), deadline=PATIENCE / 2)))).text == SHORT
    assert len(server.bodies) == 1


async def test_a_server_without_schemas_is_asked_without(server: Faulty, formed: Formed) -> None:
    refused = status(400, code="unsupported_parameter", param="response_format")
    server.then(text(SHORT), refused, text(f"2 | {MENDED}"))
    assert (await collect(formed.generate(ask(guided())))).text == GOOD
    assert "response_format" not in server.bodies[2]


async def test_the_whole_is_asked_for_where_lines_are_missing(server: Faulty, formed: Formed) -> None:
    server.then(text("The old ferry waits"), text(GOOD))
    assert (await collect(formed.generate(ask(guided())))).text == GOOD
    assert "response_format" not in server.bodies[1]


async def test_a_topic_may_show_in_other_words(server: Faulty, formed: Formed) -> None:
    server.then(text(GOOD.replace("ferry", "river")))
    assert "river" in (await collect(formed.generate(ask(guided())))).text


async def test_a_poem_that_only_says_the_same_is_written_again(server: Faulty, formed: Formed) -> None:
    server.then(text("ferry ferry go\nferry ferry ferry go\nferry ferry go"), text(GOOD))
    assert (await collect(formed.generate(ask(guided())))).text == GOOD
    assert "same words" in server.bodies[1]["messages"][3]["content"]


async def test_the_best_is_given_when_no_repair_helps(server: Faulty, formed: Formed) -> None:
    server.then(text(SHORT), *(text("2 | snow") for _ in range(CALLS)))
    told: list[Waiting] = []
    result: Result | None = None

    async def heard() -> Any:
        async for chunk in formed.generate(ask(guided())):
            if isinstance(chunk, Waiting):
                told.append(chunk)
            yield chunk

    result = await collect(heard())
    assert result.text == SHORT
    assert len(server.bodies) == CALLS
    assert [one.why for one in told] == ["trying"] * (CALLS - 1)
    assert guided().report(result.text).holds is Holds.NO


async def test_a_repair_that_fails_leaves_the_draft(server: Faulty, formed: Formed) -> None:
    server.then(text(SHORT), status(500))
    assert (await collect(formed.generate(ask(guided())))).text == SHORT


async def test_a_draft_that_fails_is_told(server: Faulty, formed: Formed) -> None:
    server.then(status(500))
    with pytest.raises(ModelUnavailable):
        await collect(formed.generate(ask(guided())))


async def test_lines_given_stand_and_are_not_asked_for(server: Faulty, formed: Formed) -> None:
    server.then(text(GOOD.partition("\n")[2]))
    result = await collect(formed.generate(ask(guided(opening="The old ferry waits"))))
    assert len(server.bodies) == 1, "the opening counts as the first line"
    assert "1: stands as it is: The old ferry waits" in server.bodies[0]["messages"][1]["content"]
    assert result.text == GOOD.partition("\n")[2]


async def test_a_chinese_poem_is_mended_within_its_row(server: Faulty, formed: Formed) -> None:
    poem = "白日依山尽，黄河入海流。欲穷千里天，更上一层楼。"
    server.then(text(poem), text("3 | 欲穷千里目。"))
    result = await collect(formed.generate(ask(guided("五绝", "山", language="zh"))))
    assert result.text == poem.replace("天", "目")
    told = server.bodies[1]["messages"][3]["content"]
    assert "3 | 欲穷千里天 |" in told and "1 |" not in told


def test_the_plan_names_rhymes_refrains_and_heads() -> None:
    villanelle = guided("villanelle").told
    assert "6: line 1 again, word for word" in villanelle and "A: " in villanelle
    assert "x/x/x/x/x/, rhyme A" in guided("sonnet-shakespearean").told
    assert "首字为“春”" in guided("藏头诗", "春江花月", language="zh").told
    assert "平" in guided("七律", "江雪", language="zh").told
    ghazal = guided("ghazal", "the ferry").told
    assert "rhyme Q, and behind the rhyme the words “" in ghazal and "ferry”" in ghazal
    sestina = guided("sestina").told
    assert "7: 10 syllables, x/x/x/x/x/, ends in the word F" in sestina
    assert "ends in the word E, has the word B within" in sestina
