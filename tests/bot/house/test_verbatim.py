"""Long runs of private pieces are found however they are written, and shared phrases are not."""

import base64
import codecs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.house.verbatim import Verbatim

PIECE = "The lighthouse keeper counts the waves at night\nand writes each one a letter in the dark."
CHINESE = "守灯人在夜里数着海浪，给每一朵写一封长信。"


def test_a_long_run_is_found_where_it_stands() -> None:
    text = "She said: the LIGHTHOUSE keeper — counts the waves, at night; and slept."
    ((start, end),) = Verbatim(PIECE).find(text)
    assert text[start:end] == "the LIGHTHOUSE keeper — counts the waves, at night; and"


def test_a_short_run_is_the_language_everybody_shares() -> None:
    assert not Verbatim(PIECE).find("the lighthouse keeper counts the waves by day")
    assert not Verbatim("too short to be known").long_enough


def test_chinese_is_counted_by_the_character() -> None:
    text = "他写道：守灯人在夜里数着海浪，给每一朵云。"
    ((start, end),) = Verbatim(CHINESE).find(text)
    assert text[start:end] == "守灯人在夜里数着海浪，给每一朵"
    assert not Verbatim(CHINESE).find("守灯人在夜里数着星星")


WAYS = {
    "spaced": lambda text: " ".join(text),
    "dotted": lambda text: ".".join(text),
    "a letter a line": "\n".join,
    "no spaces": lambda text: "".join(text.split()),
    "cut elsewhere": lambda text: " ".join(
        "".join(text.split())[at : at + 3] for at in range(0, len(text), 3)
    ),
    "accents": lambda text: text.replace("e", "é").replace("a", "å"),
    "backwards": lambda text: text[::-1],
    "words backwards": lambda text: " ".join(reversed(text.split())),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "base64": lambda text: "It is " + base64.b64encode(text.encode()).decode() + " in short",
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "dashes and stars": lambda text: "-*-".join(text.split()),
    "numbered": lambda text: " ".join(f"{at}. {word}" for at, word in enumerate(text.split())),
}


@pytest.mark.parametrize("way", sorted(WAYS))
def test_asking_for_it_in_another_shape_does_not_help(way: str) -> None:
    shaped = WAYS[way](PIECE)
    found = Verbatim(PIECE).find(f"Gladly! {shaped} That was it.")
    covered = sum(end - start for start, end in found)
    assert covered >= 0.6 * len(shaped), way


@pytest.mark.parametrize("way", ["spaced", "backwards", "base64", "dotted"])
def test_chinese_in_another_shape(way: str) -> None:
    assert Verbatim(CHINESE).find(WAYS[way](CHINESE))


def test_letters_that_stand_in_a_piece_by_chance_are_free() -> None:
    known = Verbatim(PIECE)
    assert not known.find("The light, the house, the keeper; and at night the waves count each letter.")
    assert not known.find("aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ= is a greeting, and " + "nothing " * 40)


PARTS = [
    "the ", "waves ", "lighthouse ", "x" * 30, PIECE, PIECE[::-1], " ".join(PIECE), "灯", ". ", "—",
    base64.b64encode(PIECE.encode()).decode(), CHINESE, PIECE.replace(" ", ""),
]  # fmt: skip


@example([base64.b64encode(PIECE.encode()).decode()], [7] * 30)
@example([" ".join(PIECE)], [7] * 30)
@given(st.lists(st.sampled_from(PARTS), max_size=8), st.lists(st.integers(1, 60), min_size=1, max_size=40))
def test_nothing_of_a_run_is_let_out_before_it_is_found(pieces: list[str], steps: list[int]) -> None:
    text = "".join(pieces)
    known = Verbatim(PIECE + "\n" + CHINESE)
    runs = known.find(text)
    shown = end = 0
    for step in [*steps, len(text)]:
        end = min(len(text), end + step)
        if known.find(text[:end], shown):
            break
        shown = known.open_from(text[:end], shown)
    else:
        assert not runs
    if runs:
        assert shown <= runs[0][0]
