"""``python -m bot form``: poems from standard input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
POND = "An old silent pond\nA frog jumps into the pond\nSplash! Silence again\n"


def form(*arguments: str, typed: str | bytes = "", writes: str = "utf-8") -> tuple[int, str, str]:
    """The exit status, and what was written to each stream; ``writes`` is what the terminal can write."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "form", *arguments],
        input=typed.encode() if isinstance(typed, str) else typed,
        capture_output=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": writes},
        check=False,
    )
    return done.returncode, done.stdout.decode(writes), done.stderr.decode(writes)


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
    assert "Did you mean Haiku" in form("check", "hiaku", typed=POND)[2]
    code, out, _ = form("check", "haiku", "--json", typed=POND.replace("\n", "\r\n") + "---\r\n---\r\nsnow")
    assert [json.loads(line)["holds"] for line in out.splitlines()] == [True, False, False]
    assert code == 1
    assert form("check", "haiku", typed="")[0] == 1
    assert "ABAB 8-6-8-6" in form("check", "ABAB, 8 6 8 6", typed=POND)[1]
    assert form("check", "free", typed="snow\nfalls")[0] == 0


def test_forms_as_objects() -> None:
    listed = [json.loads(row) for row in form("list", "--json")[1].splitlines()]
    assert {"haiku", "wujue", "ci-rumengling", "free"} <= {one["form"] for one in listed}
    shown = json.loads(form("show", "五绝", "--json")[1])
    assert (shown["form"], shown["lines"], shown["languages"]) == ("wujue", 4, ["zh"])
    described = json.loads(form("show", "ABAB, 8 6 8 6", "--json")[1])
    assert described["shape"] == {"described": "ABAB, 8 6 8 6"}


def test_texts_as_other_systems_write_them() -> None:
    for raw in (
        POND.replace("\n", "\r").encode(),
        POND.encode("utf-16"),
        f"\ufeff{POND}---\n\ufeff{POND}".encode(),
    ):
        code, out, _ = form("check", "haiku", "--json", typed=raw)
        assert code == 0 and all(json.loads(row)["holds"] is True for row in out.splitlines())
    code, out, err = form("check", "五绝", typed="白日依山尽，黄河入海流。".encode("gbk"))
    assert (code, out) == (2, "") and "UTF-8" in err


def test_a_terminal_that_cannot_write_all_letters_loses_none() -> None:
    code, out, _ = form(
        "check", "五绝", typed="白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。", writes="ascii"
    )
    assert code == 0 and "\\u767d\\u65e5" in out


def test_what_is_asked_of_nothing_and_of_a_mistake() -> None:
    assert "Name a form" in form("check", typed=POND)[2]
    code, _, err = form("check", "ABAB, 8 6 8", typed=POND)
    assert code == 2 and "4 lines, but 3 numbers" in err
    code, out, _ = form("check", "sonnet-shakespearean", typed="白日依山尽\n黄河入海流")
    assert code == 1 and "the text is in Chinese" in out
