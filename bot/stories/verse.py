"""Linked verse, measured: 5-7-5 and 7-7 in turn, by syllables in English and by characters in Chinese."""

from __future__ import annotations

from bot.errors import BadInput
from bot.forms.check import AnyShape, check, shape_of
from bot.forms.guide.guided import Guided
from bot.forms.model import Holds
from bot.ids import Lang

FORM = "renga"
"""What linked verse is called where a form is named."""

VERSES: tuple[tuple[int, ...], ...] = ((5, 7, 5), (7, 7))
"""The long verse, which begins, and the short one that answers it."""


def _shape(verse: tuple[int, ...]) -> AnyShape:
    count = len(verse)
    chinese = {"language": "zh", "lines": count, "characters": list(verse)}
    shape = shape_of(FORM, {"lines": count, "syllables": list(verse), "zh": chinese})
    assert shape is not None  # it has a table
    return shape


_SHAPES = tuple(_shape(verse) for verse in VERSES)


def verse_after(before: int) -> tuple[int, ...]:
    """The measure of the verse that follows so many others, line by line."""
    return VERSES[before % len(VERSES)]


def longest_after(before: int) -> int:
    """The most words that the verse after so many others can have: each of them one syllable."""
    return sum(verse_after(before))


def guide(before: int, language: Lang, seed: int = 0) -> Guided:
    """What keeps a model to the measure of the verse that follows so many others."""
    return Guided(form=FORM, shape=_SHAPES[before % len(_SHAPES)], language=language, seed=seed)


def measured(text: str, before: int) -> None:
    """Refuse a verse that has not the measure of its place; what is only doubtful may pass.

    A word that no dictionary knows, or that is said in several ways, is doubtful:
    its writer knows better.

    Raises:
        BadInput: with the number of lines, or with the first line that is too short or too long.
    """
    wanted = verse_after(before)
    report = check(text, _SHAPES[before % len(_SHAPES)])
    if len(report.lines) != len(wanted):
        raise BadInput("story.renga_lines", wanted=len(wanted), found=len(report.lines))
    for number, line in enumerate(report.lines, 1):
        wrong = next((one for one in line.findings if one.holds is Holds.NO and not one.advice), None)
        if wrong is not None:
            raise BadInput("story.verse_length", line=number, wanted=wrong.wanted, found=wrong.found)
