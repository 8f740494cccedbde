"""Moderators' expressions: RE2, within limits, refused with a reason."""

from __future__ import annotations

import pytest

from bot.errors import BadInput
from bot.explain import explain
from bot.moderation.compiled import compile_rules
from bot.moderation.patterns import LONGEST, MOST, Pattern, reach_of
from bot.moderation.rules import Circumstances, Kind, Mode, Rule, RuleSet
from bot.settings import Settings


def hits(text: str, *patterns: str, allow: tuple[str, ...] = ()) -> list[str]:
    rule = Rule("r", Kind.PATTERNS, patterns=patterns, allow=allow, mode=Mode.ARMED)
    verdict = compile_rules(RuleSet((rule,))).pipeline(Circumstances()).check_now(text)
    return [text[hit.start : hit.end] for hit in verdict.hits]


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"sno+w", "Snow, snooow", ["Snow", "snooow"]),
        (r"^first", "first and first", ["first"]),
        (r"\d{3}-\d{4}", "call 555-1234", ["555-1234"]),
        (r"(?i:A)b", "ab", ["ab"]),
        (r"傻.?逼", "傻x逼", ["傻x逼"]),
        (r"x*", "abc", []),  # what matches nothing is no hit
        (r"сolour", "a colour", []),
        (r"colour", "a соlour", ["соlour"]),  # as it is folded, too
    ],
)
def test_what_an_expression_finds(pattern: str, text: str, found: list[str]) -> None:
    assert hits(text, pattern) == found


def test_an_allow_list_spares_what_it_covers() -> None:
    assert hits("snow and snowman", r"snow\w*", allow=("snowman",)) == ["snow"]


@pytest.mark.parametrize(
    "pattern",
    [
        r"(",
        r"[a",
        r"a{2,1}",
        r"(?=a)",
        r"(?<!a)b",
        r"(a)\1",
        r"*a",
        r"a" * (LONGEST + 1),
        r"(?:(?:a{1000}){1000}){9}",
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(pattern: str, settings: Settings) -> None:
    with pytest.raises(BadInput) as error:
        Pattern(pattern)
    assert len(explain(error.value, settings.language)) > 20


def test_a_rule_has_so_many_expressions_at_most() -> None:
    compile_rules(RuleSet((Rule("r", Kind.PATTERNS, patterns=("a",) * MOST),)))
    with pytest.raises(BadInput):
        compile_rules(RuleSet((Rule("r", Kind.PATTERNS, patterns=("a",) * (MOST + 1)),)))


@pytest.mark.parametrize(
    "pattern", [r"(a+)+$", r"(a|aa)+$", r"(.*)*x", r"(a*)*(a*)*(a*)*b", r"([a-z]+)*\d{3}"]
)
def test_no_expression_hangs(pattern: str) -> None:
    list(Pattern(pattern).find("a" * 4_000 + "!"))  # one that backtracks would not end


@pytest.mark.parametrize(
    ("pattern", "width", "spaces", "lines"),
    [
        (r"abc", 3, False, False),
        (r"a.c", 3, True, False),
        (r"a\sc", 3, True, True),
        (r"\d{2,5}", 5, False, False),
        (r"[^x]{2}", 2, True, True),
        (r"a+", 1 << 20, False, False),
        (r"a|b c", 3, True, False),
        (r"\pL+", 1 << 20, True, True),  # which only RE2 knows
    ],
)
def test_how_far_it_can_reach_is_never_told_too_low(
    pattern: str, width: int, spaces: bool, lines: bool
) -> None:
    reach = reach_of(pattern)
    assert (reach.width, reach.spaces, reach.lines) == (width, spaces, lines)
