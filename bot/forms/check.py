"""Checks a text against a form of any language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.forms.english.check import check_english
from bot.forms.english.shape import Shape, custom, read_shape
from bot.forms.model import FormReport

__all__ = ["Shape", "check", "custom", "shape_of"]


def shape_of(form: str, table: Mapping[str, Any]) -> Shape | None:
    """What a form's ``[shape]`` table demands; None for a form without one, which is not checked.

    Raises:
        ValueError: the table is not as it should be.
    """
    return read_shape(form, table) if table else None


def check(text: str, shape: Shape, *, topic: str = "") -> FormReport:
    """What of a form holds in a text and what does not."""
    return check_english(text, shape, topic=topic)
