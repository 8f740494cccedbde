"""Likeness: next to none between different poems, great after small changes; measured on known poems."""

from __future__ import annotations

import gzip
import itertools
import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.judging.distinct import TOO_LIKE, closest, likeness, shingles

GOLD = Path(__file__).parents[1] / "forms" / "gold"


def known(language: str) -> list[tuple[str, str]]:
    """Who wrote a poem, and the poem."""
    with gzip.open(GOLD / f"{language}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    found = [(row.get("author") or row["title"].split(":")[0], row["text"]) for row in rows]
    random.Random(1).shuffle(found)
    return found[:600]


def poems(language: str) -> list[str]:
    return [text for _, text in known(language)[:300]]


def like(one: str, other: str) -> float:
    return likeness(shingles(one), shingles(other))


@pytest.mark.parametrize("language", ["english", "chinese"])
def test_only_a_poem_and_its_authors_second_version_of_it_are_too_like(language: str) -> None:
    """Drayton wrote some sonnets twice, and the collections have some Tang poems under two titles."""
    pieces = [(author, shingles(text)) for author, text in known(language)]
    found = [(likeness(one, other), by, of) for (by, one), (of, other) in itertools.combinations(pieces, 2)]
    alike = [(by, of) for share, by, of in found if share >= TOO_LIKE]
    assert len(alike) <= 6 and all(by == of for by, of in alike)
    assert sum(share >= TOO_LIKE / 2 for share, _, _ in found) < len(found) / 1_000


@pytest.mark.parametrize("language", ["english", "chinese"])
def test_a_poem_with_a_quarter_of_its_lines_changed_is_too_like(language: str) -> None:
    texts, chance = poems(language), random.Random(2)
    cut = r"\n+" if language == "english" else r"(?<=[，。？！])\s*"
    missed = 0
    for text in texts:
        lines = [line for line in re.split(cut, text) if line]
        others = [line for line in re.split(cut, chance.choice(texts)) if line]
        for at in chance.sample(range(len(lines)), len(lines) // 4):
            lines[at] = chance.choice(others)
        missed += like(text, "\n".join(lines)) < TOO_LIKE
    assert missed == 0


@pytest.mark.parametrize("language", ["english", "chinese"])
def test_a_poem_with_every_tenth_word_changed_is_too_like(language: str) -> None:
    texts, chance = poems(language), random.Random(3)
    word = r"[A-Za-z']+" if language == "english" else r"[\u4e00-\u9fff]"
    words = [found for text in texts for found in re.findall(word, text)]
    missed = 0
    for text in texts:
        changed = re.sub(
            word, lambda match: chance.choice(words) if chance.random() < 0.1 else match[0], text
        )
        missed += like(text, changed) < TOO_LIKE
    assert missed <= len(texts) // 100


def test_layout_case_accents_and_punctuation_do_not_count() -> None:
    assert (
        like(
            "Café noir, and RAIN\nupon the window all the night",
            "cafe noir and rain upon, the window; all the night",
        )
        == 1
    )
    assert like("床前明月光，疑是地上霜。举头望明月。", "床前明月光\n疑是地上霜\n举头望明月") == 1


def test_a_title_is_no_copy_of_the_poem_that_quotes_it() -> None:
    poem = "First snow has come to lie along the sill, and nobody in the house is awake to see it."
    assert like("first snow", poem) < TOO_LIKE
    assert like("明月", "床前明月光，疑是地上霜。举头望明月，低头思故乡。") < TOO_LIKE


def test_the_closest_is_named() -> None:
    river, lamp = "the river runs under the old stone bridge", "a lamp in an empty house at noon"
    texts = [((1, 1), shingles(river)), ((2, 3), shingles(lamp))]
    found = closest("a lamp in an empty house at dusk", texts)
    assert found is not None and found.name == (2, 3) and 0.7 < found.likeness < 1
    assert closest("anything", []) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_between_none_and_all_whichever_comes_first(one: str, other: str) -> None:
    assert 0 <= like(one, other) <= 1
    assert like(one, other) == like(other, one)
    assert like(one, one) == (1 if shingles(one) else 0)
