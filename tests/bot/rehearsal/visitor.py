"""Somebody at the page of a rehearsal, in a real Chromium: found by role and text, never by place or time."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from bot.i18n.text import translate
from bot.ids import Lang
from bot.rehearsal.events import Changed, Event, Posted
from bot.rehearsal.page import open_page
from bot.settings import Settings
from tests.bot.rehearsal.stage import Stage, stage
from tests.patience import PATIENCE

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--mute-audio",
)
"""Chromium runs as root, draws without a card, and asks nobody for anything."""

WAIT = PATIENCE * 1000
"""The same in milliseconds, as playwright counts."""

WIDE, NARROW = (1200, 800), (420, 800)


class Heard(list[Event]):
    """What the terminal is told of what is done on the page."""

    def __init__(self) -> None:
        super().__init__()
        self._more = asyncio.Event()

    def __call__(self, event: Event) -> None:
        self.append(event)
        self._more.set()

    async def until(self, text: str) -> None:
        """Wait until a message that says so was told of."""
        while not any(text in one.message.text for one in self if isinstance(one, Posted | Changed)):
            self._more.clear()
            async with asyncio.timeout(PATIENCE):
                await self._more.wait()


class Visitor:
    """Presses, types and reads on the page, as a person does."""

    def __init__(self, page: Page, lang: Lang, rehearsal: Stage, heard: Heard) -> None:
        self.page = page
        self.lang: Lang = lang
        self.rehearsal = rehearsal
        self.heard = heard

    def say(self, key: str, **facts: object) -> str:
        """A text in the language of whoever looks."""
        return translate(key, self.lang, **facts)

    @property
    def messages(self) -> Locator:
        """Everything that is said here."""
        return self.page.get_by_role("article")

    async def reads(self, text: str | re.Pattern[str]) -> None:
        """Wait until some message says it."""
        await expect(self.messages.filter(has_text=text).last).to_be_visible()

    async def written(self) -> None:
        """Wait until nothing is being written."""
        await expect(self.messages.get_by_role("button", name=self.say("button.stop"))).to_have_count(0)

    async def press(self, label: str, *, within: Locator | None = None) -> None:
        """Press the newest button of that label, whatever stands before or after it."""
        shown = re.compile(rf"^\W*{re.escape(label.rstrip('…'))}\W*$")
        await (within or self.messages).get_by_role("button", name=shown, disabled=False).last.click()

    async def fill(self, *texts: str) -> None:
        """Fill the text fields of the form that is open, in their order, and send it."""
        form = self.page.get_by_role("dialog")
        await form.wait_for()
        boxes = form.get_by_role("textbox")
        for at, text in enumerate(texts):
            await boxes.nth(at).fill(text)
        await form.get_by_role("button", name=self.say("page.send"), exact=True).click()
        await form.wait_for(state="hidden")

    async def type(self, line: str) -> None:
        """Type a line and send it; a command is first shown with its options."""
        box = self.page.locator("#foot textarea")
        await box.fill(line)
        await box.press("Enter")
        if line.startswith("/"):
            command = self.page.locator("form.command")
            await command.wait_for()
            await command.get_by_role("button", name=self.say("page.send"), exact=True).click()
            await command.wait_for(state="detached")

    async def go(self, place: str) -> None:
        """Go to a channel or a thread."""
        await self._open_drawer()
        await self.page.locator("#places").get_by_role("button", name=place).first.click()
        await self.is_at(place)

    async def is_at(self, place: str) -> None:
        """Wait until one is at a place."""
        await expect(self.page.get_by_role("heading", level=1)).to_contain_text(place)

    async def become(self, name: str, lang: Lang | None = None) -> None:
        """Look as somebody else, who reads that language."""
        await self._open_drawer()
        await self.page.locator("#places .viewer").click()
        await self.page.get_by_role("option", name=f"@{name}", exact=True).click()
        self.lang = lang or self.lang
        await expect(self.page.locator("#places .viewer")).to_contain_text(f"@{name}")

    async def _open_drawer(self) -> None:
        drawer = self.page.locator("#head .drawer").first
        if await drawer.is_visible() and not await self.page.locator("body.places-open").count():
            await drawer.click()


@asynccontextmanager
async def looking(address: str, size: tuple[int, int]) -> AsyncIterator[Page]:
    """A page in a Chromium of its own, on which nothing may go wrong."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = await browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.set_default_timeout(WAIT)
        expect.set_options(timeout=WAIT)
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        await page.goto(address)
        yield page
        assert not wrong, wrong
        await browser.close()


@asynccontextmanager
async def visiting(
    settings: Settings,
    *,
    scene: str,
    lang: Lang = "en",
    size: tuple[int, int] = WIDE,
    backends: Sequence[object] | None = None,
) -> AsyncIterator[Visitor]:
    """The real bot in a rehearsal, its page, and somebody who looks at that in Chromium."""
    heard, models = Heard(), None if backends is None else list(backends)
    async with (
        stage(settings, scene=scene, lang=lang, backends=models) as held,
        open_page(held.world, heard, lambda: None, lang) as address,
        looking(address, size) as page,
    ):
        yield Visitor(page, lang, held, heard)
