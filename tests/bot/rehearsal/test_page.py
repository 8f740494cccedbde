"""The page of a rehearsal, clicked through in a real Chromium."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import expect

from bot.ids import Lang
from bot.rehearsal.events import Did
from bot.settings import Settings
from tests.bot.rehearsal.stage import Flowing
from tests.bot.rehearsal.visitor import NARROW, WAIT, WIDE, needs_chromium, visiting

pytestmark = [needs_chromium, pytest.mark.timeout(900)]

ENGLISH = """
guild "Ink and Paper"   member ana   member ben   member mod manage_guild manage_messages
channel gallery   channel general
@mod /settings gallery channel:#gallery
"""
CHINESE = """
guild "墨与纸" locale:zh-CN   member ana   member ben   member mod manage_guild manage_messages
channel gallery   channel general
@mod /settings gallery channel:#gallery
"""

BOTH = pytest.mark.parametrize(
    ("lang", "scene", "size"), [("en", ENGLISH, WIDE), ("zh", CHINESE, NARROW)], ids=["wide", "narrow-zh"]
)


@BOTH
async def test_a_poem_another_take_a_revision_and_its_publication(
    settings: Settings, lang: Lang, scene: str, size: tuple[int, int]
) -> None:
    async with visiting(settings, scene=scene, lang=lang, size=size) as visitor:
        # The welcome fills in a command; it is sent as it stands.
        await visitor.page.get_by_role("button", name=visitor.say("page.try_poem")).click()
        await (
            visitor.page.locator("form.command").get_by_role("button", name=visitor.say("page.send")).click()
        )
        await visitor.reads(visitor.say("page.try_topic"))
        await visitor.written()
        await visitor.press(visitor.say("button.another"))
        await visitor.reads(re.compile(r"2\s*[/of共]*\s*2|第 2 稿"))
        await visitor.written()
        await visitor.press(visitor.say("button.revise"))
        await visitor.fill("darker")
        await visitor.reads(re.compile(r"3\s*[/of共]*\s*3|第 3 稿"))
        await visitor.written()
        await visitor.press(visitor.say("button.publish"))
        await visitor.fill("A page of snow")
        await visitor.go("gallery")
        await visitor.reads("A page of snow")
        # The terminal is told of all of it.
        await visitor.heard.until("A page of snow")
        assert next(event.what for event in visitor.heard if isinstance(event, Did)).startswith("/poem topic")


@BOTH
async def test_a_story_of_three_people_in_its_thread_and_its_export(
    settings: Settings, lang: Lang, scene: str, size: tuple[int, int]
) -> None:
    async with visiting(settings, scene=scene, lang=lang, size=size) as visitor:
        await visitor.type("/story start title: The lighthouse")
        # The thread is gone to by what the bot says.
        await visitor.messages.get_by_role("button", name="#The lighthouse").first.click()
        await visitor.is_at("The lighthouse")
        for name in ("ben", "mod"):
            await visitor.become(name)
            await visitor.is_at("The lighthouse")
            await visitor.press(visitor.say("story_button.join"))
            await visitor.reads(visitor.say("page.only_you"))
        await visitor.become("ana")
        await visitor.press(visitor.say("story_button.begin"))
        for name, text in (
            ("ana", "The lamp went out."),
            ("ben", "Ben counted the stairs."),
            ("mod", "A shoe."),
        ):
            await visitor.become(name)
            await visitor.reads(re.compile(rf"@{name}"))
            await visitor.press(visitor.say("story_button.write"))
            await visitor.fill(text)
            await visitor.reads(text)
        await visitor.become("ana")
        await visitor.type("/story export")
        await visitor.page.locator("article .file a:not(.save)").last.wait_for()
        link = visitor.page.locator("article .file a:not(.save)").last
        async with visitor.page.context.expect_page(timeout=WAIT) as opened:
            await link.click()
        shown = await opened.value
        await expect(shown.locator("body")).to_contain_text("Ben counted the stairs.")


async def test_a_moderators_rule(settings: Settings) -> None:
    async with visiting(settings, scene=ENGLISH) as visitor:
        await visitor.become("mod")
        await visitor.type("/filter add kind: words words: lantern action: block name: no lanterns")
        await visitor.press(visitor.say("moderation.button_arm"))
        await visitor.reads(visitor.say("moderation.mode_armed"))
        await visitor.become("ana")
        # What only the moderator saw is not there.
        await expect(visitor.messages).to_have_count(0)
        await visitor.type("/poem topic: a red lantern")
        await visitor.reads(visitor.say("page.only_you"))
        await visitor.reads("lantern")
        # A menu of the panel, chosen from by a press.
        await visitor.become("mod")
        await visitor.type("/settings panel")
        menus = visitor.messages.locator("button.menu")
        await menus.first.click()
        await visitor.page.get_by_role("option").nth(1).click()
        await expect(visitor.page.get_by_role("option")).to_have_count(0)


async def test_stop_is_pressed_while_text_streams_and_others_act_meanwhile(settings: Settings) -> None:
    model = Flowing()
    async with visiting(settings, scene=ENGLISH, backends=[model]) as visitor:
        await visitor.type("/poem topic: pond")
        await visitor.reads("frog")
        # Another member says something, and looks at another channel; nothing goes blank, nothing is refused.
        await visitor.become("ben")
        await visitor.reads("frog")
        await visitor.type("a frog in every line")
        await visitor.reads("a frog in every line")
        await visitor.go("gallery")
        await visitor.go("general")
        await visitor.become("ana")
        await visitor.press(visitor.say("button.stop"))
        await expect(
            visitor.messages.get_by_role("button", name=visitor.say("button.another"))
        ).to_be_visible()
        assert not model.enough
        assert not await visitor.messages.filter(has_text="The sound of water.").count()


async def test_terminal_and_page_show_one_world(settings: Settings) -> None:
    async with visiting(settings, scene=ENGLISH) as visitor:
        await visitor.type("good morning from the page")
        await visitor.reads("good morning from the page")
        # What is typed in the terminal is on the page: words, a channel, a member, a thread.
        await visitor.rehearsal.fine("@ben: good morning from the terminal")
        await visitor.reads("good morning from the terminal")
        await visitor.rehearsal.fine('channel attic   thread "Old trunks"   member eve   in #general')
        await visitor.go("attic")
        await visitor.go("Old trunks")
        await visitor.become("eve")
        await visitor.is_at("Old trunks")
        await visitor.type("so much dust")
        await visitor.reads("so much dust")
        await visitor.heard.until("so much dust")
        # Lines of the terminal are still about where they were.
        await visitor.rehearsal.fine("@ana: still here   expect still here")


async def test_time_passes_and_the_bot_is_restarted_from_the_page(settings: Settings) -> None:
    async with visiting(settings, scene=ENGLISH) as visitor:
        await visitor.type("/poem topic: rain")
        await visitor.reads("rain")
        before = visitor.rehearsal.world.now()
        await visitor.press(visitor.say("page.day"), within=visitor.page.locator("#places"))
        clock = visitor.page.locator("#places .clock span")
        await expect(clock).to_contain_text("Jan 2")
        await visitor.press(visitor.say("page.restart"), within=visitor.page.locator("#places"))
        await visitor.type("/poem topic: wind")
        await visitor.reads("wind")
        assert (visitor.rehearsal.world.now() - before).days == 1


async def test_files_pictures_and_sounds_open_and_run_nothing(settings: Settings) -> None:
    async with visiting(settings, scene=ENGLISH) as visitor:
        page = visitor.page
        evil = "<script>document.title = 'evil'</script><h1>Only a page</h1>"
        await page.locator("input.upload").set_input_files(
            [
                {"name": "poem #1.txt", "mimeType": "text/plain", "buffer": "雪 and snow".encode()},
                {"name": "page.html", "mimeType": "text/html", "buffer": evil.encode()},
                {"name": "song.wav", "mimeType": "audio/wav", "buffer": b"RIFF"},
            ]
        )
        await visitor.type("three files <b>of mine</b>")
        await visitor.reads("three files <b>of mine</b>")
        assert await page.locator("article audio").count() == 1
        for name, text in (("poem #1.txt", "雪 and snow"), ("page.html", "Only a page")):
            async with page.context.expect_page(timeout=WAIT) as opened:
                await page.locator("article").get_by_role("link", name=name, exact=True).click()
            shown = await opened.value
            await expect(shown.locator("body")).to_contain_text(text)
            assert await shown.title() != "evil"
            await shown.close()


async def test_what_is_typed_is_completed_and_options_are_offered(settings: Settings) -> None:
    async with visiting(settings, scene=ENGLISH) as visitor:
        page = visitor.page
        box = page.locator("#foot textarea")
        await box.press_sequentially("/poe")
        await page.get_by_role("option", name=re.compile("^.poem")).first.wait_for()
        await box.press("Tab")
        await page.locator("form.command").get_by_label("topic").fill("rain")
        await page.get_by_role("button", name="+ form").click()
        form = page.locator("form.command").get_by_label("form", exact=True)
        await form.press_sequentially("haik")
        await page.get_by_role("option", name=re.compile("haiku", re.IGNORECASE)).first.click()
        await asyncio.sleep(0)
        assert "aiku" in await form.input_value()
        await form.press("Enter")
        await visitor.reads("rain")


async def test_places_people_and_languages_are_made_and_changed_on_the_page(settings: Settings) -> None:
    async with visiting(settings, scene=ENGLISH) as visitor:
        page = visitor.page

        async def make(opener: str, name: str, *more: tuple[str, str]) -> None:
            await page.get_by_role("button", name=opener).click()
            form = page.get_by_role("dialog")
            await form.get_by_label(visitor.say("page.name")).fill(name)
            for label, choice in more:
                await form.get_by_label(label).select_option(label=choice)
            await form.get_by_role("button", name=visitor.say("page.make"), exact=True).click()
            await form.wait_for(state="hidden")

        await make(visitor.say("page.new_thread"), "Small hours")
        await visitor.is_at("Small hours")
        await visitor.type("who is awake?")
        await visitor.reads("who is awake?")
        forum = visitor.say("page.kind_forum")
        await make(visitor.say("page.new_channel"), "workshop", (visitor.say("page.kind"), forum))
        await visitor.is_at("workshop")
        await visitor.go("general")
        await make(visitor.say("page.new_member"), "li", (visitor.say("page.language"), "中文"))
        # Somebody who reads Chinese sees the page so, and is answered so; then they change their mind.
        visitor.lang = "zh"
        await expect(page.get_by_text(visitor.say("page.welcome"), exact=True)).to_be_visible()
        await visitor.type("/帮助")
        await visitor.reads(visitor.say("page.only_you"))
        await page.get_by_role("button", name=visitor.say("page.language"), exact=True).click()
        visitor.lang = "en"
        await expect(page.get_by_text(visitor.say("page.welcome"), exact=True)).to_be_visible()
        # A place in direct messages; the bot answers there too.
        await visitor.go("Renga")
        await visitor.type("/poem topic: wind")
        await visitor.reads("wind")
