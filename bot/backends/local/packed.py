"""One forward pass for many rows: their new tokens stand one after another in a single sequence.

The weights are read once for all rows, which is what a step costs on a
processor; attention alone is computed row by row, over each row's own keys and
values, so that no row is padded to the length of another and none can see
another's text.  It hangs into Transformers as an attention function of its own
(``AttentionInterface``), with no cache of the library's: whatever family a model
is of, its code runs unchanged.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional
from transformers import AttentionInterface

from bot.backends.local.branches import Branches

log = logging.getLogger(__name__)

NAME = "renga_packed"
"""What the attention function is called in a model's configuration."""

PAGE = 64
"""Tokens of room that a row's memory grows by at least."""


class RowMemory:
    """Keys and values of one row, of all layers.

    ``keys[layer]`` and ``values[layer]`` are (heads, room, size of a head);
    the first ``length`` positions are in use.
    """

    __slots__ = ("expected", "keys", "length", "values")

    def __init__(self, expected: int = 0) -> None:
        self.expected = expected
        """Tokens it will probably hold: room is made for so many at once."""
        self.keys: list[torch.Tensor] = []
        self.values: list[torch.Tensor] = []
        self.length = 0

    @property
    def room(self) -> int:
        """Tokens that it has room for now."""
        return self.keys[0].shape[1] if self.keys else 0

    @property
    def bytes(self) -> int:
        """What it takes of memory."""
        return sum(part.nbytes for part in (*self.keys, *self.values))

    def add(self, layer: int, keys: torch.Tensor, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Append at ``length`` (which only :func:`forward` moves); returns all keys and values so far.

        ``keys``, ``values``: (heads, T, size).
        """
        end = self.length + keys.shape[1]
        if layer == len(self.keys):
            room = max(end + PAGE, self.expected)
            self.keys.append(keys.new_empty(keys.shape[0], room, keys.shape[2]))
            self.values.append(values.new_empty(values.shape[0], room, values.shape[2]))
        elif end > self.keys[layer].shape[1]:
            self.keys[layer] = _grown(self.keys[layer], self.length, end + PAGE)
            self.values[layer] = _grown(self.values[layer], self.length, end + PAGE)
        self.keys[layer][:, self.length : end] = keys
        self.values[layer][:, self.length : end] = values
        return self.keys[layer][:, :end], self.values[layer][:, :end]

    @torch.inference_mode()
    def copy(self, length: int, expected: int = 0) -> RowMemory:
        """The first ``length`` positions, in memory of their own."""
        other = RowMemory(max(expected, length))
        other.keys = [_grown(part, length, other.expected) for part in self.keys]
        other.values = [_grown(part, length, other.expected) for part in self.values]
        other.length = length
        return other


def _grown(part: torch.Tensor, used: int, room: int) -> torch.Tensor:
    new = part.new_empty(part.shape[0], room, part.shape[2])
    new[:, :used] = part[:, :used]
    return new


@dataclass(frozen=True, slots=True)
class Piece:
    """What one row brings to a step.

    Attributes:
        memory: what was read before; of branches that begin alike, each reads one token.
        ids: the next tokens to be read, at positions ``memory.length`` and on.
        wanted: for how many of the last of them scores are wanted.
    """

    memory: RowMemory | Branches
    ids: Sequence[int]
    wanted: int = 1


@dataclass(frozen=True, slots=True)
class Pack:
    """How the rows of one pass lie in its sequence: each piece from ``start`` to ``end``."""

    spans: tuple[tuple[RowMemory | Branches, int, int], ...]


@torch.inference_mode()
def forward(model: Any, pieces: Sequence[Piece], device: torch.device) -> list[torch.Tensor]:
    """One pass over the pieces.  For each the scores wanted, (wanted, V) on the model's device.

    Each row's memory holds the piece afterwards.
    """
    ids: list[int] = []
    positions: list[int] = []
    keep: list[int] = []
    spans: list[tuple[RowMemory | Branches, int, int]] = []
    for piece in pieces:
        start, at = len(ids), piece.memory.length
        ids.extend(piece.ids)
        branched = isinstance(piece.memory, Branches)
        positions.extend([at] * len(piece.ids) if branched else range(at, at + len(piece.ids)))
        keep.extend(range(len(ids) - piece.wanted, len(ids)))
        spans.append((piece.memory, start, len(ids)))
    out = model(
        input_ids=torch.tensor([ids], device=device),
        position_ids=torch.tensor([positions], device=device),
        use_cache=False,
        logits_to_keep=torch.tensor(keep, device=device),
        pack=Pack(tuple(spans)),
    )
    for memory, start, end in spans:
        if isinstance(memory, Branches):
            memory.own += 1
        else:
            memory.length += end - start
    return list(out.logits[0].split([piece.wanted for piece in pieces]))


def adopt(model: Any) -> int:
    """Make a model take packed rows, if it proves to say the same then.

    Returns:
        The bytes that keys and values of one token take; 0 if the model's own
        attention had to be kept.
    """
    before = model.config._attn_implementation
    ids = [1 + at % 5 for at in range(9)]
    with torch.inference_mode():
        wanted = model(input_ids=torch.tensor([ids], device=model.device)).logits[0].float()
    try:
        model.set_attn_implementation(NAME)
        row, other = RowMemory(), RowMemory()
        first = forward(model, [Piece(other, ids[2:4]), Piece(row, ids[:4], 4)], model.device)[1]
        rest = forward(model, [Piece(row, ids[4:], 5), Piece(other, ids[:1])], model.device)[0]
        found = torch.cat([first, rest]).float()
        off = float((found - wanted).norm() / wanted.norm())
        if off < (0.05 if model.dtype in (torch.bfloat16, torch.float16) else 1e-3) and row.keys:
            return sum(part.nbytes // part.shape[1] for part in (*row.keys, *row.values))
        log.warning("%s is not served packed: its scores would be off by %.3g", type(model).__name__, off)
    except Exception as error:  # noqa: BLE001 - a family's own code may stumble in any way
        log.warning("%s is not served packed: %s", type(model).__name__, error)
    model.set_attn_implementation(before)
    return 0


def attend(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    sliding_window: int | None = None,
    softcap: float | None = None,
    pack: Pack | None = None,
    **others: Any,
) -> tuple[torch.Tensor, None]:
    """Attention of each row over its own past.  ``query``: (1, H, T, D), the others (1, Hkv, T, D)."""
    if pack is None:
        raise TypeError(f"{type(module).__name__} does not pass on what its attention needs")
    if getattr(module, "sliding_window", None) and sliding_window is None:
        sliding_window = module.sliding_window
    heads, size = key.shape[1], query.shape[3]
    groups = query.shape[1] // heads
    out = query.new_empty(1, query.shape[2], heads * groups, value.shape[3])
    layer = module.layer_idx
    for memory, start, end in pack.spans:
        if isinstance(memory, Branches):
            out[0, start:end] = memory.attend(
                layer,
                query[0, :, start:end],
                key[0, :, start:end],
                value[0, :, start:end],
                scaling=scaling,
                window=sliding_window,
                softcap=softcap,
            )
            continue
        keys, values = memory.add(layer, key[0, :, start:end], value[0, :, start:end])
        mask, first = _mask(memory.length, end - start, sliding_window, query.device)
        if first:
            keys, values = keys[:, first:], values[:, first:]
        # Query heads that share a key head stand as more queries of that head: in bfloat16 on
        # a CPU four times as fast as leaving the grouping to the attention function.
        asked = query[0, :, start:end].reshape(1, heads, groups * (end - start), size)
        if mask is not None and groups > 1:
            mask = mask.repeat(groups, 1)
        if softcap is None:
            done = functional.scaled_dot_product_attention(
                asked, keys[None], values[None], attn_mask=mask, scale=scaling
            )
        else:
            done = _capped(asked, keys[None], values[None], mask, scaling, softcap)
        out[0, start:end] = done.view(heads * groups, end - start, -1).transpose(0, 1)
    return out, None


def _mask(past: int, new: int, window: int | None, device: torch.device) -> tuple[torch.Tensor | None, int]:
    """Which of the keys each new token may see (None: all), and from which key on any may."""
    first = max(0, past + 1 - window) if window else 0
    if new == 1:
        return None, first
    rows = torch.arange(past, past + new, device=device)[:, None]
    columns = torch.arange(first, past + new, device=device)[None]
    seen = columns <= rows
    if window:
        seen &= columns > rows - window
    return seen, first


def _capped(
    query: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    mask: torch.Tensor | None,
    scaling: float | None,
    cap: float,
) -> torch.Tensor:
    """Attention whose scores are capped smoothly, as Gemma 2 has it."""
    scores = query @ keys.transpose(2, 3) * (scaling if scaling is not None else query.shape[-1] ** -0.5)
    scores = torch.tanh(scores / cap) * cap
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    return torch.softmax(scores.float(), -1).to(query.dtype) @ values


AttentionInterface.register(NAME, attend)
