"""Guides English verse: syllables, stresses, rhymes, refrains, first letters; in words of known sound."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from bot.forms.english.sound import words
from bot.forms.guide.lines import Line, opening_words
from bot.forms.guide.trie import Choice, Node, Profiles, Trie
from bot.forms.guide.vocabulary import Mask, Nats, Next, Vocabulary
from bot.forms.guide.words import Spoken, lexicon, onset, rhymes, sound_of, weak

WITHIN = (",", ";", ":")
AT_END = (",", ".", ";", ":", "!", "?")
SPARE = 4
"""Words, each with its own sound before the rhyme, that a rhyme must have beyond those that the poem
needs, so that there is a choice."""

KEPT_TOPICS = 4
"""Topics with words of their own whose trees are kept, each some megabytes."""

KEPT = 64
"""Choices of words at line ends that are kept."""

PIECES = 3
"""Tokens of a word at most."""

LIGHT, HEAVY = 1.5, 0.7
"""Nats that a word of one syllable loses in a strong place if it is light ("of"), in a weak one if it is
not: both may stand there, and in verse now and then do."""

AGAIN = 4.0
"""Nats that a word of weight loses for each time that it has been said."""


@dataclass(frozen=True, slots=True)
class EnglishGuide:
    """A poem's plan, line by line.

    Attributes:
        form: id of the form.
        lines: what each line must be.
        extra: further words that may be used, such as those of the topic.
        opening: how many of the lines are there already.
        fresh: the empty line before the next, if one is wanted, is there too.
    """

    form: str
    lines: tuple[Line, ...]
    extra: tuple[str, ...] = ()
    opening: int = 0
    fresh: bool = False

    def writer(self, vocabulary: Vocabulary) -> EnglishWriter:
        """Begin a poem."""
        return EnglishWriter(self, vocabulary, _Words.of(vocabulary, self.extra))


@dataclass(slots=True, eq=False)
class _Words:
    """The lexicon as one tokenizer cuts it."""

    start: Trie
    inner: Trie
    strong: Nats
    weak: Nats
    open_ends: dict[tuple[int, frozenset[str]], tuple[Choice, Choice]] = field(
        default_factory=dict[tuple[int, frozenset[str]], tuple[Choice, Choice]]
    )

    @classmethod
    def of(cls, vocabulary: Vocabulary, extra: tuple[str, ...]) -> _Words:
        """The words for a vocabulary, with those of a topic that the list lacks; kept."""
        known = {spoken.word for spoken in lexicon()}
        more = tuple(spoken for word in extra if word not in known and (spoken := sound_of(word)) is not None)
        key = ("words", more)
        if key in vocabulary.kept:
            return vocabulary.kept[key]
        profiles = Profiles()
        size = len(vocabulary.texts)
        strong, light = np.zeros(size, np.float32), np.zeros(size, np.float32)
        words = cls(Trie(profiles), Trie(profiles), strong, light)
        for spoken in (*lexicon(), *more):
            capital = spoken.word[0].upper() + spoken.word[1:]
            words.start.add(spoken, _pieces(vocabulary, capital, "\n"))
            inside = capital if spoken.word in ("i", "o") else spoken.word
            pieces = _pieces(vocabulary, f" {inside}", "a")
            words.inner.add(spoken, pieces)
            if len(pieces) == len(spoken.stress) == 1:
                (strong if weak(spoken.word) else light)[pieces[0]] = LIGHT if weak(spoken.word) else HEAVY
        words.start.close()
        words.inner.close()
        if more and sum(1 for one in vocabulary.kept if one[0] == "words") > KEPT_TOPICS:
            for one in [one for one in vocabulary.kept if one[0] == "words" and one[1]]:
                del vocabulary.kept[one]
        vocabulary.kept[key] = words
        return words

    def chosen(self, words: Sequence[Spoken]) -> tuple[Choice, Choice]:
        """Some of the words, for the start of a line and within it."""
        return Choice(self.start, words), Choice(self.inner, words)

    def any_end(self, needed: int, taken: frozenset[str] = frozenset()) -> tuple[Choice, Choice]:
        """Words that may end a line with which ``needed`` more must rhyme; 0 for a line without rhyme.

        ``taken`` are the sounds in which other lines rhyme: a new rhyme has another.
        """
        key = (needed, taken)
        if key not in self.open_ends:
            if needed:
                wide = [group for tail, group in rhymes().items() if tail not in taken]
                words = [one for group in wide if _room(group) >= needed + SPARE for one in group]
            else:
                words = [one for one in lexicon() if not weak(one.word) and "'" not in one.word]
            if len(self.open_ends) >= KEPT:
                self.open_ends.clear()
            self.open_ends[key] = self.chosen(words)
        return self.open_ends[key]


def _room(group: Sequence[Spoken]) -> int:
    """How many words can rhyme with each other: two that begin alike cannot."""
    return len({onset(one.word) for one in group})


def _pieces(vocabulary: Vocabulary, text: str, before: str) -> list[int]:
    """A word as tokens; none for one that is cut so small that its first piece says nothing of it.

    A model that means another word writes that piece, and the guide could only go on to this one.
    """
    ids = vocabulary.within(text, before)
    return ids if len(ids) <= PIECES and all(vocabulary.texts[id].strip() for id in ids) else []


@lru_cache(maxsize=4096)
def _fits(stress: str, at: int, foot: str, most: int) -> bool:
    """Whether a word can stand after ``at`` syllables: only first may a longer word be stressed where
    the place is weak."""
    if at + len(stress) > most:
        return False
    if not foot or len(stress) == 1:
        return True
    return not any(
        mark == "1" and foot[(at + place) % len(foot)] == "x" and at + place > 0
        for place, mark in enumerate(stress)
    )


def _last_sound(text: str) -> Spoken | None:
    """How a given line ends, if that is beyond doubt."""
    said = words(text)
    return sound_of(said[-1]) if said else None


class EnglishWriter:
    """One poem while it is written."""

    def __init__(self, guide: EnglishGuide, vocabulary: Vocabulary, lexicon: _Words) -> None:
        self._lines = guide.lines
        self._vocabulary = vocabulary
        self._words = lexicon
        self._newline = vocabulary.ids.get("\n", -1)
        self._within = [vocabulary.ids[sign] for sign in WITHIN if sign in vocabulary.ids]
        self._at_end = [vocabulary.ids[sign] for sign in AT_END if sign in vocabulary.ids]
        self._said: dict[str, int] = {}
        self._ends: dict[str, list[Spoken]] = {}
        self._written: list[list[int]] = []
        """The tokens of each line, without its end."""
        self._taken = 0
        for line in self._lines:
            if line.text and line.rhyme and (sound := _last_sound(line.text)):
                self._ends.setdefault(line.rhyme, []).append(sound)
        for line in self._lines[: guide.opening]:
            self._written.append(vocabulary.within(line.text, "\n"))
            for word in words(line.text):
                self._say(word)
        self._begin(guide.opening)
        self._blank = self._blank and not guide.fresh

    def next(self, written: Sequence[int]) -> Next:
        """What may follow the tokens written so far."""
        for token in written[self._taken :]:
            self._take(token)
        self._taken = len(written)
        mask = self._vocabulary.nothing()
        if self._fixed is not None:
            if len(self._written[-1]) < len(self._fixed):
                mask[self._fixed[len(self._written[-1])]] = True
            else:
                self._allow_end(mask)
            return Next(mask)
        if self._blank:
            mask[self._newline] = True
            return Next(mask)
        lose: dict[int, float] = {}
        if self._node is None:
            self._allow_words(mask, lose, self._at, start=self._start)
            if self._may_end:
                self._allow_end(mask)
        else:
            self._allow_in_word(self._node, mask, lose)
        return Next(mask, lose, self._leaning())

    def fork(self) -> EnglishWriter:
        """Another writer at the same place."""
        other = copy(self)
        other._said = dict(self._said)
        other._ends = {letter: list(ends) for letter, ends in self._ends.items()}
        other._written = [list(line) for line in self._written]
        return other

    def _begin(self, number: int) -> None:
        """A new line: which words may end it, and from where it can still be ended."""
        self._number = number
        self._at: int = 0
        self._node: Node | None = None
        self._start = True
        self._may_end = False
        self._last: Spoken | None = None
        self._fixed: list[int] | None = None
        self._blank = False
        if number >= len(self._lines):
            self._fixed = []
            self._written.append([])
            return
        line = self._lines[number]
        self._blank = line.blank_before and number > 0
        self._written.append([])
        if line.text or line.again is not None:
            self._fixed = self._vocabulary.within(line.text, "\n") if line.text else self._again(line)
            return
        self._choice = self._ends_for(line)
        self._can_last = self._profiles_that_end(line)
        self._can_go_on = self._places_to_end_from(line)

    def _again(self, line: Line) -> list[int]:
        """The tokens of the line that comes again: the whole, or its first words up to a pause."""
        assert line.again is not None
        first = self._written[line.again]
        if not line.part:
            return first[:-1] if first and first[-1] in self._at_end else first
        text = "".join(self._vocabulary.texts[token] for token in first)
        return self._vocabulary.within(opening_words(text, line.most), "\n")

    def _ends_for(self, line: Line) -> tuple[Choice, Choice]:
        """The words that may end a line."""
        if line.end:
            sound = sound_of(line.end)
            return self._words.chosen([sound] if sound else [])
        if not line.rhyme:
            return self._words.any_end(0)
        mates = self._ends.get(line.rhyme)
        if not mates:
            needed = sum(one.rhyme == line.rhyme and one.again is None for one in self._lines) - 1
            taken = frozenset(ends[0].tail for ends in self._ends.values())
            return self._words.any_end(max(1, needed), taken)
        used = {mate.word for mate in mates}
        onsets = {onset(mate.word) for mate in mates}
        group = [
            spoken
            for spoken in rhymes().get(mates[0].tail, ())
            if spoken.word not in used and onset(spoken.word) not in onsets
        ]
        return self._words.chosen(group)

    def _profiles_that_end(self, line: Line) -> list[int]:
        """After so many syllables, the profiles of words that may end the line."""
        bits = self._words.inner.profiles.bits
        chosen = self._choice[1].bits | self._choice[0].bits
        table = [0] * (line.most + 1)
        for at in range(line.most + 1):
            for stress, bit in bits.items():
                if not bit & chosen or not _fits(stress, at, line.foot, line.most):
                    continue
                strong = not line.foot or (
                    stress[-1] != "0" and line.foot[(at + len(stress) - 1) % len(line.foot)] == "/"
                )
                if line.least <= at + len(stress) and (strong or not line.rhyme):
                    table[at] |= bit
        return table

    def _places_to_end_from(self, line: Line) -> list[int]:
        """After so many syllables, the profiles of words after which the line can still be ended."""
        bits = self._words.inner.profiles.bits
        open_ = [False] * (line.most + 2)
        table = [0] * (line.most + 1)
        for at in range(line.most, -1, -1):
            for stress, bit in bits.items():
                if _fits(stress, at, line.foot, line.most) and open_[at + len(stress)]:
                    table[at] |= bit
            # A word of one syllable fits anywhere, so what is open further on is open here.
            open_[at] = bool(self._can_last[at]) or table[at] != 0
        return table

    def _allow_words(self, mask: Mask, lose: dict[int, float], at: int, *, start: bool) -> None:
        """First tokens of words that fit after so many syllables."""
        if at >= len(self._can_last):
            return
        trie = self._words.start if start else self._words.inner
        choice = self._choice[0 if start else 1]
        initial = self._lines[self._number].initial if start else ""
        for tokens in (trie.starting(self._can_go_on[at]), choice.starting(self._can_last[at])):
            if initial:
                texts = self._vocabulary.texts
                mask[[token for token in tokens if texts[int(token)].casefold().startswith(initial)]] = True
            else:
                mask[tokens] = True
        for word, times in self._said.items():
            path = trie.paths.get(word, ())
            if len(path) == 1:
                lose[path[0]] = AGAIN * times

    def _allow_in_word(self, node: Node, mask: Mask, lose: dict[int, float]) -> None:
        """The rest of the word; or, where a word ends here, what may follow it."""
        choice = self._choice[0 if self._start else 1]
        for token, child in node.next.items():
            if child.below & self._can_go_on[self._at] or choice.below(child) & self._can_last[self._at]:
                mask[token] = True
                if child.word is not None and child.word.word in self._said:
                    lose[token] = AGAIN * self._said[child.word.word]
        if node.word is None:
            return
        goes_on, ends = self._after(node.word)
        if goes_on:
            self._allow_words(mask, lose, self._at + len(node.word.stress), start=False)
            mask[self._within] = True
        if ends:
            self._allow_end(mask)
            mask[self._at_end] = True

    def _after(self, spoken: Spoken) -> tuple[bool, bool]:
        """Whether a word here leaves the line open, and whether it may end it."""
        bit = self._words.inner.profiles.bit(spoken.stress)
        chosen = spoken.word in self._choice[0 if self._start else 1].words
        return bool(bit & self._can_go_on[self._at]), chosen and bool(bit & self._can_last[self._at])

    def _leaning(self) -> Nats | None:
        """What words of one syllable lose in the place that comes next."""
        foot, word = self._lines[self._number].foot, self._node.word if self._node else None
        at = self._at + (len(word.stress) if word else 0)
        if not foot or not at:
            return None
        return self._words.strong if foot[at % len(foot)] == "/" else self._words.weak

    def _allow_end(self, mask: Mask) -> None:
        if self._number + 1 < len(self._lines):
            mask[self._newline] = True
        else:
            mask[list(self._vocabulary.ends)] = True

    def _take(self, token: int) -> None:
        """Follow a token that was written."""
        if token in self._vocabulary.ends:
            return
        if self._blank and token == self._newline:
            self._blank = False
            return
        if token == self._newline:
            self._end_word()
            self._end_line()
            return
        self._written[-1].append(token)
        if self._fixed is not None:
            return
        if self._node is not None and token in self._node.next:
            self._node = self._node.next[token]
            return
        if self._node is not None:
            self._end_word()
        if (
            token in self._at_end
            and token not in (self._words.start if self._start else self._words.inner).root.next
        ):
            return
        trie = self._words.start if self._start else self._words.inner
        self._node = trie.root.next.get(token)
        self._may_end = False

    def _end_word(self) -> None:
        if self._node is None or self._node.word is None:
            self._node = None
            return
        spoken = self._node.word
        _, self._may_end = self._after(spoken)
        self._at += len(spoken.stress)
        self._start = False
        self._node = None
        self._last = spoken
        self._say(spoken.word)

    def _say(self, word: str) -> None:
        if not weak(word) and len(word) > 2:
            self._said[word] = self._said.get(word, 0) + 1

    def _end_line(self) -> None:
        if self._number < len(self._lines) and self._fixed is None and self._last is not None:
            rhyme = self._lines[self._number].rhyme
            if rhyme:
                self._ends.setdefault(rhyme, []).append(self._last)
        self._begin(self._number + 1)
