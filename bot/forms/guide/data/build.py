"""Builds ``words.txt.xz``: words that verse uses and whose sound is beyond doubt, the commonest first.

``python -m bot.forms.guide.data.build VERSE.jsonl.gz WORDS``; the sources are named in README.md.
"""

from __future__ import annotations

import gzip
import json
import lzma
import re
import sys
from collections import Counter
from pathlib import Path

from bot.forms.english.dictionary import look_up
from bot.forms.guide.words import sound_of

LEAST = 50
"""Times that a word must be met."""

ALWAYS = ("xanadu", "xylophone", "xenon")
"""Words there are at any rate: an acrostic may spell any letter."""

_WORD = re.compile(r"(?<![\w'’])[A-Za-z]+(?:['’][a-z]+)?(?![\w'’])")
_WITHIN = re.compile(r"n[i]gg|negr|wh[o]re|r[a]pe|sl[u]t|sq[u]aw|b[a]stard|b[i]tch")


def main(verse: str, words: str) -> None:
    """Write the list beside this file."""
    here = Path(__file__).parent
    today = {"i", "o", *_words(Path(words)), *_words(here / "of-verse.txt")} - _words(here / "left-out.txt")
    small: Counter[str] = Counter()
    large: Counter[str] = Counter()
    with gzip.open(verse, "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            for word in _WORD.findall(row["text"]):
                word = word.replace("’", "'")
                (small if word.islower() or word == "I" else large)[word.lower()] += 1
    chosen = [
        word
        for word, count in small.most_common()
        if count >= LEAST
        and count > large[word] / 2
        and (len(word) > 1 or word in "aoi")
        and word in today
        and not _WITHIN.search(word)
        and look_up(word)
        and sound_of(word) is not None
    ]
    data = "\n".join((*chosen, *ALWAYS)).encode()
    Path(__file__).with_name("words.txt.xz").write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))


def _words(path: Path) -> set[str]:
    return set(path.read_text("utf-8").split())


if __name__ == "__main__":
    main(*sys.argv[1:])
