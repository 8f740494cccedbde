"""All arts, tasks, forms and styles, loaded from files and reloaded when these change."""

from __future__ import annotations

import difflib
import logging
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from bot.errors import BadInput, PromptFileError
from bot.ids import LANGUAGES, Lang
from bot.prompting.art import Art, Reader, Words, load_art

log = logging.getLogger(__name__)

Kind = Literal["form", "style"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form that a text can be asked for in.

    ``languages`` it is written in; ``cue`` what the house model knows it by;
    ``lines`` how many it has, if that is fixed; ``shape`` is for the checker.
    """

    id: str
    title: Words
    about: Words
    instruct: Words
    languages: tuple[Lang, ...]
    aliases: tuple[str, ...] = ()
    cue: str = ""
    lines: int | None = None
    shape: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A manner of writing; ``voice`` is what a model is told."""

    id: str
    title: Words
    about: Words
    voice: Words
    aliases: tuple[str, ...] = ()


@dataclass(slots=True)
class _Shelf:
    """Everything read at one time."""

    arts: dict[str, Art] = field(default_factory=dict[str, Art])
    tasks: dict[str, Art] = field(default_factory=dict[str, Art])
    forms: dict[str, Form] = field(default_factory=dict[str, Form])
    styles: dict[str, Style] = field(default_factory=dict[str, Style])
    problems: list[PromptFileError] = field(default_factory=list[PromptFileError])


class Catalogue:
    """What can be asked for.  :meth:`load` it; :meth:`reload_if_changed` keeps it fresh."""

    def __init__(self, folder: Path, shelf: _Shelf, stamp: tuple[tuple[str, int, int], ...]) -> None:
        self._folder = folder
        self._shelf = shelf
        self._stamp = stamp

    @classmethod
    def load(cls, folder: Path) -> Catalogue:
        """Read a folder of prompts.

        Raises:
            PromptFileError: the first file that is wrong, or there is no art at all.
        """
        shelf = _read(folder, None)
        if shelf.problems:
            raise shelf.problems[0]
        if not shelf.arts or "revise" not in shelf.tasks:
            raise PromptFileError(
                file=folder.name,
                where="the folder",
                problem="it holds no arts, or no tasks/revise.toml",
                remedy="Set RENGA_PROMPTS to a folder that does.",
            )
        return cls(folder, shelf, _stamp(folder))

    @property
    def arts(self) -> Mapping[str, Art]:
        """Arts by name: each is a slash command."""
        return self._shelf.arts

    @property
    def tasks(self) -> Mapping[str, Art]:
        """Tasks by name: prompts without a command."""
        return self._shelf.tasks

    @property
    def forms(self) -> Mapping[str, Form]:
        """Forms by id."""
        return self._shelf.forms

    @property
    def styles(self) -> Mapping[str, Style]:
        """Styles by id."""
        return self._shelf.styles

    def check(self) -> list[PromptFileError]:
        """Every problem in the folder as it is now."""
        return _read(self._folder, None).problems

    def reload_if_changed(self) -> list[PromptFileError]:
        """Take in changed files; one that is wrong keeps its old version.  Returns what is wrong."""
        stamp = _stamp(self._folder)
        if stamp == self._stamp:
            return []
        self._stamp = stamp
        self._shelf = _read(self._folder, self._shelf)
        for problem in self._shelf.problems:
            log.warning("a prompt file keeps its old version: %s", problem)
        return self._shelf.problems

    def find_form(self, text: str) -> Form | None:
        """The form that a member means by an id, a title or an alias; None for no text.

        Raises:
            BadInput: there is none of that name; facts name the closest.
        """
        return _find(text, self.forms, "form")

    def find_style(self, text: str) -> Style | None:
        """Likewise for a style."""
        return _find(text, self.styles, "style")

    def suggest(
        self, kind: Kind, typed: str, lang: Lang, language: Lang | None = None
    ) -> list[tuple[str, str]]:
        """Up to 25 (title, id) for autocomplete: those that begin with what was typed first.

        ``language`` is that of the work, for forms that belong to one.
        """
        wanted = _folded(typed)
        if kind == "form":
            items = [(form.id, form.title, form.aliases) for form in self._forms_first(language or lang)]
        else:
            items = [(style.id, style.title, style.aliases) for style in self.styles.values()]
        ranked: list[tuple[int, str, str]] = []
        for id, title, aliases in items:
            names = [_folded(name) for name in (id, *title.values(), *aliases)]
            if any(name.startswith(wanted) for name in names):
                ranked.append((0, title[lang], id))
            elif any(wanted in name for name in names):
                ranked.append((1, title[lang], id))
        ranked.sort(key=lambda entry: entry[0])
        return [(title, id) for _, title, id in ranked[:25]]

    def _forms_first(self, language: Lang) -> list[Form]:
        return sorted(self.forms.values(), key=lambda form: language not in form.languages)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip().replace(" ", "-")


def _find(text: str, items: Mapping[str, Any], what: Kind) -> Any:
    wanted = _folded(text)
    if not wanted:
        return None
    names: dict[str, Any] = {}
    for item in items.values():
        names.update(
            dict.fromkeys((_folded(name) for name in (item.id, *item.title.values(), *item.aliases)), item)
        )
    if wanted in names:
        return names[wanted]
    close = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
    raise BadInput(
        f"refused.no_{what}",
        typed=text[:80],
        close=", ".join(dict.fromkeys(names[name].id for name in close)) or "–",
    )


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    return tuple(
        (str(path), (facts := path.stat()).st_mtime_ns, facts.st_size)
        for path in sorted(folder.rglob("*.toml"))
    )


def _read(folder: Path, old: _Shelf | None) -> _Shelf:
    shelf = _Shelf()

    def gather(pattern: str, into: dict[str, T], kept: Mapping[str, T], read: Callable[[Path], T]) -> None:
        for path in sorted(folder.glob(pattern)):
            try:
                into[path.stem] = read(path)
            except PromptFileError as error:
                shelf.problems.append(error)
                if path.stem in kept:
                    into[path.stem] = kept[path.stem]

    before = old or _Shelf()
    gather("*.toml", shelf.arts, before.arts, lambda path: load_art(path, command=True))
    gather("tasks/*.toml", shelf.tasks, before.tasks, lambda path: load_art(path, command=False))
    gather("forms/*.toml", shelf.forms, before.forms, load_form)
    gather("styles/*.toml", shelf.styles, before.styles, load_style)
    return shelf


def load_form(path: Path) -> Form:
    """Read a form's file."""
    reader = Reader(path)
    table = reader.table
    reader.closed(table, ("title", "about", "instruct", "languages", "aliases", "cue", "lines", "shape"))
    languages: Sequence[str] = table.get("languages", LANGUAGES)
    if not languages or not set(languages) <= set(LANGUAGES):
        raise reader.wrong("languages", "no such language", f"Of: {', '.join(LANGUAGES)}.")
    lines = table.get("lines")
    return Form(
        id=path.stem,
        title=reader.words("title", longest=80),
        about=reader.words("about", longest=100),
        instruct=reader.words("instruct", longest=1_500),
        languages=tuple(lang for lang in LANGUAGES if lang in languages),
        aliases=tuple(str(alias) for alias in table.get("aliases", ())),
        cue=str(table.get("cue", path.stem)),
        lines=int(reader.number(table, "lines", 0, 1, 200)) if lines is not None else None,
        shape=table.get("shape", {}),
    )


def load_style(path: Path) -> Style:
    """Read a style's file."""
    reader = Reader(path)
    reader.closed(reader.table, ("title", "about", "voice", "aliases"))
    return Style(
        id=path.stem,
        title=reader.words("title", longest=80),
        about=reader.words("about", longest=100),
        voice=reader.words("voice", longest=1_500),
        aliases=tuple(str(alias) for alias in reader.table.get("aliases", ())),
    )
