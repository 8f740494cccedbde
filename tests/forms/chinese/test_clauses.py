"""How a poem is written down decides nothing: its title, its rows, its marks, its script."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.forms.check import check, shape_of
from bot.forms.chinese.clauses import cut
from bot.forms.model import FormReport, Holds
from bot.prompting.catalogue import Catalogue

CATALOGUE = Catalogue.load(Path(__file__).parents[3] / "prompts")

LINES = "细草微风岸 危樯独夜舟 星垂平野阔 月涌大江流 名岂文章著 官应老病休 飘飘何所似 天地一沙鸥".split()  # noqa: SIM905
PAIRS = list(zip(LINES[::2], LINES[1::2], strict=True))
ROWS = "\n".join(f"{upper}，{lower}。" for upper, lower in PAIRS)
WAYS = {
    "a line a row": "\n".join(LINES),
    "a couplet a row": ROWS,
    "one row": "，".join(LINES),
    "a couplet a row, spaced": "\n".join(f"{upper}　{lower}" for upper, lower in PAIRS),
    "one row, spaced": " ".join(LINES),
    "strokes": " / ".join(LINES),
    "HTML": "<br>".join(LINES),
    "pauses": "\n".join(f"{upper}、{lower}。" for upper, lower in PAIRS),
    "halfwidth": "｡".join(LINES),
    "quoted": "\n".join(f"“{upper}，{lower}。”" for upper, lower in PAIRS),
    "Markdown": "\n".join(f"> {upper}，{lower}。  " for upper, lower in PAIRS),
    "numbered": "\n".join(f"{number}. {line}" for number, line in enumerate(LINES, 1)),
    "carriage returns": ROWS.replace("\n", "\r\n"),
    "a title": f"旅夜书怀\n{ROWS}",
    "a title over bare rows": "旅夜书怀\n" + "\n".join(LINES),
    "a title of the length of a line": f"旅夜书怀诗\n{ROWS}",
    "title and author": f"《旅夜书怀》\n唐·杜甫\n{ROWS}",
    "title, author and a gap": f"旅夜书怀\n[唐] 杜甫\n\n{ROWS}",
    "a title in bold": f"**旅夜书怀**\n{ROWS}",
}


def judged(form: str, text: str) -> FormReport:
    found = CATALOGUE.find_form(form)
    assert found is not None
    shape = shape_of(found.id, found.shape)
    assert shape is not None
    return check(text, shape)


@pytest.mark.parametrize("way", WAYS)
def test_how_it_is_written_down_decides_nothing(way: str) -> None:
    report = judged("wulv", WAYS[way])
    assert report.holds is Holds.YES, report.plain()
    assert [line.text for line in report.lines] == LINES


@pytest.mark.parametrize("at", range(8))
@pytest.mark.parametrize("join", ["\n", "，", "。\n"])
def test_nothing_spoiled_is_read_away(at: int, join: str) -> None:
    """No line with a character too many becomes a title, and no line too many either."""
    longer = [line + "天" * (number == at) for number, line in enumerate(LINES)]
    assert judged("wulv", join.join(longer) + "。").holds is Holds.NO
    more = [*LINES[:at], "春风送客船", *LINES[at:]]
    assert judged("wulv", join.join(more) + "。").holds is Holds.NO
    assert judged("wulv", join.join(LINES[:at] + LINES[at + 1 :]) + "。").holds is Holds.NO


def test_the_name_of_a_tune_is_a_heading() -> None:
    rows = "昨夜雨疏风骤\n浓睡不消残酒\n试问卷帘人\n却道海棠依旧\n知否\n知否\n应是绿肥红瘦"
    assert judged("如梦令", f"如梦令·春晚\n李清照\n{rows}").holds is Holds.YES
    assert judged("如梦令", f"如梦令（昨夜雨疏风骤）\n{rows}").holds is Holds.YES


def test_a_couplet_may_stand_in_one_row() -> None:
    sides = "风声雨声读书声声声入耳 家事国事天下事事事关心"
    assert judged("duilian", sides).holds is not Holds.NO
    assert [len(line.text) for line in judged("duilian", sides).lines] == [11, 11]


def test_without_a_form_a_space_divides_nothing() -> None:
    assert cut("轻轻的 我走了\n正如我轻轻的来").clauses == ("轻轻的我走了", "正如我轻轻的来")
