"""Lets a guide from :mod:`bot.forms.guide` decide which tokens a row may draw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from bot.backends.base import Constraint
from bot.backends.local.loading import Loaded
from bot.backends.local.prompt import plain
from bot.forms.guide.vocabulary import Next, Vocabulary

_LOST = "\ufffd"
"""What a tokenizer gives for a part of a character."""


def steering(
    constraint: Constraint, loaded: Loaded, ends: frozenset[int]
) -> Callable[[Sequence[int], torch.Tensor], torch.Tensor]:
    """A logits processor for one row: (ids written, scores (V,)) to scores."""
    writer = constraint.writer(vocabulary(loaded.tokenizer, ends))

    def steer(written: Sequence[int], scores: torch.Tensor) -> torch.Tensor:
        coming = writer.next(written)
        allowed = torch.from_numpy(coming.allowed)  # pyright: ignore[reportUnknownMemberType]
        if not coming.allowed.any():
            # The plan leads nowhere: better a text without it than none; the check will say so.
            return scores
        if coming.lean is not None:
            scores[: len(coming.lean)] -= torch.from_numpy(coming.lean)  # pyright: ignore[reportUnknownMemberType]
        for token, nats in coming.lose.items():
            scores[token] -= nats
        # A model's scores may be more than its tokens: the rest is padding.
        scores[len(allowed) :] = -torch.inf
        scores[: len(allowed)].masked_fill_(~allowed[: len(scores)], -torch.inf)
        return scores

    return steer


def weighed(
    coming: Next, scores: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """The tokens that may come, (K,), and their scores less what each loses.

    Where the plan leads nowhere, every token may: the check will say so.

    Args:
        coming: what a guide says.
        scores: (V,); not changed.
    """
    tokens = np.flatnonzero(coming.allowed[: len(scores)])
    if not len(tokens):
        return np.arange(len(scores)), scores
    values = scores[tokens]
    if coming.lean is not None:
        values -= coming.lean[tokens]
    if coming.lose:
        lost = np.fromiter(coming.lose, np.int64, len(coming.lose))
        places = np.searchsorted(tokens, lost)
        there = places < len(tokens)
        there[there] = tokens[places[there]] == lost[there]
        # No token is lost twice, so a plain subtraction by places is right.
        values[places[there]] -= np.fromiter(coming.lose.values(), np.float32, len(coming.lose))[there]
    return tokens, values


@lru_cache(maxsize=4)
def vocabulary(tokenizer: Any, ends: frozenset[int]) -> Vocabulary:
    """What guides need of a model's tokenizer; read once (a second for 150,000 tokens)."""
    anchor = plain(tokenizer, "a")
    size = max(tokenizer.get_vocab().values()) + 1
    head = len(tokenizer.decode(anchor))
    special = {*tokenizer.all_special_ids, *tokenizer.added_tokens_decoder}
    whole = tokenizer.batch_decode([[*anchor, id] for id in range(size)])
    texts = ["" if id in special or _LOST in text else text[head:] for id, text in enumerate(whole)]
    return Vocabulary(texts, lambda text: plain(tokenizer, text), ends)
