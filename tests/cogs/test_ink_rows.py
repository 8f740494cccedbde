"""Rows of the picture of ink: whole words, whole lines where they fit, letters that can be read."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.judging.ink import Inked
from bot.services.ink import InkedText
from cogs.ui.ink_picture import DARKEST, alt_text, contrast, draw, legible, shade
from cogs.ui.ink_rows import Piece, pieces, unseen, wrapped


def rows(text: str, room: int, indent: int = 0, *, cut: int = 3) -> list[str]:
    """A text in rows of so many letters, its tokens of ``cut`` letters each."""
    line = [Piece(text[at : at + cut], 1.0) for at in range(0, len(text), cut)]
    return [row.text for row in wrapped(line, room, len, indent)]


def test_a_word_stays_whole_whatever_its_tokens_are() -> None:
    assert rows("Nor shall Death brag thou", 11) == ["Nor shall", "Death brag", "thou"]
    # Only one that is wider than the row is cut.
    assert rows("it is unbelievable", 6) == ["it is ", "unbeli", "evable"]


def test_chinese_is_cut_anywhere_but_before_its_marks() -> None:
    assert rows("雲想衣裳花想容，春風拂檻", 7) == ["雲想衣裳花想", "容，春風拂檻"]


@given(st.text(alphabet="ab é雲，。 -", max_size=60), st.integers(3, 12))
def test_no_letter_is_lost_and_no_row_is_too_wide(text: str, room: int) -> None:
    found = rows(text, room)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(len(row.strip()) <= room for row in found)
    whole = [word for word in text.split() if len(word) <= room and word.isascii()]
    assert set(whole) <= {word for row in found for word in row.split()} | {w for w in whole if "雲" in text}


def test_a_long_line_of_verse_goes_on_set_in_and_prose_does_not() -> None:
    line = [Piece("one two three four", 1.0)]
    assert [row.goes_on for row in wrapped(line, 9, len, 1)] == [False, True, True]
    assert not any(row.goes_on for row in wrapped([Piece("word " * 20, 1.0)], 9, len, 1))


def test_tokens_stand_over_the_letters_they_wrote_in_every_row() -> None:
    text = "Snow falls on snow"
    inked = (Inked(0, 4, -1.0), Inked(4, 10, -2.0), Inked(10, 18, -3.0))
    (line,) = pieces(text, inked)
    found = [(piece.text.strip(), piece.bits) for row in wrapped(line, 8, len) for piece in row.pieces]
    bits = [one.bits for one in inked]
    assert found == [("Snow", bits[0]), ("falls", bits[1]), ("on", bits[2]), ("snow", bits[2])]


def test_letters_can_be_read_on_every_shade() -> None:
    shades = [shade(DARKEST * step / 100) for step in range(101)]
    assert min(contrast(legible(wash), wash) for wash in shades) >= 6


def height(text: str) -> int:
    picture = draw(InkedText(text, (Inked(0, 4, -1.0),), 2.0), title="x", byline="x", lang="en")
    return Image.open(io.BytesIO(picture)).size[1]


def test_a_line_as_long_as_a_sonnets_is_not_broken() -> None:
    # It is too wide for the largest letters: they get smaller, and the picture no higher.
    assert height("By chance, or nature's changing course untrimm'd;\nA") <= height("By chance\nA")


def test_what_no_font_has_is_seen_to_be_there() -> None:
    def inside(text: str) -> bytes:
        image = Image.open(io.BytesIO(draw(InkedText(text, (), 1.0), title="", byline="", lang="en")))
        return image.crop((0, 90, 1200, 200)).tobytes()

    assert inside("a 🎉") != inside("a ")
    assert unseen("\ufe0f") and unseen("\u200d") and not unseen("🎉")


def test_the_words_that_surprised_are_words() -> None:
    text = "知否，知否？"
    inked = InkedText(text, tuple(Inked(at, at + 1, -1.0 - at) for at in range(6)), 2.0)
    told = alt_text(inked, title="x", lang="zh")
    assert "最深处：否、知、否" in told
