"""Guides Chinese verse: the number of characters, level and oblique tones, rhyme groups, repeated clauses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.forms.chinese.books import Tone
from bot.forms.chinese.sound import Book, is_han, sounds, tones
from bot.forms.guide.clauses import Clause
from bot.forms.guide.vocabulary import Mask, Next, Vocabulary

SURE = 65
"""Percent of its uses in which a character must have a tone to be written where the tone is due."""

SPARE = 12
"""Characters that a rhyme must have beyond those that the poem needs."""

AGAIN = 2.5
"""Nats that a character loses for each time that it stands in the poem."""

_LONGEST = 4
"""Characters of a token that are looked at; no tokenizer's common words are longer."""

_BIT = {"平": 1, "仄": 2, "中": 7}


@dataclass(frozen=True, slots=True)
class ChineseGuide:
    """A poem's plan.

    Attributes:
        form: id of the form.
        clauses: what each clause must be.
        book: the rhyme book.
        opening: how many of the clauses are in the prompt already.
    """

    form: str
    clauses: tuple[Clause, ...]
    book: Book
    opening: int = 0

    def writer(self, vocabulary: Vocabulary) -> ChineseWriter:
        """Begin a poem."""
        return ChineseWriter(self, vocabulary, _Chars.of(vocabulary, self.book))


class _Chars:
    """The tokens of one vocabulary that are Chinese characters, and how they sound by one book."""

    def __init__(self, vocabulary: Vocabulary, book: Book) -> None:
        rows = [(id, text) for id, text in enumerate(vocabulary.texts) if text and all(map(_shown, text))]
        rows = [(id, text) for id, text in rows if len(text) <= _LONGEST]
        self.ids = np.array([id for id, _ in rows], np.int64)
        self.lengths = np.array([len(text) for _, text in rows], np.int64)
        self.texts = [text for _, text in rows]
        self.at: dict[str, int] = {}
        for row, text in enumerate(self.texts):
            self.at.setdefault(text, row)
        bits = {char: _sure(char, book) for text in self.texts for char in text}
        self.bits = np.zeros((len(rows), _LONGEST), np.uint8)
        for row, text in enumerate(self.texts):
            for place, char in enumerate(text):
                self.bits[row, place] = bits[char]
        self.last = np.array([ord(text[-1]) for text in self.texts], np.int64)
        self.rhyme: dict[tuple[str, Tone], frozenset[int]] = {}
        groups: dict[tuple[str, Tone], set[int]] = {}
        for char, bit in bits.items():
            listed = [one for one in sounds(char, book) if one.listed and one.group]
            for tone in ("平", "仄"):
                mine = {one.group for one in listed if one.tone == tone}
                if bit & _BIT[tone] and len(mine) == 1:
                    groups.setdefault((mine.pop(), tone), set()).add(ord(char))
        self.rhyme = {key: frozenset(chars) for key, chars in groups.items()}

    @classmethod
    def of(cls, vocabulary: Vocabulary, book: Book) -> _Chars:
        """The characters for a vocabulary; kept."""
        kept = vocabulary.kept.get(book)
        if kept is None:
            kept = vocabulary.kept[book] = cls(vocabulary, book)
        return kept

    def fitting(self, due: str, ends: npt.NDArray[np.int64] | None) -> npt.NDArray[np.bool_]:
        """Rows of tokens that fit the rest of a clause.

        Args:
            due: the tones of what is left of the clause.
            ends: the characters that may end it; None for any.
        """
        fine = self.lengths <= len(due)
        for place, tone in enumerate(due[:_LONGEST]):
            wanted = np.uint8(_BIT[tone])
            fine &= (self.lengths <= place) | ((self.bits[:, place] & wanted) != 0)
        if ends is not None:
            fine &= (self.lengths < len(due)) | np.isin(self.last, ends)
        return fine


def _shown(char: str) -> bool:
    """Whether it is a Chinese character that every phone can show: 𬪩 and 𦶟 are in few fonts."""
    return is_han(char) and ord(char) <= 0xFFFF


def _sure(char: str, book: Book) -> int:
    """The tones that a character may be written for: its usual one, or, where none is, only 中."""
    shares = tones(char, book)
    sure = [_BIT[tone] for tone, share in shares.items() if share >= SURE or len(shares) == 1]
    return sum(sure) or 4


class ChineseWriter:
    """One poem while it is written."""

    def __init__(self, guide: ChineseGuide, vocabulary: Vocabulary, chars: _Chars) -> None:
        self._clauses = guide.clauses
        self._book = guide.book
        self._vocabulary = vocabulary
        self._chars = chars
        self._newline = vocabulary.ids.get("\n", -1)
        self._said: Counter[str] = Counter()
        self._groups: dict[str, str] = {}
        self._ends: set[int] = set()
        self._texts: list[str] = [clause.text for clause in self._clauses]
        for clause in self._clauses:
            if clause.text:
                self._learn(clause, clause.text)
        self._number = guide.opening
        self._written = ""
        self._tail: list[int] = []
        """Signs that are still to come before the next clause: its stop, the new lines."""
        self._taken = 0
        self._over = self._number >= len(self._clauses)

    def next(self, written: Sequence[int]) -> Next:
        """What may follow the tokens written so far."""
        for token in written[self._taken :]:
            self._take(token)
        self._taken = len(written)
        mask = self._vocabulary.nothing()
        if self._tail:
            mask[self._tail[0]] = True
            return Next(mask)
        if self._over:
            mask[list(self._vocabulary.ends)] = True
            return Next(mask)
        clause = self._clauses[self._number]
        fixed = self._fixed(clause)
        if fixed:
            self._force(fixed[len(self._written) :], mask)
            return Next(mask)
        if clause.head and not self._written:
            self._force(clause.head, mask, whole=False)
            return Next(mask)
        due = clause.tones[len(self._written) :]
        fine = self._chars.fitting(due, self._may_end(clause))
        if not fine.any():
            fine = self._chars.fitting("中" * len(due), None)
        if clause.against is not None:
            self._keep_apart(self._texts[clause.against], fine)
        mask[self._chars.ids[fine]] = True
        return Next(mask, self._losses())

    def fork(self) -> ChineseWriter:
        """Another writer at the same place."""
        other = copy(self)
        other._said = self._said.copy()
        other._groups = dict(self._groups)
        other._ends = set(self._ends)
        other._texts = list(self._texts)
        other._tail = list(self._tail)
        return other

    def _may_end(self, clause: Clause) -> npt.NDArray[np.int64] | None:
        """The characters that may end a clause that rhymes: of its group, not used yet."""
        if not clause.rhyme:
            return None
        tone: Tone = "仄" if clause.tones[-1] == "仄" else "平"
        group = self._groups.get(clause.rhyme)
        if group:
            chars = self._chars.rhyme.get((group, tone), frozenset())
        else:
            needed = [one for one in self._clauses if one.rhyme == clause.rhyme and one.again is None]
            kinds = Counter("仄" if one.tones[-1] == "仄" else "平" for one in needed)
            wide = [
                group
                for group, kind in self._chars.rhyme
                if kind == tone
                and all(
                    len(self._chars.rhyme.get((group, "仄" if other == "仄" else "平"), ())) >= count + SPARE
                    for other, count in kinds.items()
                )
            ]
            chars = frozenset(char for group in wide for char in self._chars.rhyme[group, tone])
        return np.fromiter(chars - self._ends, np.int64)

    def _keep_apart(self, other: str, fine: npt.NDArray[np.bool_]) -> None:
        """Take out what would stand where the other clause has the same character."""
        for row in fine.nonzero()[0]:
            text = self._chars.texts[row]
            above = other[len(self._written) : len(self._written) + len(text)]
            if any(one == two for one, two in zip(text, above, strict=False)):
                fine[row] = False

    def _losses(self) -> dict[int, float]:
        """Characters that stand in the poem lose; twice in a row (萧萧) loses nothing."""
        last = self._written[-1:]
        return {
            int(self._chars.ids[self._chars.at[char]]): AGAIN * times
            for char, times in self._said.items()
            if char in self._chars.at and char != last
        }

    def _fixed(self, clause: Clause) -> str:
        if clause.text:
            return clause.text
        return self._texts[clause.again][-len(clause.tones) :] if clause.again is not None else ""

    def _force(self, text: str, mask: Mask, *, whole: bool = True) -> None:
        """Allow the tokens with which a given text can begin."""
        sizes = range(1, min(len(text), _LONGEST) + 1) if whole else (1,)
        for size in sizes:
            if (row := self._chars.at.get(text[:size])) is not None:
                mask[self._chars.ids[row]] = True
        if not mask.any():
            # A character that is no token of its own is written in pieces.
            pieces = self._vocabulary.within(text[:1], "\n")
            self._tail = [*pieces, *self._tail]
            if pieces:
                mask[pieces[0]] = True
                self._written += text[:1]

    def _take(self, token: int) -> None:
        if self._tail:
            if token == self._tail[0]:
                self._tail.pop(0)
                self._finish_if_full()
            return
        if token in self._vocabulary.ends:
            return
        self._written += self._vocabulary.texts[token]
        self._finish_if_full()

    def _finish_if_full(self) -> None:
        if self._over or self._tail or len(self._written) < len(self._clauses[self._number].tones):
            return
        clause = self._clauses[self._number]
        self._texts[self._number] = self._written
        if not clause.text:
            self._learn(clause, self._written)
        self._written = ""
        self._number += 1
        self._over = self._number >= len(self._clauses)
        if clause.stop in self._vocabulary.ids:
            self._tail.append(self._vocabulary.ids[clause.stop])
        if not self._over:
            breaks = 2 if self._clauses[self._number].blank_before else 1
            self._tail += [self._newline] * breaks

    def _learn(self, clause: Clause, text: str) -> None:
        """Remember what was said, and which group a rhyme turned out to be."""
        self._said.update(char for char in text if is_han(char))
        if clause.rhyme and clause.again is None:
            self._ends.add(ord(text[-1]))
            tone = "仄" if clause.tones[-1] == "仄" else "平"
            mine = [one.group for one in sounds(text[-1], self._book) if one.listed and one.tone == tone]
            if mine and clause.rhyme not in self._groups:
                self._groups[clause.rhyme] = mine[0]
