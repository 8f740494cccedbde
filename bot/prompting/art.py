"""An art is a file: how a poem, a story, a song is asked for.

User text goes in once, through :class:`string.Template`, between marks that
nobody can guess; whatever it holds (``$places``, braces, marks of a chat
template) stays as it was typed.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any, Literal

from bot.errors import PromptFileError
from bot.ids import LANGUAGES, Lang

Words = Mapping[Lang, str]

PLACES = frozenset(
    {
        "topic",
        "form",
        "style",
        "house_style",
        "own_style",
        "language",
        "length",
        "text",
        "instruction",
        "begin",
        "opening",
    }
)
"""What a prompt may ask to be filled in."""

USER_PLACES = frozenset({"topic", "text", "instruction", "opening"})
"""Places of text that members typed; they go between marks."""

STANDARD = frozenset(
    {"topic", "form", "style", "language", "model", "length", "temperature", "seed", "private", "opening"}
)
"""Options that an art may offer without describing them."""

LENGTHS = ("short", "medium", "long")

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option of an art's own."""

    name: str
    title: Words
    about: Words
    type: Literal["text", "integer", "choice"]
    choices: Mapping[str, Words] = field(default_factory=dict[str, Words])
    required: bool = False
    longest: int = 200


@dataclass(frozen=True, slots=True)
class Filled:
    """A prompt with everything filled in."""

    system: str
    ask: str
    continuation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Art:
    """One prompt file.

    Attributes:
        command: whether it becomes a slash command (a task does not).
        options: names of :data:`STANDARD` options, in the order shown.
        own: options beyond those.
        required: standard options that must be given.
        temperature, top_p, tokens: sampling; ``tokens`` by length.
        longest: the most characters a topic or text may have.
        system, ask: messages for a model that chats, by language.
        continuation: what a base model goes on writing from, by language.
        stop: texts at which a base model's continuation ends.
        version: short hash of the file.
    """

    name: str
    command: bool
    title: Words
    about: Words
    options: tuple[str, ...] = ()
    own: tuple[Option, ...] = ()
    required: frozenset[str] = frozenset()
    temperature: float = 0.9
    top_p: float = 0.95
    tokens: Mapping[str, int] = field(default_factory=dict[str, int])
    longest: int = 500
    system: Words
    ask: Words
    continuation: Words
    stop: tuple[str, ...] = ()
    version: str = ""

    @property
    def ref(self) -> str:
        """Name and version, as kept in the log of contributions."""
        return f"{self.name}@{self.version}"

    def fill(self, language: Lang, values: Mapping[str, str], mark: str) -> Filled:
        """Fill every place once.  ``mark`` is random and is taken out of what members typed."""
        safe = dict.fromkeys(PLACES, "")
        safe.update({place: value.replace(mark, "") for place, value in values.items()})
        marked = {
            place: f"<{mark}>\n{text}\n</{mark}>" if place in USER_PLACES and text else text
            for place, text in safe.items()
        }
        return Filled(
            system=_tidy(Template(self.system[language]).substitute(marked)),
            ask=_tidy(Template(self.ask[language]).substitute(marked)),
            # A base model reads no marks: it would go on writing them.
            continuation=Template(self.continuation[language]).substitute(safe).rstrip(" "),
        )

    def max_tokens(self, length: str) -> int:
        """How many tokens a text of that length may have."""
        return self.tokens.get(length or "medium", 400)


def _tidy(text: str) -> str:
    """Without the blank lines that empty places leave behind."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.splitlines())).strip()


class Reader:
    """Reads one TOML file with closed keys; every complaint names file, place and remedy."""

    def __init__(self, path: Path) -> None:
        self.path = path
        raw = path.read_bytes()
        self.version = hashlib.sha256(raw).hexdigest()[:8]
        try:
            self.table: dict[str, Any] = tomllib.loads(raw.decode())
        except UnicodeDecodeError as error:
            raise self.wrong(f"byte {error.start}", "it is not UTF-8", "Save the file as UTF-8.") from None
        except tomllib.TOMLDecodeError as error:
            where = re.search(r"line \d+", str(error))
            raise self.wrong(
                where[0] if where else "the file", str(error), "Mend the TOML there; see toml.io."
            ) from None
        if not _NAME.fullmatch(path.stem):
            raise self.wrong(
                "the file's name",
                f"{path.stem!r} cannot be a name",
                "Use a to z, digits and hyphens, at most 32.",
            )

    def wrong(self, where: str, problem: str, remedy: str) -> PromptFileError:
        """A complaint about this file."""
        return PromptFileError(file=self.path.name, where=where, problem=problem, remedy=remedy)

    def closed(self, table: Mapping[str, Any], known: Sequence[str], where: str = "") -> None:
        """Refuse keys that nobody reads."""
        for key in table:
            if key not in known:
                raise self.wrong(
                    f"{where}{key}", "nothing reads this key", f"Known here: {', '.join(sorted(known))}."
                )

    def words(self, key: str, table: Mapping[str, Any] | None = None, *, longest: int = 4_000) -> Words:
        """A text in every language."""
        value = (self.table if table is None else table).get(key)
        if not isinstance(value, dict) or set(value) != set(LANGUAGES):  # pyright: ignore[reportUnknownArgumentType]
            raise self.wrong(
                key, "it must be given in every language", f"Write {key} = {{ en = '…', zh = '…' }}."
            )
        for lang, text in value.items():  # pyright: ignore[reportUnknownVariableType]
            if not isinstance(text, str) or len(text) > longest:
                raise self.wrong(f"{key}.{lang}", "it must be a text", f"At most {longest} characters.")
        return value  # pyright: ignore[reportUnknownVariableType]

    def template(self, key: str) -> Words:
        """A text in every language whose ``$places`` are known."""
        words = self.words(key)
        for lang, text in words.items():
            template = Template(text)
            if not template.is_valid():
                raise self.wrong(f"{key}.{lang}", "a $ stands alone", "Write $$ for a dollar sign.")
            for place in template.get_identifiers():
                if place not in PLACES:
                    raise self.wrong(
                        f"{key}.{lang}", f"${place} is no place", f"Known: ${', $'.join(sorted(PLACES))}."
                    )
        return words

    def number(self, table: Mapping[str, Any], key: str, default: float, low: float, high: float) -> float:
        """A number within bounds."""
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self.wrong(key, f"{value!r} is no such number", f"Between {low:g} and {high:g}.")
        return float(value)


_KEYS = (
    "title",
    "about",
    "options",
    "required",
    "option",
    "sampling",
    "limits",
    "system",
    "ask",
    "continuation",
    "stop",
)


def load_art(path: Path, *, command: bool) -> Art:
    """Read an art or (without command) a task.

    Raises:
        PromptFileError: with file, place, problem and remedy.
    """
    reader = Reader(path)
    table = reader.table
    reader.closed(table, _KEYS)
    options = tuple(table.get("options", ()))
    for option in options:
        if option not in STANDARD:
            raise reader.wrong(
                "options", f"{option!r} is no option", f"Known: {', '.join(sorted(STANDARD))}."
            )
    required = frozenset(table.get("required", ()))
    if not required <= set(options):
        raise reader.wrong("required", "it names what is not among the options", "Add it to options.")
    sampling: dict[str, Any] = table.get("sampling", {})
    limits: dict[str, Any] = table.get("limits", {})
    reader.closed(sampling, ("temperature", "top_p"), "sampling.")
    reader.closed(limits, ("longest", *LENGTHS), "limits.")
    own = tuple(_option(reader, given) for given in table.get("option", ()))
    return Art(
        name=path.stem,
        command=command,
        title=reader.words("title", longest=32),
        about=reader.words("about", longest=100),
        options=options,
        own=own,
        required=required,
        temperature=reader.number(sampling, "temperature", 0.9, 0, 2),
        top_p=reader.number(sampling, "top_p", 0.95, 0.01, 1),
        tokens={
            length: int(reader.number(limits, length, default, 16, 8_000))
            for length, default in zip(LENGTHS, (150, 400, 900), strict=True)
        },
        longest=int(reader.number(limits, "longest", 500, 1, 20_000)),
        system=reader.template("system"),
        ask=reader.template("ask"),
        continuation=reader.template("continuation"),
        stop=tuple(str(text) for text in table.get("stop", ())),
        version=reader.version,
    )


def _option(reader: Reader, given: dict[str, Any]) -> Option:
    name = str(given.get("name", ""))
    reader.closed(given, ("name", "title", "about", "type", "choices", "required", "longest"), "option.")
    if not _NAME.fullmatch(name) or name in STANDARD:
        raise reader.wrong("option.name", f"{name!r} cannot be the name of an option", "Choose another name.")
    kind = given.get("type", "text")
    if kind not in ("text", "integer", "choice"):
        raise reader.wrong(f"option {name}", f"{kind!r} is no type", "One of text, integer, choice.")
    choices: dict[str, Any] = given.get("choices", {})
    if (kind == "choice") != bool(choices) or len(choices) > 25:
        raise reader.wrong(
            f"option {name}", "its choices do not fit its type", "1 to 25 for a choice, else none."
        )
    return Option(
        name=name,
        title=reader.words("title", given, longest=32),
        about=reader.words("about", given, longest=100),
        type=kind,
        choices={key: reader.words(key, choices, longest=100) for key in choices},
        required=bool(given.get("required", False)),
        longest=int(reader.number(given, "longest", 200, 1, 4_000)),
    )
