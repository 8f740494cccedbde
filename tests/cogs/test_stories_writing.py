"""Writing: plain, by the form, by a file; refused and given back; edited, forked, in chapters."""

from __future__ import annotations

from bot.settings import Settings
from tests.cogs.stories_world import Table, open_table
from tests.cogs.test_stories import TITLE, begun, story_of


async def texts_of(table: Table) -> list[str]:
    """The words of the parts as the store has them."""
    guild = table.world.here().handle.id
    (row, *_) = await table.app.stories.store.open_in(guild)
    texts = await table.app.stories.texts(row)
    return [texts[turn.key] for turn in (await story_of(table)).turns]


async def test_a_long_turn_comes_as_a_file_in_the_form(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben", most="0")
        long = "\n\n".join(f"Paragraph {number} says what it has to say." for number in range(100))
        assert "in the story" in await table.fill("ana", "Write", file=long)
        assert await texts_of(table) == [long]
        assert sum("Part 1" in text for text in table.texts()) == 1
        assert len([text for text in table.texts() if "Paragraph" in text]) >= 2


async def test_a_long_turn_comes_as_a_file_of_a_message(settings: Settings) -> None:
    async with open_table(settings, intent=True) as table:
        await begun(table, "ben", most="0")
        await table.say("ana", "Once upon a time", file=("turn.txt", b"there was a file."))
        assert await texts_of(table) == ["Once upon a time\n\nthere was a file."]


async def test_alone_at_a_free_table_one_writes_on_in_plain_messages(settings: Settings) -> None:
    async with open_table(settings, intent=True) as table:
        await begun(table, order="free")
        await table.say("ana", "The lamp went out.")
        await table.say("ana", "((what now?))")
        await table.say("ana", "She waited.")
        assert await texts_of(table) == ["The lamp went out.", "She waited."]
        await table.press("ben", "Join")
        await table.say("ana", "Nobody came.")
        assert len(await texts_of(table)) == 2, "now it is somebody else's turn"


async def test_without_the_intent_the_panel_says_so(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table)
        assert "I cannot read other messages here" in table.panel()
    async with open_table(settings, intent=True) as table:
        await begun(table)
        assert "just write here" in table.panel()


async def test_a_turn_that_is_too_long_comes_back_with_the_place_marked(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben", most="5")
        answer = await table.write("ana", "one two three four five six seven")
        assert "one two three four five ✂ six seven" in answer


async def test_a_plain_message_that_cannot_be_a_turn_is_kept_as_a_draft(settings: Settings) -> None:
    async with open_table(settings, intent=True) as table:
        await begun(table, "ben", most="5")
        await table.say("ana", "one two three four five six")
        assert "at most 5 words" in table.texts()[-1] and "kept for you" in table.texts()[-1]
        assert "one two three" not in table.texts()[-1]
        assert (await table.open_form("ana", "Write"))["turn"] == "one two three four five six"
        assert not (await story_of(table)).turns


async def test_what_the_filters_refuse_comes_back_marked_and_is_kept(settings: Settings) -> None:
    async with open_table(settings, intent=True) as table:
        await table.forbid("lighthouse keeper")
        await begun(table, "ben")
        answer = await table.write("ana", "The lighthouse keeper went home.")
        assert "lighthouse keeper" in answer
        assert not (await story_of(table)).turns
        assert (await table.open_form("ana", "Write"))["turn"] == "The lighthouse keeper went home."
        await table.say("ana", "Our lighthouse keeper went home.")
        assert "lighthouse keeper" not in table.texts()[-1]
        assert "lighthouse keeper" in await table.press("ana", "What is wrong?")
        assert "no draft" in await table.press("ben", "What is wrong?")
        assert not (await story_of(table)).turns


async def test_a_writer_edits_a_part_of_their_own(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.write("ana", "The lamp wnet out.")
        await table.write("ben", "Ben lit it.")
        assert "no such part" in await table.slash("cleo", "story edit")
        held = await table.open_form("ana", "Edit my part")
        assert held["text"] == "The lamp wnet out."
        assert "Changed" in await table.fill("ana", "Edit my part", text="The lamp went out.")
        assert await texts_of(table) == ["The lamp went out.", "Ben lit it."]
        shown = next(text for text in table.texts() if "The lamp went out." in text)
        assert "Part 1 · @ana · 4 words · edited" in shown
        assert "no such part" in await table.slash("ana", "story edit", part="2")


async def test_a_part_that_became_shorter_leaves_nothing_behind(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben", most="0")
        await table.fill("ana", "Write", file="\n\n".join(f"Paragraph {n}." for n in range(300)))
        await table.fill("ana", "Edit my part", text="Only this.")
        assert not any("Paragraph" in text for text in table.texts())
        assert any("This part is shorter now." in text for text in table.texts())


async def test_a_fork_goes_on_in_a_thread_of_its_own_with_its_credits(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.write("ana", "The lamp went out.")
        await table.write("ben", "Ben lit it.")
        answer = await table.slash("cleo", "story fork", part="1", title="The other lighthouse")
        assert "goes on from part 1" in answer
        table.enter("The other lighthouse")
        assert f"A fork of #{TITLE}" in table.panel("cleo")
        assert any("The lamp went out." in text and "@ana" in text for text in table.texts("cleo"))
        await table.press("cleo", "Begin")
        await table.write("cleo", "Nobody lit it.")
        read = await table.slash("cleo", "story read")
        assert "The lamp went out." in read and "Nobody lit it." in read and "Ben lit it." not in read
        await table.slash("cleo", "story host end")
        await table.press("cleo", "Yes, end it")
        assert "@ana – 57 % (4 words)" in table.texts("cleo")[-1]
        table.enter(TITLE)


async def test_a_chapter_begins_with_the_next_part(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.write("ana", "The lamp went out.")
        await table.slash("ana", "story chapter", title="Down the stairs")
        assert "Chapter: Down the stairs" in table.texts()[-1]
        await table.write("ben", "Ben went down.")
        read = await table.slash("ana", "story read")
        assert read.index("The lamp") < read.index("Down the stairs") < read.index("Ben went")


async def test_a_held_turn_waits_for_a_moderator_and_its_time_stands_still(settings: Settings) -> None:
    async with open_table(settings) as table:
        await table.forbid("lighthouse keeper", action="hold")
        await begun(table, "ben")
        answer = await table.write("ana", "The lighthouse keeper went home.")
        assert "moderator" in answer
        assert "a moderator is looking at it" in table.panel()
        await table.wait(hours=30)
        assert not any("The time of @ana is up" in text for text in table.texts())
        await table.decide("approve")
        assert await texts_of(table) == ["The lighthouse keeper went home."]
        assert "@ben, it is your turn" in table.texts()[-1]


async def test_a_held_message_is_answered_without_its_words(settings: Settings) -> None:
    async with open_table(settings, intent=True) as table:
        await table.forbid("lighthouse keeper", action="hold")
        await begun(table, "ben")
        await table.say("ana", "The lighthouse keeper went home.")
        assert "moderator" in table.texts()[-1] and "keeper" not in table.texts()[-1]
        assert "a moderator is looking at it" in table.panel()
        await table.decide("reject")
        assert "Now: @ana" in table.panel()
        assert (await table.open_form("ana", "Write"))["turn"] == "The lighthouse keeper went home."
