"""What rhymes with what, and how well."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

from bot.forms.english.dictionary import Phones
from bot.forms.english.sound import Sound, sounds


class Rhyme(IntEnum):
    """How well two words rhyme, the better the greater."""

    NONE = 0
    SLANT = 1
    """The same end with another vowel, or nearly the same sounds: *stone* and *gone*, *home* and *tone*."""
    EYE = 2
    """Spelled alike, said otherwise; many were true when they were written: *love* and *prove*."""
    NEAR = 3
    """True in another accent, or with a licence of verse: *dawn* and *morn*, *be* and *melody*."""
    SAME = 4
    """The same sound with the same consonants before it: *sea* and *see*, or a word with itself."""
    PERFECT = 5


_CLOSE = {
    "Z": "S",
    "D": "T",
    "V": "F",
    "B": "P",
    "G": "K",
    "ZH": "SH",
    "DH": "TH",
    "JH": "CH",
    "NG": "N",
    "M": "N",
}
_BEFORE_R = {"IY": "IH", "OW": "AO"}
_MERGED = {"AO": "AA", "UH": "AH", "IH": "IH", "EH": "EH"}


@lru_cache(maxsize=100_000)
def rhyme(one: str, other: str) -> Rhyme:
    """How well two words in lower case rhyme, by the best way of saying both."""
    best = Rhyme.SAME if one == other else Rhyme.NONE
    for left in sounds(one):
        for right in sounds(other):
            found = _compare(left.phones, right.phones)
            if found >= Rhyme.SAME and not (_plain(left) and _plain(right)):
                found = Rhyme.NEAR
            best = max(best, found)
            if best is Rhyme.PERFECT:
                return best
    if best < Rhyme.EYE and one != other and _alike_to_the_eye(one, other):
        return Rhyme.EYE
    return best


@lru_cache(maxsize=100_000)
def pronunciations(word: str) -> tuple[tuple[int, str, str], ...]:
    """The ways of saying a word: (syllables, a digit of stress for each, the part that rhymes).

    Two words rhyme perfectly if their parts are equal and the consonants before are not;
    :func:`rhyme` judges that and all that is less.
    """
    return tuple((sound.syllables, sound.stress, " ".join(part(sound.phones)[1])) for sound in sounds(word))


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


def _compare(one: Phones, other: Phones) -> Rhyme:
    (before, mine), (ahead, yours) = part(one), part(other)
    if not mine or not yours:
        return Rhyme.NONE
    if mine == yours:
        return Rhyme.SAME if before == ahead else Rhyme.PERFECT
    if _accent(mine) == _accent(yours):
        return Rhyme.NEAR
    if _with_old_r(mine) == _with_old_r(yours):
        return Rhyme.SLANT
    if _old_y(one, other) or _old_y(other, one):
        return Rhyme.NEAR
    # melody and be, majesty and tree: verse puts a stress on the last syllable.
    (_, mine_last), (_, yours_last) = last_vowel(one), last_vowel(other)
    if mine_last == yours_last or _accent(mine_last) == _accent(yours_last):
        if _ends_stressed(one) or _ends_stressed(other):
            return Rhyme.NEAR
        if min(len(_vowels(one)), len(_vowels(other))) > 2:
            return Rhyme.SLANT
    stressed = _ends_stressed(one) or _ends_stressed(other)
    for left, right in ((mine, yours), (mine_last, yours_last)) if stressed else ((mine, yours),):
        # Consonance, as in Dickinson and Owen: room and name; or two open vowels: day and eternity.
        coda, other_coda = _coda(left), _coda(right)
        if coda == other_coda and (coda or _close_ends(left[0], right[0])):
            return Rhyme.SLANT
    soft, softer = _softened(mine), _softened(yours)
    if len(mine) > 1 and (soft == softer or (soft[1:] == softer[1:] and _close_vowels(mine[0], yours[0]))):
        return Rhyme.SLANT
    return Rhyme.NONE


def _old_y(one: Phones, other: Phones) -> bool:
    """*Memory* and *die*: a true rhyme once (Kökeritz, "Shakespeare's Pronunciation", 1953)."""
    return (
        sum(phone[-1].isdigit() for phone in one) > 1
        and one[-2 if one[-1] == "Z" else -1] == "IY0"
        and other[-2 if other[-1] == "Z" else -1][:2] == "AY"
        and (one[-1] == "Z") == (other[-1] == "Z")
    )


def _with_old_r(phones: Phones) -> Phones:
    """*Desert* and *part*, *were* and *near*: before r the vowels went their own ways late."""
    first, rest = phones[0], phones[1:]
    if first == "ER":
        return ("R", *rest)
    return rest if rest[:1] == ("R",) and first in ("AA", "EH", "IH", "AO") else phones


def _vowels(phones: Phones) -> Phones:
    return tuple(phone for phone in phones if phone[-1].isdigit())


def _ends_stressed(phones: Phones) -> bool:
    vowels = _vowels(phones)
    return bool(vowels) and (vowels[-1][-1] in "12" or len(vowels) == 1)


def _accent(phones: Phones) -> Phones:
    """Sounds as other accents merge them: *cot* and *caught*, *morn* and *dawn*."""
    merged = tuple(_MERGED.get(phone, phone) for phone in phones)
    return tuple(
        phone for at, phone in enumerate(merged) if not (phone == "R" and at > 0 and merged[at - 1] == "AA")
    )


def _softened(phones: Phones) -> Phones:
    return tuple(_CLOSE.get(phone, phone) for phone in phones)


_NEAR_VOWELS = (
    frozenset(("OW", "AO", "AA", "AH", "UH", "UW")),
    frozenset(("IY", "IH", "EH", "EY")),
    frozenset(("AE", "AA", "EH", "AH", "EY")),
    frozenset(("AY", "IH", "IY")),
    frozenset(("ER", "AO", "EH", "IH", "AA")),
)


def _coda(phones: Phones) -> Phones:
    """What follows the vowel; a liquid before another consonant is passed over (*load* and *hold*)."""
    return phones[2:] if len(phones) > 2 and phones[1] in ("R", "L") else phones[1:]


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
