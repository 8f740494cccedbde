"""Reads one TOML file of ``prompts/`` with closed keys.

Whoever wrote the file is told the file, the place in it, what is wrong and what
to do, whatever they wrote: nothing but :class:`PromptFileError` leaves here.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any, cast

from bot.errors import PromptFileError
from bot.ids import LANGUAGES, Lang

Words = Mapping[Lang, str]
"""A text in every language."""

NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
"""Names of files and options: what Discord takes as the name of a command."""

FILE_LIMIT = 200_000
"""Bytes that a prompt file may have."""


class Reader:
    """One file; its methods take values out of it and complain by name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.table: dict[str, Any] = {}
        if not NAME.fullmatch(path.stem):
            raise self.wrong(
                "the file's name",
                f"{path.stem!r} cannot be a name",
                "Use a to z, digits and hyphens, a letter first, at most 32.",
            )
        try:
            raw = path.read_bytes()
        except OSError as error:
            raise self.wrong("the file", f"it cannot be read ({error.strerror})", "Check the file.") from None
        if len(raw) > FILE_LIMIT:
            raise self.wrong("the file", "it is too large", f"At most {FILE_LIMIT // 1_000} kB.")
        self.version = hashlib.sha256(raw).hexdigest()[:8]
        try:
            self.table = tomllib.loads(raw.decode().removeprefix("\ufeff"))
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise self.wrong(f"line {line}", "it is not UTF-8", "Save the file as UTF-8.") from None
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            where = re.search(r"line \d+", str(error))
            raise self.wrong(
                where[0] if where else "its end", str(error), "Mend the TOML there: toml.io explains it."
            ) from None

    def wrong(self, where: str, problem: str, remedy: str) -> PromptFileError:
        """A complaint about this file."""
        return PromptFileError(file=shown(self.path), where=where, problem=problem, remedy=remedy)

    def closed(self, table: Mapping[str, Any], known: Collection[str], where: str = "") -> None:
        """Refuse keys that nobody reads: a slip of the pen must not pass in silence."""
        for key in table:
            if key not in known:
                raise self.wrong(
                    f"{where}{key}", "nothing reads this key", f"Known here: {', '.join(sorted(known))}."
                )

    def part(self, key: str) -> dict[str, Any]:
        """A table of the file; empty if it is not there."""
        return self._table(key, self.table.get(key, {}))

    def parts(self, key: str) -> list[dict[str, Any]]:
        """A list of tables of the file."""
        value = self.table.get(key, [])
        if not isinstance(value, list):
            raise self.wrong(key, "it must be a list of tables", f"Write each as [[{key}]].")
        return [self._table(key, one) for one in cast("list[Any]", value)]

    def _table(self, key: str, value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.wrong(key, "it must be a table", f"Write [{key}], and its keys below.")
        return cast("dict[str, Any]", value)

    def names(self, key: str, *, longest: int = 100) -> tuple[str, ...]:
        """A list of texts; empty if it is not there."""
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(
            isinstance(one, str) and 0 < len(one) <= longest for one in cast("list[Any]", value)
        ):
            raise self.wrong(key, "it must be a list of texts", f'Write {key} = ["one", "two"].')
        return tuple(cast("list[str]", value))

    def flag(self, table: Mapping[str, Any], key: str, where: str = "") -> bool:
        """True or false; false if it is not there."""
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(f"{where}{key}", f"{value!r} is neither true nor false", "Write true or false.")
        return value

    def words(
        self,
        key: str,
        table: Mapping[str, Any] | None = None,
        *,
        longest: int = 4_000,
        where: str = "",
        some: bool = False,
    ) -> Words:
        """A text in every language; with ``some``, in any of them or none."""
        value = (self.table if table is None else table).get(key, {} if some else None)
        given = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        fits = set(given) <= set(LANGUAGES) if some else set(given) == set(LANGUAGES)
        if not isinstance(value, dict) or not fits:
            raise self.wrong(
                f"{where}{key}",
                "it must be given in every language and no other",
                f"Write {key} = {{ en = '…', zh = '…' }}.",
            )
        for lang, text in given.items():
            if not isinstance(text, str) or not text.strip() or len(text) > longest:
                raise self.wrong(
                    f"{where}{key}.{lang}", "it must be a text", f"Of 1 to {longest:,} characters."
                )
        return cast("Words", given)

    def template(self, key: str, places: Collection[str]) -> Words:
        """A text in every language whose ``$places`` are all known."""
        words = self.words(key)
        for lang, text in words.items():
            template = Template(text)
            if not template.is_valid():
                raise self.wrong(
                    f"{key}.{lang}, {_line_of(text)}", "a $ stands alone", "Write $$ for a dollar sign."
                )
            for place in template.get_identifiers():
                if place not in places:
                    raise self.wrong(
                        f"{key}.{lang}", f"${place} is no place", f"Known: ${', $'.join(sorted(places))}."
                    )
        return words

    def number(
        self,
        table: Mapping[str, Any],
        key: str,
        default: float,
        low: float,
        high: float,
        *,
        whole: bool = False,
        where: str = "",
    ) -> float:
        """A number within bounds; ``whole`` refuses fractions."""
        value = table.get(key, default)
        kinds = int if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
            kind = "a whole number" if whole else "a number"
            raise self.wrong(
                f"{where}{key}", f"{value!r} does not do", f"Write {kind} between {low:g} and {high:g}."
            )
        return value


def shown(path: Path) -> str:
    """A file's name with its folder, unless that is the folder of the arts: ``forms/haiku.toml``."""
    folder = path.parent.name
    return f"{folder}/{path.name}" if folder in ("forms", "styles", "tasks") else path.name


def places_of(words: Sequence[Words], lang: Lang) -> set[str]:
    """The places of these texts in one language."""
    return {place for one in words for place in Template(one[lang]).get_identifiers()}


def _line_of(text: str) -> str:
    lines = text.splitlines()
    number = next((n for n, line in enumerate(lines, 1) if not Template(line).is_valid()), 1)
    return f"line {number} of it"
