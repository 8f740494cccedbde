"""Where tokens stand in a text: around what no model wrote, with bytes in pieces, packed and unpacked."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.judging.ink import Inked, align, packed, perplexity, unpacked


def placed(text: str, *tokens: str, begin: int = 0) -> list[str]:
    found = align(text, [(token, -1.0) for token in tokens], begin=begin)
    return [text[one.start : one.end] for one in found]


def test_tokens_stand_where_they_were_written() -> None:
    assert placed("Snow falls.\nIt is late.", "Snow", " falls", ".", "\n", "It", " is", " late", ".") == [
        "Snow", " falls", ".", "\n", "It", " is", " late", ".",
    ]  # fmt: skip


def test_what_was_taken_off_around_the_text_has_no_place() -> None:
    assert placed("Snow falls.", "\n\n", "Snow", " falls", ".", "\n") == ["Snow", " falls", "."]
    assert placed("Snow falls.", "```", "\n", "Snow", " falls", ".", "\n", "```") == ["Snow", " falls", "."]


def test_lines_that_were_given_are_passed_over() -> None:
    text = "The old pond.\nA frog leaps in.\nThe old pond."
    assert placed(text, "A", " frog", " leaps", " in", ".") == ["A", " frog", " leaps", " in", "."]
    opened = "and then\nand then it rained"
    assert [one.start for one in align(opened, [("and", -1.0), (" then", -1.0)], begin=8)] == [9, 12]


def test_bytes_of_one_character_stand_together() -> None:
    (first, second, third) = align(
        "月落乌", [("月", -0.5), ("\ufffd", -1.0), ("\ufffd", -2.0), ("乌", -0.25)]
    )
    assert (first.start, first.end, first.count) == (0, 1, 1)
    assert (second.start, second.end, second.count, second.logprob) == (1, 2, 2, -3.0)
    assert third.start == 2
    assert placed("月落", "月", "\\xe8\\x90", "\\xbd") == ["月", "落"]


def test_perplexity_is_the_reciprocal_of_the_geometric_mean() -> None:
    ink = [Inked(0, 1, math.log(0.5)), Inked(1, 2, math.log(0.125)), Inked(2, 3, math.log(0.25) * 2, 2)]
    assert perplexity(ink) == pytest.approx(4)
    assert ink[1].bits == pytest.approx(3)
    assert math.isnan(perplexity([]))


TOKENS = st.lists(st.tuples(st.text("ab 月\n\ufffd", min_size=1, max_size=4), st.floats(-20, 0)), max_size=12)


@given(st.text("ab 月\n", max_size=40), TOKENS)
def test_places_never_overlap_and_come_back_from_what_is_kept(
    text: str, tokens: list[tuple[str, float]]
) -> None:
    found = align(text, tokens)
    reached = 0
    for one in found:
        assert reached <= one.start < one.end <= len(text) and one.logprob <= 0
        reached = one.end
    again = unpacked(packed(found))
    assert [(one.start, one.end, one.count) for one in again] == [
        (one.start, one.end, one.count) for one in found
    ]
    assert all(abs(one.logprob - two.logprob) <= 0.0051 for one, two in zip(found, again, strict=True))


@given(st.lists(st.text("abc 月光\n", min_size=1, max_size=4), min_size=1, max_size=12))
def test_a_text_made_of_its_tokens_is_covered_but_for_its_ends(tokens: list[str]) -> None:
    text = "".join(tokens).strip()
    found = align(text, [(token, -1.0) for token in tokens])
    assert "".join(text[one.start : one.end] for one in found) == text
