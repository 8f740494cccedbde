"""``python -m bot form``: poems from standard input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
POND = "An old silent pond\nA frog jumps into the pond\nSplash! Silence again\n"


def form(*arguments: str, typed: str = "") -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "form", *arguments],
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_several_poems_give_one_object_a_line() -> None:
    code, out, _ = form("check", "haiku", "--json", typed=f"{POND}---\nsnow\n---\n{POND}")
    found = [json.loads(line) for line in out.splitlines()]
    assert [one["holds"] for one in found] == [True, False, True]
    assert code == 1
    assert set(found[0]["lines"][0]) >= {"text", "found", "wanted", "holds", "rhyme"}


def test_a_check_reads_well_and_says_what_is_wrong() -> None:
    code, out, _ = form("check", "haiku", "--language", "zh", typed="snow\nmore snow\nsnow")
    assert code == 1
    assert "音节" in out


def test_list_show_and_a_form_that_is_none() -> None:
    assert "villanelle" in form("list")[1]
    assert "A1bA2" in form("show", "villanelle")[1]
    code, _, err = form("check", "no such form 🌸")
    assert code == 2
    assert "no such form" in err
    assert form("check")[0] == 2


def test_two_words_and_how_they_rhyme() -> None:
    code, out, _ = form("rhyme", "night", "light", "--json")
    assert (code, json.loads(out)["kind"], json.loads(out)["rhymes"]) == (0, "perfect", True)
    assert form("rhyme", "cat", "moon")[0] == 1
    assert "eye" in form("rhyme", "love", "prove")[1]


def test_what_a_newcomer_types() -> None:
    assert "haiku" in form("check", "hiaku", typed=POND)[2]
    code, out, _ = form("check", "haiku", "--json", typed=POND.replace("\n", "\r\n") + "---\r\n---\r\nsnow")
    assert [json.loads(line)["holds"] for line in out.splitlines()] == [True, False, False]
    assert code == 1
    assert form("check", "haiku", typed="")[0] == 1
    assert "ABAB 8-6-8-6" in form("check", "ABAB, 8 6 8 6", typed=POND)[1]
    assert form("check", "free", typed="snow\nfalls")[0] == 0
