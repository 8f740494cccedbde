"""What a guide knows of a tokenizer: the text of each token, and how a text is cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Nats = npt.NDArray[np.float32]


@dataclass(slots=True, eq=False)
class Vocabulary:
    """One model's tokens.

    Attributes:
        texts: what each token adds within a text, by id; "" for special tokens and parts of characters.
        encode: cuts a text into ids as the model would have it, without special tokens.
        ends: the tokens that end a text.
        kept: what guides have worked out for this vocabulary, by a key of their own.
    """

    texts: Sequence[str]
    encode: Callable[[str], list[int]]
    ends: frozenset[int]
    kept: dict[Any, Any] = field(default_factory=dict[Any, Any])
    ids: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        """Know tokens by their text; of several with one text the first."""
        self.ids = {}
        for id, text in enumerate(self.texts):
            self.ids.setdefault(text, id)

    def nothing(self) -> Mask:
        """A mask that allows no token."""
        return np.zeros(len(self.texts), np.bool_)

    def within(self, text: str, before: str = "a") -> list[int]:
        """The ids of a text as it is cut behind another; empty where the two melt together."""
        head, whole = self.encode(before), self.encode(before + text)
        return whole[len(head) :] if whole[: len(head)] == head else []


@dataclass(frozen=True, slots=True)
class Next:
    """What may come next: the tokens, and how many nats they lose: some few, and by a row over all."""

    allowed: Mask
    lose: dict[int, float] = field(default_factory=dict[int, float])
    lean: Nats | None = None
