"""Seats and turns from the options: hand over, remove and invite again, transfer, reorder, who may what."""

from __future__ import annotations

from bot.settings import Settings
from bot.stories.model import Stage
from tests.cogs.stories_world import open_table
from tests.cogs.test_stories import TITLE, begun, story_of


async def test_the_options_are_what_a_member_can_do_now(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.press("ana", "Options…")
        mine = table.newest_labels("ana")
        assert mine == ["Pass", "More time", "I'm away", "Leave", "Skip", "Pause", "End the story"]
        await table.press("ben", "Options…")
        assert table.newest_labels("ben") == ["I'm away", "Leave"]
        await table.press("cleo", "Options…")
        assert table.newest_labels("cleo") == ["Join"]
        await table.press("mod", "Options…")
        assert table.newest_labels("mod") == ["Join", "Skip", "Pause", "End the story"]


async def test_a_turn_is_handed_over_by_a_menu(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben", "cleo")
        await table.press("ana", "Options…")
        await table.choose("ana", "Hand this turn to …", "@cleo")
        assert "@ana hands the turn to @cleo" in table.texts()[-1]
        assert "@cleo, it is your turn" in table.texts()[-1]
        await table.press("cleo", "Options…")
        assert "cannot take this turn" in await table.choose("cleo", "Hand this turn to …", "@mod")


async def test_who_is_removed_can_be_invited_again(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben", "cleo")
        await table.press("ana", "Options…")
        answer = await table.choose("ana", "Take the seat of … away", "@ben")
        assert "taken away" in answer
        assert len((await story_of(table)).writers) == 2
        assert "need an invitation" in await table.press("ben", "Join")
        await table.press("ana", "Invite them again")
        assert "@ben, you are invited" in table.texts()[-1]
        await table.press("ben", "Join")
        assert len((await story_of(table)).writers) == 3


async def test_a_story_is_given_into_other_hands_after_asking(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        assert "Only they, or a moderator" in await table.slash("ana", "story host transfer", member="@ben")
        assert (await story_of(table)).starter == table.world.member("ana").id
        await table.press("ana", "Yes, give it over")
        assert (await story_of(table)).starter == table.world.member("ben").id
        assert "whoever started" in await table.slash("ana", "story host pause")
        await table.slash("ben", "story host pause")
        assert (await story_of(table)).stage is Stage.PAUSED


async def test_the_order_of_the_seats_is_changed(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben", "cleo")
        await table.slash("ana", "story host reorder", member="@cleo", place="2")
        assert "Seats: ▶ @ana · @cleo · @ben" in table.panel()
        await table.press("ana", "Pass")
        assert "@cleo, it is your turn" in table.texts()[-1]
        assert "no seat" in await table.slash("ana", "story host reorder", member="@mod", place="1")


async def test_the_writer_names_the_next(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben", "cleo", order="pen")
        refused = await table.fill("ana", "Write", turn="The lamp went out.", next="Cloe")
        assert "Nobody here is called “Cloe”" in refused and "The lamp went out." in refused
        await table.fill("ana", "Write", turn="The lamp went out.", next="@Cleo")
        assert "@cleo, it is your turn" in table.texts()[-1]


async def test_a_paused_story_waits_and_goes_on(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.slash("mod", "story host pause")
        assert "@mod has paused the story" in table.texts()[-1]
        await table.wait(hours=30)
        assert not any("time of @ana is up" in text for text in table.texts())
        await table.press("mod", "Resume")
        assert "@ana, it is your turn, until 2026-01-03 06" in table.texts()[-1]


async def test_a_member_reads_refusals_in_their_own_language(settings: Settings) -> None:
    async with open_table(settings) as table:
        table.world.make_member("安", (), "zh-CN")
        await table.env.settle()
        await begun(table, "ben")
        assert "还没有轮到你" in await table.press("安", "Write")
        await table.press("安", "Options…")
        assert "加入" in table.newest_labels("安")
        assert "你入座了" in await table.press("安", "加入")
        assert "@安 has taken a seat." in table.texts()[-1], "what all see is in the story's language"


async def test_nobody_acts_in_a_story_of_another_server(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        id = (await story_of(table)).id
        table.world.make_server("Elsewhere", "en-US")
        table.world.make_member("ana", (), "")
        table.world.make_channel("general", nsfw=False, category="")
        await table.env.settle()
        guild = table.world.here().handle.id
        assert await table.app.stories.store.open_in(guild) == [] or id not in [
            row.id for row in await table.app.stories.store.open_in(guild)
        ]
        assert "No story is written here" in await table.slash("ana", "story read")
        assert TITLE not in await table.slash("ana", "story pass")
