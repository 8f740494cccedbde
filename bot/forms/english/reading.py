"""How a line may be read: each word with its usual number of syllables, or with a licence of verse.

A licence is what verse allows itself to make a line fit: *heav'n*, *th' expense*, *banishèd*.  It has a
price (:data:`COST`), so that a line is read as people speak where that fits, and with few licences else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from bot.forms.english.sound import Sound, sounds

COST = {
    "": 0,
    "glide": 1,
    "silent adjective": 1,
    "perhaps": 4,
    "flower": 5,
    "other": 8,
    "silent e": 8,
    "sounded ed": 8,
    "silent ed": 8,
    "heaven": 12,
    "swallowed": 15,
    "guess": 16,
    "drawn out": 20,
    "many a": 25,
    "hiatus": 28,
    "being": 28,
    "spirit": 28,
    "slurred": 32,
    "twice": 40,
    "th'": 42,
    "either": 44,
    "t'": 49,
    "i've": 50,
    "met": 60,
}
"""Licence to its price, in tenths of the natural logarithm of odds: how much likelier it makes it that a word
was put into the line.  From a logistic regression on 7,400 lines of sonnets and the same lines spoiled.

``other``: the dictionary has it, but not first; ``hiatus``: so that two vowels run together, as in *cruel*.
``guess``: the word is not in the dictionary.
``silent ed``: *loved* in a poem that writes *lov'd* where it means one syllable.
"""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of reading a word.

    Attributes:
        marks: a sign for each syllable: ``/`` stressed and ``x`` light in a longer word, ``-`` in between
            or unsure; a word of one syllable is ``s`` if its kind is mostly stressed, else ``w``.
        licence: a key of :data:`COST`, empty for none.
        cost: the price of the licence.
    """

    marks: str
    licence: str
    cost: int


_WEAK = """a an the and or but nor if as than that who whom whose which what i me my mine thou thee thy thine
    he him his she her hers it its we us our ours ye you your yours they them their theirs this these those
    is are was were be been am art wast wert do does did doth dost didst has have had hath hast hadst
    can could canst couldst will would wilt wouldst shall should shalt shouldst may might mayst mightst must
    in on of at by to for from with o' o oh up down through till when while where how why so too not
    no nor yet like such some one there here then all both each since ere upon let lest as i'll i'm 'tis 'twas
    it's he's she's that's thou'rt thou'lt he'll we'll they'll you'll i'd he'd we'd they'd you'd i've we've
    you've they've th' t' 't through thro' o'er e'er ne'er more most much"""
WEAK = frozenset(_WEAK.split())
"""Words of one syllable that verse puts in weak places without a thought."""

_GLIDED = frozenset(("his", "him", "her", "he", "hath", "hour", "honour", "heir"))
"""Words whose h is not heard, or lightly, so that *the* leans on them."""

_ONE_OR_TWO = re.compile(r"[iyue][aeio]")
"""Vowels that are one syllable or two in a name that nobody can look up: *Endymion*."""
_LEANED_ON = frozenset(("be", "do", "to", "see", "thee", "me"))
"""Words that *it* leans on: *be't*, *see't*."""
_LEANING = frozenset(("and", "of", "in", "on", "is", "as", "at", "or", "it"))
"""Words that run together with a light *y* before them in older verse: *pity and ruth*."""
_HIATUS = re.compile(r"\w+[12] (?!ER)\w+0")


class Diction(IntEnum):
    """How old a poem's words are, which tells whether *loved* has one syllable or two.

    An old poem sounds the *-ed* of a word before its noun (*the crownèd king*).  One that writes *lov'd*
    where it means one syllable sounds every *-ed* that it writes out.
    """

    NEW = 0
    OLD = 1
    ELIDING = 2


def diction(text: str) -> Diction:
    """How old the words of a poem are."""
    if _ELIDES.search(text):
        return Diction.ELIDING
    return Diction.OLD if _OLD.search(text) else Diction.NEW


_ELIDES = re.compile(r"[^\W\d_aeiou]['’]d\b")
_OLD = re.compile(r"\b(?:thou|thee|thy|thine|doth|hath|dost|hast|ye)\b", re.IGNORECASE)


@lru_cache(maxsize=50_000)
def ways(word: str, silent: str = "") -> tuple[Way, ...]:
    """The ways of reading a word, the cheapest first; none for what has no letters.

    Args:
        word: in lower case.
        silent: the licence that it takes to leave the *-ed* of a word silent, where it is mostly sounded.
    """
    said = sounds(word)
    first = next((sound.syllables for sound in said), 0)
    turned = silent and any(sound.licence == "sounded ed" for sound in said)
    found: dict[str, str] = {}
    for sound in said:
        licence = sound.licence
        if turned:
            licence = "" if licence == "sounded ed" else licence or silent
        elif not licence and sound.syllables != first:
            shorter = sound.syllables < first
            if word.endswith("ed"):
                licence = (silent or "silent ed") if shorter else "sounded ed"
            else:
                licence = "hiatus" if shorter and _HIATUS.search(" ".join(said[0].phones)) else "other"
        marks = _marks(word, sound)
        if licence == "guess" and len(marks) > 1 and _ONE_OR_TWO.search(word):
            found.setdefault(marks[1:], "guess")
        if marks not in found or COST[licence] < COST[found[marks]]:
            found[marks] = licence
    some = (Way(marks, licence, COST[licence]) for marks, licence in found.items())
    return tuple(sorted(some, key=lambda way: way.cost))


def readings(said: Sequence[str], style: Diction = Diction.NEW) -> list[tuple[Way, ...]]:
    """The ways of reading each word of a line in its place; *the* may lean on the word after it."""
    found: list[tuple[Way, ...]] = []
    after = ""
    for at in range(len(said) - 1, -1, -1):
        word = said[at]
        if style and word.endswith("ed"):
            before_noun = at > 0 and said[at - 1] in _DETERMINERS and after not in WEAK and after
            silent = "silent adjective" if before_noun else "silent ed" if style is Diction.ELIDING else ""
            options = ways(word, silent)
        else:
            options = ways(word)
        before = said[at - 1] if at else ""
        if taken := _lost(word, before, after, style):
            options = (*options, Way("", taken, COST[taken]))
        elif options and word[-1:] in ("y", "w") and options[0].marks.endswith("x") and vocalic(after):
            taken = "many a" if after in ("a", "an") or (style and after in _LEANING) else "met"
            options = (*options, Way(options[0].marks[:-1], taken, COST[taken]))
        if options:
            found.append(options)
        after = word
    found.reverse()
    return found


def _lost(word: str, before: str, after: str, style: Diction) -> str:
    """The licence by which a word of one syllable has none, leaning on its neighbour; "" for none."""
    if word == "the" and (vocalic(after) or (style and before == "to")):
        return "th'"
    if (word == "to" and vocalic(after)) or (style and word == "it" and before in _LEANED_ON):
        return "t'"
    if word in _AFTER_PRONOUN and before in _PRONOUNS:
        return "i've"
    return "met" if word in _OPEN and vocalic(after) else ""


_PRONOUNS = frozenset(("i", "you", "he", "she", "we", "they", "thou", "who", "that", "there", "ye"))
_AFTER_PRONOUN = frozenset(
    ("have", "had", "has", "am", "are", "is", "art", "will", "would", "wilt", "hast", "hath")
)
"""*I have* as *I've*, *thou art* as *thou'rt*."""
_OPEN = frozenset(("he", "she", "we", "me", "be", "thee", "ye", "so", "who", "thy", "my", "by"))
"""Words whose vowel runs together with one after it: *we adore*."""


def leans(one: str, other: str) -> bool:
    """Whether a light word goes with the light one after it: *in the*, *if my*, *I have*, *to be*."""
    if other in _ARTICLES:
        return one in _BEFORE_ARTICLE
    return (one in _PRONOUNS and other in _AFTER_PRONOUN) or (
        one in ("to", "would") and other in ("be", "have")
    )


_ARTICLES = frozenset(
    ("the", "a", "an", "my", "thy", "his", "her", "its", "our", "your", "their", "this", "that", "these")
)
_LINKS = """in on of o' at by to for from with through upon into over under as like than if when till nor is
    are was were all"""
_BEFORE_ARTICLE = frozenset(_LINKS.split())

_BEFORE_NOUN = """a an the my thy his her its our your their whose this that these those no any some every
    each all of in with what so mine thine ever well more most"""
_DETERMINERS = frozenset(_BEFORE_NOUN.split())
"""After these a participle belongs to the noun that follows."""


@lru_cache(maxsize=50_000)
def vocalic(word: str) -> bool:
    """Whether a word begins with a vowel, or with an h that is hardly heard."""
    return word in _GLIDED or any(sound.phones[0][-1].isdigit() for sound in sounds(word)[:1])


def _marks(word: str, sound: Sound) -> str:
    count = sound.syllables
    if count == 1:
        return "w" if word in WEAK else "s"
    if "1" not in sound.stress or sound.licence == "guess":
        return "-" * count
    return sound.stress.replace("1", "/").replace("2", "-").replace("0", "x")
