"""What can be wrong with a line: it cannot be read, or it names something that is not there."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from bot.i18n.text import translate
from bot.ids import Lang

MOST_NAMES = 12
"""Names that an explanation lists."""

NEAR, VERY_NEAR = 0.6, 0.78
"""How alike (0 to 1) a mistyped name and the one that was meant are at least."""


def nearest(wanted: str, known: Iterable[str], *, least: float = NEAR) -> str:
    """The name that somebody probably meant who mistyped it, or ""."""
    names = {name.casefold(): name for name in known}
    found = get_close_matches(wanted.casefold(), names, n=1, cutoff=least)
    return names[found[0]] if found else ""


class Trouble(Exception):
    """Carries the key of a text and the facts to fill it with; :meth:`told` makes the sentence."""

    def __init__(self, key: str, **facts: object) -> None:
        self.key, self.facts = key, facts
        super().__init__(key, facts)

    def told(self, lang: Lang) -> str:
        """What is wrong, in a language."""
        return translate(self.key, lang, **{name: _told(fact, lang) for name, fact in self.facts.items()})

    def __str__(self) -> str:
        return self.told("en")


class ScriptError(Trouble):
    """A line that cannot be read; says where, and what was expected."""

    def __init__(self, line: int, column: int, key: str, **facts: object) -> None:
        self.line, self.column = line, column
        super().__init__(key, **facts)

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {super().__str__()}"


class NoSuch(Trouble):
    """A line names somebody or something that is not there; the text says what is."""

    @classmethod
    def called(cls, what: str, name: str, known: Iterable[str]) -> NoSuch:
        """Nothing of a kind (button, channel, …) has that name; ``known`` are the names there are."""
        names = list(dict.fromkeys(known))
        here = ", ".join(names if len(names) <= MOST_NAMES else [*names[:MOST_NAMES], "…"])
        facts = {"what": What(what), "name": name, "known": here or What("none")}
        near = nearest(name, names)
        return (
            cls("rehearsal.no_such_near", near=near, **facts) if near else cls("rehearsal.no_such", **facts)
        )


class What(str):
    """The name of a kind of thing, said in the reader's language."""

    __slots__ = ()


def _told(fact: object, lang: Lang) -> object:
    return translate(f"rehearsal.what_{fact}", lang) if isinstance(fact, What) else fact
