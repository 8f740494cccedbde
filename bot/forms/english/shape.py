"""What an English form demands, read from the ``[shape]`` table of its file.

```toml
[shape]
language = "en"
lines = 14                       # or [3, 40]; left out: any number, or as many as the scheme has
schemes = ["abab cdcd efef gg"]  # letters a line; A1 is a refrain; several: whichever fits best
stanza = "abcb"                  # instead: one stanza's scheme, any number of stanzas; or a list of them
chain = "terza rima"             # instead: terza rima, pantoum, ghazal or sestina
syllables = [8, 6, 8, 6]         # a line; one number for all; "7-10" for a range; repeated by stanza
metre = "iambic pentameter"      # scored; with strict = true most lines must be in it
sung = true                      # a light syllable more or less at either end is only doubtful, as in hymns
acrostic = true                  # the first letters spell the topic
```
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.forms.english import scheme
from bot.forms.english.metre import FEET, LENGTHS, Metre
from bot.forms.english.scheme import Place

_KEYS = frozenset(
    {"language", "lines", "schemes", "stanza", "chain", "syllables", "metre", "strict", "sung", "acrostic"}
)
_METRE = re.compile(rf"\b(?:{'|'.join(FEET)})\s+(?:{'|'.join(LENGTHS)})\b", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;/|·\-–—，；、]+")
_SCHEME = re.compile(r"(?:[A-Za-z]\d?)+", re.ASCII)
_REFRAIN = re.compile(r"[A-Z]\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The demands of a form; see the head of this file.

    ``syllables`` are (least, most) of each line, over and over.
    """

    form: str
    lines: tuple[int, int] | None = None
    schemes: tuple[str, ...] = ()
    stanzas: tuple[str, ...] = ()
    chain: str = ""
    syllables: tuple[tuple[int, int], ...] = ()
    metre: Metre | None = None
    strict: bool = False
    sung: bool = False
    acrostic: bool = False

    def places(self, count: int) -> list[tuple[str, tuple[Place, ...]]]:
        """The schemes that a text of so many lines may follow: (as written, line by line)."""
        if self.stanzas:
            return [(one, scheme.repeated(one, count)) for one in self.stanzas]
        if self.chain in scheme.ENDLESS:
            return [(self.chain, scheme.ENDLESS[self.chain](count))]
        return [(one, _cut(scheme.read(one), count)) for one in self.schemes]

    @property
    def count(self) -> tuple[int, int] | None:
        """(fewest, most) lines; None for any number."""
        if self.lines is not None:
            return self.lines
        if self.schemes:
            size = len(scheme.read(self.schemes[0]))
            return size, size
        if self.chain == "sestina":
            return 39, 39
        if self.syllables and len(self.syllables) > 1 and not self.stanzas:
            return len(self.syllables), len(self.syllables)
        return None


def read_shape(form: str, table: Mapping[str, Any]) -> Shape:
    """Read a ``[shape]`` table.

    Raises:
        ValueError: something in it is not as it should be; says what.
    """
    if unknown := set(table) - _KEYS:
        raise ValueError(f"{form}: [shape] has no {', '.join(sorted(unknown))}")
    lines = table.get("lines")
    given: Any = table.get("syllables", [])
    syllables: list[Any] = [*given] if isinstance(given, list) else [given]  # pyright: ignore[reportUnknownVariableType]
    chain, schemes = table.get("chain", ""), tuple(table.get("schemes", ()))
    stanza: Any = table.get("stanza", [])
    stanzas: tuple[str, ...] = (stanza,) if isinstance(stanza, str) else tuple(stanza)
    if chain and chain not in scheme.ENDLESS and chain != "sestina":
        raise ValueError(f"{form}: {chain} is no chain")
    for one in (*schemes, *stanzas):
        scheme.read(one)
    return Shape(
        form=form,
        lines=None if lines is None else (lines, lines) if isinstance(lines, int) else (lines[0], lines[1]),
        schemes=schemes,
        stanzas=stanzas,
        chain=chain,
        syllables=tuple(map(_span, syllables)),
        metre=Metre.of(table["metre"]) if "metre" in table else None,
        strict=bool(table.get("strict")),
        sung=bool(table.get("sung")),
        acrostic=bool(table.get("acrostic")),
    )


def custom(text: str) -> Shape:
    """A form described in a line: ``ABAB, 8 6 8 6``, ``5-7-5``, ``aabb, iambic tetrameter``.

    A rhyme scheme, numbers of syllables (one for all lines, or one a line, or as many as come round again),
    the name of a metre; one of them or several, in any order, with spaces, commas, slashes or hyphens
    between.

    Raises:
        ValueError: it describes none.
    """
    metre: Metre | None = None
    bare = text
    if named := _METRE.search(text):
        metre = Metre.of(" ".join(named.group().lower().split()))
        bare = text[: named.start()] + " " + text[named.end() :]
    letters, numbers = "", list[int]()
    for token in _BETWEEN.split(bare):
        if token.isdecimal() and len(token) < 3:
            numbers.append(int(token))
        elif _SCHEME.fullmatch(token):
            letters += token
        elif token:
            raise ValueError(f"{text} describes no form")
    rhymes = letters if _REFRAIN.search(letters) else letters.lower()
    size = len(scheme.read(rhymes)) if rhymes else len(numbers) if len(numbers) > 1 else 0
    fits = not numbers or size == 0 or size % len(numbers) == 0
    plain = all(0 < number < 40 for number in numbers) and size <= 100 and _in_order(rhymes) and fits
    if not plain or not (size > 1 or numbers or metre):
        raise ValueError(f"{text} describes no form")
    return Shape(
        form="custom",
        lines=(size, size) if size else None,
        schemes=(rhymes,) if rhymes else (),
        syllables=tuple((number, number) for number in numbers),
        metre=metre,
    )


def _in_order(rhymes: str) -> bool:
    """Whether new letters come as in the alphabet, as in every scheme and in few words."""
    seen: list[str] = []
    for place in scheme.read(rhymes) if rhymes else ():
        if place.rhyme and place.rhyme not in seen:
            seen.append(place.rhyme)
    return seen == [chr(ord("a") + at) for at in range(len(seen))]


def _span(value: int | str) -> tuple[int, int]:
    least, _, most = str(value).partition("-")
    return int(least), int(most or least)


def _cut(places: tuple[Place, ...], count: int) -> tuple[Place, ...]:
    """A scheme for a text with too many lines or too few: what is beyond it rhymes with nothing."""
    return (*places[:count], *[Place("")] * (count - len(places)))
