"""Makes the pictures of this folder from real runs of the rehearsal: ``make pictures``.

The bundled model writes what is seen; only the seeds are chosen, so that the
pictures change no more than what they show.
"""

from __future__ import annotations

import asyncio
import html
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from playwright.async_api import Page
from wcwidth import wcwidth

from bot.ids import Lang
from bot.rehearsal.page import open_page
from bot.rehearsal.terminal import SCENE
from bot.rehearsal.world import open_world
from bot.settings import Settings
from cogs import EXTENSIONS
from tests.bot.rehearsal.stage import Stage
from tests.bot.rehearsal.visitor import CHROMIUM, NARROW, Heard, Visitor, looking

HERE = Path(__file__).parent
WIDE = (1200, 860)


@asynccontextmanager
async def evening(lang: Lang, size: tuple[int, int]) -> AsyncIterator[Visitor]:
    """A rehearsal with the bundled model, and somebody at its page."""
    settings = Settings.read({"RENGA_MODEL": "local/house"}, dotenv=None)
    heard = Heard()
    async with open_world(settings, EXTENSIONS) as world:
        held = Stage(world, lang)
        await held.fine(SCENE.format(locale=" locale:zh-CN" if lang == "zh" else ""))
        await held.fine("@mod /settings gallery channel:#gallery")
        async with open_page(world, heard, lambda: None, lang) as address, looking(address, size) as page:
            yield Visitor(page, lang, held, heard)


async def keep(page: Page, name: str) -> None:
    """Put what is seen into this folder."""
    await page.mouse.move(0, 0)
    await page.screenshot(path=HERE / f"{name}.png", animations="disabled")
    print(f"docs/{name}.png")  # noqa: T201


async def poem(lang: Lang, size: tuple[int, int], line: str, change: str, name: str) -> None:
    """A poem, another take and a revision."""
    async with evening(lang, size) as visitor:
        await visitor.type(line)
        await visitor.written()
        await visitor.press(visitor.say("button.another"))
        await visitor.reads(re.compile(r"2\s*[/of共]*\s*2|第 2 稿"))
        await visitor.written()
        await visitor.press(visitor.say("button.revise"))
        await visitor.fill(change)
        await visitor.reads(re.compile(r"3\s*[/of共]*\s*3|第 3 稿"))
        await visitor.written()
        await keep(visitor.page, name)


async def story(name: str) -> None:
    """A story of three people, in its thread."""
    async with evening("en", WIDE) as visitor:
        await visitor.type("/story start title: The lighthouse")
        await visitor.messages.get_by_role("button", name="#The lighthouse").first.click()
        for who in ("ben", "mod"):
            await visitor.become(who)
            await visitor.press(visitor.say("story_button.join"))
            await visitor.reads(visitor.say("page.only_you"))
        await visitor.become("ana")
        await visitor.press(visitor.say("story_button.begin"))
        turns = {
            "ana": "The lamp went out at the turn of the tide.",
            "ben": "Ben went down the stairs, counting, as his mother had.",
            "mod": "At the ninetieth step somebody had left a shoe.",
        }
        for who, text in turns.items():
            await visitor.become(who)
            await visitor.reads(f"@{who}, ")
            await visitor.press(visitor.say("story_button.write"))
            await visitor.fill(text)
            await visitor.reads(text)
        await visitor.become("ana")
        await visitor.reads(turns["mod"])
        await keep(visitor.page, name)


async def terminal(name: str) -> None:
    """The same in a terminal of eighty columns."""
    from tests.bot.rehearsal.terminal_pty import rehearsing

    with tempfile.TemporaryDirectory() as folder:
        async with rehearsing(Path(folder), 80, 40) as held:
            await held.until("renga> ")
            held.type('/poem topic:"first snow" form:haiku seed:7\r')
            await held.until("[1]", "renga> ", after="renga> /poem")
            held.type('press "Another take"\r')
            await held.until("More…", after="renga> press")
            shown = [*held.screen.history.top, *(held.screen.buffer[y] for y in range(held.screen.lines))]
            rows = [row_html(cells, held.screen.columns) for cells in shown]
    style = (
        "body{margin:0;background:#1e1f22}pre{margin:0;padding:18px 22px;color:#dbdee1;width:max-content;"
        "font:16px/1.35 'Noto Sans Mono','DejaVu Sans Mono','Noto Sans CJK SC',monospace}"
    )
    page_of = f"<style>{style}</style><pre>{chr(10).join(rows).rstrip()}</pre>"
    async with looking("about:blank", (900, 600)) as page:
        await page.set_content(page_of)
        await page.locator("pre").screenshot(path=HERE / f"{name}.png")
        print(f"docs/{name}.png")  # noqa: T201


COLOURS = {
    "red": "#f38ba8", "green": "#a6e3a1", "brown": "#f9e2af", "blue": "#89b4fa",
    "magenta": "#cba6f7", "cyan": "#89dceb", "white": "#dbdee1", "brightblack": "#8b8f98",
}  # fmt: skip


def row_html(cells: Any, columns: int) -> str:
    """A row of a terminal, each run of one look as it looks."""
    found, wide = "", False
    for x in range(columns):
        cell = cells[x]
        if wide:
            wide = False
            continue
        wide = bool(cell.data) and wcwidth(cell.data[0]) == 2
        colour = COLOURS.get(cell.fg, f"#{cell.fg}" if re.fullmatch(r"[0-9a-f]{6}", cell.fg) else "")
        look = ";".join(
            filter(
                None,
                [
                    colour and f"color:{colour}",
                    cell.bold and "font-weight:bold",
                    cell.italics and "font-style:italic",
                    cell.underscore and "text-decoration:underline",
                ],
            )
        )
        text = html.escape(cell.data)
        found += f'<span style="{look}">{text}</span>' if look else text
    return found.rstrip()


async def main(*names: str) -> None:
    """Those pictures, or all of them, one after the other."""
    pictures: dict[str, Callable[[str], Awaitable[None]]] = {
        "page-poem": partial(
            poem, "en", WIDE, "/poem topic: first snow form: haiku seed: 7", "one word colder"
        ),
        "page-poem-zh": partial(poem, "zh", NARROW, "/诗 题材：春雪 体裁：五绝 种子：5", "冷一点"),
        "page-story": story,
        "rehearsal": terminal,
    }
    for name in names or pictures:
        await pictures[name](name)


if __name__ == "__main__":
    if CHROMIUM is None:
        sys.exit("No Chromium here: apt-get install chromium")
    os.chdir(HERE.parent)
    asyncio.run(main(*sys.argv[1:]))
