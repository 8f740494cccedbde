"""What time does: reminders as members chose, quiet hours, deadlines, the bot that was down."""

from __future__ import annotations

from typing import Any

from bot.rehearsal.look import newest, plain, seen
from bot.settings import Settings
from bot.stories.model import Stage
from tests.cogs.stories_world import Table, open_table
from tests.cogs.test_stories import begun, story_of


def whispered(table: Table, who: str) -> list[str]:
    """What the bot told somebody by direct message, oldest first."""
    person = table.world.member(who).user
    found = newest(table.env, person, person.dm_channel)
    return [plain(seen(table.env, one).text) for one in reversed(found)]


def silent(table: Table) -> list[bool]:
    """Of every message that pinged somebody, whether it did so without a sound."""
    posted = [one.json for one in table.env.http_requests if one.method == "POST"]
    pinging: list[dict[str, Any]] = [
        one for one in posted if isinstance(one, dict) and (one.get("allowed_mentions") or {}).get("users")
    ]
    return [bool(int(one.get("flags") or 0) & 4096) for one in pinging]


async def test_a_writer_is_reminded_once_by_a_mention(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.wait(hours=19)
        assert sum("waits for your turn" in text for text in table.texts()) == 1
        assert table.pinged()[-1] == ("ana",)
        await table.wait(hours=4)
        assert sum("waits for your turn" in text for text in table.texts()) == 1


async def test_a_reminder_by_direct_message(settings: Settings) -> None:
    async with open_table(settings) as table:
        assert "by direct message" in await table.slash("ana", "story reminders", how="dm")
        await begun(table, "ben")
        assert ("ana",) not in table.pinged()
        assert len(whispered(table, "ana")) == 1 and "waits for your turn" in whispered(table, "ana")[0]
        await table.wait(hours=19)
        assert len(whispered(table, "ana")) == 2
        assert not any("the story waits" in text for text in table.texts())


async def test_whoever_wants_no_reminder_has_none(settings: Settings) -> None:
    async with open_table(settings) as table:
        await table.slash("ana", "story reminders", how="off")
        await begun(table, "ben")
        await table.wait(hours=19)
        assert table.pinged() == []
        assert not any("waits for your turn" in text for text in table.texts())
        assert (await story_of(table)).stage is Stage.RUNNING


async def test_quiet_hours_put_a_reminder_off_and_make_a_call_silent(settings: Settings) -> None:
    async with open_table(settings) as table:  # it begins at midnight, UTC
        await table.slash("ana", "story reminders", quiet="23-8", zone="Europe/Berlin")
        await table.slash("ben", "story reminders", quiet="17-23", zone="UTC")
        await begun(table, "ben")
        assert silent(table) == [True]
        await table.wait(hours=9)
        await table.write("ana", "The lamp went out.")
        assert silent(table) == [True, False]
        await table.wait(hours=16.5)  # ben is to be reminded after eighteen hours, at three in the morning
        assert sum("waits for your turn" in text for text in table.texts()) == 0
        await table.wait(hours=2)
        assert sum("waits for your turn" in text for text in table.texts()) == 1


async def test_whoever_lets_two_turns_go_by_is_away_and_welcomed_back(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.wait(hours=25)
        assert any("The time of @ana is up" in text for text in table.texts())
        await table.write("ben", "Ben went down.")
        await table.wait(hours=25)
        assert any("counts as away now" in text for text in table.texts())
        assert "@ana (away)" in table.panel()
        await table.press("ana", "Options…")
        assert "Welcome back" in await table.press("ana", "I'm back")
        assert "(away)" not in table.panel()


async def test_more_time_is_given_once(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.press("ana", "More time")
        assert "@ana, until 2026-01-03" in table.panel()
        assert "more time in this turn already" in await table.press("ana", "More time")


async def test_over_a_deadline_that_passed_while_the_bot_was_down_the_time_is_given_back(
    settings: Settings,
) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.wait(hours=23)
        await table.restart(hours=5)
        assert any("I was away over the deadline of @ana" in text for text in table.texts())
        story = await story_of(table)
        assert story.current is not None and story.current.member == table.world.member("ana").id
        assert "@ana, until 2026-01-02 05" in table.panel()
