"""What of an English line is told beside the verdict: how it is stressed, and the sound that it rhymes on.

Apart from the check, which has no need of it and is to be quick.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.forms.check import AnyShape, TwoShapes
from bot.forms.english.dictionary import Phones
from bot.forms.english.ends import ends
from bot.forms.english.metre import Metre, parse, scan
from bot.forms.english.shape import Shape
from bot.forms.english.sound import words
from bot.forms.model import Finding, FormReport, Holds, LineReport

_AS_SPOKEN = str.maketrans({"s": "/", "w": "x", "-": "x"})
"""Marks of :class:`bot.forms.english.reading.Way` as a reader of verse writes them: stressed or light."""

# The sounds of the CMU Pronouncing Dictionary in the International Phonetic Alphabet (General American).
_VOWELS: Mapping[str, str] = dict(
    zip(
        ["AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"],
        ["ɑ", "æ", "ʌ", "ɔ", "aʊ", "aɪ", "ɛ", "ɝ", "eɪ", "ɪ", "i", "oʊ", "ɔɪ", "ʊ", "u"],
        strict=True,
    )
)
_CONSONANTS: Mapping[str, str] = dict(
    zip(
        ["CH", "DH", "HH", "JH", "NG", "SH", "TH", "Y", "ZH"],
        ["tʃ", "ð", "h", "dʒ", "ŋ", "ʃ", "θ", "j", "ʒ"],
        strict=True,
    )
)
_LIGHT: Mapping[str, str] = {"AH": "ə", "ER": "ɚ"}


def detailed(report: FormReport, shape: AnyShape) -> FormReport:
    """The same report; of each English line its stress beside that of the metre, and the sound of its rhyme.

    They are told as advice: the verdict is what it was.
    """
    if isinstance(shape, TwoShapes):
        shape = shape.english
    foreign = any(one.rule in ("characters", "language") for line in report.lines for one in line.findings)
    if not isinstance(shape, Shape) or foreign:
        return report
    heard = _sounds(report.lines)
    lines = tuple(
        replace(line, findings=(*line.findings, *_stress(line.text, shape.metre), *heard.get(at, ())))
        for at, line in enumerate(report.lines)
    )
    return replace(report, lines=lines)


def _stress(text: str, metre: Metre | None) -> tuple[Finding, ...]:
    """How a line is spoken, x for a light syllable and / for a stressed one, and how its metre goes.

    A word of one syllable is what its place in the metre makes it; out of the metre, what it mostly is.
    """
    if metre is None:
        return ()
    scansion = scan(text, metre)
    if scansion is None:
        spoken = "".join(ways[0].marks for ways, _ in parse(text)).translate(_AS_SPOKEN)
        return (Finding("stress", metre.whole, spoken, Holds.YES, advice=True),)
    pairs = zip(scansion.stress, scansion.places, strict=True)
    spoken = "".join(mark if mark in "/x" else place for mark, place in pairs)
    return (Finding("stress", scansion.places, spoken, Holds.YES, advice=True),)


def _sounds(lines: Sequence[LineReport]) -> dict[int, tuple[Finding, ...]]:
    """The sound of each line that rhymes: that of its reading which most lines of its letter share."""
    readings = {at: _parts(line.text) for at, line in enumerate(lines) if line.rhyme}
    found: dict[int, tuple[Finding, ...]] = {}
    for letter in dict.fromkeys(line.rhyme for line in lines if line.rhyme):
        mates = [at for at, line in enumerate(lines) if line.rhyme == letter and readings[at]]
        shared = Counter(part for at in mates for part in readings[at])
        usual = max(shared, key=lambda part: shared[part], default=())
        for at in mates:
            mine = max(readings[at], key=lambda part: shared[part])
            found[at] = (Finding("sound", ipa(usual), ipa(mine), Holds.YES, advice=True),)
    return found


def _parts(text: str) -> list[Phones]:
    """The ways in which a line ends, as it is usually said first."""
    last = (words(text) or [""])[-1]
    return list(dict.fromkeys(end.part for end in sorted(ends(last), key=lambda end: not end.usual)))


def ipa(phones: Phones) -> str:
    """A part that rhymes in the International Phonetic Alphabet: its first vowel is stressed, no other is."""
    written: list[str] = []
    for at, phone in enumerate(phones):
        vowel = _LIGHT.get(phone, _VOWELS.get(phone)) if at else _VOWELS.get(phone)
        written.append(vowel or _CONSONANTS.get(phone, phone.lower()))
    return "".join(written)
