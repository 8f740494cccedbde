"""Whether letters that could be a term are one, and how it is disguised.

The view of letters finds every place where a term *could* stand; here the text
itself is looked at, with at most :data:`CONTEXT` characters around, so that the
answer is the same wherever a stream is cut.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.moderation import chinese
from bot.moderation.fold import OTHER, kinds
from bot.moderation.latin import CONTEXT, is_the_term
from bot.moderation.looks import Look, leet_word
from bot.moderation.terms import Spelling, Term
from bot.moderation.words import is_literary, is_word

Span = tuple[int, int, str]
"""Begin and end in the folded text, and the way of the disguise."""

_ENDS = ".!?。！？\n"
_SIBILANTS = ("s", "x", "z", "h", "o")
_TIED = re.compile(r"e?[sz]['’]")
_ABSTRACT = ("ing", "tion", "sion", "ism", "ness", "ment", "age", "ity")
_HARD = re.compile(r"[,.!?;:，。！？；：、“”\"《》()（）「」『』\n]")
_WORD_BEFORE = re.compile(r"([a-z]+)[^\w\n]*$")
_WORD_AFTER = re.compile(r"[^\w\n]*([a-z]+)")
_TOKEN_BEFORE = re.compile(r"[a-z0-9]*$")
_TOKEN_AFTER = re.compile(r"[a-z0-9]*")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}")


class Candidate(NamedTuple):
    """A place where the letters of a spelling stand: characters of the key, and of the folded text."""

    spelling: Spelling
    first: int
    last: int
    start: int
    stop: int
    strict: bool
    """Whether words begin and end there."""
    suffix: str
    """An ending of the plural that follows."""


def judge(look: Look, term: Term, candidate: Candidate) -> Span | None:
    """Whether the letters are the term there, and in which disguise."""
    spelling, first, last, start, stop, strict, suffix = candidate
    letters = look.letters
    piece = look.text[start:stop]
    if look.swapped and not _is_leet(look, spelling, start, stop):
        return None
    disguised = bool(look.swapped) or (len(piece) > spelling.letters and piece.isalpha())
    if suffix and (not _is_plural(spelling, suffix, disguised=disguised) or term.open_right):
        return None
    if suffix and _TIED.match(look.text, stop):
        return None  # "'mongst" without what it begins with
    if spelling.alike and not _is_alike(look, spelling, start, stop):
        return None
    if not suffix and not strict and not _glued(look, start, stop):
        return None
    if (term.open_left or term.open_right) and not spelling.way and len(piece) > len(spelling.folded):
        at = piece.find(spelling.folded)  # of "cat*" in "cattle" the second t is no part
        if (
            at >= 0
            and (term.open_left or not at)
            and (term.open_right or at + len(spelling.folded) == len(piece))
        ):
            start, stop = start + at, start + at + len(spelling.folded)
            return start, stop, "" if look.same else _seen(look, start, stop)
    plain = piece == spelling.folded or " ".join(piece.split()) == spelling.folded
    if plain and not spelling.way:
        if term.han:
            return (
                (start, stop, _seen(look, start, stop)) if _alone(look, term, spelling, start, stop) else None
            )
        way = "" if look.same else _seen(look, start, stop)
        return None if way and _foreign(look, start, stop) else (start, stop, way)
    if piece == spelling.folded and spelling.way == "leet":
        return start, stop, "leet"
    if not look.same and _foreign(look, start, stop):
        return None
    ways = [spelling.way] if spelling.way else []
    for number, (_, times) in enumerate(spelling.runs):
        found = int(letters.firsts[first + number + 1] - letters.firsts[first + number])
        if found < times:
            return None
        if found > times and "stretched" not in ways:
            ways.append("stretched")
    pieces, gaps, joined = _pieces(look, spelling, first, last)
    if gaps:
        ways.append("spaced")
        if suffix and any(len(piece) > 1 for word in pieces for piece in word):
            return None  # "slant eyes"
    if any(map(chinese.is_han, spelling.folded)):
        good = _han(look, spelling, gaps, start, stop) and _alone(look, term, spelling, start, stop)
    elif spelling.way == "sound":
        good = not gaps and "stretched" not in ways and _pinyin(look, spelling, pieces, start, stop)
    else:
        good = is_the_term(look, term, spelling, pieces, gaps, joined, suffix, start, stop)
    return (start, stop, "+".join(ways) or _seen(look, start, stop) or "spaced") if good else None


def _is_leet(look: Look, spelling: Spelling, start: int, stop: int) -> bool:
    """Whether some letters, but not all, are signs read as letters, and it is no address of mail."""
    signs, letters = look.swapped.count(1, start, stop), sum(map(str.isalnum, look.text[start:stop]))
    apart = stop - start > letters + len(spelling.breaks)
    if not 0 < signs < letters or (apart and letters - signs < 2):
        return False  # "F-49" is a number
    first, last = look.span(start, stop)
    if "@" not in look.original[first:last]:
        return True
    begin = max(0, first - CONTEXT)
    around = look.original[begin : last + CONTEXT]
    return not any(
        found.start() + begin < last and found.end() + begin > first for found in _ADDRESS.finditer(around)
    )


def _is_plural(spelling: Spelling, suffix: str, *, disguised: bool) -> bool:
    """Whether the ending makes a plural, and, unless it is ``disguised``, no word that old books have.

    Nor are there plurals of what one does, or is full of.
    """
    folded = spelling.folded
    if spelling.way == "sound" or (suffix == "es" and not folded.endswith(_SIBILANTS)):
        return False
    if folded.endswith(_ABSTRACT):
        return False
    return disguised or not is_literary(folded.rsplit(" ", 1)[-1] + suffix)


def _is_alike(look: Look, spelling: Spelling, start: int, stop: int) -> bool:
    """Whether a capital I stands for l there, or a small l for i, as they look the same."""
    first, last = look.span(start, stop)
    written = look.original[first:last]
    seen = "lłŁ" if spelling.alike == "l" else spelling.alike
    return any(char in written for char in seen) and not (spelling.alike == "I" and written.isupper())


def _glued(look: Look, start: int, stop: int) -> bool:
    """Whether digits beside the term are only glued to it, and are not letters of a longer word."""
    before = _TOKEN_BEFORE.search(look.text[max(0, start - CONTEXT) : start])
    after = _TOKEN_AFTER.match(look.text[stop : stop + CONTEXT])
    token = (before[0] if before else "") + look.text[start:stop] + (after[0] if after else "")
    return not any(map(is_word, leet_word(token)))


def _seen(look: Look, start: int, stop: int) -> str:
    """Empty if the original differs from the folded text by case and spaces alone."""
    first, last = look.span(start, stop)
    original = " ".join(look.original[first:last].lower().split())
    return "" if original == " ".join(look.text[start:stop].split()) else "folded"


def _foreign(look: Look, start: int, stop: int) -> bool:
    """Whether the letters are those of another script, in a text of that script; or German: ``Er aß``."""
    if not look.scripts:
        return False
    first, last = look.span(start, stop)
    if stop - start < 5 and any(char in "ßẞ" for char in look.original[first:last]):
        return True
    scripts = {_script(char) for char in look.original[first:last] if char.isalpha()}
    if len(scripts) != 1 or not (script := scripts.pop()):
        return False
    around = look.original[max(0, first - CONTEXT) : first] + look.original[last : last + CONTEXT]
    whole = look.original[first:last]
    return any(char not in whole and _script(char) == script for char in around)


def _script(char: str) -> str:
    """The script of a letter, if it is one whose letters look like Latin ones."""
    if "\u0370" <= char <= "\u03ff" or "\u1f00" <= char <= "\u1fff":
        return "greek"
    if "\u0400" <= char <= "\u052f":
        return "cyrillic"
    if "\u0530" <= char <= "\u058f":
        return "armenian"
    if "\u0590" <= char <= "\u05ff":
        return "hebrew"
    return "arabic" if "\u0600" <= char <= "\u06ff" else ""


def _pieces(look: Look, spelling: Spelling, first: int, last: int) -> tuple[list[list[str]], list[str], bool]:
    """The words of the term there, each in its pieces; the gaps within; whether words are joined."""
    letters = look.letters
    words: list[list[str]] = [[""]]
    gaps: list[str] = []
    joined = False
    before = -1
    for run in range(first, last):
        for number in range(int(letters.firsts[run]), int(letters.firsts[run + 1])):
            place = int(letters.places[number])
            new_word = run - first in spelling.breaks and number == int(letters.firsts[run])
            gap = look.text[before + 1 : place] if before >= 0 else ""
            if new_word:
                joined |= not gap
                words.append([""])
                if len(gap) > 3 and (len(gap) > 5 or len(set(gap.strip())) > 1):
                    gaps.append(gap)
            elif gap:
                gaps.append(gap)
                words[-1].append("")
            words[-1][-1] += look.text[place]
            before = place
    return words, gaps, joined


def _han(look: Look, spelling: Spelling, gaps: list[str], start: int, stop: int) -> bool:
    """Whether what stands between Chinese characters is put there, not said."""
    if any(len(gap) > 4 for gap in gaps):
        return False
    if len(gaps) > 1 and len(gaps) == spelling.letters - 1 and len(set(gaps)) == 1:
        return True  # one and the same between all
    at = start
    for gap in gaps:
        at = look.text.index(gap, at) + len(gap)
        hard = _HARD.search(gap)
        if hard and len(set(gap)) == 1 and len(gap) > 1 and "\n" not in gap:
            continue  # ... or 。。。 is no punctuation
        listed = stop < len(look.text) and look.text[stop] in gap  # 强，奸，忠，勇
        if not hard or hard[0] == "." or _complete(look, start, stop, left="\n" in gap):
            continue
        left = look.text[max(0, start - 12) : at - len(gap)]
        right = look.text[at : stop + 12]
        if listed or not chinese.is_cut(left, right, at - len(gap) - start, stop - at, ends=hard[0] in _ENDS):
            return False
    return True


def _complete(look: Look, start: int, stop: int, *, left: bool) -> bool:
    """Whether a clause ends, and with ``left`` begins, where the term does."""
    kind = kinds()
    ended = stop >= len(look.text) or kind[ord(look.text[stop])] == OTHER
    if len(look.text) > stop + 2 and look.text[stop] == look.text[stop + 2]:
        return False  # a list of single characters
    begun = start == 0 or kind[ord(look.text[start - 1])] == OTHER
    return ended and (begun or not left)


def _alone(look: Look, term: Term, spelling: Spelling, start: int, stop: int) -> bool:
    """Whether it is made of whole Chinese words."""
    if term.open_left and term.open_right:
        return True
    before = "" if term.open_left else look.text[max(0, start - 12) : start]
    after = "" if term.open_right else look.text[stop : stop + 12]
    return chinese.stands_alone(before, spelling.folded, after)


def _pinyin(look: Look, spelling: Spelling, words: list[list[str]], start: int, stop: int) -> bool:
    """Whether syllables are meant as Chinese: by their tones, and by what stands around."""
    first, last = look.span(start, stop)
    marks = chinese.tones_of(look.original[first : last + 1])
    tones = iter(spelling.tones)
    if spelling.tones and not all(any(mark in one for one in tones) for mark in marks):
        return False
    pieces = ["".join(word) for word in words]
    if "".join(pieces) == look.text[start:stop]:
        pieces = ["".join(pieces)]
    if not all(map(is_word, pieces)):
        return True
    before = _WORD_BEFORE.search(look.text[max(0, start - CONTEXT) : start])
    after = _WORD_AFTER.match(look.text[stop : stop + CONTEXT])
    beside = [found[1] for found in (before, after) if found is not None]
    if marks or not beside:
        return all(map(chinese.is_pinyin, beside))
    return all(map(chinese.is_pinyin, beside)) and not all(map(is_literary, beside))  # "she made"
