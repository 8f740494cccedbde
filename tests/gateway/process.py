"""The bot as a process of its own, and what it said."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
LAUNCH = Path(__file__).parent / "launch.py"


class Process:
    """``python -m bot`` in a folder of its own, its log in a file."""

    def __init__(self, folder: Path, environment: Mapping[str, str], rest: str, gateway: str) -> None:
        self._log = folder / "log.txt"
        self._began = 0
        self._command = [sys.executable, str(LAUNCH), rest, gateway]
        kept = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT")
        self._environment = {name: os.environ[name] for name in kept if name in os.environ}
        self._environment |= {
            "PYTHONPATH": str(ROOT),
            "OMP_NUM_THREADS": "1",
            "RENGA_DATABASE": str(folder / "renga.sqlite3"),
            **environment,
        }
        self._folder = folder
        self._running: asyncio.subprocess.Process | None = None

    async def start(self, *arguments: str, **environment: str) -> None:
        """Start it; what it says from now on is its ``said``."""
        self._log.touch()
        self._began = self._log.stat().st_size
        with self._log.open("ab") as out:
            self._running = await asyncio.create_subprocess_exec(
                *self._command,
                *(arguments or ("run",)),
                cwd=self._folder,
                env=self._environment | environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )

    def said(self) -> str:
        """Everything since it was started last."""
        with self._log.open("rb") as file:
            file.seek(self._began)
            return file.read().decode()

    def all_said(self) -> str:
        """Everything ever."""
        return self._log.read_text()

    @property
    def status(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._running.returncode if self._running is not None else None

    async def until_said(self, words: str) -> None:
        """Wait for some words in its log."""
        await until(lambda: words in self.said() or self.status is not None, words)
        assert words in self.said(), f"it ended ({self.status}):\n{self.said()[-3000:]}"

    async def ended(self) -> int:
        """Wait until it has ended; its exit status."""
        assert self._running is not None
        async with asyncio.timeout(PATIENCE):
            return await self._running.wait()

    async def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Send it a signal and wait."""
        assert self._running is not None
        if self._running.returncode is None:
            self._running.send_signal(by)
        return await self.ended()

    async def aclose(self) -> None:
        """End it, if it still runs."""
        if self._running is not None and self._running.returncode is None:
            await self.stop(signal.SIGKILL)


async def until(condition: Callable[[], object], what: str = "") -> None:
    """Wait for something that will happen; the time is only how long to wait before giving up."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        await asyncio.sleep(0.02)
