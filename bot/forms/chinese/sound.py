"""How characters sound: level or oblique, and which rhyme group, by the old books and by today's speech."""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from bot.forms.chinese.books import CILIN, PINGSHUI, TONGYUN, XINYUN, Tone, tone_of

RARE = 3
"""Percent of a character's uses below which a reading is thought doubtful."""


class Book(StrEnum):
    """The rhyme book that a text is judged by."""

    PINGSHUI = "pingshui"
    CILIN = "cilin"
    XINYUN = "xinyun"
    TONGYUN = "tongyun"

    @property
    def full_name(self) -> str:
        """Its name."""
        return {"pingshui": "平水韵", "cilin": "词林正韵", "xinyun": "中华新韵", "tongyun": "中华通韵"}[self]


@dataclass(frozen=True, slots=True)
class Sound:
    """One reading.

    Attributes:
        tone: level or oblique.
        group: the name of its rhyme group; "" if the book has none for it.
        share: of the character's uses in verse, those in this tone, in percent.
        listed: whether the rhyme book has the reading, not only the larger dictionary.
    """

    tone: Tone
    group: str
    share: int = 100
    listed: bool = True


@cache
def sounds(char: str, book: Book) -> tuple[Sound, ...]:
    """All readings of a character, the usual first; none for what is no known character.

    A character that the old books do not have (她, 吗) is read as today.
    """
    if book in (Book.XINYUN, Book.TONGYUN):
        return _modern(char, XINYUN if book is Book.XINYUN else TONGYUN)
    found: dict[tuple[Tone, str], Sound] = {}
    for reading in _table().get(char, "").split():
        ps, group, share = map(int, reading.rstrip("*").split(":"))
        tone = tone_of(ps)
        name = PINGSHUI[ps] if book is Book.PINGSHUI else CILIN[group]
        listed = not reading.endswith("*") or ((tone, name) in found and found[tone, name].listed)
        found[tone, name] = Sound(tone, name, share, listed)
    ordered = sorted(found.values(), key=lambda sound: (not sound.listed, -sound.share))
    return tuple(ordered) or tuple(Sound(one.tone, "", one.share) for one in _modern(char, XINYUN))


@cache
def weights(char: str, book: Book) -> tuple[int, int]:
    """How often, in percent of its uses, a character is level and oblique: 0 for never.

    What is no known character may be either, but only doubtfully.
    """
    shares = tones(char, book)
    return (shares.get("平", 0), shares.get("仄", 0)) if shares else (RARE - 1, RARE - 1)


@cache
def tones(char: str, book: Book) -> dict[Tone, int]:
    """The tones of a character, with the share of each in percent; empty for no known character."""
    shares: dict[Tone, int] = {}
    for sound in sounds(char, book):
        shares[sound.tone] = max(shares.get(sound.tone, 0), sound.share)
    return shares


@cache
def groups(char: str, book: Book, tone: Tone | None = None) -> frozenset[str]:
    """The rhyme groups of a character, of one tone or of both."""
    return frozenset(
        sound.group for sound in sounds(char, book) if sound.group and tone in (None, sound.tone)
    )


def is_han(char: str) -> bool:
    """Whether it is a Chinese character."""
    return (
        "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" or char == "〇" or char >= "\U00020000"
    )


@cache
def _table() -> dict[str, str]:
    data = resources.files("bot.forms.chinese.data")
    raw = lzma.decompress(data.joinpath("readings.tsv.xz").read_bytes()).decode()
    table = dict(line.split("\t") for line in raw.split("\n"))
    for usual, *others in data.joinpath("variants.txt").read_text("utf-8").split():
        for other in others:
            table.setdefault(other, table[usual])
    return table


def _modern(char: str, book: dict[str, str]) -> tuple[Sound, ...]:
    """By pinyin: first and second tone are level, third and fourth oblique.  From the third reading on
    they are rare."""
    found: dict[tuple[Tone, str], Sound] = {}
    for at, (initial, final, number) in enumerate(_pinyin(char)):
        if initial in ("zh", "ch", "sh", "r", "z", "c", "s") and final == "i":
            final = "-i"
        group, tone = book.get(final, ""), ("平" if number in "12" else "仄")
        if number and group:
            found.setdefault((tone, group), Sound(tone, group, (100, 20, RARE - 1)[min(at, 2)]))
    return tuple(found.values())


@cache
def _pinyin(char: str) -> tuple[tuple[str, str, str], ...]:
    """(initial, final, number of the tone) of each reading, the usual first."""
    # Its dictionaries take a fifth of a second to load: only who asks for today's sounds waits.
    import pypinyin
    from pypinyin.contrib.tone_convert import to_finals, to_initials

    read = pypinyin.pinyin(char, style=pypinyin.Style.TONE3, heteronym=True, errors="ignore")
    readings = read[0] if read and is_han(char) else []
    return tuple(
        (to_initials(one[:-1], strict=True), to_finals(one[:-1], strict=True, v_to_u=True), one[-1])
        for one in readings
        if one[-1:].isdigit()
    )
