"""Keys and values of several texts that begin alike: what they share is kept once, and read as one matrix.

Candidates of a line have hundreds of tokens in common and ten of their own.  Row by row, attention over
them takes longer than all the rest of a small model, and the copies of what is shared are most of its
memory.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from bot.backends.local.plain import PlainMemory

if TYPE_CHECKING:
    from bot.backends.local.packed import RowMemory

PAGE = 16
"""Tokens of room that the branches grow by."""


class Branches:
    """What branches share, and for each layer what each has of its own: (branches, heads, room, size).

    All have the same number of tokens.
    """

    __slots__ = ("count", "keys", "own", "prefix", "values")

    def __init__(self, prefix: RowMemory, count: int) -> None:
        self.prefix = prefix
        self.count = count
        self.own = 0
        """Tokens that each branch has of its own."""
        self.keys: list[torch.Tensor] = []
        self.values: list[torch.Tensor] = []

    @property
    def length(self) -> int:
        """Tokens of each branch, the shared ones too."""
        return self.prefix.length + self.own

    def keep(self, which: Sequence[int]) -> None:
        """Go on with some of the branches only."""
        if len(which) == self.count:
            return
        self.count = len(which)
        if self.keys:
            index = torch.tensor(which, dtype=torch.long, device=self.keys[0].device)
            self.keys = [part.index_select(0, index) for part in self.keys]
            self.values = [part.index_select(0, index) for part in self.values]

    def attend(
        self,
        layer: int,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        *,
        scaling: float | None,
        window: int | None,
        softcap: float | None,
    ) -> torch.Tensor:
        """Attention of one new token of each branch.

        Args:
            layer: which; keys and values are kept for it.
            query: (heads, branches, size); the others (key heads, branches, size).
            scaling: what products are multiplied by; None for the usual.
            window: tokens that each may look back upon, itself too; None for all.
            softcap: what products are capped at; None for not.

        Returns:
            (branches, heads, size).
        """
        keys, values = self._add(layer, key, value)
        heads, count, size = key.shape[0], self.count, query.shape[2]
        first = max(0, self.length + 1 - window) if window else 0
        shared_keys = self.prefix.keys[layer][:, first : self.prefix.length]
        shared_values = self.prefix.values[layer][:, first : self.prefix.length]
        if first > self.prefix.length:
            keys = keys[:, :, first - self.prefix.length :]
            values = values[:, :, first - self.prefix.length :]
        # Query heads that share a key head are further queries of that head.
        asked = query.view(heads, -1, count, size)
        groups = asked.shape[1]
        far = asked.reshape(heads, groups * count, size) @ shared_keys.transpose(1, 2)
        own = asked.permute(2, 0, 1, 3) @ keys.transpose(2, 3)
        near = own.permute(1, 2, 0, 3).reshape(heads, groups * count, -1)
        scores = torch.cat((far, near), 2) * (scaling if scaling is not None else size**-0.5)
        if softcap is not None:
            scores = torch.tanh(scores / softcap) * softcap
        shares = torch.softmax(scores.float(), -1).to(query.dtype)
        split = shared_keys.shape[1]
        out = (shares[:, :, :split] @ shared_values).view(heads, groups, count, -1).permute(2, 0, 1, 3)
        mine = shares[:, :, split:].view(heads, groups, count, -1).permute(2, 0, 1, 3)
        return (out + mine @ values).reshape(count, heads * groups, -1)

    def _add(self, layer: int, key: torch.Tensor, value: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Append a token of each branch; all keys and values that the branches have of their own."""
        if layer == len(self.keys):
            self.keys.append(key.new_empty(self.count, key.shape[0], PAGE, key.shape[2]))
            self.values.append(value.new_empty(self.count, value.shape[0], PAGE, value.shape[2]))
        elif self.own == self.keys[layer].shape[2]:
            self.keys[layer] = _longer(self.keys[layer])
            self.values[layer] = _longer(self.values[layer])
        self.keys[layer][:, :, self.own] = key.transpose(0, 1)
        self.values[layer][:, :, self.own] = value.transpose(0, 1)
        end = self.own + 1
        return self.keys[layer][:, :, :end], self.values[layer][:, :, :end]


def _longer(part: torch.Tensor) -> torch.Tensor:
    count, heads, room, size = part.shape
    new = part.new_empty(count, heads, room + PAGE, size)
    new[:, :, :room] = part
    return new


class PlainBranches:
    """The same for models with a cache of their own kind: a copy of it for each branch."""

    __slots__ = ("memories",)

    def __init__(self, prefix: PlainMemory, count: int) -> None:
        self.memories = [prefix, *(copy.deepcopy(prefix) for _ in range(count - 1))]

    @property
    def length(self) -> int:
        """Tokens of each branch."""
        return self.memories[0].length if self.memories else 0

    def keep(self, which: Sequence[int]) -> None:
        """Go on with some of the branches only."""
        self.memories = [self.memories[at] for at in which]
