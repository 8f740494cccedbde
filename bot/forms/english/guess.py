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

from bot.forms.english.dictionary import Phones, ending_alike, known, look_up

VOICED = frozenset(["B", "D", "G", "V", "DH", "M", "N", "NG", "L", "R", "W", "Y", "ER"])
HISSING = frozenset(("S", "Z", "SH", "ZH", "CH", "JH"))

ELIDED: dict[str, str] = {
    "o'er": "AO1 R|OW1 R",
    "e'er": "EH1 R",
    "ne'er": "N EH1 R",
    "whate'er": "W AH0 T EH1 R",
    "where'er": "W EH0 R EH1 R",
    "whene'er": "W EH0 N EH1 R",
    "howe'er": "HH AW0 EH1 R",
    "e'en": "IY1 N",
    "ta'en": "T EY1 N",
    "th'": "DH",
    "th": "DH",
    "t'": "T",
    "heav'n": "HH EH1 V N",
    "giv'n": "G IH1 V N",
    "ev'n": "IY1 V N",
    "ev'ry": "EH1 V R IY0",
    "pow'r": "P AW1 R",
    "flow'r": "F L AW1 R",
    "show'r": "SH AW1 R",
    "bow'r": "B AW1 R",
    "tow'r": "T AW1 R",
    "fall'n": "F AO1 L N",
    "stol'n": "S T OW1 L N",
    "spir'it": "S P IH1 R T",
    "thou'rt": "DH AW1 R T",
    "tho'": "DH OW1",
    "thro'": "TH R UW1",
    "thorough": "TH ER1 OW0",
    "i'": "IH0",
    "'neath": "N IY1 TH",
    "'gainst": "G EH1 N S T",
    "'twixt": "T W IH1 K S T",
    "'mid": "M IH1 D",
    "'mong": "M AH1 NG",
    "'twere": "T W ER1",
    "'twill": "T W IH1 L",
    "doth": "D AH1 TH",
    "dost": "D AH1 S T",
    "hath": "HH AE1 TH",
    "hast": "HH AE1 S T",
    "saith": "S EH1 TH",
    "wert": "W ER1 T",
    "shouldst": "SH UH1 D S T",
    "wouldst": "W UH1 D S T",
    "couldst": "K UH1 D S T",
    "didst": "D IH1 D S T",
    "canst": "K AE1 N S T",
    "wilt": "W IH1 L T",
    "methinks": "M IY0 TH IH1 NG K S",
    "betwixt": "B IH0 T W IH1 K S T",
}
"""Old words and elisions that no rule gives."""

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
    ("ful", "F AH0 L"),
    ("ing", "IH0 NG"),
    ("ings", "IH0 NG Z"),
    ("in'", "IH0 N"),
    ("ingly", "IH0 NG L IY0"),
    ("edly", "IH0 D L IY0"),
    ("eth", "AH0 TH"),
    ("est", "AH0 S T"),
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
_GROUPS = re.compile(r"[aeiouy]+")


def guesses(word: str) -> tuple[Phones, ...]:
    """Probable pronunciations of a word in lower case, the likeliest first."""
    found = list(dict.fromkeys(_from_parts(word)))
    return tuple(found) if found else tuple(_by_ear(word))


def _said(word: str, depth: int = 0) -> tuple[Phones, ...]:
    """A part, from the dictionary or from its own parts."""
    if word in ELIDED:
        return tuple(tuple(one.split()) for one in ELIDED[word].split("|"))
    return look_up(word) or (tuple(dict.fromkeys(_from_parts(word, depth + 1))) if depth < 2 else ())


def _from_parts(word: str, depth: int = 0) -> Iterator[Phones]:
    if word in ELIDED:
        yield from _said(word)
        return
    if word.endswith(("'s", "s'")):
        yield from (_plural(stem) for stem in _said(word[:-2] if word.endswith("'s") else word[:-1], depth))
    if word.endswith(("'d", "'st")):
        cut = 2 if word.endswith("'d") else 3
        ending = ("D",) if cut == 2 else ("S", "T")
        for stem in _stems(word[:-cut]):
            for phones in _said(stem, depth):
                yield _past(phones) if cut == 2 else phones + ending
    if "'" in word:
        # Letters left out: over for o'er, the sound without the vowel.
        for full in {word.replace("'", letter) for letter in ("", "e", "i", "u", "g", "v")}:
            if known(full):
                yield from look_up(full)
        return
    if word.endswith("s") and not word.endswith("ss"):
        for stem in (word[:-1], word[:-2] if word.endswith("es") else "", _y(word, "ies")):
            yield from (_plural(phones) for phones in _said(stem, depth) if stem)
    if word.endswith("ed"):
        for stem in (*_stems(word[:-2]), word[:-1]):
            yield from (_past(phones) for phones in _said(stem, depth))
    for ending, phones in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            tail = tuple(phones.split())
            for stem in _stems(word[: -len(ending)]):
                yield from (head + tail for head in _said(stem, depth))
    for prefix, phones in _PREFIXES.items():
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) > 2:
            yield from (tuple(phones.split()) + tail for tail in _said(rest, depth))
    for at in range(3, len(word) - 2):
        if known(word[:at]) and known(word[at:]):
            for head in look_up(word[:at])[:1]:
                yield from (head + _lighter(tail) for tail in look_up(word[at:])[:1])


def _stems(stem: str) -> tuple[str, ...]:
    """What an ending may have been put to: love+d, happi+ly, run+n+ing."""
    found = [stem, f"{stem}e"]
    if stem.endswith("i"):
        found.append(f"{stem[:-1]}y")
    if len(stem) > 2 and stem[-1] == stem[-2]:
        found.append(stem[:-1])
    return tuple(one for one in found if len(one) > 1)


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


def _lighter(phones: Phones) -> Phones:
    """The second half of a compound: its main stress becomes the lesser."""
    return tuple(phone.replace("1", "2") for phone in phones)


def _by_ear(word: str) -> Iterator[Phones]:
    """By what its end shares with other words, and the number of its groups of vowels."""
    shared, alike = ending_alike(word)
    count = syllables_by_spelling(word)
    if not alike or count == 0:
        yield ("AH0",) * count
        return
    tails: Counter[Phones] = Counter()
    vowels = len(_GROUPS.findall(word[-shared:]))
    for other in alike:
        phones = look_up(other)[0]
        tails[_tail(phones, max(1, min(vowels, count)))] += 1
    for tail, _ in tails.most_common(2):
        inside = sum(phone[-1].isdigit() for phone in tail)
        yield ("AH0",) * max(0, count - inside) + tail


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
    if re.search(r"[^aeiouyl]e$|[^aeiouy]es$|[^aeioutdy]ed$", letters) and count > 1:
        count -= 1
    if re.search(r"[sxz]es$|[cg]es$|[cs]hes$", letters) and count >= 1 and not letters.endswith("ees"):
        count += 1
    count += len(re.findall(r"i[aou](?!us)|[aeo]ing|ism$|eo(?!u)|uou|[aeiou]ya", letters))
    return max(count, 1) if letters else 0
