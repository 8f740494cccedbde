"""Makes a loaded model quicker without changing what it says: weights laid out for the processor.

Measured on two cores with bfloat16 instructions: a layer's matrix laid out
beforehand by oneDNN is read 1.4 to 2 times as fast as one that oneDNN lays out
at every step (``python -m bot bench engine``).

int8 keeps one scale for each row of a weight matrix and none for what flows in
(``aten::_weight_int8pack_mm``), so that rows that share a step cannot change
each other's scores.
"""

# Ops of torch are typed in part only, and those of oneDNN are not public.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateUsage=false

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional

log = logging.getLogger(__name__)

MANY = 8
"""Rows from which int8 weights are multiplied slower than bfloat16 ones: such steps are cut up."""


class PackedLinear(nn.Module):
    """A linear layer whose weight lies as oneDNN reads it; bfloat16 or float32 on a CPU."""

    packed: torch.Tensor
    bias: nn.Parameter | None

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        self.register_buffer(
            "packed", torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach()), persistent=False
        )
        self.bias = linear.bias

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """``x``: (…, in) to (…, out)."""
        return torch.ops.mkldnn._linear_pointwise(x, self.packed, self.bias, "none", [], "")


class Int8Linear(nn.Module):
    """A linear layer with int8 weights and one bfloat16 scale for each of its outputs."""

    weight8: torch.Tensor
    scale: torch.Tensor
    bias: nn.Parameter | None

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        weight = linear.weight.detach().float()
        scale = weight.abs().amax(1).clamp_min(1e-12) / 127
        self.register_buffer("weight8", (weight / scale[:, None]).round().to(torch.int8), persistent=False)
        self.register_buffer("scale", scale.to(torch.bfloat16), persistent=False)
        self.bias = linear.bias

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """``x``: (…, in) bfloat16 to (…, out)."""
        flat = x.reshape(-1, self.in_features)
        if len(flat) > 4 * MANY:
            # A long piece of a prompt is bound by arithmetic, where bfloat16 is quicker.
            out = functional.linear(flat, self.weight8.to(x.dtype) * self.scale[:, None])
        else:
            parts = [
                torch.ops.aten._weight_int8pack_mm(part, self.weight8, self.scale)
                for part in flat.split(MANY)
            ]
            out = parts[0] if len(parts) == 1 else torch.cat(parts)
        if self.bias is not None:
            out = out + self.bias
        return out.reshape(*x.shape[:-1], self.out_features)


class FusedNorm(nn.Module):
    """Root-mean-square normalisation in one operation; ``plus`` is 1 where a family stores weight − 1."""

    def __init__(self, weight: torch.Tensor, epsilon: float, plus: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight.detach() + plus, requires_grad=False)
        self.epsilon = epsilon

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """``x``: (…, size)."""
        return functional.rms_norm(x, self.weight.shape, self.weight, self.epsilon)


@torch.inference_mode()
def prepare(model: nn.Module, *, int8: bool = False) -> nn.Module:
    """Replace what can be replaced, in place; the model must not be trained or saved afterwards.

    On a GPU the weights stay as they are.
    """
    on_cpu = next(model.parameters()).device.type == "cpu"
    if on_cpu:
        _swap(model, _packing(int8))
    _swap(model, _fused)
    return model


def _packing(int8: bool) -> Callable[[nn.Module], nn.Module | None]:
    def pack(module: nn.Module) -> nn.Module | None:
        if type(module) is not nn.Linear:
            return None
        if int8 and module.weight.dtype is torch.bfloat16:
            return Int8Linear(module)
        if torch.backends.mkldnn.is_available() and module.weight.dtype in (torch.bfloat16, torch.float32):
            return PackedLinear(module)
        return None

    return pack


def _fused(module: nn.Module) -> nn.Module | None:
    """A fused norm for a module that proves, on numbers of its own size, to do the same."""
    weight: Any = getattr(module, "weight", None)
    epsilon: Any = getattr(module, "variance_epsilon", getattr(module, "eps", None))
    if not type(module).__name__.endswith("RMSNorm") or weight is None or not isinstance(epsilon, float):
        return None
    sample = torch.randn(3, weight.shape[0], generator=torch.Generator().manual_seed(0))
    sample = sample.to(weight.device, weight.dtype)
    wanted = module(sample).float()
    for plus in (0.0, 1.0):
        fused = FusedNorm(weight, epsilon, plus)
        close = 0.02 if weight.dtype is torch.bfloat16 else 1e-5
        if torch.allclose(fused(sample).float(), wanted, rtol=close, atol=close):
            return fused
    return None


def _swap(model: nn.Module, made: Callable[[nn.Module], nn.Module | None]) -> None:
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if (other := made(child)) is not None:
                setattr(parent, name, other)
