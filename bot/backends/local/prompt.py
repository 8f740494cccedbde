"""Turns a request into token ids.  What members typed can never become a special token.

Ours and theirs are encoded apart and joined as ids.  A chat template wants text:
see :mod:`bot.backends.local.chat`.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any

from bot.backends.base import Cue, Request
from bot.backends.local.chat import Thinking, closing, render
from bot.backends.local.loading import Loaded

ROOM_TO_THINK = 2048
"""Tokens beyond those of an answer, for thoughts that the template opened."""


def lean_of(loaded: Loaded, request: Request) -> float:
    """How much the model wants to be leaned towards the topic of this request; 0 for not at all."""
    said = _contract(loaded.folder)
    if said is None or request.cue is None:
        return 0.0
    return float(said.get("lean", {}).get(request.cue.language, 0.0))


def encode(loaded: Loaded, request: Request) -> tuple[list[int], tuple[str, ...]]:
    """The prompt's token ids, and further stop texts that go with it."""
    contract = _contract(loaded.folder)
    if contract is not None and request.cue is not None:
        return _from_cue(loaded.tokenizer, request.cue, contract), ()
    if loaded.tokenizer.chat_template:
        return _from_chat(loaded, request), ()
    ids = plain(loaded.tokenizer, request.continuation)
    begin = loaded.tokenizer.bos_token_id
    if begin is not None and getattr(loaded.tokenizer, "add_bos_token", False):
        ids.insert(0, begin)
    # A base model would go on with the next poem, and the next.
    return ids or [begin or loaded.tokenizer.eos_token_id or 0], ("\n\n\n",)


def begun(tokenizer: Any, text: str) -> list[int]:
    """Ids of what the answer begins with already, cut as it is within a text."""
    if not text:
        return []
    line = plain(tokenizer, "\n")
    whole = plain(tokenizer, f"\n{text}")
    return whole[len(line) :] if whole[: len(line)] == line else plain(tokenizer, text)


def plain(tokenizer: Any, text: str) -> list[int]:
    """Ids of a text in which nothing is special, whatever it looks like."""
    return tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True)


def special(tokenizer: Any, text: str) -> list[int]:
    """Ids of our own text, in which marks are special tokens."""
    return tokenizer.encode(text, add_special_tokens=False)


def _from_chat(loaded: Loaded, request: Request) -> list[int]:
    tokenizer = loaded.tokenizer
    prompt, texts = render(tokenizer, request.messages, loaded.name)
    if loaded.opens and not thinks(loaded, request):
        prompt = f"{prompt.rstrip()}\n\n{closing(loaded.opens)}\n\n"
    ids: list[int] = []
    for part in re.split("(" + "|".join(texts) + ")", prompt):
        if part:
            ids += plain(tokenizer, texts[part]) if part in texts else special(tokenizer, part)
    return ids


def thinks(loaded: Loaded, request: Request) -> bool:
    """Whether the answer begins inside thoughts that the template opened.

    An answer that has begun already, or is led word for word, has no room for thoughts.
    """
    led = request.constraint is not None or request.begun or request.schema is not None
    return bool(loaded.opens) and request.cue is None and not led


def with_room(loaded: Loaded, request: Request) -> tuple[Request, Thinking | None]:
    """A request with room for the thoughts that it begins in, and what follows them; as it is if in none."""
    if not thinks(loaded, request):
        return request, None
    sampling = replace(request.sampling, max_tokens=request.sampling.max_tokens + ROOM_TO_THINK)
    return replace(request, sampling=sampling), Thinking(loaded.opens)


@lru_cache(maxsize=8)
def _contract(folder: Path) -> dict[str, Any] | None:
    """What ``renga.json`` beside the weights says of how the model is prompted."""
    path = folder / "renga.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _from_cue(tokenizer: Any, cue: Cue, contract: dict[str, Any]) -> list[int]:
    ids: list[int] = []
    for control, text in segments(cue, contract):
        ids += special(tokenizer, text) if control else plain(tokenizer, text)
    return ids


def segments(cue: Cue, contract: dict[str, Any]) -> list[tuple[bool, str]]:
    """The prompt of a cue as (is it control text?, text), as the contract lays it out."""
    language = cue.language if cue.language in contract["languages"] else contract["languages"][0]
    forms = contract["forms"][language]
    form = forms.get(cue.form or contract.get("default_form", {}).get(language, ""), {})
    lines = cue.lines or form.get("lines") or 0
    values = {key: str(value or "") for key, value in asdict(cue).items()}
    values |= {
        "language": language,
        "form": form.get("control", ""),
        "lines": str(lines) if 0 < lines <= contract["most_lines"] else "",
        "topic": cue.topic.lower().strip(),
    }
    out: list[tuple[bool, str]] = []
    for segment in contract["prompt"]:
        if "when" in segment and not values[segment["when"]]:
            continue
        if "control" in segment:
            out.append((True, Template(segment["control"]).substitute(values)))
            continue
        text, rule = values[segment["field"]], segment.get("each_line")
        for line in text.split("\n") if rule else ():
            out.append((True, rule["empty"]) if "empty" in rule and not line.strip() else (False, line))
            out.append((False, rule["end"]))
        if not rule:
            out.append((False, text))
    return out
