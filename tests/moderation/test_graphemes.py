"""A mask covers what is seen as one character, whole and once; a stream is cut between such characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.moderation.compiled import compile_rules
from bot.moderation.graphemes import covered, extends, settled, whole
from bot.moderation.rules import Circumstances, Kind, Mode, Rule, RuleSet
from bot.moderation.verdict import Action

MARKED = ("e\u0301", "e\u0301\u0323\u0489", "❤\ufe0f", "नि", "1\ufe0f\u20e3", "\u0301", "\u200d")
JOINED = ("👩\u200d🚀", "👍🏽", "🇩🇪", "🇫", "각", "\u1100\u1161\u11a8", "🏴\U000e0067\U000e007f", "\r\n")
PIECES = st.lists(st.sampled_from(("a", " ", "傻", *MARKED, *JOINED)), max_size=20)


@pytest.mark.parametrize(
    "one",
    [
        "e\u0301",
        "👩\u200d👩\u200d👧",
        "👍🏽",
        "🇩🇪",
        "❤\ufe0f",
        "1\ufe0f\u20e3",
        "\u1100\u1161\u11a8",
        "नि",
        "\r\n",
    ],
)
def test_what_is_one_is_not_cut(one: str) -> None:
    text = f"a{one}b"
    for start in range(1, len(one)):
        assert extends(text, start + 1)
    assert whole(text, 2 if len(one) > 1 else 1, 2) == (1, 1 + len(one))
    assert not extends(text, 1)
    assert not extends(text, 1 + len(one))


@given(PIECES.map("".join), st.integers(0, 60), st.integers(0, 60))
def test_nothing_is_cut(text: str, start: int, end: int) -> None:
    first, last = whole(text, min(start, len(text)), min(end, len(text)))
    assert not extends(text, first)
    assert not extends(text, last)
    assert not extends(text, settled(text, end))


@given(PIECES.map("".join), st.integers(0, 60), st.integers(1, 9), st.integers(0, 60))
def test_what_is_covered_piece_by_piece_is_what_is_covered_at_once(
    text: str, start: int, many: int, cut: int
) -> None:
    spans = [(min(start, len(text)), min(start + many, len(text)))]
    cut = min(cut, len(text))
    assert covered(text, spans, "▇", 0, cut) + covered(text, spans, "▇", cut) == covered(text, spans, "▇")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("so damn cold", "so ▇▇▇▇ cold"),
        ("d\u0301a\u0336m\u0489n\u0301 it", "▇▇▇▇ it"),
        ("d\u200ba\u200bm\u200bn", "▇▇▇▇"),
        ("kill  yourself", "▇▇▇▇  ▇▇▇▇▇▇▇▇"),
        ("🇩🇦🇲🇳 it", "▇▇ it"),
        ("👩damn\u200d🚀", "👩▇▇▇▇"),
        ("傻\u200d逼了", "▇▇了"),
    ],
)
def test_a_mask_covers_each_character_once(text: str, masked: str) -> None:
    rule = Rule("r", Kind.WORDS, Action.MASK, terms=("damn", "kill yourself", "傻逼"), mode=Mode.ARMED)
    verdict = compile_rules(RuleSet((rule,))).pipeline(Circumstances()).check_now(text)
    assert verdict.masked() == masked
