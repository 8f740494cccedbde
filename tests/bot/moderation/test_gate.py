"""The gate: however a stream is cut, the verdict is the whole text's, and nothing forbidden is shown."""

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.moderation.pipeline import FilterPipeline
from bot.moderation.verdict import Action, Hit


class Words:
    """Whole words, as a rule of a server would match them."""

    def __init__(self, action: Action, *words: str) -> None:
        self.name = f"words-{action.name}"
        self._action = action
        self._pattern = re.compile(r"\b(?:" + "|".join(words) + r")\b")
        self.reach = max(map(len, words))

    async def check(self, text: str) -> Sequence[Hit]:
        return self.check_now(text)

    def check_now(self, text: str) -> Sequence[Hit]:
        return [Hit(m.start(), m.end(), self.name, self._action) for m in self._pattern.finditer(text)]


class Whole:
    """A judge of whole sentences."""

    name = "whole"
    reach = 0

    async def check(self, text: str) -> Sequence[Hit]:
        return [Hit(0, len(text), self.name, Action.BLOCK)] if "cruel" in text else []


class Broken:
    name = "broken"
    reach = 5

    async def check(self, text: str) -> Sequence[Hit]:
        raise RuntimeError


TEXTS = st.lists(
    st.sampled_from(["damn", "dam", "n", " ", "bad luck", "bad", "luck", "good", ". ", "雪", "\n", "damned"]),
    max_size=14,
).map("".join)


async def stream(pipeline: FilterPipeline, text: str, cuts: list[int]) -> tuple[str, list[str], object]:
    gate = pipeline.gate()
    edges = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    shown: list[str] = []
    for start, end in pairwise(edges):
        shown.append(await gate.feed(text[start:end]))
    rest, verdict = await gate.finish()
    return "".join([*shown, rest]), shown, verdict


@given(TEXTS, st.lists(st.integers(0, 200), max_size=12))
async def test_masked_text_is_the_same_however_it_is_cut(text: str, cuts: list[int]) -> None:
    pipeline = FilterPipeline([Words(Action.MASK, "damn", "bad luck")])
    whole = await pipeline.judge(text)
    shown, _, verdict = await stream(pipeline, text, cuts)
    assert shown == whole.masked()
    assert verdict.hits == whole.hits  # type: ignore[attr-defined]


@given(TEXTS, st.lists(st.integers(0, 200), max_size=12))
async def test_nothing_forbidden_is_ever_shown(text: str, cuts: list[int]) -> None:
    pipeline = FilterPipeline([Words(Action.BLOCK, "damn", "bad luck")])
    whole = await pipeline.judge(text)
    shown, _, verdict = await stream(pipeline, text, cuts)
    if whole.action is Action.ALLOW:
        assert shown == text
    else:
        first = whole.hits[0].start
        assert len(shown) <= first
        assert text.startswith(shown)
    assert verdict.action is whole.action  # type: ignore[attr-defined]


@given(TEXTS, st.lists(st.integers(0, 200), max_size=12))
async def test_a_judge_of_whole_texts_sees_each_sentence_before_anybody(text: str, cuts: list[int]) -> None:
    text = text.replace("bad", "cruel")
    shown, _, verdict = await stream(FilterPipeline([Whole()]), text, cuts)
    assert "cruel" not in shown
    assert (verdict.action is Action.BLOCK) == ("cruel" in text)  # type: ignore[attr-defined]


async def test_without_filters_everything_passes_at_once() -> None:
    gate = FilterPipeline([]).gate()
    assert await gate.feed("snow") == "snow"
    assert await gate.finish() == ("", (await FilterPipeline([]).judge("snow")))


async def test_a_filter_that_fails_is_named_and_blocks_only_if_it_must() -> None:
    open_ = await FilterPipeline([Broken()]).judge("snow")
    assert (open_.missing, open_.action) == (("broken",), Action.ALLOW)
    closed = await FilterPipeline([Broken()], fail_closed=frozenset({"broken"})).judge("snow")
    assert closed.action is Action.BLOCK


def test_what_can_be_judged_at_once_is() -> None:
    pipeline = FilterPipeline([Words(Action.BLOCK, "damn"), Whole()])
    assert pipeline.check_now("damn").action is Action.BLOCK
    assert pipeline.check_now("cruel").action is Action.ALLOW


class Sentences(Whole):
    """Remembers what it was asked to judge."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def check(self, text: str) -> Sequence[Hit]:
        self.asked.append(text)
        return []


@pytest.mark.parametrize("text", ["It is 3.14 and", "Wait... and", "a.b"])
async def test_a_piece_that_ends_at_a_full_stop_ends_no_sentence(text: str) -> None:
    judge = Sentences()
    gate = FilterPipeline([judge]).gate()
    stop = text.index(".") + 1
    await gate.feed("x" * 500 + " " + text[:stop])  # long enough to be looked at
    assert not judge.asked, "what follows the full stop may belong to it"
    await gate.feed(text[stop:])
    await gate.finish()
    assert judge.asked[-1].endswith(text)


async def test_a_rule_in_shadow_stops_no_stream() -> None:
    class Shadow(Words):
        def check_now(self, text: str) -> Sequence[Hit]:
            return [hit._replace(shadow=True) for hit in super().check_now(text)]

        async def check(self, text: str) -> Sequence[Hit]:
            return self.check_now(text)

    text = "a lantern glows over the water. " * 40
    shown, pieces, verdict = await stream(
        FilterPipeline([Shadow(Action.BLOCK, "lantern")]), text, list(range(0, len(text), 50))
    )
    assert shown == text and any(pieces)
    assert verdict.action is Action.ALLOW and len(verdict.shadow) == 40  # type: ignore[attr-defined]


async def test_a_judge_of_sentences_is_told_again_what_stood_before() -> None:
    judge = Sentences()
    gate = FilterPipeline([judge]).gate()
    first, later = "One by one they left. " * 30, "Nobody saw it. " * 40
    await gate.feed(first)
    await gate.feed(later)
    assert judge.asked[1].count("they left.") > 5 and "Nobody saw it." in judge.asked[1]
