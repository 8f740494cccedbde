"""Texts without a form: no line that was learnt from, none that says nothing new, and the topic shows."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import pytest

from bot.backends.base import (
    Chunk,
    Cue,
    Done,
    Message,
    ModelRef,
    Request,
    Sampling,
    Text,
    TokenProb,
    Usage,
    collect,
)
from bot.backends.local.fresh import TRIES, fresh

REF = ModelRef("local", "tiny")


class Told:
    """Writes what it is told, by seed: the first text for the first seed that it meets, and so on."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts
        self.asked: list[Request] = []
        self.closed = 0

    async def __call__(self, request: Request) -> AsyncGenerator[Chunk, None]:
        text = self.texts[min(len(self.asked), len(self.texts) - 1)]
        self.asked.append(request)
        try:
            for word in text.replace("\n", " \n ").split(" "):
                piece = word if word == "\n" else f"{word} "
                yield Text(piece, (TokenProb(piece, -1.0),), REF)
            yield Done("stop", REF, Usage(5, len(text.split())), request.sampling.seed)
        finally:
            self.closed += 1


def ask(topic: str = "", **more: object) -> Request:
    cue = Cue(language="en", topic=topic)
    return replace(Request(messages=(), cue=cue, sampling=Sampling(max_tokens=200)), **more)  # type: ignore[arg-type]


def famous(line: str) -> bool:
    return "famous" in line


def plain(text: str) -> str:
    return "\n".join(line.strip() for line in text.split("\n"))


async def test_a_text_that_is_its_own_is_written_once_as_it_comes() -> None:
    told = Told("the ferry waits\nand we are cold")
    pieces: list[str] = []
    async with aclosing(fresh(told, ask("the ferry"), 7, famous)) as chunks:
        pieces = [chunk.text async for chunk in chunks if isinstance(chunk, Text)]
    assert len(pieces) == 2, "line by line"
    assert plain("".join(pieces)) == "the ferry waits\nand we are cold"
    assert len(told.asked) == 1
    assert told.asked[0].sampling.seed == 7


async def test_a_line_that_was_learnt_from_is_written_again_from_where_it_began() -> None:
    told = Told("the ferry waits\na famous line\nand more", "another line\nthe end")
    result = await collect(fresh(told, ask("the ferry"), 7, famous))
    assert plain(result.text) == "the ferry waits\nanother line\nthe end"
    assert plain(told.asked[1].begun) == "the ferry waits\n"
    assert told.asked[0].sampling.seed != told.asked[1].sampling.seed
    assert told.asked[1].sampling.max_tokens < 200
    assert result.done.seed == 7 and result.done.lacks == ()
    assert told.closed == 2, "what is given up is not written on"
    assert "".join(token.text for token in result.tokens) == result.text


async def test_the_last_line_counts_too() -> None:
    told = Told("the ferry waits\na famous line", "the end")
    assert plain((await collect(fresh(told, ask("the ferry"), 7, famous))).text) == "the ferry waits\nthe end"


async def test_what_no_try_avoids_is_told() -> None:
    told = Told("a famous line")
    result = await collect(fresh(told, ask("the ferry"), 7, famous))
    assert plain(result.text) == "a famous line"
    assert result.done.lacks == ("new", "topic")
    assert len(told.asked) == TRIES
    assert len({one.sampling.seed for one in told.asked}) == TRIES


async def test_with_little_time_there_is_no_second_try() -> None:
    told = Told("a famous line")
    result = await collect(fresh(told, ask(deadline=0.0), 7, famous))
    assert len(told.asked) == 1
    assert result.done.lacks == ("new",)


async def test_nothing_is_shown_before_the_topic_shows() -> None:
    told = Told("the river runs\nand runs away", "the river runs\nthe ferry waits\nto go")
    pieces: list[str] = []
    async with aclosing(fresh(told, ask("the ferry"), 7, famous)) as chunks:
        pieces = [plain(chunk.text) async for chunk in chunks if isinstance(chunk, Text)]
    assert pieces[0] == "the river runs\nthe ferry waits\n"
    assert told.asked[1].begun == ""


@pytest.mark.parametrize(
    ("line", "count"),
    [("the ferry waits", 2), ("ferry waits", 2), ("the ferry waits for me", 1)],
)
async def test_a_line_that_says_nothing_new_is_written_again(line: str, count: int) -> None:
    told = Told(f"the ferry waits\n{line}\nall day", "and we are cold")
    await collect(fresh(told, ask("the ferry"), 7, famous))
    assert len(told.asked) == count


async def test_a_refrain_may_come_again() -> None:
    text = "the ferry waits\n\none\ntwo three\nfour five six\nseven eight nine\n\nthe ferry waits"
    told = Told(text)
    assert plain((await collect(fresh(told, ask("the ferry"), 7, famous))).text) == text
    assert len(told.asked) == 1


async def test_lines_of_the_member_may_be_said_again() -> None:
    told = Told("a famous line\nthe end")
    cue = Cue(language="en", topic="darker", draft="A famous line,\nthe beginning")
    result = await collect(fresh(told, ask(cue=cue), 7, famous))
    assert plain(result.text) == "a famous line\nthe end"
    assert result.done.lacks == (), "of a revision no topic is asked"
    said = ask(messages=(Message("user", "go on from\na famous line"),))
    assert len(told.asked) == 1
    await collect(fresh(told, said, 7, famous))
    assert len(told.asked) == 2


async def test_a_topic_in_another_script_cannot_show() -> None:
    told = Told("the end")
    result = await collect(fresh(told, ask("末班车"), 7, famous))
    assert len(told.asked) == 1 and result.done.lacks == ()


async def test_a_long_topic_is_a_task_and_need_not_show() -> None:
    told = Told("the end")
    await collect(fresh(told, ask("write about the thing that " * 9), 7, famous))
    assert len(told.asked) == 1
