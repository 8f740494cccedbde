"""The ways to look at a text: as it is, and with digits and signs read as letters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bot.moderation.fold import SPACED, Codes, Folded, Ints, codes_of, fold, kinds, string_of
from bot.moderation.letters import Letters, letters_of
from bot.moderation.putin import Sought
from bot.moderation.rewrites import Rewritten, rewritten

_ROUND = "○●◯◎⊙⚪⚫⭕🌕🌑🌍🌎🌏🔴🔵🟠🟡🟢🟣⚽🏀🏐"
_LEET = {
    **dict(zip("023456789@$€£+!|(<^¥¡¶§†✝✞", "ozeasgtbgaselt11ccay1psttt", strict=True)),
    **dict.fromkeys(_ROUND, "o"),
    **dict(zip("〽♏♓⛎♑♈♌☪", "mmhunvqc", strict=True)),
    **dict(zip("📧🎏⛽🎷🎋👢⚡💤〰↩🌴🎵", "efgjklszwdtn", strict=True)),
    "💲": "s",
    "❌": "x",
    "✖": "x",
    "❗": "1",
}
_BETWEEN = f"(<^{_ROUND}❌✖📧🎏⛽🎷🎋👢⚡💤〰↩🌴🎵"
"""Signs that are letters only between two letters."""
_BEFORE = "!|¡❗"
"""Signs that are letters only before one."""
_BESIDE = "+"
"""Signs that are letters only beside one."""

_LAST = max(map(ord, _LEET)) + 1


@dataclass(frozen=True, slots=True)
class Look:
    """One view of a text: folded, its letters, and which characters were read as letters."""

    original: str
    folded: Folded
    text: str
    letters: Letters
    others: Sequence[tuple[Rewritten, Look]] = ()
    """The text read otherwise, if there is something in it that may be, and a look at that."""
    scripts: bool = False
    """Whether it has letters of a script whose letters look like Latin ones, or a German ß."""
    same: bool = False
    """Whether folding changed nothing but case."""
    swapped: bytes = b""
    """A byte for every folded character: 1 where a sign was read as a letter."""
    read: Ints | None = None
    """How many signs were read as letters before each folded character, and in all."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where characters ``start:end`` of the folded text are in the original."""
        at = self.folded.at
        return int(at[start]), int(at[end - 1]) + 1


def get_ready() -> None:
    """Read the tables, which takes a moment and the disk: before anything is judged, and not in a loop."""
    look_for_signs(look_at("ａ愛 4 \u200b a"))


def look_at(original: str, sought: Sought | None = None, *, otherwise: bool = True) -> Look:
    """The text folded, and again if some of it may be read ``otherwise``, for what is ``sought``."""
    folded = fold(original)
    text = folded.text
    codes = None if original.isascii() else codes_of(original)
    others = rewritten(folded, original, codes, sought) if otherwise else []
    return Look(
        original,
        folded,
        text,
        letters_of(folded),
        others=[(other, look_at(other.text, otherwise=False)) for other in others],
        scripts=codes is not None and bool(_alike()[np.minimum(codes, _LAST_ALIKE)].any()),
        same=text == original.lower(),
    )


_LAST_ALIKE = 0x2000


@cache
def _alike() -> NDArray[np.bool_]:
    """Letters of scripts whose letters look like Latin ones: Greek, Cyrillic, Armenian, Hebrew, Arabic."""
    table = np.zeros(_LAST_ALIKE + 1, dtype=np.bool_)
    for first, last in ((0x370, 0x700), (0x1E9E, 0x1E9F), (0x1F00, 0x2000)):
        table[first:last] = True
    table[ord("ß")] = True
    return table


def look_for_signs(plain: Look) -> Look | None:
    """The text with digits and signs read as letters; None if there are none to be read so."""
    codes = plain.folded.codes
    kind = _kinds_of_signs()
    if codes.dtype == np.uint8:
        rest = codes.tobytes().translate(None, _no_signs())
        if not rest or not (rest.strip(_ONLY_SOMETIMES) or _SOMETIMES.search(plain.text)):
            return None
        small = codes
    else:
        small = np.minimum(codes, _LAST)
    kind = kind[small]
    swapped = kind != _NO_SIGN
    sometimes = np.flatnonzero(swapped & (kind != 0))
    if len(sometimes):
        last = len(codes) - 1
        letter = (kinds()[codes] == SPACED) | swapped
        after, before = np.minimum(sometimes + 1, last), np.maximum(sometimes - 1, 0)
        wrong = (sometimes == last) | ~letter[after]
        unbound = (sometimes == 0) | ~letter[before]
        ways = kind[sometimes]
        far, near = np.minimum(sometimes + 2, last), np.maximum(sometimes - 2, 0)
        long = letter[far] & letter[np.minimum(sometimes + 3, last)]  # no "+it"
        good = ~wrong & ((ways == 2) | ~unbound)
        beside = ways == 3
        good[beside] = (~unbound | (~wrong & long))[beside]
        # … and where all letters stand apart by the same sign: "s.h.!.t"
        same = (codes[after] == codes[before]) & (sometimes > 1) & (sometimes < last - 1)
        good |= wrong & unbound & same & letter[far] & letter[near]
        swapped[sometimes[~good]] = False
    read = np.flatnonzero(swapped)
    if not len(read):
        return None
    made: Codes = codes.copy()
    made[read] = _signs()[small[read]]
    folded = Folded(made, plain.folded.at, string_of(made))
    count = np.zeros(len(swapped) + 1, dtype=np.int32)
    np.cumsum(swapped, out=count[1:])
    return Look(
        plain.original,
        folded,
        folded.text,
        letters_of(folded),
        scripts=plain.scripts,
        swapped=swapped.tobytes(),
        read=count,
    )


@cache
def _signs() -> Codes:
    table = np.zeros(_LAST + 1, dtype=np.uint32)
    for sign, letter in _LEET.items():
        table[ord(sign)] = ord(letter)
    table[ord("1")] = ord("1")
    return table


_NO_SIGN = 9
_ONLY_SOMETIMES = (_BETWEEN + _BEFORE + _BESIDE).encode("ascii", "ignore")
_SOMETIMES = re.compile(
    r"[!|](?=[^\W_])|[(+<^](?=[a-z])|\+(?<=[a-z].)|[!|(+<^](?<=[^\W_]([^\n]).)(?=\1[^\W_])"
)


@cache
def _kinds_of_signs() -> NDArray[np.uint8]:
    """0 for a sign that is always a letter, 1 for one between letters, 2 before one, 3 beside one."""
    table = np.full(_LAST + 1, _NO_SIGN, dtype=np.uint8)
    for sign in (*_LEET, "1"):
        table[ord(sign)] = 1 if sign in _BETWEEN else 2 if sign in _BEFORE else 3 if sign in _BESIDE else 0
    return table


@cache
def _no_signs() -> bytes:
    return bytes(code for code in range(256) if _kinds_of_signs()[code] == _NO_SIGN)


def leet_word(token: str) -> list[str]:
    """What a token of letters and digits may be read as."""
    read = "".join(_LEET.get(char, char) for char in token)
    return [read.replace("1", "i"), read.replace("1", "l")]
