"""What is written down about a story: its keys are words of members too, and what is too long is told."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from tests.cogs.stories_world import open_table
from tests.cogs.test_stories import begun, story_of


@pytest.mark.parametrize("action", ["block", "hold"])
@pytest.mark.parametrize("keys", ["sorrow", "the well, sorrow", "/sorrow/i", "井，sorrow"])
async def test_a_word_that_is_blocked_is_no_key(settings: Settings, keys: str, action: str) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.forbid("sorrow", action=action)
        told = await table.slash("ana", "story lore add", name="Vell", text="It lies north.", keys=keys)
        assert "Rule “sorrow”" in told and "about 6 tokens" not in told
        assert (await story_of(table)).lore == ()
        await table.slash("ana", "story lore add", name="Vell", text="It lies north.", keys="a well")
        assert [entry.keys for entry in (await story_of(table)).lore] == [("a well",)]


@pytest.mark.parametrize(
    "entry",
    [
        {"key": ["the well", "sorrow"]},
        {"key": ["the well"], "keysecondary": ["sorrow"]},
        {"key": ["/(?<=my )sorrow/i"]},
    ],
    ids=["key", "second", "unusable"],
)
async def test_a_book_with_a_blocked_word_among_its_keys_brings_none_of_it(
    settings: Settings, tmp_path: Path, entry: dict[str, Any]
) -> None:
    fine = {"key": ["rain"], "content": "It never stops.", "comment": "Rain"}
    given = {"content": "It lies north.", "comment": "Vell"} | entry
    book = tmp_path / "book.json"
    book.write_text(json.dumps({"entries": [fine, given]}))
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.forbid("sorrow")
        assert "Rule “sorrow”" in await table.slash("ana", "story lore import", file=str(book))
        assert (await story_of(table)).lore == ()


@pytest.mark.parametrize(
    ("locale", "told_so"), [("en-US", "only the beginning"), ("zh-CN", "只把开头告诉模型")]
)
async def test_who_writes_an_entry_longer_than_models_are_told_knows_by_how_much(
    settings: Settings, tmp_path: Path, locale: str, told_so: str
) -> None:
    long = " ".join(f"word{number}" for number in range(480))
    short = "It never stops."
    book = tmp_path / "book.json"
    given = [{"key": ["a"], "content": long, "comment": "Long"}, {"key": ["b"], "content": short}]
    book.write_text(json.dumps({"entries": given}))
    async with open_table(settings) as table:
        await begun(table, "ben")
        table.world.locales[table.world.member("ana").id] = locale
        imported = await table.slash("ana", "story lore import", file=str(book))
        added = await table.slash("ana", "story lore add", name="Long", text=long)
        fine = await table.slash("ana", "story lore add", name="Short", text=short)
        assert told_so not in fine
        for answer in (imported, added):
            assert told_so in answer
        (left,) = {re.search(r"Long \(−(\d+)\)", answer)[1] for answer in (imported, added)}  # type: ignore[index]
        assert 0 < int(left) < len(long)
        # What is told to a model is exactly the rest.
        await table.slash("ana", "story lore forget", number="1")
        await table.press("ana", "Draft with AI")
        prompt = table.model.requests[-1].messages[1].text
        kept = long[: len(long) - int(left)].rstrip()
        assert f"Long: {kept}…" in prompt
