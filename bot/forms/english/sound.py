"""Words as sounds: syllables, stresses, the part that rhymes; with the licences that verse takes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.forms.english.dictionary import Phones, look_up
from bot.forms.english.guess import by_ear, from_parts

LONGEST = 64
"""Letters of a word that are looked at, its last; the longest in a dictionary has 45."""

_WORDS = r"'?[^\W\d_]+(?:'[^\W\d_]+)*'?|\d+"
_WORD = re.compile(_WORDS)
_WORD_OR_PAUSE = re.compile(rf"({_WORDS})|([,;:.!?—–()\"]|--)")
_SET_APART = re.compile(r"(?<='t)\s(?=(?:is|was|were|will|would)\b)|(?<=\w)\s(?='(?:d|s|ve|ll|re|m)\b)")
"""Old print sets *'t was* and *I 've* with a space."""
_NOTE = re.compile(r"\[\d+\]|\{\d+\}")
"""The number of an editor's note."""
_LOST_ED = re.compile(r"(?<=[^\W\d_])\ufffdd(?!\w)")
"""*Belovèd* or *belov'd*: what the lost sign was cannot be told, and *beloved* may be both."""
_LIQUID = frozenset(("R", "L", "N", "M"))
_SYNCOPATED = frozenset(("AH0", "IH0", "IY0"))
"""Light vowels that are lost between consonants."""
_HEAVEN = frozenset(
    (stressed, "V", light, "N") for stressed in ("EH1", "IY1", "IH1") for light in ("AH0", "IH0")
) | {
    ("IH1", "Z", "AH0", "N"),
    ("AA1", "L", "AH0", "N"),
    ("AO1", "L", "AH0", "N"),
    ("OW1", "L", "AH0", "N"),
    ("OW1", "Z", "AH0", "N"),
    ("IY1", "V", "AH0", "L"),
}
"""Heaven, even, given, driven, seven, eleven; risen, fallen, stolen, chosen; evil."""
_SOUNDED_E = frozenset(("EY0", "EY1", "IY0"))
_GLIDING = frozenset(("IY0", "UW0", "IH0", "OW0", "IY2", "IH2", "UW2", "OW2"))
_LONG = frozenset(("AY1", "AW1", "OW1", "UW1", "IY1", "EY1", "OY1"))
_SWALLOWED = re.compile(r"[aeiouy][^aeiouy]+er[aeio]")
_EITHER = frozenset(("either", "neither", "whether", "whither", "hither", "thither"))
_EVER = frozenset(("over", "ever", "never", "ouer", "euer", "neuer"))
_ONCE: dict[str, Phones] = {"were": ("W", "EH1", "R"), "wert": ("W", "EH1", "R", "T")}
"""Words that were said otherwise where they rhyme in old verse: *were* and *there*."""
_SHORT_ED = frozenset((("EH1", "D"), ("IH0", "D"), ("AH0", "D"), ("EH2", "D")))


@dataclass(frozen=True, slots=True)
class Sound:
    """One way of saying a word.

    Attributes:
        phones: ARPAbet.
        stress: a digit for each syllable: 1 primary, 2 secondary, 0 none.
        licence: what verse must allow itself for it, a key of :data:`bot.forms.english.reading.COST`;
            empty for a usual way: the dictionary has it, or the parts of the word leave no doubt.
    """

    phones: Phones
    stress: str
    licence: str = ""

    @property
    def usual(self) -> bool:
        """Whether it takes no licence."""
        return not self.licence

    @property
    def syllables(self) -> int:
        """How many there are."""
        return len(self.stress)


def words(line: str) -> list[str]:
    """The words of a line as they are looked up: lower case, straight apostrophes, accents kept.

    Hyphens and dashes part words.  A sign that was lost in reading a file stands for an apostrophe.
    """
    return [word[-LONGEST:] for word in _WORD.findall(_plain(line))]


def phrases(line: str) -> list[list[str]]:
    """The words of a line between its pauses, likewise."""
    found: list[list[str]] = [[]]
    for word, pause in _WORD_OR_PAUSE.findall(_plain(line)):
        if pause:
            found.append([])
        else:
            found[-1].append(word[-LONGEST:])
    return [phrase for phrase in found if phrase]


def _plain(line: str) -> str:
    whole = line.lower()
    if "[" in whole or "{" in whole:
        whole = _NOTE.sub("", whole)
    if "\ufffd" in whole:
        whole = _LOST_ED.sub("ed", whole).replace("\ufffd", "'")
    whole = whole.replace("’", "'")
    return _SET_APART.sub("", whole) if "'" in whole else whole


def sounds(word: str) -> tuple[Sound, ...]:
    """Every way a word may be said, the usual ones first; none for what has no letters."""
    return _sounds(word[-LONGEST:])


@lru_cache(maxsize=50_000)
def _sounds(word: str) -> tuple[Sound, ...]:
    bare = word if look_up(word) else word.strip("'")
    plain = "".join(char for char in unicodedata.normalize("NFD", bare) if not unicodedata.combining(char))
    if not plain:
        return ()
    if plain.isdecimal():
        return tuple(Sound(phones, _stress(phones), licence) for phones, licence in _number(plain))
    found = dict(_usual(plain))
    said = tuple(found)
    if bare.endswith(("èd", "éd")):
        fewest = min(len(_stress(phones)) for phones in said)
        return tuple(
            Sound(full, _stress(full))
            for full in dict.fromkeys(_with_ed(phones) for phones in said if len(_stress(phones)) == fewest)
        )
    if plain in _ONCE:
        found.setdefault(_ONCE[plain], "other")
    for phones in said:
        for licence, other in (*shorter(phones, plain), *_longer(plain, phones)):
            found.setdefault(other, licence)
    return tuple(Sound(phones, _stress(phones), licence) for phones, licence in found.items())


def _usual(word: str) -> Iterator[tuple[Phones, str]]:
    """The ways of saying a word before any licence of verse, with ``guess`` for those that are in doubt."""
    if entries := look_up(word):
        yield from ((_admiring(phones), "") for phones in entries)
    elif parts := from_parts(word):
        count = len(_stress(parts[0]))
        yield from (
            (phones, "" if len(_stress(phones)) == count else "perhaps") for phones in parts if phones
        )
    else:
        yield from ((phones, "guess") for phones in by_ear(word) if phones)


_NUMBERS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"""
_NAMES = tuple(_NUMBERS.split())
"""Of 0 to 19, and of the tens from 20."""


def _number(digits: str) -> Iterator[tuple[Phones, str]]:
    """A number up to 9999 as it is read aloud; from 100 on there are several ways, so it is in doubt."""
    number = int(digits) if len(digits) < 5 else 0
    if number < 100 and (number or len(digits) == 1):
        yield _spelled(number), ""
    elif number >= 100:
        head, tail = divmod(number, 100)
        rest = _spelled(tail) if tail else ()
        yield (*_spelled(head), *look_up("hundred")[0], *rest), "guess"
        if head >= 10 and tail:
            yield (*_spelled(head), *(() if tail >= 10 else look_up("oh")[0]), *rest), "guess"


def _spelled(number: int) -> Phones:
    if number < 20:
        return look_up(_NAMES[number])[0]
    ones = look_up(_NAMES[number % 10])[0] if number % 10 else ()
    return (*look_up(_NAMES[18 + number // 10])[0], *ones)


def _admiring(phones: Phones) -> Phones:
    """*Admiring* as it is said, for which the dictionary writes *admire-ing*."""
    return (*phones[:-3], "R", *phones[-2:]) if phones[-4:] == ("AY1", "ER0", "IH0", "NG") else phones


def _stress(phones: Phones) -> str:
    return "".join(phone[-1] for phone in phones if phone[-1].isdigit())


def shorter(phones: Phones, word: str = "") -> Iterator[tuple[str, Phones]]:
    """What elision makes of a pronunciation: one syllable less or two (Attridge, 1995, ch. 5)."""
    once = list(_elided(phones, word))
    yield from once
    for _, one in once:
        yield from (("twice", other) for _, other in _elided(one))


def _elided(phones: Phones, word: str = "") -> Iterator[tuple[str, Phones]]:
    agent = word.rstrip("s'").endswith(("ier", "yer", "iar"))
    vowels = sum(phone[-1].isdigit() for phone in phones)
    for at, phone in enumerate(phones):
        if not phone[-1].isdigit() or vowels < 2:
            continue
        before = phones[at - 1] if at else ""
        after = phones[at + 1] if at + 1 < len(phones) else ""
        light = phone.endswith("0")
        without = (*phones[:at], *phones[at + 1 :])
        if light and phone in ("AH0", "IH0") and phones[max(0, at - 2) : at + 2] in _HEAVEN:
            yield "heaven", without
        elif light and phones[:4] == ("S", "P", "IH1", "R") and at == 4:
            yield "spirit", without
        elif phone in _GLIDING and after[-1:] in ("0", "2"):
            # glorious, influence, shallowest, spiritual: the vowel becomes a glide.
            yield "glide", (*phones[:at], "Y" if phone[0] == "I" else "W", *phones[at + 1 :])
        elif light and phone == "ER0" and before and after[-1:] in ("0", "2"):
            # every, murmuring: the syllable is swallowed before another light one.
            yield "swallowed", (*phones[:at], "R", *phones[at + 1 :])
        elif phone == "ER0" and before[:2] in ("AW", "AY") and not agent:
            # flower, fire, empire
            yield "flower", (*phones[:at], "R", *phones[at + 1 :])
        elif phone == "ER0" and before == "V" and word in _EVER:
            # o'er, e'er, ne'er, where they are not written so; in old spelling they are not yet
            yield ("other" if "u" in word else "either"), (*phones[: at - 1], "R")
        elif phone == "ER0" and word in _EITHER:
            yield "either", (*phones[:at], "R")
        elif phone == "AH0" and after == "W" and 0 < at < len(phones) - 2:
            # sensual, usual
            yield "glide", without
        elif phone in ("AH0", "IH0") and before in _LONG:
            # being, knowing; pious, quiet, ruin
            yield ("being" if phones[at:] == ("IH0", "NG") else "hiatus"), without
        elif word.endswith("'s") and phones[at:] == ("IH0", "Z"):
            # Essex's
            yield "swallowed", phones[:at]
        elif phone in _SYNCOPATED and (licence := _syncope(phones, at)):
            yield licence, without


def _syncope(phones: Phones, at: int) -> str:
    """The licence by which a light vowel before another light one is lost, "" for none."""
    if not 1 < at < len(phones) - 2:
        return ""
    before, after, beyond = phones[at - 1], phones[at + 1], phones[at + 2]
    if before[-1].isdigit() or beyond[-1] not in "02":
        return ""
    if after in _LIQUID:
        # ominous, gentlest, reckoning
        return "swallowed"
    # innocent, visible
    return "slurred" if beyond[-1] == "0" and (before in _LIQUID or after == "B") else ""


def _longer(word: str, phones: Phones) -> Iterator[tuple[str, Phones]]:
    """What older verse sounds: banishèd, fi-er, pati-ence."""
    if word.endswith("ed") and phones[-2:] not in _SHORT_ED and word[-3:-2] not in ("e", ""):
        if word.endswith("ied") and phones[-2] != "IY0":
            return
        # banishèd
        yield "sounded ed", _with_ed(phones)
    count, last = len(phones), phones[-1]
    if word.endswith("'d") and count > 2 and phones[-2:] not in _SHORT_ED:
        # belovèd, where a file lost the sign and an editor put an apostrophe
        yield "drawn out", (*phones[:-1], "IH0", "D")
    if last == "R" and count > 1 and phones[-2][:2] in ("AY", "AW"):
        yield "drawn out", (*phones[:-1], "ER0")
    if len(word) > 3 and word[-1] == "e" and last in _SOUNDED_E and count > 3:
        # passe and minde, which are names or loanwords today
        yield "silent e", phones[:-1]
    for at in range(1, len(phones) - 2):
        # circumference, interest: where the dictionary swallows what is written
        light = phones[at] == "R" and phones[at + 1][-1] == "0" and not phones[at - 1][-1].isdigit()
        if light and at > 1 and _SWALLOWED.search(word):
            yield "other", (*phones[:at], "ER0", *phones[at + 1 :])
    for pair in (("SH", "AH0"), ("CH", "AH0"), ("Y", "AH0")):
        for at in range(1, len(phones) - 1):
            if phones[at : at + 2] == pair and word.endswith(("ion", "ient", "ience", "ious", "ial", "ians")):
                yield "drawn out", (*phones[: at + 1], "IY0", *phones[at + 1 :])
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
