"""The words of guided English as one tokenizer cuts them, and which of them may end a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.forms.guide.trie import Choice, Profiles, Trie
from bot.forms.guide.vocabulary import Nats, Vocabulary
from bot.forms.guide.words import Spoken, known, lexicon, onset, rhymes, weak

SPARE = 4
"""Words, each with its own sound before the rhyme, that a rhyme must have beyond those that the poem
needs, so that there is a choice."""

KEPT_TOPICS = 4
"""Topics with words of their own whose trees are kept, each some megabytes."""

KEPT = 64
"""Choices of words at line ends that are kept."""

PIECES, WANTED = 3, 8
"""Tokens of a word at most, and of one that was asked for."""

PART = 2.0
"""Nats that a piece loses which only begins words: in the model it stands for all the rare words that begin
so, most of which are not allowed, and one that is takes the place of them all."""

BEGUN = 6.0
"""Nats that a word loses which is not allowed itself, but only for a longer one that begins so: the model
that writes *the* does not mean *theft*."""

WRONG = 12.0
"""Nats that a vowel loses behind *a*, and a consonant behind *an*."""

LIGHT, HEAVY = 1.5, 0.7
"""Nats that a word of one syllable loses in a strong place if it is light ("of"), in a weak one if it is
not: both may stand there, and in verse now and then do."""


@dataclass(slots=True, eq=False)
class Lexis:
    """The lexicon as one tokenizer cuts it.

    Attributes:
        start, inner: the words as they begin a line, and as they stand within it.
        plain, strong, weak: (V,) nats that tokens lose anywhere, in a strong place, in a weak one.
        behind: what they lose behind *a* and *an*.
        more: whether there are words that the list lacks.
    """

    start: Trie
    inner: Trie
    plain: Nats
    strong: Nats
    weak: Nats
    behind: dict[str, Nats]
    more: bool
    open_ends: dict[tuple[int, frozenset[str]], tuple[Choice, Choice]] = field(
        default_factory=dict[tuple[int, frozenset[str]], tuple[Choice, Choice]]
    )

    @classmethod
    def of(cls, vocabulary: Vocabulary, extra: tuple[Spoken, ...]) -> Lexis:
        """The words for a vocabulary, with those of a topic that the list lacks; kept."""
        more = tuple(sorted((one for one in extra if one.word not in known()), key=lambda one: one.word))
        key = ("words", more)
        if key in vocabulary.kept:
            return vocabulary.kept[key]
        profiles = Profiles()
        size = len(vocabulary.texts)
        plain, strong, light = (np.zeros(size, np.float32) for _ in range(3))
        behind = {article: np.zeros(size, np.float32) for article in ("a", "an")}
        words = cls(Trie(profiles), Trie(profiles), plain, strong, light, behind, bool(more))
        for at, spoken in enumerate((*lexicon(), *more)):
            most = PIECES if at < len(lexicon()) else WANTED
            capital = spoken.word[0].upper() + spoken.word[1:]
            words.start.add(spoken, _pieces(vocabulary, capital, "\n", most))
            inside = capital if spoken.word in ("i", "o") else spoken.word
            pieces = _pieces(vocabulary, f" {inside}", "a", most)
            words.inner.add(spoken, pieces)
            if len(pieces) == len(spoken.stress) == 1:
                (strong if weak(spoken.word) else light)[pieces[0]] = LIGHT if weak(spoken.word) else HEAVY
            if len(pieces) == 1 or (pieces and spoken in more):
                behind["an" if spoken.begins_hard else "a"][pieces[0]] = WRONG
        words.start.close()
        words.inner.close()
        for trie in (words.start, words.inner):
            plain[[token for token, child in trie.root.next.items() if child.word is None]] = PART
        strong += plain
        light += plain
        others = [one for one, kept in vocabulary.kept.items() if isinstance(kept, Lexis) and kept.more]
        if more and len(others) >= KEPT_TOPICS:
            for one in others:
                del vocabulary.kept[one]
        vocabulary.kept[key] = words
        return words

    def chosen(self, words: Sequence[Spoken]) -> tuple[Choice, Choice]:
        """Some of the words, for the start of a line and within it."""
        return Choice(self.start, words), Choice(self.inner, words)

    def returning(self, taken: frozenset[str]) -> tuple[Choice, Choice]:
        """Words to end lines with again and again: short, common, stressed at the end, not yet ``taken``."""
        words = [one for group in rhymes().values() for one in group]
        return self.chosen([one for one in words if len(one.stress) < 3 and one.word not in taken])

    def any_end(self, needed: int, taken: frozenset[str] = frozenset()) -> tuple[Choice, Choice]:
        """Words that may end a line with which ``needed`` more must rhyme; 0 for a line without rhyme.

        ``taken`` are the sounds in which other lines rhyme: a new rhyme has another.
        """
        key = (needed, taken)
        if key not in self.open_ends:
            if needed:
                wide = [group for tail, group in rhymes().items() if tail not in taken]
                words = [one for group in wide if room(group) >= needed + SPARE for one in group]
            else:
                words = [one for one in lexicon() if not weak(one.word) and "'" not in one.word]
            if len(self.open_ends) >= KEPT:
                self.open_ends.clear()
            self.open_ends[key] = self.chosen(words)
        return self.open_ends[key]


def room(group: Sequence[Spoken]) -> int:
    """How many words can rhyme with each other: two that begin alike cannot."""
    return len({onset(one.word) for one in group})


def _pieces(vocabulary: Vocabulary, text: str, before: str, most: int) -> list[int]:
    """A word as tokens; none for one that is cut so small that its first piece says nothing of it.

    A model that means another word writes that piece, and the guide could only go on to this one.
    """
    ids = vocabulary.within(text, before)
    said = [vocabulary.texts[id].strip() if most == PIECES else vocabulary.texts[id] for id in ids]
    return ids if len(ids) <= most and all(said) else []
