"""How a word that the dictionary lacks is probably said.

First its parts are looked for: inflections, archaic endings, elisions written
with an apostrophe, prefixes, compounds.  Else the sound of its end is that of
the dictionary's words that end alike, and its syllables are counted by the
groups of its vowels.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bot.forms.english.dictionary import Phones, ending_alike, known, look_up, sharing

VOICED = frozenset(["B", "D", "G", "V", "DH", "M", "N", "NG", "L", "R", "W", "Y", "ER", "JH", "ZH"])
HISSING = frozenset(("S", "Z", "SH", "ZH", "CH", "JH"))

_PREFIXES: dict[str, str] = {
    "un": "AH0 N",
    "re": "R IY0",
    "in": "IH0 N",
    "dis": "D IH0 S",
    "mis": "M IH0 S",
    "over": "OW2 V ER0",
    "under": "AH2 N D ER0",
    "out": "AW2 T",
    "fore": "F AO2 R",
    "be": "B IH0",
    "en": "EH0 N",
    "up": "AH2 P",
    "a": "AH0",
    "inter": "IH2 N T ER0",
    "non": "N AA2 N",
    "pre": "P R IY0",
    "sea": "S IY1",
}
_ENDINGS: tuple[tuple[str, str], ...] = (
    ("edst", "IH0 D S T"),
    ("ness", "N AH0 S"),
    ("less", "L AH0 S"),
    ("ship", "SH IH0 P"),
    ("hood", "HH UH0 D"),
    ("ward", "W ER0 D"),
    ("wards", "W ER0 D Z"),
    ("like", "L AY2 K"),
    ("some", "S AH0 M"),
    ("ment", "M AH0 N T"),
    ("ation", "EY1 SH AH0 N"),
    ("ful", "F AH0 L"),
    ("ing", "IH0 NG"),
    ("ings", "IH0 NG Z"),
    ("in'", "IH0 N"),
    ("ingly", "IH0 NG L IY0"),
    ("edly", "IH0 D L IY0"),
    ("eth", "AH0 TH"),
    ("est", "AH0 S T"),
    ("st", "S T"),
    ("ers", "ER0 Z"),
    ("er", "ER0"),
    ("ly", "L IY0"),
    ("y", "IY0"),
    ("ish", "IH0 SH"),
    ("let", "L AH0 T"),
    ("lets", "L AH0 T S"),
    ("ous", "AH0 S"),
    ("age", "IH0 JH"),
)
_ADVERBS = frozenset(("at", "by", "in", "of", "on", "to", "up"))
"""Short words that are joined to others: *whereon*, *therein*."""

_GROUPS = re.compile(r"[aeiouy]+")


def guesses(word: str) -> tuple[Phones, ...]:
    """Probable pronunciations of a word in lower case, the likeliest first."""
    return from_parts(word) or tuple(by_ear(word))


def from_parts(word: str) -> tuple[Phones, ...]:
    """How a word is said whose parts are known, the likeliest first; none where they are not.

    The first of them has the right number of syllables for 13 words of 14 (measured on the dictionary's own).
    """
    return tuple(dict.fromkeys(_from_parts(word))) or tuple(dict.fromkeys(_compound(word)))


def _said(word: str, depth: int = 0) -> tuple[Phones, ...]:
    """A part, from the dictionary or from its own parts."""
    if depth >= 2:
        return look_up(word)
    return look_up(word) or tuple(dict.fromkeys(_from_parts(word, depth + 1))) or tuple(_compound(word))


def _from_parts(word: str, depth: int = 0) -> Iterator[Phones]:
    if word.endswith(("'s", "s'")):
        yield from (_plural(stem) for stem in _said(word[:-2] if word.endswith("'s") else word[:-1], depth))
    if word.endswith(("'d", "'st")):
        cut = 2 if word.endswith("'d") else 3
        ending = ("D",) if cut == 2 else ("S", "T")
        for stem in _stems(word[:-cut]):
            for phones in _said(stem, depth):
                # tir'd and desir'd are written for one syllable less than tire and desire may have
                said = (*phones[:-1], "R") if phones[-2:] in (("AY1", "ER0"), ("AW1", "ER0")) else phones
                yield _past(said) if cut == 2 else said + ending
    if word.startswith("o'er") and len(word) > 5:
        yield from (("AO2", "R", *phones) for phones in _said(word[4:], depth))
        return
    if "'" in word:
        # Letters left out: wand'ring for wandering, the sound without the vowel.
        for letter in ("", "e", "i", "o", "u", "g", "v"):
            if known(full := word.replace("'", letter)):
                for phones in look_up(full):
                    yield _without(phones, len(_GROUPS.findall(word))) if letter in "eiou" else phones
        return
    if full := apostrophised(word):
        yield from _said(full, depth + 1)
        return
    if american := _american(word):
        yield from look_up(american)
    for today in _old_spellings(word):
        if known(today) or (depth == 0 and today[0] == "u" != word[0]):
            yield from _said(today, depth + 1)
            break
    if word.endswith("s") and not word.endswith("ss"):
        for stem in (word[:-1], word[:-2] if word.endswith("es") else "", _y(word, "ies")):
            yield from (_plural(phones) for phones in _said(stem, depth) if stem)
    if word.endswith("st") and known(f"{word[:-1]}s"):
        # addrest, carest
        yield from (_past(phones) for phones in look_up(f"{word[:-1]}s"))
        return
    if word.endswith("ed"):
        for stem in (*_stems(word[:-2]), word[:-1]):
            yield from (_past(phones) for phones in _said(stem, depth))
    for ending, phones in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            if ending == "st" and word[-3] not in "aiouydnl":
                continue
            before = word[-len(ending) - 1]
            if (ending[0] == "e" == before) or (ending == "y" and before in "aeou"):
                # yeer is not ye+er, nor ploughboy something+y
                continue
            tail = tuple(phones.split())
            for stem in _stems(word[: -len(ending)]):
                joined = ending in ("y", "ing", "ings", "er", "ers") and stem.endswith("le")
                yield from (_joined(head, tail) if joined else head + tail for head in _said(stem, depth))
    for prefix, phones in _PREFIXES.items():
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) > 2:
            yield from (tuple(phones.split()) + tail for tail in _said(rest, depth))


def _compound(word: str) -> Iterator[Phones]:
    """Two words written as one; so many names are known that this is the last thing to think of."""
    for at in range(3, len(word) - 1):
        if known(word[:at]) and known(word[at:]) and (at < len(word) - 2 or word[at:] in _ADVERBS):
            for head in look_up(word[:at])[:1]:
                yield from (head + _lighter(tail) for tail in look_up(word[at:])[:1])


def apostrophised(word: str) -> str:
    """A word whose apostrophe was left out, with it: *oer*, *neer*, *heavn*, *passd*, *tellin*; else "".

    So they stand in old print, in what people type, and in lists of rhymes.
    """
    for at in range(1, len(word)):
        if known(full := f"{word[:at]}'{word[at:]}"):
            return full
    if word.endswith("in") and known(f"{word}g"):
        return f"{word}'"
    if word[-1:] == "d" and word[-2:-1] not in tuple("aeiouyd'") and any(map(known, _stems(word[:-1]))):
        return f"{word[:-1]}'d"
    return ""


_BRITISH = (
    ("our", "or"),
    ("re", "er"),
    ("ise", "ize"),
    ("ence", "ense"),
    ("ll", "l"),
    ("ae", "e"),
    ("l", "ll"),
)


def _american(word: str) -> str:
    """The dictionary's spelling of a word that it has only so: *labour*, *theatre*, *travelled*."""
    for british, american in _BRITISH:
        head, found, tail = word.rpartition(british)
        if found and len(head) > 1 and known(other := head + american + tail):
            return other
    return ""


def _old_spellings(word: str) -> Iterator[str]:
    """How a word spelled as before 1700 may be written today: *loue*, *vnto*, *ioy*, *owne*, *prayse*."""
    turned = re.sub(r"(?<=[a-z])u(?=[aeiouy])(?<!qu)(?<!gu)", "v", word)
    turned = re.sub(r"^v(?=[^aeiouy])", "u", re.sub(r"^i(?=[aeou])", "j", turned))
    french = (re.sub(r"que(?=s?$)", letter, turned) for letter in "kc")
    for one in (turned, turned.replace("y", "i"), re.sub(r"ie$", "y", turned), *french):
        for other in (one, one.removesuffix("e"), re.sub(r"(.)\1e$", r"\1", one)):
            if other != word and len(other) > 2:
                yield other


def _stems(stem: str) -> tuple[str, ...]:
    """What an ending may have been put to: love+d, happi+ly, run+n+ing."""
    found = [stem, f"{stem}e"]
    if stem.endswith("i"):
        found.append(f"{stem[:-1]}y")
    if len(stem) > 2 and stem[-1] == stem[-2]:
        found.append(stem[:-1])
    return tuple(one for one in found if len(one) > 1)


def _without(phones: Phones, vowels: int) -> Phones:
    """A pronunciation less the last light vowel with a sound after it, if it has more vowels than so many."""
    light = [at for at, phone in enumerate(phones) if phone[-1] == "0" and 0 < at < len(phones) - 1]
    if sum(phone[-1].isdigit() for phone in phones) <= max(vowels, 1) or not light:
        return phones
    at = light[0]
    return (*phones[:at], *(("R",) if phones[at] == "ER0" else ()), *phones[at + 1 :])


def _y(word: str, ending: str) -> str:
    return f"{word[: -len(ending)]}y" if word.endswith(ending) else ""


def _plural(phones: Phones) -> Phones:
    if phones[-1] in HISSING:
        return (*phones, "IH0", "Z")
    return (*phones, "Z" if phones[-1] in VOICED or phones[-1][-1].isdigit() else "S")


def _past(phones: Phones) -> Phones:
    if phones[-1] in ("T", "D"):
        return (*phones, "IH0", "D")
    return (*phones, "D" if phones[-1] in VOICED or phones[-1][-1].isdigit() else "T")


def _joined(head: Phones, tail: Phones) -> Phones:
    """A part and its ending: *noble* loses a syllable in *nobly*, *settle* in *settling*."""
    return (*head[:-2], "L", *tail) if head[-2:] == ("AH0", "L") else head + tail


def _lighter(phones: Phones) -> Phones:
    """The second half of a compound: its main stress becomes the lesser."""
    return tuple(phone.replace("1", "2") for phone in phones)


def by_ear(word: str) -> Iterator[Phones]:
    """By what its end shares with other words, and the number of its groups of vowels."""
    count = syllables_by_spelling(word)
    votes: Counter[Phones] = Counter()
    if count:
        shared, _ = ending_alike(word)
        # The longest end that they share weighs most; those with as many syllables know the stress.
        for length in range(shared, max(0, shared - 3), -1):
            for other in sharing(word, length):
                phones = look_up(other)[0]
                same = _syllables(phones) == count
                inside = min(count, max(1, len(_GROUPS.findall(word[-length:]))))
                votes[_stressed_tail(phones) if same else _tail(phones, inside)] += (1 + 3 * same) * 4 ** (
                    length - shared + 3
                )
    if not votes:
        yield ("AH0",) * count
        return
    for tail, _ in votes.most_common(2):
        yield ("AH0",) * max(0, count - _syllables(tail)) + tail


def _syllables(phones: Phones) -> int:
    return sum(phone[-1].isdigit() for phone in phones)


def _stressed_tail(phones: Phones) -> Phones:
    """The end of a pronunciation from its last stressed vowel."""
    at = next((at for at in range(len(phones) - 1, -1, -1) if phones[at][-1] in "12"), 0)
    return phones[at:]


def _tail(phones: Phones, vowels: int) -> Phones:
    """The end of a pronunciation from its so-many-th vowel from the end."""
    for at in range(len(phones) - 1, -1, -1):
        if phones[at][-1].isdigit():
            vowels -= 1
            if vowels == 0:
                return phones[at:]
    return phones


def syllables_by_spelling(word: str) -> int:
    """The groups of vowels of a word, less those that are not sounded."""
    letters = re.sub(r"[^a-z]", "", word)
    count = len(_GROUPS.findall(letters))
    if _SILENT_E.search(letters) and count > 1:
        count -= 1
    if _SILENT_INSIDE.search(letters) and count > 2:
        count -= 1
    if _SOUNDED_ES.search(letters) and not letters.endswith("ees"):
        count += 1
    count += len(_PARTED.findall(letters))
    return max(count, 1) if letters else 0


_SILENT_E = re.compile(r"(?<![^aeiou]l)(?:(?<=[^aeiouy])e|(?<=[^aeiouy])es|(?<=[^aeioutdy])ed)$")
_SILENT_INSIDE = re.compile(
    r"[aeiouy][^aeiouylr]e(?:ment|ments|ly|ness|less|ful|fully|ville|man|land|field)$"
)
_SOUNDED_ES = re.compile(r"[sxz]es$|[cg]es$|[cs]hes$")
_PARTED = re.compile(
    r"(?<![tscxg])i[aou](?!us\b)|(?<=[aeo])ing|ism$|eo(?!u)|uou|[aeiou]ya|ua[lt]|^mc(?![aeiou])|ie[rt]|uity|uitous"
    r"|oe[rt]|yer|iate"
)
"""Vowels that stand together and are two syllables: *dial*, *being*, *annual*, *client*, *gratuity*."""
