"""Books of lore of every program: what is taken over, what is not, and when a model is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import BadInput
from bot.ids import Lang
from bot.stories import events as ev
from bot.stories.lore import MOST, TEXT_LIMIT, fires, in_sight, told, usable
from bot.stories.lorebook import Read, read_book
from bot.stories.model import Logic, Lore
from tests.stories.circle import ANN, Circle

NORTH = "Vell lies north."


def entry(**more: Any) -> dict[str, Any]:
    return {"key": ["vell"], "content": NORTH, "comment": "Vell", "constant": False, "disable": False} | more


def info(*entries: dict[str, Any], lang: Lang = "en", **more: Any) -> Read:
    return read_book({"entries": {str(at): one for at, one in enumerate(entries)}} | more, lang)


def lost(read: Read) -> list[tuple[str, str]]:
    return [(loss.kind, loss.name) for loss in read.losses]


def card(spec: str, one: dict[str, Any]) -> dict[str, Any]:
    return {"spec": spec, "data": {"name": "Ada", "character_book": {"entries": [one]}}}


V2 = {"keys": ["vell"], "content": NORTH, "enabled": True, "insertion_order": 7, "extensions": {}}


@pytest.mark.parametrize(
    "book",
    [
        pytest.param({"entries": {"0": entry()}}, id="world info"),
        pytest.param({"entries": [V2]}, id="a list"),
        pytest.param(card("chara_card_v2", V2), id="V2"),
        pytest.param(card("chara_card_v3", V2), id="V3"),
        pytest.param({"spec": "lorebook_v3", "data": {"name": "Vell", "entries": [V2]}}, id="book V3"),
        pytest.param({"lorebookVersion": 5, "entries": [{"text": NORTH, "displayName": "Vell",
                      "keys": ["Vell"], "enabled": True, "forceActivation": False}]}, id="NovelAI"),
        pytest.param({"kind": "memory", "entries": [{"name": "Vell", "entry": NORTH, "keywords": ["vell"],
                      "priority": 3, "enabled": True}]}, id="Agnai"),
        pytest.param({"type": "risu", "data": [{"key": "vell, harbour", "comment": "Vell", "content": NORTH,
                      "alwaysActive": False, "insertorder": 5, "secondkey": ""}]}, id="RisuAI"),
    ],
)  # fmt: skip
def test_every_kind_of_book_is_read(book: dict[str, Any]) -> None:
    read = read_book(book, "en")
    assert [one.text for one in read.entries] == [NORTH] and read.losses == ()
    assert fires(read.entries[0], ["We sailed to Vell at dawn."]) and not fires(read.entries[0], ["At dawn."])


@pytest.mark.parametrize(
    "book", [{}, {"entries": "Mara"}, {"spec": "chara_card_v2"}, [], None, {"data": []}, 7]
)
def test_what_is_no_book_is_refused(book: object) -> None:
    with pytest.raises(BadInput, match="no_world_info"):
        read_book(book, "en")


def test_what_is_left_out_is_told_and_which() -> None:
    read = read_book(
        {"entries": [
            entry(disable=True), V2 | {"enabled": False, "name": "Dropped"},
            entry(key=[], comment="--- notes ---"),
            entry(content=" ", comment="Empty"), "nonsense",
            V2 | {"content": "@@dont_activate\nNo.", "name": "Off"},
            entry(key=[], constant=True, comment="Always"),
        ]},
        "en",
    )  # fmt: skip
    assert [one.name for one in read.entries] == ["Always"] and read.entries[0].keys == ()
    assert lost(read) == [
        ("disabled", "Vell"), ("disabled", "Dropped"), ("no_keys", "--- notes ---"), ("empty", "Empty"),
        ("unreadable", "#5"), ("disabled", "Off"),
    ]  # fmt: skip


def test_what_is_cut_is_told_and_by_how_much() -> None:
    read = info(entry(content="x" * (TEXT_LIMIT + 37)), entry(key=[f"k{at}" for at in range(33)]))
    assert [len(one.text) for one in read.entries] == [TEXT_LIMIT, len(NORTH)]
    assert [(loss.kind, loss.by) for loss in read.losses] == [("cut", 37), ("keys", 3)]
    many = info(*(entry(comment=f"E{at}") for at in range(MOST + 2)))
    assert len(many.entries) == MOST and lost(many) == [
        ("too_many", f"E{MOST}"),
        ("too_many", f"E{MOST + 1}"),
    ]


@pytest.mark.parametrize(
    ("number", "logic", "fair", "storm", "both"),
    [(0, Logic.ANY, False, True, True), (3, Logic.ALL, False, False, True),
     (2, Logic.NOT_ANY, True, False, False), (1, Logic.NOT_ALL, True, True, False)],
)  # fmt: skip
def test_second_keys(number: int, logic: Logic, fair: bool, storm: bool, both: bool) -> None:
    read = info(
        entry(key=["captain"], keysecondary=["storm", "night"], selective=True, selectiveLogic=number)
    )
    (one,) = read.entries
    assert one.logic is logic
    found = [
        fires(one, [f"The captain {said}."])
        for said in ("sings", "sings in the storm", "met storm and night")
    ]
    assert found == [fair, storm, both] and not fires(one, ["A storm by night."])


@pytest.mark.parametrize(
    ("key", "text", "seen"),
    [
        ("/vell(ish)?/i", "A VELLISH ship", True),
        ("/vell(ish)?/", "A VELLISH ship", False),
        ("/^North/m", "So it was.\nNorth of it", True),
        ("/a.b/s", "a\nb", True),
        ("/维尔|威尔/", "他到了威尔", True),
        ("/(?<=x)y/", "xy", False),
        ("/(/", "(", False),
    ],
)
def test_keys_that_are_expressions(key: str, text: str, seen: bool) -> None:
    assert in_sight(key, text) is seen


def test_an_expression_that_cannot_be_run_is_told_and_none_takes_for_ever() -> None:
    read = info(entry(key=["/(?<=x)y/", "vell"]))
    assert lost(read) == [("expression", "Vell")] and read.losses[0].what == "/(?<=x)y/"
    assert not usable("/(?=y)x/") and usable("plain (word")
    assert not in_sight("/(a+)+$/", "a" * 50_000 + "b")


def test_capitals_parts_of_words_depth_and_chance() -> None:
    (case,) = info(entry(key=["May"], caseSensitive=True)).entries
    assert fires(case, ["In May."]) and not fires(case, ["You may."])
    (part,) = info(entry(key=["light"], matchWholeWords=False)).entries
    assert fires(part, ["The lighthouse."])
    (deep,) = info(entry(scanDepth=2)).entries
    assert fires(deep, ["Vell", "b"]) and not fires(deep, ["Vell", "b", "c"])
    (never,) = info(entry(probability=0, useProbability=True)).entries
    assert told([never], ["Vell"], 1_000, len) == []
    (half,) = info(entry(probability=50)).entries
    times = sum(bool(told([half], ["Vell"], 1_000, len, turn=turn)) for turn in range(400))
    assert 140 < times < 260


def test_the_higher_order_is_told_first_where_there_is_not_room_for_all() -> None:
    lore = info(entry(comment="low", order=1), entry(comment="high", order=900)).entries
    assert [one.name for one in told(lore, ["Vell"], 30, len)] == ["high"]


def test_macros_do_not_reach_a_model() -> None:
    text = "{{char}} fears {{user}}.{{// note}} {{random:salt,iron}}{{newline}}{{getvar::x}}<USER>"
    book = {"entries": [entry(content=text)]}
    read = read_book(book, "en")
    assert read.entries[0].text == "the character fears the player. salt\nthe player"
    assert [(loss.kind, loss.what) for loss in read.losses] == [("macros", "getvar::x")]
    assert (
        read_book(card("chara_card_v2", V2 | {"content": text}), "zh")
        .entries[0]
        .text.startswith("Ada fears 玩家.")
    )


def test_a_book_is_taken_over_in_one_step_or_not_at_all() -> None:
    circle = Circle()
    circle.does(ev.AddLore(by=ANN, name="first", text="…"))
    book = tuple(Lore(number=0, name=f"{at}", text="…") for at in range(MOST - 1))
    circle.does(ev.AddLore(by=ANN, name="", text="", book=book))
    assert [one.number for one in circle.story.lore] == list(range(1, MOST + 1))
    before = circle.story
    with pytest.raises(BadInput, match="lore_full"):
        circle.does(ev.AddLore(by=ANN, name="", text="", book=book[:1]))
    assert circle.story == before
