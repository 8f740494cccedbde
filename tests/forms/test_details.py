"""What is told of an English line beside the verdict: its stress, and the sound of its rhyme."""

from __future__ import annotations

import pytest

from bot.forms.check import check, custom, shape_of
from bot.forms.details import detailed, ipa
from bot.forms.model import FormReport

LINES = (
    "Shall I compare thee to a summer's day?",
    "The world goes by and leaves us to our clover",
    "Rough winds do shake the darling buds of May",
    "And nobody returns when it is over",
)


def of(text: str, form: str) -> FormReport:
    return detailed(check(text, custom(form)), custom(form))


def told(report: FormReport, rule: str) -> list[tuple[str, str]]:
    return [(one.wanted, one.found) for line in report.lines for one in line.findings if one.rule == rule]


def test_each_line_is_told_with_its_stress_beside_the_metre() -> None:
    report = of("\n".join(LINES), "ABAB, iambic pentameter")
    assert told(report, "stress")[0] == ("x/x/x/x/x/", "x/x/x/x/x/")
    assert told(report, "stress")[1] == ("x/x/x/x/x/x", "x/x/x/x/x/x"), "a light end"
    # What is out of the metre is told as it is spoken.
    (wrong,) = told(of("Banana banana", "iambic pentameter"), "stress")
    assert wrong == ("x/x/x/x/x/", "x/xx/x")


def test_lines_that_rhyme_are_told_with_the_sound_that_they_share() -> None:
    report = of("\n".join(LINES), "ABAB")
    assert [found for _, found in told(report, "sound")] == ["eɪ", "oʊvɚ", "eɪ", "oʊvɚ"]
    # wind has two sounds: the one that rhymes is meant.
    assert told(of("He did not mind\nthe road would wind", "AA"), "sound")[1] == ("aɪnd", "aɪnd")
    unlike = told(of("the cat\nthe moon", "AA"), "sound")
    assert {found for _, found in unlike} == {"æt", "un"}


@pytest.mark.parametrize("form", ["ABAB, iambic pentameter", "AABB", "5-7-5"])
def test_the_verdict_is_what_it_was(form: str) -> None:
    text = "\n".join(LINES)
    plain = check(text, custom(form))
    told = detailed(plain, custom(form))
    assert (told.holds, [line.holds for line in told.lines]) == (
        plain.holds,
        [line.holds for line in plain.lines],
    )


def test_a_chinese_poem_and_one_in_the_wrong_language_are_left_as_they_are() -> None:
    both = shape_of("haiku", {"syllables": [5, 7, 5], "zh": {"language": "zh", "characters": [5, 7, 5]}})
    assert both is not None
    for text in ("古池塘边坐\n青蛙一跃水声响\n四下又无声", "ふるいけや"):
        assert detailed(check(text, both), both) == check(text, both)


def test_sounds_are_written_as_dictionaries_write_them() -> None:
    assert ipa(("AH", "N", "D", "ER")) == "ʌndɚ"
    assert ipa(("IY", "CH", "IH", "NG")) == "itʃɪŋ"
