"""The lobby of a story: settings by menus, ground rules, invitations, forums, who may change what."""

from __future__ import annotations

from typing import Any

import pytest

from bot.rehearsal.trouble import NoSuch
from bot.settings import Settings
from bot.stories.model import Absent, Game, Order, Stage
from tests.cogs.stories_world import Table, open_table
from tests.cogs.test_stories import TITLE, story_of
from tests.cogs.world import World as CogWorld
from tests.cogs.world import private


async def lobby(table: Table, **options: str) -> None:
    """A story of ana's in its lobby; everybody is in its thread."""
    await table.slash("ana", "story start", title=TITLE, **options)
    table.enter(TITLE)


async def test_one_press_starts(settings: Settings) -> None:
    async with open_table(settings) as table:
        await lobby(table)
        assert {"Join", "Leave", "Settings", "Begin"} == table.labels()
        await table.press("ana", "Begin")
        story = await story_of(table)
        assert story.stage is Stage.RUNNING
        assert (story.terms.order, story.terms.seconds, story.terms.longest) == (Order.ROUND, 86_400, 250)


async def test_the_settings_are_changed_by_menus_until_it_begins(settings: Settings) -> None:
    async with open_table(settings) as table:
        await lobby(table)
        await table.press("ana", "Settings")
        await table.choose("ana", "order", "whoever likes, never twice in a row")
        await table.choose("ana", "pace", "pace · 10 minutes a turn")
        await table.choose("ana", "words", "words · up to 100 words")
        await table.choose("ana", "rounds", "rounds · 3 rounds")
        await table.choose("ana", "absent", "absent · a model stands in for who runs out of time")
        await table.press("ana", "Writers and AI")
        await table.choose("ana", "seats", "seats · 2")
        await table.choose("ana", "joining", "joining · nobody joins after the start")
        await table.choose("ana", "AI seats", "AI seats · 1")
        await table.choose("ana", "local-only", "local-only · yes")
        terms = (await story_of(table)).terms
        assert (terms.order, terms.seconds, terms.longest, terms.rounds) == (Order.FREE, 600, 100, 3)
        assert (terms.seats, terms.late, terms.models, terms.local_only) == (2, False, 1, True)
        assert terms.absent is Absent.STAND_IN
        panel = table.panel()
        assert "Seats: @ana · Renga (AI) (1/2)" in panel
        assert "up to 100 words" in panel and "3 rounds" not in panel
        await table.press("ana", "Begin")
        assert "terms stay" in await table.slash("ana", "story host settings")


async def test_a_sheet_that_was_open_over_a_restart_still_works(settings: Settings) -> None:
    async with open_table(settings) as table:
        await lobby(table)
        await table.press("ana", "Settings")
        await table.restart()
        await table.choose("ana", "game", "game · linked verse")
        assert (await story_of(table)).terms.game is Game.RENGA
        assert "linked verse" in table.panel()


async def test_only_who_leads_sees_the_settings(settings: Settings) -> None:
    async with open_table(settings) as table:
        await lobby(table)
        assert "whoever started" in await table.press("ben", "Settings")
        await table.press("mod", "Settings")
        await table.choose("mod", "order", "order · the writer names the next")
        assert (await story_of(table)).terms.order is Order.PEN


async def test_the_language_of_a_story_may_change_in_its_lobby(settings: Settings) -> None:
    async with open_table(settings) as table:
        await lobby(table)
        await table.press("ana", "Settings")
        await table.press("ana", "Writers and AI")
        await table.choose("ana", "language", "language · Chinese")
        assert "招募中" in table.panel()
        await table.press("ana", "开始")
        assert "@ana，轮到你了" in table.texts()[-1]


async def test_whoever_joins_agrees_to_the_ground_rules_first(settings: Settings) -> None:
    async with open_table(settings) as table:
        await lobby(table)
        await table.press("ana", "Settings")
        await table.fill("ana", "Ground rules", rules="Be kind.\n@everyone is")
        asked = await table.press("ben", "Join")
        assert "agrees to its ground rules" in asked and "Be kind." in asked
        assert len((await story_of(table)).writers) == 1
        assert "You have a seat" in await table.press("ben", "I agree, take a seat")
        assert len((await story_of(table)).writers) == 2
        assert "Be kind." in table.panel()
        await table.press("ana", "Settings")
        assert "have joined under" in await table.fill("ana", "Ground rules", rules="Be cruel.")
        assert table.pinged() == []


async def test_a_story_by_invitation(settings: Settings) -> None:
    async with open_table(settings) as table:
        await lobby(table, **{"invited-only": "yes"})
        assert "need an invitation" in await table.press("ben", "Join")
        assert "whoever started" in await table.slash("ben", "story host invite", member="@ben")
        assert "is invited" in await table.slash("ana", "story host invite", member="@ben")
        assert "@ben, you are invited" in table.texts()[-1]
        assert table.pinged() == [("ben",)]
        await table.press("ben", "Join")
        assert [seat.member for seat in (await story_of(table)).writers][1] == table.world.member("ben").id
        assert "no way back" in await table.press("ben", "Leave")
        assert len((await story_of(table)).writers) == 2
        await table.press("ben", "Yes, leave")
        assert len((await story_of(table)).writers) == 1


async def test_a_story_in_a_forum_is_a_post_of_its_own(settings: Settings) -> None:
    async with open_table(settings) as table:
        guild: Any = table.world.here().handle
        guild.create_forum_channel("stories")
        await table.env.settle()
        answer = await table.slash("ana", "story start", title=TITLE, opening="The lamp.", channel="#stories")
        assert "is open" in answer
        table.enter(TITLE)
        assert "The lobby is open" in table.panel()
        assert any("The lamp." in text for text in table.texts())
        await table.press("ben", "Join")
        await table.press("ana", "Begin")
        assert "@ben, it is your turn" in table.texts()[-1]


@pytest.mark.parametrize("nsfw", [False, True])
async def test_a_story_for_adults_needs_a_channel_for_adults(settings: Settings, nsfw: bool) -> None:
    async with open_table(settings) as table:
        table.world.make_channel("cellar", nsfw=nsfw, category="")
        await table.env.settle()
        answer = await table.slash("ana", "story start", title=TITLE, rating="adult")
        assert ("is open" in answer) is nsfw
        assert ("age-restricted" in answer) is not nsfw


async def test_a_model_that_nobody_offers_is_refused(settings: Settings) -> None:
    async with open_table(settings) as table:
        answer = await table.slash("ana", "story start", title=TITLE, model="scripted/nobody")
        assert "nobody" in answer and "is open" not in answer


async def test_whoever_may_not_post_somewhere_begins_no_story_there(settings: Settings) -> None:
    async with open_table(settings) as table:
        table.world.make_channel("quiet", nsfw=False, category="")
        quiet = table.world.channels["quiet"]
        await table.allow(quiet, "ana", deny="send_messages")
        table.enter("#general")
        answer = await table.slash("ana", "story start", title=TITLE, channel="#quiet")
        assert "may not post" in answer
        await table.allow(quiet, None, deny="create_public_threads")
        answer = await table.slash("ben", "story start", title=TITLE, channel="#quiet")
        assert "I cannot make a thread" in answer


async def test_a_writer_alone_is_offered_no_seat_for_others(settings: Settings) -> None:
    async with open_table(settings) as table:
        await table.slash("ana", "story start", title="Alone", seats="1")
        table.enter("Alone")
        await table.press("ana", "Begin")
        with pytest.raises(NoSuch):
            await table.press("ben", "Join")


async def test_who_ran_out_of_time_has_no_tick(settings: Settings) -> None:
    async with open_table(settings) as table:
        await table.slash("ana", "story start", title="Ticks")
        table.enter("Ticks")
        for writer in ("ben", "cleo"):
            await table.press(writer, "Join")
        await table.press("ana", "Begin")
        await table.write("ana", "The lamp went out.")
        await table.world.wait(25 * 3_600)
        panel = "\n".join(table.texts())
        assert "@ana ✓ · @ben · ▶ @cleo" in panel


async def test_a_fork_is_called_a_fork(settings: Settings) -> None:
    async with open_table(settings) as table:
        await table.slash("ana", "story start", title="The well", opening="It was dry.")
        table.enter("The well")
        assert "A fork of this story" in await table.slash("ana", "story fork", part="1")
        table.enter("#general")
        assert any("The well (fork)" in text and "A fork of another story" in text for text in table.texts())


async def test_voice_and_stage_channels_are_told_as_such(world: CogWorld) -> None:
    for name, make in (("voice", "create_voice_channel"), ("stage", "create_stage_channel")):
        channel = getattr(world.guild, make)(name)
        told = private(await world.ana.slash(channel, "story start", title="T"))
        assert f"{name} channel" in told and "Public Threads" not in told
