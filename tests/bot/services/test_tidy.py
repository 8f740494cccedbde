import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.tidy import Tidy


def tidy(pieces: list[str]) -> str:
    stream = Tidy()
    return "".join([stream.feed(piece) for piece in pieces] + [stream.finish()])


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  snow\n falls \n\n", "snow\n falls"),
        ("<think>hm,\n5-7-5</think>\n\nsnow", "snow"),
        ("<think></think><think>again</think>snow", "snow"),
        ("<think>never ends", ""),
        ("< three", "< three"),
        ("<thin ice", "<thin ice"),
        ("<", "<"),
        ("a <think>b</think>", "a <think>b</think>"),
        ("   ", ""),
    ],
)
def test_every_way_of_cutting_gives_the_same(said: str, kept: str) -> None:
    assert tidy([said]) == kept
    assert tidy(list(said)) == kept


@given(st.lists(st.sampled_from(["<think>", "</think>", "snow", " ", "\n", "<", "th", "ink>", "雪"])))
def test_pieces_do_not_matter(pieces: list[str]) -> None:
    said = "".join(pieces)
    assert tidy(pieces) == tidy([said]) == tidy(list(said))
