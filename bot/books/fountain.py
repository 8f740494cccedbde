"""Screenplays in Fountain: read as its syntax says (fountain.io/syntax), and written with a title page.

A part is read by itself: it begins and ends as if blank lines were around it,
which there are when the parts are written one after another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.books.chat import Block
from bot.books.mentions import named
from bot.books.model import Book, Part, clean, marks
from bot.books.runs import Run

Kind = Literal[
    "heading", "action", "character", "parenthetical", "dialogue", "lyric", "transition",
    "centered", "page", "section", "synopsis",
]  # fmt: skip

_BONEYARD = re.compile(r"/\*.*?\*/", re.DOTALL)
_NOTE = re.compile(r"\[\[(?:(?!\]\]|\n[^\S\n]{0,1}\n).){0,4000}\]\]", re.DOTALL)
_HEADING = re.compile(r"(?:INT\.?/EXT|EXT\.?/INT|INT|EXT|EST|I\.?/E)[.\s]", re.IGNORECASE)
_NUMBER = re.compile(r"\s*#([\w.\-]+)#\s*$")
_EXTENSION = re.compile(r"\s*\([^()]*\)\s*\^?\s*$")
_SIGNS = {"u": "_", "strong": "**", "em": "*"}
_EMPHASIS = re.compile(
    r"\\([\\*_])"
    r"|\*\*\*(?=\S)(?P<both>[^\n]+?)(?<=[^\s\\])\*\*\*"
    r"|\*\*(?=\S)(?P<bold>[^\n]+?)(?<=[^\s\\])\*\*"
    r"|\*(?=[^\s*])(?P<italic>[^\n]+?)(?<=[^\s\\])\*"
    r"|_(?=\S)(?P<underlined>[^\n]+?)(?<=[^\s\\])_"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Words with their emphasis: any of "bold", "italic", "underlined"."""

    text: str
    styles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a screenplay; ``dual`` if it is spoken beside the dialogue before it."""

    kind: Kind
    text: str
    dual: bool = False
    number: str = ""

    @property
    def shown(self) -> bool:
        """Whether it is printed: sections and synopses are for writers alone."""
        return self.kind not in ("section", "synopsis") and bool(self.text.strip() or self.kind == "page")

    @property
    def pieces(self) -> list[Piece]:
        """Its words with their emphasis."""
        return _pieces(self.text, frozenset())


def parse(text: str) -> list[Element]:
    """The elements of a text in Fountain, without title page; notes and boneyard are left out."""
    lines = _NOTE.sub("", _BONEYARD.sub("", clean(text))).split("\n")
    found: list[Element] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
            continue
        before = at == 0 or not lines[at - 1].strip()
        after = at + 1 >= len(lines) or not lines[at + 1].strip()
        if (single := _single(line, before=before, after=after)) is not None:
            found.append(single)
            at += 1
        elif before and not after and _is_character(line):
            at = _speech(lines, at, found)
        else:
            at = _action(lines, at, found)
    return found


def _single(line: str, *, before: bool, after: bool) -> Element | None:
    """An element that is one line, whatever stands around it allows."""
    bare = line.strip()
    if re.fullmatch(r"={3,}", bare):
        return Element("page", "")
    if bare.startswith("#"):
        return Element("section", bare.lstrip("#").strip())
    if bare.startswith("="):
        return Element("synopsis", bare[1:].strip())
    if bare.startswith("~"):
        return Element("lyric", bare[1:].strip())
    if bare.startswith(">"):
        if bare.endswith("<") and len(bare) > 1:
            return Element("centered", bare[1:-1].strip())
        return Element("transition", bare[1:].strip())
    if re.match(r"\.[^\W_]", bare):
        return _heading(bare[1:])
    if before and after and _HEADING.match(bare):
        return _heading(bare)
    if before and after and bare.isupper() and bare.endswith("TO:"):
        return Element("transition", bare)
    return None


def _heading(text: str) -> Element:
    number = _NUMBER.search(text)
    return Element("heading", _NUMBER.sub("", text).strip(), number=number[1] if number else "")


def _is_character(line: str) -> bool:
    bare = line.strip()
    if bare.startswith("@") and len(bare) > 1:
        return True
    name = _EXTENSION.sub("", bare).rstrip("^").strip()
    return name.isupper() and not bare.startswith("!")


def _speech(lines: Sequence[str], at: int, found: list[Element]) -> int:
    """A character and what they say; a line of two spaces does not end it."""
    name = lines[at].strip()
    dual = name.endswith("^")
    found.append(Element("character", name.removeprefix("@").rstrip("^").strip(), dual))
    spoken: list[str] = []

    def said() -> None:
        if spoken:
            found.append(Element("dialogue", "\n".join(spoken), dual))
            spoken.clear()

    at += 1
    while at < len(lines) and (lines[at].strip() or len(lines[at]) >= 2):
        bare = lines[at].strip()
        if re.fullmatch(r"\([^\n]*\)", bare):
            said()
            found.append(Element("parenthetical", bare, dual))
        elif bare.startswith("~"):
            said()
            found.append(Element("lyric", bare[1:].strip(), dual))
        else:
            spoken.append(bare)
        at += 1
    said()
    return at


def _action(lines: Sequence[str], at: int, found: list[Element]) -> int:
    """Lines of action, with their indents, to the next blank line or single element."""
    told: list[str] = []
    while at < len(lines) and lines[at].strip():
        line = lines[at].rstrip()
        after = at + 1 >= len(lines) or not lines[at + 1].strip()
        if told and _single(line, before=False, after=after) is not None:
            break
        told.append(line[1:] if line.startswith("!") else line)
        at += 1
    found.append(Element("action", "\n".join(told)))
    return at


def _pieces(text: str, styles: frozenset[str]) -> list[Piece]:
    found: list[Piece] = []
    at = 0
    for match in _EMPHASIS.finditer(text):
        if match.start() > at:
            found.append(Piece(text[at : match.start()], styles))
        at = match.end()
        if match[1]:
            found.append(Piece(match[1], styles))
            continue
        kind = match.lastgroup or ""
        more = frozenset({"bold", "italic"}) if kind == "both" else frozenset({kind})
        found += _pieces(match[kind], styles | more)
    if at < len(text):
        found.append(Piece(text[at:], styles))
    return found


def fountain(book: Book) -> str:
    """The book as a screenplay in Fountain; who wrote a part stands in a note, which is not printed."""
    named = marks(book.writers)
    shares = [
        f"    {mark}: {_fact(book.told('share', name=writer.name, percent=writer.percent))}"
        for mark, writer in zip(named, book.writers, strict=True)
    ]
    lines = [
        f"Title: {_fact(book.title)}",
        f"Credit: {_fact(book.told('credit'))}",
        f"Author: {_fact(book.authors)}",
        f"Draft date: {book.ended.date().isoformat()}",
        f"Copyright: {_fact(book.licence or book.told('all_rights'))}",
        "Notes:",
        *shares,
        f"    {_fact(book.told('ai_' + book.disclosure.replace('-', '_')))}",
        f"    ai-disclosure: {book.disclosure}",
        f"    digital-source-type: {book.source_type}",
        f"    {_fact(book.told('made', generator=book.generator, date=book.made.date().isoformat()))}",
        "",
    ]
    for chapter in book.chapters:
        if chapter.title:
            lines += [f"# {_fact(chapter.title)}", ""]
        for part in chapter.parts:
            if part.scene:
                lines += [f"## {_fact(part.scene)}", ""]
            who = " + ".join(f"{named[one]} {book.writers[one].name}" for one in part.writers)
            note = re.sub(r"\[\[|\]\]|/\*|\*/", " ", _fact(who))
            lines += [f"[[{part.number} · {note}]]", ""]
            words = f"[[{book.told('erased')}]]" if part.erased else closed(_words(book, part))
            lines += [words, ""]
    if book.anchor:
        lines += [f"[[{book.told('anchor', head=book.anchor)}]]", ""]
    return "\n".join(lines)


def _words(book: Book, part: Part) -> str:
    """The words of a part: a screenplay as it was typed, prose with its emphasis in Fountain's marks."""
    if book.script:
        return clean(named(part.text, book.called)).strip("\n")
    return "\n\n".join(filter(None, (_prose(block) for block in book.blocks(part))))


def _prose(block: Block) -> str:
    if block.blocks and block.kind != "item":
        return ("\n" if block.kind == "list" else "\n\n").join(map(_prose, block.blocks))
    rows = ["".join(map(_emphasised, line)).strip("\n") for line in block.lines]
    return "\n".join([*rows, *map(_prose, block.blocks)])


def _emphasised(run: Run) -> str:
    """A run in the marks of Fountain, which knows bold, italic and underlined."""
    text = clean(run.text)
    bare = text.strip()
    if not bare:
        return text
    sign = "".join(mark for style, mark in _SIGNS.items() if style in run.style)
    shown = re.sub(r"[\\*_]", r"\\\g<0>", bare)
    return text.replace(bare, f"{sign}{shown}{sign[::-1]}", 1)


def closed(text: str) -> str:
    """A part whose boneyard and notes end with it: what one writer leaves open must not hide the next."""
    bare = _BONEYARD.sub("", text)
    if "/*" in bare:
        text = f"{text}\n*/"
        bare = bare.partition("/*")[0]
    if "[[" in _NOTE.sub("", bare):
        text = f"{text}\n]]"
    return text


def _fact(text: str) -> str:
    """A value of the title page, a section or a note: one line."""
    return " ".join(clean(text).split())
