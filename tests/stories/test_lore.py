"""What is true in a story: who says so, when a model is told of it, and where it comes from."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import BadInput, NotAllowed
from bot.stories import events as ev
from bot.stories.lore import KEYS_LIMIT, MOST, NAME_LIMIT, TEXT_LIMIT, in_sight, told
from bot.stories.lorebook import read_book
from bot.stories.model import CLOCK, Lore
from tests.stories.circle import ANN, BEN, CAM, Circle


def entry(name: str, *keys: str, approved: bool = True) -> Lore:
    return Lore(number=1, name=name, text="…", keys=keys, approved=approved)


def cost(text: str) -> int:
    return len(text)


def test_what_a_model_proposes_is_true_once_a_member_says_so() -> None:
    circle = Circle(BEN)
    circle.does(ev.AddLore(by=CLOCK, name="Mara", text="Her eyes are green.", turn=1))
    proposed = circle.story.lore[0]
    assert not proposed.approved and proposed.turn == 1
    assert told(circle.story.lore, ["Mara"], 100, cost) == []
    with pytest.raises(NotAllowed):
        circle.does(ev.ApproveLore(by=CAM, number=1))
    circle.does(ev.ApproveLore(by=BEN, number=1))
    known = circle.story.lore[0]
    assert known.approved and known.by == BEN and told(circle.story.lore, [""], 100, cost) == [known]


def test_lore_is_written_down_and_forgotten_by_who_writes_the_story() -> None:
    circle = Circle(BEN)
    circle.does(
        ev.AddLore(
            by=BEN, name="n" * 200, text="t" * 9_000, keys=tuple("abcdefghijklmnopqrstuvwxyz123456789")
        )
    )
    kept = circle.story.lore[0]
    assert (len(kept.name), len(kept.text), len(kept.keys)) == (NAME_LIMIT, TEXT_LIMIT, KEYS_LIMIT)
    for event in (ev.AddLore(by=CAM, name="x", text="y"), ev.ForgetLore(by=CAM, number=1)):
        with pytest.raises(NotAllowed):
            circle.does(event)
    circle.does(ev.AddLore(by=CAM, moderator=True, name="The well", text="It is dry."))
    circle.does(ev.ForgetLore(by=ANN, number=1))
    circle.does(ev.AddLore(by=ANN, name="The lamp", text="It went out."))
    assert [one.number for one in circle.story.lore] == [2, 3]
    with pytest.raises(BadInput, match="no_lore"):
        circle.does(ev.ForgetLore(by=ANN, number=1))


def test_a_story_remembers_only_so_much() -> None:
    circle = Circle()
    for number in range(MOST):
        circle.does(ev.AddLore(by=ANN, name=f"{number}", text="…"))
    with pytest.raises(BadInput, match="lore_full"):
        circle.does(ev.AddLore(by=ANN, name="one more", text="…"))


@pytest.mark.parametrize(
    ("key", "text", "seen"),
    [
        ("Ann", "It was planned.", False),
        ("Ann", "ANN came.", True),
        ("well", "Two wells, both dry.", True),
        ("Mara", "It was Mara’s lamp.", True),
        ("the old well", "Down the old well.", True),
        ("C++", "He wrote C++ all night.", True),
        ("玛拉", "那是玛拉的灯。", True),
        ("井", "门外", False),
        ("(", "a ( b", True),
        (" ", "a b", False),
    ],
)
def test_a_key_is_in_sight_as_a_word(key: str, text: str, seen: bool) -> None:
    assert in_sight(key, text) is seen


def test_what_is_always_told_comes_first_and_nothing_past_the_budget() -> None:
    lore = [entry("Mara", "Mara"), entry("The sea"), entry("The lamp", "lamp"), entry("Ben", approved=False)]
    names = [one.name for one in told(lore, ["Mara took the lamp."], 100, cost)]
    assert names == ["The sea", "Mara", "The lamp"]
    assert [one.name for one in told(lore, ["Mara took the lamp."], 17, cost)] == ["The sea", "Mara"]
    assert told(lore, ["Mara"], 0, cost) == []


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    "comment", "content", "key", "keys", "constant", "disable", "name", "keysecondary", "selectiveLogic",
    "probability", "extensions", "text", "order", "scanDepth", "enabled",
)  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), ANY, max_size=5) | ANY, max_size=4))
def test_whatever_a_file_holds_nothing_but_texts_comes_of_it(entries: list[Any]) -> None:
    for one in read_book({"entries": entries}, "en").entries:
        assert one.text.strip() and one.name.strip() and len(one.name) <= NAME_LIMIT
        assert all(key.strip() for key in (*one.keys, *one.second)) and len(one.keys) <= KEYS_LIMIT
