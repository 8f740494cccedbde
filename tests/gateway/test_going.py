"""Told to go or killed in a stream, and started again: nothing that was read is taken away."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.gateway.conftest import Stage, stage
from tests.gateway.process import until
from tests.gateway.rest import Message, failure


async def reading(play: Stage, words: str) -> Message:
    """A poem in the middle of its writing."""
    pen = play.pen()
    asked = await play.discord.slash("poem", topic="rain")
    pen.write("Snow falls\n", f"    {words} ")
    await until(lambda: asked.original and words in asked.original.content, words)
    assert asked.original is not None
    return asked.original


async def restarted(play: Stage) -> None:
    await play.bot.start()
    await play.bot.until_said("ready as Renga")


async def test_a_bot_that_goes_in_a_stream_keeps_the_words_and_comes_back(tmp_path: Path) -> None:
    async with stage(tmp_path) as play:
        await restarted(play)

        ended = await reading(play, "gently")
        assert await play.bot.stop(signal.SIGTERM) == 0
        assert "Snow falls\n    gently" in ended.content and "stopped" in ended.content
        assert "Another take" in ended.buttons()

        await restarted(play)
        killed = await reading(play, "suddenly")
        await play.bot.stop(signal.SIGKILL)
        assert "writing…" in killed.content

        # Not at the first try: Discord is away once more.
        with play.discord.failing("PATCH", killed.id, failure(503)) as met:
            await restarted(play)
            await until(lambda: met, "a try")
        await until(lambda: "Another take" in killed.buttons(), "the note")
        lines = killed.content.split("\n")
        assert lines[0] == "Snow falls" and lines[1].startswith("    suddenly")
        assert len(lines) == 3 and lines[2].startswith("-# ") and "Press Another take" in lines[2]
        assert "gently" in ended.content

        again = play.pen()
        again.write("Anew")
        again.lift()
        await play.discord.press(killed, "Another take")
        await until(lambda: "Anew" in killed.content and "Revise…" in killed.buttons(), "another take")
        assert "Traceback" not in play.bot.all_said()
