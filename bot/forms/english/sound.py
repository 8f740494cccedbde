"""Words as sounds: syllables, stresses, the part that rhymes; with the licences that verse takes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.forms.english.dictionary import Phones, look_up
from bot.forms.english.guess import ELIDED, guesses

_WORD = re.compile(r"[’'\ufffd]?[^\W\d_]+(?:[’'\ufffd][^\W\d_]+)*[’'\ufffd]?|\d+")
_SET_APART = re.compile(
    r"(?<=[’'][tT])\s(?=(?:is|was|were|will|would)\b)|(?<=\w)\s(?=[’'](?:d|s|ve|ll|re|m)\b)"
)
"""Old print sets *'t was* and *I 've* with a space."""
_LIQUID = frozenset(("R", "L", "N", "M"))


@dataclass(frozen=True, slots=True)
class Sound:
    """One way of saying a word.

    Attributes:
        phones: ARPAbet.
        stress: a digit for each syllable: 1 primary, 2 secondary, 0 none.
        usual: the dictionary has it; else it is guessed, or a licence of verse.
    """

    phones: Phones
    stress: str
    usual: bool

    @property
    def syllables(self) -> int:
        """How many there are."""
        return len(self.stress)


def words(line: str) -> list[str]:
    """The words of a line as they are looked up: lower case, straight apostrophes, accents kept.

    Hyphens and dashes part words.  A sign that was lost in reading a file stands for an apostrophe.
    """
    whole = _SET_APART.sub("", line)
    return [match.group().lower().replace("’", "'").replace("\ufffd", "'") for match in _WORD.finditer(whole)]


@lru_cache(maxsize=50_000)
def sounds(word: str) -> tuple[Sound, ...]:
    """Every way a word may be said, the usual ones first; none for what has no letters."""
    bare = word if word in ELIDED or look_up(word) else word.strip("'")
    sounded_ed = bare.endswith(("èd", "éd"))
    plain = "".join(char for char in unicodedata.normalize("NFD", bare) if not unicodedata.combining(char))
    if not plain or plain.isdigit():
        return ()
    said = look_up(plain)
    usual = bool(said)
    if plain in ELIDED:
        said, usual = tuple(tuple(one.split()) for one in ELIDED[plain].split("|")), True
    said = said or tuple(phones for phones in guesses(plain) if phones)
    found: dict[Phones, bool] = dict.fromkeys(said, usual)
    if sounded_ed:
        fewest = min(len(_stress(phones)) for phones in said)
        found = {_with_ed(phones): True for phones in said if len(_stress(phones)) == fewest}
        said = ()
    for phones in said:
        for other in (*shorter(phones), *_longer(plain, phones)):
            found.setdefault(other, False)
    return tuple(Sound(phones, _stress(phones), sure) for phones, sure in found.items())


def _stress(phones: Phones) -> str:
    return "".join(phone[-1] for phone in phones if phone[-1].isdigit())


def shorter(phones: Phones) -> Iterator[Phones]:
    """What elision makes of a pronunciation: one syllable less or two (Attridge, 1995, ch. 5)."""
    once = list(_elided(phones))
    yield from once
    for one in once:
        yield from _elided(one)


def _elided(phones: Phones) -> Iterator[Phones]:
    vowels = sum(phone[-1].isdigit() for phone in phones)
    for at, phone in enumerate(phones):
        if not phone[-1].isdigit() or vowels < 2:
            continue
        after = phones[at + 1] if at + 1 < len(phones) else ""
        light = phone.endswith("0")
        if light and phone in ("IY0", "UW0", "IH0") and after[-1:].isdigit():
            # glorious, influence: the vowel becomes a glide.
            yield (*phones[:at], "W" if phone == "UW0" else "Y", *phones[at + 1 :])
        elif light and phone == "ER0" and at > 0 and after[-1:] in ("0", "2"):
            # every, murmuring: the syllable is swallowed before another light one.
            yield (*phones[:at], "R", *phones[at + 1 :])
        elif light and phone in ("AH0", "IH0") and after in _LIQUID and at > 0:
            # heaven, devil; general, loosening.
            beyond = phones[at + 2] if at + 2 < len(phones) else ""
            if phones[at - 1] in ("V", "DH", "TH") or (
                beyond.endswith("0") and phones[at - 1] not in _LIQUID
            ):
                yield (*phones[:at], *phones[at + 1 :])
        elif light and at > 1 and phones[at - 1] == "R" and phones[at - 2][-1] in "12":
            # spirit.
            yield (*phones[:at], *phones[at + 1 :])
        elif phone == "ER0" and at > 0 and phones[at - 1][:2] in ("AW", "AY", "OW", "EY", "IY", "UW", "OY"):
            # flower, fire, prayer.
            yield (*phones[:at], "R", *phones[at + 1 :])
        elif phone == "AH0" and after == "W" and 0 < at < len(phones) - 2:
            # sensual, usual.
            yield (*phones[:at], *phones[at + 1 :])
        elif light and at > 0 and phones[at - 1][:2] in ("IY", "AY", "OW", "UW", "AW", "EY", "OY"):
            # being, quiet, poem.
            yield (*phones[:at], *phones[at + 1 :])
        elif light and at > 0 and phones[at - 1] in ("V", "DH") and phone == "ER0" and at == len(phones) - 1:
            # ever, over, either before a vowel.
            yield (*phones[:at], "R")


def _longer(word: str, phones: Phones) -> Iterator[Phones]:
    """What older verse sounds: banishèd, fi-er, pati-ence."""
    if word.endswith("ed") and phones[-1] in ("T", "D") and phones[-2][-1:] not in ("0",):
        yield _with_ed(phones)
    if phones[-1] == "R" and len(phones) > 1 and phones[-2][:2] in ("AY", "AW"):
        yield (*phones[:-1], "ER0")
    for pair in (("SH", "AH0"), ("CH", "AH0"), ("Y", "AH0")):
        for at in range(1, len(phones) - 1):
            if phones[at : at + 2] == pair and word.endswith(("ion", "ient", "ience", "ious", "ial", "ians")):
                yield (*phones[: at + 1], "IY0", *phones[at + 1 :])
                return


def _with_ed(phones: Phones) -> Phones:
    return (*phones[:-1], "IH0", "D") if phones[-1] in ("T", "D") else (*phones, "IH0", "D")


@lru_cache(maxsize=50_000)
def lengths(word: str) -> tuple[frozenset[int], frozenset[int]]:
    """Numbers of syllables that a word has: as usual, and with every licence."""
    said = sounds(word)
    usual = frozenset(sound.syllables for sound in said if sound.usual)
    return usual, usual | {sound.syllables for sound in said}


def line_lengths(line: str) -> tuple[frozenset[int], frozenset[int]]:
    """Numbers of syllables that a line may have: as usual, and with licences.

    Where a word is only guessed there is no usual number.
    """
    usual: frozenset[int] = frozenset((0,))
    licensed: frozenset[int] = frozenset((0,))
    said = words(line)
    for at, word in enumerate(said):
        one, all = lengths(word)
        if not all:
            continue
        if word in ("the", "to") and at + 1 < len(said) and _begins_with_vowel(said[at + 1]):
            # th' expense, t' anticipate
            all |= {0}
        if at + 1 < len(said) and said[at + 1] in ("a", "an", "and") and _ends_in_y(word):
            # many a
            all |= {length - 1 for length in all if length > 1}
        usual = frozenset(have + more for have in usual for more in one)
        licensed = frozenset(have + more for have in licensed for more in all)
    return usual, licensed


def _begins_with_vowel(word: str) -> bool:
    return any(sound.phones[0][-1].isdigit() for sound in sounds(word))


def _ends_in_y(word: str) -> bool:
    return any(sound.phones[-1] == "IY0" for sound in sounds(word))
