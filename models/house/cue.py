"""Fills the prompt that ``renga.json`` describes from a cue.

The prompt is a list of segments.  A segment with ``control`` is text of ours,
each of whose marks is one special token; a segment with ``field`` is text that
somebody wrote, in which nothing is special, whatever it looks like.  ``when``
names the field without which a segment is left out.  ``each_line`` says how a
field of several lines is written: every line is followed by ``end``, and an
empty line is the control mark ``empty``.  The two kinds of text are encoded
apart and joined as token ids, never as text.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template
from typing import Any

from transformers import PreTrainedTokenizerBase

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What is asked of the model; any field but the language may be empty."""

    language: str
    topic: str = ""
    form: str = ""
    lines: int | None = None
    opening: str = ""
    """Lines already there, to be written on."""
    draft: str = ""
    """A poem to be rewritten; an empty line stands for a line that is wanted."""


def contract(folder: Path = HERE) -> dict[str, Any]:
    """What ``renga.json`` says."""
    return json.loads((folder / "renga.json").read_text(encoding="utf-8"))


def segments(cue: Cue, said: dict[str, Any]) -> list[tuple[bool, str]]:
    """The prompt as (is it control text?, text).  No form means the usual one; an unknown one is left out."""
    form = said["forms"][cue.language].get(cue.form or said["default_form"][cue.language], {})
    lines = cue.lines or form.get("lines") or 0
    values = {key: str(value or "") for key, value in asdict(cue).items()}
    values["form"] = form.get("control", "")
    values["lines"] = str(lines) if 0 < lines <= said["most_lines"] else ""
    values["topic"] = values["topic"].lower().strip()
    out: list[tuple[bool, str]] = []
    for segment in said["prompt"]:
        if "when" in segment and not values[segment["when"]]:
            continue
        if "control" in segment:
            out.append((True, Template(segment["control"]).substitute(values)))
        elif rule := segment.get("each_line"):
            for line in values[segment["field"]].split("\n"):
                blank = "empty" in rule and not line.strip()
                out += [(True, rule["empty"]) if blank else (False, line), (False, rule["end"])]
        else:
            out.append((False, values[segment["field"]]))
    return out


def encode(parts: list[tuple[bool, str]], tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """Token ids of the segments: only control text may become special tokens."""
    ids: list[int] = []
    for control, text in parts:
        ids += tokenizer.encode(text, add_special_tokens=False, split_special_tokens=not control)
    return ids
