"""``python -m bot doctor`` against a Discord on loopback: what it would find at Discord's side."""

from __future__ import annotations

from pathlib import Path

from tests.gateway.conftest import stage
from tests.gateway.payloads import NEEDED

MESSAGE_CONTENT_LIMITED = 1 << 19
SEND_MESSAGES = 1 << 11


async def test_the_doctor_looks_at_intents_and_names_permissions_as_discord_does(tmp_path: Path) -> None:
    async with stage(tmp_path, permissions=NEEDED & ~SEND_MESSAGES) as play:
        await play.bot.start("doctor", RENGA_MESSAGE_CONTENT="true")
        assert await play.bot.ended() == 1
        assert "Server Circle: missing Send Messages. Grant" in play.bot.said()
        assert "asks for the Message Content intent, and it is not switched on" in play.bot.said()

        play.discord.flags = MESSAGE_CONTENT_LIMITED
        play.discord.permissions = NEEDED
        await play.bot.start("doctor", "--language", "zh", RENGA_MESSAGE_CONTENT="true")
        assert await play.bot.ended() == 0
        assert "意图：已为机器人开启 Message Content" in play.bot.said()
        assert "服务器 Circle：权限齐全" in play.bot.said()
