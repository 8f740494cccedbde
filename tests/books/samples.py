"""Books to render: one in English, one in Chinese, a screenplay, and any that Hypothesis can think of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from bot.attribution.disclosure import SOURCE_TYPES
from bot.books.model import Book, Chapter, Hand, Part, Run, Writer, clean
from bot.i18n.text import texts
from bot.ids import Lang

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

ENGLISH = (
    ("The lamp went out.\nNobody on the stairs dared to breathe; below them the sea went on as if nothing"
     " had happened.", 0),
    ("Ben went down, step by step, counting. At forty he stopped.", 1),
    ("“Forty-one,” said the dark, ", 2),
    ("and it had his mother's voice.", 0),
)  # fmt: skip

SCREENPLAY = (
    ("INT. LIGHTHOUSE - NIGHT\n\nThe lamp goes out. *Silence.*\n\nANN (O.S.)\n(whispering)\nBen?\n"
     "Are you there?", 0),
    ("BEN\nForty.\n\nCUT TO:\n\n> THE END <", 1),
)  # fmt: skip


def say(lang: Lang) -> dict[str, str]:
    """What a book needs of the interface's words."""
    return {key.removeprefix("bound."): text for key, text in texts(lang).items() if key.startswith("bound.")}


def book(*chapters: Chapter, lang: Lang = "en", **more: Any) -> Book:
    """A book of these chapters, by two members and a model."""
    given: dict[str, Any] = {
        "title": {"en": "The lighthouse", "zh": "灯塔"}[lang],
        "language": lang,
        "identifier": "urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e",
        "writers": (
            Writer({"en": "Ann", "zh": "林间"}[lang], Hand.MEMBER, 120, 60),
            Writer({"en": "Ben", "zh": "小舟"}[lang], Hand.MEMBER, 50, 25),
            Writer("scripted/scripted", Hand.MODEL, 30, 15),
        ),
        "chapters": chapters,
        "licence": "CC BY-SA 4.0",
        "disclosure": "ai-assisted",
        "source_type": SOURCE_TYPES["ai-assisted"],
        "began": AT,
        "ended": AT,
        "made": AT,
        "words": 45,
        "generator": "Renga 0.1",
        "say": say(lang),
    }
    return Book(**given | more)


def part(number: int, *runs: tuple[str, int], **more: Any) -> Part:
    """A part of these words."""
    return Part(number=number, runs=tuple(Run(text, who) for text, who in runs), by=runs[0][1], at=AT, **more)


def english() -> Book:
    """A story in two chapters."""
    one = Chapter("Going down", (part(1, ENGLISH[0]), part(2, ENGLISH[1], scene="On the stairs")))
    two = Chapter("The voice", (part(3, ENGLISH[2], ENGLISH[3], edited=True), part(4, ("", 1), erased=True)))
    return book(one, two)


def chinese() -> Book:
    """A story in Chinese, its members' indents and all."""
    first = part(1, ("　　灯灭了。\n楼梯上没有人敢呼吸，下面的海照旧拍着石头，好像什么也没有发生。", 0))
    second = part(2, ("小舟一级一级往下走，数着。数到四十，他停住了。", 1))
    third = part(3, ("“四十一。”黑暗说，", 2), ("是他母亲的声音。", 0))
    return book(Chapter("第一章　下楼", (first, second, third)), lang="zh")


def screenplay() -> Book:
    """A screenplay in two parts."""
    parts = tuple(part(number, one) for number, one in enumerate(SCREENPLAY, 1))
    return book(Chapter("", parts), script=True)


NASTY = st.sampled_from(
    [
        "<script>alert(1)</script>", "</style>", "&amp;", "{{ 7*7 }}", "{% raw %}", "[a](http://x.y)",
        "![i](x)", "# head", "- list", "1. one", "> quote", "```", "    code", "\ttab", "***", "|a|b|",
        "http://evil.example", "<b>", "]]>", "<!--", "-->", "\u202e", "\x00", "\x0b", "\ud800", "\uffff",
        "\U0001f600", "é", "/*", "*/", "[[", "]]", "INT. X", "@名", "~la", "===", "\r\n", "\u2028", "$x",
        "\\",
    ]
)  # fmt: skip

ANY = st.lists(st.one_of(NASTY, st.text(max_size=12), st.just("\n"), st.just(" ")), max_size=8).map("".join)
"""Any text that somebody might write, the worst among it."""


@st.composite
def any_book(draw: st.DrawFn) -> Book:
    """A book of anything."""
    writers = tuple(
        Writer(draw(ANY), draw(st.sampled_from(Hand)), 1, 1) for _ in range(draw(st.integers(1, 4)))
    )
    who = st.integers(0, len(writers) - 1)
    number = 0
    chapters: list[Chapter] = []
    for _ in range(draw(st.integers(0, 3))):
        parts: list[Part] = []
        for _ in range(draw(st.integers(1, 3))):
            number += 1
            runs = draw(st.lists(st.tuples(ANY.map(clean), who), min_size=1, max_size=3))
            parts.append(part(number, *runs, scene=draw(st.one_of(st.just(""), ANY))))
        chapters.append(Chapter(draw(ANY), tuple(parts)))
    return book(
        *chapters,
        lang=draw(st.sampled_from(["en", "zh"])),
        title=draw(ANY),
        writers=writers,
        licence=draw(ANY),
        verse=draw(st.booleans()),
        script=draw(st.booleans()),
    )
