"""What the tests stand on: a real store in a temporary folder, the real bot against a simulated Discord.

Nothing here reaches the network, and nothing may block the event loop.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from bot.settings import Settings

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
