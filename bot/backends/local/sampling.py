"""Chooses the next tokens of rows.

Top-k comes first: sorting a vocabulary of 150,000 for top-p costs more than the
model's step (96 ms against 2 ms for sixteen rows on two cores), and beyond the
first few hundred tokens nothing is ever drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from bot.backends.base import Sampling

TOP = 256
"""Tokens considered after the first cut."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A token, and the natural log of its probability before temperature and cuts (None if not asked for)."""

    token: int
    logprob: float | None


@dataclass(frozen=True, slots=True)
class Best:
    """The likeliest tokens of one place, on the CPU.

    ``values``: (K,) scores, the largest first; ``tokens``: (K,) their ids;
    ``norm``: the log of the sum over the whole vocabulary, if asked for.
    """

    values: torch.Tensor
    tokens: torch.Tensor
    norm: float | None


def best_of(scores: torch.Tensor, *, norms: bool) -> list[Best]:
    """The likeliest tokens of several places at once.  ``scores``: (places, V), on any device."""
    scores = scores.float()
    values, tokens = torch.topk(scores, min(TOP, scores.shape[1]))
    sums: list[float | None] = [None] * len(scores)
    if norms:
        sums = [float(one) for one in torch.logsumexp(scores, 1)]
    return [Best(*row) for row in zip(values.cpu(), tokens.cpu(), sums, strict=True)]


class Sampler:
    """Draws for one row from a generator of its own: whoever shares the batch, the draws are the same."""

    def __init__(self, sampling: Sampling, seed: int) -> None:
        self._temperature = sampling.temperature
        self._top_p = sampling.top_p
        self._generator = torch.Generator().manual_seed(seed)

    def choose(self, best: Best) -> Choice:
        """Choose from the likeliest tokens of one place."""
        drawn = 0
        if self._temperature > 0:
            chances = torch.softmax(best.values / self._temperature, 0)
            before = torch.cumsum(chances, 0) - chances
            chances = torch.where(before < self._top_p, chances, 0.0)
            drawn = int(torch.multinomial(chances, 1, generator=self._generator))
        logprob = None if best.norm is None else float(best.values[drawn]) - best.norm
        return Choice(int(best.tokens[drawn]), logprob)
