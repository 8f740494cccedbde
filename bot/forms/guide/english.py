"""Guides English verse: syllables, stresses, rhymes, refrains, first letters; in words of known sound."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace

from bot.forms.english.sound import words
from bot.forms.guide.lexis import BEGUN, Lexis
from bot.forms.guide.lines import Line, opening_words
from bot.forms.guide.trie import Node
from bot.forms.guide.vocabulary import Mask, Nats, Next, Vocabulary
from bot.forms.guide.ways import Choices, Ways, fits, ways
from bot.forms.guide.words import HANGING, Spoken, heard, onset, rhymes, sound_of, weak

WITHIN = (",", ";", ":")
AT_END = (",", ".", ";", ":", "!", "?")
AGAIN = 4.0
"""Nats that a word of weight loses for each time that it has been said."""


@dataclass(frozen=True, slots=True)
class EnglishGuide:
    """A poem's plan, line by line.

    Attributes:
        form: id of the form.
        lines: what each line must be.
        topic: words that may be used though the list lacks them.
        opening: how many of the lines are there already.
        fresh: the empty line before the next, if one is wanted, is there too.
    """

    form: str
    lines: tuple[Line, ...]
    topic: tuple[str, ...] = ()
    opening: int = 0
    fresh: bool = False

    def writer(self, vocabulary: Vocabulary) -> EnglishWriter:
        """Begin a poem."""
        named = [sound for word in self.topic if (sound := sound_of(word)) is not None]
        given = [word for line in self.lines if line.text and line.word for word in words(line.text)[-1:]]
        named += [sound for word in given if (sound := heard(word)) is not None]
        return EnglishWriter(self, vocabulary, Lexis.of(vocabulary, tuple(dict.fromkeys(named))))


def _last_sound(line: Line) -> Spoken | None:
    """How a given line ends before its refrain, if that is beyond doubt."""
    said = words(line.text)
    said = said[: len(said) - len(words(line.tail))]
    return sound_of(said[-1]) if said else None


def _named(line: Line) -> Spoken | None:
    """The word that a given line ends in."""
    said = words(line.text)
    return heard(said[-1]) if said else None


class EnglishWriter:
    """One poem while it is written."""

    def __init__(self, guide: EnglishGuide, vocabulary: Vocabulary, lexis: Lexis) -> None:
        self._lines = guide.lines
        self._vocabulary = vocabulary
        self._words = lexis
        self._newline = vocabulary.ids.get("\n", -1)
        self._within = [vocabulary.ids[sign] for sign in WITHIN if sign in vocabulary.ids]
        self._at_end = [vocabulary.ids[sign] for sign in AT_END if sign in vocabulary.ids]
        self._said: dict[str, int] = {}
        self._ends: dict[str, list[Spoken]] = {}
        self._named: dict[str, Spoken] = {}
        """The words in which lines of a letter end."""
        self._written: list[list[int]] = []
        """The tokens of each line, without its end."""
        self._taken = 0
        for line in self._lines:
            if line.text and line.rhyme and (sound := _last_sound(line)):
                self._ends.setdefault(line.rhyme, []).append(sound)
            if line.text and line.word and (word := _named(line)):
                self._named.setdefault(line.word, word)
        for word in {word for line in self._lines for word in words(line.tail)}:
            # A refrain says it often enough.
            self._said[word] = 2
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
            if self._tail_at is not None and self._tail_at < len(self._tail):
                mask[self._tail[self._tail_at]] = True
            elif self._tail_at is None:
                self._allow_words(mask, lose, self._at, start=self._start, debt=self._debt)
                self._keep_tail(mask)
            if self._may_end:
                self._allow_end(mask)
                if self._tail_at is not None and self._written[-1][-1] == self._tail[-1]:
                    mask[self._at_end] = True
        else:
            self._allow_in_word(self._node, mask, lose)
        return Next(mask, lose, self._leaning())

    def fork(self) -> EnglishWriter:
        """Another writer at the same place."""
        other = copy(self)
        other._said = dict(self._said)
        other._ends = {letter: list(ends) for letter, ends in self._ends.items()}
        other._named = dict(self._named)
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
        self._debt = False
        self._tail: list[int] = []
        self._tail_at: int | None = None
        """How many tokens of the refrain are there; None before it."""
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
        named = self._named.get(line.word)
        if named is not None and not fits(named.stress, line.most - len(named.stress), line.foot, line.most):
            # A given word that cannot end a line of the metre: river.
            line = replace(line, foot="", least=line.most - 1, most=line.most + 1)
        if line.tail:
            self._tail = self._vocabulary.within(f" {line.tail}", "a")
        owed = self._named.get(line.holds)
        owing = self._words.chosen([owed]) if owed is not None else None
        # A word that this tokenizer cannot write is not waited for.
        self._debt = owing is not None and bool(owing[1].words)
        self._ways: Ways = ways(
            line,
            self._words.inner.profiles,
            self._ends_for(line),
            owed if self._debt else None,
            owing if self._debt else None,
        )

    def _again(self, line: Line) -> list[int]:
        """The tokens of the line that comes again: the whole, or its first words up to a pause."""
        assert line.again is not None
        first = self._written[line.again]
        if not line.part:
            return first[:-1] if first and first[-1] in self._at_end else first
        text = "".join(self._vocabulary.texts[token] for token in first)
        return self._vocabulary.within(opening_words(text, line.most), "\n")

    def _ends_for(self, line: Line) -> Choices:
        """The words that may end a line."""
        if line.word:
            named = self._named.get(line.word)
            found = self._words.chosen([named]) if named is not None else None
            if found is not None and found[1].words:
                return found
            return self._words.returning(frozenset(one.word for one in self._named.values()))
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

    def _allow_words(self, mask: Mask, lose: dict[int, float], at: int, *, start: bool, debt: bool) -> None:
        """First tokens of words that fit after so many syllables."""
        known = self._ways
        if at >= len(known.last):
            return
        trie = self._words.start if start else self._words.inner
        choice, bits = known.chosen(at, start=start, debt=debt)
        initial = self._lines[self._number].initial if start else ""
        for tokens in (trie.starting(known.go_on[debt][at]), choice.starting(bits)):
            if initial:
                texts = self._vocabulary.texts
                mask[[token for token in tokens if texts[int(token)].casefold().startswith(initial)]] = True
            else:
                mask[tokens] = True
        for token in known.only_begun(trie, at, start=start, debt=debt):
            lose[int(token)] = BEGUN
        for word, times in self._said.items():
            path = trie.paths.get(word, ())
            if len(path) == 1:
                lose[path[0]] = AGAIN * times

    def _allow_in_word(self, node: Node, mask: Mask, lose: dict[int, float]) -> None:
        """The rest of the word; or, where a word ends here, what may follow it."""
        for token, child in node.next.items():
            if self._ways.inside(child, self._at, start=self._start, debt=self._debt):
                mask[token] = True
                if child.word is not None and child.word.word in self._said:
                    lose[token] = AGAIN * self._said[child.word.word]
        if node.word is None:
            return
        goes_on, ends, debt = self._ways.after(node.word, self._at, start=self._start, debt=self._debt)
        if goes_on:
            self._allow_words(mask, lose, self._at + len(node.word.stress), start=False, debt=debt)
            self._keep_tail(mask)
            mask[self._within] = node.word.word not in HANGING
        if ends and self._tail:
            mask[self._tail[0]] = True
        elif ends:
            self._allow_end(mask)
            mask[self._at_end] = True

    def _keep_tail(self, mask: Mask) -> None:
        """The refrain's first word stands nowhere else: so it is plain where the refrain begins."""
        if self._tail:
            mask[self._tail[0]] = False

    def _leaning(self) -> Nats:
        """What tokens lose in the place that comes next."""
        foot, word = self._lines[self._number].foot, self._node.word if self._node else None
        at = self._at + (len(word.stress) if word else 0)
        if not foot or not at:
            nats = self._words.plain
        else:
            nats = self._words.strong if foot[at % len(foot)] == "/" else self._words.weak
        if word is not None and word.word in self._words.behind:
            nats = nats + self._words.behind[word.word]
        return nats

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
        if self._tail_at is not None:
            self._tail_at += token in self._tail[self._tail_at : self._tail_at + 1]
            self._may_end = self._tail_at == len(self._tail)
            return
        if self._tail and token == self._tail[0]:
            self._end_word()
            self._tail_at, self._may_end = 1, len(self._tail) == 1
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
        _, self._may_end, self._debt = self._ways.after(spoken, self._at, start=self._start, debt=self._debt)
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
            line = self._lines[self._number]
            if line.rhyme:
                self._ends.setdefault(line.rhyme, []).append(self._last)
            if line.word:
                self._named.setdefault(line.word, self._last)
        self._begin(self._number + 1)
