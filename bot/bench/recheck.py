"""A second reading of the forms, by other code than the checker's, for poems that were given a tick.

English by the ``pronouncing`` package alone: every word must be in its dictionary, lines are counted and
rhymed by any of a word's pronunciations, iambs are asked of words of more than one syllable.  Chinese by
the bare rules of regulated verse as school books give them (second, fourth and sixth character; 粘 and 对;
one level rhyme; no 三平尾, no 孤平) and, for ci, by lengths, refrains and rhymes.  The sounds of Chinese
characters come from the same table as the checker's, for there is one 平水韵; all else is its own.
"""

from __future__ import annotations

import importlib
import lzma
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import combinations, product
from typing import Any, cast

pronouncing: Any = importlib.import_module("pronouncing")

SYLLABLES = {
    "haiku": [(5, 5), (7, 7), (5, 5)],
    "tanka": [(5, 5), (7, 7), (5, 5), (7, 7), (7, 7)],
    "limerick": [(7, 10), (7, 10), (5, 7), (5, 7), (7, 10)],
    "common-measure": [(8, 8), (6, 6)] * 4,
    "sonnet-shakespearean": [(10, 10)] * 14,
}
SCHEMES = {
    "limerick": "aabba",
    "quatrain-aabb": "aabb",
    "quatrain-abab": "abab",
    "quatrain-abba": "abba",
    "quatrain-abcb": ".b.b",
    "common-measure": ".b.b.d.d",
    "sonnet-shakespearean": "ababcdcdefefgg",
    "villanelle": "abaabaabaabaabaabaa",
}
IAMBIC = ("sonnet-shakespearean", "common-measure")
REFRAINS = {"villanelle": ((0, 5, 11, 17), (2, 8, 14, 18))}

CI = {
    "ci-rumengling": ([6, 6, 5, 6, 2, 2, 6], [[0, 1, 3, 4, 6]], ((4, 5),)),
    "ci-yijiangnan": ([3, 5, 7, 7, 5], [[1, 3, 4]], ()),
    "ci-huanxisha": ([7] * 6, [[0, 1, 2, 4, 5]], ()),
    "ci-pusaman": ([7, 7, 5, 5, 5, 5, 5, 5], [[0, 1], [2, 3], [4, 5], [6, 7]], ()),
    "ci-busuanzi": ([5, 5, 7, 5, 5, 5, 7, 5], [[1, 3, 5, 7]], ()),
}
"""Lengths of the clauses, which rhyme with each other, and which say the same."""

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_HAN = re.compile(r"[\u3400-\u9fff]+")


def keeps(form: str, text: str) -> bool | None:
    """Whether a text keeps a form by this second reading; None if it has a word that ``pronouncing`` lacks.

    Raises:
        KeyError: there is none for the form.
    """
    if form in SYLLABLES or form in SCHEMES:
        return _english(form, [line for line in text.split("\n") if line.strip()])
    clauses = cast("list[str]", _HAN.findall(text))
    if form in CI:
        return _ci(form, clauses)
    return _regulated(clauses, *{"wujue": (4, 5), "qijue": (4, 7), "wulv": (8, 5), "qilv": (8, 7)}[form])


def _english(form: str, lines: Sequence[str]) -> bool | None:
    said = [[_phones(word) for word in _WORD.findall(line)] for line in lines]
    if not all(line and all(line) for line in said):
        return None
    wanted, scheme = SYLLABLES.get(form), SCHEMES.get(form, "")
    if wanted and len(wanted) != len(lines):
        return False
    if scheme and len(scheme) != len(lines):
        return False
    if wanted and not all(_counts(line, *size) for line, size in zip(said, wanted, strict=True)):
        return False
    for one, other in combinations(range(len(scheme)), 2):
        if scheme[one] == scheme[other] != "." and not _rhyme(said[one][-1], said[other][-1]):
            return False
    for same in REFRAINS.get(form, ()):
        if len({" ".join(_WORD.findall(lines[at])).lower() for at in same}) > 1:
            return False
    return form not in IAMBIC or all(map(_iambic, said))


@cache
def _phones(word: str) -> tuple[str, ...]:
    return tuple(pronouncing.phones_for_word(word.lower().replace("’", "'")))


def _counts(line: Sequence[Sequence[str]], least: int, most: int) -> bool:
    ways = [{pronouncing.syllable_count(phones) for phones in word} for word in line]
    return any(least <= sum(way) <= most for way in product(*ways))


def _rhyme(one: Sequence[str], other: Sequence[str]) -> bool:
    return bool({_tail(phones) for phones in one} & {_tail(phones) for phones in other})


def _tail(phones: str) -> str:
    """From the last stressed vowel on: a secondary stress rhymes too (sanctify, sky)."""
    return re.sub(r"\d", "", pronouncing.rhyming_part(phones))


def _iambic(line: Sequence[Sequence[str]]) -> bool:
    """Whether words of several syllables stand as iambs ask, but for the line's first word."""
    for way in product(*(map(pronouncing.stresses, word) for word in line)):
        at, fits = 0, True
        for stress in way:
            wrong = any(mark == "1" and (at + place) % 2 == 0 for place, mark in enumerate(stress))
            fits = fits and not (len(stress) > 1 and at and wrong)
            at += len(stress)
        if fits:
            return True
    return False


@cache
def _readings() -> dict[str, list[tuple[int, int]]]:
    """Numbers of the groups, 平水 and 词林, of each character."""
    data = resources.files("bot.forms.chinese.data")
    raw = data.joinpath("readings.tsv.xz").read_bytes()
    found: dict[str, list[tuple[int, int]]] = {}
    for row in lzma.decompress(raw).decode().split("\n"):
        char, readings = row.split("\t")
        parts = [one.rstrip("*").split(":") for one in readings.split()]
        found[char] = [(int(part[0]), int(part[1])) for part in parts]
    for usual, *others in data.joinpath("variants.txt").read_text("utf-8").split():
        for other in others:
            found.setdefault(other, found[usual])
    return found


def _tones(char: str) -> set[str]:
    # The first thirty of the 106 groups are level.
    return {"平" if rime < 30 else "仄" for rime, _ in _readings().get(char, ())}


def _regulated(clauses: Sequence[str], count: int, length: int) -> bool:
    if len(clauses) != count or any(len(clause) != length for clause in clauses):
        return False
    groups: list[set[int]] = [
        {rime for rime, _ in _readings().get(clause[-1], ()) if rime < 30} for clause in clauses
    ]
    if not set[int].intersection(*groups[1::2]):
        return False
    if any("仄" not in _tones(clauses[at][-1]) for at in range(2, count, 2)):
        return False
    # The second character of each clause follows from that of the first: 平仄仄平平仄仄平.
    for start in "平仄":
        other = "仄" if start == "平" else "平"
        if all(_clause(clause, start if at % 4 in (0, 3) else other) for at, clause in enumerate(clauses)):
            return True
    return False


def _clause(clause: str, second: str) -> bool:
    """Whether even characters alternate from the second on; no 三平尾, no 孤平."""
    marks = {"平": "仄", "仄": "平"}
    want = second
    for at in range(1, len(clause) - 1, 2):
        if want not in _tones(clause[at]):
            return False
        want = marks[want]
    tail = [_tones(char) for char in clause[-3:]]
    if all(tones == {"平"} for tones in tail):
        return False
    # 孤平: of the last five, 平平仄仄平, the second may not be the only level one but for the rhyme.
    five = [_tones(char) for char in clause[-5:]]
    lonely = five[4] == {"平"} and "仄" not in five[1] and not any("平" in five[at] for at in (0, 2))
    return not lonely


def _ci(form: str, clauses: Sequence[str]) -> bool:
    lengths, rhymes, same = CI[form]
    if form == "ci-yijiangnan" and len(clauses) == 10:
        return _ci(form, clauses[:5]) and _ci(form, clauses[5:])
    if [len(clause) for clause in clauses] != lengths:
        return False
    for group in rhymes:
        found: list[set[int]] = [{cilin for _, cilin in _readings().get(clauses[at][-1], ())} for at in group]
        if not set[int].intersection(*found):
            return False
    return all(clauses[one] == clauses[other] for one, other in same)
