"""An art is a file: how a poem, a story, a song is asked for.

User text goes in once, through :class:`string.Template`, between marks that
nobody can guess; whatever it holds (``$places``, braces, marks of a chat
template) stays as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Template
from typing import Literal

from bot.errors import BadInput
from bot.ids import Lang
from bot.prompting.reader import Words

PLACES = frozenset(
    {
        "topic",
        "form",
        "form_name",
        "style",
        "style_name",
        "house_style",
        "own_style",
        "language",
        "length",
        "text",
        "instruction",
        "opening",
        "example",
    }
)
"""What a prompt may ask to be filled in, besides the options of its own."""

TYPED = frozenset({"topic", "text", "instruction", "opening", "house_style", "own_style"})
"""Places of text that people typed; in messages it goes between marks."""

STANDARD = (
    "topic",
    "form",
    "style",
    "language",
    "model",
    "length",
    "temperature",
    "seed",
    "private",
    "opening",
)
"""Options that an art may offer without describing them."""

LENGTHS = ("short", "medium", "long")
TOKENS = (160, 400, 1_000)
"""Tokens of a text of each length, where a file does not say."""

_MARKS = re.compile(r"</?m[0-9a-f]{6,}>")
"""Whatever looks like one of our marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option of an art's own; ``place`` is what its messages call it by."""

    name: str
    title: Words
    about: Words
    type: Literal["text", "integer", "choice"]
    choices: Mapping[str, Words] = field(default_factory=dict[str, Words])
    required: bool = False
    longest: int = 200

    @property
    def place(self) -> str:
        """The name without hyphens, as ``$places`` are written."""
        return self.name.replace("-", "_")

    def said(self, value: str, language: Lang) -> str:
        """A value as a model is to read it: a choice by its words."""
        words = self.choices.get(value)
        return words[language] if words else value


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
        growth: a text that is worked on may come out so many times as long, whatever ``tokens`` says.
        longest: the most characters a topic may have.
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
    tokens: Mapping[str, int] = field(default_factory=lambda: dict(zip(LENGTHS, TOKENS, strict=True)))
    growth: float = 0.0
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
        """Fill every place once.  ``mark`` is random and is taken out of what people typed.

        A paragraph whose places are all empty is left out.
        """
        own = {option.place: option for option in self.own}
        typed = TYPED | {place for place, option in own.items() if option.type == "text"}
        plain = dict.fromkeys((*PLACES, *own), "")
        plain.update(
            {place: value.strip() if place != "opening" else value for place, value in values.items()}
        )
        marked = {
            place: _marked(text, mark) if place in typed and text else text for place, text in plain.items()
        }
        return Filled(
            system=_filled(self.system[language], marked),
            ask=_filled(self.ask[language], marked),
            # A base model reads no marks: it would go on writing them.
            continuation=_onward(self.continuation[language], plain),
        )

    def checked(self, given: Mapping[str, str]) -> dict[str, str]:
        """Values for the options of its own: each known, whole and within its bounds.

        Raises:
            BadInput: one is missing, too long, not a number or none of the choices.
        """
        kept: dict[str, str] = {}
        for option in self.own:
            value = given.get(option.name, "").strip()
            if not value:
                if option.required:
                    raise BadInput("refused.bad_option", name=option.name, typed="")
                continue
            fits = {
                "text": True,
                "choice": value in option.choices,
                "integer": re.fullmatch(r"-?[0-9]{1,18}", value) is not None,
            }
            if not fits[option.type]:
                raise BadInput("refused.bad_option", name=option.name, typed=value[:80])
            if len(value) > option.longest:
                raise BadInput("refused.too_long", what=option.name, limit=option.longest, typed=value)
            kept[option.name] = value
        return kept

    def max_tokens(self, length: str, text_tokens: int = 0) -> int:
        """How many tokens may be written, for a length and the tokens of a text that is worked on."""
        return max(self.tokens[length if length in LENGTHS else "medium"], int(self.growth * text_tokens))


def _marked(text: str, mark: str) -> str:
    safe = _MARKS.sub("", text)
    while mark in safe:  # taking one out may put another together
        safe = safe.replace(mark, "")
    between = "\n" if "\n" in safe else ""
    return f"<{mark}>{between}{safe}{between}</{mark}>"


def _paragraphs(template: str, values: Mapping[str, str]) -> list[str]:
    """The paragraphs that have something to say, unfilled."""
    kept: list[str] = []
    for paragraph in re.split(r"\n[ \t]*\n", template.strip("\n")):
        places = Template(paragraph).get_identifiers()
        if not places or any(values[place] for place in places):
            kept.append(paragraph)
    return kept


def _filled(template: str, values: Mapping[str, str]) -> str:
    return "\n\n".join(
        Template(paragraph).substitute(values).strip() for paragraph in _paragraphs(template, values)
    )


def _onward(template: str, values: Mapping[str, str]) -> str:
    """A continuation: it ends where the model is to go on, below the opening or on a new paragraph."""
    text = _filled(template, values)
    opening = values["opening"].strip()
    return f"{text}\n" if opening and text.endswith(opening) else f"{text}\n\n"
