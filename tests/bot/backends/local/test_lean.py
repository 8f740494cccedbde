"""A small model is leaned towards its topic until the topic is there, and not beyond."""

from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer

from bot.backends.base import Cue
from bot.backends.local.lean import leaning, topic_words

HOUSE = Path(__file__).parents[4] / "models" / "house"


@pytest.mark.parametrize(
    ("language", "topic", "words"),
    [
        ("en", "The First Snow", [" first", " snow"]),
        ("en", "of the and", []),
        ("zh", "春雪、故乡", ["春雪", "故乡"]),
        ("zh", "snow", []),
        ("en", "a b c d lighthouse keeper lamp storm", [" lighthouse", " keeper", " lamp"]),
    ],
)
def test_the_words_that_count(language: str, topic: str, words: list[str]) -> None:
    assert topic_words(Cue(language=language, topic=topic)) == words


def test_it_leans_word_by_word_until_each_is_there() -> None:
    tokenizer = AutoTokenizer.from_pretrained(HOUSE)
    lean = leaning(Cue(language="zh", topic="春雪"), tokenizer, 3.0)
    spring, snow = tokenizer.convert_tokens_to_ids(["春", "雪"])
    size = len(tokenizer)
    assert lean([], torch.zeros(size)).nonzero().flatten().tolist() == [spring]
    begun = lean([spring], torch.zeros(size))
    assert begun[snow] == 6.0
    assert lean([spring, snow], torch.zeros(size)).count_nonzero() == 0
