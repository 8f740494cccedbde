"""Ways to write several texts with one model: Transformers' own three, and the bot's engine.

Each takes prompts and gives, for each of them, the seconds until its first
token.  All draw alike: temperature 0.9, the likeliest 256 tokens, of these as
many as make up 0.95.
"""

# torch and transformers are typed in part only.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig, Qwen3Config, pipeline
from transformers.generation.streamers import BaseStreamer
from transformers.utils.logging import disable_progress_bar

from bot.backends.base import Request, Sampling
from bot.backends.local.engine import Engine
from bot.backends.local.loading import Loaded, load
from bot.backends.local.packed import Piece, RowMemory, forward
from bot.backends.local.prefixes import Prefixes
from bot.backends.local.row import Row, open_row

disable_progress_bar()
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
"""Where all contenders run."""

HOUSE = Path(__file__).parents[2] / "models" / "house"
SEED = 11

Contender = Callable[[Sequence[str], int], list[float]]
"""Prompts and tokens to be written of each; seconds until the first token of each."""


def build(folder: Path, layers: int) -> Path:
    """Write a model of the shape of Qwen3-0.6B (28 layers, 1.2 GB), and the house model's tokenizer.

    The weights are random.
    """
    config = Qwen3Config(
        vocab_size=151_936,
        hidden_size=1024,
        intermediate_size=3072,
        num_hidden_layers=layers,
        num_attention_heads=16,
        num_key_value_heads=8,
        head_dim=128,
        max_position_embeddings=4096,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=151_935,
        pad_token_id=0,
    )
    torch.manual_seed(SEED)
    model: Any = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    model.save_pretrained(folder)
    tokenizer: Any = AutoTokenizer.from_pretrained(HOUSE)
    tokenizer.save_pretrained(folder)
    return folder


class _First(BaseStreamer):
    """Notes when the first token comes; the prompt is put first."""

    def __init__(self, begun: float) -> None:
        self._begun = begun
        self._puts = 0
        self.seconds = 0.0

    def put(self, value: Any) -> None:
        self._puts += 1
        if self._puts == 2:
            self.seconds = time.perf_counter() - self._begun

    def end(self) -> None:
        pass


def _loaded(folder: Path) -> Any:
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
    return model.to(DEVICE).eval()


class Rivals:
    """Transformers' own ways, on one model in bfloat16."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, padding_side="left")
        self._model: Any = _loaded(folder)
        # Continuous batching changes the model it runs: it has one of its own.
        self._other: Any = _loaded(folder)
        self._pipeline: Any = pipeline("text-generation", model=self._model, tokenizer=self._tokenizer)

    def ways(self) -> Mapping[str, Contender]:
        """Name and function of each."""
        return {
            "pipeline, one after the other": self.serial,
            "generate, one batch": self.batch,
            "generate, one batch, top-p over all": self.batch_all,
            "continuous batching of Transformers": self.continuous,
        }

    def serial(self, prompts: Sequence[str], count: int) -> list[float]:
        """The usual way of bots: a pipeline behind a lock."""
        begun = time.perf_counter()
        firsts: list[float] = []
        for prompt in prompts:
            first = _First(begun)
            self._pipeline(prompt, generation_config=self._config(count), streamer=first)
            firsts.append(first.seconds)
        return firsts

    def batch(self, prompts: Sequence[str], count: int) -> list[float]:
        """All start together and end together."""
        return self._batch(prompts, self._config(count))

    def batch_all(self, prompts: Sequence[str], count: int) -> list[float]:
        """The same with top-p over the whole vocabulary, as is the default of many."""
        return self._batch(prompts, self._config(count, top_k=0))

    def continuous(self, prompts: Sequence[str], count: int) -> list[float]:
        """The library's own continuous batching; says no time of a first token."""
        inputs = [self._tokenizer(prompt, add_special_tokens=False).input_ids for prompt in prompts]
        begun = time.perf_counter()
        answers = self._other.generate_batch(
            inputs, generation_config=self._config(count), warmup=False, persistent_manager=True
        )
        seconds = time.perf_counter() - begun
        written = sum(len(answer.generated_tokens) for answer in answers.values())
        if written != count * len(prompts):
            raise RuntimeError(f"{written} tokens instead of {count * len(prompts)}")
        return [seconds] * len(prompts)

    def _batch(self, prompts: Sequence[str], config: GenerationConfig) -> list[float]:
        inputs = self._tokenizer(list(prompts), return_tensors="pt", padding=True, add_special_tokens=False)
        begun = time.perf_counter()
        inputs = inputs.to(DEVICE)
        self._model.generate(
            input_ids=inputs.input_ids, attention_mask=inputs.attention_mask, generation_config=config
        )
        return [time.perf_counter() - begun] * len(prompts)

    def _config(self, count: int, *, top_k: int = 256) -> GenerationConfig:
        return GenerationConfig(
            do_sample=True,
            temperature=0.9,
            top_k=top_k,
            top_p=0.95,
            min_new_tokens=count,
            max_new_tokens=count,
            eos_token_id=151_935,
            pad_token_id=0,
        )


def _unheard(*_: object) -> None:
    """For what is told to nobody."""


class Ours:
    """The bot's engine, in this process."""

    def __init__(self, folder: Path, dtype: str, prefixes: int = 2**28) -> None:
        self.loaded: Loaded = load(str(folder), "bench", device=str(DEVICE), dtype=dtype, progress=_unheard)
        self.engine = Engine(prefixes=Prefixes(prefixes))

    def __call__(self, prompts: Sequence[str], count: int) -> list[float]:
        """Write to all prompts together."""
        return self.run([self.add(id, prompt, count) for id, prompt in enumerate(prompts)])

    def add(self, id: int, prompt: str, count: int, *, key: str = "") -> Row:
        """Add one request, kept under ``key`` if one is given."""
        sampling = Sampling(max_tokens=count, temperature=0.9, top_p=0.95, seed=SEED + id)
        request = Request(
            messages=(), continuation=prompt, sampling=sampling, prefix_key=key, scope="1/1", model="bench"
        )
        row = open_row(id, self.loaded, request, _unheard, self.engine.prefixes)
        row.ends = frozenset()
        self.engine.add(row)
        return row

    def run(self, rows: Sequence[Row]) -> list[float]:
        """Step until all is written; the seconds until each row's first token."""
        begun = time.perf_counter()
        firsts: dict[int, float] = {}
        while self.engine.busy:
            if failed := self.engine.step():
                raise failed[0][1]
            for row in rows:
                if row.written:
                    firsts.setdefault(row.id, time.perf_counter() - begun)
        return [firsts[row.id] for row in rows]


def bandwidth() -> float:
    """Gigabytes a second that this machine reads, with all its cores."""
    block = torch.ones(2**28, dtype=torch.float32, device=DEVICE)
    best = 0.0
    for _ in range(5):
        begun = time.perf_counter()
        block.sum().item()
        best = max(best, block.nbytes / (time.perf_counter() - begun) / 1e9)
    return best


@torch.inference_mode()
def surprise(dtype: str, poems: Sequence[tuple[str, str]]) -> float:
    """Mean negative log-probability of the tokens of poems under the house model, in nats.

    Args:
        dtype: number format of the weights, as the settings name it.
        poems: (language, text) of each.
    """
    loaded = load(str(HOUSE), "house", device="cpu", dtype=dtype, progress=_unheard)
    total, count = 0.0, 0
    for language, text in poems:
        mark = loaded.tokenizer.encode(f"<|{language}|><|poem|>", add_special_tokens=False)
        ids = [*mark, *loaded.tokenizer.encode(text, add_special_tokens=False)]
        [scores] = forward(loaded.model, [Piece(RowMemory(), ids, len(ids))], loaded.device)
        logs = scores[len(mark) - 1 : -1].float().log_softmax(-1)
        total -= float(logs.gather(1, torch.tensor(ids[len(mark) :])[:, None]).sum())
        count += len(ids) - len(mark)
    return total / count
