"""Ci by their tunes, couplets, hidden heads, verse by length."""
# ruff: noqa: E501 - a poem stands in one line

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.forms.check import ChineseShape, check, shape_of
from bot.forms.chinese.shape import read_tune
from bot.forms.model import FormReport, Holds
from bot.prompting.catalogue import Catalogue

CATALOGUE = Catalogue.load(Path(__file__).parents[3] / "prompts")

RUMENGLING = "昨夜雨疏风骤。浓睡不消残酒。试问卷帘人，却道海棠依旧。知否。知否。应是绿肥红瘦。"
FAMOUS = {
    "如梦令": RUMENGLING,
    "菩萨蛮": "平林漠漠烟如织，寒山一带伤心碧。暝色入高楼，有人楼上愁。玉阶空伫立，宿鸟归飞急。何处是归程，长亭更短亭。",
    "虞美人": "春花秋月何时了，往事知多少。小楼昨夜又东风，故国不堪回首月明中。雕栏玉砌应犹在，只是朱颜改。问君能有几多愁，恰似一江春水向东流。",
    "浣溪沙": "一曲新词酒一杯，去年天气旧亭台。夕阳西下几时回？无可奈何花落去，似曾相识燕归来。小园香径独徘徊。",
    "西江月": "明月别枝惊鹊，清风半夜鸣蝉。稻花香里说丰年，听取蛙声一片。七八个星天外，两三点雨山前。旧时茅店社林边，路转溪桥忽见。",
    "忆秦娥": "箫声咽，秦娥梦断秦楼月。秦楼月，年年柳色，灞陵伤别。乐游原上清秋节，咸阳古道音尘绝。音尘绝，西风残照，汉家陵阙。",
    "水调歌头": "明月几时有，把酒问青天。不知天上宫阙，今夕是何年。我欲乘风归去，又恐琼楼玉宇，高处不胜寒。起舞弄清影，何似在人间。转朱阁，低绮户，照无眠。不应有恨，何事长向别时圆。人有悲欢离合，月有阴晴圆缺，此事古难全。但愿人长久，千里共婵娟。",
}


def judged(form: str, text: str, **more: str) -> FormReport:
    found = CATALOGUE.find_form(form)
    assert found is not None
    shape = shape_of(found.id, found.shape)
    assert shape is not None
    return check(text, shape, **more)


def test_there_are_at_least_thirty_tunes() -> None:
    tunes = [one for one in CATALOGUE.forms.values() if one.shape.get("kind") == "ci"]
    assert len(tunes) >= 30
    for one in tunes:
        shape = shape_of(one.id, one.shape)
        assert isinstance(shape, ChineseShape)
        assert all(any(clause.rhyme for clause in tune) for tune in shape.tunes)
        assert one.lines == len(shape.tunes[0])


@pytest.mark.parametrize("tune", FAMOUS)
def test_famous_ci_hold_by_their_tunes(tune: str) -> None:
    report = judged(tune, FAMOUS[tune])
    assert report.holds is not Holds.NO, report.plain()
    assert report.mark.startswith(tune)


def test_a_ci_that_is_spoiled_fails() -> None:
    assert judged("如梦令", RUMENGLING.replace("知否。知否", "知否。不知")).holds is Holds.NO  # no refrain
    assert (
        judged("如梦令", RUMENGLING.replace("依旧", "依然")).holds is Holds.NO
    )  # level where oblique is due
    assert judged("如梦令", RUMENGLING.replace("残酒", "残月")).holds is Holds.NO  # another rhyme
    assert judged("如梦令", RUMENGLING.replace("浓睡", "睡")).holds is Holds.NO  # a character less


def test_how_editors_divide_a_line_decides_nothing() -> None:
    joined = judged("虞美人", FAMOUS["虞美人"].replace("故国不堪回首月明中", "故国不堪回首、月明中"))
    assert joined.holds is judged("虞美人", FAMOUS["虞美人"]).holds is Holds.YES


def test_a_title_is_no_line() -> None:
    assert judged("如梦令", f"如梦令\n\n{RUMENGLING}").holds is Holds.YES
    assert (
        judged("wujue", "《登鹳雀楼》\n白日依山尽，\n黄河入海流。\n欲穷千里目，\n更上一层楼。").holds
        is Holds.YES
    )


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("海内存知己\n天涯若比邻", Holds.YES),
        ("无边落木萧萧下，不尽长江滚滚来", Holds.YES),
        ("天涯若比邻\n海内存知己", Holds.NO),  # the upper ends level
        ("海内存知己\n天涯若比邻居", Holds.NO),
        ("春风又绿江南岸\n秋雨还青塞北山", Holds.YES),
        ("海内存知己\n天涯存比邻", Holds.DOUBTFUL),  # 存 twice in one place
    ],
)
def test_a_couplet(text: str, holds: Holds) -> None:
    assert judged("duilian", text).holds is holds


def test_hidden_heads_spell_the_topic() -> None:
    poem = "春山一路鸟空啼，\n风起微云过小溪。\n如见故人归棹晚，\n意随明月到桥西。"
    assert judged("cangtou", poem, topic="春风如意").holds is Holds.YES
    assert judged("cangtou", poem, topic="春风得意").holds is Holds.NO
    assert judged("cangtou", poem).holds is Holds.DOUBTFUL


def test_a_haiku_is_measured_in_the_language_it_is_in() -> None:
    assert judged("haiku", "春雨初停时\n每只木夹的尽头\n一滴小小天").mark == "5-7-5 ✓"
    assert (
        judged("haiku", "An old silent pond\nA frog jumps into the pond\nSplash! Silence again").mark
        == "5-7-5 ✓"
    )
    assert judged("haiku", "春雨初停\n每只木夹的尽头\n一滴小小天").holds is Holds.NO


def test_doggerel_rhymes_by_ear() -> None:
    assert judged("dayou", "江山一笼统，\n井上黑窟窿。\n黄狗身上白，\n白狗身上肿。").holds is Holds.YES
    assert judged("dayou", "江山一笼统，\n井上黑窟窿。\n黄狗身上白，\n白狗身上花。").holds is Holds.NO


@pytest.mark.parametrize("row", ["平平x", "平平 a b", "仄 叠9", "平\n仄仄 叠1"])
def test_a_tune_that_cannot_be_read_is_refused(row: str) -> None:
    with pytest.raises(ValueError, match="clause"):
        read_tune("test", row)


@given(
    text=st.text(alphabet="春风如意山水，。\n 、a", max_size=80),
    form=st.sampled_from(sorted(CATALOGUE.forms)),
)
def test_every_form_answers_to_any_text(text: str, form: str) -> None:
    found = CATALOGUE.forms[form]
    shape = shape_of(form, found.shape)
    if shape is not None:
        assert check(text, shape).mark
