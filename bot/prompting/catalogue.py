"""All arts, tasks, forms and styles, loaded from files and reloaded when these change."""

from __future__ import annotations

import difflib
import logging
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from bot.errors import BadInput, PromptFileError
from bot.ids import LANGUAGES, Lang
from bot.prompting.art import Art
from bot.prompting.load import load_art
from bot.prompting.parts import Form, Style, load_form, load_style
from bot.prompting.reader import places_of, shown

log = logging.getLogger(__name__)

Kind = Literal["form", "style"]
T = TypeVar("T")

TASKS: Mapping[str, tuple[str, ...]] = {
    "revise": ("text", "instruction"),
    "remix": ("text", "instruction"),
    "turn": ("text", "instruction"),
    "recap": ("text", "instruction"),
    "lore": ("text", "instruction"),
    "script": ("text", "instruction"),
    "plan": ("text", "instruction"),
    "chapter": ("text", "instruction"),
    "scene": ("text", "instruction"),
    "critique": ("text", "instruction"),
}
"""Tasks that the bot asks for, and the places that each must have."""


@dataclass(slots=True)
class _Shelf:
    """Everything read at one time."""

    arts: dict[str, Art] = field(default_factory=dict[str, Art])
    tasks: dict[str, Art] = field(default_factory=dict[str, Art])
    forms: dict[str, Form] = field(default_factory=dict[str, Form])
    styles: dict[str, Style] = field(default_factory=dict[str, Style])
    problems: list[PromptFileError] = field(default_factory=list[PromptFileError])


Describe = Callable[[str], Form | None]
"""Makes a form of a description such as ``ABAB, 8 6 8 6``; None for what describes none, and BadInput for a
mistake in one."""


class Fault(Protocol):
    """A mistake in a part of a file that is read elsewhere."""

    @property
    def where(self) -> str:
        """The key."""
        ...

    @property
    def problem(self) -> str:
        """What is wrong."""
        ...

    @property
    def remedy(self) -> str:
        """What to write instead."""
        ...


Judge = Callable[[Form], Sequence[Fault]]
"""Finds what is wrong with the shape of a form, which others read."""


def no_judge(form: Form) -> Sequence[Fault]:
    """Finds no fault with any shape."""
    return ()


class Catalogue:
    """What can be asked for.  :meth:`load` it; :meth:`reload_if_changed` keeps it fresh.

    Attributes:
        describe: what is asked for a form that no file holds.
    """

    def __init__(self, folder: Path, shelf: _Shelf, stamp: _Stamp, judge: Judge = no_judge) -> None:
        self.describe: Describe = lambda text: None
        self._folder = folder
        self._judge = judge
        self._shelf = shelf
        self._stamp = stamp

    @classmethod
    def load(cls, folder: Path, judge: Judge = no_judge) -> Catalogue:
        """Read a folder of prompts; a form that ``judge`` finds fault with counts as wrong.

        Raises:
            PromptFileError: the first file that is wrong; :func:`problems_in` names them all.
        """
        # The stamp comes first: a change while we read is seen at the next look.
        stamp = _stamp(folder)
        shelf = _read(folder, None, judge)
        if shelf.problems:
            raise shelf.problems[0]
        return cls(folder, shelf, stamp, judge)

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
        return problems_in(self._folder, self._judge)

    def reload_if_changed(self) -> list[PromptFileError]:
        """Take in changed files; one that is wrong keeps its old version.  Returns what is wrong.

        It reads the disk, and may be called from another thread: everything is swapped at once.
        """
        stamp = _stamp(self._folder)
        if stamp == self._stamp:
            return []
        self._stamp = stamp
        self._shelf = _read(self._folder, self._shelf, self._judge)
        for problem in self._shelf.problems:
            log.warning("a prompt file keeps its old version: %s", problem)
        return self._shelf.problems

    def find_form(self, text: str) -> Form | None:
        """The form that a member means by an id, a title or an alias, or describes; None for no text.

        Raises:
            BadInput: there is none of that name; facts name the closest.
        """
        try:
            return _find(text, self.forms, "form")
        except BadInput:
            if (described := self.describe(text)) is not None:
                return described
            raise

    def find_style(self, text: str) -> Style | None:
        """Likewise for a style."""
        return _find(text, self.styles, "style")

    def suggest(
        self, kind: Kind, typed: str, lang: Lang, language: Lang | None = None
    ) -> list[tuple[str, str]]:
        """Up to 25 (title, id) for autocomplete.

        Those that begin with what was typed come first, then those that have it in their name, then those
        that have it in what is said about them.

        ``language`` is that of the work, for forms that belong to one.
        """
        wanted = _folded(typed)
        if kind == "form":
            items: Sequence[Form | Style] = self._forms_first(language or lang)
        else:
            items = list(self.styles.values())
        ranked: list[tuple[int, str, str]] = []
        for item in items:
            names = _names(item)
            if any(name.startswith(wanted) for name in names):
                ranked.append((0, item.title[lang], item.id))
            elif any(wanted in name for name in names):
                ranked.append((1, item.title[lang], item.id))
            elif wanted in _folded(item.about[lang]):
                ranked.append((2, item.title[lang], item.id))
        ranked.sort(key=lambda entry: entry[0])
        found = [(title, id) for _, title, id in ranked[:25]]
        return found or (self._suggested(typed, lang) if kind == "form" else [])

    def _suggested(self, typed: str, lang: Lang) -> list[tuple[str, str]]:
        """The form that somebody is describing, so that they see it is understood."""
        try:
            form = self.describe(typed)
        except BadInput:
            return []
        return [(form.title[lang], form.id)] if form is not None else []

    def _forms_first(self, language: Lang) -> list[Form]:
        """Those of the language first; the many tunes of ci after the other forms."""
        return sorted(
            self.forms.values(),
            key=lambda form: (language not in form.languages, form.shape.get("kind") == "ci"),
        )


def problems_in(folder: Path, judge: Judge = no_judge) -> list[PromptFileError]:
    """Everything that is wrong with a folder of prompts."""
    return _read(folder, None, judge).problems


def _folded(text: str) -> str:
    """A name as it is compared: without case, accents, spaces and hyphens."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in letters if char.isalnum())


def _names(item: Form | Style) -> list[str]:
    """Everything that a form or a style may be called by."""
    return [_folded(name) for name in (item.id, *item.title.values(), *item.aliases)]


def _find(text: str, items: Mapping[str, Any], what: Kind) -> Any:
    if not text.strip():
        return None
    wanted = _folded(text)
    names = {name: item for item in items.values() for name in _names(item)}
    if wanted in names:
        return names[wanted]
    close = difflib.get_close_matches(wanted[:80], names, n=3, cutoff=0.5)
    meant = {names[name].id: names[name].title for name in close}
    if not meant:
        raise BadInput(f"refused.no_{what}_at_all", typed=text.strip()[:80])
    titles = tuple(meant.values())
    raise BadInput(f"refused.no_{what}", typed=text.strip()[:80], close=titles, meant=tuple(meant.items()))


_Stamp = tuple[tuple[str, int, int], ...]


def _stamp(folder: Path) -> _Stamp:
    """When each file was changed, and its size."""
    found: list[tuple[str, int, int]] = []
    for path in sorted(folder.rglob("*.toml")):
        with suppress(OSError):  # it went while we looked: the next look will see
            facts = path.stat()
            found.append((str(path), facts.st_mtime_ns, facts.st_size))
    return tuple(found)


def _judged(path: Path, judge: Judge) -> Form:
    """A form, if nothing is wrong with its shape.

    Raises:
        PromptFileError: the first thing that is.
    """
    form = load_form(path)
    for fault in judge(form):
        raise PromptFileError(file=shown(path), where=fault.where, problem=fault.problem, remedy=fault.remedy)
    return form


def _read(folder: Path, old: _Shelf | None, judge: Judge) -> _Shelf:
    """Everything in the folder; what is wrong with a file is noted, and its old version kept."""
    shelf, before = _Shelf(), old or _Shelf()

    def gather(pattern: str, into: dict[str, T], kept: Mapping[str, T], read: Callable[[Path], T]) -> None:
        for path in sorted(folder.glob(pattern)):
            try:
                into[path.stem] = read(path)
            except PromptFileError as error:
                shelf.problems.append(error)
                if path.stem in kept:
                    into[path.stem] = kept[path.stem]

    gather("*.toml", shelf.arts, before.arts, lambda path: load_art(path, command=True))
    gather("tasks/*.toml", shelf.tasks, before.tasks, lambda path: load_art(path, command=False))
    gather("forms/*.toml", shelf.forms, before.forms, lambda path: _judged(path, judge))
    gather("styles/*.toml", shelf.styles, before.styles, load_style)
    _need(shelf, before, folder)
    for kind, items in (("forms", shelf.forms), ("styles", shelf.styles)):
        shelf.problems += _taken(kind, items)
    return shelf


def _need(shelf: _Shelf, before: _Shelf, folder: Path) -> None:
    """See that there is an art and every task that the bot asks for; what went is kept from before."""
    broken = {problem.facts["file"] for problem in shelf.problems}
    if not shelf.arts:
        shelf.arts.update(before.arts)
        if not broken:
            shelf.problems.append(
                PromptFileError(
                    file=folder.name,
                    where="the folder",
                    problem="it holds no art",
                    remedy="Put poem.toml back, or set RENGA_PROMPTS to a folder that has one.",
                )
            )
    for task, places in TASKS.items():
        file = f"tasks/{task}.toml"
        if task in before.tasks:
            shelf.tasks.setdefault(task, before.tasks[task])
        found = shelf.tasks.get(task)
        if found is None:
            if file not in broken:
                shelf.problems.append(
                    PromptFileError(
                        file=file, where="the file", problem="it is missing", remedy="Put it back."
                    )
                )
            continue
        shelf.problems += [
            PromptFileError(
                file=file,
                where=f"{key}.{lang}",
                problem=f"${place} is missing, and the task means nothing without it",
                remedy=f"Put ${place} into it.",
            )
            for lang in LANGUAGES
            for key, words in (("ask", found.ask), ("continuation", found.continuation))
            for place in places
            if place not in places_of((words,), lang)
        ]


def _taken(kind: str, items: Mapping[str, Form | Style]) -> list[PromptFileError]:
    """A complaint for each name that two files claim."""
    owners: dict[str, str] = {}
    problems: list[PromptFileError] = []
    for item in items.values():
        for name in dict.fromkeys(_names(item)):
            owner = owners.setdefault(name, item.id)
            if owner != item.id:
                problems.append(
                    PromptFileError(
                        file=f"{kind}/{item.id}.toml",
                        where="title or aliases",
                        problem=f"{owner} is called {name!r} too",
                        remedy="Call one of them something else.",
                    )
                )
    return problems
