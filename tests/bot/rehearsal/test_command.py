"""``python -m bot rehearse`` as a process of its own: the files of the repository, exit codes, JSON."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.faulty import serve, status

ROOT = Path(__file__).parents[3]
SCRIPTS = sorted((ROOT / "rehearsals").glob("*.renga"))


def rehearse(tmp_path: Path, *arguments: str, typed: str = "", model: str = "echo/echo") -> tuple[int, str]:
    """Run the command in an empty folder; its exit code and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "rehearse", *arguments],
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "RENGA_MODEL": model, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_script_of_the_repository_plays_with_the_bundled_model(script: Path, tmp_path: Path) -> None:
    code, printed = rehearse(tmp_path, str(script), model="local/house")
    assert code == 0, printed
    assert "✓" in printed
    assert not list(tmp_path.iterdir())


def play(tmp_path: Path, text: str, *arguments: str) -> tuple[int, str]:
    script = tmp_path / "play.renga"
    script.write_text(text, encoding="utf-8")
    return rehearse(tmp_path, str(script), *arguments)


def test_a_failed_expectation_is_1_and_what_was_seen_instead_is_shown(tmp_path: Path) -> None:
    code, printed = play(tmp_path, 'guild G  member ana  channel c\n@ana: hello\nexpect "goodbye"\n')
    assert code == 1
    assert "✗" in printed
    assert "hello" in printed.split("✗")[1]


def test_a_line_that_cannot_be_carried_out_is_1_and_the_rest_is_played(tmp_path: Path) -> None:
    code, printed = play(
        tmp_path, 'guild G  member ana  channel c\n@ana press "Nothing"\n@ana: still here\nexpect "still"\n'
    )
    assert code == 1
    assert "✓" in printed


@pytest.mark.parametrize("text", ["@ana dance\n", 'expect "unclosed\n'])
def test_a_script_that_cannot_be_read_is_2_and_names_the_line(tmp_path: Path, text: str) -> None:
    code, printed = play(tmp_path, f"guild G  member ana  channel c\n{text}")
    assert code == 2
    assert "2" in printed


def test_a_file_that_is_not_there_is_2(tmp_path: Path) -> None:
    code, printed = rehearse(tmp_path, "nowhere.renga")
    assert code == 2
    assert "nowhere.renga" in printed


def test_json_is_one_object_a_line(tmp_path: Path) -> None:
    code, printed = play(
        tmp_path, 'guild G  member ana  channel c\n@ana /poem topic:rain\nexpect "rain"\n', "--json"
    )
    assert code == 0
    events = [json.loads(line) for line in printed.splitlines()]
    assert all(isinstance(event, dict) for event in events)
    assert any("rain" in json.dumps(event) for event in events)


def test_lines_are_typed_where_there_is_no_file(tmp_path: Path) -> None:
    code, printed = rehearse(tmp_path, "--language", "zh", typed="/诗 题材:雨\nexpect 雨\nquit\n")
    assert code == 0, printed
    assert "再来一稿" in printed


async def test_a_server_that_fails_leaves_the_poem_to_the_fallback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "evening.renga"
    script.write_text("guild Ink\nmember ana\nchannel general\n@ana /poem topic:snow\nexpect local/house\n")
    async with serve() as server:
        server.then(*[status(500)] * 9)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("RENGA_FALLBACK", "local/house")
        code, printed = await asyncio.to_thread(rehearse, tmp_path, str(script), model="openai/poet")
    assert code == 0, printed
    assert len(server.bodies) > 1, "it was tried again before"
