"""The step for models whose attention cannot be packed: one pass for each row, with the library's own cache.

Slower, but right for any family: recurrent ones, those with attention code of their own.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import DynamicCache


class PlainMemory:
    """The library's cache of one row, and how many tokens it has seen."""

    __slots__ = ("cache", "length")

    def __init__(self, model: Any) -> None:
        self.cache = DynamicCache(config=model.config)
        self.length = 0


@dataclass(frozen=True, slots=True)
class PlainPiece:
    """What one row brings to a step; see :class:`bot.backends.local.packed.Piece`."""

    memory: PlainMemory
    ids: Sequence[int]


@torch.inference_mode()
def forward(model: Any, piece: PlainPiece, device: torch.device) -> torch.Tensor:
    """One pass over one row's piece; the scores after its last token, (1, V)."""
    end = piece.memory.length + len(piece.ids)
    out = model(
        input_ids=torch.tensor([list(piece.ids)], device=device),
        past_key_values=piece.memory.cache,
        use_cache=True,
        logits_to_keep=1,
        cache_position=torch.arange(piece.memory.length, end, device=device),
    )
    piece.memory.length = end
    return out.logits[0, -1:]
