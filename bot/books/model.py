"""A book: what a story comes to once it is read.  Every renderer of :mod:`bot.books` starts from it.

A book knows nobody's id: writers are named as their server names them, or not
at all where they wished to be forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.books.chat import Block, blocks
from bot.books.runs import Run as Run
from bot.ids import Lang

# Whatever XML 1.0 cannot hold, and marks that turn the direction of what follows (UAX #9).
_HARMFUL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
    r"|[\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe\U0003ffff\U000efffe-\U000effff\U0010fffe\U0010ffff]"
)
_BREAKS = re.compile(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]")


class Hand(StrEnum):
    """What kind of writer somebody is."""

    MEMBER = "member"
    MODEL = "model"
    GONE = "gone"  # a member who wished to be forgotten


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who wrote words of a book: ``percent`` of its letters, and the ``words`` of their turns."""

    name: str
    hand: Hand
    letters: int
    percent: int
    words: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A turn of a story, or what several one-word turns come to.

    Attributes:
        number: its place in the story, from 1.
        runs: its words as they were typed, line breaks and marks included, by writer.
        by: whose turn it was.
        scene: the heading of a scene that begins with it.
        edited: whether it was changed after it was written.
        erased: whether all its words are gone, because whoever wrote them wished to be forgotten.
    """

    number: int
    runs: tuple[Run, ...]
    by: int
    at: datetime
    scene: str = ""
    edited: bool = False
    erased: bool = False

    @property
    def text(self) -> str:
        """Its words."""
        return "".join(run.text for run in self.runs)

    @property
    def writers(self) -> tuple[int, ...]:
        """Whoever wrote something of it, in the order of their first word."""
        return tuple(dict.fromkeys(run.writer for run in self.runs if run.text.strip())) or (self.by,)


@dataclass(frozen=True, slots=True)
class Chapter:
    """Parts under one heading, "" for what comes before the first."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A story, to be read.

    Attributes:
        identifier: a URN that stays the same for the same story.
        licence: under which it is given away; "" if nothing was agreed.
        disclosure: how much a model wrote: a value of ``ai-disclosure``.
        source_type: the URI of its IPTC digital source type.
        began, ended: the first part and the last.
        made: when this book was made of the story.
        finished: whether the story has ended.
        verse: whether lines are lines; else they are paragraphs where the language has them so.
        script: whether it is a screenplay in Fountain.
        generator: what made it, with its version.
        say: the words of the interface that a book needs, by name, in its language.
        anchor: the newest link of the chain that signs it, as :mod:`bot.attribution.anchors` writes one.
        called: what the members, channels and roles that are mentioned are called, by their ids.
    """

    title: str
    language: Lang
    identifier: str
    writers: tuple[Writer, ...]
    chapters: tuple[Chapter, ...]
    licence: str
    disclosure: str
    source_type: str
    began: datetime
    ended: datetime
    made: datetime
    finished: bool = True
    verse: bool = False
    script: bool = False
    words: int = 0
    generator: str = "Renga"
    anchor: str = ""
    say: Mapping[str, str] = field(default_factory=dict[str, str])
    called: Mapping[int, str] = field(default_factory=dict[int, str])

    @property
    def parts(self) -> list[Part]:
        """Every part, in order."""
        return [part for chapter in self.chapters for part in chapter.parts]

    def blocks(self, part: Part) -> list[Block]:
        """What a part comes to once the marks of chat are read: paragraphs, quotes, lists …"""
        return blocks(part.runs, self.called, each_line=self.each_line)

    @property
    def each_line(self) -> bool:
        """Whether every line is a paragraph: in Chinese prose it is."""
        return self.language == "zh" and not self.verse

    @property
    def people(self) -> list[Writer]:
        """The writers who are members."""
        return [writer for writer in self.writers if writer.hand is Hand.MEMBER]

    @property
    def models(self) -> list[Writer]:
        """The writers who are models."""
        return [writer for writer in self.writers if writer.hand is Hand.MODEL]

    @property
    def authors(self) -> str:
        """The names of the members who wrote it, in one line; of the models where nobody else did."""
        named = self.people or self.models or list(self.writers)
        return ("、" if self.language == "zh" else ", ").join(writer.name for writer in named)

    def told(self, which: str, /, **facts: object) -> str:
        """A text of the interface with its ``$places`` filled by facts, each once."""
        text = self.say.get(which, which)
        return re.sub(r"\$(\w+)", lambda found: str(facts.get(found[1], found[0])), text)


def clean(text: str) -> str:
    """A text without what no format can hold: line breaks are one character, and nothing is unseen."""
    return _HARMFUL.sub("", _BREAKS.sub("\n", text)).replace("\t", "    ")


def marks(writers: Sequence[Writer]) -> list[str]:
    """A short mark for each writer, never the same twice: members are counted, models are called AI."""
    found: list[str] = []
    counted: dict[Hand, int] = dict.fromkeys(Hand, 0)
    for writer in writers:
        counted[writer.hand] += 1
        number = counted[writer.hand]
        match writer.hand:
            case Hand.MEMBER:
                found.append(str(number))
            case Hand.MODEL:
                found.append("AI" if number == 1 else f"AI{number}")
            case Hand.GONE:
                found.append("?" if number == 1 else f"?{number}")
    return found
