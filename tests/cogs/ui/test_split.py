"""Cutting a text into messages: nothing lost, nothing torn."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from cogs.ui.split import MESSAGE_LIMIT, split, width

WORDS = st.text(alphabet="abcdefgh诗雪 \n\n,.'é👩\u200d👧🇨🇳`\\*", min_size=0, max_size=400)


@given(WORDS, st.integers(12, 90))
def test_parts_join_to_the_original_and_fit(text: str, limit: int) -> None:
    parts = split(text, limit, most=1_000)
    if parts is None:
        assert "```" in text  # only a fence is a reason not to cut
        return
    assert "".join(parts) == text
    assert all(width(part) <= limit for part in parts)


@given(WORDS, st.integers(12, 90))
def test_fences_are_whole_in_every_part(text: str, limit: int) -> None:
    if text.count("```") % 2:
        text += "```"
    for part in split(text, limit, most=1_000) or []:
        assert part.count("```") % 2 == 0


@given(st.lists(st.sampled_from(["👩\u200d👩\u200d👧", "é", "诗", "\\*", "\\\\", "🇨🇳", "a"]), max_size=60))
def test_no_cut_inside_a_character_or_an_escape(clusters: list[str]) -> None:
    text = "".join(clusters)
    parts = split(text, 16, most=1_000)
    assert parts is not None
    seams = {sum(map(len, parts[:index])) for index in range(1, len(parts))}
    at, whole = 0, {0}
    for cluster in iter_graphemes(text):
        at += len(cluster)
        whole.add(at)
    assert seams <= whole
    for seam in seams:
        before = text[:seam]
        assert (len(before) - len(before.rstrip("\\"))) % 2 == 0


def test_a_backslash_stays_with_what_it_escapes() -> None:
    text = "a" * 15 + "\\*" * 20
    parts = split(text, 16, most=100)
    assert parts is not None and "".join(parts) == text
    assert parts[0] == "a" * 15 and all(part.count("\\") == part.count("*") for part in parts)


def test_cuts_at_stanzas_before_lines_and_lines_before_words() -> None:
    stanza = "one two\nthree four\n\n"
    assert split(stanza * 3, 45) == [stanza * 2, stanza]
    lines = "one two three\n" * 4
    assert split(lines, 30) == ["one two three\n" * 2] * 2
    assert split("one two three four", 10) == ["one two ", "three four"]


def test_short_text_is_one_part_even_if_empty() -> None:
    assert split("") == [""]
    assert split("a" * MESSAGE_LIMIT) == ["a" * MESSAGE_LIMIT]


def test_emoji_count_double() -> None:
    parts = split("😀" * 1_500)
    assert parts is not None and len(parts) == 2
    assert all(len(part.encode("utf-16-le")) // 2 <= MESSAGE_LIMIT for part in parts)


def test_too_many_parts_or_an_endless_fence_is_for_a_file() -> None:
    assert split("word " * 3_000, most=5) is None
    assert split("```\n" + "x" * 3_000 + "\n```") is None


def test_marks_heaped_on_one_letter_still_end() -> None:
    smear = "a" + "\u0301" * 5_000
    parts = split(smear)
    assert parts is not None and "".join(parts) == smear


@pytest.mark.parametrize("text", ["x" * 30_000, " " * 9_000, "\n" * 9_000, "```" * 2_000])
def test_hostile_texts_end_quickly(text: str) -> None:
    parts = split(text, most=100)
    assert parts is None or "".join(parts) == text


def test_a_fence_that_fits_is_kept_whole() -> None:
    fence = "```\n" + "x\n" * 20 + "```"
    text = "words and words\n" * 3 + fence + "\nafter"
    parts = split(text, 60)
    assert parts is not None
    assert any(re.search(r"^```.*```", part, re.DOTALL) for part in parts)
