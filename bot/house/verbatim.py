"""Finds where a text repeats a private piece word for word.

Examples of a house style are for the model alone.  Whatever a member has the
model do, a long run of their words is not let out; short runs are the language
everybody shares.  Nor does it help to ask for them spelt out, backwards, in
rot13 or in Base64; other ciphers are not looked for.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

_HAN_RANGES = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[{_HAN_RANGES}]|[^\W_]+(?:['’][^\W_]+)*")
_HAN = re.compile(rf"[{_HAN_RANGES}]")

RUN = 24
"""How long a run is: a word counts three, a Chinese character two; so eight words, or twelve characters."""

_WORD, _CHARACTER = 3, 2

LETTERS = 44
"""Letters that are a run too, however they are divided: as many as eight words have."""

_BLOCK = LETTERS // 2
"""Every run of letters holds a whole block of the piece."""

_CODED = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")

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


def _letters(text: str) -> tuple[str, list[int]]:
    """The letters of a text without case and accents, and where each stands; no Chinese ones."""
    found: list[str] = []
    places: list[int] = []
    for at, char in enumerate(text):
        if not char.isalpha() or _HAN.match(char):
            continue
        for plain in unicodedata.normalize("NFKD", char).casefold():
            if plain.isalpha():
                found.append(plain)
                places.append(at)
    return "".join(found), places


class _Letters:
    """Runs of the letters of one text, by its blocks."""

    def __init__(self, letters: str) -> None:
        self._letters = letters
        self._blocks: dict[str, list[int]] = {}
        for at in range(0, len(letters) - _BLOCK + 1, _BLOCK):
            self._blocks.setdefault(letters[at : at + _BLOCK], []).append(at)

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Where runs stand in some letters."""
        at = 0
        while at + _BLOCK <= len(text):
            held = self._blocks.get(text[at : at + _BLOCK])
            run = max((self._around(text, at, place) for place in held), key=_length) if held else (0, 0)
            if _length(run) >= LETTERS:
                yield run
                at = run[1]
            else:
                at += 1

    def _around(self, text: str, at: int, place: int) -> tuple[int, int]:
        """How far the text and this goes on alike on both sides of a block."""
        start, end = at, at + _BLOCK
        while start and place and text[start - 1] == self._letters[place - 1]:
            start, place = start - 1, place - 1
        place += end - start
        while end < len(text) and place < len(self._letters) and text[end] == self._letters[place]:
            end, place = end + 1, place + 1
        return start, end


class Verbatim:
    """Private pieces, ready to be looked for.  Case, punctuation and line breaks make no difference."""

    def __init__(self, pieces: str) -> None:
        words = [token for token, _, _ in _tokens(pieces)]
        self._runs: set[tuple[str, ...]] = set()
        for order in (words, words[::-1]):
            self._runs |= {tuple(order[start:end]) for start, end in _windows(order)}
        letters, _ = _letters(pieces)
        self._spelt = [_Letters(one) for one in (letters, letters[::-1], codecs.encode(letters, "rot13"))]

    @property
    def long_enough(self) -> bool:
        """Whether there is anything that could be repeated at length."""
        return bool(self._runs)

    def find(self, text: str, begin: int = 0) -> list[tuple[int, int]]:
        """Where runs stand in a text from ``begin`` on, those that overlap made one."""
        return _joined(
            (start + begin, end + begin)
            for found in (self._plain(text[begin:]), self._coded(text[begin:]))
            for start, end in found
        )

    def open_from(self, text: str, begin: int = 0) -> int:
        """From where on a run may have begun that only what follows would complete."""
        tail = text[begin:]
        held, at = 0, len(tail)
        for token, start, _ in reversed(_tokens(tail)):
            if held >= RUN:
                break
            held += _weight(token)
            at = start
        _, places = _letters(tail)
        if places:
            at = min(at, places[max(0, len(places) - LETTERS + 1)])
        return begin + at  # Base64 is held back too: what is not divided is one word

    def _plain(self, text: str) -> Iterator[tuple[int, int]]:
        """Runs of words, and of letters however they are divided."""
        tokens = _tokens(text)
        words = [token for token, _, _ in tokens]
        for start, end in _windows(words):
            if tuple(words[start:end]) in self._runs:
                yield tokens[start][1], tokens[end - 1][2]
        letters, places = _letters(text)
        for spelt in self._spelt:
            for start, end in spelt.find(letters):
                yield places[start], places[end - 1] + 1

    def _coded(self, text: str) -> Iterator[tuple[int, int]]:
        """Base64 of a text with runs in it."""
        for found in _CODED.finditer(text):
            held = found[0].rstrip("=").translate(_URL_SAFE)
            try:
                inside = base64.b64decode(held + "=" * (-len(held) % 4)).decode("utf-8", "ignore")
            except (binascii.Error, ValueError):
                continue
            if any(True for _ in self._plain(inside)):
                yield found.span()


_URL_SAFE: Mapping[int, str] = {ord("-"): "+", ord("_"): "/"}


def _length(span: tuple[int, int]) -> int:
    return span[1] - span[0]


def _joined(spans: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that touch made one."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found
