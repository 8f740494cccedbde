"""A stream under the rules: cut anywhere, its verdict is the whole text's, and nothing forbidden is shown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.moderation.compiled import Compiled, compile_rules
from bot.moderation.pipeline import FilterPipeline
from bot.moderation.rules import Circumstances, Kind, Mode, Rule, RuleSet
from bot.moderation.verdict import Action, Hit, Verdict

TERMS = (
    *("damn", "ass", "kill yourself", "fool*", "*bert*", "c++"),
    *("傻逼", "黑社会", "妈的", "大麻", "王八蛋"),
)
PATTERNS = (r"\bsno+w\b", r"x.{0,9}y", r"^first", r"last$", r"\d{4}", r"(?:ab)+c?")
PIECES = [
    *(
        "damn",
        "d4mn",
        "d a m n",
        "d.a.m.n",
        "daaaamn",
        "dam",
        "n",
        "ass",
        "a",
        "s",
        "bass",
        "a$$",
        "as",
        "ume",
    ),
    *(
        "kill",
        "yourself",
        " ",
        "  ",
        "\n",
        ". ",
        ", ",
        "fool",
        "ish",
        "robert",
        "c++",
        "c",
        "+",
        "bad luck",
        "the",
    ),
    *(
        "傻",
        "逼",
        "傻*逼",
        "抹黑",
        "社会",
        "主义",
        "妈",
        "妈的",
        "很大",
        "麻烦",
        "麻",
        "女马",
        "shabi",
        "sha",
        "bi",
    ),
    *(
        "snow",
        "snooow",
        "sn",
        "x",
        "y",
        "q",
        "z",
        "first",
        "last",
        "1234",
        "56",
        "ab",
        "abc",
        "\u200b",
        "\u0301",
    ),
    *(
        "https://ex.org/a",
        "www.",
        "ex.org",
        "@everyone",
        "<@12345>",
        "me@ex.org",
        "+44 20 7946 0958",
        "d*mn",
        "dаmn",
    ),
    *(
        "\u202enmad\u202c",
        "\u202e",
        "nmad",
        "uɯɐp",
        "da|\\/|n",
        "|\\",
        "/|",
        "d*m",
        "*",
        "f()ol",
        "()",
        "傻x逼",
        "x逼",
    ),
    *(
        "傻傻逼逼",
        "逼逼",
        "大の麻",
        "👩\u200d🚀",
        "\u200d",
        "🇩🇪",
        "🇪",
        "k*ll y**rself",
        "kıll",
        "ß",
        "8",
        "@here",
    ),
    *(
        ":regional_indicator_d:",
        ":regional_indicator_a:",
        ":regional_indicator_m:",
        "_n:",
        ":r",
        "<:letter_m:123456789012345678>",
        "<a:n:12345>",
        "<:a",
        "<:m:123456789",
    ),
    *(
        "傻1逼",
        "1",
        "23",
        "黑9社",
        "会",
        "(2)",
        "傻ˉ逼",
        "傻ab",
        "大7",
        "八",
        "王8蛋",
        "8",
        "flg",
        "法",
        "l功",
        "轮",
    ),
    *(
        "ᗪ卂爪几",
        "卂",
        "爪",
        "๔ค",
        "๓ภ",
        "ค",
        "dam〽",
        "+",
        "`",
        "`dam`n",
        "s.",
        "!.",
        "da.",
        "m.",
        "fo*l",
        "be*t",
    ),
    *(
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "one two three four five six seven eight",
    ),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=80).map("".join)
STEPS = st.lists(st.integers(1, 9), min_size=1, max_size=9)
"""How long the pieces are, over and over."""


def words(action: Action) -> tuple[Rule, ...]:
    return (
        Rule("words", Kind.WORDS, action, terms=TERMS, allow=("bad luck ass", "robert"), mode=Mode.ARMED),
        Rule("sounds", Kind.WORDS, action, terms=("傻逼",), homophones=True, mode=Mode.ARMED),
    )


def chinese(action: Action) -> tuple[Rule, ...]:
    return (
        Rule("plain", Kind.WORDS, action, terms=TERMS, mode=Mode.ARMED),
        Rule("initials", Kind.WORDS, action, terms=("法轮功",), initials=True, mode=Mode.ARMED),
    )


def searches(action: Action) -> tuple[Rule, ...]:
    return (
        Rule("patterns", Kind.PATTERNS, action, patterns=PATTERNS, mode=Mode.ARMED),
        Rule("links", Kind.LINKS, action, allow=("ex.org",), mode=Mode.ARMED),
        Rule("mentions", Kind.MENTIONS, action, most=1, mode=Mode.ARMED),
    )


def personal(action: Action) -> tuple[Rule, ...]:
    return (
        Rule("personal", Kind.PERSONAL, action, mode=Mode.ARMED),
        Rule("secrets", Kind.SECRETS, action, mode=Mode.ARMED),
        Rule("loose", Kind.PATTERNS, action, patterns=(r"q[^z]*z",), mode=Mode.ARMED),
    )


def made(action: Action) -> list[Compiled]:
    return [compile_rules(RuleSet(rules(action))) for rules in (words, chinese, searches, personal)]


BLOCK, MASK = made(Action.BLOCK), made(Action.MASK)
EACH = pytest.mark.parametrize("number", range(4), ids=("words", "chinese", "searches", "personal"))


async def stream(pipeline: FilterPipeline, text: str, steps: Sequence[int]) -> tuple[list[str], Verdict]:
    ticks = iter(range(1_000_000))
    gate = pipeline.gate(lambda: float(next(ticks)))  # every piece is late: it is looked at as it comes
    edges = [0]
    for step in cycle(steps):
        if edges[-1] >= len(text):
            break
        edges.append(edges[-1] + step)
    shown = [await gate.feed(text[start:end]) for start, end in pairwise(edges)]
    rest, verdict = await gate.finish()
    return [*shown, rest], verdict


@EACH
@settings(max_examples=400, deadline=None)
@given(text=TEXTS, steps=STEPS)
async def test_the_verdict_is_the_same_and_nothing_forbidden_is_shown(
    number: int, text: str, steps: list[int]
) -> None:
    pipeline = BLOCK[number].pipeline(Circumstances())
    whole = await pipeline.judge(text)
    shown, verdict = await stream(pipeline, text, steps)
    assert verdict == whole
    seen = "".join(shown)
    assert text.startswith(seen)
    if whole.action is Action.ALLOW:
        assert seen == text
    else:
        assert len(seen) <= min(hit.start for hit in whole.hits)


@EACH
@settings(max_examples=400, deadline=None)
@given(text=TEXTS, steps=STEPS)
async def test_what_is_masked_is_masked_however_the_stream_is_cut(
    number: int, text: str, steps: list[int]
) -> None:
    pipeline = MASK[number].pipeline(Circumstances())
    whole = await pipeline.judge(text)
    shown, verdict = await stream(pipeline, text, steps)
    assert verdict == whole
    assert "".join(shown) == whole.masked()


@EACH
@settings(max_examples=100, deadline=None)
@given(text=st.text(st.characters(codec=None), max_size=300), steps=STEPS)
async def test_any_unicode_streams(number: int, text: str, steps: list[int]) -> None:
    pipeline = MASK[number].pipeline(Circumstances())
    shown, verdict = await stream(pipeline, text, steps)
    whole = await pipeline.judge(text)
    assert verdict == whole
    assert "".join(shown) == whole.masked()


async def test_an_ordinary_text_flows_while_it_is_written() -> None:
    gate = (
        compile_rules(RuleSet((*words(Action.BLOCK), *searches(Action.BLOCK))))
        .pipeline(Circumstances())
        .gate()
    )
    text = "Snowy fields lie under the quiet moon, and no one walks there. " * 20
    shown = ""
    behind: list[int] = []
    for start in range(0, len(text), 5):
        shown += await gate.feed(text[start : start + 5])
        behind.append(start - len(shown))
    assert max(behind[len(behind) // 2 :]) < 520
    assert shown


SHORT = Rule("short", Kind.WORDS, Action.MASK, terms=("damn",), mode=Mode.ARMED)
FREE = Rule("free", Kind.MENTIONS, Action.MASK, most=1, mode=Mode.ARMED)


@pytest.mark.parametrize(
    ("rule", "text", "hidden"),
    [
        (
            SHORT,
            f"\u202eenin thgie neves xis evif ruof eerht owt eno neves neves nmad\u202c{' ok' * 40}",
            "nmad",
        ),
        (SHORT, "all " + "\\/ " * 30 + "da/\\/\\n", "da/"),
        (FREE, f"<@12345> @everyone {'and so on ' * 20}", "@everyone"),
    ],
)
async def test_what_depends_on_what_was_long_before_is_not_shown(rule: Rule, text: str, hidden: str) -> None:
    pipeline = compile_rules(RuleSet((rule,))).pipeline(Circumstances())
    shown, verdict = await stream(pipeline, text, [1])
    assert verdict == await pipeline.judge(text)
    assert "".join(shown) == pipeline.check_now(text).masked()
    assert hidden not in "".join(shown)


@pytest.mark.parametrize("action", [Action.BLOCK, Action.MASK])
@pytest.mark.parametrize(
    "text",
    [
        *("evil\n[dot]com", "me[at]ex\n[dot]org", "discord\n.gg/abc", "discord.gg\n/abc", "join\n.gg/abc"),
        *("密码\n:abc12345", "密码:\nabc12345", "微信:\nabc12345", "me\n[at]ex.org", "+1 415\n555 2671"),
    ],
)
async def test_what_goes_over_the_end_of_a_line_is_not_shown_before_it_is_known(
    text: str, action: Action
) -> None:
    whole = f"look {text} and so on{' and on' * 20}"
    for rules in (searches, personal):
        pipeline = compile_rules(RuleSet(rules(action))).pipeline(Circumstances())
        shown, verdict = await stream(pipeline, whole, [1])
        assert verdict == await pipeline.judge(whole)
        if action is Action.MASK:
            assert "".join(shown) == verdict.masked()
        elif verdict.hits:
            assert len("".join(shown)) <= verdict.hits[0].start


class Flat:
    """A filter of which only the longest match is known."""

    name = "flat"
    reach = 3

    async def check(self, text: str) -> Sequence[Hit]:
        return [Hit(at, at + 2, "sn", Action.MASK) for at in range(len(text)) if text.startswith("sn", at)]


async def test_no_character_is_shown_in_halves() -> None:
    text = "sn\u0301\u0302 a e\u0301\u0302 👩\u200d🚀 and so it goes on"
    shown, _ = await stream(FilterPipeline([Flat()]), text, [1])
    assert "".join(shown) == "▇▇ a e\u0301\u0302 👩\u200d🚀 and so it goes on"
    assert not any(piece[:1] in ("\u0301", "\u0302", "\u200d", "🚀") for piece in shown if piece)


@pytest.mark.parametrize("name", ["evasions-en.jsonl", "evasions-zh.jsonl"])
def test_sets_are_there(name: str) -> None:
    assert (Path(__file__).parent / "sets" / name).stat().st_size > 10_000
