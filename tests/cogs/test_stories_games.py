"""Games on the same rules: a word each, an exquisite corpse, linked verse."""

from __future__ import annotations

from bot.settings import Settings
from bot.stories.model import Stage
from tests.cogs.stories_world import open_table
from tests.cogs.test_stories import begun, story_of


async def test_a_one_word_story(settings: Settings) -> None:
    async with open_table(settings, intent=True) as table:
        await begun(table, "ben", game="one-word")
        assert "one-word story" in table.panel()
        await table.say("ana", "Once")
        assert "Part 1 · @ana · 1 word" in table.texts()[-1]
        await table.say("ben", "upon a")
        assert any("One word, no more." in text for text in table.texts())
        await table.say("ben", "upon")
        assert [turn.words for turn in (await story_of(table)).turns] == [1, 1]
        assert "Once" in await table.slash("cleo", "story read")


async def test_an_exquisite_corpse_shows_only_the_last_line_until_the_end(settings: Settings) -> None:
    async with open_table(settings, intent=True) as table:
        await begun(table, "ben", game="corpse")
        assert "sees only the last line" in table.panel()
        await table.write("ana", "The first secret.\nThe exquisite corpse")
        assert not any("The first secret." in text for text in table.texts("ben"))
        assert "The part before ended: The exquisite corpse" in table.texts("ben")[-1]
        assert "stay hidden" in await table.slash("ben", "story read")
        assert "stay hidden" in await table.slash("ben", "story recap")
        await table.say("ben", "will drink")
        assert len((await story_of(table)).turns) == 1, "a plain message would show everybody the words"
        await table.write("ben", "A second secret.\nwill drink the new wine.")
        assert (await story_of(table)).stage is Stage.ENDED
        shown = "\n".join(table.texts("cleo"))
        assert "is finished" in shown and "Here it is, whole" in shown
        assert shown.index("The first secret.") < shown.index("A second secret.")


async def test_linked_verse_is_checked(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben", game="renga")
        answer = await table.write("ana", "an old silent pond")
        assert "3 lines" in answer and "an old silent pond" in answer
        await table.write("ana", "an old silent pond\na frog jumps into the pond\nsplash silence again")
        assert len((await story_of(table)).turns) == 1
        assert "2 lines" in await table.write("ben", "one\ntwo\nthree")
        assert (await table.open_form("ben", "Write"))["turn"] == "one\ntwo\nthree"
