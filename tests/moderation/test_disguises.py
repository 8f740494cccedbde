"""One example of each kind of disguise, with its place in the text; and of what only looks like one."""

from __future__ import annotations

import pytest

from bot.moderation.compiled import compile_rules
from bot.moderation.rules import Circumstances, Kind, Mode, Rule, RuleSet
from bot.moderation.words import reads_as

TERMS = ("moron", "shut up", "pussy", "dick", "gun", "twat", "idiot*", "*wank*", "god", "anus", "ass", "orgy")
HAN = ("傻逼", "王八蛋", "操你妈", "黑社会", "狗屎", "智障", "妈的", "滚蛋", "约炮", "大麻")
RULES = compile_rules(RuleSet((Rule("r", Kind.WORDS, terms=(*TERMS, *HAN), mode=Mode.ARMED),)))


def found(text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in RULES.pipeline(Circumstances()).check_now(text).hits]


@pytest.mark.parametrize(
    "one",
    [
        *("moron", "MoRoN", "ｍｏｒｏｎ", "mörôń", "m̷o̷r̷o̷n̷", "мοгоп", "ⓜⓞⓡⓞⓝ", "🅼🅾🆁🅾🅽", "𝓶𝓸𝓻𝓸𝓷", "🇲🇴🇷🇴🇳"),
        *("ᴍᴏʀᴏɴ", "ᵐᵒʳᵒⁿ", "₥ØⱤØ₦", "ᗰOᖇOᑎ", "ᎷᎾᏒᎾᏁ", "mօʀօռ", "ꓟꓳꓣꓳꓠ"),
        *(
            "m\u200bo\u200dr\u2060o\u00adn",
            "m⁦o⁩ron",
            "mo\u202dron",
            "m0r0n",
            "m()r()n",
            "m⭕r⚪n",
            "/\\/\\oron",
            "rnoron",
        ),
        *(
            "mooooron",
            "mmoorroonn",
            "m o r o n",
            "m.o.r.o.n",
            "m-o-r-o-n",
            "m😀o😀r😀o😀n",
            "m\no\nr\no\nn",
            "mor.on",
            "mo|ron",
        ),
        *("m*ron", "m#r#n", "m**on", "m_ron", "m▇ron", "m★ron", "m0.r0.n", "m００r0n"),
        *("shut up", "SHUT  UP", "shutup", "shut-up", "sh*t up", "5hut up", "s h u t u p", "shut\nup"),
        *("pu55y", "pvssy", "pu$$y", "pus.sy", "p@ssy", "dlck", "d!ck", "d¡ck", "tw@t"),
        *("idi0t", "i.d.i.o.t", "id10t"),
        *(
            "傻逼",
            "傻 逼",
            "傻*逼",
            "傻😀逼",
            "傻\u200b逼",
            "傻x逼",
            "傻（）逼",
            "傻の逼",
            "傻傻逼逼",
            "傻b",
            "shǎ bī",
        ),
        *(
            "shabi",
            "sha逼",
            "傻bi",
            "sha3bi1",
            "王8蛋",
            "王捌蛋",
            "王八🥚",
            "滾蛋",
            "操你女马",
            "里灬社会",
            "黑·社·会",
        ),
        *("🐶屎", "狗💩", "智。障", "約砲", "媽的"),
    ],
)
def test_a_disguise_is_seen_through_where_it_stands(one: str) -> None:
    for before, after in (("", ""), ("you ", "!"), ("“", "”"), ("- ", "\n\n")):
        text = f"{before}{one}{after}"
        assert one in found(text) or one.strip("\u2069") in found(text), (text, found(text))


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("so \u202enorom\u202c there", "norom"),
        ("so uoɹoɯ there", "uoɹoɯ"),
        ("the morons left", "moron"),
        ("two dicks", "dick"),
        ("my wankel", "wank"),
        ("two m0ronz", "m0ron"),
        ("m o r o n s", "m o r o n"),
    ],
)
def test_what_is_found_within(text: str, inside: str) -> None:
    assert found(text) == [inside]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "oxymoron",
            "more on that",
            "nor moro nor",
            "m.o.r.o.s.e",
            "He'll shut. Upward he went",
            "push utter",
        ),
        *(
            "dictionary",
            "Dickens",
            "click",
            "medick",
            "d*nce",
            "d ck",
            "gunnel",
            "Gunn was here",
            "wristwatch",
        ),
        *(
            "swan kernel",
            "a wan key",
            "idio",
            "an idiom",
            "good",
            "gooood",
            "Annus mirabilis",
            "asses and orgies",
        ),
        *(
            "as she",
            "a s she",
            "class",
            "as s",
            "p() returns",
            "f(x) = x^2",
            "**bold** *italic*",
            "Er aß einen Apfel",
        ),
        *(
            "抹黑社会主义",
            "混混蛋糕店",
            "很大麻烦",
            "很大，麻烦",
            "我妈，的确",
            "理智障碍",
            "装傻逼真",
            "翻滚蛋液",
        ),
        *("狗。屎壳郎", "去吧，妈的确老了", "大约炮兵一营", "王小八蛋炒饭"),
    ],
)
def test_what_only_looks_like_one_is_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("letters", "term", "is_it"),
    [
        *(("goooood", "god", False), ("assss", "ass", True), ("asss", "as", False), ("gunn", "gun", False)),
        *(
            ("gunnnn", "gun", True),
            ("moooron", "moron", True),
            ("feeeel", "fel", False),
        ),
    ],
)
def test_stretched_letters_are_read_as_the_longest_word(letters: str, term: str, is_it: bool) -> None:
    assert reads_as(letters, term) is is_it
