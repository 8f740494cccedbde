"""Readings: any shape of answer is understood, and whatever quotes what is not there is left out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bot.judging.rubric import SCHEMA, located, read

POEM = "The kettle ticks; the window keeps\nits frost against the light.\nWhat’s left to say, we do not say."
TANG = "空山新雨後，天氣晚來秋。\n明月松間照，清泉石上流。"

POINT = {
    "criterion": "image",
    "strength": "The frost is kept, not left: the window has a will.",
    "quote": "the window keeps\nits frost",
    "suggestion": "Let the kettle be heard once more.",
    "about": "The kettle ticks",
}


def answer(**changes: str) -> str:
    return json.dumps({"points": [POINT | changes]})


def test_the_schema_is_one_and_takes_what_is_asked_for() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate({"points": [POINT]})


@pytest.mark.parametrize(
    "wrapped",
    [
        "{}",
        "Here is my reading:\n```json\n{}\n```\nI hope it helps.",
        "<think>the {{poem}} is [short]</think>{}",
    ],
)
def test_json_is_found_whatever_is_around_it(wrapped: str) -> None:
    (point,) = read(wrapped.replace("{}", answer()), POEM).points
    assert point.criterion == "image"
    assert point.strength is not None and point.strength.quote == "the window keeps\nits frost"
    assert point.suggestion is not None and point.suggestion.quote == "The kettle ticks"


def test_other_shapes_of_json_and_a_list_cut_off() -> None:
    by_name = json.dumps({"image": {key: value for key, value in POINT.items() if key != "criterion"}})
    assert [point.criterion for point in read(by_name, POEM).points] == ["image"]
    assert len(read(json.dumps([POINT]), POEM).points) == 1
    whole = json.dumps({"points": [POINT, POINT | {"criterion": "voice"}]})
    assert [point.criterion for point in read(whole[:-40], POEM).points] == ["image"]
    assert len(read(answer().replace("}]", "},]"), POEM).points) == 1


def test_sections_are_understood() -> None:
    said = (
        '**Image**\nStrength: the frost is kept\nQuote: "its frost against the light"\n'
        "Suggestion: cut the kettle\nQuote: “the kettle ticks”\n\n## Voice:\n- Strength: it holds back\n"
    )
    image, voice = read(said, POEM).points
    assert image.strength is not None and image.strength.quote == "its frost against the light"
    assert image.suggestion is not None and image.suggestion.quote == "The kettle ticks"
    assert voice.strength is not None and voice.suggestion is None
    chinese = "【意象】不是这样\n意象：\n优点：月与泉一静一动\n引文：「明月松间照」\n"
    assert read(chinese, TANG).left_out == 1  # simplified characters are not those of the poem
    (point,) = read(chinese.replace("间", "間"), TANG).points
    assert point.strength is not None and point.strength.quote == "明月松間照"


def test_a_remark_that_quotes_what_is_not_there_is_left_out() -> None:
    found = read(answer(quote="the moon forgives the light"), POEM)
    (point,) = found.points
    assert found.left_out == 1 and point.strength is None and point.suggestion is not None
    assert read(answer(quote="the moon", about="the stars"), POEM).points == ()


def test_praise_may_not_quote_inside_itself_what_is_not_there_but_a_suggestion_may() -> None:
    assert read(answer(strength="How “the moon forgives” sings!", quote=""), POEM).points[0].strength is None
    kept = read(answer(suggestion="Say “the kettle sings” instead."), POEM).points[0]
    assert kept.suggestion is not None and "sings" in kept.suggestion.text


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("its FROST, against the light", "its frost against the light"),
        ("the window keeps / its frost", "the window keeps\nits frost"),
        ("“What's left to say”", "What’s left to say"),
        ("The kettle ticks … its frost", "The kettle ticks; the window keeps\nits frost"),
        ("rost against", None),
        ("the kettle sings", None),
        ("against … the kettle", None),
        ("…", None),
    ],
)  # fmt: skip
def test_quotations_are_looked_up_in_the_text(quote: str, found: str | None) -> None:
    assert located(quote, POEM) == found


@pytest.mark.parametrize(
    "said", ["", "I cannot.", "{}", "[]", '{"points": "none"}', '{"points": [1, null]}', "{" * 500]
)
def test_what_says_nothing_gives_nothing(said: str) -> None:
    assert read(said, POEM).points == ()


@given(st.text(alphabet='{}[]":,points criterion image quote\n“”', max_size=200), st.text(max_size=40))
def test_no_answer_breaks_it_and_every_quotation_is_in_the_text(said: str, work: str) -> None:
    for point in read(said, work).points:
        for remark in (point.strength, point.suggestion):
            assert remark is None or remark.quote in work
