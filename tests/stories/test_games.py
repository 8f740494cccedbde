"""Games are configurations of the same rules, with something more asked of the words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.errors import BadInput
from bot.ids import MemberId
from bot.stories import events as ev
from bot.stories import games
from bot.stories.model import Game, Order, Stage, Story, StoryId, Terms, Turn
from bot.stories.rules import new, step
from bot.stories.verse import measured, verse_after

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
ANN, BEN = MemberId(1), MemberId(2)

LONG = "the spring rain gone by—\neach clothespin along the line\nkeeps one drop of sky"
SHORT = "one evening the old heron\nforgot what the river said"
LONG_ZH, SHORT_ZH = "春雨初停时\n每只木夹的尽头\n一滴小小天", "屋后的竹林渐暗\n有人在门外咳嗽"


def running(game: Game, **terms: object) -> Story:
    given = games.terms_of(game, replace(Terms(), **terms))  # type: ignore[arg-type]
    story = new(StoryId(1), ANN, "The Well", given, NOON, None)
    story, _ = step(story, ev.Join(by=BEN), NOON)
    return step(story, ev.Begin(by=ANN), NOON)[0]


def writes(story: Story, text: str) -> Story:
    """Whoever is to write does, if the game and the rules let it pass."""
    games.check(story, text)
    current = story.current
    assert current is not None
    last = story.last.by if story.last is not None else None
    by = current.member or next(seat.member for seat in story.writers if seat.member != last)
    key = f"words-{current.number}"
    return step(story, ev.Submit(by=by, turn=current.number, key=key, words=games.words(text)), NOON)[0]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The well was dry.", 4),
        ("Don't look down the well-house stairs!", 6),
        ("井是干的。", 4),
        ("她说 hello world，就走了", 7),
        ("…—!", 0),
        ("3 wells, 40 buckets", 4),
        ("été à l’eau", 3),
    ],
)
def test_words_are_counted_and_in_chinese_characters(text: str, count: int) -> None:
    assert games.words(text) == count


def test_a_chinese_turn_is_too_long_by_its_characters() -> None:
    story = running(Game.STORY, longest=5)
    with pytest.raises(BadInput, match="too_long"):
        writes(story, "井里没有水了")
    assert writes(story, "井里没有水").words == 5


def test_a_one_word_story_goes_word_by_word() -> None:
    story = running(Game.ONE_WORD, models=2, shortest=5)
    assert not [seat for seat in story.seats if seat.is_model]
    for text in ("The well", "", "?!"):
        with pytest.raises(BadInput):
            writes(story, text)
    for text in ("The", "well-house", "wasn't", "empty."):
        story = writes(story, text)
    assert [turn.by for turn in story.turns] == [ANN, BEN, ANN, BEN]


def test_a_word_of_a_chinese_story_has_a_few_characters() -> None:
    story = running(Game.ONE_WORD, language="zh")
    with pytest.raises(BadInput):
        writes(story, "井里没有水")
    assert writes(story, "井里").words == 2


def test_of_an_exquisite_corpse_each_sees_the_last_line_until_it_ends() -> None:
    story = running(Game.CORPSE)
    assert story.terms.rounds == 1 and games.hidden(story)
    text = "The lamp went out.\nShe waited. The stairs creaked."
    assert games.shown_before(story, text) == "The stairs creaked."
    assert games.shown_before(story, "灯灭了。她等着。楼梯响了。") == "楼梯响了。"
    assert games.shown_before(running(Game.STORY), text) == text
    story = writes(writes(story, text), "And nobody came.")
    assert story.stage is Stage.ENDED and not games.hidden(story)


@pytest.mark.parametrize("order", [Order.FREE, Order.PEN, Order.ROUND, Order.RANDOM, Order.FIXED])
def test_an_exquisite_corpse_ends_in_every_order(order: Order) -> None:
    story = running(Game.CORPSE, order=order)
    for _ in range(2):
        assert story.stage is Stage.RUNNING
        story = writes(story, "And nobody came.")
    assert story.stage is Stage.ENDED


def test_linked_verse_goes_long_and_short_in_turn() -> None:
    assert [verse_after(at) for at in range(3)] == [(5, 7, 5), (7, 7), (5, 7, 5)]
    story = running(Game.RENGA)
    with pytest.raises(BadInput, match="renga_lines"):
        writes(story, SHORT)
    story = writes(story, LONG)
    with pytest.raises(BadInput, match="renga_lines"):
        writes(story, LONG)
    story = writes(story, SHORT)
    assert len(writes(story, LONG).turns) == 3
    assert len(writes(writes(running(Game.RENGA, language="zh"), LONG_ZH), SHORT_ZH).turns) == 2


@pytest.mark.parametrize(
    ("text", "before", "line"),
    [
        (LONG.replace("by—", "by and by"), 0, 1),
        (SHORT.replace("river", "little river"), 1, 2),
        (LONG_ZH.replace("小小", "小"), 0, 3),
        (SHORT_ZH.replace("有人", "人"), 3, 2),
    ],
)
def test_a_line_of_linked_verse_has_its_measure(text: str, before: int, line: int) -> None:
    with pytest.raises(BadInput) as refused:
        measured(text, before)
    assert refused.value.text_key == "story.verse_length" and refused.value.facts["line"] == line


def test_what_no_dictionary_knows_may_pass_if_it_may_be_right() -> None:
    measured("the blorptang gone by—\neach clothespin along the line\nkeeps one drop of sky", 0)


def test_a_changed_verse_is_measured_at_its_own_place() -> None:
    story = writes(writes(running(Game.RENGA), LONG), SHORT)
    first: Turn = story.turns[0]
    games.check(story, LONG, first)
    with pytest.raises(BadInput):
        games.check(story, SHORT, first)
