"""A message that is written while people watch: its pace, and what it does when Discord says no."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace

import discord
import pytest

from cogs.ui import stream
from cogs.ui.stream import INVALID_TOKEN, UNKNOWN_WEBHOOK, Frame, LiveMessage, Lost, handed_over

pytestmark = pytest.mark.usefixtures("jumping_clock")


@pytest.fixture(autouse=True)
def one_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream's pace is kept by the loop's clock, which these tests let jump."""
    monkeypatch.setattr(stream, "now", lambda: asyncio.get_running_loop().time())


@dataclass
class Paper:
    """A surface that keeps what was drawn on it, and when; it can be told to fail."""

    drawn: list[str] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    slow: float = 0.0
    id: int | None = 1

    async def edit(self, frame: Frame) -> None:
        await asyncio.sleep(self.slow)
        if self.failures:
            raise self.failures.pop(0)
        self.drawn.append(frame.content)
        self.at.append(stream.now())

    async def follow(self, content: str, nonce: str) -> int:
        return 2


def refused(status: int, code: int = 0) -> discord.HTTPException:
    response = SimpleNamespace(status=status, reason="", headers={})
    return discord.HTTPException(response, {"code": code, "message": ""})  # type: ignore[arg-type]


async def write(live: LiveMessage, count: int, pause: float = 0.005) -> None:
    for number in range(count):
        live.show(Frame(f"frame {number}"))
        await asyncio.sleep(pause)


async def test_frames_are_dropped_the_last_is_not_and_none_comes_too_soon() -> None:
    paper = Paper()
    async with LiveMessage(paper, every=0.05) as live:
        await write(live, 60)
        assert await live.finish(Frame("the end"))
    assert paper.drawn[0] == "frame 0" and paper.drawn[-1] == "the end"
    assert len(paper.drawn) < 30
    gaps = [later - sooner for sooner, later in zip(paper.at, paper.at[1:], strict=False)]
    assert min(gaps) >= 0.049


async def test_showing_never_waits() -> None:
    paper = Paper(slow=5.0)
    live = LiveMessage(paper, every=0.01)
    live.show(Frame("one"))
    await asyncio.sleep(0.02)
    live.show(Frame("two"))  # while the first edit is still on its way
    assert paper.drawn == []


async def test_a_final_comes_after_an_edit_that_is_under_way() -> None:
    paper = Paper(slow=0.05)
    async with LiveMessage(paper, every=0.01) as live:
        live.show(Frame("one"))
        await asyncio.sleep(0.01)
        paper.slow = 0.0
        assert await live.finish(Frame("the end"))
    assert paper.drawn == ["one", "the end"]


@pytest.mark.parametrize(
    "failure", [refused(429), discord.RateLimited(0.01), refused(500), OSError(), TimeoutError()]
)
async def test_a_refused_final_is_tried_again(
    failure: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "EDIT_TIMEOUT", 0.02)
    paper = Paper(failures=[failure, failure])
    async with LiveMessage(paper, every=0.01) as live:
        assert await live.finish(Frame("the end"))
    assert paper.drawn == ["the end"]


async def test_a_rate_limit_slows_the_stream_and_a_good_edit_lets_it_recover() -> None:
    paper = Paper(failures=[discord.RateLimited(0.1)])
    async with LiveMessage(paper, every=0.02) as live:
        live.show(Frame("one"))
        await asyncio.sleep(0.03)
        live.show(Frame("two"))  # too soon now
        await asyncio.sleep(0.01)
        assert paper.drawn == []
        await asyncio.sleep(0.1)
        live.show(Frame("three"))
        await asyncio.sleep(0.01)
        assert paper.drawn == ["three"]
        await asyncio.sleep(0.03)
        live.show(Frame("four"))
        await asyncio.sleep(0.01)
        assert paper.drawn == ["three", "four"]


async def test_a_message_that_is_gone_ends_it() -> None:
    paper = Paper(failures=[Lost()])
    async with LiveMessage(paper, every=0.01) as live:
        live.show(Frame("one"))
        await asyncio.sleep(0.01)
        assert live.gone
        live.show(Frame("two"))
        await asyncio.sleep(0.02)
        assert paper.drawn == []


async def test_a_final_is_tried_as_long_as_discord_is_away_and_no_longer_than_it_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "SLOWEST", 0.001)
    away = Paper(failures=[refused(503)] * 3 * stream.FINAL_TRIES)
    async with LiveMessage(away, every=0.0001) as live:
        assert await live.finish(Frame("the end"), patience=600)
        assert away.drawn == ["the end"]
    wrong = Paper(failures=[refused(400, 50035)] * 3 * stream.FINAL_TRIES)
    async with LiveMessage(wrong, every=0.0001) as live:
        assert not await live.finish(Frame("the end"), patience=600)
        assert len(wrong.failures) == 2 * stream.FINAL_TRIES


async def test_a_final_that_is_never_taken_is_given_up_and_told() -> None:
    paper = Paper(failures=[refused(400, 50035)] * 100)
    async with LiveMessage(paper, every=0.001) as live:
        assert not await live.finish(Frame("the end"))
        assert not live.gone


async def test_what_is_shown_already_is_not_drawn_again() -> None:
    paper = Paper()
    async with LiveMessage(paper, every=0.01) as live:
        for _ in range(5):
            live.show(Frame("the same"))
            await asyncio.sleep(0.05)
    assert paper.drawn == ["the same"]


async def test_an_end_that_is_refused_is_tried_ever_later() -> None:
    paper = Paper(failures=[refused(500) for _ in range(4)])
    began = stream.now()
    assert await LiveMessage(paper, every=0.1).finish(Frame("the end"))
    assert paper.at[0] - began >= 0.1 + 0.1 + 0.2 + 0.4


@pytest.mark.parametrize("code", [INVALID_TOKEN, UNKNOWN_WEBHOOK])
def test_what_only_one_member_sees_is_never_edited_by_the_bots_own_right(code: int) -> None:
    channel = SimpleNamespace(get_partial_message=lambda id: SimpleNamespace(id=id))
    assert handed_over(refused(401, code), channel, 5, private=False).id == 5
    with pytest.raises(Lost):
        handed_over(refused(401, code), channel, 5, private=True)
