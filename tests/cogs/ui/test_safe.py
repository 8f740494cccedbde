"""What members and models say is shown as typed and does nothing (P2, P5)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.safe import inserted, line, plain_line, quoted, removed, upright, verse

# How Discord's clients read a message (Discord docs, Message Formatting).
ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
MENTION = re.compile(r"<(?:@[!&]?|#|a?:\w+:|t:|/[^>]+:|id:)[^>\s]*>")
EVERYONE = re.compile(r"@(everyone|here)", re.IGNORECASE)
LINK = re.compile(r"\b(?:https?|steam|ftp|discord)://\S", re.IGNORECASE)
INVITE = re.compile(r"discord(?:app)?\.(?:gg|com/invite)/\S", re.IGNORECASE)
MASKED = re.compile(r"(?<!\\)\[[^\]]*\]\([^)]*\)")

PAYLOADS = [
    "@everyone",
    "@here",
    "@EVERYONE",
    "<@123456789012345678>",
    "<@!123456789012345678>",
    "<@&123456789012345678>",
    "<#123456789012345678>",
    "<:pepe:123456789012345678>" * 10,
    "<a:dance:123456789012345678>",
    "<t:1700000000:R>",
    "</poem:123456789012345678>",
    "<id:customize>",
    "[click](https://evil.example)",
    "[click](<https://evil.example>)",
    "[a](discord://x)",
    "https://discord.gg/abc",
    "discord.gg/abc",
    "discord.com/invite/abc",
    "discordapp.com/invite/abc",
    "DISCORD.GG/abc",
    "<https://evil.example>",
    "hTTps://evil.example",
    "steam://run/1",
    "```py\nprint(1)\n```",
    "``double``",
    "`code`",
    "||spoiler||",
    "# heading",
    "## heading",
    "### heading",
    "-# small",
    "> quote",
    ">>> quote",
    "* item",
    "- item",
    "1. item",
    "*x* **x** __x__ ~~x~~ _x_",
    "\\@everyone",
    "\\<@123456789012345678>",
    "\\\\*x*",
    "\u202egnp.exe",
    "mailto:a@b.c",
]


def as_shown(text: str) -> str:
    """What a reader sees of escaped text: escapes resolved, gaps unseen."""
    return ESCAPE.sub(r"\1", text).replace("\u200b", "")


def without_escapes(text: str) -> str:
    """The text as a parser meets it: an escaped character is no mark any more."""
    return ESCAPE.sub("\ue000", text)


def harmless(text: str) -> None:
    seen = without_escapes(text)
    assert not MENTION.search(seen)
    assert not EVERYONE.search(seen)
    assert not LINK.search(seen)
    assert not INVITE.search(seen)
    assert not MASKED.search(seen)
    assert "`" not in seen
    assert not re.search(r"[*_~|]", seen)
    assert not re.search(r"^\s*(#{1,3}\s|-#|>|[-+]\s|\d+[.)]\s)", seen, re.MULTILINE)
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payloads_do_nothing(payload: str) -> None:
    harmless(verse(payload))
    harmless(verse(f"words {payload} words"))
    harmless(verse(f"line\n{payload}\nline"))
    harmless(line(payload))


@given(st.text(max_size=200))
def test_any_text_does_nothing(text: str) -> None:
    harmless(verse(text))
    harmless(line(text))


ALPHABET = st.text(alphabet="\\*_~|`[]()<>@#-+:/.!&1 \nabeverydiscordhttpg", max_size=120)


@given(ALPHABET)
def test_marks_in_any_order_do_nothing(text: str) -> None:
    harmless(verse(text))


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"]), max_size=200))
def test_shown_as_typed(text: str) -> None:
    assert as_shown(verse(text)) == text


def test_verse_keeps_lines_and_spaces() -> None:
    poem = "snow\n    falls *softly*\n\n        on _everything_\r\nat once"
    assert as_shown(verse(poem)) == poem.replace("\r\n", "\n")


def test_an_indented_first_line_is_not_stripped() -> None:
    assert upright("   deep").strip() != "deep"
    assert upright("deep") == "deep"


@pytest.mark.parametrize(
    "name",
    [
        "@everyone",
        "a\u202egnp",
        "Z" + "\u0300" * 40 + "algo",
        "💀" * 60,
        "two\nlines",
        "**bold**",
        "<@1>",
        "   ",
        "\u200b\u200b\u2060",
    ],
)
def test_names_are_one_short_harmless_line(name: str) -> None:
    shown = line(name, 32)
    harmless(shown)
    plain = plain_line(name, 32)
    assert "\n" not in plain and len(plain) <= 32 * 8
    assert not re.search("[\u0300-\u036f]{4}", plain)


def test_an_invisible_name_is_empty() -> None:
    assert plain_line(" \u200b\u2060\ufeff ") == ""


def test_quoted_input_cannot_leave_its_block() -> None:
    given_back = quoted("x ``` @everyone ``` y")
    assert given_back.count("```") == 2
    assert given_back.startswith("```") and given_back.endswith("```")


def test_comparison_marks_hug_words_on_every_line() -> None:
    assert inserted(" dark\nsnow ") == " **dark**\n**snow** "
    assert removed("old *x*") == "~~old \\*x\\*~~"
