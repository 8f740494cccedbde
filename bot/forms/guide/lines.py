"""What a guided line of English must be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.forms.guide.words import sound_of

_STOPS = ",.;:!?，。；：！？、"


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        least, most: syllables.
        foot: the metre's foot, ``x/``; "" for none.
        rhyme: its letter; "" for none.
        again: number of the line that it repeats, from 0; with ``part`` only its first ``most`` syllables.
        word: lines of one such letter end in the same word; "" for any.
        holds: the letter of a word that stands within it; "" for none.
        tail: the words that it ends in, after the one that rhymes; "" for none.  They are not counted.
        initial: the letter that it begins with; "" for any.
        blank_before: an empty line goes before it.
        text: it is given: locked, or the opening.
    """

    least: int
    most: int
    foot: str = ""
    rhyme: str = ""
    again: int | None = None
    part: bool = False
    word: str = ""
    holds: str = ""
    tail: str = ""
    initial: str = ""
    blank_before: bool = False
    text: str = ""


def given_lines(lines: Sequence[Line], given: Sequence[str]) -> tuple[Line, ...]:
    """The plan with what is there already, by place; "" for the lines to be written."""
    return tuple(
        replace(line, text=text) if text else line
        for line, text in zip(lines, (*given, *[""] * len(lines)), strict=False)
    )


def put_lines(text: str, lines: Sequence[str], new: Mapping[int, str]) -> str:
    """A text with some of its lines replaced, by number from 1; signs behind a line stay as they are."""
    at = 0
    for number, line in enumerate(lines, 1):
        found = text.find(line, at)
        if found < 0:
            continue
        end = found + len(line)
        written = new.get(number, line)
        if written != line and text[end : end + 1] in tuple(_STOPS):
            written = written.rstrip(_STOPS)
        text = text[:found] + written + text[end:]
        at = found + len(written)
    return text


def opening_words(line: str, most: int) -> str:
    """The first words of a line, up to so many syllables."""
    said, syllables = line.split(" "), 0
    for count, word in enumerate(said, 1):
        sound = sound_of(word.strip(",;:.!?").lower())
        syllables += len(sound.stress) if sound else 1
        if syllables >= most:
            return " ".join(said[:count]).rstrip(",;:.!?")
    return line
