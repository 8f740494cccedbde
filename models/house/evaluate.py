"""Measures the exported model on held-out poems: ``python evaluate.py --work FOLDER``.

``FOLDER`` is where ``train.py`` worked: the held-out poems lie there.  Prints
one JSON object: loss, how often the topic shows, how often the lines are as
many and as long as asked, how often a line is copied, and the speed.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch

from cue import HERE, Cue
from data import HAN, ZH_FORMS, Poem
from learning import loss_of
from sample import LITTLE, Poet
from train import BLOCK, SEED, encode, load

LENGTHS = {form: (long, count) for (long, count), form in ZH_FORMS.items()}
"""Characters in a line, and lines, of the Chinese regulated forms."""
COUNTS = {form: count for form, (_, count) in LENGTHS.items()} | {
    "quatrain-abab": 4,
    "quatrain-aabb": 4,
    "quatrain-abcb": 4,
    "couplet": 2,
    "sonnet": 14,
}
"""Lines of the forms that are asked for."""
COPIED_WORDS = 8
MOST_ROWS = 200
"""Blocks of held-out text that the loss is taken over."""


def held_loss(poet: Poet, poems: list[Poem]) -> dict[str, float]:
    """Cross entropy of held-out examples, in nats a token and in bits a character of all their text."""
    stream = encode(poems, poet.tokenizer, random.Random(SEED))
    rows = torch.from_numpy(stream[: len(stream) // (BLOCK + 1) * (BLOCK + 1)]).long()
    rows = rows.view(-1, BLOCK + 1)[:MOST_ROWS]
    with torch.no_grad():
        total = sum(float(loss_of(poet.model, part)) * len(part) for part in rows.split(16))
    loss = total / len(rows)
    text = poet.tokenizer.decode(stream.tolist(), skip_special_tokens=True)
    return {
        "loss": round(loss, 3),
        "perplexity": round(math.exp(loss), 1),
        "bits_per_character": round(loss / math.log(2) * len(stream) / len(text), 3),
        "tokens": rows.numel(),
    }


def shows(topic: str, poem: str, part: bool) -> bool:
    """Whether a word of the topic is in the poem; or, with ``part``, its stem (en) or a character (zh)."""
    poem = poem.lower()
    if HAN.search(topic):
        words = [char for char in topic if HAN.match(char)] if part else topic.split("、")
    else:
        words = [word for word in re.findall(r"[a-z']{3,}", topic) if word not in LITTLE]
        words = [word[: max(4, len(word) - 3)] for word in words] if part else words
    return any(word in poem for word in words)


def in_shape(cue: Cue, poem: str) -> bool:
    """Whether the lines are as many as asked and, in Chinese, each as long as the form wants."""
    lines = [line for line in poem.split("\n") if line.strip()]
    if cue.form in LENGTHS:
        long, count = LENGTHS[cue.form]
        return len(lines) == count and all(len(HAN.findall(line)) == long for line in lines)
    return len(lines) == cue.lines


def copied(poems: Sequence[str], known: set[str]) -> float:
    """The share of poems with a whole Chinese line, or eight English words in a row, that was learnt from."""
    return sum(not known.isdisjoint(pieces(poem)) for poem in poems) / len(poems)


def pieces(poem: str) -> Iterator[str]:
    """What is compared when looking for copies, line by line."""
    for line in poem.split("\n"):
        if HAN.search(line):
            yield "".join(HAN.findall(line))
            continue
        words = re.findall(r"[a-z']+", line.lower())
        for at in range(len(words) - COPIED_WORDS + 1):
            yield " ".join(words[at : at + COPIED_WORDS])


def cues(language: str, held: list[Poem], count: int, titles: bool) -> list[Cue]:
    """Cues from held-out poems: one salient word, or the title, as the topic."""
    rng = random.Random(SEED)
    forms = [form for form in COUNTS if (form in LENGTHS) == (language == "zh")]
    found: list[Cue] = []
    for poem in rng.sample(held, len(held)):
        topic = poem.title.lower() if titles else rng.choice(poem.words or ("",))
        if topic and len(found) < count:
            form = rng.choice(forms)
            found.append(Cue(language=language, topic=topic, form=form, lines=COUNTS[form]))
    return found


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=HERE)
    parser.add_argument("--corpora", type=Path, default=Path("corpora"))
    parser.add_argument("--work", type=Path, default=Path("build/house"))
    parser.add_argument("--count", type=int, default=100)
    given = parser.parse_args()
    poet, data = Poet(given.folder), load(given.corpora, given.work)
    known = {piece for poem in data.train for piece in pieces(poem.text())}
    found: dict[str, dict[str, object]] = {}
    for language, held in data.held.items():
        facts: dict[str, object] = {**held_loss(poet, held)}
        for kind, lean in (("word", False), ("word", True), ("title", True)):
            asked = cues(language, held, given.count, kind == "title")
            started = time.monotonic()
            poems = poet.write(asked, SEED, lean)
            seconds = time.monotonic() - started
            written = sum(map(len, poet.tokenizer(poems)["input_ids"]))
            pairs = list(zip(asked, poems, strict=True))
            facts[f"{kind}, leaning" if lean else kind] = {
                "topic_whole": sum(shows(cue.topic, poem, False) for cue, poem in pairs) / len(pairs),
                "topic_part": sum(shows(cue.topic, poem, True) for cue, poem in pairs) / len(pairs),
                "in_shape": sum(in_shape(cue, poem) for cue, poem in pairs) / len(pairs),
                "copied": copied(poems, known),
                "tokens_per_second": round(written / seconds),
            }
        found[language] = facts
    print(json.dumps(found, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
