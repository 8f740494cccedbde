"""How words end: the part that rhymes, and what accents and the beat of verse make of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from bot.forms.english.dictionary import Phones
from bot.forms.english.sound import sounds

_BEFORE_R = {"IY": "IH", "OW": "AO", "UW": "UH"}
_MERGED = {"AO": "AA", "UH": "AH"}
_RAISED_R = {"a": "AA", "o": "AO", "i": "IH"}
_RAISED = {"a": "AE", "e": "EH", "i": "IH", "o": "AA", "u": "AH"}


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


@lru_cache(maxsize=50_000)
def ends(word: str) -> tuple[End, ...]:
    """How each way of saying a word in lower case ends."""
    return tuple(dict.fromkeys(_ends(word)))


def _ends(word: str) -> Iterator[End]:
    head, leaning, last = word.rpartition(" ")
    if leaning:
        yield from _leaning(head, last)
        return
    said = sounds(word)
    if any(sound.stress == "1" for sound in said):
        # Not *are* as in *they're*: at the end of a line a word has its full sound.
        said = [sound for sound in said if sound.stress != "0"]
    for sound in said:
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
            sound.usual,
        )


def _leaning(head: str, last: str) -> Iterator[End]:
    """The ends of two words of which the second is light, as if they were one: *burn her* as *Smyrna*."""
    for one in sounds(head):
        for other in sounds(last):
            light = tuple(phone.replace("1", "0").replace("2", "0") for phone in other.phones)
            phones = (*one.phones, *(light[1:] if light[0] == "HH" else light))
            before, mine = part(phones)
            end = last_vowel(phones)[1]
            accents = _accent(mine, last), _accent(end, last)
            usual = one.usual and other.usual
            yield End(before, mine, end, *accents, (), False, False, one.syllables + 1, usual)


@lru_cache(maxsize=100_000)
def pronunciations(word: str) -> tuple[tuple[int, str, str], ...]:
    """The ways of saying a word: (syllables, a digit of stress for each, the part that rhymes).

    Two words rhyme perfectly if their parts are equal and the consonants before are not;
    :func:`rhyme` judges that and all that is less.
    """
    return tuple((sound.syllables, sound.stress, " ".join(part(sound.phones)[1])) for sound in sounds(word))


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


def _accent(phones: Phones, word: str) -> Phones:
    """Sounds as other accents merge them: *cot* and *caught*, *morn* and *dawn*, *father* and *farther*."""
    if "Y" in phones[2:]:
        # figure and vigour
        phones = tuple(phone for at, phone in enumerate(phones) if phone != "Y" or at < 2)
    if phones in (("AO",), ("AO", "R")):
        # law and bore
        return ("AO R",)
    count, last = len(phones), phones[-1]
    if count > 2 and phones[-2:] in (("IH", "NG"), ("IH", "N")):
        # muffin and stuffing
        phones = (*phones[:-2], "AH", "N")
    if last == "ER" and count > 1:
        # Sparta and daughter, parma and calmer
        phones = (*phones[:-1], "AH")
    merged = tuple(
        _MERGED.get(phone, phone) if phones[at + 1 : at + 2] != ("R",) else phone
        for at, phone in enumerate(phones)
    )
    if merged[1:2] == ("R",) and merged[0] in ("AO", "AA") and len(merged) > 2:
        return ("AA" if merged[0] == "AO" else "AA R", *merged[2:])
    if phones[:1] == ("AA",) and len(phones) > 1 and re.search(r"a[^aeiou]*e?r?$", word):
        # calm, as arm
        return ("AA R", *merged[1:])
    return merged
