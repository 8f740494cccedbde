"""Writes poems with the exported model: ``python sample.py --language en --topic "first snow" --seed 1``.

Also the reference for whoever prompts the model from elsewhere.  The poems are
printed as they come, none left out.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LogitsProcessor, LogitsProcessorList

from cue import HERE, Cue, contract, encode, segments

LITTLE = {"the", "and", "for", "from", "with", "upon", "his", "her", "that", "this", "who", "was", "are"}
"""Words of a topic that any poem has."""


class TopicShows(LogitsProcessor):
    """Leans each poem of a batch towards the words of its topic until they are in it.

    The first piece of a word that is still wanted gains ``lean``, and so does
    every next piece once the ones before it stand there.  What the model finds
    out of place stays out: the words come where they fit.
    """

    def __init__(self, wanted: Sequence[Sequence[list[int]]], begin: int, lean: float) -> None:
        self.wanted, self.begin, self.lean = wanted, begin, lean

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        """``input_ids``: (B, T); ``scores``: (B, V)."""
        for row, words in enumerate(self.wanted):
            written = input_ids[row, self.begin :].tolist()
            for word in words:
                if any(written[at : at + len(word)] == word for at in range(len(written))):
                    continue
                there = max(
                    size for size in range(len(word)) if written[len(written) - size :] == word[:size]
                )
                scores[row, word[there]] += self.lean * (2 if there else 1)
        return scores


class Poet:
    """The exported model and its tokenizer, ready to write."""

    def __init__(self, folder: Path = HERE) -> None:
        self.said: dict[str, Any] = contract(folder)
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

    @torch.no_grad()
    def write(self, cues: Sequence[Cue], seed: int, lean: bool = False, most: int = 320) -> list[str]:
        """One poem for each cue of one language, side by side; an opening is part of its poem."""
        torch.manual_seed(seed)
        prompts = [encode(segments(cue, self.said), self.tokenizer) for cue in cues]
        width = max(map(len, prompts))
        pad = self.tokenizer.pad_token_id
        ids = torch.tensor([[pad] * (width - len(prompt)) + prompt for prompt in prompts])  # (B, T)
        mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts])
        wanted = [self.words(cue) for cue in cues]
        leaning = TopicShows(wanted, width, self.said["lean"][cues[0].language])
        out = self.model.generate(
            ids,
            attention_mask=mask,
            max_new_tokens=min(most, self.said["context"] - width),
            do_sample=True,
            top_k=0,
            logits_processor=LogitsProcessorList([leaning] if lean else []),
            **self.said["sampling"],
        )
        texts = self.tokenizer.batch_decode(out[:, width:], skip_special_tokens=True)
        return [
            f"{cue.opening}\n{text}" if cue.opening else text for cue, text in zip(cues, texts, strict=True)
        ]

    def words(self, cue: Cue) -> list[list[int]]:
        """The salient words of the topic as pieces, as they are written within a line."""
        if cue.language == "zh":
            found = re.findall(r"[\u4e00-\u9fff]{1,4}", cue.topic)
        else:
            plain = re.findall(r"[a-z']{3,}", cue.topic.lower())
            found = [f" {word}" for word in plain if word not in LITTLE]
        return [self.tokenizer.encode(word, add_special_tokens=False) for word in found[:3]]


def main() -> None:
    """Print ``--count`` poems."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=HERE)
    parser.add_argument("--language", choices=("en", "zh"), default="en")
    parser.add_argument("--topic", default="")
    parser.add_argument("--form", default="")
    parser.add_argument("--lines", type=int)
    parser.add_argument("--opening", default="")
    parser.add_argument("--draft", default="")
    parser.add_argument("--lean", action="store_true", help="towards the words of the topic")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1)
    given = vars(parser.parse_args())
    folder, seed, count, lean = (given.pop(name) for name in ("folder", "seed", "count", "lean"))
    for poem in Poet(folder).write([Cue(**given)] * count, seed, lean):
        print(poem, end="\n\n")


if __name__ == "__main__":
    main()
