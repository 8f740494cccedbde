"""What rhymes with what, and how well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from bot.forms.english.dictionary import Phones
from bot.forms.english.sound import Sound, sounds


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


class End(NamedTuple):
    """How a way of saying a word ends, worked out once.

    Attributes:
        before: the consonants before the part that rhymes.
        part: from the last stressed vowel, without stress.
        last: from the last vowel, stressed or not.
        accent: the part as other accents merge it; so ``last_accent``.
        raised: the last light syllable with the full vowel that its spelling suggests, where the beat may
            fall on it because the syllable before is light too: *comforted* as if it ended in *-ed* of *bed*.
        stressed: its last syllable has a stress, or there is no other.
        lifted: its last syllable is light, and so is the one before.
        vowels: how many there are.
        usual: it takes no licence.
    """

    before: Phones
    part: Phones
    last: Phones
    accent: Phones
    last_accent: Phones
    raised: Phones
    stressed: bool
    lifted: bool
    vowels: int
    usual: bool


_HISTORIC = frozenset(
    frozenset(pair.split("-"))
    for pair in """UH-UW AA-OW AA-AH AY-OY AH-UW IH-IY AH-OW AO-AH AO-OW UH-AH""".split()
)
"""Vowels before the same consonants that verse from Spenser to Tennyson rhymed: *good* and *rude*, *god* and
*abode*, *upon* and *sun*, *join* and *mine*, *come* and *doom*, *been* and *queen*, *come* and *home*, *song*
and *young*, *lost* and *boast* (Wyld, "Studies in English Rhymes from Surrey to Pope",
1923; Kökeritz, "Shakespeare's Pronunciation", 1953)."""

_OLD_WRITTEN = {
    frozenset(("EH", "IY")): ("EH", re.compile(r"ea|ei|ie|ue|ai|e[^aeiou]+e")),
    frozenset(("EH", "EY")): ("EH", re.compile(r"ea|ai|ay|ei")),
    frozenset(("EY", "IY")): ("EY", re.compile(r"ea|ei|ey")),
    frozenset(("AE", "EY")): ("AE", re.compile(r"ast|ath|ave|ange")),
    frozenset(("AA", "AE")): ("AA", re.compile(r"a")),
}
"""Likewise, where the word with the first of the two vowels is written so: *head* and *shade*, *feast* and
*guest*, *break* and *cheek*, *past* and *waste*, *swan* and *man*."""

_BEFORE_R = {"IY": "IH", "OW": "AO", "UW": "UH"}
_R_ALIKE = frozenset(
    frozenset(pair.split("-")) for pair in "UH-AO ER-AO ER-AA ER-EH ER-IH ER-UH EH-IH AW-AO EH-AA".split()
)
"""Before r: *more* and *poor*, *word* and *lord*, *heart* and *desert*, *were* and *fair*, *earth* and *hearth*."""

_VOICE = {"Z": "S", "DH": "TH"}
"""Consonants that verse takes for each other at an end: *eyes* and *paradise*, *breathe* and *heath*."""
_CLOSE = {"D": "T", "V": "F", "B": "P", "G": "K", "ZH": "SH", "JH": "CH", "NG": "N", "M": "N", **_VOICE}
_MERGED = {"AO": "AA", "UH": "AH"}
_RAISED_R = {"a": "AA", "o": "AO", "i": "IH"}
_RAISED = {"a": "AE", "e": "EH", "i": "IH", "o": "AA", "u": "AH"}


def rhymes(one: str, other: str) -> bool:
    """Whether two words in lower case would be taken for a rhyme where no scheme asks for one.

    Everything from :data:`Rhyme.SLANT` on: so it agrees best with people (see ``python -m bot bench form``).
    """
    return rhyme(one, other) >= Rhyme.SLANT


@lru_cache(maxsize=100_000)
def rhyme(one: str, other: str) -> Rhyme:
    """How well two words in lower case rhyme, by the best way of saying both."""
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


@lru_cache(maxsize=100_000)
def pronunciations(word: str) -> tuple[tuple[int, str, str], ...]:
    """The ways of saying a word: (syllables, a digit of stress for each, the part that rhymes).

    Two words rhyme perfectly if their parts are equal and the consonants before are not;
    :func:`rhyme` judges that and all that is less.
    """
    return tuple((sound.syllables, sound.stress, " ".join(part(sound.phones)[1])) for sound in sounds(word))


@lru_cache(maxsize=50_000)
def ends(word: str) -> tuple[End, ...]:
    """How each way of saying a word in lower case ends."""
    return tuple(dict.fromkeys(_ends(word)))


def _ends(word: str) -> Iterator[End]:
    for sound in sounds(word):
        before, mine = part(sound.phones)
        if not mine:
            continue
        last = last_vowel(sound.phones)[1]
        stressed = len(sound.stress) == 1 or sound.stress[-1:] in ("1", "2")
        lifted = len(sound.stress) > 2 and sound.stress[-1] == "0" and sound.stress[-2] != "1"
        yield End(
            before,
            mine,
            last,
            _accent(mine, word),
            _accent(last, word),
            _raised(word, last) if lifted else (),
            stressed,
            lifted,
            len(sound.stress),
            _plain(sound),
        )


def _plain(sound: Sound) -> bool:
    return sound.usual


def part(phones: Phones) -> tuple[Phones, Phones]:
    """(the consonants before, the part from the last stressed vowel): what rhymes.

    Without a stressed vowel it is from the last vowel.
    """
    vowels = [at for at, phone in enumerate(phones) if phone[-1].isdigit()]
    if not vowels:
        return (), phones
    stressed = [at for at in vowels if phones[at][-1] in "12"]
    at = stressed[-1] if stressed else vowels[-1]
    return _onset(phones, at), _bare(phones[at:])


def last_vowel(phones: Phones) -> tuple[Phones, Phones]:
    """Likewise from the last vowel, stressed or not."""
    vowels = [at for at, phone in enumerate(phones) if phone[-1].isdigit()]
    return (_onset(phones, vowels[-1]), _bare(phones[vowels[-1] :])) if vowels else ((), phones)


def _onset(phones: Phones, at: int) -> Phones:
    start = at
    while start > 0 and not phones[start - 1][-1].isdigit():
        start -= 1
    return phones[start:at]


def _bare(phones: Phones) -> Phones:
    """Without stress; and with the vowels before r that the dictionary writes now so, now so, made one."""
    plain = tuple(phone.rstrip("012") for phone in phones)
    if plain[1:2] == ("R",):
        return (_BEFORE_R.get(plain[0], plain[0]), *plain[1:])
    return plain


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


def _raised(word: str, last: Phones) -> Phones:
    """The last syllable with the vowel that is written in it."""
    letters = re.sub(r"[^a-z]", "", word)
    written = re.search(r"([aeiou])[^aeiouy]+e?s?$", letters)
    if last[0] == "ER":
        # sepulchre and hair, ancestor and more
        ending = re.search(r"([aeiou])(?:r|[^aeiou]?re)s?$", letters) or re.search(r"(r)es?$", letters)
        return () if ending is None else (_RAISED_R.get(ending[1], "EH"), "R", *last[1:])
    if len(last) < 2 or last[0] not in ("AH", "IH") or written is None:
        return ()
    return (_RAISED[written[1]], *last[1:])


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
    if pair in _HISTORIC and not (coda[0] == "L" and "AO" in pair):
        return Rhyme.HISTORIC
    if pair in _OLD_WRITTEN:
        vowel, spelling = _OLD_WRITTEN[pair]
        if spelling.search((left if mine[0] == vowel else right)[-5:]):
            return Rhyme.HISTORIC
    # given and heaven, river and ever: before v and r, in longer words.
    if pair == {"EH", "IH"} and len(coda) > 1 and coda[0] in ("V", "R"):
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


def _accent(phones: Phones, word: str) -> Phones:
    """Sounds as other accents merge them: *cot* and *caught*, *morn* and *dawn*, *father* and *farther*."""
    merged = tuple(
        _MERGED.get(phone, phone) if phones[at + 1 : at + 2] != ("R",) else phone
        for at, phone in enumerate(phones)
    )
    if merged[1:2] == ("R",) and merged[0] in ("AO", "AA") and len(merged) > 2:
        return ("AA" if merged[0] == "AO" else "AA R", *merged[2:])
    if phones[0] == "AA" and len(phones) > 1 and re.search(r"a[^aeiou]*e?r?$", word):
        # calm, as arm
        return ("AA R", *merged[1:])
    return merged


def _softened(phones: Phones, table: dict[str, str]) -> Phones:
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
    coda = phones[2:] if len(phones) > 2 and phones[1] in ("R", "L") else phones[1:]
    return ("N", "Z") if coda == ("N", "D", "Z") else coda


def _close_ends(one: str, other: str) -> bool:
    """Whether two vowels that close a word glide the same way."""
    return any(one in group and other in group for group in (("EY", "IY", "AY"), ("OW", "UW", "AW", "AO")))


def _close_vowels(one: str, other: str) -> bool:
    return any(one in group and other in group for group in _NEAR_VOWELS)


def _alike_to_the_eye(one: str, other: str) -> bool:
    """Whether two words are spelled alike from their last vowel letters on."""
    ends = [_eye(word) for word in (one, other)]
    return ends[0] == ends[1] and (len(ends[0]) > 2 or ends[0][1:] in tuple("wyeao"))


def _eye(word: str) -> str:
    letters = [char for char in word if char.isalpha()]
    at = len(letters)
    if letters[-1:] == ["e"] and at > 2:
        at -= 1
    while at > 0 and letters[at - 1] not in "aeiouy":
        at -= 1
    while at > 0 and letters[at - 1] in "aeiouy":
        at -= 1
    return "".join(letters[at:])
