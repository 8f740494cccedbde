"""A form as a constraint on what a local model writes: how it is guided, and how well a text does."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.forms.check import AnyShape, ChineseShape, TwoShapes, check
from bot.forms.chinese.clauses import cut
from bot.forms.english.sound import words
from bot.forms.guide import told
from bot.forms.guide.chinese import ChineseGuide, ChineseWriter
from bot.forms.guide.clauses import Clause, plan_chinese, with_given
from bot.forms.guide.english import EnglishGuide, EnglishWriter
from bot.forms.guide.lines import Line, given_lines, opening_words, put_lines
from bot.forms.guide.plans import plan
from bot.forms.guide.vocabulary import Vocabulary
from bot.forms.guide.words import sound_of, weak
from bot.forms.model import FormReport, Holds
from bot.ids import Lang

TRIES = 24
"""Candidates of each line, of which the best stays."""

SHOWN = 1.0
"""Nats a token that a line has in its favour in which the topic shows for the first time."""

STALE = 2.0
"""Nats a token that a line loses that says nothing new, pair of words by pair of words (of the, of the)."""

_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Guided:
    """One wish for a text in a form.

    Attributes:
        form: id of the form.
        shape: what it demands.
        language: ``en`` or ``zh``.
        topic: what the text is about; it must show.
        lines: how many lines are wanted, where the form leaves that open.
        opening: lines that are there already and are in the prompt.
        locked: lines that stay as they are, by place; "" for those to be written.
        seed: decides among the patterns that the form allows.
        tries: candidates of each line.
        written: the lines written so far.
    """

    form: str
    shape: AnyShape
    language: Lang
    topic: str = ""
    lines: int | None = None
    opening: str = ""
    locked: tuple[str, ...] = ()
    seed: int = 0
    tries: int = TRIES
    written: tuple[str, ...] = ()

    @property
    def measured(self) -> bool:
        """Whether the form is checked in the language of the text."""
        of_chinese = isinstance(self.shape, ChineseShape)
        return isinstance(self.shape, TwoShapes) or of_chinese == (self.language == "zh")

    @property
    def possible(self) -> bool:
        """Whether there is a plan for it."""
        return bool(self._plan())

    @property
    def given(self) -> str:
        """The next line, where it is not to be written but only said again; else ""."""
        lines, plan = self._given(), self._plan()
        here = plan[len(lines)] if len(lines) < len(plan) else None
        if here is not None and here.text:
            return here.text + (here.stop if isinstance(here, Clause) else "")
        if here is None or here.again is None:
            return ""
        again = lines[here.again]
        if isinstance(here, Clause):
            return again[-len(here.tones) :] + here.stop
        return opening_words(again, here.most) if here.part else again.rstrip(",;:.!?")

    @property
    def left(self) -> int:
        """How many lines are still to be written."""
        return max(0, len(self._plan()) - len(self._given()))

    @property
    def begun(self) -> str:
        """What is written so far, with the line ends after it."""
        plan, first = self._plan(), len(self._given()) - len(self.written)
        text = ""
        for at, line in enumerate(self.written, first + 1):
            text += line + ("\n\n" if at < len(plan) and plan[at].blank_before else "\n")
        return text

    def after(self, line: str) -> Guided:
        """The same with another line written."""
        return replace(self, written=(*self.written, line))

    def reseeded(self, seed: int) -> Guided:
        """The same, with nothing written, and another choice among the patterns that the form allows."""
        return replace(self, written=(), seed=seed)

    @property
    def told(self) -> str:
        """The plan in words, for a model that is not guided token by token; "" where there is none."""
        if self.language == "zh":
            shape = self._chinese()
            return told.chinese(self._clauses(), shape.book) if shape is not None else ""
        return told.english(self._lines(), self.seed)

    def writer(self, vocabulary: Vocabulary) -> ChineseWriter | EnglishWriter:
        """Begin to guide what is written from here on."""
        done = len(self._given())
        if self.language == "zh":
            shape = self._chinese()
            assert shape is not None
            clauses = self._clauses()
            return ChineseGuide(self.form, clauses, shape.book, done).writer(vocabulary)
        topic = tuple(word for word in words(self.topic) if not weak(word))
        guide = EnglishGuide(self.form, self._lines(), topic, done, fresh=bool(self.written))
        return guide.writer(vocabulary)

    def merit(self, line: str) -> float:
        """What a candidate has in its favour: the topic, where it has not shown yet; and against it:
        that it says again what was said."""
        so_far = "\n".join((self.opening, *self.written))
        shown = self.topic and not shows(self.topic, so_far) and shows(self.topic, line)
        return (SHOWN if shown else 0.0) - STALE * stale(line, so_far)

    def whole(self, text: str) -> str:
        """A text with the opening before it, if it does not begin with that already."""
        begins = "".join(text.split()).casefold().startswith("".join(self.opening.split()).casefold())
        return text if begins else f"{self.opening}\n{text}"

    def restored(self, text: str) -> str:
        """A text with the lines that were to stay as they were, where it has as many lines as that takes."""
        lines = [line.text for line in self.report(text).lines]
        stay = {number: line for number, line in enumerate(self.locked, 1) if line}
        return put_lines(text, lines, stay) if max(stay, default=0) <= len(lines) else text

    def locking(self, text: str, numbers: Collection[int]) -> Guided:
        """The same, with some lines of a text to stay, by number from 1."""
        lines = self.report(text).lines
        return replace(
            self, locked=tuple(line.text if at in numbers else "" for at, line in enumerate(lines, 1))
        )

    def report(self, text: str) -> FormReport:
        """The check of a text, opening and all."""
        return check(self.whole(text), self.shape, topic=self.topic)

    def shows(self, text: str) -> bool:
        """Whether the topic shows in a text, in its own words; the first letters may spell it."""
        return self._spelt or shows(self.topic, self.whole(text))

    def worth(self, text: str, *, literal: bool = True) -> float:
        """From 0 to 1: a form that fails takes half away, a doubtful one a little; a topic that does not
        show (in its own words, which only a ``literal`` writer needs) and words that come again and again
        take more."""
        whole = self.whole(text)
        holds = self.report(text).holds
        worth = {Holds.YES: 1.0, Holds.DOUBTFUL: 0.8, Holds.NO: 0.4}[holds]
        if literal and not self.shows(text) and can_show(self.topic, self.language):
            worth -= 0.3
        return max(0.0, worth - 0.5 * repeats(text, self._returning(whole)))

    def _returning(self, text: str) -> frozenset[str]:
        """The words that the form itself says again and again: a refrain's, the end words of a sestina."""
        if self.language == "zh":
            return frozenset()
        plan = self._lines()
        ends = [words(line)[-1:] for line in text.split("\n") if line.strip()]
        named = [word for line, end in zip(plan, ends, strict=False) if line.word for word in end]
        return frozenset((*named, *(word for line in plan for word in words(line.tail))))

    @property
    def _spelt(self) -> bool:
        return not isinstance(self.shape, TwoShapes) and self.shape.acrostic

    def _chinese(self) -> ChineseShape | None:
        if isinstance(self.shape, TwoShapes):
            return self.shape.chinese
        return self.shape if isinstance(self.shape, ChineseShape) else None

    def _given(self) -> list[str]:
        """The lines that are there, the opening's and those written."""
        if self.language == "zh":
            return [*cut(self.opening).clauses, *("".join(cut(line).clauses) for line in self.written)]
        return [*(row.strip() for row in self.opening.split("\n") if row.strip()), *self.written]

    def _plan(self) -> tuple[Clause, ...] | tuple[Line, ...]:
        return self._clauses() if self.language == "zh" else self._lines()

    def _clauses(self) -> tuple[Clause, ...]:
        shape = self._chinese()
        if shape is None:
            return ()
        # The pattern is chosen by what was there at first, lest it change while the poem is written.
        opening = cut(self.opening).clauses
        first = [*opening, *self.locked[len(opening) :]]
        wanted = len(self.locked) or self.lines
        clauses = plan_chinese(shape, lines=wanted, topic=self.topic, seed=self.seed, given=first)
        return with_given(clauses, self._there())

    def _lines(self) -> tuple[Line, ...]:
        shape = self.shape.english if isinstance(self.shape, TwoShapes) else self.shape
        if isinstance(shape, ChineseShape):
            return ()
        opening = [row.strip() for row in self.opening.split("\n") if row.strip()]
        first = [*opening, *self.locked[len(opening) :]]
        wanted = len(self.locked) or self.lines
        lines = plan(shape, lines=wanted, topic=self.topic, seed=self.seed, given=first)
        return given_lines(lines, self._there())

    def _there(self) -> list[str]:
        """The lines that are there, by place: those given and written, and further on those that stay."""
        given = self._given()
        return [*given, *self.locked[len(given) :]]


def shows(topic: str, text: str) -> bool:
    """Whether a word of the topic stands in the text: its stem, or one of its characters."""
    if _HAN.search(topic):
        return any(char in text for char in topic if _HAN.match(char))
    wanted = [word for word in words(topic) if len(word) > 2 and not weak(word)]
    said = words(text)
    stems = [word[: max(3, len(word) - 2)] for word in wanted]
    return not wanted or any(one.startswith(stem) for stem in stems for one in said)


def can_show(topic: str, lang: Lang) -> bool:
    """Whether a guided text can say a word of the topic: of its own script, and in English of known sound."""
    if lang == "zh":
        return bool(_HAN.search(topic))
    return any(sound_of(word) is not None for word in words(topic) if len(word) > 2 and not weak(word))


def repeats(text: str, but: Collection[str] = ()) -> float:
    """The part of the words of weight that only say again what was said; lines that come again count once.

    ``but`` are words that do not count.
    """
    lines = list(dict.fromkeys(line.strip() for line in text.split("\n") if line.strip()))
    if _HAN.search(text):
        said = [char for line in lines for char in line if _HAN.match(char)]
    else:
        said = [word for line in lines for word in words(line) if len(word) > 3 and not weak(word)]
        said = [word for word in said if word not in but]
    counts = Counter(said)
    return sum(count - 1 for count in counts.values()) / len(said) if said else 0.0


def stale(line: str, so_far: str) -> float:
    """The part of a line's pairs of words (of characters) that stood there before, or stand in it twice."""
    pairs = _pairs(line)
    if not pairs:
        return 0.0
    before = {pair for one in so_far.split("\n") for pair in _pairs(one)}
    return 1 - len(set(pairs) - before) / len(pairs)


def _pairs(line: str) -> list[tuple[str, str]]:
    said = [char for char in line if _HAN.match(char)] or words(line)
    return list(pairwise(said))


def seeds(seed: int, tries: int) -> list[int]:
    """Seeds that follow from one; of those that follow from them in turn, none is met again."""
    chance = random.Random(seed)
    return [chance.randrange(2**31) for _ in range(tries)]
