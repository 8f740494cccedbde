"""Makes a whole prompt: every rendering that some kind of model may need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.ids import Lang
from bot.prompting.art import Art
from bot.prompting.catalogue import Form, Style
from bot.prompting.fit import estimate, shortened

LANGUAGE_NAMES: Mapping[Lang, Mapping[Lang, str]] = {
    "en": {"en": "English", "zh": "Chinese"},
    "zh": {"en": "英文", "zh": "中文"},
}
"""Each language's name, in the language of the prompt."""

LENGTH_WORDS: Mapping[Lang, Mapping[str, str]] = {
    "en": {"short": "Keep it short: 4 to 8 lines.", "medium": "", "long": "It may run to 30 lines or so."},
    "zh": {"short": "写短一些：四到八行。", "medium": "", "long": "可以写长一些，三十行以内。"},
}

BEGIN: Mapping[Lang, str] = {
    "en": "Begin with exactly these lines, and go on from them:",
    "zh": "请以下面这几行开头，一字不改，接着写下去：",
}

LARGEST = 6_000
"""Tokens that a prompt may have at most, whatever the model's window is: the cost of one press is bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt in every rendering; the fields after ``stop`` are for a model conditioned by a cue."""

    ref: str
    system: str
    ask: str
    continuation: str
    stop: tuple[str, ...]
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
) -> Prompt:
    """Fill an art or a task.

    ``mark`` is a random word that sets user text apart.  What does not fit into
    :data:`LARGEST` is taken from the front of ``text``, never from the
    instruction or the topic, which have limits of their own.
    """
    fixed = estimate(art.system[language]) + estimate(art.ask[language])
    fixed += sum(map(estimate, (topic, instruction, opening, voices.house, voices.own)))
    values = {
        "topic": topic,
        "form": form.instruct[language] if form else "",
        "style": voices.style.voice[language] if voices.style else "",
        "house_style": voices.house,
        "own_style": voices.own,
        "language": LANGUAGE_NAMES[language][language],
        "length": LENGTH_WORDS[language].get(length, ""),
        "text": shortened(text, max(200, LARGEST - fixed)),
        "instruction": instruction,
        "begin": BEGIN[language] if opening else "",
        "opening": opening,
    }
    filled = art.fill(language, values, mark)
    return Prompt(
        ref=art.ref,
        system=filled.system,
        ask=filled.ask,
        continuation=filled.continuation,
        stop=art.stop,
        language=language,
        topic=topic,
        form=form.cue if form else "",
        lines=form.lines if form else _lines(length, language),
        opening=opening,
        draft=draft,
    )


def _lines(length: str, language: Lang) -> int | None:
    """How many lines the house model is asked for when no form says."""
    wanted = {"en": {"short": 4, "medium": 8, "long": 16}, "zh": {"short": 4, "medium": 4, "long": 8}}
    return wanted[language].get(length or "medium")
