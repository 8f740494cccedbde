import pytest

from bot.rehearsal.labels import folded, pick
from bot.rehearsal.trouble import NoSuch

BUTTONS = {"再来一稿": 1, "修改…": 2, "编辑": 3, "◀": 4, "▶": 5}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("再来一稿", 1), ("Another take", 1), ("another", 1), ("REVISE", 2), ("修改", 2), ("◀", 4), ("edit", 3)],
)
def test_a_label_is_found_in_either_language(wanted: str, found: int) -> None:
    assert pick(wanted, BUTTONS, "button") == found


def test_an_exact_name_wins_over_a_longer_one() -> None:
    assert pick("Edit", {"Edit": 1, "Edit the text": 2}, "button") == 1


def test_what_may_be_several_is_not_guessed() -> None:
    with pytest.raises(NoSuch, match="Take one, Take two"):
        pick("take", {"Take one": 1, "Take two": 2}, "button")


@pytest.mark.parametrize("wanted", ["Dance", "", " ", "…"])
def test_what_is_not_there_is_told_with_what_is(wanted: str) -> None:
    with pytest.raises(NoSuch, match=r"no button is called .*; there is: Stop$"):
        pick(wanted, {"Stop": 1}, "button")


def test_a_thing_of_many_names_is_told_once() -> None:
    option = {"name": "topic"}
    with pytest.raises(NoSuch, match=r"there is: topic$"):
        pick("form", {"topic": option, "题目": option}, "option")


def test_folding() -> None:
    assert folded("Ｒevise… ") == folded("♻️ revise") == "revise"
    assert folded("◀") == "◀"
