"""The words that guided verse is written with: how many syllables, where stressed, what they rhyme with."""

from __future__ import annotations

import lzma
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib import resources

from bot.forms.english.dictionary import Phones, look_up
from bot.forms.english.sound import sounds

COMMON = 6_000
"""Words from the top of the list that a line may end in: rarer ones are there for the rhyme alone."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word as it sounds.

    Attributes:
        word: in lower case.
        stress: a digit for each syllable: 1 primary, 2 secondary, 0 none.
        tail: from the last stressed vowel on; "" for a word that is never stressed.
        masculine: whether the stressed syllable is the last.
    """

    word: str
    stress: str
    tail: str
    masculine: bool

    @property
    def begins_hard(self) -> bool:
        """Whether its first sound is a consonant: *a year*, *an hour*."""
        ways = sounds(self.word)
        return bool(ways) and not ways[0].phones[0][-1].isdigit()


_WEAK = frozenset(resources.files("bot.forms.guide.data").joinpath("light.txt").read_text("utf-8").split())
"""Words that no line ends on and no strong place wants, though each may stand anywhere."""


HANGING = frozenset(
    (
        *("a", "an", "the", "and", "or", "nor", "of", "to", "in", "on", "at", "by", "for", "from", "with"),
        *("as", "than", "into", "upon", "my", "thy", "his", "her", "its", "our", "your", "their"),
    )
)
"""Words behind which there is no pause."""


@cache
def sound_of(word: str) -> Spoken | None:
    """The sound of a word, if its pronunciations agree in what verse asks of them."""
    said = look_up(word)
    if not said:
        return None
    stresses = {_stress(phones) for phones in said}
    if word in _WEAK and {len(stress) for stress in stresses} == {1}:
        return Spoken(word, "0", "", False)
    tails = {_tail(phones) for phones in said}
    if len({len(stress) for stress in stresses}) > 1 or len(tails) > 1:
        return None
    # Where only the stress differs (record), either would do for some place: the first is the usual.
    if len({stress.replace("2", "1") for stress in stresses}) > 1:
        return None
    stress = _stress(said[0])
    if not stress:
        return None
    return Spoken(word, stress, next(iter(tails)), stress[-1] != "0")


def heard(word: str) -> Spoken | None:
    """The sound of a word, the usual one where there are several; of one in no dictionary as it looks."""
    sure = sound_of(word)
    if sure is not None:
        return sure
    ways = sounds(word)
    if not ways or not (stress := _stress(ways[0].phones)):
        return None
    return Spoken(word, stress, _tail(ways[0].phones), stress[-1] != "0")


def weak(word: str) -> bool:
    """Whether a word is too light to end a line."""
    return word in _WEAK


@cache
def lexicon() -> tuple[Spoken, ...]:
    """All words, the commonest first."""
    raw = resources.files("bot.forms.guide.data").joinpath("words.txt.xz").read_bytes()
    return tuple(found for word in lzma.decompress(raw).decode().split("\n") if (found := sound_of(word)))


@cache
def known() -> frozenset[str]:
    """The words of the lexicon."""
    return frozenset(spoken.word for spoken in lexicon())


@cache
def rhymes() -> dict[str, tuple[Spoken, ...]]:
    """Words that may end a line, by the part that rhymes; of words that sound the same only the commonest."""
    found: dict[str, dict[tuple[Phones, ...], Spoken]] = defaultdict(dict)
    for spoken in lexicon()[:COMMON]:
        if spoken.tail and spoken.masculine and not weak(spoken.word) and "'" not in spoken.word:
            found[spoken.tail].setdefault(look_up(spoken.word)[0:1], spoken)
    return {tail: tuple(words.values()) for tail, words in found.items()}


def onset(word: str) -> str:
    """The consonants before the part that rhymes: two rhyming words must differ in them."""
    phones = look_up(word)[0]
    at = _stressed(phones)
    return " ".join(phones[max(0, at - 1) : at]) if at else ""


def _stress(phones: Phones) -> str:
    return "".join(phone[-1] for phone in phones if phone[-1].isdigit())


def _stressed(phones: Phones) -> int:
    """Where the last stressed vowel stands (the last vowel of all where none is)."""
    vowels = [at for at, phone in enumerate(phones) if phone[-1].isdigit()]
    strong = [at for at in vowels if phones[at][-1] in "12"]
    return (strong or vowels or [0])[-1]


def _tail(phones: Phones) -> str:
    return " ".join(phone.rstrip("012") for phone in phones[_stressed(phones) :])
