"""What comes again in a poem: refrains, end words, first letters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.alignment import likeness
from bot.forms.english import scheme
from bot.forms.english.rhyme import Rhyme, rhyme
from bot.forms.english.sound import sounds, words
from bot.forms.model import Finding, Holds

LETTERS = re.compile(r"[^\W\d_]", re.UNICODE)


def refrain(first: str, again: str) -> Finding:
    """A line said again: word for word; a word changed before the last is doubtful."""
    one, other = words(first), words(again)
    if one == other:
        holds = Holds.YES
    else:
        alike = likeness(one, other)
        holds = Holds.DOUBTFUL if alike >= 0.6 and one[-1:] == other[-1:] else Holds.NO
    return Finding("refrain", first, again, holds, "" if holds is Holds.YES else "refrain")


def rentrement(first: str, again: str) -> Finding:
    """The opening of the first line said again; not the whole of it."""
    one, other = words(first), words(again)
    opening = one[: len(other)]
    if opening == other and len(other) < len(one):
        return Finding("refrain", again, again, Holds.YES)
    alike = likeness(opening, other)
    holds = Holds.DOUBTFUL if alike >= 0.6 else Holds.NO
    return Finding("refrain", " ".join(opening), again, holds, "refrain")


def ghazal(first: str, line: str) -> Finding:
    """The same words at the end (radif), and a rhyme before them (qafia)."""
    one, other = words(first), words(line)
    same = 0
    while same < min(len(one), len(other)) - 1 and one[-1 - same] == other[-1 - same]:
        same += 1
    if same == 0:
        return Finding("refrain", one[-1] if one else "", other[-1] if other else "", Holds.NO, "radif")
    kind = rhyme(one[-1 - same], other[-1 - same])
    holds = Holds.YES if kind is Rhyme.PERFECT else Holds.DOUBTFUL
    radif = " ".join(one[len(one) - same :])
    return Finding("refrain", radif, radif, holds, "" if holds is Holds.YES else "qafia")


def last_word(line: str) -> str:
    """The word that a line rhymes by."""
    return next((word for word in reversed(words(line)) if sounds(word)), "")


def line_end(line: str) -> str:
    """The word that a line rhymes by, and the one before if it is light and leans on that: *burn her*."""
    last = ""
    for word in reversed(words(line)):
        if last and sounds(word):
            return f"{word} {last}"
        if not last and sounds(word):
            if word not in _LEANING:
                return word
            last = word
    return last


_LIGHT = """her him it me thee them us you to of in on is not"""
_LEANING = frozenset(_LIGHT.split())


def sestina(lines: Sequence[str]) -> list[Finding]:
    """Six stanzas that end in the same six words, in other orders, and three lines with all six."""
    ends = [last_word(line) for line in lines[:6]]
    found: list[Finding] = []
    for stanza, order in enumerate(scheme.SESTINA[1:], 1):
        for row, which in enumerate(order):
            at = stanza * 6 + row
            if at >= len(lines) or which >= len(ends):
                return found
            end = last_word(lines[at])
            kind = rhyme(end, ends[which])
            holds = Holds.YES if end == ends[which] else Holds.DOUBTFUL if kind >= Rhyme.SAME else Holds.NO
            if holds is not Holds.YES:
                found.append(Finding("end_word", ends[which], end, holds, "end_word"))
    envoi = {word for line in lines[36:39] for word in words(line)}
    missing = [word for word in ends if word not in envoi]
    if len(lines) >= 39 and missing:
        found.append(Finding("end_word", " ".join(ends), " ".join(missing), Holds.NO, "envoi"))
    return found


def acrostic(lines: Sequence[str], topic: str) -> Finding:
    """Whether the first letters of the lines spell the topic."""
    first = "".join(LETTERS.findall(line)[0] for line in lines).casefold()
    wanted = "".join(LETTERS.findall(topic)).casefold()
    if not wanted:
        return Finding("acrostic", "", first, Holds.DOUBTFUL, "no_word")
    return Finding("acrostic", wanted, first, Holds.YES if first == wanted else Holds.NO)
