"""What a Chinese form demands, read from the ``[shape]`` table of its file.

```toml
[shape]
language = "zh"
kind = "regulated"     # 近体诗, by tones and rhyme; "ci", by a pattern; "couplet", 对联; "plain", by length
lines = 8              # or [4, 40]; "even" lines only where the kind is plain and rhyme = "even"
characters = [7]       # a line, over and over; "5|7": either, the same in every line
rhyme = "even"         # plain: the even lines rhyme
book = "tongyun"       # the rhyme book: pingshui (else), cilin (for ci), xinyun, tongyun
acrostic = true        # the first characters spell the topic
name = "如梦令"        # how it is called in the mark
tune = '''             # ci: a clause a line; 平, 仄, 中 (either), ⊙ and ◎ (level and oblique by rule, though
                       # the masters sometimes have the other); behind it the letter of its rhyme,
中仄平平仄 a            # and 叠 (says the end of the clause before it again), 叠N (that of
中平中仄平平 b          # clause N); an empty line between the stanzas.  Places with one letter
'''                    # are of one rhyme group, each in the tone that the pattern has there.
```
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.forms.chinese.sound import Book

_KEYS = frozenset({"language", "kind", "lines", "characters", "rhyme", "acrostic", "tune", "book", "name"})
_KINDS = ("regulated", "ci", "couplet", "plain")
_CLAUSE = re.compile(r"([平仄中⊙◎]+)(?:\s+([a-z]))?(?:\s+叠(\d*))?$")


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a tune.

    Attributes:
        tones: 平, 仄, 中, ⊙ (should be 平) or ◎ (should be 仄) for each character.
        rhyme: the letter of its rhyme, "" for none.
        again: number of the clause whose end it repeats, from 0; None for none.
        stanza: number of its stanza, from 0.
    """

    tones: str
    rhyme: str = ""
    again: int | None = None
    stanza: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChineseShape:
    """The demands of a form; see the head of this file."""

    form: str
    kind: str
    lines: tuple[int, int] | None = None
    characters: tuple[tuple[int, ...], ...] = ()
    rhyme: bool = False
    acrostic: bool = False
    book: Book = Book.PINGSHUI
    tunes: tuple[tuple[Clause, ...], ...] = ()
    name: str = ""


def read_chinese(form: str, table: Mapping[str, Any]) -> ChineseShape:
    """Read a ``[shape]`` table.

    Raises:
        ValueError: something in it is not as it should be; says what.
    """
    if unknown := set(table) - _KEYS:
        raise ValueError(f"{form}: [shape] has no {', '.join(sorted(unknown))}")
    kind = table.get("kind", "plain")
    if kind not in _KINDS:
        raise ValueError(f"{form}: {kind} is no kind of form")
    lines: Any = table.get("lines")
    tune: Any = table.get("tune", [])
    written: list[str] = [tune] if isinstance(tune, str) else tune
    if kind == "ci" and not written:
        raise ValueError(f"{form}: a ci needs its tune")
    return ChineseShape(
        form=form,
        kind=kind,
        lines=None if lines is None else (lines, lines) if isinstance(lines, int) else (lines[0], lines[1]),
        characters=tuple(_widths(one) for one in table.get("characters", [])),
        rhyme=table.get("rhyme") == "even",
        acrostic=bool(table.get("acrostic")),
        book=Book(table.get("book", "cilin" if kind == "ci" else "pingshui")),
        tunes=tuple(read_tune(form, one) for one in written),
        name=table.get("name", ""),
    )


def read_tune(form: str, text: str) -> tuple[Clause, ...]:
    """Read a tune as it is written in a file.

    Raises:
        ValueError: a line of it is no clause.
    """
    clauses: list[Clause] = []
    stanza = 0
    for row in text.strip().split("\n"):
        row = row.split("#")[0].strip()
        if not row:
            stanza += bool(clauses)
            continue
        found = _CLAUSE.match(row)
        if found is None:
            raise ValueError(f"{form}: {row} is no clause of a tune")
        again = None
        if "叠" in row:
            again = int(found[3]) - 1 if found[3] else len(clauses) - 1
            if not 0 <= again < len(clauses) or len(clauses[again].tones) < len(found[1]):
                raise ValueError(f"{form}: {row} repeats no clause")
        clauses.append(Clause(found[1], found[2] or "", again, stanza))
    return tuple(clauses)


def _widths(value: int | str) -> tuple[int, ...]:
    return tuple(int(one) for one in str(value).split("|"))
