"""What is read otherwise than letter by letter: turned text, drawn letters, Chinese with things put in.

Folding takes each character by itself; these few disguises need their
neighbours.  They are read once more, rewritten, with the place of every
character of the result; most texts have none of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from string import ascii_letters, digits
from typing import NamedTuple

from bot.moderation.fold import codes_of

TURNED = 64
"""Most characters of text written from right to left."""
_HAN = "\u3400-\u9fff"
_DRAWN = {
    "\\/\\/": "w",
    "|\\/|": "m",
    "/\\/\\": "m",
    "/v\\": "m",
    "|\\|": "n",
    "/\\/": "n",
    "(_)": "u",
    "|_|": "u",
    "|-|": "h",
    "|=": "f",
    ")-(": "h",
    "|<": "k",
    "|{": "k",
    "|>": "p",
    "|*": "p",
    "|)": "d",
    "|2": "r",
    "|3": "b",
    "|_": "l",
    "()": "o",
    "[]": "o",
    "{}": "o",
    "<>": "o",
    "/\\": "a",
    "\\/": "v",
    "><": "x",
}
_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_FORMAL = dict(zip("壹贰貳叁參肆伍陆陸柒捌玖拾", "一二二三三四五六六七八九十", strict=True))
_PICTURES = dict(
    zip(
        "🐶🐕🐷🐖🥚🐔🐓🐴🐎🐮🐂💩🔫💣🐢🐍💊☠🐭🐑🍵🌿👩👨🔥💧",
        "狗狗猪猪蛋鸡鸡马马牛牛屎枪炸龟蛇药死鼠羊茶麻女男火水",
        strict=True,
    )
)
_UPSIDE = dict(zip("ɐqɔpǝɟƃɥᴉıɾʞןlɯuodbɹsʇnʌʍxʎz", "abcdefghiijkllmnopqrstuvwxyz", strict=True))
_UPSIDE_ONLY = "ɐɔǝɟƃɥᴉɾʞɯɹʇʌʍʎ"


class Piece(NamedTuple):
    """Characters ``start:end`` of the original, what they are read as, and the way of the disguise."""

    start: int
    end: int
    text: str
    way: str
    turned: bool = False


class Rewritten(NamedTuple):
    """A text read otherwise: character ``i`` of ``text`` is ``begins[i]:ends[i]`` of the original."""

    text: str
    begins: list[int]
    ends: list[int]
    pieces: list[Piece]

    def span(self, start: int, end: int) -> tuple[int, int, str] | None:
        """Where characters of the text are in the original, and how; None if nothing there was rewritten."""
        first, last = min(self.begins[start:end]), max(self.ends[start:end])
        way = next((one.way for one in self.pieces if one.start < last and one.end > first), None)
        return None if way is None else (first, last, way)


def rewritten(text: str) -> Rewritten | None:
    """The text read otherwise; None if there is nothing to be."""
    rules: list[_Rule] = [_DRAWN_RULE] if _is_drawn(text) else []
    if not text.isascii():
        rules.extend(_rules_for(text))
    pieces = sorted(piece for rule, read in rules for piece in read(rule, text))
    if not pieces:
        return None
    made: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    kept: list[Piece] = []
    at = 0
    for piece in pieces:
        if piece.start < at:
            continue
        made.append(text[at : piece.start])
        begins.extend(range(at, piece.start))
        ends.extend(range(at + 1, piece.start + 1))
        made.append(piece.text)
        if piece.turned:
            order = range(piece.start + len(piece.text) - 1, piece.start - 1, -1)
            begins.extend(order)
            ends.extend(place + 1 for place in order)
        else:
            begins.extend([piece.start] * len(piece.text))
            ends.extend([piece.end] * len(piece.text))
        kept.append(piece)
        at = piece.end
    made.append(text[at:])
    begins.extend(range(at, len(text)))
    ends.extend(range(at + 1, len(text) + 1))
    return Rewritten("".join(made), begins, ends, kept)


def _from_right(rule: re.Pattern[str], text: str) -> list[Piece]:
    """What stands between the mark for right to left and its end, as it is seen."""
    return [
        Piece(found.start(1), found.end(1), found[1][::-1], "folded", True) for found in rule.finditer(text)
    ]


def _upside(rule: re.Pattern[str], text: str) -> list[Piece]:
    return [
        Piece(
            found.start(), found.end(), "".join(map(_UPSIDE.__getitem__, reversed(found[0]))), "folded", True
        )
        for found in rule.finditer(text)
        if any(char in _UPSIDE_ONLY for char in found[0])
    ]


def _drawn(rule: re.Pattern[str], text: str) -> list[Piece]:
    """Letters drawn of several signs; a long row of signs is a drawing, and no word."""
    return [
        Piece(found.start() + one.start(), found.start() + one.end(), _DRAWN[one[0]], "leet")
        for found in rule.finditer(text)
        if len(found[0]) < 9
        for one in _ONE_DRAWN.finditer(found[0])
    ]


def _each(read: Callable[[str], str], way: str) -> Callable[[re.Pattern[str], str], list[Piece]]:
    return lambda rule, text: [
        Piece(found.start(), found.end(), read(found[0]), way) for found in rule.finditer(text)
    ]


_ONE_DRAWN = re.compile("|".join(map(re.escape, sorted(_DRAWN, key=len, reverse=True))))
_SHAPES = r"[()\[\]{}<>|/\\_=\-*23v]"
_BRACKETS = r"[()（）\[\]【】『』「」]"
_Rule = tuple[re.Pattern[str], Callable[[re.Pattern[str], str], list[Piece]]]
_DRAWN_RULE: _Rule = (re.compile(rf"{_SHAPES}{{2,}}"), _drawn)
_PUT_IN: list[_Rule] = [
    (re.compile(rf"[a-zA-Zの](?<=[{_HAN}].)(?=[{_HAN}])"), _each(lambda _: "", "spaced")),
    (re.compile(rf"{_BRACKETS}(?<=[{_HAN}].){_BRACKETS}{{1,3}}(?=[{_HAN}])"), _each(lambda _: "", "spaced")),
]
_DOUBLED: _Rule = (
    re.compile(rf"(?:([{_HAN}])\1{{1,3}})(?:([{_HAN}])\2{{1,3}}){{1,6}}"),
    _each(lambda found: "".join(dict.fromkeys(found)), "stretched"),
)
_COUNTED: _Rule = (
    re.compile(rf"[0-9](?<![0-9].)(?:(?=[{_HAN}])|(?<=[{_HAN}].)(?![0-9]))"),
    _each(_DIGITS.__getitem__, "leet"),
)
_RULES: list[tuple[frozenset[str], _Rule]] = [
    (
        frozenset("\u202e"),
        (re.compile(rf"\u202e([^\u202c\u202d\u202e\n]{{2,{TURNED}}})"), _from_right),
    ),
    (frozenset(_UPSIDE_ONLY), (re.compile(rf"[{''.join(_UPSIDE)}]{{3,24}}"), _upside)),
    (frozenset("ß"), (re.compile(r"(?<![^\W_])ß(?=[a-zA-Z])"), _each(lambda _: "b", "folded"))),
    (
        frozenset(_FORMAL),
        (re.compile(f"[{''.join(_FORMAL)}]"), _each(_FORMAL.__getitem__, "folded")),
    ),
    (
        frozenset(_PICTURES),
        (
            re.compile(rf"[{''.join(_PICTURES)}](?:(?<=[{_HAN}].)\ufe0f?|\ufe0f?(?=[{_HAN}]))"),
            _each(lambda found: _PICTURES[found[0]], "folded"),
        ),
    ),
]
"""What is read otherwise, and the characters of which a text must have one for it."""
_INSERTED = frozenset("()（）[]【】『』「」の") | set(ascii_letters)


def _is_drawn(text: str) -> bool:
    """Whether the text may have letters drawn of signs."""
    return (
        "\\" in text
        or "|" in text
        or "()" in text
        or "[]" in text
        or "{}" in text
        or "<>" in text
        or "><" in text
        or "(_)" in text
        or ")-(" in text
    )


def _rules_for(text: str) -> list[_Rule]:
    """The rules that may find something in a text that is not all ASCII."""
    chars = set(text)
    found = [rule for needed, rule in _RULES if not needed.isdisjoint(chars)]
    if any("\u3400" <= char <= "\u9fff" for char in chars):
        if not _INSERTED.isdisjoint(chars):
            found.extend(_PUT_IN)
        if not chars.isdisjoint(digits):
            found.append(_COUNTED)
        codes = codes_of(text)
        twice = codes[1:] == codes[:-1]
        if bool((twice[2:] & twice[:-2]).any()):
            found.append(_DOUBLED)
    return found
