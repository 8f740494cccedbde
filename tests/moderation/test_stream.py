"""A stream under the rules: however it is cut, the verdict is the whole text's, and nothing forbidden is shown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.moderation.compiled import Compiled, compile_rules
from bot.moderation.pipeline import FilterPipeline
from bot.moderation.rules import Circumstances, Kind, Mode, Rule, RuleSet
from bot.moderation.verdict import Action

TERMS = ("damn", "ass", "kill yourself", "fool*", "*bert*", "c++", "傻逼", "黑社会", "妈的", "大麻")
PATTERNS = (r"\bsno+w\b", r"x.{0,9}y", r"^first", r"last$", r"\d{4}", r"(?:ab)+c?")
PIECES = [
    *("damn", "d4mn", "d a m n", "d.a.m.n", "daaaamn", "dam", "n", "ass", "a", "s", "bass", "a$$", "as", "ume"),
    *("kill", "yourself", " ", "  ", "\n", ". ", ", ", "fool", "ish", "robert", "c++", "c", "+", "bad luck", "the"),
    *("傻", "逼", "傻*逼", "抹黑", "社会", "主义", "妈", "妈的", "很大", "麻烦", "麻", "女马", "shabi", "sha", "bi"),
    *("snow", "snooow", "sn", "x", "y", "q", "z", "first", "last", "1234", "56", "ab", "abc", "\u200b", "\u0301"),
    *("https://ex.org/a", "www.", "ex.org", "@everyone", "<@12345>", "me@ex.org", "+44 20 7946 0958", "d*mn", "dаmn"),
    *("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "one two three four five six seven eight"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
CUTS = st.lists(st.integers(0, 2_000), max_size=20)


def rules(action: Action) -> Compiled:
    made = (
        Rule("words", Kind.WORDS, action, terms=TERMS, allow=("bad luck ass", "robert"), mode=Mode.ARMED),
        Rule("sounds", Kind.WORDS, action, terms=("傻逼",), homophones=True, mode=Mode.ARMED),
        Rule("patterns", Kind.PATTERNS, action, patterns=PATTERNS, mode=Mode.ARMED),
        Rule("links", Kind.LINKS, action, allow=("ex.org",), mode=Mode.ARMED),
        Rule("mentions", Kind.MENTIONS, action, most=1, mode=Mode.ARMED),
        Rule("personal", Kind.PERSONAL, action, mode=Mode.ARMED),
    )
    return compile_rules(RuleSet(made))


BLOCK, MASK = rules(Action.BLOCK), rules(Action.MASK)


async def stream(pipeline: FilterPipeline, text: str, cuts: Sequence[int]) -> tuple[list[str], object]:
    ticks = iter(range(1_000_000))
    gate = pipeline.gate(lambda: float(next(ticks)))  # every piece is late: it is looked at as it comes
    edges = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    shown = [await gate.feed(text[start:end]) for start, end in pairwise(edges)]
    rest, verdict = await gate.finish()
    return [*shown, rest], verdict


@settings(max_examples=400, deadline=None)
@given(TEXTS, CUTS)
async def test_the_verdict_is_the_same_and_nothing_forbidden_is_shown(text: str, cuts: list[int]) -> None:
    pipeline = BLOCK.pipeline(Circumstances())
    whole = await pipeline.judge(text)
    shown, verdict = await stream(pipeline, text, cuts)
    assert verdict == whole
    seen = "".join(shown)
    assert text.startswith(seen)
    if whole.action is Action.ALLOW:
        assert seen == text
    else:
        assert len(seen) <= min(hit.start for hit in whole.hits)


@settings(max_examples=400, deadline=None)
@given(TEXTS, CUTS)
async def test_what_is_masked_is_masked_however_the_stream_is_cut(text: str, cuts: list[int]) -> None:
    pipeline = MASK.pipeline(Circumstances())
    whole = await pipeline.judge(text)
    shown, verdict = await stream(pipeline, text, cuts)
    assert verdict == whole
    assert "".join(shown) == whole.masked()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), CUTS)
async def test_any_unicode_streams(text: str, cuts: list[int]) -> None:
    pipeline = MASK.pipeline(Circumstances())
    shown, verdict = await stream(pipeline, text, cuts)
    whole = await pipeline.judge(text)
    assert verdict == whole
    assert "".join(shown) == whole.masked()


async def test_an_ordinary_text_flows_while_it_is_written() -> None:
    gate = BLOCK.pipeline(Circumstances()).gate()
    text = "Snowy fields lie under the quiet moon, and no one walks there. " * 20
    shown = ""
    behind: list[int] = []
    for start in range(0, len(text), 5):
        shown += await gate.feed(text[start : start + 5])
        behind.append(start - len(shown))
    assert max(behind[len(behind) // 2 :]) < 400
    assert shown


@pytest.mark.parametrize("name", ["evasions-en.jsonl", "evasions-zh.jsonl"])
def test_sets_are_there(name: str) -> None:
    assert (Path(__file__).parent / "sets" / name).stat().st_size > 10_000
