"""Builds the tokenizer: a token for each Chinese character, BPE pieces for English, bytes for the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from data import CONTROL, HAN, Poem

ENGLISH_PIECES = 4096
RARE = 12
"""Chinese characters seen fewer times than this are spelt in bytes."""

# A Chinese character, a line break or a mark stands alone; a Latin word carries the space before it.
SPLIT = Regex("[\u3000-\u9fff\uff00-\uffef]|\n|\u2581?[A-Za-z']+|\u2581|.")


def build(poems: Iterable[Poem]) -> PreTrainedTokenizerFast:
    """Train on the poems and wrap for Transformers.  No text is ever unknown: bytes are the last resort."""
    poems = list(poems)
    characters = Counter(char for poem in poems if poem.language == "zh" for char in poem.text() + poem.title)
    chinese = sorted(char for char, count in characters.items() if count >= RARE and not char.isascii())
    splitter = pre_tokenizers.Split(SPLIT, "isolated")
    trained = Tokenizer(models.BPE())
    trained.normalizer = normalizers.Replace(" ", "\u2581")  # pyright: ignore[reportAttributeAccessIssue]
    trained.pre_tokenizer = splitter  # pyright: ignore[reportAttributeAccessIssue]
    trained.train_from_iterator(
        (poem.text() + "\n " + poem.title.lower() for poem in poems if poem.language == "en"),
        trainers.BpeTrainer(vocab_size=ENGLISH_PIECES, min_frequency=3, show_progress=False),
    )
    learned = json_model(trained)
    vocabulary = list(CONTROL)
    vocabulary += [f"<0x{byte:02X}>" for byte in range(256)]
    vocabulary += ["\n"] + [piece for piece, _ in sorted(learned["vocab"].items(), key=lambda item: item[1])]
    vocabulary += [char for char in chinese if char not in learned["vocab"]]
    ids = {piece: at for at, piece in enumerate(dict.fromkeys(vocabulary))}
    merges = [tuple(merge) for merge in learned["merges"]]
    tokenizer = Tokenizer(models.BPE(vocab=ids, merges=merges, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "\u2581")  # pyright: ignore[reportAttributeAccessIssue]
    tokenizer.pre_tokenizer = splitter  # pyright: ignore[reportAttributeAccessIssue]
    tokenizer.decoder = decoders.Sequence(  # pyright: ignore[reportAttributeAccessIssue]
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    tokenizer.add_special_tokens([AddedToken(mark, special=True, normalized=False) for mark in CONTROL])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<|pad|>",
        eos_token="<|end|>",
        clean_up_tokenization_spaces=False,
        model_max_length=512,
    )


def json_model(tokenizer: Tokenizer) -> dict:
    """The trained model's vocabulary and merges."""
    import json

    return json.loads(tokenizer.to_str())["model"]


def coverage(poems: Iterable[Poem], tokenizer: PreTrainedTokenizerFast) -> float:
    """The share of Chinese characters that are one token."""
    known = tokenizer.get_vocab()
    texts = (poem.text() for poem in poems if poem.language == "zh")
    counted = Counter(char for text in texts for char in text if HAN.match(char))
    return sum(count for char, count in counted.items() if char in known) / max(1, counted.total())
