"""Disguises that need their neighbours to be read: turned text, drawn letters, Chinese with things put in.

Each rule is an expression and what reads a text by it; :mod:`bot.moderation.rewrites` puts them together.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from string import digits
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.moderation.fold import Codes
from bot.moderation.shapes import FONT, SHAPED, SHAPED_ALONE, SHAPED_MIXED, SHAPED_NEAR

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
NUMERALS = "零一二三四五六七八九"
_DIGITS = dict(zip("0123456789", NUMERALS, strict=True))
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


def _shaped(rule: re.Pattern[str], text: str) -> list[Piece]:
    """Letters of scripts that have nothing in common with the Latin one, where Latin ones are meant."""
    return [
        Piece(found.start() + at, found.start() + at + 1, SHAPED[char], "folded")
        for found in rule.finditer(text)
        if any(char in SHAPED_ALONE for char in found[0])
        or (any(char in SHAPED_MIXED for char in found[0]) and not SHAPED_MIXED.issuperset(found[0]))
        for at, char in enumerate(found[0])
        if char in SHAPED
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
Rule = tuple[re.Pattern[str], Callable[[re.Pattern[str], str], list[Piece]]]
_DRAWN_RULE: Rule = (re.compile(rf"{_SHAPES}{{2,}}"), _drawn)
_NAMED_RULE: Rule = (
    re.compile(
        r"(?i):(?:regional_indicator|letter|alphabet|emoji)_([a-z]):|<a?:(?:[a-z]{1,20}_)?([a-z])_?:\d{5,20}>"
    ),
    lambda rule, text: [
        Piece(found.start(), found.end(), (found[1] or found[2]).lower(), "folded")
        for found in rule.finditer(text)
    ],
)
"""Letters by their names, as Discord writes its emoji: ``:regional_indicator_a:``, ``<:letter_a:12345>``."""
NAME = 52
"""Most characters of such a name."""
_UNFINISHED = re.compile(r"<a?:\w{0,23}(?::\d{0,20})?$")
_BRACKETED: Rule = (
    re.compile(rf"{_BRACKETS}(?<=[{_HAN}].){_BRACKETS}{{1,3}}(?=[{_HAN}])"),
    _each(lambda _: "", "spaced"),
)
_DOUBLED: Rule = (
    re.compile(rf"(?:([{_HAN}])\1{{1,3}})(?:([{_HAN}])\2{{1,3}}){{1,6}}"),
    _each(lambda found: "".join(dict.fromkeys(found)), "stretched"),
)
COUNTED: Rule = (
    re.compile(rf"[0-9](?<![0-9].)(?:(?=[{_HAN}])|(?<=[{_HAN}].)(?![0-9]))"),
    _each(_DIGITS.__getitem__, "leet"),
)
_RULES: list[tuple[frozenset[str], Rule]] = [
    (
        frozenset("\u202e"),
        (re.compile(rf"\u202e([^\u202c\u202d\u202e\n]{{2,{TURNED}}})"), _from_right),
    ),
    (frozenset(_UPSIDE_ONLY), (re.compile(rf"[{''.join(_UPSIDE)}]{{3,24}}"), _upside)),
    (
        SHAPED_ALONE | SHAPED_MIXED,
        (
            re.compile(rf"(?<![{SHAPED_NEAR}])[{''.join(SHAPED)}{FONT}]{{2,24}}(?![{SHAPED_NEAR}])"),
            _shaped,
        ),
    ),
    (frozenset("ß"), (re.compile(r"ß(?<![^\W_].)(?=[a-zA-Z])"), _each(lambda _: "b", "folded"))),
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
_CHINESE = 2
"""How many of them, at the end, give nothing but Chinese."""
_HAS_BRACKETS, _HAS_DIGITS = 1 << len(_RULES), 2 << len(_RULES)
_LAST = 0x1FFFF


@cache
def _flags() -> NDArray[np.uint16]:
    """For each code point a bit for each of the rules that need it."""
    table = np.zeros(_LAST + 1, dtype=np.uint16)
    for number, (needed, _) in enumerate(_RULES):
        table[[ord(char) for char in needed]] |= 1 << number
    for of, bit in (("()（）[]【】『』「」", _HAS_BRACKETS), (digits, _HAS_DIGITS)):
        table[[ord(char) for char in of]] |= bit
    return table


def rules_for(text: str, codes: Codes | None, *, chinese: bool = True) -> tuple[list[Rule], bool]:
    """The rules that may find something in a text; and whether it has Chinese characters and digits.

    ``codes`` unless it is all ASCII; ``chinese`` if Chinese is looked for.
    """
    found: list[Rule] = [_DRAWN_RULE] if _is_drawn(text) else []
    if has_names(text):
        found.append(_NAMED_RULE)
    if codes is None:
        return found, False
    has = int(np.bitwise_or.reduce(_flags()[np.minimum(codes, _LAST)]))
    rules = _RULES if chinese else _RULES[:-_CHINESE]
    found += [rule for number, (_, rule) in enumerate(rules) if has & 1 << number]
    if not chinese or not bool(((codes >= 0x3400) & (codes <= 0x9FFF)).any()):
        return found, False
    twice = codes[1:] == codes[:-1]
    if bool((twice[2:] & twice[:-2]).any()):
        found.append(_DOUBLED)
    if has & _HAS_BRACKETS:
        found.append(_BRACKETED)
    return found, bool(has & _HAS_DIGITS)


def unfinished(text: str) -> int | None:
    """Where a letter's name begins that has not ended yet at the end of the text."""
    found = _UNFINISHED.search(text, max(0, len(text) - NAME))
    return None if found is None else found.start()


def has_names(text: str) -> bool:
    """Whether the text may have letters written by name."""
    return ("_" in text and ":" in text and _NAMES.search(text) is not None) or "<:" in text or "<a:" in text


_NAMES = re.compile(r"(?i):(?:regional_indicator|letter|alphabet|emoji)_")


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
