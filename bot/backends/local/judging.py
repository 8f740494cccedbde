"""The process of a local classifier: ``python -m bot.backends.local.judging MODEL``.

It says one line of JSON when the model is there, then one for each line it is
given: ``{"text": …}`` in, ``{"scores": {label: score}}`` or ``{"error": …}``
out.  It ends when its input does.  Only safetensors are read, and no code of a
model is run.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any, TextIO

MOST_TOKENS = 512
"""Tokens that are looked at together; a longer text is looked at in pieces, and the highest score counts."""


class Classifier:
    """A model for the classification of sequences."""

    def __init__(self, name: str) -> None:
        # Imported here: it takes seconds.  Untyped, for the library's own types are half unknown.
        self._torch: Any = importlib.import_module("torch")
        library: Any = importlib.import_module("transformers")
        self._tokens = library.AutoTokenizer.from_pretrained(name, trust_remote_code=False)
        self._model = library.AutoModelForSequenceClassification.from_pretrained(
            name, trust_remote_code=False, use_safetensors=True
        )
        self._model.eval()
        config = self._model.config
        self._labels: list[str] = [config.id2label[at] for at in range(config.num_labels)]
        # As the library's own pipeline does: several labels may hold at once, or exactly one.
        self._several = config.problem_type == "multi_label_classification" or config.num_labels == 1
        longest = int(getattr(config, "max_position_embeddings", MOST_TOKENS) or MOST_TOKENS)
        self._longest = max(8, min(MOST_TOKENS, longest))

    def scores(self, text: str) -> dict[str, float]:
        """How sure it is of each label."""
        pieces = self._tokens(
            text,
            truncation=True,
            max_length=self._longest,
            stride=self._longest // 8,
            return_overflowing_tokens=True,
            padding=True,
            return_tensors="pt",
        )
        wanted = {name: pieces[name] for name in ("input_ids", "attention_mask") if name in pieces}
        with self._torch.inference_mode():
            logits = self._model(**wanted).logits
        sure = logits.sigmoid() if self._several else logits.softmax(-1)
        return dict(zip(self._labels, sure.amax(0).tolist(), strict=True))


def serve(name: str, given: TextIO, out: TextIO) -> None:
    """Answer until there are no more questions."""

    def say(answer: dict[str, Any]) -> None:
        out.write(json.dumps(answer) + "\n")
        out.flush()

    try:
        classifier = Classifier(name)
    except Exception as error:  # noqa: BLE001 - told to whoever started it
        say({"error": f"{type(error).__name__}: {error}"[:300]})
        return
    say({"scores": {}})
    for line in given:
        try:
            say({"scores": classifier.scores(json.loads(line)["text"])})
        except Exception as error:  # noqa: BLE001 - this text could not be judged; the next may be
            say({"error": type(error).__name__})


def main() -> None:
    """Set up the process, then answer."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints
    if hasattr(os, "nice"):
        os.nice(5)
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    serve(sys.argv[1], sys.stdin, out)
    os._exit(0)  # threads of torch may hold the interpreter up


if __name__ == "__main__":
    main()
