"""A poem's plan in words, for models that cannot be guided token by token: what each line must be.

Rhymes are planned first: for each letter some words that rhyme, of a sound with room for the whole poem.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from bot.forms.chinese.sound import Book, groups, is_han
from bot.forms.english.sound import words
from bot.forms.guide.clauses import Clause
from bot.forms.guide.lines import Line
from bot.forms.guide.words import Spoken, lexicon, onset, rhymes, sound_of

OFFERED = 8
"""Words offered for a rhyme."""

_ROOM = 14
"""Words of different onset that a rhyme must have to be offered: none of them is rare."""


def english(lines: Sequence[Line], seed: int) -> str:
    """The plan of an English poem; "" for none."""
    if not lines:
        return ""
    rows = ["The plan, line by line (x is a light syllable, / a stressed one; lines of one letter rhyme):"]
    for number, line in enumerate(lines, 1):
        if line.blank_before:
            rows.append("")
        rows.append(f"{number}: {_line(line)}")
    if any(line.word for line in lines):
        rows += ["", "Lines of one letter end in the very same word; no two letters have the same."]
    offers = _offers(lines, random.Random(seed))
    if offers:
        rows += ["", "Words to rhyme on; others that rhyme as well are as good:"]
        rows += [f"{letter.upper()}: {', '.join(found)}" for letter, found in offers.items()]
    return "\n".join(rows)


def chinese(clauses: Sequence[Clause], book: Book) -> str:
    """The plan of a Chinese poem; "" for none."""
    if not clauses:
        return ""
    rows = ["逐句的格律（平、仄；中为可平可仄；标同一字母的句子押同一韵）："]
    for number, clause in enumerate(clauses, 1):
        if clause.blank_before:
            rows.append("")
        rows.append(f"{number}：{_clause(clause)}")
    given = {clause.rhyme: clause.text[-1] for clause in clauses if clause.rhyme and clause.text}
    for letter, char in given.items():
        found = " ".join(sorted(groups(char, book))) if is_han(char) else ""
        if found:
            rows.append(f"韵 {letter}：与“{char}”同韵（{book.full_name}：{found}）")
    if not given and any(clause.rhyme for clause in clauses):
        rows.append(f"押{book.full_name}，选宽韵，不重韵脚。")
    return "\n".join(rows)


def _line(line: Line) -> str:
    if line.text:
        return f"stands as it is: {line.text}"
    if line.again is not None:
        return f"{'the first words of ' if line.part else ''}line {line.again + 1} again, word for word"
    size = f"{line.least} syllables" if line.least == line.most else f"{line.least} to {line.most} syllables"
    beat = "".join(line.foot[at % len(line.foot)] for at in range(line.least)) if line.foot else ""
    rhyme = f"rhyme {line.rhyme.upper()}" if line.rhyme else ""
    initial = f"begins with {line.initial.upper()}" if line.initial else ""
    tail = f"and behind the rhyme the words “{line.tail}”" if line.tail else ""
    word = f"ends in the word {line.word.upper()}" if line.word else ""
    holds = f"has the word {line.holds.upper()} within" if line.holds else ""
    return ", ".join(part for part in (size, beat, rhyme, tail, word, holds, initial) if part)


def _clause(clause: Clause) -> str:
    if clause.text:
        return f"照旧：{clause.text}"
    if clause.again is not None:
        return f"与第 {clause.again + 1} 句相同"
    rhyme = f"，韵 {clause.rhyme}" if clause.rhyme else ""
    against = f"，与第 {clause.against + 1} 句对仗" if clause.against is not None else ""
    head = f"，首字为“{clause.head}”" if clause.head else ""
    return f"{len(clause.tones)} 字，{clause.tones}{rhyme}{against}{head}"


def _offers(lines: Sequence[Line], chance: random.Random) -> dict[str, list[str]]:
    """For each letter, words that rhyme with its given line, or of a sound chosen by chance."""
    wide = [group for group in rhymes().values() if len({onset(one.word) for one in group}) >= _ROOM]
    chance.shuffle(wide)
    common = {one.word: at for at, one in enumerate(lexicon())}
    found: dict[str, list[str]] = {}
    for line in lines:
        if not line.rhyme:
            continue
        if line.text and line.rhyme not in found and (said := words(line.text)):
            sound = sound_of(said[-1])
            found[line.rhyme] = _commonest(rhymes().get(sound.tail, ()) if sound else (), common)
        if line.rhyme not in found and wide:
            found[line.rhyme] = _commonest(wide.pop(), common)
    return {letter: offered for letter, offered in found.items() if offered}


def _commonest(group: Sequence[Spoken], common: dict[str, int]) -> list[str]:
    return [one.word for one in sorted(group, key=lambda one: common[one.word])[:OFFERED]]
