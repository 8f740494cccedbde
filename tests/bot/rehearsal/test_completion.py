"""What the prompt offers while a line is typed, and the page that a browser shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from bot.ids import Lang
from bot.rehearsal.completion import Completions
from bot.settings import Settings
from tests.bot.rehearsal.stage import stage


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
        ("en", "open po", "poem.txt"),
        ("en", '@mod select "Another page" "Gal', "Gallery and notices"),
        ("en", "@mod select anoth", "Another page"),
    ],
)
async def test_offers(settings: Settings, tmp_path: Path, lang: Lang, typed: str, offered: str) -> None:
    file = tmp_path / "poem.txt"
    file.write_text("the old pond", encoding="utf-8")
    async with stage(settings) as rehearsal:
        await rehearsal.fine(f'@mod /settings panel   @ana attach "{file}"\n@ana /poem topic:rain')
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
