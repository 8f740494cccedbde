"""Checks a text against a form of any language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.forms.chinese.check import check_chinese
from bot.forms.chinese.shape import ChineseShape, read_chinese
from bot.forms.english.check import check_english
from bot.forms.english.shape import Shape, custom, read_shape
from bot.forms.model import FormReport

__all__ = ["AnyShape", "ChineseShape", "Shape", "TwoShapes", "check", "custom", "measures", "shape_of"]

_HAN = re.compile(r"[\u3400-\u9fff]")


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


def measures(shape: AnyShape, text: str) -> bool:
    """Whether a form is checked in the language of a text."""
    han = bool(_HAN.search(text))
    return isinstance(shape, TwoShapes) or isinstance(shape, ChineseShape) == han


def check(text: str, shape: AnyShape, *, topic: str = "", book: str = "") -> FormReport:
    """What of a form holds in a text and what does not.

    Args:
        text: the poem.
        shape: what its form demands.
        topic: what an acrostic spells.
        book: the rhyme book for Chinese: ``pingshui``, ``cilin``, ``xinyun``, ``tongyun``; "" for the usual.
    """
    if isinstance(shape, TwoShapes):
        shape = shape.chinese if _HAN.search(text) else shape.english
    if isinstance(shape, ChineseShape):
        return check_chinese(text, shape, topic=topic, book=book)
    return check_english(text, shape, topic=topic)
