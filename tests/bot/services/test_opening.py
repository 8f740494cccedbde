"""A work begins with the member's own opening, once, whatever the model makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.opening import Opening


def through(opening: str, *pieces: str) -> str:
    stream = Opening(opening)
    return "".join(stream.feed(piece) for piece in pieces[:-1]) + stream.finish(pieces[-1])


@pytest.mark.parametrize(
    ("opening", "written", "whole"),
    [
        ("", "Rain falls.", "Rain falls."),
        ("The snow", "The snow falls late.", "The snow falls late."),
        ("The snow", "and then the thaw", "The snow\nand then the thaw"),
        ("The snow\nfell", "the snow fell\nall night", "The snow\nfell\nall night"),
        ("The snow", "The snail went on.", "The snow\nThe snail went on."),
        ("The snow", "The sn", ""),
        ("The snow", "The snow", ""),
        ("The snow", "", ""),
        ("床前", "床前明月光", "床前明月光"),
        ("床前", "明月光", "床前\n明月光"),
        ("  ", "Rain.", "Rain."),
    ],
)
def test_it_is_there_once(opening: str, written: str, whole: str) -> None:
    assert through(opening, written) == whole
    assert through(opening, *written, "") == whole


@given(st.text(min_size=1, max_size=20).filter(str.strip), st.text(min_size=1, max_size=40), st.data())
def test_how_the_text_is_cut_into_pieces_never_matters(opening: str, more: str, data: st.DataObject) -> None:
    written = data.draw(st.sampled_from([more, opening + more, f"{opening}\n{more}"]))
    cut = data.draw(st.integers(0, len(written)))
    whole = through(opening, written)
    assert through(opening, written[:cut], written[cut:]) == whole
    assert through(opening, *written) == whole
    assert not whole or whole.startswith(opening)
