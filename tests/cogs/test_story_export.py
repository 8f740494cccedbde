"""Stories that are read and taken along, through the bot."""

from __future__ import annotations

import io
import json
import zipfile
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from PIL import Image

from bot.rehearsal import acts
from bot.rehearsal.look import plain
from bot.services.books_log import faults
from bot.settings import Settings
from cogs.ui.stories_export_pages import may_read
from tests.cogs.stories_world import Table, open_table, told
from tests.cogs.test_stories import TITLE, begun


async def exported(table: Table, who: str, **options: str) -> tuple[str, str, bytes]:
    """What a member is answered, and the file that they are given."""
    result = await acts.slash(table.world, who, "story export", options)
    answers = [one for one in (result.response, *result.followups) if one is not None]
    assert all(one.ephemeral for one in answers)
    files = [file for one in answers for file in one.attachments]
    name, data = (files[0].filename, content_of(table, files[0])) if files else ("", b"")
    return told(result), name, data


def content_of(table: Table, file: Any) -> bytes:
    url = file["url"] if isinstance(file, dict) else file.url
    return bytes(table.env.backend.cdn.get(url))


async def written(table: Table) -> None:
    """A story of four parts, one of them partly by a model."""
    table.model.say("The sea answered with its weight.")
    await begun(table, "ben", opening="The lamp went <out>.")
    await table.write("ben", "Ben went down.\n\nStep by step.")
    await table.slash("ana", "story chapter", title="The sea & we")
    await table.press("ana", "Draft with AI")
    await table.write("ana", "The sea answered with all its weight.")
    await table.write("ben", "**Nobody** heard it.")


async def test_a_page_of_html_names_everybody_who_wrote(settings: Settings) -> None:
    async with open_table(settings) as table:
        await written(table)
        answer, name, data = await exported(table, "ana", format="html")
        page = data.decode()
        assert f"“{TITLE}”, with its credits." in answer and name == "The-lighthouse.html"
        assert "The lamp went &lt;out&gt;." in page and "<h2>The sea &amp; we</h2>" in page
        assert '<meta name="ai-disclosure" content="ai-assisted"/>' in page
        assert '<meta name="author" content="ana"/>' in page and '<meta name="author" content="ben"/>' in page
        assert 'title="scripted/scripted"' in page
        assert page.index("The lamp went") < page.index("Ben went down") < page.index("heard it")


@pytest.mark.parametrize(
    ("format", "ending", "begins"),
    [
        ("markdown", ".md", b"---\n"),
        ("epub", ".epub", b"PK"),
        ("ao3", ".ao3.html", b""),
        ("fountain", ".fountain", b"Title: The lighthouse"),
    ],
)
async def test_every_format_is_given(settings: Settings, format: str, ending: str, begins: bytes) -> None:
    async with open_table(settings) as table:
        await written(table)
        _, name, data = await exported(table, "cleo", format=format)
        assert name == f"The-lighthouse{ending}" and data.startswith(begins)
        if format == "epub":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                assert "Ben went down." in archive.read("EPUB/chapter1.xhtml").decode()
                assert "Nobody" in archive.read("EPUB/chapter2.xhtml").decode()
        else:
            assert b"Ben went down." in data and b"scripted/scripted" in data


async def test_the_log_can_be_checked_and_shows_what_was_changed(settings: Settings) -> None:
    async with open_table(settings) as table:
        await written(table)
        _, name, data = await exported(table, "ben", format="json")
        text = data.decode()
        assert name == "The-lighthouse.json" and faults(text) == []
        facts = json.loads(text)
        assert [turn["number"] for turn in facts["turns"]] == [1, 2, 3, 4]
        assert {event["kind"] for event in facts["events"]} >= {"Join", "Begin", "Submit", "NewChapter"}
        assert facts["ai-disclosure"] == "ai-assisted" and facts["digitalSourceType"].startswith(
            "http://cv.iptc"
        )
        forged = text.replace("Ben went down.", "Ben went home.")
        assert any("changed" in one for one in faults(forged))
        facts["contributions"][1]["spans"][0][2] = 4711
        assert faults(json.dumps(facts))
        del facts["contributions"][1]
        assert faults(json.dumps(facts)) == ["turn 2: its words are missing"]
        with pytest.raises(ValueError, match="no export"):
            faults('{"format": "renga-story/1"}')


async def forget(table: Table, who: str) -> None:
    """A member has themself forgotten."""
    await table.slash(who, "privacy forget")
    await table.press(who, "Erase it all")


async def test_who_was_forgotten_is_in_no_export(settings: Settings) -> None:
    async with open_table(settings) as table:
        await written(table)
        ben = table.world.member("ben").id
        await forget(table, "ben")
        for format in ("html", "markdown", "epub", "ao3", "fountain", "json"):
            _, _, data = await exported(table, "ana", format=format)
            if format == "epub":
                with zipfile.ZipFile(io.BytesIO(data)) as archive:
                    data = b"".join(archive.read(name) for name in archive.namelist())
            assert b"Ben went down" not in data and b"heard it" not in data
            assert b">ben<" not in data and str(ben).encode() not in data
            if format == "json":
                assert faults(data.decode()) == []
            else:
                assert b"wished to be forgotten" in data


async def test_an_exquisite_corpse_is_given_to_nobody_before_its_end(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben", game="corpse", rounds="1")
        await table.write("ana", "The lamp went out.\nNobody saw it.")
        answer, _, data = await exported(table, "ana", format="json")
        assert "hidden until the story ends" in answer and data == b""
        await table.write("ben", "Then came the sea.")
        _, _, data = await exported(table, "ana", format="markdown")
        assert b"The lamp went out." in data and b"Then came the sea." in data


async def test_nothing_can_be_taken_of_nothing(settings: Settings) -> None:
    async with open_table(settings) as table:
        await begun(table, "ben")
        answer, _, data = await exported(table, "ana")
        assert "Nothing" in answer and data == b""


async def test_the_picture_is_posted_when_a_story_ends(settings: Settings) -> None:
    async with open_table(settings) as table:
        await written(table)
        await table.slash("ana", "story host end")
        await table.press("ana", "Yes, end it")
        thread = table.env.backend.messages[table.world.place("ana").id]
        (said,) = [one for one in thread.values() if "” is finished" in one.content]
        (file,) = said.attachments
        assert file["filename"] == "The-lighthouse.png"
        assert Image.open(io.BytesIO(content_of(table, file))).width == 1200


VIEW = 1 << 10
"""Discord's permission to see a channel."""

LONG = "Step by step she went down, and counted them aloud. " * 20


async def paged(table: Table) -> str:
    """A story of three long parts; its first page as cleo is shown it."""
    await begun(table, "ben", most="2000")
    for writer, name in (("ana", "One"), ("ben", "Two"), ("ana", "Three")):
        await table.write(writer, f"{name}. **{LONG}**")
    return await table.slash("cleo", "story read")


async def test_a_story_is_read_page_by_page_also_after_a_restart(settings: Settings) -> None:
    async with open_table(settings) as table:
        first = await paged(table)
        assert "One. **Step by step" in first and "1 · ana" in first and "page 1 of 3" in first
        await table.world.restart()
        await table.press("cleo", "Next")
        shown = newest_private(table, "cleo")
        assert "Two. **Step by step" in shown and "2 · ben" in shown and "page 2 of 3" in shown
        await table.press("cleo", "Last")
        assert "Three." in newest_private(table, "cleo")
        assert "page 3 of 3" in await table.slash("cleo", "story read", page="3")
        assert "page 3 of 3" in await table.slash("cleo", "story read", page="99")


def newest_private(table: Table, who: str) -> str:
    """The newest message that only this member sees, as it is now."""
    stored = table.env.backend.messages[table.world.place(who).id].values()
    return plain([one for one in stored if one.is_ephemeral][-1].content)


async def test_pages_name_nobody_who_was_forgotten(settings: Settings) -> None:
    async with open_table(settings) as table:
        await paged(table)
        await forget(table, "ben")
        page = await table.slash("cleo", "story read")
        assert "wished to be forgotten" in page and "ben" not in page and "Two." not in page


async def test_whoever_does_not_see_the_thread_gets_nothing(settings: Settings) -> None:
    async with open_table(settings) as table:
        await written(table)
        guild = table.world.here().handle.id
        (row,) = await table.app.stories.store.open_in(guild)
        bot = table.env.bot
        server = bot.get_guild(guild)
        found = await table.app.stories.read(guild, row.id)
        cleo = await server.fetch_member(table.world.member("cleo").id)

        def asked(channel: int) -> Any:
            return SimpleNamespace(channel_id=channel, guild=server, user=cleo)

        assert may_read(asked(row.thread), found)
        assert may_read(asked(1), found)
        hidden = server.get_channel(row.place.channel)
        hidden._overwrites.insert(
            0, discord.abc._Overwrites({"id": guild, "type": 0, "allow": 0, "deny": VIEW})
        )
        assert not may_read(asked(1), found)
