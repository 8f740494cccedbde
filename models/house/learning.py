"""What the training of the house model minimises, and how it steps."""

from __future__ import annotations

import math

import torch
from transformers import LlamaForCausalLM

ROWS = 256
"""Rows of logits made at a time: small enough to stay in the cache."""


class _HeadLoss(torch.autograd.Function):
    """Output layer and cross entropy in one, a slice of rows at a time.

    The gradient is taken on the way forward, while a slice's logits are still
    in the cache: the full (B*T, V) matrix is never made.  Idea: Liger Kernel's
    fused linear cross entropy (arXiv 2410.10989).
    """

    @staticmethod
    def forward(ctx, hidden, weight, target):
        """``hidden``: (N, D); ``weight``: (V, D); ``target``: (N,).  The mean loss."""
        count, total = len(target), hidden.new_zeros((), dtype=torch.float32)
        grad_hidden, grad_weight = torch.empty_like(hidden), torch.zeros_like(weight, dtype=torch.float32)
        for at in range(0, count, ROWS):
            rows, wanted = hidden[at : at + ROWS], target[at : at + ROWS, None]
            logits = (rows @ weight.T).float()
            norm = logits.logsumexp(-1, keepdim=True)
            total += (norm - logits.gather(1, wanted)).sum()
            chance = logits.sub_(norm).exp_()
            chance.scatter_add_(1, wanted, torch.full_like(wanted, -1, dtype=chance.dtype))
            chance = (chance / count).to(hidden.dtype)
            grad_hidden[at : at + ROWS] = chance @ weight
            grad_weight += chance.T @ rows
        ctx.save_for_backward(grad_hidden, grad_weight.to(weight.dtype))
        return total / count

    @staticmethod
    def backward(ctx, grad):
        """Scale what was found on the way forward."""
        grad_hidden, grad_weight = ctx.saved_tensors
        return grad_hidden * grad, grad_weight * grad, None


def loss_of(model: LlamaForCausalLM, batch: torch.Tensor) -> torch.Tensor:
    """Mean next-token cross entropy.  ``batch``: (B, T) token ids."""
    hidden = model.model(batch[:, :-1]).last_hidden_state  # (B, T-1, D)
    return _HeadLoss.apply(hidden.flatten(0, 1), model.lm_head.weight, batch[:, 1:].flatten())


class Optimizer:
    """Muon for the matrices of the blocks, AdamW for the rest, on float32 master copies.

    Muon: Jordan et al. 2024; as in ``torch.optim.Muon``, which is used as it is.
    """

    def __init__(self, model: torch.nn.Module) -> None:
        self.live = [(name, value) for name, value in model.named_parameters() if value.requires_grad]
        self.master = [value.detach().float().clone().requires_grad_() for _, value in self.live]
        matrix = [value.ndim == 2 and "embed" not in name for name, value in self.live]
        self.parts = [
            torch.optim.Muon(
                [copy for copy, is_matrix in zip(self.master, matrix, strict=True) if is_matrix],
                lr=0.0,
                weight_decay=0.05,
                adjust_lr_fn="match_rms_adamw",
            ),
            torch.optim.AdamW(
                [copy for copy, is_matrix in zip(self.master, matrix, strict=True) if not is_matrix],
                lr=0.0,
                betas=(0.9, 0.98),
                weight_decay=0.01,
            ),
        ]

    def step(self, rate: float) -> None:
        """One step at a learning rate; clears the gradients."""
        for (_, value), copy in zip(self.live, self.master, strict=True):
            copy.grad = value.grad.float() if value.grad is not None else None
            value.grad = None
        torch.nn.utils.clip_grad_norm_(self.master, 1.0)
        for part in self.parts:
            for group in part.param_groups:
                group["lr"] = rate
            part.step()
        with torch.no_grad():
            for (_, value), copy in zip(self.live, self.master, strict=True):
                value.copy_(copy)

    def state(self) -> dict:
        """For a checkpoint."""
        return {"master": self.master, "parts": [part.state_dict() for part in self.parts]}

    def load(self, state: dict) -> None:
        """From a checkpoint."""
        with torch.no_grad():
            for copy, saved in zip(self.master, state["master"], strict=True):
                copy.copy_(saved)
        for part, saved in zip(self.parts, state["parts"], strict=True):
            part.load_state_dict(saved)


def rate_at(progress: float, peak: float) -> float:
    """Warm up over 2 %, hold, decay as a half cosine over the last 60 %."""
    if progress < 0.02:
        return peak * max(progress, 0.0005) / 0.02
    if progress < 0.4:
        return peak
    return peak * (0.5 + 0.5 * math.cos(math.pi * min(1.0, (progress - 0.4) / 0.6)))
