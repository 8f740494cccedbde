"""Rows packed into one pass say what Transformers' ``generate`` says, whatever family the model is of."""

# torch and transformers are typed in part only.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    BloomConfig,
    Gemma2Config,
    Gemma3TextConfig,
    GemmaConfig,
    GenerationConfig,
    GPT2Config,
    GraniteConfig,
    LlamaConfig,
    MambaConfig,
    MistralConfig,
    Olmo2Config,
    OPTConfig,
    Phi3Config,
    PhiConfig,
    PreTrainedConfig,
    Qwen2Config,
    Qwen3Config,
)

from bot.backends.local import packed
from bot.backends.local.branches import PAGE, Branches
from bot.backends.local.packed import Piece, RowMemory
from bot.backends.local.weights import FusedNorm, Int8Linear, PackedLinear, prepare

WORDS = 120
SHAPE: dict[str, Any] = {
    "vocab_size": WORDS,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "bos_token_id": 0,
    "eos_token_id": 1,
    "pad_token_id": 2,
}
WINDOW: dict[str, Any] = {"sliding_window": 9, "head_dim": 8}
FAMILIES: dict[str, PreTrainedConfig] = {
    "llama": LlamaConfig(**SHAPE),
    "qwen2": Qwen2Config(**SHAPE),
    "qwen2 with windows": Qwen2Config(
        **SHAPE, use_sliding_window=True, sliding_window=9, max_window_layers=2
    ),
    "qwen3": Qwen3Config(**SHAPE, head_dim=8),
    "mistral": MistralConfig(**SHAPE, **WINDOW),
    "gemma": GemmaConfig(**SHAPE, head_dim=8),
    "gemma2": Gemma2Config(**SHAPE, **WINDOW, attn_logit_softcapping=3.0),
    "gemma3": Gemma3TextConfig(**SHAPE, **WINDOW),
    "gpt2": GPT2Config(
        vocab_size=WORDS,
        n_embd=32,
        n_layer=4,
        n_head=4,
        n_positions=256,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=2,
    ),
    "phi": PhiConfig(**SHAPE),
    "phi3": Phi3Config(**SHAPE, sliding_window=9),
    "olmo2": Olmo2Config(**SHAPE),
    "granite": GraniteConfig(**SHAPE),
    "opt": OPTConfig(
        vocab_size=WORDS,
        hidden_size=32,
        ffn_dim=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=256,
        word_embed_proj_dim=32,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=2,
    ),
}
CPU = torch.device("cpu")


def made(config: PreTrainedConfig, dtype: torch.dtype = torch.float64) -> Any:
    """A model with weights large enough that its greedy text is not one word for ever."""
    torch.manual_seed(1)
    model: Any = AutoModelForCausalLM.from_config(type(config).from_dict(config.to_dict())).eval().to(dtype)
    for part in model.parameters():
        if part.dim() > 1:
            part.data.normal_(0, 0.25)
    return model


def prompts() -> list[list[int]]:
    torch.manual_seed(2)
    return [torch.randint(5, WORDS, (size,)).tolist() for size in (3, 17, 30)]


def generated(model: Any, prompt: list[int], count: int) -> list[int]:
    """Greedy text of the library."""
    config = GenerationConfig(pad_token_id=2, max_new_tokens=count, do_sample=False)
    return model.generate(torch.tensor([prompt]), generation_config=config)[0].tolist()[len(prompt) :]


def step_by_step(model: Any, texts: list[list[int]], count: int) -> list[list[int]]:
    """Greedy text of packed rows; prompts are read in pieces of 11, and the last row joins late."""
    rows = [(RowMemory(), list(text)) for text in texts]
    for step in range(1000):
        turns = [
            (memory, ids)
            for at, (memory, ids) in enumerate(rows)
            if len(ids) < len(texts[at]) + count and (at < len(rows) - 1 or step > 3)
        ]
        if not turns and step > 3:
            break
        pieces = [Piece(memory, ids[memory.length : memory.length + 11]) for memory, ids in turns]
        for (memory, ids), scores in zip(turns, packed.forward(model, pieces, CPU), strict=True):
            if memory.length == len(ids):
                ids.append(int(scores[-1].argmax()))
    return [ids[len(text) :] for (_, ids), text in zip(rows, texts, strict=True)]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("family", FAMILIES)
def test_the_greedy_text_is_that_of_generate(family: str) -> None:
    model = made(FAMILIES[family])
    texts = prompts()
    wanted = [generated(model, text, 24) for text in texts]
    assert len({id for text in wanted for id in text}) > 2
    assert packed.adopt(model) > 0
    found = step_by_step(model, texts, 24)
    # The library stops where the family's end is drawn.
    assert [text[: len(until)] for text, until in zip(found, wanted, strict=True)] == wanted


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("family", FAMILIES)
def test_texts_that_begin_alike_share_what_they_share_and_say_what_they_say_alone(family: str) -> None:
    model = made(FAMILIES[family])
    assert packed.adopt(model) > 0
    shared = RowMemory()
    packed.forward(model, [Piece(shared, prompts()[1])], CPU)
    alone = [shared.copy(shared.length) for _ in range(4)]
    branches, other = Branches(shared, 4), RowMemory()
    left = [0, 1, 2, 3]
    for step in range(2 * PAGE):
        if step == 5:
            branches.keep([0, 2, 3])
            left = [0, 2, 3]
        heads = [5 + (7 * step + 11 * one) % (WORDS - 5) for one in left]
        # Others share the pass.
        found = packed.forward(model, [Piece(other, [9]), Piece(branches, heads, len(heads))], CPU)[1]
        pieces = [Piece(alone[one], [head]) for one, head in zip(left, heads, strict=True)]
        wanted = torch.cat(packed.forward(model, pieces, CPU))
        assert torch.allclose(found, wanted, rtol=1e-3, atol=1e-4), step
    assert branches.length == alone[0].length


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "config",
    [
        BloomConfig(vocab_size=WORDS, hidden_size=32, n_layer=2, n_head=4),
        MambaConfig(vocab_size=WORDS, hidden_size=32, num_hidden_layers=2),
    ],
    ids=["its own attention", "recurrent"],
)
def test_a_family_that_cannot_be_packed_is_found_out_and_left_as_it_was(config: PreTrainedConfig) -> None:
    model = made(config, torch.float32)
    ids = torch.tensor([[5, 6, 7, 8]])
    with torch.inference_mode():
        before = model(input_ids=ids).logits
    assert packed.adopt(model) == 0
    with torch.inference_mode():
        assert torch.equal(model(input_ids=ids).logits, before)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_weights_laid_out_and_fused_norms_give_the_same_scores(dtype: torch.dtype) -> None:
    config = Qwen3Config(**SHAPE, head_dim=8)
    plain, quick = made(config, dtype), made(config, dtype)
    prepare(quick)
    kinds = {type(module) for module in quick.modules()}
    assert FusedNorm in kinds
    assert PackedLinear in kinds
    ids = torch.tensor([prompts()[2]])
    with torch.inference_mode():
        one, other = plain(input_ids=ids).logits.float(), quick(input_ids=ids).logits.float()
    assert float((one - other).norm() / one.norm()) < (0.03 if dtype is torch.bfloat16 else 1e-4)


def test_norms_that_store_their_weight_less_one_are_told_apart() -> None:
    gemma = made(GemmaConfig(**SHAPE, head_dim=8), torch.float32)
    for module in gemma.modules():
        if type(module).__name__ == "GemmaRMSNorm":
            module.weight.data.normal_()
    ids = torch.tensor([prompts()[1]])
    with torch.inference_mode():
        before = gemma(input_ids=ids).logits
        after = prepare(gemma)(input_ids=ids).logits
    assert any(isinstance(module, FusedNorm) for module in gemma.modules())
    assert torch.allclose(before, after, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("rows", [1, 5, 16, 40])
def test_a_row_of_int8_is_the_same_whoever_shares_the_step(rows: int) -> None:
    torch.manual_seed(3)
    linear = torch.nn.Linear(64, 96, bias=True, dtype=torch.bfloat16)
    int8 = Int8Linear(linear)
    mine = torch.randn(1, 64, dtype=torch.bfloat16)
    others = torch.randn(rows - 1, 64, dtype=torch.bfloat16) * 1000
    with torch.inference_mode():
        alone, among = int8(mine), int8(torch.cat([mine, others]))[:1]
        exact = linear(mine)
    assert torch.allclose(alone.float(), among.float(), rtol=0.02, atol=0.02)
    assert float((alone - exact).norm() / exact.norm()) < 0.03
