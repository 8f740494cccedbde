"""A constraint that asks for more memory than there is; importable by a worker process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Hungry:
    """Fails as an allocation does."""

    form: str = ""

    def processor(self, tokenizer: object) -> Callable[[object, object], object]:
        """What the engine calls at each token."""

        def grow(written: object, scores: object) -> object:
            raise MemoryError

        return grow
