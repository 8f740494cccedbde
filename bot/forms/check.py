"""Checks a text against a form of any language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from bot.forms.chinese.check import check_chinese
from bot.forms.chinese.shape import ChineseShape, read_chinese
from bot.forms.english.check import check_english
from bot.forms.english.shape import Shape, custom, read_shape
from bot.forms.model import Finding, FormReport, Holds, LineReport

__all__ = [
    "AnyShape",
    "ChineseShape",
    "Shape",
    "TwoShapes",
    "check",
    "custom",
    "measures",
    "shape_of",
    "written_in",
]

Tongue = Literal["en", "zh", "other", ""]

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class TwoShapes:
    """A form that is written in both languages, each by its own measure: a haiku."""

    form: str
    english: Shape
    chinese: ChineseShape


AnyShape = Shape | ChineseShape | TwoShapes


def shape_of(form: str, table: Mapping[str, Any]) -> AnyShape | None:
    """What a form's ``[shape]`` table demands; None for a form without one, which is not checked.

    ``described = "ABAB, 8 6 8 6"`` is a form that somebody describes; ``language = "zh"`` makes it a
    Chinese one; a table ``[shape.zh]`` within an English one is for texts in Chinese.

    Raises:
        ValueError: the table is not as it should be.
    """
    if not table:
        return None
    if "described" in table:
        return custom(table["described"])
    if table.get("language") == "zh":
        return read_chinese(form, table)
    english = read_shape(form, {key: value for key, value in table.items() if key != "zh"})
    return TwoShapes(form, english, read_chinese(form, table["zh"])) if "zh" in table else english


def written_in(text: str) -> Tongue:
    """The language that a text is measured in, by its letters.

    Chinese if it has at least as many characters as words of Latin letters; "" if it has no letter at all.
    """
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    letters = len(_LETTER.findall(text))
    if letters > 2 * (han + sum(map(len, _LATIN.findall(text)))):
        return "other"
    return "zh" if han and han >= latin else "en" if latin else ""


def measures(shape: AnyShape, text: str) -> bool:
    """Whether a form is checked in the language of a text; one that demands nothing is in every one."""
    tongue = written_in(text)
    if isinstance(shape, TwoShapes):
        return tongue != "other"
    if isinstance(shape, Shape) and shape == Shape(form=shape.form):
        return True
    return tongue in ("", "zh" if isinstance(shape, ChineseShape) else "en")


def check(text: str, shape: AnyShape, *, topic: str = "", book: str = "") -> FormReport:
    """What of a form holds in a text and what does not.

    Args:
        text: the poem.
        shape: what its form demands.
        topic: what an acrostic spells.
        book: the rhyme book for Chinese: ``pingshui``, ``cilin``, ``xinyun``, ``tongyun``; "" for the usual.
    """
    if not measures(shape, text):
        return _foreign(text, shape)
    if isinstance(shape, TwoShapes):
        shape = shape.chinese if written_in(text) == "zh" else shape.english
    report = _checked(text, shape, topic, book)
    if report.holds is not Holds.YES and (rest := _untitled(text)):
        without = _checked(rest, shape, topic, book)
        # A form of any length takes a title for a line: it is none if the poem keeps the form without it.
        if without.holds > report.holds:
            return without
    return report


def _checked(text: str, shape: Shape | ChineseShape, topic: str, book: str) -> FormReport:
    if isinstance(shape, ChineseShape):
        return check_chinese(text, shape, topic=topic, book=book)
    return check_english(text, shape, topic=topic)


def _untitled(text: str) -> str:
    """What follows a first line that stands alone; "" if none does, or if every line does."""
    rows = [row.strip() for row in text.strip().splitlines()]
    if len(rows) < 4 or rows[1]:
        return ""
    rest = "\n".join(rows[2:]).strip()
    spaced = all(not (one and other) for one, other in pairwise(rest.split("\n")))
    return "" if spaced else rest


def _foreign(text: str, shape: AnyShape) -> FormReport:
    """The report of a text in a language that the form is not measured in."""
    wanted = "zh" if isinstance(shape, ChineseShape) else "en"
    if isinstance(shape, TwoShapes):
        wanted = "en/zh"
    told = Finding("language", wanted, written_in(text), Holds.NO, "language")
    rows = [row.strip() for row in text.splitlines()]
    lines = tuple(LineReport(row, (told,)) for row in rows if _LETTER.search(row))
    return FormReport(form=shape.form, lines=lines, findings=(told,))
