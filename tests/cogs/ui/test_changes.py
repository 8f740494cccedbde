"""What changed between two takes, as a reader sees it."""

import pytest

from cogs.ui.changes import compared


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("I must find not", "I shall not", "~~I must find not~~\nI **shall** not"),
        ("a\nb\nc", "a\nx\nc", "a\n~~b~~\n**x**\nc"),
        ("a\nb\nc", "a\nc", "a\n~~b~~\nc"),
        ("a\nc", "a\nb\nc", "a\n**b**\nc"),
        ("a\nb", "x\ny\nz", "~~a~~\n~~b~~\n**x**\n**y**\n**z**"),
        ("春风吹雪", "春风吹雨", "~~春风吹雪~~\n春风吹**雨**"),
        ("a\n\nb", "a\n\n  *c*", "a\n\n~~b~~\n  **\\*c\\***"),
    ],
)
def test_the_old_line_stands_struck_above_the_new_one(old: str, new: str, shown: str) -> None:
    assert compared(old, new) == shown


def test_in_a_paragraph_only_words_are_shown_twice_and_never_glued() -> None:
    before = "The lamp went out. " * 12
    told = compared(before + "She must find it.", before + "She shall see it.")
    assert told.startswith("The lamp went out. The lamp") and told.endswith(" it.")
    assert "~~must find~~ **shall see**" in told or "~~must~~ **shall** ~~find~~ **see**" in told
