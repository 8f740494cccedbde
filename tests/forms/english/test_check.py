"""Poems against the English forms: what holds, what is doubtful, what fails."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.forms.check import AnyShape, check, custom, shape_of
from bot.forms.english.ends import pronunciations
from bot.forms.english.measure import measured
from bot.forms.english.rhyme import Rhyme, rhyme
from bot.forms.english.sound import lengths
from bot.forms.model import Holds
from bot.i18n.text import has, translate

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


def form(name: str) -> AnyShape:
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


@pytest.mark.parametrize(
    ("text", "lines", "syllables"),
    [
        ("ABAB, 8 6 8 6", (4, 4), [8, 6, 8, 6]),
        ("abab; 8,6,8,6", (4, 4), [8, 6, 8, 6]),
        ("ABAB，8 6 8 6", (4, 4), [8, 6, 8, 6]),
        ("8/6/8/6 abab", (4, 4), [8, 6, 8, 6]),
        ("5-7-5", (3, 3), [5, 7, 5]),
        ("ABAB CDCD EFEF GG, 10", (14, 14), [10]),
        ("A1bA2 abA1", (6, 6), []),
        ("aabb, Iambic  tetrameter", (4, 4), []),
    ],
)
def test_forms_typed_freely(text: str, lines: tuple[int, int], syllables: list[int]) -> None:
    shape = custom(text)
    assert shape.lines == lines
    assert [least for least, _ in shape.syllables] == syllables
    assert (shape.metre is not None) == ("ambic" in text)


@pytest.mark.parametrize("text", ["hiaku", "limerick!", "ABBA, 8 6 8", "", "x", "1²", "0 5", "99999", "ZZ"])
def test_what_describes_no_form(text: str) -> None:
    with pytest.raises(ValueError, match="no form"):
        custom(text)


def test_a_form_described_shows_all_of_it() -> None:
    assert check(HYMN, custom("ABAB, 8 6 8 6")).mark.startswith("ABAB 8-6-8-6")


def test_numbers_are_read_aloud() -> None:
    text = "We counted 20\nsparrows on the garden wall\n1 flew away"
    assert [line.findings[0].found for line in check(text, form("haiku")).lines] == ["5", "7", "4"]
    assert check("In 1984", custom("6 5")).lines[0].holds is not Holds.YES


def test_line_ends_of_other_systems() -> None:
    for end in ("\r\n", "\r", "\u2028"):
        assert check(HAIKU.replace("\n", end), form("haiku")).mark == "5-7-5 ✓"


EVEN = [
    "The quiet evening falls on field and hill",
    "And all the birds are in their nests and still",
    "The lamps are lit along the village street",
    "And home from work I hear the passing feet",
]
LOOSE = "And lay the crucifix on this silent heart"
WILD = "Great stones of bitter weather old winters bring"


def test_a_line_out_of_the_metre_fails_and_its_poem_is_doubtful() -> None:
    """Meynell writes a foot of three syllables where she likes."""
    report = check("\n".join([*EVEN, LOOSE]), custom("iambic pentameter"))
    assert [line.holds for line in report.lines] == [*[Holds.YES] * 4, Holds.NO]
    assert report.lines[4].findings[0].reason == "anapaest"
    assert report.lines[4].weighs is Holds.DOUBTFUL
    assert report.holds is Holds.DOUBTFUL


def test_a_line_far_out_of_the_metre_fails_with_its_poem() -> None:
    assert check("\n".join([*EVEN, WILD]), custom("iambic pentameter")).holds is Holds.NO


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("I saw the light of the moving water fall", Holds.DOUBTFUL),
        ("I saw the light and of moving water fall", Holds.NO),
    ],
)
def test_two_light_words_that_do_not_belong_together_are_far_out(line: str, verdict: Holds) -> None:
    assert check("\n".join([*EVEN, line]), custom("iambic pentameter")).holds is verdict


def test_one_who_writes_lovd_counts() -> None:
    counting = [*EVEN, "He lov'd the hill, and turn'd to it again", LOOSE]
    assert check("\n".join(counting), custom("iambic pentameter")).holds is Holds.NO
    assert check("\n".join(counting[:-1]), custom("iambic pentameter")).holds is Holds.YES


def test_the_syllables_without_the_beat_are_doubtful() -> None:
    turned = "Never any sorrow under winter"
    report = check("\n".join([*EVEN, turned]), custom("iambic pentameter"))
    assert (report.lines[4].holds, report.lines[4].findings[0].reason) == (Holds.DOUBTFUL, "metre")


def test_the_end_of_a_longer_word_may_be_light_in_blank_verse() -> None:
    ends = ["And all the world was hidden in the shadow", "I saw the light of moving waters on it"]
    report = check("\n".join([*EVEN, *ends]), custom("iambic pentameter"))
    assert [line.holds for line in report.lines[4:]] == [Holds.YES, Holds.DOUBTFUL]


def test_a_hymn_takes_fewer_licences() -> None:
    hymn = HYMN.replace("Amazing grace! how sweet the sound", "The memory is a garden wall")
    assert measured("The memory is a garden wall", "x/x/x/x/").holds is Holds.YES
    assert check(hymn, form("common-measure")).lines[0].holds is Holds.DOUBTFUL


def test_the_number_of_a_note_is_not_read() -> None:
    assert check("\n".join([*EVEN[:3], f"{EVEN[3]}[1]"]), custom("iambic pentameter")).holds is Holds.YES


def test_three_lines_beside_the_metre_are_a_manner() -> None:
    manner = [LOOSE, "With the little beauty of a human face", "I have need to busy my heart with quietude"]
    report = check("\n".join([*EVEN, *EVEN, *EVEN, *manner]), custom("iambic pentameter"))
    assert {line.holds for line in report.lines[12:]} == {Holds.DOUBTFUL}
    assert report.holds is Holds.DOUBTFUL


def test_every_reason_has_words_in_both_languages() -> None:
    source = Path(__file__).parents[3] / "bot" / "forms" / "english"
    given: set[str] = {f"rhyme_{kind.name.lower()}" for kind in Rhyme}
    for name in ("check.py", "following.py", "measure.py", "returns.py"):
        text = (source / name).read_text("utf-8")
        given |= {word for word in re.findall(r'"([a-z_]+)"', text) if has(f"form.reason_{word}")}
    assert {"anapaest", "out_of_metre", "two_readings", "unknown_word", "licence", "refrain"} <= given
    for language in ("en", "zh"):
        assert all(translate(f"form.reason_{reason}", language) for reason in given)


@settings(max_examples=120, deadline=None)
@given(
    st.text(max_size=200) | st.text("aeiouthrsd'’\n ,.-!Aé\ufffd", max_size=300),
    st.sampled_from([*specimens(), "sonnet-petrarchan", "sestina", "acrostic", "villanelle", "triolet"]),
)
def test_any_text_gets_a_report(text: str, name: str) -> None:
    report = check(text, form(name), topic=text[:5])
    in_english = not re.search("[\u3400-\u9fff\U00020000-\U0003ffff]", text)
    assert not in_english or all(line.text in text for line in report.lines)
    assert report.plain()["holds"] in (True, False, "doubtful")
    assert report.holds is not Holds.YES or name == "acrostic" or len(report.lines) > 1


def test_a_word_has_length_stress_and_a_part_that_rhymes() -> None:
    assert pronunciations("delight") == ((2, "01", "AY T"),)
    assert pronunciations("night")[0][2] == pronunciations("delight")[0][2] != pronunciations("nine")[0][2]
    assert pronunciations("") == ()
