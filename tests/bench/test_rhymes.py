"""Stanzas that people annotated, read and compared."""

from __future__ import annotations

from pathlib import Path

from bot.bench.rhymes import agreement, annotated
from bot.forms.english.rhyme import rhymes

STANZAS = """POEM0 night day light way
1 2 1 2
1 2 1 2

POEM0 oer more home
1 1 2
3 3 4

POEM1 a line too few
1 2 1
"""


def test_a_file_of_last_words_and_letters(tmp_path: Path) -> None:
    (tmp_path / "some.pgold").write_text(STANZAS, "utf-8")
    (tmp_path / "notes.txt").write_text(STANZAS, "utf-8")
    found = annotated(tmp_path)
    assert found == annotated(tmp_path / "some.pgold")
    assert found == {
        "some": [
            (["night", "day", "light", "way"], ["1", "2", "1", "2"]),
            (["oer", "more", "home"], ["1", "1", "2"]),
        ]
    }
    assert agreement(found["some"], rhymes) == (1.0, 1.0, 1.0)


def test_agreement_counts_pairs() -> None:
    stanzas = [(["a", "b", "c"], ["1", "1", "2"])]
    precision, recall, f1 = agreement(stanzas, lambda one, other: "a" in (one, other))
    assert (precision, recall) == (0.5, 1.0) and round(f1, 3) == 0.667
    assert agreement(stanzas, lambda one, other: False) == (0.0, 0.0, 0.0)
