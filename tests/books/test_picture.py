"""The picture of who wrote how much: the same key and the same sums as the words that it comes with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.books import picture as pictures
from bot.books.fonts import Pen
from bot.books.looks import COLOURS, SQUARES
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
    made = replace(
        made, writers=tuple(replace(one, words=n) for one, n in zip(made.writers, (20, 15, 5), strict=True))
    )
    assert pictures.shares(made) == [50, 38, 12]
    pictures.picture(made)
    assert {"50 %", "38 %", "12 %"} <= set(written)
    assert not any("disclosure" in text for text in written)
