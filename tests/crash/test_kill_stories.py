"""``kill -9`` at every await of what happens to a story: one turn, one next writer, told once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("kill_stories.py")
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow

LAID = ["Join", "Join", "Join", "Begin"]
ENDS: dict[str, dict[str, Any]] = {
    "submit": {
        "kinds": [*LAID, "Submit"],
        "turns": [[1, 1, 1]],
        "current": [2, 2],
        "told": ["open", "call 1", "turn 1", "call 2"],
        "signed": 1,
    },
    "deadline": {
        "kinds": [*LAID, "TimeUp"],
        "turns": [],
        "current": [2, 2],
        "told": ["open", "call 1", "story.timed_out call 2"],
        "signed": 0,
    },
    "remind": {
        "kinds": [*LAID, "ReminderDue"],
        "turns": [],
        "current": [1, 1],
        "told": ["open", "call 1", "remind 1"],
        "signed": 0,
    },
    "model": {
        "kinds": ["Join", "Join", "Begin", "Submit", "Submit", "Submit"],
        "turns": [[1, 1, 1], [2, 2, 1], [3, -1, 1]],
        "current": [4, 1],
        "told": ["open", "call 1", "turn 1", "call 2", "turn 2", "call 4"],
        "signed": 3,
    },
    "undo": {
        "kinds": [*LAID, "Submit", "Undo"],
        "turns": [],
        "current": [3, 1],
        "told": ["open", "call 1", "turn 1", "call 2", "story.undone call 3"],
        "signed": 2,  # the turn, and that it was taken back: its order is signed too
    },
    "down": {
        "kinds": [*LAID, "WasDown"],
        "turns": [],
        "current": [1, 1],
        "told": ["open", "call 1", "story.was_down"],
        "signed": 0,
    },
}
"""What each act comes to, killed or not: what happened, how it stands, and what was said in what order."""


@pytest.fixture(scope="module", params=ENDS)
def act(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[Any]]:
    """An act, and what came of it: first without a kill, then from every state that a kill left."""
    name: str = request.param
    ended = subprocess.run(
        [sys.executable, str(PROGRAM), str(tmp_path_factory.mktemp(name)), name],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return name, [json.loads(line) for line in ended.stdout.splitlines()]


def test_it_was_killed_at_every_await(act: tuple[str, list[Any]]) -> None:
    name, (whole, *lives) = act
    assert whole["kills"] > 80
    versions = {life["version"] for life in lives}
    events = len(ENDS[name]["kinds"])
    assert versions == {events - 1, events}, "before it was committed, and after"


def test_whatever_is_killed_comes_to_the_same(act: tuple[str, list[Any]]) -> None:
    name, lives = act
    wanted = ENDS[name]
    for life in lives:
        story = life["story"]
        assert life["kinds"] == wanted["kinds"], "each event once"
        assert story["turns"] == wanted["turns"], "each turn once"
        assert story["current"] == wanted["current"], "one next writer"
        assert [said(post) for post in life["posts"]] == wanted["told"], "told once"
        assert (life["waiting"], life["broken"]) == (0, [])
        assert life["signed"] == wanted["signed"]
        assert len(life["words"]) == len([key for key in life["words"] if key])
        number = story["current"][0]
        names = [f"deadline:{number}"] + ([] if story["reminded"] else [f"remind:{number}"])
        assert life["alarms"] == names, "one deadline, and one reminder if it was not given"
        assert set(life["settled"]) <= {"settled"}
        assert len(life["settled"]) == (name == "model"), "what a model wrote is paid for once"
        assert story == lives[0]["story"]


def said(post: dict[str, Any]) -> str:
    """What a message says, in a few words."""
    payload = post["payload"]
    if post["kind"] == "story-turn":
        return f"turn {payload['turn']}"
    words = [note[0] for note in payload.get("notes", ())]
    words += [f"{name} {payload[name][1]}" for name in ("call", "remind") if name in payload]
    return " ".join(words) or "open"
