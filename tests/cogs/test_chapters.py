"""Chapters, scenes and screenplays, as members see them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest
from simcord._runtime import _attach_bot

from bot.errors import ModelUnavailable
from bot.rehearsal import acts
from bot.settings import Settings
from bot.stories.model import Game
from tests.cogs.stories_world import Table, open_table
from tests.cogs.test_stories import story_of
from tests.patience import PATIENCE

TITLE = "Going down"
PLAN = "Here is the plan:\n1. The lamp goes out.\n2. Ben goes down.\n3. The sea answers.\n"


async def planned(table: Table, command: str = "chapter", **options: str) -> str:
    """A plan of ana's for a chapter, in its thread."""
    table.model.say(PLAN)
    answer = await table.slash(
        "ana", command, title=TITLE, about="a lighthouse at night", **({"parts": "3"} | options)
    )
    table.enter(TITLE)
    return answer


def card(table: Table, title: str = TITLE) -> str:
    """The newest card of a plan."""
    return [text for text in table.texts() if f"📝 {title}" in text or f"📝 **{title}" in text][-1]


async def test_a_chapter_from_the_plan_to_the_last_part(settings: Settings) -> None:
    async with open_table(settings) as table:
        assert "has a plan" in await planned(table)
        assert "Seats" not in table.panel(), "there is nobody to be seated"
        (pinned,) = table.world.channel.pinned_messages()
        assert f"📝 **{TITLE}**" in pinned.content, "the plan alone is pinned"
        table.enter("#general")
        assert table.texts()[0] == f"📖 @ana is writing “{TITLE}”, part by part."
        table.enter(TITLE)
        shown = card(table)
        assert "▫️ 1. The lamp goes out." in shown and "0 of 3 parts" in shown and "Here is" not in shown
        table.model.say("The lamp went out. ", "Nobody moved.")
        await table.press("ana", "Write the next part")
        await table.env.settle()
        assert any(text.startswith("The lamp went out. Nobody moved.") for text in table.texts())
        assert "✅ 1." in card(table) and "1 of 3 parts, 6 words" in card(table)
        told = table.model.requests[-1].messages[1].text
        assert "a lighthouse at night" in told and "Write part 1 of 3 now: The lamp goes out." in told
        table.model.say("Ben went down.").say("Forty-one, said the sea.")
        await table.press("ana", "Write all parts")
        await table.env.settle()
        assert "3 of 3 parts" in card(table)
        second, third = (request.messages[1].text for request in table.model.requests[-2:])
        assert "[ana]\nThe lamp went out. Nobody moved." in second and "bring it to its end" not in second
        assert "Ben went down." in third and "bring it to its end" in third
        texts = table.texts()
        assert sum("Ben went down." in text for text in texts) == 1
        assert not table.pinged()
        assert any("Part 2 · @ana · 3 words · 100 % by a model (AI)" in text for text in texts)
        assert "Write the next part" not in table.labels()


async def test_each_part_is_signed_by_the_model_for_its_writer(settings: Settings) -> None:
    async with open_table(settings) as table:
        await planned(table)
        table.model.say("The lamp went out.")
        await table.press("ana", "Write the next part")
        await table.env.settle()
        guild = table.world.here().handle.id
        (row,) = await table.app.stories.store.open_in(guild)
        (link,) = (await table.app.stories.store.words(guild, row.id)).values()
        ana = table.world.member("ana").id
        assert [(span.member, span.model and span.model.name) for span in link.draft.spans] == [
            (ana, "scripted/scripted")
        ]
        assert link.draft.prompt.startswith("chapter@")
        assert await table.app.store.ledger.verify(guild) is None


async def test_the_plan_is_changed_by_hand_and_what_is_written_stays(settings: Settings) -> None:
    async with open_table(settings) as table:
        await planned(table)
        table.model.say("The lamp went out.")
        await table.press("ana", "Write the next part")
        await table.env.settle()
        shown = await table.open_form("ana", "Change the plan")
        assert shown["plan"] == "1. The lamp goes out.\n2. Ben goes down.\n3. The sea answers."
        await table.fill("ana", "Change the plan", plan="Something else.\nBen stays where he is.")
        assert "✅ 1. The lamp goes out." in card(table)
        assert "▫️ 2. Ben stays where he is." in card(table) and "1 of 2 parts" in card(table)
        refused = await table.fill("ana", "Change the plan", plan="\n".join("abcdefghijklmnop"))
        assert "1 to 12 parts" in refused and "yours has 16" in refused


async def test_one_part_is_written_again_or_changed_by_hand(settings: Settings) -> None:
    async with open_table(settings) as table:
        await planned(table)
        table.model.say("The lamp went out.").say("Ben went down.").say("Forty-one, said the sea.")
        await table.press("ana", "Write all parts")
        await table.env.settle()
        await choose(table, "ana", "1")
        table.model.say("The lamp burst.")
        await table.press("ana", "Another take")
        await table.env.settle()
        texts = table.texts()
        assert any("The lamp burst." in text for text in texts)
        assert not any("The lamp went out." in text for text in texts)
        assert "Ben went down." not in table.model.requests[-1].messages[1].text
        story = await story_of(table)
        assert [len(turn.versions) for turn in story.turns] == [2, 1, 1]
        await choose(table, "ana", "2")
        shown = await table.open_form("ana", "Edit")
        assert shown["text"] == "Ben went down."
        await table.fill("ana", "Edit", text="Ben ran down.")
        assert any("Ben ran down." in text for text in table.texts())


async def choose(table: Table, who: str, value: str) -> None:
    """A choice in the newest menu of parts."""
    await acts.select(table.world, who, "Change a part that is written …", (value,))


async def test_nobody_else_may_have_it_written(settings: Settings) -> None:
    async with open_table(settings) as table:
        await planned(table)
        assert "belongs to somebody else" in await table.press("ben", "Write the next part")
        assert "belongs to somebody else" in await table.press("mod", "Another plan")
        await table.env.settle()
        assert not (await story_of(table)).turns and len(table.model.requests) == 1


async def test_without_a_model_the_plan_is_written_by_hand(settings: Settings) -> None:
    async with open_table(settings) as table:
        table.model.fail(ModelUnavailable("backend.empty", model="scripted"))
        answer = await table.slash("ana", "chapter", title=TITLE, about="a lighthouse")
        assert "⚠️" in answer
        table.enter(TITLE)
        assert "There is no plan yet" in card(table)
        await table.fill("ana", "Change the plan", plan="The lamp goes out.\nBen goes down.")
        assert "▫️ 2. Ben goes down." in card(table)


async def test_a_model_that_fails_stops_the_writing_and_says_so(settings: Settings) -> None:
    async with open_table(settings) as table:
        await planned(table)
        table.model.say("The lamp went out.").fail(ModelUnavailable("backend.empty", model="scripted"))
        await table.press("ana", "Write all parts")
        await table.env.settle()
        assert "1 of 3 parts" in card(table) and "⚠️" in card(table)
        assert "Write all parts" in table.labels()
        table.model.say("Ben went down.")
        await table.press("ana", "Write the next part")
        await table.env.settle()
        assert "2 of 3 parts" in card(table) and "⚠️" not in card(table)


async def until(table: Table, text: str) -> None:
    """Wait, while a model is at work, until a message of the thread holds a text."""
    until = time.monotonic() + PATIENCE
    while not any(text in shown for shown in table.texts()):
        assert time.monotonic() < until, f"{text!r} was never shown: {table.texts()}"
        await a_moment()


async def a_moment() -> None:
    """Some real time: that of the simulation stands still."""
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.02)


async def test_it_can_be_stopped_and_gone_on_with(settings: Settings) -> None:
    async with open_table(settings) as table:
        await planned(table)
        table.model.hang(*["The lamp went out. Nobody moved. "] * 40)
        # SimCord's own verbs would wait for the model: these only send the press.
        acts.press_meanwhile(table.world, "ana", acts.button(table.world, "ana", "Write all parts"))
        await until(table, " ✍️")
        assert "✍️ 1. The lamp goes out." in card(table)
        acts.press_meanwhile(table.world, "ben", acts.button(table.world, "ben", "Stop"))
        for _ in range(20):
            await a_moment()
        assert "✍️ 1. The lamp goes out." in card(table)
        acts.press_meanwhile(table.world, "ana", acts.button(table.world, "ana", "Stop"))
        await until(table, "✅ 1. The lamp goes out.")
        await table.env.settle()
        assert "1 of 3 parts" in card(table)
        assert any(text.startswith("The lamp went out.") and "✍️" not in text for text in table.texts())
        assert len((await story_of(table)).turns) == 1
        table.model.say("Ben went down.")
        await table.press("ana", "Write the next part")
        await table.env.settle()
        assert "2 of 3 parts" in card(table)


async def test_a_scene_goes_on_in_the_thread_of_a_chapter(settings: Settings) -> None:
    async with open_table(settings) as table:
        await planned(table)
        table.model.say("The lamp went out.")
        await table.press("ana", "Write the next part")
        await table.env.settle()
        table.model.say("1. On the stairs.")
        await table.slash("ana", "scene", title="The stairs", about="Ben counts", parts="1")
        assert "The lamp went out." in table.model.requests[-1].messages[1].text
        assert "plan of a scene" in card(table, "The stairs")
        table.model.say("Forty, he counted.")
        await table.press("ana", "Write the next part")
        await table.env.settle()
        story = await story_of(table)
        assert [(one.title, one.scene) for one in story.chapters] == [("The stairs", True)]
        assert len(story.turns) == 2
        refused = await table.slash("ben", "scene", title="No", about="no")
        assert "Another story is written here" in refused


async def test_writing_goes_on_after_a_restart(settings: Settings) -> None:
    async with open_table(settings) as table:
        await planned(table)
        guild = table.world.here().handle.id
        (row,) = await table.app.stories.store.open_in(guild)
        # The bot went before the first word came: this is all that is left of it.
        await table.app.plans.change(guild, row.id, 1, lambda plan: replace(plan, until=2))
        table.model.say("The lamp went out.").say("Ben went down.")
        await table.world.restart()
        await table.env.settle()
        assert "2 of 3 parts" in card(table)
        assert len((await story_of(table)).turns) == 2
        table.model.say("The sea answered.")
        await table.press("ana", "Write the next part")
        await table.env.settle()
        assert "3 of 3 parts" in card(table)


async def test_a_restart_in_the_middle_of_a_part_writes_it_once(settings: Settings) -> None:
    async with open_table(settings) as table:
        await planned(table)
        table.model.hang(*["The lamp went out. Nobody moved. "] * 40)
        table.model.say("The lamp burst.").say("Ben went down.").say("The sea answered.")
        acts.press_meanwhile(table.world, "ana", acts.button(table.world, "ana", "Write all parts"))
        await until(table, " ✍️")
        # As a process that ends: SimCord's own restart would wait for the model.
        world = table.world
        await world.env._detach_bot()
        await world._stop()
        await _attach_bot(world.env, await world._running.enter_async_context(world._start(world)))
        await table.env.settle()
        assert "3 of 3 parts" in card(table)
        texts = table.texts()
        assert sum("The lamp burst." in text for text in texts) == 1
        assert not any("The lamp went out" in text for text in texts)
        assert len((await story_of(table)).turns) == 3
        assert sum("plan of a chapter" in text for text in texts) == 1


async def test_a_chapter_becomes_a_work_that_can_be_published(settings: Settings) -> None:
    async with open_table(settings) as table:
        await planned(table)
        table.model.say("The lamp went out.").say("Ben went down.").say("Forty-one, said the sea.")
        await table.press("ana", "Write all parts")
        await table.env.settle()
        answer = await table.press("ana", "Publish")
        assert "together are work" in answer
        guild = table.world.here().handle.id
        (work, *_) = await table.app.works.recent(guild, table.world.member("ana").id)
        take = await table.app.works.take(guild, work.id, work.take)
        assert take.text == "The lamp went out.\n\nBen went down.\n\nForty-one, said the sea."
        made = await table.app.credits.of(guild, work.id)
        assert made.disclosure == "ai-generated" and made.model == 100


async def test_a_screenplay_is_a_story_whose_models_are_asked_for_fountain(settings: Settings) -> None:
    async with open_table(settings) as table:
        await table.slash("ana", "script", title="The lamp", opening="INT. LIGHTHOUSE - NIGHT", ai="1")
        table.enter("The lamp")
        assert (await story_of(table)).terms.game is Game.SCRIPT
        await table.press("ben", "Join")
        await table.press("ana", "Begin")
        table.model.say("ANN\nBen?")
        await table.press("ben", "Draft with AI")
        assert "Fountain format" in table.model.requests[-1].messages[0].text


@pytest.mark.parametrize("locale", ["zh-CN"])
async def test_a_chinese_chapter(settings: Settings, locale: str) -> None:
    async with open_table(settings, locale=locale) as table:
        table.model.say("1、灯灭了。\n2、小舟下楼。")
        await table.slash("ana", "chapter", title="下楼", about="夜里的灯塔", parts="2")
        table.enter("下楼")
        assert any("▫️ 2. 小舟下楼。" in text for text in table.texts())
        assert "写一份分 2 部分的提纲" in table.model.requests[-1].messages[1].text
