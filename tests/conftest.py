"""What the tests stand on: a real store in a temporary folder, the real bot against a simulated Discord.

Nothing here reaches the network, and nothing may block the event loop.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import pytest_asyncio

from bot.settings import Settings
from tests.patience import PATIENCE

# How long a machine takes to draw an example decides no test.
hypothesis.settings.register_profile(
    "renga", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("renga")

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse every connection that leaves the machine, so that no test depends on one."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object, /) -> None:
        host = address[0] if isinstance(address, tuple) else None  # else a Unix socket
        if host is not None and host not in LOOPBACK:
            raise RuntimeError(f"a test tried to reach {host}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discord waits for three seconds, the simulated one for as long as the machine takes."""
    monkeypatch.setattr("cogs.ui.studio.QUICK", PATIENCE)
    monkeypatch.setattr("cogs.ui.stream.EDIT_TIMEOUT", PATIENCE)


@pytest_asyncio.fixture
async def jumping_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop's clock stands still while anything is to be done, then jumps to the next timer.

    For tests without threads and sockets, whose time would not be counted.
    """
    loop = asyncio.get_running_loop()
    select, now = loop._selector.select, loop.time()  # type: ignore[attr-defined]

    def jump(timeout: float | None = None) -> object:
        nonlocal now
        events = select(0 if timeout else timeout)
        now += 0 if events else timeout or 0
        return events

    monkeypatch.setattr(loop, "time", lambda: now)
    monkeypatch.setattr(loop._selector, "select", jump)  # type: ignore[attr-defined]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings as a newcomer has them, with the store in a temporary folder and no patience."""
    return Settings.read(
        {
            "RENGA_DATABASE": str(tmp_path / "renga.sqlite3"),
            "RENGA_MODEL": "scripted/scripted",
            "RENGA_EDIT_SECONDS": "0.05",
            "RENGA_LOG_LEVEL": "DEBUG",
        },
        dotenv=None,
    )
