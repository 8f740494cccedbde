"""What is caught, and what is left alone: the sets of disguises and look-alikes, and pages of old novels."""

from __future__ import annotations

import json
import lzma
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.moderation.compiled import compile_rules
from bot.moderation.pipeline import FilterPipeline
from bot.moderation.rulefile import read_rules
from bot.moderation.rules import Circumstances, Kind, Mode, Rule, RuleSet

SETS = Path(__file__).parent / "sets"
Row = dict[str, str]


@cache
def rules(name: str) -> FilterPipeline:
    return compile_rules(read_rules((SETS / f"{name}.toml").read_text("utf-8"))).pipeline(Circumstances())


def rows(name: str) -> list[Row]:
    return [json.loads(row) for row in (SETS / f"{name}.jsonl").read_text("utf-8").splitlines()]


def missed(pipeline: FilterPipeline, given: list[Row]) -> list[Row]:
    """The disguises in which the term was not found, or not where it stands."""
    return [
        row
        for row in given
        if not any(hit.term == row["term"] for hit in pipeline.check_now(row["text"]).hits)
    ]


@pytest.mark.parametrize(
    ("name", "by", "least"),
    [
        ("evasions-en", "rules", 0.99),
        ("evasions-zh", "rules", 0.99),
        ("second-evasions-en", "second-rules", 0.97),
        ("second-evasions-zh", "second-rules", 0.94),
        ("third-evasions", "third-rules", 0.97),
        ("fourth-evasions", "fourth-rules", 0.97),
    ],
)
def test_disguises_are_seen_through(name: str, by: str, least: float) -> None:
    given = rows(name)
    lost = missed(rules(by), given)
    assert 1 - len(lost) / len(given) >= least, Counter(row["way"] for row in lost)


def test_no_kind_of_disguise_gets_through_as_a_whole() -> None:
    given = rows("evasions-en") + rows("evasions-zh")
    lost = Counter(row["way"] for row in missed(rules("rules"), given))
    every = Counter(row["way"] for row in given)
    assert all(lost[way] <= every[way] * 0.1 for way in every), lost


@pytest.mark.parametrize(
    ("name", "by", "asked", "most"),
    [
        ("homophones-zh", "rules", {"homophones": True}, 1),
        ("fourth-sound", "fourth-rules", {"homophones": True}, 3),
        ("fourth-initials", "fourth-rules", {"initials": True}, 0),
    ],
)
def test_what_sounds_or_begins_alike_is_found_where_a_rule_asks_for_it(
    name: str, by: str, asked: dict[str, Any], most: int
) -> None:
    given = rows(name)
    every = [replace(one, **asked) for one in read_rules((SETS / f"{by}.toml").read_text("utf-8")).rules]
    by_sound = compile_rules(RuleSet(tuple(every))).pipeline(Circumstances())
    assert len(missed(by_sound, given)) <= most
    assert len(missed(rules(by), given)) >= len(given) - 1


def test_innocents_are_left_alone() -> None:
    first = rows("innocent-en") + rows("innocent-zh")
    second, fourth = rows("second-innocent"), rows("fourth-innocent")
    hit = [row["text"] for row in first if rules("rules").check_now(row["text"]).hits]
    more = [row["text"] for row in second if rules("second-rules").check_now(row["text"]).hits]
    more += [row["text"] for row in fourth if rules("fourth-rules").check_now(row["text"]).hits]
    assert not hit
    assert len(more) <= (len(first) + len(second) + len(fourth)) * 0.002, more


def test_the_sets_are_as_large_as_they_must_be() -> None:
    assert len(rows("evasions-en")) + len(rows("evasions-zh")) >= 600
    assert len(rows("innocent-en")) + len(rows("innocent-zh")) >= 600


def test_no_more_pages_of_old_novels_are_flagged_than_by_whole_words() -> None:
    pages = lzma.decompress((SETS / "fiction.txt.xz").read_bytes()).decode("utf-8").split("\f")
    terms = read_rules((SETS / "rules.toml").read_text("utf-8")).rules[0].terms
    words = re.compile(rf"\b(?:{'|'.join(map(re.escape, terms))})\b", re.IGNORECASE)
    pipeline = compile_rules(RuleSet((Rule("words", Kind.WORDS, terms=terms, mode=Mode.ARMED),))).pipeline(
        Circumstances()
    )
    whole = sum(words.search(page) is not None for page in pages)
    ours = sum(bool(pipeline.check_now(page).hits) for page in pages)
    assert len(pages) > 100
    assert whole <= ours <= whole + 0.002 * len(pages)


@pytest.mark.parametrize("name", ["evasions-en", "evasions-zh"])
def test_a_hit_says_where_it_is_in_the_text_as_it_was_written(name: str) -> None:
    for row in rows(name):
        for hit in rules("rules").check_now(row["text"]).hits:
            found = row["text"][hit.start : hit.end]
            assert found.strip(), row
            assert found[0] == found[0].strip(), row
            assert len(found) < 8 * len(hit.term) + 8, row
            assert hit.rule in ("en", "zh")


def test_only_what_is_disguised_is_said_to_be() -> None:
    pipeline = rules("rules")
    (plain,) = pipeline.check_now("what a bastard").hits
    assert (plain.way, plain.start, plain.end) == ("", 7, 14)
    for text, way in (
        ("what a BASTARD", ""),
        ("what a b4stard", "leet"),
        ("what a b.a.s.t.a.r.d", "spaced"),
        ("what a bastaaaaard", "stretched"),
        ("what a b*stard", "masked"),
        ("what a bаstаrd", "folded"),
        ("你这个女马的", "split"),
        ("ni zhege shǎ bī", "sound"),
    ):
        assert [hit.way for hit in pipeline.check_now(text).hits] == [way], text
