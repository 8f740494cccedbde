"""What is wrong with a form that somebody describes: ``ABAB, 8 6 8``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.forms.english import scheme
from bot.forms.english.metre import FEET, LENGTHS

_METRE = re.compile(rf"\b(?:{'|'.join(FEET)})\s+(?:{'|'.join(LENGTHS)})\b", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;/|·\-–—，；、]+")
_NUMBER = re.compile(r"\+?\d{1,9}")
_RHYMES = re.compile(r"(?:[A-Za-z]\d?)+", re.ASCII)

MOST_SYLLABLES, MOST_LINES = 39, 100


@dataclass(frozen=True, slots=True)
class Misdescribed:
    """A mistake: ``counts`` (letters and numbers do not agree), ``number`` (no number of syllables),
    ``order`` (letters out of the alphabet's order), ``word`` (none of these) or ``lines`` (too many);
    and what to say of it."""

    what: Literal["counts", "number", "order", "word", "lines"]
    facts: Mapping[str, str] = field(default_factory=dict[str, str])


def misdescribed(text: str) -> Misdescribed | None:
    """The mistake in a description; None if there is none, or the text does not look like one."""
    bare = _METRE.sub(" ", text)
    tokens = [token for token in _BETWEEN.split(bare) if token]
    numbers = [token for token in tokens if _NUMBER.fullmatch(token)]
    rhymes = [token for token in tokens if _RHYMES.fullmatch(token) and _looks_like_rhymes(token)]
    if not (numbers or rhymes or (bare != text and tokens)):
        return None
    for token in tokens:
        if token not in numbers and token not in rhymes:
            # One word that is a little like a scheme is a name that somebody mistyped.
            meant = numbers or bare != text or len(tokens) > 1
            return Misdescribed("word", {"word": token[:40]}) if meant else None
    for token in numbers:
        if not 0 < int(token) <= MOST_SYLLABLES:
            return Misdescribed("number", {"number": token[:6]})
    letters = "".join(rhymes)
    try:
        places = (
            scheme.read(letters if re.search(r"[A-Z]\d", letters) else letters.lower()) if letters else ()
        )
    except ValueError:
        return Misdescribed("word", {"word": letters[:40]})
    if len(places) > MOST_LINES:
        return Misdescribed("lines")
    order = list(dict.fromkeys(place.rhyme for place in places if place.rhyme))
    if order != [chr(ord("a") + at) for at in range(len(order))]:
        return Misdescribed("order")
    if places and numbers and len(places) % len(numbers):
        return Misdescribed("counts", {"lines": str(len(places)), "numbers": str(len(numbers))})
    return None


def _looks_like_rhymes(token: str) -> bool:
    """Whether a word is a scheme: its letters come again, or it is short and of the first of the alphabet."""
    letters = re.sub(r"\d", "", token).lower().replace("x", "")
    again = len(set(letters)) <= len(letters) // 2 + 1
    return again and (token.isupper() or set(letters) <= set("abcdefghij"))
