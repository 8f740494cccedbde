"""Leans a small model towards the words of its topic, until they are in the poem.

A model of a few million parameters forgets what it was asked to write about.
So the first piece of a topic word that is still wanted gains a few nats, and so
does every next piece once those before it stand there; words that the model
finds out of place stay out.  How much is the model's own to say (``lean`` in
its ``renga.json``); measured on 100 held-out topics, the share of poems that
hold their topic word rises from 49 % to 98 % in Chinese, from 3 % to 93 % in
English (``models/house/evaluate.py``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import torch

from bot.backends.base import Cue

MOST_WORDS = 3
LITTLE = frozenset(
    {"the", "and", "for", "from", "with", "upon", "his", "her", "that", "this", "who", "was", "are"}
)
"""Words of a topic that any poem has."""

_HAN = re.compile(r"[\u4e00-\u9fff]{1,4}")
_LATIN = re.compile(r"[a-z']{3,}")

Processor = Callable[[Sequence[int], torch.Tensor], torch.Tensor]


def topic_words(cue: Cue) -> list[str]:
    """The salient words of a topic, as they are written within a line."""
    if cue.language == "zh":
        found = _HAN.findall(cue.topic)
    else:
        found = [f" {word}" for word in _LATIN.findall(cue.topic.lower()) if word not in LITTLE]
    return found[:MOST_WORDS]


def leaning(cue: Cue, tokenizer: Any, amount: float, begun: str = "") -> Processor:
    """A logits processor for one row: (ids written, scores (V,)) to scores.

    Words that stand in what the answer begins with already need no leaning.
    """
    words: list[list[int]] = [
        ids
        for word in topic_words(cue)
        if word.strip() not in begun.lower()
        if (ids := tokenizer.encode(word, add_special_tokens=False, split_special_tokens=True))
    ]

    def lean(written: Sequence[int], scores: torch.Tensor) -> torch.Tensor:
        there = list(written)
        for word in words:
            if any(there[at : at + len(word)] == word for at in range(len(there))):
                continue
            begun = max(size for size in range(len(word)) if there[len(there) - size :] == word[:size])
            scores[word[begun]] += amount * (2 if begun else 1)
        return scores

    return lean
