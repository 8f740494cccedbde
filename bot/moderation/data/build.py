"""Builds the tables of this folder from their sources.

Run by hand when a source changes, with OpenCC installed:
``python -m bot.moderation.data.build CONFUSABLES CHAIZI VERSE CMUDICT``.
The sources and their licences are in README.md beside this file.
"""

from __future__ import annotations

import gzip
import importlib
import json
import lzma
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

OLD = 8
"""How often a word must stand in the verse to be a word of literature; ten times that up to three letters."""
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")


def main(confusables: str, chaizi: str, verse: str, cmudict: str) -> None:
    """Write the tables beside this file."""
    simple = _simplified()
    _write("confusables", _confusables(Path(confusables)))
    _write("han", (f"{char}{to}" for char, to in sorted(simple.items())))
    _write("splits", _splits(Path(chaizi), simple))
    _write("words", _words(Path(verse), Path(cmudict)))


def _confusables(path: Path) -> Iterable[str]:
    """``char`` and the ASCII letters it looks like."""
    for row in path.read_text("utf-8-sig").splitlines():
        parts = row.split("#")[0].split(";")
        if len(parts) < 3:
            continue
        source = chr(int(parts[0], 16))
        target = "".join(chr(int(one, 16)) for one in parts[1].split())
        folded = unicodedata.normalize("NFKD", target.casefold())
        plain = "".join(char for char in folded if not unicodedata.combining(char))
        if len(source.encode()) > 1 and plain.isascii() and plain.isalpha() and len(plain) <= 2:
            yield f"{source}{plain}"


def _simplified() -> dict[str, str]:
    """Every character that is written differently in simplified script."""
    opencc = importlib.import_module("opencc")
    blocks = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x323B0))
    chars = [chr(code) for first, last in blocks for code in range(first, last)]
    made = opencc.OpenCC("t2s").convert("\n".join(chars)).split("\n")
    return {char: to for char, to in zip(chars, made, strict=True) if char != to and len(to) == 1}


def _splits(path: Path, simple: dict[str, str]) -> Iterable[str]:
    """A character, a tab, and the rows of two or three characters it can be taken apart into."""
    for row in path.read_text("utf-8").splitlines():
        char, *ways = row.split("\t")
        if len(char) != 1 or char in simple:
            continue
        parts = {way.replace(" ", "") for way in ways}
        kept = sorted(way for way in parts if len(way) in (2, 3) and char not in way)
        if kept:
            yield f"{char}\t{' '.join(kept)}"


def _words(verse: Path, cmudict: Path) -> Iterable[str]:
    """English words; those of literature have no mark, the others a ``-`` before them."""
    counts: Counter[str] = Counter()
    with gzip.open(verse, "rt", encoding="utf-8") as file:
        for row in file:
            counts.update(_WORD.findall(json.loads(row)["text"].lower().replace("’", "'")))
    old = {word for word, times in counts.items() if times >= (OLD if len(word) > 3 else 10 * OLD)}
    with lzma.open(cmudict, "rt", encoding="utf-8") as file:
        new = {row.split(" ", 1)[0].split("(")[0] for row in file}
    for word in sorted(old | {word for word in new if len(word) > 3 and _WORD.fullmatch(word)}):
        yield word if word in old else f"-{word}"


def _write(name: str, rows: Iterable[str]) -> None:
    path = Path(__file__).with_name(f"{name}.xz")
    path.write_bytes(lzma.compress("\n".join(rows).encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main(*sys.argv[1:])
