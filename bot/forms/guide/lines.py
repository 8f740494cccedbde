"""What a guided line of English must be, and the plans of forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.forms.english import scheme
from bot.forms.english.scheme import Place
from bot.forms.english.shape import Shape
from bot.forms.guide.words import sound_of

DEFAULT = 8
"""Syllables of a line where the form leaves them open and there is rhyme: iambic tetrameter."""

_STOPS = ",.;:!?，。；：！？、"

_ROOMY = {"villanelle": 10, "rondeau": 8, "triolet": 8}
_NARROW = {"limerick": ((8, 9), (8, 9), (5, 6), (5, 6), (8, 9))}
"""Narrower than the form allows, so that the lines that pair sound alike."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        least, most: syllables.
        foot: the metre's foot, ``x/``; "" for none.
        rhyme: its letter; "" for none.
        again: number of the line that it repeats, from 0; with ``part`` only its first ``most`` syllables.
        end: the word that it must end in; "" for any.
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
    end: str = ""
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


def plan(shape: Shape, *, lines: int | None = None, topic: str = "", seed: int = 0) -> tuple[Line, ...]:
    """The lines of a form; none for a form that cannot be guided (ghazal, sestina, free verse).

    Args:
        lines: how many are wanted, where the form leaves that open.
        topic: what an acrostic spells.
        seed: decides among the schemes that a form allows.
    """
    if shape.chain in ("ghazal", "sestina"):
        return ()
    initials = [letter for letter in topic.casefold() if "a" <= letter <= "z"] if shape.acrostic else []
    if shape.acrostic:
        return tuple(Line(6, 9, initial=letter) for letter in initials[:24])
    count = _count(shape, lines)
    if not count:
        return ()
    ways = shape.places(count)
    name, places = ways[seed % len(ways)] if ways else ("", tuple(Place("") for _ in range(count)))
    breaks = _breaks(shape, name, count)
    first: dict[str, int] = {}
    out: list[Line] = []
    for at, place in enumerate(places):
        line = replace(_measure(shape, at), rhyme=place.rhyme, blank_before=at in breaks)
        if place.refrain:
            if place.refrain in first:
                line = replace(line, again=first[place.refrain])
            first.setdefault(place.refrain, at)
            if shape.form == "rondeau":
                line = replace(line, again=0, part=True, most=4, rhyme="")
        out.append(line)
    return tuple(out)


def _count(shape: Shape, lines: int | None) -> int:
    if shape.count is not None and shape.count[0] == shape.count[1]:
        return shape.count[0]
    if shape.stanzas:
        size = len(scheme.read(shape.stanzas[0]))
        wanted = lines or (size if size == 2 else 2 * size)
        return max(size, wanted - wanted % size)
    if shape.chain:
        return {"terza rima": 10, "pantoum": 12}[shape.chain]
    if shape.metre or shape.syllables:
        return lines or len(shape.syllables) or 8
    return 0


def _measure(shape: Shape, at: int) -> Line:
    if shape.metre is not None:
        size = len(shape.metre.foot) * shape.metre.feet
        return Line(size, size, shape.metre.foot)
    narrow = _NARROW.get(shape.form)
    if narrow:
        return Line(*narrow[at % len(narrow)])
    if shape.syllables:
        least, most = shape.syllables[at % len(shape.syllables)]
        middle = (least + most) // 2
        rhymed = bool(shape.stanzas or shape.schemes)
        return Line(middle, middle, "x/" if rhymed and middle % 2 == 0 else "")
    size = _ROOMY.get(shape.form, DEFAULT)
    return Line(size, size, "x/")


def _breaks(shape: Shape, name: str, count: int) -> set[int]:
    """Lines before which a stanza ends; sonnets are set in one block."""
    if shape.stanzas:
        size = len(scheme.read(shape.stanzas[0]))
        return set(range(size, count, size)) if size > 2 else set()
    if shape.chain:
        size = 3 if shape.chain == "terza rima" else 4
        return set(range(size, count, size))
    parts = name.split(" ")
    if len(parts) < 2 or count == 14:
        return set()
    breaks: set[int] = set()
    at = 0
    for part in parts[:-1]:
        at += len(scheme.read(part))
        breaks.add(at)
    return breaks
