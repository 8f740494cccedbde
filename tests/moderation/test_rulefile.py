"""Rules from a file, and ``python -m bot filter test`` as one meets it first."""

from __future__ import annotations

import io
import json
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadInput
from bot.filter import run
from bot.moderation.rulefile import read_rules
from bot.moderation.rules import Kind, Line, Mode, Rating, Thresholds
from bot.moderation.verdict import Action
from bot.settings import Settings

RULES = """
[[rule]]
id = "words"
terms = ["damn", "*bert*", "傻逼"]
allow = ["robert"]
action = "block"
reason = "Not in this house."

[[rule]]
id = "mail"
kind = "personal"
action = "mask"

[[rule]]
id = "held"
patterns = ["sno+w"]
action = "hold"

[[rule]]
id = "new"
terms = ["moon"]
mode = "shadow"

[[line]]
text = "Robert was here."
blocked = false

[[line]]
text = "D4mn!"
"""
Judge = Callable[..., tuple[int, str, str]]


@pytest.fixture
def judge(
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Judge:
    def ask(
        rules: str, given: bytes = b"", act: str = "test", *, as_json: bool = True
    ) -> tuple[int, str, str]:
        file = tmp_path / "rules.toml"
        file.write_text(rules, "utf-8")
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
        asked = Namespace(rules=file, act=act, json=as_json, rating="everyone", fiction=False)
        status = run(asked, settings)
        out, err = capfdbinary.readouterr()
        return status, out.decode(), err.decode()

    return ask


def test_each_line_is_judged(judge: Judge) -> None:
    given = "so d4mn cold\nall is well\r\nmail me@ex.org\nsnooow\nRobert\n\n你个傻*逼\nthe moon".encode()
    status, out, err = judge(RULES, given + b"\nbroken \xff\n")
    made: list[dict[str, Any]] = [json.loads(row) for row in out.splitlines()]
    assert (status, err) == (0, "")
    assert [row["verdict"] for row in made] == [
        *("block", "allow", "mask", "hold", "allow", "allow", "block", "allow", "allow")
    ]
    assert [row["rules"] for row in made[:4]] == [["words"], [], ["mail"], ["held"]]
    assert [row["spans"] for row in made[:4]] == [[[3, 7]], [], [[5, 14]], [[0, 6]]]
    assert made[6]["spans"] == [[2, 5]]
    assert made[7]["shadow"] == ["new"]
    assert made[0]["hits"][0]["reason"] == "Not in this house."


def test_without_json_the_spans_are_marked(judge: Judge) -> None:
    _, out, _ = judge(RULES, b"so d4mn cold\nall is well\n", as_json=False)
    assert out == "block\tso »d4mn« cold\twords: damn (leet)\nallow\tall is well\n"


def test_the_files_own_lines_are_judged(judge: Judge) -> None:
    assert judge(RULES, act="lines")[0] == 0
    status, out, _ = judge(RULES.replace("blocked = false", "blocked = true"), act="lines")
    assert status == 1
    assert out.startswith("✗")


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("rule = 3", "table"),
        ('[[rule]]\nterms = ["a"]\naction = "explode"', "explode"),
        ('[[rule]]\ntersm = ["a"]', "tersm"),
        ("[[rule]]\nterms = 3", "terms"),
        ('[[rule]]\nterms = [" "]', ""),
        ('[[rule]]\npatterns = ["(a"]', "(a"),
        ("[[rule\nx", "line 1"),
        ('{"rule": [{"terms": ["x"]}', "line 1"),
        ('[[rule]]\nkind = "nothing"', "nothing"),
        ('[[rule]]\nname = "x"', "kind"),
        ('[[rule]]\nkind = "categories"\n[rule.categories]\nsexual = [0.8, 0.3]', "sexual"),
        ('[[rule]]\nkind = "categories"\n[rule.categories]\nfun = [0.1, 0.3]', "fun"),
        ('[[rule]]\nterms = ["a"]\nexpires = "soon"', "expires"),
        ('[[rule]]\nterms = ["a"]\nmost = "many"', "most"),
        ('[[rule]]\nterms = ["a"]\nfiction = inf', "fiction"),
        ('[[rule]]\nterms = ["a"]\nevasions = "no"', "evasions"),
        ('[[rule]]\nterms = ["a"]\nexempt_roles = ["poets"]', "exempt_roles"),
        ('[[rule]]\nterms = ["a"]\nexempt_channels = true', "exempt_channels"),
        ('[[rule]]\nkind = "words"', "terms"),
        ('[[rule]]\nkind = "patterns"\nterms = ["a"]', "patterns"),
        ('[[rule]]\nkind = "personal"\nparts = ["email", "fax"]', "fax"),
        ('[[line]]\ntext = "a"\nblocked = "no"', "blocked"),
        ('{"rule": [{"trigger_type": 1, "trigger_metadata": {"keyword_filter": [1]}}]}', "AutoMod"),
        ('{"rule": [{"trigger_metadata": "x"}]}', "AutoMod"),
        ('{"patterns": ["\\ud800"]}', "half"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(judge: Judge, rules: str, told: str) -> None:
    status, out, err = judge(rules, b"x\n")
    assert (status, out) == (2, "")
    assert "rules.toml" in err
    assert told in err
    assert "Traceback" not in err
    assert err.count("\n") == 1


def test_a_file_that_is_not_there_is_named(settings: Settings, tmp_path: Path, capsys: Any) -> None:
    asked = Namespace(rules=tmp_path / "none.toml", act="test", json=True, rating="everyone", fiction=False)
    assert run(asked, settings) == 2
    assert "none.toml" in capsys.readouterr().err


def test_toml_and_json_say_the_same() -> None:
    toml = read_rules(RULES)
    assert toml.lines == (Line("Robert was here.", False), Line("D4mn!", True))
    assert [rule.mode for rule in toml.rules] == [Mode.ARMED, Mode.ARMED, Mode.ARMED, Mode.SHADOW]
    again = {
        "rules": [
            {"id": "words", "type": "words", "terms": ["damn", "*bert*", "傻逼"], "allow_list": ["robert"]}
            | {"action": "BLOCK", "message": "Not in this house."}
        ]
    }
    assert read_rules(json.dumps(again)).rules[0] == toml.rules[0]
    assert read_rules('["damn", "fool*"]').rules[0].terms == ("damn", "fool*")
    assert read_rules("").rules == ()


def test_a_table_of_words_and_expressions_is_two_rules() -> None:
    both = read_rules('[[rule]]\nid = "a"\nterms = ["x"]\npatterns = ["y"]').rules
    assert [(rule.id, rule.kind) for rule in both] == [("a", Kind.WORDS), ("a", Kind.PATTERNS)]


def test_thresholds_by_rating() -> None:
    (rule,) = read_rules(
        '[[rule]]\nkind = "categories"\n[rule.categories]\nviolence = [0.5, 0.9]\n'
        "[rule.categories.sexual]\neveryone = [0.1, 0.2]\nadult = {flag = 0.7, block = 0.9}"
    ).rules
    assert rule.categories["violence"] == {Rating.EVERYONE: Thresholds(0.5, 0.9)}
    assert rule.categories["sexual"][Rating.ADULT] == Thresholds(0.7, 0.9)


def test_an_automod_rule_is_understood_as_discord_gives_it() -> None:
    given = {
        "id": "1",
        "name": "No cats",
        "trigger_type": 1,
        "trigger_metadata": {
            "keyword_filter": ["cat*"],
            "allow_list": ["catalog"],
            "regex_patterns": ["do+g"],
        },
        "actions": [{"type": 1, "metadata": {"custom_message": "no cats"}}],
        "enabled": True,
        "exempt_roles": ["7"],
        "exempt_channels": ["8"],
    }
    words, patterns = read_rules(json.dumps(given)).rules
    assert (words.terms, words.allow, words.reason) == (("cat*",), ("catalog",), "no cats")
    assert (words.action, words.exempt_roles, words.exempt_channels) == (Action.BLOCK, {7}, {8})
    assert (patterns.kind, patterns.patterns, patterns.source) == (Kind.PATTERNS, ("do+g",), "automod:1")
    assert read_rules(json.dumps({**given, "trigger_type": 3})).rules == ()  # spam


@pytest.mark.parametrize(
    "text",
    ["[]", "{}", "[[rule]]", "null", "3", '"x"', "[1]", '{"rule": [3]}', "\x00"],
)
def test_a_file_is_no_place_for_surprises(text: str) -> None:
    try:
        found = read_rules(text)
    except BadInput:
        return
    assert not found.rules and not found.lines
