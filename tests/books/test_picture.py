"""The picture of who wrote how much: the same key and the same sums as the words that it comes with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.books import picture as pictures
from bot.books.fonts import Pen
from bot.books.looks import COLOURS, SQUARES
from bot.stories.games import words
from tests.books.samples import english


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Everything that is written in a picture."""
    found: list[str] = []
    real = Pen.write

    def write(pen: Pen, draw: object, at: object, text: str, colour: str) -> object:
        found.append(text)
        return real(pen, draw, at, text, colour)  # type: ignore[arg-type]

    monkeypatch.setattr(Pen, "write", write)
    yield found


def test_every_colour_has_its_square() -> None:
    assert len(COLOURS) == len(SQUARES) == len(set(SQUARES)) == len(set(COLOURS))


def test_shares_are_of_words_by_turn_as_in_the_message(written: list[str]) -> None:
    made = english()
    counts = [sum(words(part.text) for part in made.parts if part.by == at) for at in range(3)]
    found = pictures.shares(made)
    assert found == [round(100 * count / sum(counts)) for count in counts] and min(found) > 0
    pictures.picture(made)
    assert {f"{percent} %" for percent in found} <= set(written)
    assert not any("disclosure" in text for text in written)
