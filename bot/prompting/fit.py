"""Fits a prompt into a model's window by a stated budget.

The estimate errs on the high side: one token for each character of Chinese,
Japanese or Korean, and for each mark; four letters of any other script to a
token, at least one a word.
"""

from __future__ import annotations

import re

_DENSE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]|[\U00010000-\U0010ffff]")
_WORD = re.compile(r"\w+|[^\w\s]")


def estimate(text: str) -> int:
    """About how many tokens a text has."""
    dense = len(_DENSE.findall(text))
    rest = _WORD.findall(_DENSE.sub(" ", text))
    return dense + sum(1 + len(word) // 4 for word in rest) + text.count("\n")


def shortened(text: str, tokens: int) -> str:
    """The end of a text that fits into so many tokens, cut at a line or a word; marked where it was cut."""
    if estimate(text) <= tokens:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high) // 2
        if estimate(text[middle:]) > tokens - 1:
            low = middle + 1
        else:
            high = middle
    kept = text[low:]
    cut = re.search(r"\n|\s|(?<=[。！？])", kept)
    return "…" + (kept[cut.end() :] if cut and cut.end() < len(kept) / 2 else kept)
