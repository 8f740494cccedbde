"""Whether Latin letters that stretch, or stand apart, are a term or words of their own."""

from __future__ import annotations

import re

from bot.moderation.looks import Look
from bot.moderation.terms import Spelling, Term
from bot.moderation.words import are_words, is_literary, is_word, reads_as

CONTEXT = 32
"""How far around a place is looked, in characters of the original."""

_TWO = (
    "ad ah ai al am an as at aw ax ay be by do ed eh el em go ha he hi ho id if in is it jo la le lo ma me "
    "mi mo mr ms mu my no of oh ok on or ow ox pa pi re so ti to uh um un up us we ye yo"
)
_SHORT = frozenset(_TWO.split())
_APOSTROPHES = "'’‘`\ufffd"
"""The last is what is left of one where a text was badly encoded."""
_AT_LINE_END = " \n\t-‐‑"
_CONTRACTED = frozenset(
    ("s", "d", "m", "t", "n", "ll", "re", "ve", "nt", "st", "er", "em", "en", "un", "im", "is", "a", "o")
)
"""What apostrophes tie to words."""
_TIES = frozenset('-–—‐‑/.,;:&+_~|=*…·"“”«»()[]\\ \n\t')
"""Signs that also stand between words of their own."""
_DOUBLED = re.compile(r"ee|oo|(?<=[aeiou])([bcdfglmnprstz])\1(?=[aeiou])")
_ALONE = re.compile(r"(?:[\W_]{1,4}[a-z](?![^\W_]))+")
"""Letters that stand one by one, from the term on; before it, backwards."""
_LETTERS = re.compile(r"[a-z]+")
_WORD_END = re.compile(r"[a-z]+$")
_WORD_BEGIN = re.compile(r"[a-z]+")


def is_the_term(
    look: Look,
    term: Term,
    spelling: Spelling,
    words: list[list[str]],
    gaps: list[str],
    joined: bool,
    suffix: str,
    start: int,
    stop: int,
) -> bool:
    """Whether stretched or spaced letters are the term and not words of their own."""
    whole = ["".join(word) for word in words]
    wanted = spelling.folded.replace("-", " ").replace("'", " ").split()
    if joined and (suffix or spelling.letters < 6 or is_word("".join(whole))):
        return False
    if len(whole) == len(wanted) and not all(map(reads_as, whole, wanted)):
        return False
    if not gaps:
        return len(wanted) > 1 or not _is_spelt_so(whole[0], wanted[0])
    if spelling.letters < 4 and any(" " in gap for gap in gaps) and any(len(piece) > 1 for piece in words[0]):
        return False
    if all(len(piece) == 1 for word in words for piece in word):
        return all(len(gap) < 5 for gap in gaps) and _spelled(look, term, "".join(whole), start, stop)
    if any(len(gap) > 3 or (gap.strip() and " " in gap.strip("\n")) for gap in gaps):
        return False
    if _apostrophe(look.text, start, stop):
        return False
    if any("\n" in gap and gap.strip(_AT_LINE_END) for gap in gaps):
        return False  # a line that ends with a stop is not broken within a word
    marked = "`" in gaps and look.text[start - 1 : start] == "`"  # a part of it as code
    if not marked and any(gap in _APOSTROPHES for gap in gaps):
        return len(gaps) == 1 and not _contracted([piece for word in words for piece in word])
    if not any(char in _TIES for gap in gaps for char in gap):
        return True
    if joined and all(map(_is_piece, _LETTERS.findall(_widened(look.text, term, start, stop)))):
        return False
    pieces = [list(word) for word in words]
    if term.open_left and (before := _WORD_END.search(look.text[max(0, start - CONTEXT) : start])):
        pieces[0][0] = before[0] + pieces[0][0]
    if term.open_right and (after := _WORD_BEGIN.match(look.text[stop : stop + CONTEXT])):
        pieces[-1][-1] += after[0]
    known = _is_met if any("\n" in gap for gap in gaps) else _is_piece
    hyphen = set(gaps) == {"-"}  # of old books: "love-making"
    return not any(
        len(word) > 1
        and all(map(known, word))
        and (not _compound(of_term) or (hyphen and all(map(is_literary, of_term))))
        for word, of_term in zip(pieces, words, strict=True)
    )


def _is_spelt_so(letters: str, wanted: str) -> bool:
    """Whether one letter is doubled in a short word as languages double letters: ``annus``."""
    return len(wanted) < 5 and len(letters) == len(wanted) + 1 and _DOUBLED.search(letters) is not None


def _widened(text: str, term: Term, start: int, stop: int) -> str:
    """The term's place with the rest of the words that it may begin or end in."""
    before = _WORD_END.search(text[max(0, start - CONTEXT) : start]) if term.open_left else None
    after = _WORD_BEGIN.match(text[stop : stop + CONTEXT]) if term.open_right else None
    return (before[0] if before else "") + text[start:stop] + (after[0] if after else "")


def _contracted(pieces: list[str]) -> bool:
    """Whether an apostrophe stands where one may: ``he'll``, ``who're``, ``o'er``."""
    return pieces[-1] in _CONTRACTED or pieces[0] in _CONTRACTED or all(map(_is_piece, pieces))


def _is_met(letters: str) -> bool:
    """Whether letters at the end or the beginning of a line are a word, or what is left of one."""
    return len(letters) < 3 or is_word(letters)


def _is_piece(letters: str) -> bool:
    """Whether letters between spaces are a word by themselves."""
    return letters in _SHORT if len(letters) == 2 else is_word(letters)


def _compound(word: list[str]) -> bool:
    """Whether two words, put together, are likelier meant as one: ``jack ass``, but not ``pen is``."""
    return min(map(len, word)) > 2 and sum(map(len, word)) > 6


def _spelled(look: Look, term: Term, letters: str, start: int, stop: int) -> bool:
    """Whether letters that stand one by one spell the term, not a longer word: ``h e l l o``."""
    around = look.text[max(0, start - CONTEXT) : start][::-1]
    before = None if term.open_left else _ALONE.match(around)
    after = None if term.open_right else _ALONE.match(look.text[stop : stop + CONTEXT])
    left = "".join(filter(str.isalpha, before[0]))[::-1] if before else ""
    right = "".join(filter(str.isalpha, after[0])) if after else ""
    if right in ("s", "z", "es") and not is_literary(letters + right):
        right = ""
    if not left and not right:
        return len(letters) > 2
    return len(letters) > 3 and not is_word(left + letters + right) and are_words(left) and are_words(right)


def _apostrophe(text: str, start: int, stop: int) -> bool:
    """Whether an apostrophe ties the place to a word before or after."""
    before = start > 1 and text[start - 1] in _APOSTROPHES and text[start - 2].isalpha()
    after = stop + 1 < len(text) and text[stop] in _APOSTROPHES and text[stop + 1].isalpha()
    return before or after
