"""Makes ``copies.bloom``, the index of lines that the model learnt from.

It holds the corpora whole, also the poems that were too long or too odd to be learnt from: a line that
stands in one of those is no less somebody's.

``python models/house/copies.py --corpora FOLDER``, in an environment with the bot installed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from opencc import OpenCC
from rbloom import Bloom

from bot.backends.local.copies import FILE, hashed, pieces
from data import chinese, english, read

HERE = Path(__file__).parent
WRONG = 0.01
"""The part of lines that were never learnt from and are taken for copies all the same."""


def main() -> None:
    """Write the index beside this file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, default=Path("corpora"))
    given = parser.parse_args()
    poems = [
        *chinese(given.corpora / "chinese-verse.jsonl.gz"),
        *english(given.corpora / "english-verse.jsonl.gz"),
    ]
    known = {piece for poem in poems for line in poem.lines for piece in pieces(line)}
    simplify = OpenCC("t2s").convert
    for record in read(given.corpora / "chinese-verse.jsonl.gz"):
        known.update(pieces(simplify(record["text"])))
    for record in read(given.corpora / "english-verse.jsonl.gz"):
        known.update(piece for line in record["text"].split("\n") for piece in pieces(line))
    index = Bloom(len(known), WRONG, hashed)
    index.update(known)
    index.save(str(HERE / FILE))
    print(f"{len(known):,} pieces of {len(poems):,} poems")


if __name__ == "__main__":
    main()
