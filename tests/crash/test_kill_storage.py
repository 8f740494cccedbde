"""``kill -9`` at every await from opening a work to its delivery: nothing lost, doubled or halved."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("kill_storage.py")
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """One record for each moment at which a process was killed; the last came to its end."""
    folder = tmp_path_factory.mktemp("kill")
    ended = subprocess.run(
        [sys.executable, str(PROGRAM), str(folder)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_it_was_killed_at_every_moment(lives: list[dict[str, Any]]) -> None:
    assert [life["killed"] for life in lives] == [True] * (len(lives) - 1) + [False]
    acks = [len(life["acks"]) for life in lives]
    assert acks == sorted(acks)
    assert set(acks) == set(range(6)), "at least once before and after each act"


def test_what_was_acknowledged_is_there(lives: list[dict[str, Any]]) -> None:
    for life in lives:
        found = life["found"]
        rows = {
            "open": len(found["works"]),
            "reserve": len(found["reservations"]),
            "take": len(found["takes"]),
            "card": len(found["cards"]),
            "delivered": len(found["takes"]) - len(life["undelivered"]),
        }
        for act, there in rows.items():
            acknowledged = sum(ack.startswith(act) for ack in life["acks"])
            assert acknowledged <= there <= acknowledged + 1, (life["moment"], act)


def test_nothing_is_half_written(lives: list[dict[str, Any]]) -> None:
    for life in lives:
        found = life["found"]
        signed = len(found["contributions"])
        settled = sum("settled" in row for row in found["reservations"])
        opened = sum("open" in row for row in found["works"])
        assert len(found["takes"]) == signed == settled == opened == len(found["hands"]), life["moment"]
        assert [row[-1] for row in found["chains"]] == ([signed] if signed else [])
        assert len(life["interrupted"]) == len(found["works"]) - signed
        assert life["refunded"] == len(found["reservations"]) - signed
        assert life["broken"] == []


def test_doing_it_again_comes_to_the_same_as_never_being_killed(lives: list[dict[str, Any]]) -> None:
    whole = lives[-1]["again"]
    assert whole == lives[-1]["found"]
    assert len(whole["works"]) == len(whole["takes"]) == len(whole["contributions"]) == 1
    for life in lives:
        assert life["again"] == whole, life["moment"]
