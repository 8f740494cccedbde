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


MASTERS = {
    "浪淘沙": "帘外雨潺潺，春意阑珊。罗衾不耐五更寒。梦里不知身是客，一晌贪欢。独自莫凭栏，无限江山。别时容易见时难。流水落花春去也，天上人间。",
    "相见欢": "无言独上西楼，月如钩。寂寞梧桐深院锁清秋。剪不断，理还乱，是离愁。别是一般滋味在心头。",
    "长相思": "汴水流，泗水流，流到瓜洲古渡头。吴山点点愁。思悠悠，恨悠悠，恨到归时方始休。月明人倚楼。",
    "更漏子": "玉炉香，红蜡泪，偏照画堂秋思。眉翠薄，鬓云残，夜长衾枕寒。梧桐树，三更雨，不道离情正苦。一叶叶，一声声，空阶滴到明。",
    "渔歌子": "西塞山前白鹭飞，桃花流水鳜鱼肥。青箬笠，绿蓑衣，斜风细雨不须归。",
    "调笑令": "胡马，胡马，远放燕支山下。跑沙跑雪独嘶，东望西望路迷。迷路，迷路，边草无穷日暮。",
    "钗头凤": "红酥手，黄縢酒，满城春色宫墙柳。东风恶，欢情薄。一怀愁绪，几年离索。错、错、错。春如旧，人空瘦，泪痕红浥鲛绡透。桃花落，闲池阁。山盟虽在，锦书难托。莫、莫、莫！",
    "声声慢": "寻寻觅觅，冷冷清清，凄凄惨惨戚戚。乍暖还寒时候，最难将息。三杯两盏淡酒，怎敌他、晚来风急？雁过也，正伤心，却是旧时相识。满地黄花堆积，憔悴损，如今有谁堪摘？守着窗儿，独自怎生得黑？梧桐更兼细雨，到黄昏、点点滴滴。这次第，怎一个愁字了得！",
    "雨霖铃": "寒蝉凄切，对长亭晚，骤雨初歇。都门帐饮无绪，留恋处、兰舟催发。执手相看泪眼，竟无语凝噎。念去去、千里烟波，暮霭沉沉楚天阔。多情自古伤离别，更那堪、冷落清秋节！今宵酒醒何处？杨柳岸、晓风残月。此去经年，应是良辰好景虚设。便纵有千种风情，更与何人说？",
    "念奴娇": "大江东去，浪淘尽，千古风流人物。故垒西边，人道是，三国周郎赤壁。乱石穿空，惊涛拍岸，卷起千堆雪。江山如画，一时多少豪杰。遥想公瑾当年，小乔初嫁了，雄姿英发。羽扇纶巾，谈笑间，樯橹灰飞烟灭。故国神游，多情应笑我，早生华发。人生如梦，一尊还酹江月。",
    "满江红": "怒发冲冠，凭栏处、潇潇雨歇。抬望眼，仰天长啸，壮怀激烈。三十功名尘与土，八千里路云和月。莫等闲，白了少年头，空悲切！靖康耻，犹未雪。臣子恨，何时灭！驾长车，踏破贺兰山缺。壮志饥餐胡虏肉，笑谈渴饮匈奴血。待从头、收拾旧山河，朝天阙。",
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


@pytest.mark.parametrize("tune", MASTERS)
def test_masters_are_known_in_the_shape_they_chose(tune: str) -> None:
    report = judged(tune, MASTERS[tune])
    assert report.holds is not Holds.NO, report.plain()


def reasons(report: FormReport) -> set[str]:
    return {finding.reason for line in report.lines for finding in line.findings}


def test_a_tone_that_the_masters_seldom_have_is_doubtful() -> None:
    """⊙ should be level; so many of them at once are no longer the tune."""
    table = {"language": "zh", "kind": "ci", "name": "试", "tune": "⊙⊙⊙⊙◎◎◎◎平平 a\n⊙⊙⊙⊙◎◎◎◎中平 a"}
    shape = shape_of("test", table)
    assert shape is not None
    good = "天山人春月水日玉天人，天山人春月水日玉春新。"
    assert check(good, shape).holds is Holds.YES
    one = check(good.replace("天山人春月水日玉天人", "天山人春天水日玉天人"), shape)
    assert one.holds is Holds.DOUBTFUL
    assert "tones_seldom" in reasons(one)
    assert check(good.replace("天山人春月水日玉", "月水人春月水日玉"), shape).holds is Holds.NO


def test_a_rhyme_said_twice_in_a_row_is_an_echo() -> None:
    assert "rhyme_same" not in reasons(judged("长相思", MASTERS["长相思"]))
    apart = MASTERS["长相思"].replace("古渡头", "古渡休")
    assert "rhyme_same" in reasons(judged("长相思", apart))


def test_poets_of_the_song_rhyme_neighbours() -> None:
    """真 with 庚: doubtful; 真 with 阳: none."""
    poem = "一曲新词酒一杯，去年天气旧亭台。夕阳西下几时回？无可奈何花落去，似曾相识燕归来。小园香径独徘徊。"
    near, far = (poem.replace("独徘徊", f"独{char}") for char in ("徘飞", "徘香"))
    assert "rhyme_neighbour" in reasons(judged("浣溪沙", near))
    assert judged("浣溪沙", far).holds is Holds.NO


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
