"""Two at once: one wins, the other is told; nobody is left without an answer."""

from __future__ import annotations

from bot.rehearsal import acts
from bot.settings import Settings
from bot.stories.model import Stage
from tests.cogs.stories_world import open_table, told
from tests.cogs.test_stories import TITLE, begun, story_of

PAIR = ("ana", "ben")


async def test_two_press_join_for_the_last_seat(settings: Settings) -> None:
    async with open_table(settings) as table:
        await table.slash("ana", "story start", title=TITLE, seats="2")
        table.enter(TITLE)
        answers = await table.together(("ben", "Join"), ("cleo", "Join"))
        assert sorted("You have a seat" in answer for answer in answers) == [False, True]
        assert sum("All 2 seats are taken." in answer for answer in answers) == 1
        assert len((await story_of(table)).writers) == 2


async def test_two_press_undo(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.write("ana", "The lamp went out.")
        await table.write("ben", "Ben lit it again.")
        for who in ("ana", "mod"):
            await table.press(who, "Options…")
        answers = await table.together(("ana", "Undo"), ("mod", "Undo"))
        assert sorted("is taken back" in answer for answer in answers) == [False, True]
        assert sum("was faster" in answer for answer in answers) == 1
        assert [turn.words for turn in (await story_of(table)).turns] == [4]


async def test_two_forms_for_the_same_turn(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben", order="free")
        forms = {
            who: await acts.press(table.world, who, acts.button(table.world, who, "Write")) for who in PAIR
        }
        answers = [
            told(await acts.submit(table.world, who, shown, {"turn": f"{who} writes."}))
            for who, shown in forms.items()
        ]
        assert sum("It is in the story" in answer for answer in answers) == 1
        assert sum("was faster" in answer for answer in answers) == 1
        story = await story_of(table)
        assert len(story.turns) == 1
        held = await table.open_form("ben", "Write")
        assert held["turn"] == "ben writes.", "what came too late is kept as a draft"


async def test_the_time_is_up_while_a_form_is_filled_in(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        shown = await acts.press(table.world, "ana", acts.button(table.world, "ana", "Write"))
        await table.wait(hours=25)
        answer = told(await acts.submit(table.world, "ana", shown, {"turn": "Too late, alas."}))
        assert "was faster" in answer and "Too late, alas." in answer
        story = await story_of(table)
        assert not story.turns and story.current is not None
        assert story.current.member == table.world.member("ben").id


async def test_two_begin(settings: Settings) -> None:
    async with open_table(settings) as table:
        await table.slash("ana", "story start", title=TITLE)
        table.enter(TITLE)
        await table.press("ben", "Join")
        answers = await table.together(("ana", "Begin"), ("mod", "Begin"))
        assert sorted("has begun; whoever" in answer for answer in answers) == [False, True]
        assert (await story_of(table)).stage is Stage.RUNNING
        assert table.pinged() == [("ana",)]


async def test_a_double_press_is_one_press(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben", "cleo")
        await table.together(("ana", "Pass"), ("ana", "Pass"))
        story = await story_of(table)
        assert story.current is not None and story.current.member == table.world.member("ben").id
