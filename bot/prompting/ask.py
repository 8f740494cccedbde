"""Makes a whole prompt: every rendering that some kind of model may need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.ids import Lang
from bot.prompting.art import Art
from bot.prompting.fit import Part, estimate, fitted
from bot.prompting.parts import Form, Style

LANGUAGE_NAMES: Mapping[Lang, Mapping[Lang, str]] = {
    "en": {"en": "English", "zh": "Chinese"},
    "zh": {"en": "英文", "zh": "中文"},
}
"""Each language's name, in the language of the prompt."""

LENGTH_WORDS: Mapping[Lang, Mapping[str, str]] = {
    "en": {"short": "Keep it short: four to eight lines.", "long": "It may run to thirty lines or so."},
    "zh": {"short": "写短一些，四到八行。", "long": "可以写长一些，三十行以内。"},
}
"""What a length says where no form decides it; "medium" needs no word."""

LARGEST = 8_000
"""Tokens that a prompt may have at most, by estimate, whatever the model's window is: the cost of
one press is bounded.  The longest text that can be revised fits, with all that belongs to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt in every rendering; the fields after ``tokens`` are for a model conditioned by a cue.

    ``tokens`` is how many may be written.
    """

    ref: str
    system: str
    ask: str
    continuation: str
    stop: tuple[str, ...]
    tokens: int
    language: Lang
    topic: str = ""
    form: str = ""
    lines: int | None = None
    opening: str = ""
    draft: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """The manners of writing that meet in one prompt, the widest first."""

    house: str = ""
    own: str = ""
    style: Style | None = None


def build(
    art: Art,
    *,
    language: Lang,
    mark: str,
    voices: Voices,
    form: Form | None = None,
    length: str = "",
    topic: str = "",
    text: str = "",
    instruction: str = "",
    opening: str = "",
    draft: str = "",
    options: Mapping[str, str] | None = None,
) -> Prompt:
    """Fill an art or a task.

    ``mark`` is a random word that sets user text apart; ``options`` are values of
    the art's own options by name.  What does not fit into :data:`LARGEST` gives
    way in this order: the example, the house style, the member's own voice, the
    front of ``text``.  The topic, the instruction and the opening, which have
    limits of their own, never do.
    """
    given = options or {}
    values = {
        "topic": topic,
        "form": form.instruct[language] if form else "",
        "form_name": _named(form, language),
        "style": voices.style.voice[language] if voices.style else "",
        "style_name": _named(voices.style, language),
        "language": LANGUAGE_NAMES[language][language],
        "length": LENGTH_WORDS[language].get(length, "") if form is None or form.lines is None else "",
        "instruction": instruction,
        "opening": opening,
        **{own.place: own.said(given.get(own.name, ""), language) for own in art.own},
    }
    fixed = sum(map(estimate, (art.system[language], art.ask[language], *values.values())))
    values |= fitted(
        (
            Part("example", form.example.get(language, "") if form else "", "whole"),
            Part("house_style", voices.house, "start"),
            Part("own_style", voices.own, "start"),
            Part("text", text, "end"),
        ),
        LARGEST - fixed,
    )
    filled = art.fill(language, values, mark)
    return Prompt(
        ref=art.ref,
        system=filled.system,
        ask=filled.ask,
        continuation=filled.continuation,
        stop=art.stop,
        tokens=art.max_tokens(length, estimate(text)),
        language=language,
        topic=topic,
        form=form.cue if form else "",
        lines=form.lines if form else _lines(length, language),
        opening=opening,
        draft=draft,
    )


def _named(part: Form | Style | None, language: Lang) -> str:
    """A title with what it is about: enough for a model that follows no instructions."""
    if part is None:
        return ""
    between = {"en": ": ", "zh": "，"}[language]
    return f"{part.title[language]}{between}{part.about[language]}"


def _lines(length: str, language: Lang) -> int | None:
    """How many lines the house model is asked for when no form says."""
    wanted = {"en": {"short": 4, "medium": 8, "long": 16}, "zh": {"short": 4, "medium": 4, "long": 8}}
    return wanted[language].get(length or "medium")
