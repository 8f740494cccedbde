"""Trouble at the start of the real process: what passes is waited out, what does not is one plain line."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.gateway.conftest import stage
from tests.gateway.process import until
from tests.gateway.rest import failure, limited


@pytest.mark.parametrize(
    ("code", "language", "words"),
    [
        (0, "en", "Discord does not know this token. Copy it again"),
        (4004, "zh", "Discord 不认得这个令牌。请从应用的 Bot 页面"),
        (4014, "zh", "（代码 4014）：还没有开启 Message Content 意图。"),
        (4013, "en", "what this version of Renga asks for (code 4013). Update it"),
        (4011, "en", "more servers than one connection may serve (code 4011)"),
    ],
)
async def test_a_bot_that_discord_will_not_have_ends_with_one_plain_sentence(
    tmp_path: Path, code: int, language: str, words: str
) -> None:
    async with stage(tmp_path) as play:
        play.discord.gateway.close_with = code
        if not code:
            play.discord.faults.append(failure(401, 0, "401: Unauthorized"))
        await play.bot.start(RENGA_LANGUAGE=language, RENGA_MESSAGE_CONTENT="true", RENGA_LOG_LEVEL="INFO")
        assert await play.bot.ended() == 1
        told = [line for line in play.bot.said().splitlines() if " INFO " not in line]
        assert len(told) == 1 and words in told[0]


async def test_discord_that_is_away_at_the_start_is_waited_for_and_commands_it_refuses_are_told_later(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as play:
        discord, bot = play.discord, play.bot
        discord.gateway.away = True
        with discord.failing("PUT", "/commands", failure(400, 50035, "Invalid Form Body")) as refused:
            with discord.failing("GET", "/users/@me$", failure(503)) as tried:
                await bot.start()
                await until(lambda: len(tried) == 3)
            with discord.failing("GET", "/applications/@me", limited(0.2).fault) as slowed:
                await until(lambda: slowed)
            await until(lambda: discord.gateway.log.count("503") >= 3)
            discord.gateway.away = False
            await bot.until_said("ready as Renga")
            await until(lambda: len(refused) >= 2)
        await bot.until_said("told Discord of")
        assert len(discord.commands) > 20
        said = bot.said()
        assert said.count("Discord does not let the bot log in: it answered 503; trying again in") == 3
        assert said.count("the connection to Discord ended: its gateway answered 503; trying again in") >= 3
        assert said.count("Discord did not take the commands: it answered 400 (50035: ") == len(refused)
        assert "Traceback" not in said
        assert await bot.stop() == 0
        # Told once, they are not told again.
        told = len(discord.requests)
        await bot.start()
        await bot.until_said("ready as Renga")
        assert not [one for one in discord.requests[told:] if one.method == "PUT"]


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
async def test_a_bot_that_waits_for_discord_can_be_told_to_go(tmp_path: Path, by: signal.Signals) -> None:
    async with stage(tmp_path) as play:
        with play.discord.failing("GET", "/users/@me$", failure(502)):
            await play.bot.start()
            await play.bot.until_said("trying again in")
            assert await play.bot.stop(by) == 0
        assert "Traceback" not in play.bot.said()
