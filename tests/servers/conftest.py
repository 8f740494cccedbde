"""The real servers, started once for all tests that need them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.patience import PATIENCE
from tests.servers.tiny import gguf_file, transformers_folder

REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """``transformers serve`` and llama.cpp's server, each with a tiny model: name -> URL."""
    folder = tmp_path_factory.mktemp("servers")
    hub = folder / "hf" / "hub" / "models--tiny--poet"
    transformers_folder(hub / "snapshots" / REVISION)
    (hub / "refs").mkdir()
    (hub / "refs" / "main").write_text(REVISION)
    port = _free_port()
    transformers = shutil.which("transformers", path=str(Path(sys.executable).parent))
    assert transformers, "the development requirements include transformers[serving]"
    with (folder / "transformers.log").open("wb") as log, (folder / "llama.log").open("wb") as errors:
        serve = _start(
            [
                transformers,
                "serve",
                "tiny/poet",
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
                "--device",
                "cpu",
            ],
            log,
            HF_HOME=str(folder / "hf"),
            HF_HUB_OFFLINE="1",
        )
        llama = _start(
            [sys.executable, "-m", "tests.servers.llama_cpp", str(gguf_file(folder / "poet.gguf"))], errors
        )
        try:
            assert llama.stdout is not None
            address = llama.stdout.readline().decode().strip()
            assert address, (folder / "llama.log").read_text()
            _wait(f"http://127.0.0.1:{port}/health", serve, folder / "transformers.log")
            yield {"transformers": f"http://127.0.0.1:{port}/v1", "llama.cpp": f"{address}/v1"}
        finally:
            for process in (serve, llama):
                process.kill()
                process.communicate()


def _start(command: list[str], log: IO[bytes], **environ: str) -> subprocess.Popen[bytes]:
    root = Path(__file__).resolve().parents[2]
    quiet = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    # Its own session, so that Ctrl-C of the tests ends it through the fixture alone.
    return subprocess.Popen(
        command,
        cwd=root,
        env={**os.environ, **quiet, **environ},
        stdout=subprocess.PIPE if "transformers" not in command[0] else log,
        stderr=log,
        start_new_session=True,
    )


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(log.read_text())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
