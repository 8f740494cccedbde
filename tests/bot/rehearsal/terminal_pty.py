"""A terminal in a test: the bot runs in it as it would for somebody, and its screen is read with pyte."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import struct
import sys
import termios
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pyte
from wcwidth import wcwidth

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]


class _Screen(pyte.HistoryScreen):
    """Answers where its cursor is, as every terminal does."""

    def __init__(self, columns: int, lines: int, answer: Any) -> None:
        super().__init__(columns, lines, history=10_000, ratio=1.0)
        self.write_process_input = answer


class Terminal:
    """A pseudo-terminal with a process in it."""

    def __init__(self, columns: int, lines: int) -> None:
        self._master, self.slave = os.openpty()
        self.screen = _Screen(columns, lines, self.type)
        self._stream = pyte.ByteStream(self.screen)
        self.written = bytearray()
        """Everything that was written to it."""
        self._stirred = asyncio.Event()
        self.ended: asyncio.Task[int]
        self._sized(columns, lines)
        asyncio.get_running_loop().add_reader(self._master, self._read)

    def _sized(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def _read(self) -> None:
        try:
            data = os.read(self._master, 65_536)
        except OSError:  # nobody has the other end any more
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._master)
        self.written += data
        self._stream.feed(data)
        self._stirred.set()

    def type(self, text: str) -> None:
        """Type something."""
        os.write(self._master, text.encode())

    def resize(self, columns: int, lines: int) -> None:
        """Make the window wider or narrower; rows that are there are cut off, as xterm does it."""
        self.screen.resize(lines, columns)
        self._sized(columns, lines)

    @property
    def rows(self) -> list[str]:
        """What is to be seen, and what was scrolled away, without the spaces at the end."""
        held = [*self.screen.history.top, *(self.screen.buffer[y] for y in range(self.screen.lines))]
        return [self._row(cells) for cells in held]

    def _row(self, cells: Any) -> str:
        text, wide = "", False
        for x in range(self.screen.columns):
            char = cells[x].data
            # A character of two columns has an empty one behind it.
            text += "" if wide else char
            wide = not wide and bool(char) and wcwidth(char[0]) == 2
        return text.rstrip()

    @property
    def text(self) -> str:
        """All rows as one text."""
        return "\n".join(self.rows).rstrip()

    def column(self, text: str, *, beside: str = "") -> int:
        """The column, from 0, in which a text begins in the last row that has it (after another text)."""
        row = next(row for row in reversed(self.rows) if row.startswith(beside) and text in row)
        return sum(max(0, wcwidth(char)) for char in row[: row.index(text, len(beside))])

    async def until(self, *texts: str, after: str = "") -> str:
        """Wait until some texts are there (after the last place of another); the text from there on."""

        def seen() -> str:
            whole = self.text
            return whole[whole.rfind(after) :] if after and after in whole else "" if after else whole

        async def there() -> None:
            while not all(text in seen() for text in texts):
                self._stirred.clear()
                waiting = asyncio.ensure_future(self._stirred.wait())
                await asyncio.wait({waiting, self.ended}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                if self.ended.done():
                    await asyncio.sleep(0)
                    self._drain()
                    assert all(text in seen() for text in texts), f"{texts} not in\n{self.text}"

        try:
            async with asyncio.timeout(PATIENCE):
                await there()
        except TimeoutError:
            raise AssertionError(f"{texts} not in\n{self.text}") from None
        return seen()

    def _drain(self) -> None:
        os.set_blocking(self._master, False)
        while True:
            before = len(self.written)
            try:
                self._read()
            except ValueError:
                return
            if len(self.written) == before:
                return

    def echoes(self) -> bool:
        """Whether the terminal shows what is typed, as it did before."""
        return bool(self._modes & termios.ECHO)

    async def at_work(self) -> None:
        """Wait until a line is acted on: Ctrl-C is a signal again, and nothing is echoed."""
        async with asyncio.timeout(PATIENCE):
            while not self._modes & termios.ISIG or self.echoes():  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0.02)

    @property
    def _modes(self) -> int:
        return termios.tcgetattr(self.slave)[3]

    def close(self) -> None:
        """Let it go."""
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)
        os.close(self.slave)


@asynccontextmanager
async def rehearsing(
    folder: Path, columns: int, lines: int = 50, *, env: Mapping[str, str] | None = None
) -> AsyncIterator[Terminal]:
    """``python -m bot run`` in a terminal, in a folder of its own; "" takes a variable away."""
    terminal = Terminal(columns, lines)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISCORD_TOKEN", "DISPLAY", "WAYLAND_DISPLAY", "NO_COLOR", "COLUMNS", "LINES", "TMUX")
        and not name.startswith(("LC_", "LANG", "RENGA_", "OPENAI_"))
    }
    wanted = kept | {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "LANG": "C.UTF-8"} | dict(env or {})

    def controlled() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run",
        stdin=terminal.slave, stdout=terminal.slave, stderr=terminal.slave,
        cwd=folder, env={name: value for name, value in wanted.items() if value},
        start_new_session=True, preexec_fn=controlled,
    )  # fmt: skip
    terminal.ended = asyncio.ensure_future(process.wait())
    try:
        yield terminal
    finally:
        if not terminal.ended.done():
            process.send_signal(signal.SIGKILL)
        await terminal.ended
        terminal.close()
