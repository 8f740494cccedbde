"""The marks of chat within a paragraph: bold, hidden, code, links, and what is typed with a backslash.

Each mark is looked for once from each side, so that reading takes a time in
proportion to the text, whatever it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.books.mentions import TOKEN, word
from bot.books.runs import Run, Runs, Source

DEPTH = 6
"""Styles within one another; what is deeper stays as it is typed."""

_SPECIAL = re.compile(r"[\\`*_~|<\[]|https?://")
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_URL = re.compile(r"https?://[^\s<>\"|*]{1,1500}")
_ANGLED = re.compile(r"<(https?://[^\s<>]{1,1500})>")
_LINK = re.compile(
    r"\[((?:\\.|[^\[\]\\\n]|\[[^\[\]\n]{0,80}\]){1,400})\]"
    r"\(<?(https?://[^\s()<>]{1,1500}(?:\([^\s()<>]{0,200}\)[^\s()<>]{0,200})?)>?"
    r"(?:[ ]+\"[^\"\n]{0,200}\")?\)"
)
_PAIRS: tuple[tuple[str, str], ...] = (("**", "strong"), ("__", "u"), ("~~", "s"), ("||", "spoiler"))
_SKIPPED = r"\\[\s\S]|(?<!`)(`+)(?!`)[^`]+\1(?!`)"
_CLOSING: Mapping[str, re.Pattern[str]] = {
    "**": re.compile(rf"{_SKIPPED}|(?P<close>\*\*(?!\*))"),
    "__": re.compile(rf"{_SKIPPED}|(?P<close>__(?!_))"),
    "~~": re.compile(rf"{_SKIPPED}|(?P<close>~~)"),
    "||": re.compile(rf"{_SKIPPED}|(?P<close>\|\|)"),
    "*": re.compile(rf"{_SKIPPED}|(?P<close>\*+)"),
    "_": re.compile(rf"{_SKIPPED}|(?P<close>_+)"),
}


class Inline:
    """Reads the marks within a paragraph."""

    def __init__(self, source: Source, called: Mapping[int, str]) -> None:
        self._source = source
        self._text = source.text
        self._called = called
        self._runs = Runs()
        self._open: dict[tuple[str, int], int] = {}  # from where on a mark is known not to be closed

    def read(self) -> list[Run]:
        """The paragraph as runs, each in its style."""
        self._walk(0, len(self._text), (), "")
        return self._runs.made

    def _put(self, start: int, end: int, style: tuple[str, ...], link: str) -> None:
        self._runs.cut(self._source, start, end, style, link)

    def _walk(self, at: int, end: int, style: tuple[str, ...], link: str) -> None:
        while at < end:
            found = _SPECIAL.search(self._text, at, end)
            if found is None:
                self._put(at, end, style, link)
                return
            self._put(at, found.start(), style, link)
            at = found.start()
            after = self._marked(at, end, style, link)
            if after is None:  # it marks nothing
                after = at + 1
                if self._text[at] in "*_`":  # a run of them stands as a whole
                    while after < end and self._text[after] == self._text[at]:
                        after += 1
                self._put(at, after, style, link)
            at = after

    def _marked(self, at: int, end: int, style: tuple[str, ...], link: str) -> int | None:
        """Where what begins here ends, once it is put; None if nothing does."""
        text = self._text
        match text[at]:
            case "\\":
                if _ESCAPED.match(text, at, end) is None:
                    return None
                self._put(at + 1, at + 2, style, link)
                return at + 2
            case "`":
                return self._code(at, end, style, link)
            case "<":
                return self._token(at, end, style, link)
            case "[" if not link and (found := _LINK.match(text, at, end)) is not None:
                self._walk(found.start(1), found.end(1), style, found[2])
                return found.end()
            case "h" if not link and (at == 0 or not text[at - 1].isalnum()):
                found = _URL.match(text, at, end)
                if found is None:
                    return None
                href = _trimmed(found[0])
                self._put(at, at + len(href), style, href)
                return at + len(href)
            case _:
                return self._styled(at, end, style, link) if len(style) < DEPTH else None

    def _code(self, at: int, end: int, style: tuple[str, ...], link: str) -> int | None:
        count = 1
        while at + count < end and self._text[at + count] == "`":
            count += 1
        mark, start = "`" * count, at + count
        if self._known_open(mark, start, end):
            return None
        for found in re.finditer(r"`+", self._text[start:end]):
            if len(found[0]) == count and found.start():
                close = start + found.start()
                self._put(start, close, (*style, "code"), link)
                return close + count
        self._open[mark, end] = start
        return None

    def _token(self, at: int, end: int, style: tuple[str, ...], link: str) -> int | None:
        if (found := TOKEN.match(self._text, at, end)) is not None:
            self._runs.put(word(found, self._called), self._source.by[at], style, link)
            return found.end()
        if not link and (found := _ANGLED.match(self._text, at, end)) is not None:
            self._put(found.start(1), found.end(1), style, found[1])
            return found.end()
        return None

    def _styled(self, at: int, end: int, style: tuple[str, ...], link: str) -> int | None:
        text = self._text
        for mark, name in _PAIRS:
            if text.startswith(mark, at, end) and name not in style:
                close = self._closed(mark, at + 2, end)
                if close is not None and text[at + 2 : close].strip():
                    self._walk(at + 2, close, (*style, name), link)
                    return close + 2
        mark = text[at]
        if mark not in "*_" or "em" in style or at + 1 >= end or text[at + 1].isspace():
            return None
        if mark == "_" and at and (text[at - 1].isalnum() or text[at - 1] == "_"):
            return None
        close = self._closed(mark, at + 1, end)
        if close is None:
            return None
        self._walk(at + 1, close, (*style, "em"), link)
        return close + 1

    def _closed(self, mark: str, start: int, end: int) -> int | None:
        """Where a mark that was opened before ``start`` is closed."""
        if self._known_open(mark, start, end):
            return None
        double = False  # whether a pair of the same sign is open in it
        for found in _CLOSING[mark].finditer(self._text, start, end):
            if found["close"] is None or found.start() == start:
                continue
            at, count = found.start(), len(found["close"])
            if len(mark) == 2:
                return at
            if count == 2 or (count > 2 and not double):
                double = not double
                continue
            at += 2 if count > 2 else 0
            if self._text[at - 1].isspace():
                if mark == "*":
                    break
                continue
            if mark == "_" and at + 1 < len(self._text) and self._text[at + 1].isalnum():
                continue
            return at
        self._open[mark, end] = start
        return None

    def _known_open(self, mark: str, start: int, end: int) -> bool:
        """Whether it was looked for before, from no further on, in vain."""
        return self._open.get((mark, end), len(self._text) + 1) <= start


def _trimmed(href: str) -> str:
    """An address without the punctuation of the sentence around it."""
    while href:
        opening = {")": "(", "]": "["}.get(href[-1])
        unpaired = opening is not None and href.count(href[-1]) > href.count(opening)
        if not (unpaired or href[-1] in ".,:;!?'"):
            break
        href = href[:-1]
    return href
