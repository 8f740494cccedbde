"""Forms and styles: the two things that an art is combined with, a file each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.ids import LANGUAGES, Lang
from bot.prompting.reader import Reader, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form that a text can be asked for in.

    ``languages`` it is at home in; ``cue`` what the house model knows it by;
    ``lines`` how many it has, if that is fixed; ``example`` a short specimen for
    models that only go on writing; ``shape`` is for the checker.
    """

    id: str
    title: Words
    about: Words
    instruct: Words
    languages: tuple[Lang, ...]
    aliases: tuple[str, ...] = ()
    cue: str = ""
    lines: int | None = None
    example: Words = field(default_factory=dict[Lang, str])
    shape: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A manner of writing; ``voice`` is what a model is told."""

    id: str
    title: Words
    about: Words
    voice: Words
    aliases: tuple[str, ...] = ()


def load_form(path: Path) -> Form:
    """Read a form's file.

    Raises:
        PromptFileError: with file, place, problem and remedy.
    """
    reader = Reader(path)
    table = reader.table
    reader.closed(
        table, ("title", "about", "instruct", "languages", "aliases", "cue", "lines", "example", "shape")
    )
    languages = reader.names("languages") or LANGUAGES
    if not set(languages) <= set(LANGUAGES):
        raise reader.wrong("languages", "it names a language that is not spoken here", "Of: en, zh.")
    cue = table.get("cue", path.stem)
    if not isinstance(cue, str):
        raise reader.wrong("cue", "it must be a text", "Leave it out if you do not know it.")
    return Form(
        id=path.stem,
        title=reader.words("title", longest=80),
        about=reader.words("about", longest=100),
        instruct=reader.words("instruct", longest=1_500),
        languages=tuple(lang for lang in LANGUAGES if lang in languages),
        aliases=reader.names("aliases"),
        cue=cue,
        lines=int(reader.number(table, "lines", 0, 1, 200, whole=True)) if "lines" in table else None,
        example=reader.words("example", longest=1_500, some=True),
        shape=reader.part("shape"),
    )


def load_style(path: Path) -> Style:
    """Read a style's file.

    Raises:
        PromptFileError: with file, place, problem and remedy.
    """
    reader = Reader(path)
    reader.closed(reader.table, ("title", "about", "voice", "aliases"))
    return Style(
        id=path.stem,
        title=reader.words("title", longest=80),
        about=reader.words("about", longest=100),
        voice=reader.words("voice", longest=1_500),
        aliases=reader.names("aliases"),
    )
