"""Judges of categories: two thresholds, by rating, higher in fiction; by sentences; missed, and named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.moderation.categories import thresholds_at
from bot.moderation.compiled import compile_rules
from bot.moderation.pipeline import FilterPipeline
from bot.moderation.rulefilter import RuleFilter
from bot.moderation.rules import Circumstances, Kind, Mode, Rating, Rule, RuleSet, Thresholds
from bot.moderation.verdict import Action

BY_RATING = {Rating.EVERYONE: Thresholds(0.2, 0.5), Rating.ADULT: Thresholds(0.7, 0.9)}


class Told:
    """Gives the scores it was told, or is down."""

    name = "told"

    def __init__(self, score: float = 0.0, *, down: bool = False) -> None:
        self.score = score
        self.down = down
        self.asked: list[str] = []

    async def scores(self, text: str) -> Mapping[str, float]:
        self.asked.append(text)
        if self.down:
            raise TimeoutError
        return {"violence": 0.95 if "blood" in text else self.score}


def pipeline(judge: Told | None, at: Circumstances | None = None, **more: object) -> FilterPipeline:
    rule = Rule(
        "violence", Kind.CATEGORIES, categories={"violence": BY_RATING}, mode=Mode.ARMED, reason="calm"
    )
    words = Rule("words", Kind.WORDS, terms=("damn",), mode=Mode.ARMED)
    rules = RuleSet((rule if not more else Rule(**{**_fields(rule), **more}), words))  # type: ignore[arg-type]
    return compile_rules(rules, judge).pipeline(at or Circumstances())


def _fields(rule: Rule) -> dict[str, object]:
    return {name: getattr(rule, name) for name in Rule.__dataclass_fields__}


@pytest.mark.parametrize(
    ("rating", "fiction", "score", "action"),
    [
        (Rating.EVERYONE, False, 0.1, Action.ALLOW),
        (Rating.EVERYONE, False, 0.2, Action.FLAG),
        (Rating.EVERYONE, False, 0.5, Action.BLOCK),
        (Rating.EVERYONE, True, 0.25, Action.ALLOW),
        (Rating.EVERYONE, True, 0.55, Action.FLAG),
        (Rating.EVERYONE, True, 0.6, Action.BLOCK),
        (Rating.TEEN, False, 0.5, Action.BLOCK),  # as the next stricter
        (Rating.ADULT, False, 0.5, Action.ALLOW),
        (Rating.ADULT, False, 0.7, Action.FLAG),
        (Rating.ADULT, False, 0.9, Action.BLOCK),
        (Rating.ADULT, True, 0.95, Action.FLAG),
        (Rating.ADULT, True, 1.0, Action.BLOCK),
    ],
)
async def test_two_thresholds_by_rating_and_higher_in_fiction(
    rating: Rating, fiction: bool, score: float, action: Action
) -> None:
    verdict = await pipeline(Told(score), Circumstances(rating=rating, fiction=fiction)).judge("a text")
    assert verdict.action is action
    for hit in verdict.hits:
        assert (hit.term, hit.way, hit.reason, hit.start, hit.end) == (
            "violence",
            f"{score:.2f}",
            "calm",
            0,
            6,
        )


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_fiction_is_never_stricter_and_never_without_limit(one: float, two: float, looser: float) -> None:
    limits = {Rating.EVERYONE: Thresholds(min(one, two), max(one, two))}
    plain = thresholds_at(limits, Circumstances(), looser)
    told = thresholds_at(limits, Circumstances(fiction=True), looser)
    assert plain is not None
    assert told is not None
    assert told.flag >= min(plain.flag, 0.999)
    assert told.flag <= told.block <= 0.999


def test_a_rating_stricter_than_all_that_are_given_has_none() -> None:
    assert thresholds_at({Rating.ADULT: Thresholds()}, Circumstances(), 0.1) is None


async def test_a_judge_that_is_down_is_named_and_the_local_rules_go_on() -> None:
    for judge, name in ((Told(down=True), "categories:told"), (None, "categories")):
        mild = await pipeline(judge).judge("blood")
        assert (mild.action, mild.missing) == (Action.ALLOW, (name,))
        bad = await pipeline(judge).judge("damn blood")
        assert (bad.action, bad.rules, bad.missing) == (Action.BLOCK, ("words",), (name,))


async def test_local_rules_that_fail_block_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    made = pipeline(Told())

    def broken(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(RuleFilter, "check_now", broken)
    verdict = await made.judge("an innocent text")
    assert (verdict.action, verdict.missing) == (Action.BLOCK, ("rules",))
    assert verdict.rules == ("unavailable:rules",)
    assert made.check_now("an innocent text").action is Action.BLOCK


async def test_a_stream_whose_rules_fail_is_shut(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = pipeline(Told()).gate()

    def broken(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(RuleFilter, "words_in", broken)
    assert await gate.feed("an innocent text. " * 20) == ""
    assert gate.shut
    rest, verdict = await gate.finish()
    assert (rest, verdict.action, verdict.missing) == ("", Action.BLOCK, ("rules",))


async def test_in_shadow_nothing_waits_and_nothing_is_stopped() -> None:
    made = pipeline(Told(), mode=Mode.SHADOW)
    gate = made.gate()
    assert not made.whole
    shown = await gate.feed("Blood and blood without end " * 20)
    assert len(shown) > 300
    verdict = await made.judge("blood")
    assert (verdict.action, [hit.rule for hit in verdict.shadow]) == (Action.ALLOW, ["violence"])


SENTENCES = st.lists(
    st.sampled_from(
        [
            "It rains. ",
            "Quiet! ",
            "“Who?” ",
            "下雨了。",
            "There was blood. ",
            "no end ",
            "3.14 ",
            "... ",
            "\n",
        ]
    ),
    max_size=40,
)


@given(SENTENCES, st.lists(st.integers(1, 120), min_size=1, max_size=5))
async def test_a_sentence_is_shown_only_after_it_was_judged(
    sentences: Sequence[str], steps: list[int]
) -> None:
    text = "".join(sentences)
    judge = Told()
    ticks = iter(range(1_000_000))
    gate = pipeline(judge).gate(lambda: float(next(ticks)))
    edges = [0]
    while edges[-1] < len(text):
        edges.append(edges[-1] + steps[len(edges) % len(steps)])
    shown = ""
    for start, end in pairwise(edges):
        shown += await gate.feed(text[start:end])
        assert all(
            any(sentence in told for told in judge.asked) for sentence in shown.split(". ") if sentence
        )
        assert "blood" not in shown
    rest, verdict = await gate.finish()
    assert verdict.action is (Action.BLOCK if "blood" in text else Action.ALLOW)
    assert "blood" not in shown + rest
    if "blood" not in text:
        assert shown + rest == text
