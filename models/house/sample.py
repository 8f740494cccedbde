"""Writes poems with the exported model: ``python sample.py --language en --topic "first snow" --seed 1``.

Also the reference for whoever prompts the model from elsewhere.  The poems are
printed as they come, none left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from cue import HERE, Cue, contract, encode, segments
from transformers import AutoModelForCausalLM, AutoTokenizer


class Poet:
    """The exported model and its tokenizer, ready to write."""

    def __init__(self, folder: Path = HERE) -> None:
        self.said: dict[str, Any] = contract(folder)
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

    @torch.no_grad()
    def write(self, cues: Sequence[Cue], seed: int, most: int = 320, greedy: bool = False) -> list[str]:
        """One poem for each cue, written side by side; an opening is part of its poem."""
        torch.manual_seed(seed)
        prompts = [encode(segments(cue, self.said), self.tokenizer) for cue in cues]
        width = max(map(len, prompts))
        pad = self.tokenizer.pad_token_id
        ids = torch.tensor([[pad] * (width - len(prompt)) + prompt for prompt in prompts])  # (B, T)
        mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts])
        how = {"do_sample": False} if greedy else {"do_sample": True, "top_k": 0, **self.said["sampling"]}
        out = self.model.generate(
            ids, attention_mask=mask, max_new_tokens=min(most, self.said["context"] - width), **how
        )
        texts = self.tokenizer.batch_decode(out[:, width:], skip_special_tokens=True)
        return [
            f"{cue.opening}\n{text}" if cue.opening else text for cue, text in zip(cues, texts, strict=True)
        ]


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
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1)
    given = vars(parser.parse_args())
    folder, seed, count = given.pop("folder"), given.pop("seed"), given.pop("count")
    for poem in Poet(folder).write([Cue(**given)] * count, seed):
        print(poem, end="\n\n")


if __name__ == "__main__":
    main()
