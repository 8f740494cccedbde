"""Poems against the English forms: what holds, what is doubtful, what fails."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.forms.check import Shape, check, custom, shape_of
from bot.forms.english.ends import pronunciations
from bot.forms.english.rhyme import Rhyme, rhyme
from bot.forms.english.sound import lengths
from bot.forms.model import Holds

FORMS = Path(__file__).parents[3] / "prompts" / "forms"

HAIKU = "the spring rain gone by\nin each of the cups outside\nis one drop of sky"
HYMN = (
    "Amazing grace! how sweet the sound,\nThat saved a wretch like me!\n"
    "I once was lost, but now am found,\nWas blind, but now I see."
)
TRIOLET = (
    "The moon is late tonight\nAnd I am late to bed\nI wait to see her light\nThe moon is late tonight\n"
    "She comes at last in white\nAnd hangs above my head\nThe moon is late tonight\nAnd I am late to bed"
)


def form(name: str) -> Shape:
    shape = shape_of(name, tomllib.loads((FORMS / f"{name}.toml").read_text("utf-8"))["shape"])
    assert shape is not None
    return shape


def specimens() -> list[str]:
    found: list[str] = []
    for path in FORMS.glob("*.toml"):
        table = tomllib.loads(path.read_text("utf-8"))
        if "shape" in table and "en" in table["languages"] and "en" in table.get("example", {}):
            found.append(path.stem)
    return sorted(found)


@pytest.mark.parametrize("name", specimens())
def test_the_specimen_of_a_form_keeps_it(name: str) -> None:
    title, _, poem = (
        tomllib.loads((FORMS / f"{name}.toml").read_text("utf-8"))["example"]["en"].strip().partition("\n\n")
    )
    shape = form(name)
    report = check(poem, shape)
    wrong = [finding for line in report.lines for finding in line.findings if finding.holds is Holds.NO]
    assert title and not wrong


def test_a_haiku_holds_and_a_syllable_more_is_caught() -> None:
    assert check(HAIKU, form("haiku")).mark == "5-7-5 ✓"
    spoiled = check(HAIKU.replace("drop of", "small drop of"), form("haiku"))
    assert [line.holds for line in spoiled.lines] == [Holds.YES, Holds.YES, Holds.NO]
    assert spoiled.lines[2].findings[0].found == "6"
    assert spoiled.mark == "5-7-5 ✗"


def test_a_line_less_is_caught() -> None:
    report = check("\n".join(HAIKU.split("\n")[:2]), form("haiku"))
    assert [(one.wanted, one.found) for one in report.findings] == [("3", "2")]
    assert report.holds is Holds.NO


def test_common_measure_with_its_rhymes_crossed_out() -> None:
    assert check(HYMN, form("common-measure")).holds is not Holds.NO
    assert check(HYMN.replace("I see", "I walk"), form("common-measure")).holds is Holds.NO


def test_a_refrain_is_the_same_line() -> None:
    assert check(TRIOLET, form("triolet")).holds is Holds.YES
    changed = TRIOLET.removesuffix("And I am late to bed") + "The children are in bed"
    report = check(changed, form("triolet"))
    assert report.lines[7].findings[0].rule == "refrain"
    assert report.holds is not Holds.YES


def test_an_acrostic_spells_its_topic() -> None:
    text = "Rain on the roof\nAll night long\nIn my sleep\nNobody knocks"
    assert check(text, form("acrostic"), topic="Rain").holds is Holds.YES
    assert check(text, form("acrostic"), topic="Ruin").holds is Holds.NO
    assert check(text, form("acrostic")).holds is Holds.DOUBTFUL


def test_a_ghazal_ends_in_its_words() -> None:
    text = "I owed it to the sea\nIt flowed into the sea\nA boy went by\nAnd rode towards the sea"
    assert check(text, form("ghazal")).holds is not Holds.NO
    assert check(text.replace("towards the sea", "towards the hill"), form("ghazal")).holds is Holds.NO


def test_a_form_described_in_a_line() -> None:
    shape = custom("ABAB, 8 6 8 6")
    assert check(HYMN, shape).holds is not Holds.NO
    assert check(HYMN.replace("found", "home"), shape).lines[2].holds is not Holds.YES
    with pytest.raises(ValueError, match="no form"):
        custom("something, nice")


def test_json_says_what_was_found_and_wanted() -> None:
    plain = check(HYMN, form("common-measure")).plain()
    assert set(plain) >= {"form", "holds", "lines"}
    first, third = plain["lines"][0], plain["lines"][2]
    assert first["found"] == {"syllables": "8"} and first["wanted"] == {"syllables": "8"}
    assert (first["rhyme"], third["rhyme"]) == ("A", "A")
    assert third["found"]["rhyme"] == "found"


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("bright", "night", Rhyme.PERFECT),
        ("power", "flower", Rhyme.PERFECT),
        ("sea", "see", Rhyme.SAME),
        ("love", "prove", Rhyme.EYE),
        ("melody", "be", Rhyme.NEAR),
        ("home", "tone", Rhyme.SLANT),
        ("cat", "moon", Rhyme.NONE),
    ],
)
def test_kinds_of_rhyme(one: str, other: str, kind: Rhyme) -> None:
    assert rhyme(one, other) is kind
    assert rhyme(other, one) is kind


@pytest.mark.parametrize(
    ("word", "usual", "licensed"),
    [
        ("heaven", {2}, {1, 2}),
        ("o'er", {1}, {1}),
        ("heav'n", {1}, {1}),
        ("loved", {1}, {1, 2}),
        ("window", {2}, {2}),
    ],
)
def test_lengths_of_words(word: str, usual: set[int], licensed: set[int]) -> None:
    assert lengths(word) == (usual, licensed)


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=200),
    st.sampled_from(["haiku", "sonnet-petrarchan", "sestina", "ghazal", "pantoum", "rondeau"]),
)
def test_any_text_gets_a_report(text: str, name: str) -> None:
    report = check(text, form(name), topic=text[:5])
    assert report.plain()["holds"] in (True, False, "doubtful")
    assert report.holds is not Holds.YES or len(report.lines) > 1


def test_a_word_has_length_stress_and_a_part_that_rhymes() -> None:
    assert pronunciations("delight") == ((2, "01", "AY T"),)
    assert pronunciations("night")[0][2] == pronunciations("delight")[0][2] != pronunciations("nine")[0][2]
    assert pronunciations("") == ()
