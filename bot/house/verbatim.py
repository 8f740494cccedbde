"""Finds where a text repeats a private piece word for word.

Examples of a house style are for the model alone.  Whatever a member has the
model do, a long run of their words is not let out; short runs are the language
everybody shares.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_TOKEN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]|[^\W_]+(?:['’][^\W_]+)*")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")

RUN = 24
"""How long a run is: a word counts three, a Chinese character two; so eight words, or twelve characters."""

_WORD, _CHARACTER = 3, 2

Token = tuple[str, int, int]


def _tokens(text: str) -> list[Token]:
    return [(found[0].casefold().replace("’", "'"), *found.span()) for found in _TOKEN.finditer(text)]


def _weight(token: str) -> int:
    return _CHARACTER if _HAN.match(token) else _WORD


def _windows(words: Sequence[str]) -> list[tuple[int, int]]:
    """From each word on, the shortest stretch that is a run."""
    found: list[tuple[int, int]] = []
    end = held = 0
    for start, word in enumerate(words):
        while end < len(words) and held < RUN:
            held += _weight(words[end])
            end += 1
        if held < RUN:
            break
        found.append((start, end))
        held -= _weight(word)
    return found


class Verbatim:
    """Private pieces, ready to be looked for.  Case, punctuation and line breaks make no difference."""

    def __init__(self, pieces: str) -> None:
        words = [token for token, _, _ in _tokens(pieces)]
        self._runs = {tuple(words[start:end]) for start, end in _windows(words)}

    @property
    def long_enough(self) -> bool:
        """Whether there is anything that could be repeated at length."""
        return bool(self._runs)

    def find(self, text: str, begin: int = 0) -> list[tuple[int, int]]:
        """Where runs stand in a text from ``begin`` on, those that overlap made one."""
        tokens = _tokens(text[begin:])
        words = [token for token, _, _ in tokens]
        found: list[tuple[int, int]] = []
        for start, end in _windows(words):
            if tuple(words[start:end]) not in self._runs:
                continue
            first, last = tokens[start][1] + begin, tokens[end - 1][2] + begin
            if found and first <= found[-1][1]:
                found[-1] = (found[-1][0], last)
            else:
                found.append((first, last))
        return found

    def open_from(self, text: str, begin: int = 0) -> int:
        """From where on a run may have begun that only what follows would complete."""
        tokens = _tokens(text[begin:])
        held = 0
        at = len(text)
        for token, start, _ in reversed(tokens):
            if held >= RUN:
                break
            held += _weight(token)
            at = start + begin
        return at
