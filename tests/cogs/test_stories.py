"""Stories written in turns, from the lobby to the end, as members see them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.i18n.text import has
from bot.settings import Settings
from bot.stories.model import Stage, Story
from tests.cogs.stories_world import Table, open_table

TITLE = "The lighthouse"


async def story_of(table: Table) -> Story:
    """The newest story of the server, as the rules know it."""
    guild = table.world.here().handle.id
    (row, *_) = await table.app.stories.store.open_in(guild) or await table.app.stories.store.of_member(
        guild, table.world.member("ana").id
    )
    return (await table.app.stories.read(guild, row.id)).story


async def begun(table: Table, *writers: str, **options: str) -> None:
    """A story of ana's that others have joined, running; everybody is in its thread."""
    await table.slash("ana", "story start", title=TITLE, **options)
    table.enter(TITLE)
    for writer in writers:
        await table.press(writer, "Join")
    await table.press("ana", "Begin")


async def test_a_story_from_the_lobby_to_the_end(settings: Settings) -> None:
    async with open_table(settings) as table:
        answer = await table.slash("ana", "story start", title=TITLE, opening="The lamp went out.")
        assert "is open" in answer
        assert any("A story in turns, begun by @ana" in text for text in table.texts())
        table.enter(TITLE)
        assert any("The lobby is open" in text and "Seats: @ana (1/12)" in text for text in table.texts())
        await table.press("ben", "Join")
        assert any("Seats: @ana · @ben (2/12)" in text for text in table.texts())
        assert "already" in await table.press("ben", "Join")
        assert "whoever started" in await table.press("ben", "Begin")
        assert "has begun" in await table.press("ana", "Begin")
        assert table.pinged() == [("ben",)]
        # The panel says what a writer needs; the rest is a press away, and written as words are.
        small = next(text for text in table.texts() if "Seats:" in text)
        assert "24 hours a turn · up to 250 words" in small and "anybody may join" not in small
        assert "not your turn" in await table.press("ana", "Write")
        assert "in the story" in await table.write("ben", "Ben went down, step by step.")
        assert table.texts()[-2].startswith("Ben went down, step by step.")
        assert "Part 2 · @ben · 6 words" in table.texts()[-2]
        assert table.texts()[-1].startswith("@ana, it is your turn, until 2026-01-02")
        assert table.newest_labels("ana") == ["Write", "Pass", "Help me write…"]
        assert "@ben wrote part 2." in table.texts()[-3] and "it is your turn" not in table.texts()[-3]
        await table.write("ana", "Ana waited at the door.")
        read = await table.slash("cleo", "story read")
        assert read.index("The lamp") < read.index("Ben went") < read.index("Ana waited")
        asked = await table.slash("ana", "story host end")
        assert "can be opened again" in asked
        await table.press("ana", "Yes, end it")
        last = table.texts()[-1]
        assert "“The lighthouse” is finished. 15 words in 3 parts." in last
        assert "🟦 @ana – 60 % (9 words)" in last
        assert "🟧 @ben – 40 % (6 words)" in last
        assert "🟦🟧🟦" in last
        await table.press("ana", "Open again")
        assert (await story_of(table)).stage is Stage.RUNNING


async def test_a_turn_is_signed_by_its_writer(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.write("ana", "One, two.")
        guild = table.world.here().handle.id
        assert await table.app.store.ledger.verify(guild) is None
        (row,) = await table.app.stories.store.open_in(guild)
        (link,) = (await table.app.stories.store.words(guild, row.id)).values()
        assert link.draft.member == table.world.member("ana").id
        assert link.draft.text == "One, two."
        assert [(span.start, span.end, span.model) for span in link.draft.spans] == [(0, 9, None)]


async def test_who_is_out_of_turn_only_chats(settings: Settings) -> None:
    async with open_table(settings, intent=True) as table:
        await begun(table, "ben")
        await table.say("ben", "I cannot wait!")
        await table.say("cleo", "What is this?")
        await table.say("ana", "((just a moment")
        assert not (await story_of(table)).turns
        await table.say("ana", "The lamp went out.")
        story = await story_of(table)
        assert [turn.words for turn in story.turns] == [4]
        assert "Part 1 · @ana · 4 words" in table.texts()[-1]
        assert "@ben, it is your turn" in table.texts()[-1]
        assert sum("The lamp went out." in text for text in table.texts()) == 1


async def test_without_the_intent_a_message_that_mentions_the_bot_is_a_turn(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.say("ana", "The lamp went out.")
        assert not (await story_of(table)).turns
        me = table.env.bot.user.id
        await table.say("ana", f"<@{me}> The lamp went out.")
        assert [turn.words for turn in (await story_of(table)).turns] == [4]


async def test_a_turn_that_is_too_long_is_given_back_and_kept_as_a_draft(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben", most="5")
        answer = await table.write("ana", "one two three four five six")
        assert "at most 5 words, yours has 6" in answer and "one two three" in answer
        shown = await table.open_form("ana", "Write")
        assert shown["turn"] == "one two three four five six"
        assert "in the story" in await table.write("ana", "one two three four five")


async def test_passing_skipping_and_handing_over(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben", "cleo")
        await table.press("ana", "Pass")
        assert "@ana passes." in table.texts()[-1] and "@ben, it is your turn" in table.texts()[-1]
        await table.slash("ben", "story hand", member="@cleo")
        assert "@ben hands the turn to @cleo" in table.texts()[-1]
        assert "whoever started" in await table.slash("ben", "story host skip")
        await table.press("mod", "Options…")
        await table.press("mod", "Skip")
        assert "@cleo is skipped" in table.texts()[-1] and "@ben, it is your turn" in table.texts()[-1]


async def test_the_last_part_is_taken_back_and_brought_back(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.write("ana", "The lamp went out.")
        assert "whoever started" in await table.slash("ben", "story undo")
        await table.press("ana", "Options…")
        await table.press("ana", "Undo")
        assert not (await story_of(table)).turns
        assert not any("The lamp went out." in text for text in table.texts())
        assert any("This part was taken back" in text for text in table.texts())
        assert "@ana, it is your turn" in table.texts()[-1]
        await table.press("ana", "Redo")
        assert [turn.words for turn in (await story_of(table)).turns] == [4]
        assert any("The lamp went out." in text for text in table.texts())
        assert "@ben, it is your turn" in table.texts()[-1]


async def test_a_model_takes_its_turn_like_a_member(settings: Settings) -> None:
    async with open_table(settings) as table:
        table.model.say("The sea answered ", "with its whole weight.")
        await begun(table, "ben", "cleo", ai="1")
        for writer in ("ana", "ben", "cleo"):
            await table.write(writer, "Somebody says eight words here, and then stops.")
        await table.env.settle()
        story = await story_of(table)
        assert [turn.by < 0 for turn in story.turns] == [False, False, False, True]
        shown = next(text for text in table.texts() if "The sea answered" in text)
        assert "with its whole weight." in shown and "Part 4 · Renga (AI) · 7 words" in shown
        assert "@ana, it is your turn" in table.texts()[-1]
        request = table.model.requests[0]
        assert "Somebody says" in request.messages[1].text and "[ana]" in request.messages[1].text
        guild = table.world.here().handle.id
        (row,) = await table.app.stories.store.open_in(guild)
        links = list((await table.app.stories.store.words(guild, row.id)).values())
        assert links[-1].draft.model is not None and links[-1].draft.model.name == "scripted/scripted"
        assert await table.app.store.ledger.verify(guild) is None


async def test_the_next_writer_may_ask_for_another_take_once(settings: Settings) -> None:
    async with open_table(settings) as table:
        table.model.say("The sea answered.").say("The wind answered.")
        await begun(table, "ben", "cleo", ai="1")
        for writer in ("ana", "ben", "cleo"):
            await table.write(writer, "Somebody says eight words here, and then stops.")
        await table.env.settle()
        await table.press("ana", "Another take")
        assert any("The wind answered." in text for text in table.texts())
        assert len((await story_of(table)).turns[-1].versions) == 2
        assert "another take of it already" in await table.press("ana", "Another take")


async def test_a_draft_of_a_model_is_private_and_credited_when_used(settings: Settings) -> None:
    async with open_table(settings) as table:
        table.model.say("The sea answered with its weight.")
        await begun(table, "ben")
        answer = await table.press("ana", "Draft with AI")
        assert "The sea answered with its weight." in answer
        assert not any("The sea answered" in text for text in table.texts("ben"))
        await table.write("ana", "The sea answered with all its weight.")
        guild = table.world.here().handle.id
        (row,) = await table.app.stories.store.open_in(guild)
        (link,) = (await table.app.stories.store.words(guild, row.id)).values()
        by_hand = [link.draft.text[span.start : span.end] for span in link.draft.spans if span.model is None]
        assert "".join(by_hand).strip() == "all"


async def test_lore_and_note_are_told_to_models(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        assert "Entry 1" in await table.slash(
            "ana", "story lore add", name="Mara", text="the keeper's daughter", keys="Mara, keeper"
        )
        await table.slash("ana", "story lore add", name="Rain", text="it never stops")
        await table.slash("ana", "story note", text="no ghosts")
        assert "only who has a seat" in (await table.slash("cleo", "story lore forget", number="1")).lower()
        await table.press("ana", "Draft with AI")
        told = table.model.requests[-1].messages[1].text
        assert "it never stops" in told and "no ghosts" in told and "daughter" not in told
        await table.write("ana", "Mara lit the lamp.")
        await table.press("ben", "Draft with AI")
        assert "the keeper's daughter" in table.model.requests[-1].messages[1].text
        listed = await table.slash("ben", "story lore list")
        assert "1. Mara" in listed and "2. Rain" in listed and "always told" in listed


@pytest.mark.parametrize("locale", ["zh-CN"])
async def test_a_chinese_server_has_a_chinese_story(settings: Settings, locale: str) -> None:
    async with open_table(settings, locale=locale) as table:
        await table.slash("ana", "story start", title="灯塔", opening="灯灭了。")
        table.enter("灯塔")
        assert any("招募中" in text for text in table.texts())
        await table.press("ben", "加入")
        await table.press("ana", "开始")
        assert "@ben，轮到你了" in table.texts()[-1]
        await table.fill("ben", "书写", turn="雨还没有停。")
        assert any("第 2 段 · @ben · 5 字" in text for text in table.texts())


def test_every_text_the_rules_name_exists() -> None:
    root = Path(__file__).parents[2]
    patterns = ("bot/stories/**/*.py", "bot/services/stories*.py", "cogs/**/stories*.py")
    files = [file for pattern in patterns for file in root.glob(pattern)]
    named = {key for file in files for key in re.findall(r'"(story\.[a-z_]+)"', file.read_text("utf-8"))}
    assert len(named) > 40
    assert sorted(key for key in named if not has(key)) == []


async def test_a_book_of_lore_is_taken_over_and_what_is_not_is_told(
    settings: Settings, tmp_path: Path
) -> None:
    entries = [
        {"key": ["/vell(ish)?/i"], "content": "Vell lies north of {{user}}.", "comment": "Vell"},
        {"key": ["x"], "content": "Dropped.", "comment": "An idea", "enabled": False},
        {"key": ["y"], "content": "z" * 4_010, "comment": "Long"},
    ]
    book = tmp_path / "book.json"
    book.write_text(json.dumps({"entries": entries}))
    async with open_table(settings) as table:
        await begun(table, "ben")
        told = await table.slash("ana", "story lore import", file=str(book))
        assert "2 entries" in told and "An idea" in told and "Long (−10)" in told
        told = await table.slash("ana", "story lore list")
        assert "north of the player" in told and "vell(ish)" in told
        assert len((await story_of(table)).lore) == 2


async def test_keys_are_words_of_members_and_what_is_true_everywhere_is_told_everywhere(
    settings: Settings,
) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        added = await table.slash(
            "ana", "story lore add", name="Vell", text="It lies north.", kind="place", scope="world"
        )
        assert "Entry 1" in added
        told = await table.slash("ana", "story lore list")
        assert "a place" in told and "every story" in told
        refused = await table.slash("ana", "story lore add", name="X", text="…", keys="/(?<=a)b/")
        assert "RE2" in refused
        table.enter("#general")
        await table.slash("ana", "story start", title="Elsewhere")
        table.enter("Elsewhere")
        await table.press("ben", "Join")
        await table.press("ana", "Begin")
        await table.press("ana", "Draft with AI")
        assert "Vell (a place): It lies north." in table.model.requests[-1].messages[1].text
