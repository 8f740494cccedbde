"""One process, many plays: streams through lost connections, limits and storms, in every kind of place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio

from tests.cogs.command_limits import faults
from tests.gateway.conftest import PACE, Pen, Stage, stage
from tests.gateway.payloads import ABROAD, DIRECT
from tests.gateway.process import until
from tests.gateway.rest import EPHEMERAL, Interaction, Message, failure, limited

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def play(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A bot that is ready; every play leaves it so."""
    async with stage(tmp_path_factory.mktemp("session")) as play:
        await play.bot.start()
        await play.bot.until_said("ready as Renga")
        yield play
        assert await play.bot.stop() == 0
        assert "Traceback" not in play.bot.said()


async def begun(play: Stage, *words: str, **options: Any) -> tuple[Pen, Interaction, Message]:
    """A poem of which the first words can be read."""
    pen = play.pen()
    asked = await play.discord.slash("poem", topic="rain", **options)
    pen.write(*words)
    await until(lambda: asked.original and words[0].strip() in asked.original.content, words[0])
    assert asked.original is not None
    return pen, asked, asked.original


def finished(message: Message) -> bool:
    return "Another take" in message.buttons()


async def ended(play: Stage, pen: Pen, message: Message) -> None:
    """Let a poem end, and wait until it stands there with its buttons and its last word."""
    pen.write("done.")
    pen.lift()
    await until(lambda: finished(message), "a finished poem")
    await play.discord.until_shown("done.")  # a long one goes on in a message after it


async def test_commands_are_put_once_and_are_valid(play: Stage) -> None:
    await play.bot.until_said("told Discord of")
    puts = [one for one in play.discord.requests if one.method == "PUT"]
    assert len(puts) == 1 and puts[0].status == 200
    assert len(play.discord.commands) > 20 and not list(faults(play.discord.commands))


async def test_a_stream_is_drawn_at_its_pace_and_ends_with_its_buttons(play: Stage) -> None:
    pen, asked, message = await begun(play, "Snow ")
    assert list(message.buttons()) == ["Stop"]
    await until(lambda: len(message.history) > 8, "some frames")
    await ended(play, pen, message)
    drawn = [at for at, words in message.history if words]
    assert all(after - before > PACE * 0.8 for before, after in pairwise(drawn))
    assert not [one for one in play.discord.requests if one.status == 429]
    assert asked.kind == 5


async def resumed(play: Stage) -> None:
    await play.discord.gateway.say(7)


async def invalid_resumable(play: Stage) -> None:
    await play.discord.gateway.say(9, True)


async def cut(play: Stage) -> None:
    await play.discord.gateway.drop()


async def begun_anew(play: Stage) -> None:
    play.discord.gateway.forget_sessions()
    await play.discord.gateway.say(9, False)


@pytest.mark.parametrize(
    ("act", "answer"),
    [(resumed, "resume"), (invalid_resumable, "resume"), (cut, "resume"), (begun_anew, "identify")],
)
async def test_a_lost_connection_leaves_a_stream_alone(
    play: Stage, act: Callable[[Stage], Coroutine[Any, Any, None]], answer: str
) -> None:
    pen, _, message = await begun(play, "Snow ")
    before = len(play.discord.gateway.log)
    await act(play)
    await until(lambda: answer in play.discord.gateway.log[before:], answer)
    pen.write("meanwhile ")
    await until(lambda: "meanwhile" in message.content, "words after it")
    assert list(message.buttons()) == ["Stop"]
    await ended(play, pen, message)
    assert "restarted" not in "".join(words for _, words in message.history)
    usage = await play.discord.slash("usage")
    await until(lambda: usage.told, "an answer after it")


async def test_the_same_interaction_twice_writes_once(play: Stage) -> None:
    asked = len(play.model.bodies)
    pen, interaction, message = await begun(play, "Twice ")
    await play.discord.again(interaction)
    await ended(play, pen, message)
    await play.discord.again(interaction)
    press = await play.discord.press(message, "More…")
    await play.discord.again(press)
    await until(lambda: press.kind, "what more there is")
    usage = await play.discord.slash("usage")
    await until(lambda: usage.told, "what comes after")
    assert len(play.model.bodies) == asked + 1
    assert len(play.discord.shown("Twice")) == 1


@pytest.mark.parametrize("scope", ["user", "shared", "global"])
async def test_limits_in_a_stream_lose_nothing(play: Stage, scope: str) -> None:
    pen, _, message = await begun(play, "Snow ")
    slowed = limited(0.5, scope)
    with play.discord.failing("PATCH", "/webhooks/.*/messages/", slowed.fault) as met:
        pen.write("falls ")
        await until(lambda: len(met) >= 2, "a limit")
    await ended(play, pen, message)
    assert "falls" in message.content


async def test_what_a_long_storm_of_errors_kept_back_is_shown_when_it_is_over(play: Stage) -> None:
    pen, _, message = await begun(play, "Storm ")
    with play.discord.failing("PATCH", "/messages/", failure(503)) as met:
        pen.write("words ")
        pen.lift()
        await until(lambda: len(met) > 7, "a storm")
        assert not finished(message)
    await until(lambda: finished(message), "the poem after the storm")
    assert "Storm" in message.content and "words" in message.content and "writing…" not in message.content


async def test_what_discord_refused_for_good_is_shown_by_the_periodic_task(play: Stage) -> None:
    pen, _, message = await begun(play, "Refused ")
    with play.discord.failing("PATCH", "/webhooks/", failure(400, 50035, "Invalid Form Body")):
        pen.write("words ")
        pen.lift()
        await play.bot.until_said("the end of a stream could not be shown")
        await until(lambda: finished(message), "the poem by the bot's own right")
    assert "Refused" in message.content and "words" in message.content and "writing…" not in message.content


async def test_in_direct_messages_a_poem_is_written_and_worked_on(play: Stage) -> None:
    pen, _, message = await begun(play, "Direct ", where=DIRECT, locale="zh-CN")
    assert list(message.buttons()) == ["停下"]
    pen.lift()
    await until(lambda: "再来一稿" in message.buttons(), "a poem in Chinese")
    other = play.pen()
    while "停下" not in message.buttons():  # its buttons are there a moment before it is laid aside
        pressed = await play.discord.press(message, "再来一稿", locale="zh-CN")
        await until(lambda told=pressed.followups: told or "停下" in message.buttons(), "another take")
    other.write("Second ")
    await until(lambda: "Second" in message.content, "another take")
    other.lift()
    await until(lambda: "再来一稿" in message.buttons(), "another take, finished")


async def test_where_a_member_brought_the_bot_along_it_answers_by_the_interaction_alone(play: Stage) -> None:
    before = len(play.discord.requests)
    pen, _, message = await begun(play, "Abroad ", where=ABROAD, by=2)
    await ended(play, pen, message)
    assert not message.flags & EPHEMERAL
    paths = [one.path for one in play.discord.requests[before:]]
    assert not [path for path in paths if path.startswith(f"/channels/{ABROAD}")]
