"""Models at the table: their turns stream, two takes are voted on, help is private and credited when used."""

from __future__ import annotations

from bot.services.stories_ports import StoryNumber
from bot.settings import Settings
from bot.stories.events import AddLore
from bot.stories.model import CLOCK
from tests.cogs.stories_world import Table, open_table
from tests.cogs.test_stories import TITLE, begun, story_of

LINE = "Somebody says eight words here, and then stops."


async def until_a_model_wrote(table: Table, **options: str) -> None:
    """Ana, ben and cleo have written, and the AI seat after them."""
    await begun(table, "ben", "cleo", ai="1", **options)
    for writer in ("ana", "ben", "cleo"):
        await table.write(writer, LINE)
    await table.env.settle()


async def spans_of(table: Table) -> list[tuple[str, bool]]:
    """The pieces of the last part, and whether a model wrote them."""
    guild = table.world.here().handle.id
    (row, *_) = await table.app.stories.store.open_in(guild)
    story = await story_of(table)
    link = (await table.app.stories.store.words(guild, row.id))[story.turns[-1].key]
    text = link.draft.text
    return [(text[span.start : span.end].strip(), span.model is not None) for span in link.draft.spans]


async def test_a_turn_of_a_model_streams_into_the_thread(settings: Settings) -> None:
    async with open_table(settings) as table:
        table.model.say(*(f"word{number} and so on, and on; " for number in range(40)))
        await begun(table, "ben", "cleo", ai="1", most="0")
        for writer in ("ana", "ben", "cleo"):
            await table.write(writer, " ".join([LINE] * 40))
        await table.env.settle()
        edits = [
            str(request.json.get("content"))
            for request in table.env.http_requests
            if request.method == "PATCH" and isinstance(request.json, dict) and "✍️" in str(request.json)
        ]
        assert edits, "its words are shown before it has ended"
        assert any("word39" in text and "Part 4 · Renga (AI)" in text for text in table.texts())


async def test_the_writers_vote_between_two_takes(settings: Settings) -> None:
    async with open_table(settings) as table:
        table.model.say("The sea answered.").say("The wind answered.")
        await until_a_model_wrote(table)
        assert "whoever writes next" in await table.press("ben", "Another take")
        assert "two takes now" in await table.press("ana", "Another take")
        assert {"First take · 0", "Second take · 0", "Compare"} <= table.labels()
        both = await table.press("cleo", "Compare")
        assert "The sea answered." in both and "The wind answered." in both
        await table.press("ben", "First take")
        assert any("The sea answered." in text for text in table.texts())
        assert {"First take · 1", "Second take · 0"} <= table.labels()
        await table.press("cleo", "Second take")
        assert any("The sea answered." in text for text in table.texts()), "a draw changes nothing"
        await table.press("ana", "Second take")
        assert any("The wind answered." in text for text in table.texts())
        assert "only who has a seat" in (await table.press("mod", "First take")).lower()
        await table.write("ana", LINE)
        assert not {label for label in table.labels() if "take ·" in label}, "the vote is over"
        assert any("The wind answered." in text for text in table.texts())


async def test_three_ways_on_are_private_and_credited_only_when_used(settings: Settings) -> None:
    async with open_table(settings) as table:
        table.model.say("1. The door opens.\n2. The sea rises.\n3. Nobody comes home.")
        await begun(table, "ben")
        shown = await table.press("ana", "Three ways on")
        assert "1. The door opens." in shown and "3. Nobody comes home." in shown
        assert not any("The sea rises." in text for text in table.texts("ben"))
        assert (await table.open_form("ana", "Write"))["turn"] == "", "a suggestion is no draft"
        filled = await table.open_form("ana", "Use 2")
        assert filled["turn"] == "The sea rises."
        await table.write("ana", "The sea rises. My own words.")
        assert await spans_of(table) == [("The sea rises.", True), ("My own words.", False)]


async def test_a_suggestion_that_is_copied_by_hand_is_credited_too(settings: Settings) -> None:
    async with open_table(settings) as table:
        table.model.say("1. The door opens.\n2. The sea rises.\n3. Nobody comes home.")
        await begun(table, "ben")
        await table.press("ana", "Three ways on")
        await table.write("ana", "Nobody comes home.")
        assert await spans_of(table) == [("Nobody comes home.", True)]


async def test_what_was_drafted_by_hand_is_not_lost_to_a_draft_of_a_model(settings: Settings) -> None:
    async with open_table(settings) as table:
        table.model.say("The sea answered.")
        await begun(table, "ben", most="5")
        await table.write("ana", "one two three four five six")
        await table.press("ana", "Draft with AI")
        held = (await table.open_form("ana", "Write"))["turn"]
        assert "one two three four five six" in held and "The sea answered." in held


async def test_continue_my_sentence_and_polish(settings: Settings) -> None:
    async with open_table(settings) as table:
        table.model.say("and the sea came in.").say("The lamp went out quickly.")
        await begun(table, "ben")
        answer = await table.fill("ana", "Continue my sentence", begun="The lamp went out,")
        assert "The lamp went out, and the sea came in." in answer
        answer = await table.fill("ana", "Polish", rough="The lamp wnet out quickly.")
        assert "The lamp wnet went out quickly." in answer, "what changed is shown: struck through, and bold"
        await table.write("ana", "The lamp went out quickly.")
        assert any(model for _, model in await spans_of(table))
        assert "not your turn" in await table.fill("ana", "Polish", rough="more")


async def test_a_refused_turn_does_not_make_a_models_words_ones_own(settings: Settings) -> None:
    async with open_table(settings) as table:
        table.model.say("The sea answered.")
        await begun(table, "ben", most="5")
        await table.press("ana", "Draft with AI")
        await table.write("ana", "The sea answered. And then some more of it.")
        await table.write("ana", "The sea answered.")
        assert await spans_of(table) == [("The sea answered.", True)]


async def test_a_model_that_says_nothing_is_asked_again_after_a_while(settings: Settings) -> None:
    async with open_table(settings) as table:
        table.model.say("").say("The sea answered.")
        await until_a_model_wrote(table)
        assert any("tries again in a while" in text for text in table.texts())
        await table.wait(minutes=10)
        assert not any("tries again in a while" in text for text in table.texts())
        assert sum("The sea answered." in text for text in table.texts()) == 1
        assert "@ana, it is your turn" in table.texts()[-1]


async def test_a_model_is_asked_again_after_a_restart_in_the_middle_of_its_turn(settings: Settings) -> None:
    async with open_table(settings) as table:
        table.model.say("The sea answered.")
        await until_a_model_wrote(table)
        await table.restart()
        assert sum("The sea answered." in text for text in table.texts()) == 1
        assert sum(text.startswith(f"📖 {TITLE}") for text in table.texts()) == 1


async def test_words_in_common_with_a_suggestion_that_was_not_taken_are_ones_own(settings: Settings) -> None:
    async with open_table(settings) as table:
        table.model.say("1. The door opens.\n2. The sea rises.\n3. Nobody comes home.")
        await begun(table, "ben")
        await table.press("ana", "Three ways on")
        await table.write("ana", "Nobody had ever heard the stone in the well land.")
        assert [model for _, model in await spans_of(table)] == [False]


async def test_what_a_model_proposes_to_remember_is_kept_by_a_member(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.write("ana", "Mara lit the lamp.")
        guild = table.world.here().handle.id
        story = await story_of(table)
        for name in ("Mara", "The lamp"):
            event = AddLore(by=CLOCK, name=name, text=f"{name} is in it.", turn=story.turns[0].number)
            await table.app.stories.act(guild, StoryNumber(story.id), event, key=f"proposed:{name}")
        assert "2 things to remember are proposed" in table.panel()
        await table.press("cleo", "Options…")
        assert "Keep" not in table.newest_labels("cleo")
        await table.press("ben", "Options…")
        assert "taken over" in await table.press("ben", "Keep")  # the first of that label
        await table.press("ben", "Options…")
        assert "forgotten" in await table.press("ben", "Drop")
        kept = (await story_of(table)).lore
        assert [(entry.name, entry.approved) for entry in kept] == [("Mara", True)]
        assert "proposed" not in table.panel()
