"""Normalising, character by character: every character of the result knows where it was.

A character becomes what it stands for, whatever its neighbours are: lower case,
no width, no diacritics, the Latin letter it looks like (Unicode TR39), the
simplified character, or nothing if it cannot be seen.  So the result of two
texts put together is their results put together, folding twice changes nothing,
and the map of places is exact for any Unicode.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.moderation.data.read import read_table

Ints: TypeAlias = NDArray[np.int32] | NDArray[np.int64]
Codes: TypeAlias = NDArray[np.uint32] | NDArray[np.uint8]
"""Code points; in a byte each if all are ASCII."""
Flags: TypeAlias = NDArray[np.bool_]

END = 0x110000
_LAST = 0x33480  # no letters are assigned above
_BLANK = " "
_EMPTY = {0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800}  # letters by category, nothing to the eye

# What TR39 leaves out because it looks alike only in some fonts, or turned over, or in small capitals.
_PAIRS = (
    "вb кk мm нh тt гr пn иu уy ьb ъb зз яr эe "
    "αa βb γy δd εe ηn θo ιi κk λl μu νv ξe οo πn ρp ςs σo τt υu φo χx ψw ωw "
    "ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ꞯq ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz "
    "ɐa ɔc ǝe ɟf ƃg ɥh ıi ɾj ʞk ןl ɯm ɹr ʇt ʌv ʎy ɑa ɛe ɡg ɩi "
    "₳a ฿b ₵c ₣f ₲g ⱡl ₥m ₦n ₱p ₴s ₮t ₩w ₭k ɍr ɇe ʉu ӿx ⱬz ∂d єe ҩq ҳx ʑz ʝj ӄk ҟk ќk ʊu ȶt ɮb ƈc ʄf ѕs "
    "ᗩa ᑕc ᑎn ᑫq ᔕs ᗯw ᘔz ᑌu ᗷb ᗪd Ꮑn Ꮖi Ᏽg ꓲi քp ֆs նu ռn թp ɾr ꜵao "
    "ልa ጌb ርc ዕd ቿe ቻf ኗg ዘh ጎi ጋj ጕk ረl ጠm ክn ዐo የp ዒq ዪr ነs ፕt ሁu ሀv ሠw ሸx ሃy ጊz "
    "ꍏa ꌃb ꉓc ꀸd ꍟe ꎇf ꁅg ꃅh ꀤi ꀭj ꀘk ꒒l ꎭm ꈤn ꂦo ᖘp ꆰq ꋪr ꌗs ꓄t ꀎu ꃴv ꅏw ꊼx ꌩy ꁴz "
    "𐌀a 𐌁b 𐌂c 𐌃d 𐌄e 𐌅f 𐌇h 𐌉i 𐌊k 𐌋l 𐌌m 𐌍n 𐌏o 𐌐p 𐌑m 𐌓r 𐌔s 𐌕t 𐌖u 𐌗x 𐌙y 𐌆z "
    "ᚨa ᛒb ᚲc ᛞd ᛖe ᚠf ᚷg ᚺh ᛁi ᛃj ᛚl ᛗm ᚾn ᛟo ᛈp ᚱr ᛊs ᛏt ᚢu ᚹw ᛉz "
    "øo łl đd ħh ŧt æae œoe ƒf ɓb ɗd ɠg ɨi ʋu ƙk ƥp ƭt ɫl ɭl ɱm ŋn ʂs ʐz ƀb ȼc ɇe ǥg ɉj ɍr ʉu ɏy ¢c ©c ®r "
    "ӏ1 ǀ1 ∣1 ⵏ1 "
    "Λa Δa Дa Σe Ξe Иn Πn Ωo Ψy цu Цu шw Шw щw Щw ϝf ԃd ƚt ʍm ⱥa Ɨi ꝗq ђh ћh ԋh ʅl ӽx ȷj ϙq Ꮆg Ꭴq Ꮙv "
    "ƨs Ƨs ғf Ғf жx Жx ყy ղn էt ժd մu վy ҍb ąa ⲁa ⲃb ⲥc ⲇd ⲉe ϥf ⳋg ⲏh ⲓi ⲕk ⳑl ⲙm ⲛn ⲟo ⲣp ⲅr ⲋs ⲧt ⳙu ⲱw "
    "ⲭx ⲩy ⲍz Ꮧa Ᏸb ፈc Ꮄd Ꮛe Ꭶf Ꮒh Ꮰj Ꮶk Ꮭl Ꭷo Ꭾp Ꮥs Ꮦt Ꮼu Ꮗw ጀx Ꭹy ፚz "
    "ᑢc ᕲd ᘿe ᘜg ᓰi ᒚj ᘻm ᘉn ᓍo ᕵp ᕴq ᖶt ᑘu ᐺv ᘺw ᖻy ᑯd ᑲb ᥲa ᥴc ᥱe ᧁg ᥣl ᥒn ᥆o ᥉s ᥙu ᥎v ᥕw ᥊x ᥡy "
    "ꋫa ꃃb ꏸc ꁕd ꄘf ꁍg ꑛh ꂑi ꀗk ꁒm ꁹn ꆂo ꉣp ꁸq ꒓r ꌚs ꓅t ꐇu ꏝv ꅐw ꇓx ꐟy "
    "ꋬa ꃳb ꉔc ꒯d ꏂe ꊰf ꍌg ꁝh ꒐i ꒻j ꂵm ꋊn ꄲo ꇙs ꒤u ꒦v ꉧx ꌦy ꓘk ꓤr ꓱe ꓷd ꓨg"
)
_VARIANTS = "砲炮 㓛功 処处 婬淫 囗口 礮炮 疍蛋 麽么 姦奸 妳你 祂他 牠它 屄逼 肏操 囯国 囻国 圀国"
"""Variants of characters that the table of simplified ones leaves as they are."""
_ALIKE = {pair[0]: pair[1:] for pair in _PAIRS.split()}


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text: ``codes[i]`` came from character ``at[i]`` of the original."""

    codes: Codes
    at: Ints
    text: str
    """The characters as a string."""


def fold(text: str) -> Folded:
    """Fold a text."""
    if text.isascii():
        plain = text.encode("ascii").translate(_ASCII)
        if b"\0" not in plain:
            codes = np.frombuffer(plain, dtype=np.uint8)
            return Folded(codes, np.arange(len(codes), dtype=np.int32), plain.decode("ascii"))
    table, longer = _table()
    codes = codes_of(text)
    made = table[codes]
    at = np.arange(len(codes), dtype=np.int32)
    if made.size and int(made.max()) >= END:
        made, at = _expanded(made, longer)
    kept = made != 0
    if not kept.all():
        made, at = made[kept], at[kept]
    return Folded(made, at, string_of(made))


def fold_text(text: str) -> str:
    """What a text is folded to."""
    return fold(text).text


def codes_of(text: str) -> NDArray[np.uint32]:
    """The code points; lone surrogates too."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def string_of(codes: Codes) -> str:
    """The string of code points."""
    if codes.dtype == np.uint8:
        return codes.tobytes().decode("ascii")
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


_BREAKS = b"\n\r\x0b\x0c"
_ASCII = bytes(
    10 if code in _BREAKS
    else 32 if code in b"\t\x1c\x1d\x1e\x1f"
    else 0 if code < 32 or code == 127
    else ord(chr(code).lower())
    for code in range(256)
)  # fmt: skip
"""What ASCII is folded to, byte by byte; 0 for what cannot be seen."""


OTHER, SPACED, UNSPACED = 0, 1, 2


@cache
def kinds() -> NDArray[np.uint8]:
    """For every code point: part of a word between spaces, of a script without spaces, or of no word."""
    kind = np.zeros(END, dtype=np.uint8)
    for code in range(_LAST):
        if chr(code).isalnum():
            kind[code] = SPACED
    for first, last in ((0x0E00, 0x0E80), (0x2E80, 0x2FE0), (0x3005, 0x3008), (0x3040, 0x3100)):
        kind[first:last] = UNSPACED
    for first, last in ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x33480)):
        kind[first:last] = UNSPACED
    return kind


class _Longer(NamedTuple):
    """What becomes several characters: row by row where they begin in ``codes``, and how many they are."""

    codes: NDArray[np.uint32]
    begins: NDArray[np.int64]
    counts: NDArray[np.int64]


def _expanded(made: NDArray[np.uint32], longer: _Longer) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """The same with each character that becomes several, in place."""
    many = np.flatnonzero(made >= END)
    which = made[many] - END
    counts = np.ones(len(made), dtype=np.int64)
    counts[many] = longer.counts[which]
    at = np.repeat(np.arange(len(made), dtype=np.int32), counts)
    flat = made[at]
    begins = (np.cumsum(counts) - counts)[many]  # of each in the result
    put = np.flatnonzero(flat >= END)
    of = np.repeat(np.arange(len(many)), counts[many])
    flat[put] = longer.codes[longer.begins[which][of] + put - begins[of]]
    return flat, at


@cache
def _table() -> tuple[NDArray[np.uint32], _Longer]:
    """What each code point becomes: a code point, 0 for nothing, or a place in the list after ``END``."""
    table = np.arange(END, dtype=np.uint32)
    longer: list[NDArray[np.uint32]] = []
    known: dict[str, int] = {}
    look = _look()
    for code in _changing(look):
        char = chr(code)
        if _once(char, look) == char:
            continue
        to = _closed(char, look)
        if len(to) < 2:
            table[code] = ord(to) if to else 0
        else:
            if to not in known:
                known[to] = END + len(longer)
                longer.append(codes_of(to))
            table[code] = known[to]
    table[0xD800:0xE000] = 0  # surrogates on their own
    counts = np.array([len(one) for one in longer], dtype=np.int64)
    return table, _Longer(np.concatenate(longer), np.cumsum(counts) - counts, counts)


def _changing(look: dict[str, str]) -> Iterator[int]:
    """The code points that may become something else."""
    for code in range(_LAST):
        if 0x3400 <= code < 0xA000 or 0xAC00 <= code < 0xD7B0 or 0x20000 <= code < 0x2F800:
            if chr(code) in look:
                yield code
        elif (code < 0xD800 or code >= 0xF900) and unicodedata.category(chr(code)) != "Cn":
            yield code
    yield from range(0xE0000, 0xE0200)  # tags and variation selectors


def _closed(char: str, look: dict[str, str]) -> str:
    """What a character becomes when nothing more changes."""
    now = char
    for _ in range(6):
        then = "".join(_once(one, look) for one in now)
        if then == now:
            break
        now = then
    return now


def _once(char: str, look: dict[str, str]) -> str:
    code = ord(char)
    if char in "\n\r\u2028\u2029\x0b\x0c\x85":
        return "\n"
    if code < 0x80 and code >= 0x20:
        return char.lower() if code != 0x7F else ""
    if char.isspace() or code in _EMPTY:
        return _BLANK
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf", "Cc"):
        return ""
    for first in (0x1F1E6, 0x1F130, 0x1F150, 0x1F170):
        if first <= code < first + 26:
            return chr(97 + code - first)
    plain = char if 0xAC00 <= code < 0xD7B0 else unicodedata.normalize("NFKD", char.casefold())
    return plain if plain.isascii() else look.get(char, plain)


@cache
def _look() -> dict[str, str]:
    """Characters and what they look like, or are written as in simplified script."""
    look = {row[0]: row[1:] for row in read_table("confusables")}
    look |= _ALIKE
    for row in read_table("han"):
        look[row[0]] = row[1]
    look |= {pair[0]: pair[1] for pair in _VARIANTS.split()}
    return look
