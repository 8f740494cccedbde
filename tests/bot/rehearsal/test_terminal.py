"""``python -m bot run`` in a terminal of its own, read as somebody sees it who types, presses and resizes."""

from __future__ import annotations

import asyncio
import json
import re
import stat
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.i18n.text import translate
from bot.ids import Lang
from bot.rehearsal.words import quoted
from tests.bot.rehearsal.terminal_pty import Terminal, rehearsing
from tests.servers import faulty

pytestmark = pytest.mark.timeout(1_500)

ENGLISH = [
    "An old silent pond keeps the moon of another year,",
    "a frog jumps into the pond and the moon is in pieces;",
    "splash! Silence again, and the year is mended;",
    "who came to listen goes home by the other road.",
]
CHINESE = [
    "古池深处藏着去年的月亮，谁也不曾去打捞过它，",
    "一只青蛙跳进水里，月亮碎成了许多片；",
    "扑通一声之后，四下里又静了，连风也不知道去了哪里，",
    "听见的人，从另一条路走回家去。",
]
RAW = re.compile(r"\x1b|\?\[|\[\d+[A-HJKm]|\[\?25|\^C")
"""What a terminal shows where escape codes did not reach it as such."""


class Gate:
    """A model whose lines come when the test says so."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()

    def says(self, *lines: str | None) -> None:
        """Let it write lines; None ends the answer."""
        for line in lines:
            self._lines.put_nowait(line)

    async def answer(self, request: web.Request, body: Any) -> web.StreamResponse:
        """One answer of it."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        while (line := await self._lines.get()) is not None:
            # In pieces: the bot holds back the newest of them until it knows what it becomes.
            for at in range(0, len(line), 8):
                await response.write(
                    f"data: {faulty.json.dumps(faulty.event(line[at : at + 8]))}\n\n".encode()
                )
                await asyncio.sleep(0.05)
        await response.write(sent(finish="stop") + b"data: [DONE]\n\n")
        return response


def sent(text: str | None = None, finish: str | None = None) -> bytes:
    """An event as it goes over the wire."""
    return f"data: {json.dumps(faulty.event(text, finish))}\n\n".encode()


@pytest.fixture
async def gate() -> AsyncIterator[tuple[Gate, Mapping[str, str]]]:
    """The model, and the settings with which the bot asks it."""
    model = Gate()
    async with faulty.serve() as server:
        server.then(*[model.answer] * 9)
        yield (
            model,
            {
                "OPENAI_API_KEY": "not-a-key",
                "OPENAI_BASE_URL": server.url,
                "OPENAI_MODELS": "poet",
                "RENGA_MODEL": "openai/poet",
                "RENGA_EDIT_SECONDS": "0.05",
            },
        )
        model.says(*[None] * 9)


def once(terminal: Terminal, *texts: str) -> None:
    """Every text is there once, on the screen or scrolled away, and no escape code is."""
    whole = terminal.text
    for text in texts:
        assert whole.count(text) == 1, f"{text!r} is there {whole.count(text)} times:\n{whole}"
    assert not RAW.search(whole), whole


@pytest.mark.parametrize(
    ("columns", "lang", "lines"),
    [(80, "en", ENGLISH), (80, "zh", CHINESE), (110, "zh", CHINESE), (200, "en", ENGLISH)],
)
async def test_a_poem_streams_in_place_and_is_pressed_and_revised(
    tmp_path: Path, gate: tuple[Gate, Mapping[str, str]], columns: int, lang: Lang, lines: list[str]
) -> None:
    model, env = gate
    prompt = translate("rehearsal.prompt", lang).rstrip()
    async with rehearsing(tmp_path, columns, env={**env, "RENGA_LANGUAGE": lang}) as terminal:
        await terminal.until(prompt)
        shown = terminal.rows
        assert all(len(row) <= columns for row in shown)
        terminal.type("/poem topic:pond\r" if lang == "en" else "/诗 题材:古池\r")
        model.says(*(f"{line}\n" for line in lines[:-1]))
        await terminal.until(lines[0][:10], translate("rehearsal.writing", lang))
        once(terminal, lines[0][:10])
        terminal.type("pre")  # ahead of the prompt: shown there, and not in the midst of the poem
        model.says(lines[-1])
        await terminal.until(lines[1][:10])
        once(terminal, lines[0][:10], lines[1][:10])
        assert not re.search(r"^pre", terminal.text, re.MULTILINE)
        model.says(None)
        await terminal.until(f"{prompt} pre", after=lines[-1])
        once(terminal, *lines, f"  {'Renga'}  #general".strip())
        assert translate("rehearsal.writing", lang) not in terminal.text
        assert [terminal.column(line) for line in lines] == [2] * len(lines)

        more, credits = translate("button.more", lang), translate("button.credits", lang)
        terminal.type(f'ss "{more}"\r')
        await terminal.until(
            translate("rehearsal.private", lang), f"▾ {more}", credits, f"{prompt} ", after=f"@ana [{more}]"
        )
        terminal.type(f'select "{more}" "{credits}"\r')
        await terminal.until("100", f"{prompt} ", after=f'"{credits}"')

        revise, instruction = translate("button.revise", lang), translate("modal.instruction", lang)
        title = translate("modal.revise_title", lang)
        terminal.type(f'press "{revise}"\r')
        form = await terminal.until(prompt, f"fill {quoted(title)} ", after=f"[{revise}]")
        assert instruction in form
        terminal.type(f'fill "{title}" "{instruction}":"darker"\r')
        model.says("Night, ", "and no moon.", None)
        # Numbers count on the newest message with buttons, which is the private one: these have none.
        await terminal.until(
            f"{prompt} ", f"[{translate('button.another', lang)}]", after="Night, and no moon."
        )
        once(terminal, "Night, and no moon.")

        terminal.type("help\r")
        await terminal.until(prompt, after='expect private "…"')
        told = translate("rehearsal.help", lang).strip().split("\n")
        parts = [line.split("\t") for line in told]
        # What is typed is on the left, and what it does begins in one column.
        assert len({terminal.column(text[:6], beside=typed) for typed, text in parts}) == 1
        terminal.type("\x04")
        assert await terminal.ended == 0
        assert not terminal.screen.cursor.hidden and terminal.echoes()
        assert max(len(row) for row in terminal.rows) <= columns


async def test_ctrl_c_stops_the_text_gives_up_a_line_and_ends_only_when_pressed_again(
    tmp_path: Path, gate: tuple[Gate, Mapping[str, str]]
) -> None:
    model, env = gate
    async with rehearsing(tmp_path, 110, env=env) as terminal:
        await terminal.until("renga>")
        terminal.type("/poem topic:pond\r")
        model.says(*(f"{line}\n" for line in ENGLISH[:2]))
        await terminal.until(ENGLISH[0], ENGLISH[1][:10], "Ctrl-C stops it")
        terminal.type("\x03")
        await terminal.until("stopped", "renga>", after="@ana [Stop]")
        once(terminal, ENGLISH[0], ENGLISH[1][:10], "@ana [Stop]")
        model.says(None)

        terminal.type("all that was typed")
        await terminal.until("all that was typed")
        terminal.type("\x03good morning\r")
        await terminal.until("  good morning", "renga>", after="ana  #general")
        assert "all that was typed" not in terminal.text
        terminal.type("\x03")
        await terminal.until(translate("rehearsal.how_to_end", "en"), "renga>")

        terminal.type("wait 900d\r")
        await terminal.at_work()
        terminal.type("\x03")
        await terminal.until("Ctrl-C again ends the rehearsal", after="900d")
        terminal.type("\x03")
        assert await terminal.ended == 0
        assert not RAW.search(terminal.text) and terminal.echoes() and not terminal.screen.cursor.hidden


async def test_what_is_higher_than_the_window_is_there_once_and_a_window_may_change_meanwhile(
    tmp_path: Path, gate: tuple[Gate, Mapping[str, str]]
) -> None:
    model, env = gate
    lines = [f"verse {number:02} of a long winter, and then of a longer one" for number in range(30)]
    async with rehearsing(tmp_path, 110, 16, env={**env, "XTERM_VERSION": "1"}) as terminal:
        await terminal.until("renga>")
        terminal.type("/poem topic:winter\r")
        model.says(*(f"{line}\n" for line in lines[:20]))
        await terminal.until(lines[18], "Ctrl-C stops it")
        terminal.resize(80, 16)
        model.says(f"{lines[20]}\n")
        await terminal.until(lines[19])
        terminal.resize(120, 24)
        model.says(*(f"{line}\n" for line in lines[21:]))
        await terminal.until(lines[28])
        model.says(None)
        await terminal.until("[1] ", "renga>", after=lines[29])
        once(terminal, *lines)
        terminal.type("quit\r")
        assert await terminal.ended == 0


async def test_what_was_typed_is_kept_and_completed(tmp_path: Path) -> None:
    env = {"RENGA_MODEL": "echo/echo", "RENGA_DATABASE": "kept/renga.sqlite3"}
    async with rehearsing(tmp_path, 110, env=env) as terminal:
        await terminal.until("renga>")
        terminal.type("/poe")
        await terminal.until("/poem", after="renga> /poe")
        terminal.type("\t")
        await terminal.until("renga> /poem")
        terminal.type(" topic:lantern\r")
        await terminal.until("[1] ", "renga>", after="for @ana")
        terminal.type("\x04")
        assert await terminal.ended == 0
    kept = tmp_path / "kept" / "rehearsal-history"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["rehearsal-history"]
    async with rehearsing(tmp_path, 110, env=env) as terminal:
        await terminal.until("renga>")
        terminal.type("\x1b[A")
        await terminal.until("renga> /poem topic:lantern")
        terminal.type("\x03\x04")
        assert await terminal.ended == 0


@pytest.mark.parametrize(
    ("columns", "env"),
    [
        (80, {"TERM": "dumb"}),
        (30, {}),
        (80, {"NO_COLOR": "1"}),
        (80, {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
        (80, {"PYTHONIOENCODING": "ascii"}),
    ],
    ids=["dumb", "narrow", "no colour", "C", "ascii"],
)
async def test_a_terminal_that_can_less_gets_plain_lines(
    tmp_path: Path, columns: int, env: Mapping[str, str]
) -> None:
    async with rehearsing(tmp_path, columns, env={"RENGA_MODEL": "echo/echo", **env}) as terminal:
        await terminal.until("renga>")
        terminal.type("@ben /poem topic:lantern\r")
        await terminal.until("[1] ", "renga>", after="for @ben")
        terminal.type("good morning\r")
        await terminal.until("renga>", after="  good morning")
        terminal.type("quit\r")
        assert await terminal.ended == 0
        written = bytes(terminal.written)
        assert terminal.text.count("for @ben") == 1
        if "TERM" in env:
            assert b"\x1b" not in written
        if columns < 40:
            assert b"\x1b[1A\x1b[2K" not in written  # nothing is drawn in place
        if "NO_COLOR" in env:
            assert not re.search(rb"\x1b\[(?:\d+;)*(?:3|4|9|10)[0-8](?:;\d+)*m", written)
