"""What does not fit gives way in the order that is stated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prompting.fit import Part, estimate, fitted, shortened


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("rain", 2),
        ("a b c", 3),
        ("明月光", 3),
        ("明月，光。", 5),
        ("дождь", 3),
        ("one\ntwo", 3),
        ("🌧", 3),
        ("?!", 2),
    ],
)
def test_the_estimate_by_script(text: str, tokens: int) -> None:
    assert estimate(text) == tokens


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_part_never_costs_more_than_the_whole(one: str, other: str) -> None:
    assert max(estimate(one), estimate(other)) <= estimate(f"{one}\n{other}")


TEXTS = st.text(
    alphabet=st.one_of(st.sampled_from("ab \n.明月。🌧"), st.characters(codec="utf-8")), max_size=400
)


@given(TEXTS, st.integers(0, 200), st.sampled_from(["start", "end"]))
def test_a_shortened_text_fits_and_is_a_piece_of_the_whole(text: str, tokens: int, keep: str) -> None:
    short = shortened(text, tokens, keep=keep)  # type: ignore[arg-type]
    if estimate(text) <= tokens:
        assert short == text
        return
    assert estimate(short) <= tokens
    if short:
        assert "…" in (short[0], short[-1])
        kept = short.removesuffix("…") if keep == "start" else short.removeprefix("…")
        assert kept in text
        assert text.startswith(kept) if keep == "start" else text.endswith(kept)


def test_it_is_cut_between_words_and_at_the_side_that_may_go() -> None:
    text = "the first line\nthe second line\nthe third line"
    assert shortened(text, 9, keep="end") == "…the third line"
    assert shortened(text, 9, keep="start") == "the first line…"
    assert shortened("床前明月光。疑是地上霜。举头望明月。", 10, keep="end") == "…举头望明月。"


def parts(example: str, house: str, text: str) -> tuple[Part, ...]:
    return (
        Part("example", example, "whole"),
        Part("house", house, "start"),
        Part("text", text, "end"),
    )


def test_nothing_gives_way_while_there_is_room() -> None:
    given = parts("a specimen", "plain words", "the text")
    assert fitted(given, 100) == {part.name: part.text for part in given}


def test_what_matters_least_gives_way_first() -> None:
    house, text = "word " * 50, "line " * 50
    size = estimate(house) + estimate(text)
    assert fitted(parts("a specimen", house, text), size) == {"example": "", "house": house, "text": text}
    less = fitted(parts("a specimen", house, text), size - 20)
    assert less["example"] == ""
    assert 0 < estimate(less["house"]) <= estimate(house) - 20
    assert less["text"] == text
    least = fitted(parts("a specimen", house, text), 40)
    assert least["house"] == ""
    assert 0 < estimate(least["text"]) <= 40


@given(TEXTS, TEXTS, TEXTS, st.integers(-50, 300))
def test_the_budget_is_kept(example: str, house: str, text: str, tokens: int) -> None:
    assert sum(map(estimate, fitted(parts(example, house, text), tokens).values())) <= max(tokens, 0)
