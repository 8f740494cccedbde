"""What a check says in words: marks, lines in doubt, which character is wrong, what cannot be measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import BadInput
from bot.forms.chinese.books import named_in_full
from bot.ids import Lang
from bot.prompting.catalogue import Catalogue
from bot.services.form_words import doubts, mark, met, ranges, sheet
from bot.services.forms import FormDesk, shape_faults

DESK = FormDesk(Catalogue.load(Path(__file__).parents[3] / "prompts", shape_faults))
SPRING = (
    "国破山河在，城春草木深。\n感时花溅泪，恨别鸟惊心。\n烽火连三月，家书抵万金。\n白头搔更短，浑欲不胜簪。"
)
POND = "An old silent pond\nA frog jumps into the pond\nSplash! Silence again"
QUATRAIN = (
    "The sun goes down behind the hill\nAnd all the birds are gone\n"
    "The night is cold\nUntil the break of dawn"
)


def told(form: str, text: str, lang: Lang = "en", topic: str = "") -> str:
    report = DESK.check(text, DESK.shape(form), topic=topic)
    return "\n".join(sheet(report, lang, name=DESK.name(form, lang)))


def test_a_mark_is_in_the_readers_language() -> None:
    report = DESK.check(QUATRAIN, DESK.shape("abab, iambic trimeter"))
    assert mark(report, "en").startswith("ABAB ✗ · iambic trimeter ")
    assert mark(report, "zh").startswith("ABAB ✗ · 抑扬格三音步 ")
    report = DESK.check("one\ntwo\nthree\nfour", DESK.shape("terza rima"))
    assert mark(report, "zh").startswith("✗ 三行连环")


@pytest.mark.parametrize(
    ("form", "text", "lang", "shown"),
    [
        (
            "haiku",
            POND,
            "en",
            "Haiku 5-7-5 ✓",
        ),
        ("wulv", SPRING, "zh", "✓ 五律 · 仄起首句不入韵 · 平水韵下平十二侵"),
        ("ABAB, 8 6 8 6", QUATRAIN, "en", "ABAB 8-6-8-6 ✗"),
        ("quatrain-abab", QUATRAIN, "en", "Quatrain ABAB ✗"),
        ("ghazal", "one\ntwo\nthree\nfour", "en", "Ghazal ✗"),
    ],
)
def test_the_name_of_a_form_is_said_once(form: str, text: str, lang: Lang, shown: str) -> None:
    report = DESK.check(text, DESK.shape(form))
    assert DESK.marked("wulv" if form == "wulv" else form, report, lang) == shown


def test_lines_that_fail_and_lines_in_doubt_are_named() -> None:
    report = DESK.check(QUATRAIN, DESK.shape("ABAB, 8 6 8 6"))
    assert doubts(report, "en") == ["✗ 1 line fails: 3"]
    assert doubts(report, "zh") == ["✗ 1 行不合：3"]
    short = DESK.check("snow\nfalls", DESK.shape("haiku"))
    assert doubts(short, "en") == ["✗ lines: 2, wanted 3", "✗ 2 lines fail: 1-2"]


def test_numbers_can_be_typed_again_as_lines_to_keep() -> None:
    assert ranges([2, 4, 5, 6]) == "2, 4-6"
    assert ranges(list(range(1, 60, 2))).endswith("15 …")


def test_the_character_of_the_wrong_tone_is_named_and_the_reading_that_fits() -> None:
    shown = told("五律", SPRING.replace("家书", "家信"), "zh")
    assert "平仄不合 · 第 2 字“信”应平" in shown
    assert "第 2 字" not in told("五律", SPRING, "zh")


def test_a_form_is_not_measured_in_a_language_that_it_is_not_for() -> None:
    assert "measured in English; the text is in Chinese" in told("sonnet-shakespearean", SPRING)
    assert "syllables" not in told("sonnet-shakespearean", SPRING)
    assert "只核对中文；这篇文字用的是英文" in told("五绝", QUATRAIN, "zh")
    assert "another script" in told("haiku", "ふるいけや\nかわずとびこむ\nみずのおと")
    # A word of another language in it makes no poem foreign.
    assert "5-7-5 ✓" in told("haiku", POND.replace("silent", "silent 池"))


def test_what_asks_for_nothing_and_what_says_nothing() -> None:
    assert "asks for nothing that can be counted. The text has 2 lines" in told("free", "snow\nfalls")
    assert "现代诗" in told("现代诗", "雪\n落", "zh")
    assert "no line with letters" in told("haiku", "🎉\n!!!")
    assert "no line with letters" in told("free", "")


def test_what_stands_alone_above_a_poem_of_any_length_is_its_title() -> None:
    ghazal = (
        "I left my coat and all I owed beside the sea;\n"
        "the last of day still softly glowed beside the sea.\n"
        "A boy was selling shells to those who passed\n"
        "and dreamed of one more episode beside the sea."
    )
    for text in (ghazal, f"By the shore\n\n{ghazal}"):
        assert DESK.check(text, DESK.shape("ghazal")).holds.sign == "✓"
    # A first line that fails is none where every line stands alone.
    spaced = "\n\n".join(f"A line by itself\n{ghazal}".split("\n"))
    assert DESK.check(spaced, DESK.shape("ghazal")).holds.sign == "✗"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("ABAB, 8 6 8", "4 lines, but 3 numbers"),
        ("ABAB, 0 6 8 6", "0 is no number of syllables"),
        ("ABAB, 800", "800 is no number of syllables"),
        ("ACAC", "the letters skip one"),
        ("ABAB, eight six", "I do not know “eight”"),
        ("haiku, 5 7 5", "I do not know “haiku”"),
        ("ABAB, iambic octameter", "I do not know “iambic”"),
    ],
)
def test_a_mistake_in_a_description_is_explained(typed: str, why: str) -> None:
    from bot.explain import explain

    with pytest.raises(BadInput) as refused:
        DESK.shape(typed)
    assert why in explain(refused.value, "en")


@pytest.mark.parametrize("typed", ["haikoo", "villanele", "wujue2", "ballade", "no form 🌸", "cab"])
def test_a_name_mistyped_is_no_description(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        DESK.shape(typed)
    assert refused.value.text_key in ("refused.no_form", "refused.no_form_at_all")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("ＡＢＡＢ，８ ６ ８ ６", "ABAB 8-6-8-6"), ("5,7,5 syllables", "5-7-5"), ("5音节 7音节 5音节", "5-7-5")],
)
def test_a_description_is_read_as_people_type_it(typed: str, meant: str) -> None:
    assert DESK.check("x", DESK.shape(typed)).mark.startswith(meant)


@pytest.mark.parametrize(
    ("form", "text", "lang", "row"),
    [
        (
            "haiku",
            "An old silent pond\nA frog jumps into the pond\nSplash! Silence",
            "en",
            "3 syllables, 2 too few",
        ),
        ("haiku", "An old silent pond\nA frog jumps in\nSplash! Silence", "zh", "4 个音节，少了 3 个"),
        ("haiku", "An old and silent pond\nA frog jumps\nSplash!", "en", "✗ 6 syllables, 1 too many"),
        ("五绝", "白日依山尽了\n黄河入海流\n欲穷千里目\n更上一层楼", "zh", "✗ 6 字，多了 1 个"),
    ],
)
def test_a_line_of_another_length_says_by_how_much(form: str, text: str, lang: Lang, row: str) -> None:
    shown = told(form, text, lang)
    assert row in shown
    assert "too many or too few" not in shown and "–" not in shown


def test_parallelism_says_what_was_compared() -> None:
    report = DESK.check(SPRING, DESK.shape("五律"))
    rows = "\n".join("\n".join(met(one, "zh")) for one in report.lines)
    assert "可比的" in rows and "1/1" not in rows and "对仗 " not in rows


@pytest.mark.parametrize(
    ("group", "full"),
    [("平鱼", "上平六鱼"), ("平先", "下平一先"), ("上董", "上声一董"), ("入职", "入声十三职")],
)
def test_a_rhyme_group_is_named_as_the_book_names_it(group: str, full: str) -> None:
    assert named_in_full(group) == full
