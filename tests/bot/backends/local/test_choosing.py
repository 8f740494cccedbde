"""Candidates of each line side by side: the likeliest stays, what comes again is not asked for."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.backends.base import (
    Cue,
    Done,
    Message,
    ModelRef,
    Request,
    Result,
    Sampling,
    TokenProb,
    Usage,
    Waiting,
    collect,
)
from bot.backends.local.backend import LocalBackend
from bot.backends.local.choosing import COOLER, ROUNDS, choose
from bot.backends.local.copies import copies
from bot.errors import ModelUnavailable
from bot.forms.check import check, shape_of
from bot.forms.guide.guided import Guided
from bot.forms.model import Holds
from bot.prompting.catalogue import Catalogue
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[4]
CATALOGUE = Catalogue.load(ROOT / "prompts")
REF = ModelRef("local", "tiny")


def guided(form: str, language: str = "en", **more: object) -> Guided:
    found = CATALOGUE.find_form(form)
    assert found is not None
    shape = shape_of(found.id, found.shape)
    assert shape is not None
    return Guided(form=found.id, shape=shape, language=language, **more)  # type: ignore[arg-type]


def ask(constraint: Guided) -> Request:
    return Request(
        messages=(Message("user", "the ferry"),), constraint=constraint, sampling=Sampling(temperature=1.0)
    )


class Told:
    """Writes the lines that it is told, one candidate after another, each as likely as it is told."""

    def __init__(self, *lines: list[tuple[str, float]]) -> None:
        self.lines = lines
        self.asked: list[Request] = []
        self.seeds: list[int] = []
        self.running = 0

    async def __call__(
        self, request: Request, seeds: Sequence[int]
    ) -> AsyncGenerator[Waiting | tuple[Result, ...], None]:
        assert request.constraint is not None
        told = self.lines[request.begun.count("\n") % len(self.lines)]
        self.asked.append(request)
        self.seeds += seeds
        self.running += 1
        try:
            await asyncio.sleep(0)
            yield tuple(
                Result(
                    line,
                    Done("stop", REF, Usage(5, 2), seed),
                    (TokenProb(line, math.log(chance)),),
                )
                for seed, (line, chance) in zip(seeds, told * len(seeds), strict=False)
            )
        finally:
            self.running -= 1


GOOD = ([("The ferry crosses to the other shore", 0.5)], [("and we who wait are waiting as before", 0.5)])


async def test_the_likeliest_of_the_candidates_stays() -> None:
    told = Told([("a ferry", 0.1), ("the ferry", 0.6), ("one ferry", 0.2)], [("no more", 0.5)])
    result = await collect(choose(told, ask(guided("couplet", tries=3)), guided("couplet", tries=3), 4))
    assert result.text.split("\n")[0] == "the ferry"
    assert {one.sampling.stop for one in told.asked} == {("\n",)}
    assert {one.sampling.temperature for one in told.asked} == {COOLER}
    assert all(one.logprobs for one in told.asked)


async def test_a_line_cut_in_many_pieces_is_not_likelier_for_it() -> None:
    async def write(
        request: Request, seeds: Sequence[int]
    ) -> AsyncGenerator[Waiting | tuple[Result, ...], None]:
        done = Done("stop", REF, Usage(5, 2))
        plain = tuple(TokenProb(word, -2.0) for word in ("the", " ferry", " waits"))
        cut = tuple(TokenProb(piece, chance) for piece, chance in (("th", -6.0), ("ef", -0.1), ("t", -0.1)))
        yield Result("thefts", done, (*cut, *cut[1:])), Result("the ferry waits", done, plain)

    plan = guided("couplet", tries=2)
    text = (await collect(choose(write, ask(plan), plan, 4))).text
    assert text.startswith("the ferry waits")


async def test_the_topic_counts_where_it_has_not_shown() -> None:
    told = Told([("the river", 0.6), ("the ferry", 0.4)], [("no more", 0.5)])
    plan = guided("couplet", topic="the ferry", tries=2)
    assert (await collect(choose(told, ask(plan), plan, 4))).text.startswith("the ferry")


async def test_a_text_that_is_good_is_written_once_and_paid_for_once() -> None:
    told, plan = Told(*GOOD), guided("couplet", topic="the ferry", tries=2)
    result = await collect(choose(told, replace(ask(plan), logprobs=True), plan, 4))
    assert result.text == f"{GOOD[0][0][0]}\n{GOOD[1][0][0]}"
    assert len(told.seeds) == 4
    assert (result.done.usage.read, result.done.usage.written) == (5, 4)
    assert result.done.seed == 4
    assert len(result.tokens) == 2


async def test_one_that_is_not_is_written_again_and_the_best_stays() -> None:
    told, plan = Told([("the river", 0.5)], [("no river", 0.5)]), guided("couplet", topic="ferry", tries=2)
    result = await collect(choose(told, ask(plan), plan, 4))
    assert result.text == "the river\nno river"
    assert len(told.seeds) == len(set(told.seeds)) == 4 * ROUNDS, "each with its own chance"


async def test_lines_that_come_again_are_not_asked_for() -> None:
    told, plan = Told([("the sea", 0.5)]), guided("triolet", tries=2)
    text = (await collect(choose(told, ask(plan), plan, 4))).text
    assert len(told.seeds) == 2 * 5, "three of the eight lines are there already"
    assert text.split("\n")[0] == text.split("\n")[3] == text.split("\n")[6]


async def test_a_line_that_was_learnt_from_is_taken_only_where_there_is_no_other() -> None:
    told = Told([("the famous ferry", 0.9), ("the ferry", 0.1)], [("we wait", 0.5)])
    plan = guided("couplet", tries=2)
    text = (await collect(choose(told, ask(plan), plan, 4, lambda line: "famous" in line))).text
    assert text.split("\n")[0] == "the ferry"
    told = Told([("the famous ferry", 0.9)], [("we wait", 0.5)])
    text = (await collect(choose(told, ask(plan), plan, 4, lambda line: "famous" in line))).text
    assert text.split("\n")[0] == "the famous ferry"
    assert len(told.seeds) == 4 * ROUNDS, "and another is tried for first"


def test_the_index_of_the_house_model_knows_what_it_learnt_from() -> None:
    known = copies(ROOT / "models" / "house")
    assert known is not None
    assert known("黄河入海流，") and known("更上一层楼")
    assert known("My mistress’ eyes are nothing like the sun;")
    assert known("春风何处来"), "of the corpora whole, not only of what was learnt from"
    said = ["laptop", "never", "learned", "swims", "noon", "kettle", "office", "modem", "pizza", "lift"]
    chance = random.Random(1)
    made_up = [" ".join(chance.sample(said, 9)) for _ in range(1000)]
    assert sum(map(known, made_up)) < 40, "two pieces each, one in a hundred of them by error"
    assert not known("春风"), "short phrases are common property"
    assert copies(ROOT / "docs") is None, "a model without an index knows nothing"


def test_in_prose_nine_words_make_a_copy() -> None:
    known = copies(ROOT / "models" / "house")
    assert known is not None
    mine = "my laptop never learned the way to swim at noon and the kettle in the office has a cold "
    assert not known(mine * 3)
    assert known(mine + "the blue eye will do if the courting is through " + mine)


async def test_who_waits_is_told_how_far_it_is() -> None:
    told, plan = Told(*GOOD), guided("couplet", topic="the ferry", tries=2)
    parts: list[float | None] = []
    async with aclosing(choose(told, ask(plan), plan, 4)) as chunks:
        parts += [chunk.fraction async for chunk in chunks if isinstance(chunk, Waiting)]
    assert parts == [0.5, 1.0]


async def test_whoever_gives_up_leaves_no_candidate_behind() -> None:
    told, plan = Told(*GOOD), guided("couplet", tries=8)
    async with aclosing(choose(told, ask(plan), plan, 4)) as chunks:
        await anext(chunks)
    async with asyncio.timeout(PATIENCE):
        while told.running:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0)


async def test_a_candidate_that_fails_fails_the_text() -> None:
    async def broken(
        request: Request, seeds: Sequence[int]
    ) -> AsyncGenerator[Waiting | tuple[Result, ...], None]:
        raise ModelUnavailable(model="local/tiny", reason="gone")
        yield

    plan = guided("couplet", tries=2)
    with pytest.raises(ModelUnavailable):
        await collect(choose(broken, ask(plan), plan, 4))


@pytest.mark.slow
async def test_the_house_model_keeps_a_form_and_the_same_seed_gives_the_same_poem() -> None:
    backend = LocalBackend([str(ROOT / "models" / "house")], nice=0)

    async def poem(form: str, language: str, topic: str, seed: int) -> str:
        plan = guided(form, language, topic=topic, tries=4)
        cue = Cue(language=language, topic=topic, form=form)
        sampling = Sampling(seed=seed, max_tokens=300)
        request = Request(messages=(), cue=cue, constraint=plan, sampling=sampling)
        return (await collect(backend.generate(request))).text

    try:
        haiku = await poem("haiku", "en", "snow", 1)
        assert check(haiku, guided("haiku").shape).holds is Holds.YES, haiku
        quatrain = await poem("wujue", "zh", "秋雨", 1)
        assert check(quatrain, guided("wujue", "zh").shape).holds is Holds.YES, quatrain
        assert await poem("haiku", "en", "snow", 1) == haiku
        assert await poem("haiku", "en", "snow", 2) != haiku
    finally:
        await backend.aclose()
