"""Fits a prompt into a stated budget: what matters least goes first.

The estimate errs on the high side for scripts that tokenizers know badly: one
token for each character of Chinese, Japanese or Korean and for each mark, three
for what lies outside the basic plane (emoji), four letters of Latin script to a
token and two of any other, at least one a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_ASTRAL = re.compile(r"[\U00010000-\U0010ffff]")
_DENSE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]")
_CUTS = tuple(map(re.compile, (r"\n", r"[。！？；]|[.!?;](?=\s)", r"\s|[，、]")))
"""Places to cut a text at, the best first: lines, sentences, words."""
_WORD = re.compile(r"[0-9A-Za-z\u00c0-\u024f_]+|(\w+)|[^\w\s]")


def estimate(text: str) -> int:
    """About how many tokens a text has."""
    text, astral = _ASTRAL.subn(" ", text)
    text, dense = _DENSE.subn(" ", text)
    words = sum(
        1 + (match.end() - match.start()) // (2 if match.group(1) else 4) for match in _WORD.finditer(text)
    )
    return 3 * astral + dense + words + text.count("\n")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a prompt that may have to give way.

    ``keep`` says what is left of it when it must shrink: its start, its end, or
    nothing (``whole``: a part of it would be worse than none).
    """

    name: str
    text: str
    keep: Literal["whole", "start", "end"]


def fitted(parts: Sequence[Part], tokens: int) -> dict[str, str]:
    """The texts of the parts within so many tokens altogether; the first in line gives way first."""
    texts = {part.name: part.text for part in parts}
    over = sum(map(estimate, texts.values())) - tokens
    for part in parts:
        if over <= 0:
            break
        size = estimate(part.text)
        left = "" if part.keep == "whole" else shortened(part.text, size - over, keep=part.keep)
        texts[part.name] = left
        over -= size - estimate(left)
    return texts


def shortened(text: str, tokens: int, *, keep: Literal["start", "end"] = "end") -> str:
    """A text within so many tokens, cut at a line, a sentence or a word; … shows where it was cut.

    "" if not even a few words would be left.
    """
    if estimate(text) <= tokens:
        return text
    if tokens < 8:
        return ""
    low, high = 0, len(text)
    while low < high:  # the most characters that fit, counted from the end that is kept
        middle = (low + high + 1) // 2
        fits = estimate(text[:middle] if keep == "start" else text[-middle:]) < tokens
        low, high = (middle, high) if fits else (low, middle - 1)
    kept = text[:low] if keep == "start" else text[len(text) - low :]
    for cut in _CUTS:  # the best kind of place that leaves more than half
        ends = [match.end() for match in cut.finditer(kept)]
        if keep == "start" and ends and ends[-1] > low / 2:
            return kept[: ends[-1]].rstrip() + "…"
        if keep == "end" and ends and ends[0] < low / 2:
            return "…" + kept[ends[0] :].lstrip("\n")
    return kept.rstrip() + "…" if keep == "start" else "…" + kept.lstrip("\n")
