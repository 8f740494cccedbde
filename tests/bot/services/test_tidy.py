import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.tidy import Tidy


def tidy(pieces: list[str]) -> str:
    stream = Tidy()
    return "".join(stream.feed(piece) for piece in pieces)


@pytest.mark.parametrize(
    ("said", "kept"), [("  snow\n falls \n\n", "snow\n falls"), ("< three", "< three"), ("   ", "")]
)
def test_every_way_of_cutting_gives_the_same(said: str, kept: str) -> None:
    assert tidy([said]) == kept
    assert tidy(list(said)) == kept


@given(st.lists(st.sampled_from(["snow", " ", "\n", "雪"])))
def test_pieces_do_not_matter(pieces: list[str]) -> None:
    said = "".join(pieces)
    assert tidy(pieces) == tidy([said]) == tidy(list(said))
