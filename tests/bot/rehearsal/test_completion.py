"""What the prompt offers while a line is typed, and the page that a browser shows."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from bot.ids import Lang
from bot.rehearsal.browser import preview
from bot.rehearsal.completion import Completions
from bot.settings import Settings
from tests.bot.rehearsal.stage import stage
from tests.patience import PATIENCE


@pytest.mark.parametrize(
    ("lang", "typed", "offered"),
    [
        ("en", "@", "@ben"),
        ("en", "@ana /po", "poem"),
        ("en", "/poem to", "topic:"),
        ("en", "/poem form:hai", "haiku"),
        ("en", "@ben /诗 体裁:俳", "俳句"),
        ("en", "wa", "wait"),
        ("en", "res", "restart"),
        ("en", "@ana pr", "press"),
        ("en", '@ana press "Ano', "Another take"),
        ("en", "in #ga", "#gallery"),
    ],
)
async def test_offers(settings: Settings, lang: Lang, typed: str, offered: str) -> None:
    async with stage(settings) as rehearsal:
        await rehearsal.fine("@ana /poem topic:rain")
        completions = Completions(rehearsal.world, lang)
        event = CompleteEvent(text_inserted=True)
        found = [
            f"{one.text} {one.display_text}"
            async for one in completions.get_completions_async(Document(typed), event)
        ]
        assert any(offered in text for text in found), found


async def test_nothing_is_offered_for_what_makes_no_sense(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        completions = Completions(rehearsal.world, "en")
        for typed in ("@nobody /poem ", "/nothing x:", "@ana /poem nothing:x", "\\", '"'):
            event = CompleteEvent(text_inserted=True)
            assert [one async for one in completions.get_completions_async(Document(typed), event)] == []


async def test_a_browser_sees_the_channel(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        await rehearsal.fine('@ana /poem topic:"a lantern in the rain"')
        told: asyncio.Queue[str] = asyncio.Queue()
        async with preview(rehearsal.world, told.put_nowait):
            async with asyncio.timeout(PATIENCE):
                address = await told.get()
            assert address.startswith("http://127.0.0.1:")
            async with aiohttp.ClientSession() as session, session.get(address) as answer:
                assert answer.status == 200
                assert "<html" in (await answer.text()).lower()
