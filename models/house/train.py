"""Trains the house model: ``python train.py --work FOLDER train --corpora FOLDER --minutes 90``.

The same code runs on a CPU (bfloat16 weights, float32 master copies) and on a
GPU.  It resumes from ``WORK/checkpoint.pt`` when that is there; seeds are fixed.
The learning rate follows the clock (warm up, hold, decay to nothing when the
minutes are over), since the machine decides how many steps fit.
``python train.py --work FOLDER export`` writes the newest checkpoint beside this
file as a model that Transformers loads.
"""

from __future__ import annotations

import argparse
import json
import math
import pickle
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from data import CONTROL, Poem, chinese, english, example
from learning import Optimizer, loss_of, rate_at
from tokenizer import build, coverage

HERE = Path(__file__).resolve().parent
SEED = 20261123
SHAPE = {
    "cpu": {"hidden_size": 256, "num_hidden_layers": 6, "intermediate_size": 704, "num_attention_heads": 4},
    "cuda": {"hidden_size": 512, "num_hidden_layers": 7, "intermediate_size": 1376, "num_attention_heads": 8},
}
CONTEXT = 512
BLOCK = 256
"""Training length in tokens; rotary positions carry on to CONTEXT."""


@dataclass(slots=True)
class Data:
    """Poems to learn from, and poems held out to be measured by."""

    train: list[Poem]
    held: dict[str, list[Poem]]


def load(corpora: Path, work: Path) -> Data:
    """Read, clean and split the corpora once; later calls take the copy in ``work``."""
    cache = work / "poems.pkl"
    if cache.exists():
        return Data(*pickle.loads(cache.read_bytes()))
    zh, en = chinese(corpora / "chinese-verse.jsonl.gz"), english(corpora / "english-verse.jsonl.gz")
    held: dict[str, list[Poem]] = {}
    train: list[Poem] = []
    for name, poems in (("zh", zh), ("en", en)):
        random.Random(SEED).shuffle(poems)
        cut = max(200, len(poems) // 100)
        held[name] = poems[:cut]
        # English has fewer poems and longer ones: seen twice for every time that Chinese is.
        train += poems[cut:] * (2 if name == "en" else 1)
    data = Data(train, held)
    cache.write_bytes(pickle.dumps((train, held)))
    return data


def encode(poems: list[Poem], tokenizer: PreTrainedTokenizerFast, rng: random.Random) -> np.ndarray:
    """Examples of the poems as one stream of token ids; user text never becomes a control token."""
    ids = {mark: tokenizer.convert_tokens_to_ids(mark) for mark in CONTROL}
    raw = tokenizer.backend_tokenizer
    raw.encode_special_tokens = True
    examples = [example(poem, rng) for poem in poems]
    plain = [text for segments in examples for control, text in segments if not control]
    encoded = iter(raw.encode_batch(plain, add_special_tokens=False))
    stream: list[int] = []
    for segments in examples:
        for control, text in segments:
            if control:
                stream.append(ids[text])
            else:
                stream.extend(next(encoded).ids)
    return np.array(stream, dtype=np.int32)


def new_model(tokenizer: PreTrainedTokenizerFast, device: str) -> LlamaForCausalLM:
    """A fresh model of the shape that suits the device."""
    torch.manual_seed(SEED)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        initializer_range=0.02,
        **SHAPE[device],
    )
    return LlamaForCausalLM(config).to(device, torch.bfloat16)


@torch.no_grad()
def validate(model: LlamaForCausalLM, streams: dict[str, torch.Tensor]) -> dict[str, float]:
    """Held-out loss in nats a token, by language."""
    model.eval()
    found = {
        name: sum(float(loss_of(model, rows)) for rows in stream.split(16)) / math.ceil(len(stream) / 16)
        for name, stream in streams.items()
    }
    model.train()
    return found


def train(corpora: Path, work: Path, minutes: float, batch: int, peak: float) -> None:
    """Train until the minutes (of all runs together) are over."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    work.mkdir(parents=True, exist_ok=True)
    data = load(corpora, work)
    if (work / "tokenizer").exists():
        tokenizer = PreTrainedTokenizerFast.from_pretrained(work / "tokenizer")
    else:
        tokenizer = build(data.train)
        tokenizer.save_pretrained(work / "tokenizer")
    kinds = {name: sum(poem.language == name for poem in data.train) for name in ("zh", "en")}
    covered = coverage(data.train, tokenizer)
    print(f"{kinds} poems, vocabulary {len(tokenizer)}, characters covered {covered:.4f}")
    model = new_model(tokenizer, device)
    optimizer = Optimizer(model)
    print(f"{sum(value.numel() for value in model.parameters()) / 1e6:.2f} million parameters on {device}")
    spent, step, seen, round_ = 0.0, 0, 0, 0
    if (work / "checkpoint.pt").exists():
        saved = torch.load(work / "checkpoint.pt", weights_only=True)
        optimizer.load(saved["optimizer"])
        model.load_state_dict(saved["model"])
        spent, step, seen, round_ = saved["spent"], saved["step"], saved["seen"], saved["round"]
    held = {
        name: _blocks(encode(poems, tokenizer, random.Random(SEED)), device)[:48]
        for name, poems in data.held.items()
    }
    log = (work / "log.jsonl").open("a")
    started, last, saved_at = time.monotonic() - spent * 60, time.monotonic(), time.monotonic()
    while True:
        rng = random.Random(SEED + round_)
        chunk = rng.sample(data.train, min(40_000, len(data.train)))
        rows = _blocks(encode(chunk, tokenizer, rng), device)
        rows = rows[torch.randperm(len(rows), generator=torch.Generator().manual_seed(SEED + round_))]
        round_ += 1
        for at in range(0, len(rows) - batch + 1, batch):
            spent = (time.monotonic() - started) / 60
            progress = spent / minutes
            loss = loss_of(model, rows[at : at + batch])
            loss.backward()
            optimizer.step(rate_at(progress, peak))
            step, seen = step + 1, seen + batch * BLOCK
            if step % 50 == 0 or progress >= 1:
                now = time.monotonic()
                facts: dict[str, object] = {
                    "step": step,
                    "minutes": round(spent, 1),
                    "tokens": seen,
                    "loss": round(loss.item(), 3),
                    "rate": round(50 * batch * BLOCK / (now - last)),
                }
                last = now
                if step % 1000 == 0 or progress >= 1:
                    facts["held"] = {name: round(value, 3) for name, value in validate(model, held).items()}
                print(json.dumps(facts), flush=True)
                log.write(json.dumps(facts) + "\n")
                log.flush()
            if time.monotonic() - saved_at > 300 or progress >= 1:
                saved_at = time.monotonic()
                state = {"model": model.state_dict(), "optimizer": optimizer.state()}
                state |= {"spent": spent, "step": step, "seen": seen, "round": round_}
                torch.save(state, work / "new.pt")
                (work / "new.pt").replace(work / "checkpoint.pt")
            if progress >= 1:
                return


def _blocks(stream: np.ndarray, device: str) -> torch.Tensor:
    """Cut a stream into rows of BLOCK + 1 tokens: (N, BLOCK + 1)."""
    count = len(stream) // (BLOCK + 1)
    return torch.from_numpy(stream[: count * (BLOCK + 1)].astype(np.int64)).view(count, BLOCK + 1).to(device)


def export(work: Path, to: Path) -> None:
    """Write config, weights (bfloat16 safetensors) and tokenizer."""
    tokenizer = PreTrainedTokenizerFast.from_pretrained(work / "tokenizer")
    saved = torch.load(work / "checkpoint.pt", weights_only=True, map_location="cpu")
    model = new_model(tokenizer, "cuda" if saved["model"]["model.norm.weight"].numel() > 256 else "cpu").cpu()
    model.load_state_dict(saved["model"])
    model.generation_config.update(eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id)
    model.save_pretrained(to)
    tokenizer.save_pretrained(to)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, default=Path("build/house"), help="checkpoints and logs")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    commands = parser.add_subparsers(dest="command", required=True)
    learn = commands.add_parser("train", help="train, or go on from the checkpoint")
    learn.add_argument("--corpora", type=Path, default=Path("corpora"))
    learn.add_argument("--minutes", type=float, default=90)
    learn.add_argument("--batch", type=int, default=16, help="blocks of 256 tokens to a step")
    learn.add_argument("--peak", type=float, default=4e-3, help="highest learning rate")
    write = commands.add_parser("export", help="write the newest checkpoint as a model")
    write.add_argument("--to", type=Path, default=HERE)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    if given.command == "export":
        export(given.work, given.to)
    else:
        train(given.corpora, given.work, given.minutes, given.batch, given.peak)


if __name__ == "__main__":
    main()
