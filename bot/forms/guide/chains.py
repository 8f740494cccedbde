"""The plans of the two forms in which words come back: the sestina's end words, the ghazal's refrain."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from bot.forms.english import scheme
from bot.forms.english.sound import words
from bot.forms.guide.lines import Line
from bot.forms.guide.words import Spoken, onset, rhymes, sound_of, weak

ENVOI = ("be", "dc", "fa")
"""The end words of a sestina's last three lines: one within the line, one at its end."""

REFRAINS = (
    "tonight",
    "again",
    "alone",
    "no more",
    "once more",
    "in vain",
    "at last",
    "at dawn",
    "by night",
    "of love",
    "of old",
    "in time",
    "to me",
    "for you",
    "and you",
)
"""What a ghazal comes back to where its topic is no phrase for that; each a light syllable and a strong."""

_BEFORE = ("upon", "beneath", "beside", "before", "within", "without", "above", "about", "behind", "beyond")
_ARTICLES = frozenset(("a", "an"))
_OWN = frozenset(("the", "my", "your", "his", "her", "its", "our", "their", "this", "that", "these", "those"))

_ROOM = 4
"""Words that a rhyme must have beyond those that the poem needs."""


def sestina(line: Line) -> tuple[Line, ...]:
    """Six stanzas whose lines end in the same six words, and three lines that hold two of them each."""
    letters = "abcdef"
    stanzas = [
        replace(line, word=letters[which], blank_before=at == 0 and number > 0)
        for number, order in enumerate(scheme.SESTINA)
        for at, which in enumerate(order)
    ]
    envoi = [
        replace(line, holds=held, word=end, blank_before=at == 0) for at, (held, end) in enumerate(ENVOI)
    ]
    return (*stanzas, *envoi)


def ghazal(size: int, count: int, topic: str, seed: int, given: Sequence[str]) -> tuple[Line, ...]:
    """Couplets; both lines of the first and the second of every other end in a rhyme and a refrain.

    Args:
        size: syllables of a line, an even number.
        count: lines.
        topic: the refrain takes it up, where it can.
        seed: decides among refrains.
        given: lines that are there at first, by place; what they come back to is the refrain.
    """
    places = scheme.ghazal(count)
    ending = [text for text, place in zip(given, places, strict=False) if text and place.rhyme]
    mates = sum(1 for place in places if place.rhyme)
    tail = _tail_of(ending, mates) or refrain(topic, seed)
    long = sum(len(sound.stress) if (sound := sound_of(word)) else 1 for word in words(tail))
    # What is before the refrain is iambic and ends on its rhyme.
    before = max(4, size - long + (size - long) % 2)
    return tuple(
        Line(before, before, "x/", rhyme=place.rhyme, tail=tail, blank_before=at > 0 and at % 2 == 0)
        if place.rhyme
        else Line(size, size, "x/", blank_before=at > 0 and at % 2 == 0)
        for at, place in enumerate(places)
    )


def refrain(topic: str, seed: int) -> str:
    """What a ghazal comes back to: *beside the sea*, or where its topic is no such phrase, *again*."""
    chance = random.Random(seed)
    said = words(topic)
    sounds = [sound_of(word) for word in said]
    bare = said[1:] if said and said[0] in _OWN | _ARTICLES else said
    known = [sound for sound in sounds if sound is not None]
    plain = 0 < len(bare) <= 2 and len(known) == len(said) and not any(map(weak, bare))
    if not plain or sum(len(sound.stress) for sound in known) > 4 or "'" in topic:
        return chance.choice(REFRAINS)
    whole = said if said[0] in _OWN else ["the", *bare]
    return " ".join((chance.choice(_BEFORE), *whole))


def _tail_of(lines: Sequence[str], mates: int) -> str:
    """What given lines end in alike; of a single one the fewest words before which a rhyme is wide enough."""
    said = [words(line) for line in lines]
    if not said:
        return ""
    if len(said) > 1:
        ends = zip(*(reversed(one) for one in said), strict=False)
        same = len(list(takewhile(lambda column: len(set(column)) == 1, ends)))
        same = min(same, *(len(one) - 1 for one in said))
        return " ".join(said[0][len(said[0]) - same :]) if same > 0 else ""
    one = said[0]
    for size in range(1, len(one)):
        sound = sound_of(one[-1 - size])
        if sound is not None and not weak(sound.word) and _wide(sound) >= mates + _ROOM:
            return " ".join(one[len(one) - size :])
    return one[-1]


def _wide(sound: Spoken) -> int:
    return len({onset(one.word) for one in rhymes().get(sound.tail, ())})
