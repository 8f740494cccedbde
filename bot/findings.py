"""What the doctor finds: one line each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.i18n.text import translate
from bot.ids import Lang


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    NOTE = "note"
    BAD = "bad"
    """The bot could not start, or could not answer."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's: what was looked at, how it is, and what to do."""

    level: Level
    text: str

    @classmethod
    def of(cls, level: Level, lang: Lang, key: str, **facts: object) -> Finding:
        """A finding by the key of its text."""
        return cls(level, translate(f"doctor.{key}", lang, **facts))
