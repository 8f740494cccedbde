"""Counts what a computation takes, instead of timing it: lines of Python that are run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")


class TooManySteps(BaseException):
    """A computation was broken off; no ``except Exception`` of its own hides that."""


def within(most: int, call: Callable[[], T]) -> T:
    """The result of a call that runs at most so many lines of Python.

    Raises:
        TooManySteps: it runs more; it is broken off there.
    """
    left = most

    def line(frame: FrameType, event: str, given: Any) -> Any:
        nonlocal left
        if event == "line":
            left -= 1
            if left < 0:
                raise TooManySteps(most)
        return line

    before = sys.gettrace()
    sys.settrace(line)
    try:
        return call()
    finally:
        sys.settrace(before)
