"""What rhymes with what, and how well."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache

from bot.forms.english.dictionary import Phones
from bot.forms.english.ends import End, ends
from bot.forms.english.sound import LONGEST


class Rhyme(IntEnum):
    """How well two words rhyme, the better the greater; from :data:`SLANT` on they do."""

    NONE = 0
    CONSONANCE = 1
    """Only the consonants after the vowel agree (*room* and *name*), or two open vowels glide alike
    (*day* and *eternity*), or a light end answers a stressed one (*city* and *me*): rhymes for Dickinson
    and Owen, chance for most."""
    SLANT = 2
    """The same vowel, and consonants nearly the same: *home* and *tone*, *eyes* and *paradise*."""
    HISTORIC = 3
    """Verse rhymed them for centuries, and they were true somewhere once: *join* and *shine*."""
    EYE = 4
    """Spelled alike, said otherwise; many were true when they were written: *love* and *prove*."""
    NEAR = 5
    """True in another accent, or with a licence of verse: *dawn* and *morn*, *be* and *melody*."""
    SAME = 6
    """The same sound with the same consonants before it: *sea* and *see*, or a word with itself."""
    PERFECT = 7


def _pairs(text: str) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(pair.split()) for pair in text.split(","))


_HISTORIC = _pairs("UH UW, AA OW, AA AH, AY OY, AH UW, IH IY, AH OW, AO AH, AO OW, UH AH")
"""Vowels before the same consonants that verse from Spenser to Tennyson rhymed: *good* and *rude*, *god* and
*abode*, *upon* and *sun*, *join* and *mine*, *come* and *doom*, *been* and *queen*, *come* and *home*, *song*
and *young*, *lost* and *boast* (Wyld, "Studies in English Rhymes from Surrey to Pope",
1923; Kökeritz, "Shakespeare's Pronunciation", 1953)."""

_OLD_WRITTEN: dict[frozenset[str], tuple[str, re.Pattern[str]]] = {
    frozenset(("EH", "IY")): ("EH", re.compile(r"ea|ei|ie|ue|ai|e[^aeiou]+e")),
    frozenset(("EH", "EY")): ("EH", re.compile(r"ea|ai|ay|ei")),
    frozenset(("EY", "IY")): ("EY", re.compile(r"ea|ei|ey")),
    frozenset(("AE", "EY")): ("AE", re.compile(r"ast|ath|ave|ange")),
    frozenset(("AA", "AE")): ("AA", re.compile(r"a")),
    frozenset(("AE", "AO")): ("AO", re.compile(r"wa")),
    frozenset(("AE", "AH")): ("AH", re.compile(r"wha")),
}
"""Likewise, where the word with the first of the two vowels is written so: *head* and *shade*, *feast* and
*guest*, *break* and *cheek*, *past* and *waste*, *swan* and *man*,
*water* and *matter*, *what* and *that*."""

_R_ALIKE = _pairs("UH AO, ER AO, ER AA, ER EH, ER IH, ER UH, EH IH, AW AO, EH AA, AO AA")
"""Before r: *more* and *poor*, *word* and *lord*, *heart* and *desert*, *earth* and *hearth*, *war* and
*far*."""

_BEFORE = {"M": _pairs("OW UW"), "K": _pairs("OW UH")}
"""Before one consonant only: *Rome* and *doom*, *spoke* and *look*."""

_VOICE = {"Z": "S", "DH": "TH"}
"""Consonants that verse takes for each other at an end: *eyes* and *paradise*, *breathe* and *heath*."""
_CLOSE = {"D": "T", "V": "F", "B": "P", "G": "K", "ZH": "SH", "JH": "CH", "NG": "N", "M": "N", **_VOICE}
_FAMILY = {
    **dict.fromkeys(("P", "T", "K"), "T"),
    **dict.fromkeys(("B", "D", "G", "DH"), "D"),
    **dict.fromkeys(("M", "N", "NG"), "N"),
    "F": "TH",
    "SH": "S",
    "ZH": "Z",
}
"""Consonants of one kind, which verse takes for each other before a light end: *open* and *broken*, *further*
and *murder*."""


def rhymes(one: str, other: str) -> bool:
    """Whether two words in lower case would be taken for a rhyme where no scheme asks for one.

    Everything from :data:`Rhyme.SLANT` on but what has only consonants of one family (*home* and *tone*,
    *night* and *side*): so it agrees best with people (see ``python -m bot bench form``).
    """
    kind = rhyme(one, other)
    return kind > Rhyme.SLANT or (kind is Rhyme.SLANT and not _merely_close(one, other))


def _merely_close(one: str, other: str) -> bool:
    """Whether what two words share is a vowel, and consonants of one family."""
    return not any(
        _softened(left.part, _VOICE) == _softened(right.part, _VOICE) or (left.lifted and right.lifted)
        for left in ends(one)
        for right in ends(other)
    )


def rhyme(one: str, other: str) -> Rhyme:
    """How well two words in lower case rhyme, by the best way of saying both."""
    return _rhyme(one[-LONGEST:], other[-LONGEST:])


@lru_cache(maxsize=100_000)
def _rhyme(one: str, other: str) -> Rhyme:
    best = Rhyme.SAME if one == other else Rhyme.NONE
    spelled = one != other and _alike_to_the_eye(one, other)
    for left in ends(one):
        for right in ends(other):
            if left.part == right.part:
                found = Rhyme.SAME if left.before == right.before else Rhyme.PERFECT
                if not (left.usual and right.usual):
                    found = Rhyme.NEAR
            elif best >= Rhyme.NEAR:
                continue
            else:
                found = _compare(left, right, one, other)
            best = max(best, found)
            if best is Rhyme.PERFECT:
                return best
    return Rhyme.EYE if spelled and best < Rhyme.EYE else best


@lru_cache(maxsize=50_000)
def rhyme_ends(one: str, other: str) -> Rhyme:
    """How well two lines rhyme by their last words, of which a light one may lean on the word before it.

    Args:
        one, other: a word, or two with a space between, see :func:`bot.forms.english.returns.line_end`.
    """
    left, right = one.rpartition(" ")[2], other.rpartition(" ")[2]
    plain = rhyme(left, right)
    if one == left and other == right:
        return plain
    if left == right:
        # enjoys it and destroys it
        before = [end.rpartition(" ")[0] for end in (one, other)]
        return Rhyme.PERFECT if all(before) and rhyme(*before) is Rhyme.PERFECT else plain
    leaning = rhyme(one, other)
    return max(plain, min(leaning, Rhyme.NEAR)) if leaning >= Rhyme.NEAR else plain


def _compare(one: End, other: End, left: str, right: str) -> Rhyme:
    """The kind of two ends whose parts are not equal."""
    if one.accent == other.accent:
        return Rhyme.NEAR
    if found := _promoted(one, other):
        return found
    if _old_y(one, other) or _old_y(other, one):
        return Rhyme.HISTORIC
    mine, yours = one.part, other.part
    if found := _vowels_apart(mine, yours, left, right):
        return found
    if mine[0] == yours[0] and len(mine) > 1 and len(yours) > 1:
        if _softened(mine, _VOICE) == _softened(yours, _VOICE):
            return Rhyme.SLANT
        if _softened(mine, _CLOSE) == _softened(yours, _CLOSE):
            return Rhyme.SLANT
        light_end = one.last == other.last != mine
        if light_end and _softened(mine, _FAMILY) == _softened(yours, _FAMILY):
            return Rhyme.SLANT
    return _consonance(one, other)


def _promoted(one: End, other: End) -> Rhyme:
    """A light last syllable that bears the beat: *melody* and *be*, *providence* and *sense*."""
    if not (one.lifted or other.lifted):
        return Rhyme.NONE
    if one.last == other.last or one.last_accent == other.last_accent:
        if one.stressed or other.stressed:
            return Rhyme.NEAR
        # ecstasy, melody: both light, and long enough that the beat falls on both.
        return Rhyme.SLANT if one.lifted and other.lifted else Rhyme.NONE
    if one.raised and other.stressed and _same_raised(one.raised, other.last):
        return Rhyme.NEAR
    if other.raised and one.stressed and _same_raised(other.raised, one.last):
        return Rhyme.NEAR
    return Rhyme.NONE


def _same_raised(raised: Phones, full: Phones) -> bool:
    if raised[1:] != full[1:]:
        return False
    if raised[1] == "R":
        return raised[0] == full[0] or frozenset((raised[0], full[0])) in _R_ALIKE
    # natural and all: before l the vowel of -al is broad.
    return raised[0] == full[0] or (raised[:2] == ("AE", "L") and full[0] in ("AO", "AA"))


def _old_y(one: End, other: End) -> bool:
    """*Memory* and *die*: a true rhyme once (Kökeritz, "Shakespeare's Pronunciation", 1953)."""
    return one.lifted and one.last[0] == "IY" and other.last[0] == "AY" and one.last[1:] == other.last[1:]


def _vowels_apart(mine: Phones, yours: Phones, left: str, right: str) -> Rhyme:
    """Other vowels before the same consonants: whether verse has rhymed them."""
    if mine[0] == "ER" or yours[0] == "ER":
        mine, yours = _with_r(mine), _with_r(yours)
    coda = mine[1:]
    if not coda or coda != yours[1:] or mine[0] == yours[0]:
        return Rhyme.NONE
    pair = frozenset((mine[0], yours[0]))
    if coda[0] == "R":
        alike = pair in _R_ALIKE and ("ER" not in pair or len(coda) > 1)
        return Rhyme.HISTORIC if alike else Rhyme.NONE
    if pair in _BEFORE.get(coda[0], ()) or (pair in _HISTORIC and not (coda[0] == "L" and "AO" in pair)):
        return Rhyme.HISTORIC
    if pair in _OLD_WRITTEN:
        vowel, spelling = _OLD_WRITTEN[pair]
        if spelling.search((left if mine[0] == vowel else right)[-6:]):
            return Rhyme.HISTORIC
    # given and heaven, river and ever: before v and r, in longer words.
    if pair == frozenset(("EH", "IH")) and len(coda) > 1 and coda[0] in ("V", "R"):
        return Rhyme.HISTORIC
    return Rhyme.NONE


def _with_r(phones: Phones) -> Phones:
    return ("ER", "R", *phones[1:]) if phones[0] == "ER" else phones


def _consonance(one: End, other: End) -> Rhyme:
    """What a poem may take for a rhyme that has chosen to."""
    for left, right in ((one.part, other.part), (one.last, other.last)):
        # room and name, load and hold; day and eternity.
        coda, other_coda = _coda(_with_r(left)), _coda(_with_r(right))
        if coda == other_coda and (coda or left == right or _close_ends(left[0], right[0])):
            return Rhyme.CONSONANCE
        if not (one.stressed or other.stressed):
            return Rhyme.NONE
    if one.part[0] == other.part[0] and one.last == other.last != one.part and other.last != other.part:
        # open and broken
        return Rhyme.CONSONANCE
    soft, softer = _softened(one.part, _CLOSE), _softened(other.part, _CLOSE)
    if len(soft) > 1 and soft[1:] == softer[1:] and _close_vowels(soft[0], softer[0]):
        return Rhyme.CONSONANCE
    return Rhyme.NONE


def _softened(phones: Phones, table: dict[str, str]) -> Phones:
    if phones[-2:] == ("F", "T"):
        # bereft and slept
        phones = (*phones[:-2], "P", "T")
    return tuple(table.get(phone, phone) for phone in phones)


_NEAR_VOWELS = (
    frozenset(("OW", "AO", "AA", "AH", "UH", "UW")),
    frozenset(("IY", "IH", "EH", "EY")),
    frozenset(("AE", "AA", "EH", "AH", "EY")),
    frozenset(("AY", "IH", "IY")),
    frozenset(("ER", "AO", "EH", "IH", "AA")),
)


def _coda(phones: Phones) -> Phones:
    """What follows the vowel; a liquid before another consonant is passed over (*load* and *hold*), and so
    is the d of *winds*."""
    coda = phones[1:]
    while len(coda) > 1 and coda[0] in ("R", "L"):
        coda = coda[1:]
    return ("N", "Z") if coda == ("N", "D", "Z") else coda


def _close_ends(one: str, other: str) -> bool:
    """Whether two vowels that close a word glide the same way."""
    return any(one in group and other in group for group in (("EY", "IY", "AY"), ("OW", "UW", "AW", "AO")))


def _close_vowels(one: str, other: str) -> bool:
    return any(one in group and other in group for group in _NEAR_VOWELS)


def _alike_to_the_eye(one: str, other: str) -> bool:
    """Whether two words are spelled alike from the vowel letters on that the beat falls on."""
    left, right = _eye(one), _eye(other)
    if left != right or not (len(left) > 2 or left[1:] in tuple("wyeao")):
        return False
    if _light(one) or _light(other):
        # Not scorning and walking: from the last vowel but one.
        return _eye(one, 2) == _eye(other, 2)
    return True


def _light(word: str) -> bool:
    """Whether a word's last syllable is light, and not such that the beat may fall on it."""
    said = ends(word)
    return bool(said) and not any(end.stressed or end.lifted for end in said)


def _eye(word: str, vowels: int = 1) -> str:
    """The letters from the so-many-th group of vowels from the end."""
    letters = [char for char in word if char.isalpha()]
    at = len(letters)
    if letters[-1:] == ["e"] and at > 2:
        at -= 1
    for _ in range(vowels):
        while at > 0 and letters[at - 1] not in "aeiouy":
            at -= 1
        while at > 0 and letters[at - 1] in "aeiouy":
            at -= 1
    return "".join(letters[at:])
