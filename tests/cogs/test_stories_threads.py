"""What Discord does to the threads of stories, and what becomes of the stories: the database is canon."""

from __future__ import annotations

from typing import Any

from simcord.backend.serializers import guild_create_payload

from bot.settings import Settings
from bot.stories.model import Stage
from tests.cogs.stories_world import Table, open_table
from tests.cogs.test_stories import TITLE, begun, story_of


def thread_of(table: Table) -> Any:
    """The thread of the story, as the simulated Discord keeps it."""
    return table.env.backend.channels[table.world.channel.id]


async def meta(table: Table, **values: bool) -> None:
    """Somebody archives or locks the thread."""
    backend, thread = table.env.backend, thread_of(table)
    for name, value in values.items():
        setattr(thread.thread_metadata, name, value)
    backend.announce_channel_update(thread.id)
    await table.env.settle()


async def words_of(table: Table) -> list[str]:
    """The words of the parts as the store has them."""
    guild = table.world.here().handle.id
    (row, *_) = await table.app.stories.store.open_in(guild)
    texts = await table.app.stories.texts(row)
    return [texts[turn.key] for turn in (await story_of(table)).turns]


async def test_an_archived_thread_is_opened_again_by_what_the_bot_has_to_say(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await meta(table, archived=True)
        table.env.inject_error("POST", "/channels/*/messages", status=400, code=50083)
        assert "in the story" in await table.write("ana", "The lamp went out.")
        assert "@ben, it is your turn" in table.texts()[-1]
        assert not thread_of(table).thread_metadata.archived
        assert (await story_of(table)).stage is Stage.RUNNING


async def test_a_locked_thread_lets_the_story_rest_until_it_is_resumed(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await meta(table, locked=True)
        story = await story_of(table)
        assert (story.stage, story.rest) == (Stage.PAUSED, "story.paused_thread")
        assert "The thread was closed, so the story is paused" in table.panel()
        assert "paused" in await table.press("ana", "Write")
        await meta(table, locked=False)
        await table.press("ana", "Resume")
        assert (await story_of(table)).stage is Stage.RUNNING
        assert "@ana, it is your turn" in table.texts()[-1]


async def test_a_renamed_thread_stays_the_thread_of_its_story(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        thread_of(table).name = "Something else"
        table.env.backend.announce_channel_update(thread_of(table).id)
        await table.env.settle()
        await table.write("ana", "The lamp went out.")
        assert "@ben, it is your turn" in table.texts()[-1]
        assert (await story_of(table)).title == TITLE


async def test_a_deleted_thread_lets_the_story_rest_and_another_is_made(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.write("ana", "The lamp went out.")
        table.env.backend.delete_channel(table.world.channel.id)
        await table.env.settle()
        assert (await story_of(table)).stage is Stage.PAUSED
        table.enter("#general")
        assert "The thread of “The lighthouse” was deleted" in table.texts()[-1]
        assert "whoever started" in await table.press("ben", "Open again")
        await table.press("ana", "Open again")
        table.enter(TITLE)
        assert any("The lamp went out." in text for text in table.texts())
        assert "@ben, it is your turn" in table.texts()[-1]
        assert "in the story" in await table.write("ben", "Ben lit it again.")
        assert await words_of(table) == ["The lamp went out.", "Ben lit it again."]


async def test_without_permission_the_story_rests_and_its_channel_is_told(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        general = table.world.channels["general"]
        await table.allow(general, None, deny="send_messages_in_threads")
        assert "in the story" in await table.write("ana", "The lamp went out.")
        await table.env.settle()
        story = await story_of(table)
        assert (story.stage, story.rest) == (Stage.PAUSED, "story.paused_shut")
        assert [turn.words for turn in story.turns] == [4]
        table.enter("#general")
        assert "I may not write in #The lighthouse any more" in table.texts()[-1]
        await table.allow(general, None, allow="send_messages_in_threads")
        await table.press("ana", "Resume")
        table.enter(TITLE)
        assert (await story_of(table)).stage is Stage.RUNNING
        assert "@ben, it is your turn" in table.texts()[-1]
        assert any("The lamp went out." in text for text in table.texts())


async def test_a_writer_who_leaves_the_server_loses_the_turn_and_keeps_the_words(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben", "cleo")
        await table.write("ana", "The lamp went out.")
        table.world.here().handle.remove_member(table.world.member("ben"))
        await table.env.settle()
        await table.wait(hours=19)
        story = await story_of(table)
        assert len(story.writers) == 2
        assert "@cleo, it is your turn" in table.texts()[-1]
        assert any("is not on this server any more" in text for text in table.texts())


async def test_a_banned_writer_is_gone_at_once(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben", "cleo")
        guild: Any = table.world.here().handle
        table.env.backend.apply_ban(guild.id, table.world.member("ana").id, None)
        await table.env.settle()
        story = await story_of(table)
        assert [seat.member for seat in story.writers] == [
            table.world.member("ben").id,
            table.world.member("cleo").id,
        ]
        assert story.starter == table.world.member("ben").id
        assert "@ben, it is your turn" in table.texts("ben")[-1]


async def test_a_deleted_message_of_a_part_is_told_and_the_part_stays(settings: Settings) -> None:
    async with open_table(settings, intent=True) as table:
        await begun(table, "ben")
        await table.say("ana", "The lamp went out.")
        await table.delete("ana")
        assert any("part 1 was deleted. The part is still in the story" in text for text in table.texts())
        assert await words_of(table) == ["The lamp went out."]
        assert "The lamp went out." in await table.slash("ben", "story read")


async def test_a_deleted_panel_is_posted_anew(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        thread = table.world.channel
        (pinned,) = thread.pinned_messages()
        table.env.backend.delete_message(thread.id, pinned.id)
        await table.env.settle()
        assert "Now: @ana" in table.panel()
        (again,) = thread.pinned_messages()
        assert again.id != pinned.id


async def test_an_edited_message_is_another_version_of_its_part(settings: Settings) -> None:
    async with open_table(settings, intent=True) as table:
        await begun(table, "ben")
        await table.say("ana", "The lamp went out.")
        await table.say("ben", "Ben lit it again.")
        await table.edit("ana", "The lamp went out for good.")
        story = await story_of(table)
        assert [len(turn.versions) for turn in story.turns] == [2, 1]
        assert await words_of(table) == ["The lamp went out for good.", "Ben lit it again."]
        assert "for good" in await table.slash("ben", "story read")


async def test_an_edit_that_makes_a_part_too_long_changes_nothing_and_its_writer_is_told(
    settings: Settings,
) -> None:
    async with open_table(settings, intent=True) as table:
        await begun(table, "ben", most="5")
        await table.say("ana", "The lamp went out.")
        await table.edit("ana", "The lamp went out again and again.")
        assert await words_of(table) == ["The lamp went out."]
        assert any("at most 5 words" in text and "as it was" in text for text in table.texts())


async def test_the_bot_is_sent_away_and_comes_back(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        backend, id = table.env.backend, table.world.here().handle.id
        backend.emit("GUILD_DELETE", {"id": str(id)})
        await table.env.settle()
        assert (await story_of(table)).rest == "story.paused_gone"
        joined: dict[str, Any] = dict(guild_create_payload(backend, backend.guilds[id]))
        joined.pop("unavailable", None)  # it is there when a server comes back from an outage only
        backend.emit("GUILD_CREATE", joined)
        await table.env.settle()
        assert (await story_of(table)).stage is Stage.RUNNING
        assert "@ana, it is your turn" in table.texts()[-1]


async def test_the_panel_keeps_up_after_a_restart(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        table.env.inject_error("PATCH", "/channels/*/messages/*", status=500, times=None)
        await table.write("ana", "The lamp went out.")
        assert "Now: @ana" in table.panel()
        table.env.backend.faults.clear()
        await table.restart()
        panel = table.panel()
        assert "Now: @ben" in panel and "1 part so far · words: 4" in panel and "Last part: " in panel


async def test_where_the_title_says_everyone_nobody_is_pinged(settings: Settings) -> None:
    async with open_table(settings) as table:
        await table.slash("ana", "story start", title="@everyone @here", opening="@everyone <@&1> hello")
        table.world.channel = None
        await table.env.settle()
        for request in table.env.http_requests:
            body = request.json if isinstance(request.json, dict) else {}
            if request.method == "POST" and request.path.endswith("/messages"):
                allowed = body.get("allowed_mentions") or {}
                assert not allowed.get("parse") and not allowed.get("roles"), body


async def test_the_panel_is_moved_and_stands_once(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        await table.slash("ben", "story show")
        assert len([text for text in table.texts() if text.startswith("📖")]) == 1
        (pinned,) = table.world.channel.pinned_messages()
        await table.write("ana", "The lamp went out.")
        assert "Now: @ben" in table.panel()
        assert pinned.id in {message.id for message in table.world.channel.pinned_messages()}
