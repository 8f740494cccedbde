"""A constraint that asks for more memory than there is; importable by a worker process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Never

from bot.forms.guide.vocabulary import Vocabulary


@dataclass(frozen=True)
class Hungry:
    """Fails as an allocation does."""

    form: str = ""
    language: str = "en"
    possible: bool = True
    told: str = ""
    tries: int = 1
    given: str = ""
    left: int = 1
    begun: str = ""

    def after(self, line: str) -> Hungry:
        return self

    def reseeded(self, seed: int) -> Hungry:
        return self

    def writer(self, vocabulary: Vocabulary) -> Hungry:
        return self

    def merit(self, line: str) -> float:
        return 0.0

    def worth(self, text: str, *, literal: bool = True) -> float:
        return 1.0

    def fork(self) -> Hungry:
        return self

    def next(self, written: Sequence[int]) -> Never:
        """What the engine asks at each token."""
        raise MemoryError
